"""Whether what was edited is found, and how soon: asks the server past its caches, beside whoever else searches."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from spotify_lite.tests.rig import server
from spotify_lite.tests.rig.searchers import ask
from spotify_lite.tests.rig.server import ROOT, Server

WITHIN = 2.0  # seconds after its commit in which an edit is found
PATIENCE = 20.0  # seconds after which a search for one edit gives up
ASKING = 64  # threads, nearly all of which wait until it is time to look
EVERY = 0.05  # seconds between two looks for one edit


@dataclass(frozen=True)
class Found:
    """What became of one edit."""

    what: str
    query: str
    track_id: int
    seconds: float  # from the commit to the begin of the search that found it; of one that was looked at once: WITHIN
    found: bool
    watched: bool  # looked for again and again; else once, as soon as it must be there


def edits(node: Server, *, count: int, rate: float, seed: int = 1) -> Iterator[dict[str, Any]]:
    """Run the editor on this server's state; yield what it tells, as it tells it."""
    command = [sys.executable, "-m", "spotify_lite.tests.rig.editor"]
    command += ["--count", str(count), "--rate", str(rate), "--seed", str(seed)]
    process = subprocess.Popen(
        command, cwd=ROOT, env=node.environment, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        assert process.stdout
        yield from map(json.loads, process.stdout)
        assert process.wait() == 0
    finally:
        server.stop(process)


def look(node: Server, *, count: int, rate: float, watch: int = 1, seed: int = 1) -> list[Found]:
    """Edit, and look for each edit: every `watch`-th from its commit on, the others once after WITHIN."""
    with ThreadPoolExecutor(ASKING) as pool:
        under_way: list[Future[Found]] = []
        for number, told in enumerate(one for one in edits(node, count=count, rate=rate, seed=seed) if "what" in one):
            under_way.append(pool.submit(_find, node, told, watched=number % watch == 0))
        return [one.result() for one in under_way]


def _find(node: Server, edit: dict[str, Any], *, watched: bool) -> Found:
    if not watched:
        time.sleep(max(0.0, edit["at"] + WITHIN - time.time()))
    while True:
        began = time.time()
        answer = ask(node, edit["query"], kinds="track")
        seconds = began - edit["at"]
        there = edit["track_id"] in (answer.tracks[:1] if edit["first"] else answer.tracks)
        # What was left out for lack of time says nothing of the index: whoever looks once asks once more then.
        final = there != edit["gone"] or not (watched or answer.partial)
        if final or seconds > PATIENCE:
            return Found(edit["what"], edit["query"], edit["track_id"], seconds, there != edit["gone"], watched)
        time.sleep(EVERY)
