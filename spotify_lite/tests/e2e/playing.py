"""What browser tests do with the player, and read of it."""

import time
from typing import Any

from playwright.sync_api import Locator, Page

STARTED = "() => document.querySelector('#audio').currentTime > 0.05"
QUEUE = "JSON.parse(localStorage.player)"
# The player tells the server of its queue in its own time; whether it ever does is what a test asks.
STORED_QUEUE_IS = """async (kept) => {
  const stored = await (await fetch('/api/v1/me/playback')).json();
  return JSON.stringify(stored.queue) === JSON.stringify(kept);
}"""
# What is kept until the server has answered for it: {id, listener, event or state}.
KEPT = """() => new Promise((resolve, reject) => {
  const asked = indexedDB.open('spotify-lite', 1);
  asked.onerror = () => reject(asked.error);
  asked.onsuccess = () => {
    const read = asked.result.transaction('outbox').objectStore('outbox').getAll();
    read.onsuccess = () => (asked.result.close(), resolve(read.result));
  };
})"""
ALL_IS_SENT = f"async () => (await ({KEPT})()).length === 0"
ALBUM_OF_MANY = (
    "() => fetch('/api/v1/albums').then(a => a.json()).then(a => a.results.find(b => b.tracks_count >= 4).id)"
)


PATIENCE = 10.0  # seconds for what a loaded machine does late


def wait_until(page: Page, script: str, arg: Any = None) -> None:
    """Wait until an asynchronous function says yes: `wait_for_function` takes the promise of any answer for one."""
    until = time.monotonic() + PATIENCE
    while not page.evaluate(script, arg):
        assert time.monotonic() < until, script
        page.wait_for_timeout(50)


def open_album(page: Page) -> None:
    page.goto("/")
    page.goto(f"/albums/{page.evaluate(ALBUM_OF_MANY)}")
    page.locator("main .row .hit").first.click()
    page.wait_for_function(STARTED, polling=20)


def titles(page: Page) -> list[str]:
    return [row.get_attribute("title") or "" for row in page.locator("main .row .hit").all()]


def bar(page: Page) -> Locator:
    return page.locator("#player")


def title(page: Page) -> Locator:
    return page.locator("#player [data-title]")


def near_its_end(page: Page) -> None:
    page.evaluate("(audio => { audio.currentTime = audio.duration - 0.3 })(document.querySelector('#audio'))")


def volume(page: Page) -> float:
    heard: float = page.evaluate("document.querySelector('#audio').volume")
    return heard


def queued(page: Page) -> list[str]:
    """Return the titles of the queue's panel, without the one that plays."""
    return [hit.get_attribute("title") or "" for hit in page.locator("#queue .row:has([data-grip]) .hit").all()]


def open_queue(page: Page) -> Locator:
    bar(page).get_by_role("button", name="Queue").click()
    return page.locator("#queue")
