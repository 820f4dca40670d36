"""From a curator's folder to a listener's ears: eleven files, one of them no music, in two browsers."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from catalog.tests import audio
from spotify_lite.tests.rig.server import Server
from spotify_lite.tests.rig.worker import running

PASSWORD = "a-curator-of-the-rig-1"
CURATOR = f"""
from django.contrib.auth.models import Group
from accounts.models import User
user = User.objects.create_user("olive", password={PASSWORD!r}, is_staff=True)
user.groups.add(Group.objects.get(name="curators"))
"""
READ_WITHIN = 30_000  # milliseconds for eleven files on a loaded machine
HEARD_WITHIN = 15.0  # seconds from publishing until a listener has found and hears it
PICTURE_WITHIN = 2.0  # seconds until listeners see a cover that was chosen


@pytest.fixture(scope="module")
def worker(demo: Server) -> Iterator[None]:
    """Run the worker and its clock beside the web server; make the curator."""
    demo.manage("shell", "--verbosity=0", "-c", CURATOR)
    with running(demo):
        yield


@pytest.fixture
def desk(worker: None, chromium: Browser, demo: Server) -> Iterator[Page]:
    """Return a curator's browser, signed in at the desk; a script error or a refused script fails."""
    context = chromium.new_context(base_url=demo.url, viewport={"width": 1280, "height": 800})
    context.set_default_timeout(READ_WITHIN)
    page = context.new_page()
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("console", lambda message: said.append(message.text) if "Content Security Policy" in message.text else None)
    page.goto("/admin/")
    page.locator("input[name=username]").fill("olive")
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("input[name=password]").press("Enter")
    page.wait_for_url("**/admin/")
    yield page
    context.close()
    assert said == []


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Return ten songs of one album, twenty seconds each, and a web page under the name of a song."""
    made = [
        audio.make(
            tmp_path / f"{number:02} Heron {number}.flac",
            seconds=20,
            tone=200 + 20 * number,
            title=f"Heron {number}",
            artist="Ottilie Brandt",
            album="Marsh Light",
            tracknumber=number,
            genre="Folk",
        )
        for number in range(1, 11)
    ]
    bad = tmp_path / "11 Heron 11.mp3"
    bad.write_bytes(b"<!doctype html><title>404</title><p>Not found</p>" * 50)
    return [*made[:5], bad, *made[5:]]


def parcels(page: Page, step: str) -> int:
    return page.locator(f'[data-sent] .parcel[data-step="{step}"]').count()


def wait_for_parcels(page: Page, step: str, count: int) -> None:
    expect(page.locator(f'[data-sent] .parcel[data-step="{step}"]')).to_have_count(count, timeout=READ_WITHIN)


def test_from_upload_to_a_listeners_ears(desk: Page, guest: Page, files: list[Path], tmp_path: Path) -> None:
    # Upload: ten good ones and a bad one, hidden until they are published.
    desk.get_by_role("link", name="Upload music").first.click()
    desk.get_by_label("Publish as soon as it can be played").uncheck()
    desk.locator("#files").set_input_files([str(file) for file in files])
    wait_for_parcels(desk, "failed", 1)
    expect(desk.locator('[data-sent] .parcel[data-step="failed"] .words')).to_have_text("It is not audio but HTML.")
    wait_for_parcels(desk, "hidden", 10)
    expect(desk.locator("[data-said]")).to_have_text("Everything that was sent has been read.")
    desk.reload()
    assert (parcels(desk, "hidden"), parcels(desk, "failed")) == (10, 1)

    # The same bytes again: said, linked, and no second song.
    desk.locator("#files").set_input_files([str(files[0])])
    wait_for_parcels(desk, "here", 1)

    # Nobody hears them yet.
    guest.goto("/search?q=heron")
    expect(guest.locator("main .row")).to_have_count(0)

    # A title is changed, and seen as listeners will see it before it is saved.
    desk.locator("[data-sent] .to", has_text=re.compile(r"^Heron 3$")).first.click()
    preview = desk.locator(".preview")
    expect(preview).to_contain_text("hidden: listeners do not see it")
    desk.get_by_label("Title").fill("Heron, rising")
    expect(desk.locator(".preview-page h1")).to_have_text("Heron, rising")
    expect(preview).to_contain_text("hidden")
    desk.get_by_label("Published").check()
    expect(preview).not_to_contain_text("hidden")
    desk.locator("input[name=_save]").first.click()
    desk.wait_for_url("**/admin/catalog/track/")
    published = time.monotonic()

    # A listener finds it by its new title and hears it.
    while not guest.locator("#results .row .hit, main .row .hit").count():
        assert time.monotonic() - published < HEARD_WITHIN
        guest.wait_for_timeout(300)
        guest.goto("/search?q=heron+rising")
    guest.locator("main .row .hit", has_text="Heron, rising").first.click()
    guest.wait_for_function("() => document.querySelector('#audio').currentTime > 0.3", polling=50, timeout=10_000)
    heard = time.monotonic() - published
    print(f"heard {heard:.1f} s after it was published")
    assert heard < HEARD_WITHIN

    # Its album gets a cover, which listeners see at once.
    cover = tmp_path / "front.png"
    cover.write_bytes(audio.picture("teal", (900, 900)))
    drawing = tmp_path / "front.svg"
    drawing.write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
    desk.goto("/admin/catalog/album/?q=marsh")
    desk.get_by_role("link", name="Marsh Light").first.click()
    desk.locator("input[name=cover_file]").set_input_files(str(drawing))
    desk.get_by_label("Year").first.fill("2026")
    desk.locator("input[name=_save]").first.click()
    expect(desk.locator(".errorlist")).to_contain_text("is not a JPEG")
    expect(desk.get_by_label("Year").first).to_have_value("2026")
    desk.locator("input[name=cover_file]").set_input_files(str(cover))
    expect(desk.locator(".cover-then img")).to_be_visible()
    desk.locator("input[name=_save]").first.click()
    desk.wait_for_url("**/admin/catalog/album/**")
    expect(desk.locator(".messagelist")).to_contain_text("Marsh Light")
    saved = time.monotonic()
    guest.goto("/search?q=heron+rising")
    picture = guest.locator("main .row img, main #results img").first
    expect(picture).to_have_attribute("src", re.compile(r"^/covers/"))
    assert time.monotonic() - saved < PICTURE_WITHIN + 1  # with the loading of the page
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0


def test_sending_can_be_cancelled_and_tried_again(desk: Page, tmp_path: Path) -> None:
    song = audio.make(tmp_path / "Again.mp3", title="Again and again", artist="Ottilie Brandt", tone=777)
    desk.goto("/admin/catalog/upload/add/")
    desk.route("**/upload/add/", lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    desk.locator("#files").set_input_files([str(song)])
    sending = desk.locator("[data-sending] .parcel")
    expect(sending.locator(".words")).to_have_text("The server was not reached.")
    desk.unroute("**/upload/add/")
    sending.get_by_role("button", name="Try to send Again.mp3 again").click()
    expect(desk.locator("[data-sent] .what b").first).to_have_text("Again.mp3")
    expect(sending).to_have_count(0)
    held: list[Route] = []
    desk.route("**/upload/add/", lambda route: held.append(route))  # noqa: PLW0108 - Playwright asks for its arguments
    desk.locator("#files").set_input_files([str(song)])
    sending.get_by_role("button", name="Cancel Again.mp3").click()
    expect(sending).to_have_count(0)
    for route in held:
        route.abort()


def test_page_works_without_scripts(worker: None, chromium: Browser, demo: Server, tmp_path: Path) -> None:
    song = audio.make(tmp_path / "Plain.mp3", title="Plain form", artist="Ottilie Brandt", tone=555)
    context = chromium.new_context(base_url=demo.url, java_script_enabled=False)
    page = context.new_page()
    page.goto("/admin/")
    page.locator("input[name=username]").fill("olive")
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("input[name=password]").press("Enter")
    page.wait_for_url("**/admin/")
    page.goto("/admin/catalog/upload/add/")
    page.locator("#files").set_input_files([str(song)])
    page.get_by_role("button", name="Upload", exact=True).click()
    expect(page.locator("main .messagelist")).to_have_text("1 file was sent.")
    expect(page.locator(".parcel .what b").first).to_have_text("Plain.mp3")
    context.close()
