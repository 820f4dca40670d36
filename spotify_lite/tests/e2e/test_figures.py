"""The figures of this device: what was played shows in them, and a copy for a report says nothing of who or what."""

import re

from playwright.sync_api import Page, expect

from spotify_lite.tests.e2e import playing
from spotify_lite.tests.e2e.test_pages import follow

RECORDED = "() => JSON.parse(localStorage.plays ?? '[]').length > 0"


def figure(page: Page, name: str) -> str:
    return page.locator(f'[data-figure="{name}"]').inner_text().strip()


def test_play_shows_in_the_figures_and_the_copy_names_nothing(album: Page) -> None:
    album.context.grant_permissions(["clipboard-read", "clipboard-write"])
    song = playing.titles(album)[0]
    album.wait_for_function("() => document.querySelector('#audio').currentTime > 0.6")  # it was heard
    playing.bar(album).get_by_role("button", name="Next").click()
    album.wait_for_function(RECORDED)
    follow(album, "/settings")
    first = album.locator('[data-figure="first"]')
    expect(first).to_have_text(re.compile(r"\d+ ms for half of the last play"))
    came = sorted(figure(album, source) for source in ("device", "edge", "web"))  # what was held ahead is of the device
    assert re.fullmatch(r"1 play(, [\d.]+ .B)?", came[0])
    assert came[1:] == ["None", "None"]
    assert figure(album, "stalls") == "None in one play"
    assert figure(album, "version")
    album.get_by_role("button", name="Copy for a report").click()
    expect(album.locator("#toast")).to_contain_text("The figures are copied.")
    copied = album.evaluate("navigator.clipboard.readText()")
    assert len(re.findall(r"^from \w+: 1 plays, \d+ bytes$", copied, re.MULTILINE)) == 1
    assert re.search(r"^first sound: median \d+ ms, 95 % \d+ ms, of 1 plays$", copied, re.MULTILINE)
    assert song not in copied
    assert "/media/" not in copied


def test_figures_of_a_device_that_played_nothing_say_so(guest: Page) -> None:
    guest.goto("/settings")
    expect(guest.locator('[data-figure="web"]')).to_have_text("None")
    assert figure(guest, "first") == "–"
    assert figure(guest, "waiting") == "Nothing"
    assert figure(guest, "link") == "–"
