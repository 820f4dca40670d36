"""A headless Chromium, driven by Playwright; the machine's own, since Playwright's download is not wanted."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
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

    Playwright keeps an event loop in this thread as long as it runs, and Django would refuse the database to every
    other test of this process, which a browser kept for a session outlives.
    """
    path = rig.need("chromium", package="chromium")
    with sync_playwright() as playwright, pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        browser = playwright.chromium.launch(executable_path=path, args=[*ARGUMENTS, *further])
        yield browser
        browser.close()
