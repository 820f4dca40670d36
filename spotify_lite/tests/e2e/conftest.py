"""A demo catalog behind the real server, and a guest's Chromium in front of it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from spotify_lite.tests import rig
from spotify_lite.tests.e2e import playing
from spotify_lite.tests.rig import browser, server, stage

PATIENCE = 10_000  # milliseconds for what a loaded machine does late


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the browser tests in two workers, of which one has the stage: each with a demo, a server and a Chromium."""
    ours = [item for item in items if Path(item.path).is_relative_to(Path(__file__).parent)]
    on_stage = {item.path for item in ours if "looking" in getattr(item, "fixturenames", ())}
    for item in ours:
        item.add_marker(pytest.mark.e2e)
        item.add_marker(pytest.mark.slow)
        item.add_marker(pytest.mark.xdist_group("stage" if item.path in on_stage else "e2e"))


@pytest.fixture(scope="package")
def demo(tmp_path_factory: pytest.TempPathFactory, demo_files: Path) -> Iterator[server.Server]:
    """Start the real server on an empty state, with the demo catalog imported in place."""
    rig.need("chromium", package="chromium")
    folder = tmp_path_factory.mktemp("e2e")
    var, port = folder / "var", server.free_port()
    var.mkdir()
    variables = server.environment(var, port)
    server.make_tables(variables)
    server.manage(variables, "collectstatic", "--no-input", "--verbosity=0")
    shutil.copytree(demo_files, folder / "demo")
    server.manage(variables, "import_music", str(folder / "demo"), "--in-place")
    with server.running(var, port=port, migrate=False) as running:
        yield running
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE)
    with browser.chromium() as launched:
        yield launched


@pytest.fixture(scope="package")
def looking(chromium: Browser, demo: server.Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[stage.Stage]:
    """Return browsers of all the people, before the showcase and before a server with no music."""
    place = tmp_path_factory.mktemp("stage")
    with stage.running(place, demo=demo.var.parent / "demo", static=demo.var / "static") as (full, empty, showcase):
        prepared = stage.Stage(full, empty, showcase, chromium)
        yield prepared
        prepared.close()


@pytest.fixture
def guest(chromium: Browser, demo: server.Server) -> Iterator[Page]:
    """Return a page of a browser that was never here; a script error or a refusal by the content policy fails.

    It has no service worker: what a test does to the network, it does to the page. test_device.py has one.
    """
    context = chromium.new_context(base_url=demo.url, viewport={"width": 1280, "height": 800}, service_workers="block")
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("console", lambda message: said.append(message.text) if "Content Security Policy" in message.text else None)
    yield page
    context.close()
    assert said == []


@pytest.fixture
def album(guest: Page) -> Page:
    """Return the page of an album with four songs or more, the first of which plays."""
    playing.open_album(guest)
    return guest


@pytest.fixture
def phone(chromium: Browser, demo: server.Server) -> Iterator[Page]:
    context = chromium.new_context(
        base_url=demo.url,
        viewport={"width": 390, "height": 844},
        has_touch=True,
        is_mobile=True,
        service_workers="block",
    )
    yield context.new_page()
    context.close()
