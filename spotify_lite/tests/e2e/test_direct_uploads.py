"""A curator's browser sends files straight to the storage: Chromium, the web node and a real S3 server."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from catalog.tests import audio
from spotify_lite.tests.e2e.test_curator import CURATOR, PASSWORD
from spotify_lite.tests.rig import s3, server

PAGE = "/admin/catalog/upload/add/"
PATIENCE = 20_000  # milliseconds on a loaded machine
SOUNDS = "import json\nfrom catalog.models import *\nprint('TOLD', json.dumps(%s))"


@pytest.fixture(scope="module")
def storage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[s3.Storage]:
    with s3.storage(tmp_path_factory.mktemp("s3")) as running:
        yield running


@pytest.fixture(scope="module")
def node(storage: s3.Storage, demo: server.Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[server.Server]:
    """Return a web node that keeps its media in the storage; it has a curator, and no worker of its own."""
    var = tmp_path_factory.mktemp("direct")
    (var / "static").symlink_to(demo.var / "static")
    with server.running(var, extra=storage.environment) as running:
        running.manage("shell", "--verbosity=0", "-c", CURATOR)
        yield running


@pytest.fixture
def desk(chromium: Browser, node: server.Server) -> Iterator[Page]:
    """Return a curator's upload page; a script error or a refusal by the content policy fails."""
    context = chromium.new_context(base_url=node.url)
    context.set_default_timeout(PATIENCE)
    page, said = context.new_page(), []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("console", lambda message: said.append(message.text) if "Content Security Policy" in message.text else None)
    page.goto("/admin/")
    page.locator("input[name=username]").fill("olive")
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("input[name=password]").press("Enter")
    page.wait_for_url("**/admin/")
    page.goto(PAGE)
    yield page
    context.close()
    assert said == []


@pytest.fixture
def sent(desk: Page) -> list[tuple[str, str]]:
    """Return the list of where the page has sent something: method and address, as it grows."""
    seen: list[tuple[str, str]] = []
    desk.on("request", lambda request: seen.append((request.method, request.url)))
    return seen


def posts(sent: list[tuple[str, str]], address: str) -> int:
    return sum(method == "POST" and url.endswith(address) for method, url in sent)


def song(folder: Path, title: str, tone: int) -> str:
    made = audio.make(folder / f"{title}.flac", seconds=3, title=title, artist="Ottilie Brandt", tone=tone)
    return str(made)


def sending(page: Page) -> Any:
    return page.locator("[data-sending] .parcel")


def told(node: server.Server, code: str) -> Any:
    return json.loads(node.manage("shell", "-v0", "-c", SOUNDS % code).stdout.partition("TOLD ")[2])


def test_good_files_and_a_bad_one_go_straight_to_the_storage(
    desk: Page, node: server.Server, storage: s3.Storage, sent: list[tuple[str, str]], tmp_path: Path
) -> None:
    bad = tmp_path / "page.mp3"
    bad.write_bytes(b"<!doctype html><title>404</title><p>Not found</p>" * 50)
    empty = tmp_path / "empty.mp3"
    empty.touch()
    good = [song(tmp_path, f"Heron {number}", 300 + 30 * number) for number in range(3)]
    desk.locator("#files").set_input_files([*good, str(bad), str(empty)])
    expect(desk.locator("[data-sent] .parcel")).to_have_count(5)
    assert posts(sent, f"/{storage.origin.masters}") == 4
    assert posts(sent, PAGE) == 1, "an empty file has nothing to be stored"
    node.manage("package")
    desk.reload()
    expect(desk.locator('[data-sent] .parcel[data-step="ready"]')).to_have_count(3)
    failed = desk.locator('[data-sent] .parcel[data-step="failed"] .words')
    assert sorted(failed.all_text_contents()) == ["It is empty.", "It is not audio but HTML."]
    assert told(
        node, "[list(Track.objects.order_by('title').values_list('title', flat=True)), Work.objects.count()]"
    ) == [
        ["Heron 0", "Heron 1", "Heron 2"],
        0,
    ]
    assert [name for name in storage.names(storage.origin.masters) if name.startswith("incoming/")] == []

    # The same bytes again: said, linked, and no second song.
    desk.locator("#files").set_input_files([good[0]])
    expect(sending(desk)).to_have_count(0)
    node.manage("package")
    desk.reload()
    expect(desk.locator('[data-sent] .parcel[data-step="here"]')).to_have_count(1)


def test_refusal_of_the_storage_has_words_and_can_be_tried_again(
    desk: Page, node: server.Server, storage: s3.Storage, sent: list[tuple[str, str]], tmp_path: Path
) -> None:
    """A form that is too old, and one for a smaller file: both are refused by the storage itself."""

    def spoil(route: Route) -> None:
        answer = route.fetch()
        form = answer.json()
        form["fields"]["policy"] = form["fields"]["policy"][:-8] + "AAAAAAAA"
        route.fulfill(response=answer, json=form)

    def shrink(route: Route) -> None:
        fields = {name: values[0] for name, values in parse_form(route.request.post_data or "").items()}
        head = {**route.request.headers, "content-type": "application/x-www-form-urlencoded"}
        route.continue_(post_data=urlencode(fields | {"size": "1000"}), headers=head)

    path = song(tmp_path, "Refused", 500)
    for spoiled, words in (
        (spoil, "The server could not take the file. Please try again."),
        (shrink, "The file is larger than a file may be."),
    ):
        desk.route("**/upload/form/", spoiled)
        desk.locator("#files").set_input_files([path])
        expect(sending(desk).locator(".words")).to_have_text(words)
        desk.unroute("**/upload/form/")
        sending(desk).get_by_role("button", name="Try to send Refused.flac again").click()
        expect(sending(desk)).to_have_count(0)
    assert posts(sent, PAGE) == 0


def parse_form(body: str) -> dict[str, list[str]]:
    """Return the fields of a multipart body without files."""
    if "form-data" not in body:
        return parse_qs(body)
    parts = [part for part in body.split("\r\n--") if 'name="' in part]
    return {part.split('name="')[1].split('"')[0]: [part.split("\r\n\r\n", 1)[1]] for part in parts}


def test_word_that_was_lost_is_said_again_and_the_file_is_not(
    desk: Page, storage: s3.Storage, sent: list[tuple[str, str]], tmp_path: Path
) -> None:
    desk.route("**/upload/arrived/", lambda route: route.abort())
    desk.locator("#files").set_input_files([song(tmp_path, "Told twice", 600)])
    expect(sending(desk).locator(".words")).to_have_text("The server was not reached.")
    desk.unroute("**/upload/arrived/")
    sending(desk).get_by_role("button", name="Try to send Told twice.flac again").click()
    expect(sending(desk)).to_have_count(0)
    assert posts(sent, f"/{storage.origin.masters}") == 1
    assert posts(sent, "/upload/form/") == 1


def test_where_the_browser_does_not_reach_the_storage_the_node_takes_the_file(
    desk: Page, storage: s3.Storage, sent: list[tuple[str, str]], tmp_path: Path
) -> None:
    desk.route(f"{storage.endpoint}/**", lambda route: route.abort())
    desk.locator("#files").set_input_files([song(tmp_path, "Around", 700)])
    expect(sending(desk)).to_have_count(0)
    expect(desk.locator("[data-sent] .what b").first).to_have_text("Around.flac")
    assert posts(sent, PAGE) == 1
