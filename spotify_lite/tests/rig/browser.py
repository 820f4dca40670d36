"""A headless Chromium, driven by Playwright; the machine's own, since Playwright's download is not wanted."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

from spotify_lite.tests import rig

ARGUMENTS = (  # with the desktop's own autoplay policy: sound needs a press
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@contextmanager
def chromium(*further: str) -> Iterator[Browser]:
    """Start Chromium with further arguments; skip the test where it is not installed.

    Playwright keeps an event loop in this thread while it runs, which refuses the database to Django: no other test
    of this process may come in between, so a fixture around it is at most a package's.
    """
    path = rig.need("chromium", package="chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[*ARGUMENTS, *further])
        yield browser
        browser.close()
