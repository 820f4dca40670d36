"""The probe: a page of another origin that plays what it is told and records what it heard."""

import base64
import functools
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Browser, Page

from spotify_lite.tests import rig

PAGE = Path(__file__).parent / "probe"
LIBRARY = "hls.js/dist/hls.light.min.js"
POLL = 50  # milliseconds
PATIENCE = 30_000  # milliseconds


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        return


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve the page, with hls.js beside it, from an origin of its own; give the origin."""
    shutil.copytree(PAGE, folder)
    shutil.copy(rig.need_module(LIBRARY), folder)
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


class Player:
    """One open page."""

    def __init__(self, browser: Browser, origin: str) -> None:
        self.page: Page = browser.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.asked: list[str] = []  # every address that was fetched
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.goto(origin)
        self.page.locator("button").click()  # sound needs a press

    def play(self, way: str, url: str, **options: Any) -> None:
        """Begin: `plain` is the element by itself, `hls` is hls.js, `ranges` fetches a file piece by piece."""
        self.page.evaluate("([way, url, options]) => probe[way](url, options)", [way, url, options])

    def until(self, seconds: float) -> None:
        """Wait until so much has been played."""
        self.page.wait_for_function(f"probe.audio.currentTime >= {seconds}", polling=POLL)

    def until_the_end(self) -> None:
        self.page.wait_for_function("probe.audio.ended", polling=POLL)

    def do(self, script: str) -> Any:
        return self.page.evaluate(script)

    @property
    def seen(self) -> dict[str, Any]:
        """Return the stalls, the changes of bitrate, and the errors so far."""
        return self.page.evaluate("probe.seen")

    def heard(self) -> np.ndarray:
        """Return the samples of all that was heard so far, from -1 to 1."""
        return np.frombuffer(base64.b64decode(self.page.evaluate("probe.heard()")), "<i2") / 32_767

    def close(self) -> None:
        self.page.unroute_all(behavior="ignoreErrors")
        self.page.close()
