"""Own how a web process leaves: asked to end, it tells the balancer, serves on until that has heard it, then stops.

The server (granian) ends on TERM and on INT alike: it takes nothing new, answers what runs, and is made to end by
`--workers-kill-timeout`. This takes TERM from it, and hands the process INT when the notice is over.
"""

import asyncio
import os
import signal

_asked = False


def watch(loop: asyncio.AbstractEventLoop, *, notice: int) -> None:
    """Let TERM begin a notice of so many seconds; 0 leaves it to the server, which stops at once."""
    if notice:
        loop.add_signal_handler(signal.SIGTERM, _begin, loop, notice)


def asked() -> bool:
    """Tell whether this process is about to end: it is not ready any more, and keeps no connection alive."""
    return _asked


def _begin(loop: asyncio.AbstractEventLoop, notice: int) -> None:
    global _asked
    if _asked:  # some send TERM to a whole group of processes, and the server's parent passes its own on
        return
    _asked = True
    loop.call_later(notice, os.kill, os.getpid(), signal.SIGINT)
