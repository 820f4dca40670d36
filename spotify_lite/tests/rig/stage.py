"""The showcase behind the real server, and browsers of all the people in front of it."""

import json
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

from playwright.sync_api import Browser, BrowserContext, Page, Request

from spotify_lite.tests.rig import server
from spotify_lite.tests.rig.pages import View

PATIENCE = 15_000  # milliseconds for what a loaded machine does late
HEIGHTS = {390: 844, 768: 1024, 1280: 800}  # of a screen, by its width
LOCALES = {"en": "en-GB", "de": "de-DE"}
HTML = "text/html; charset=utf-8"
QUIET = 120  # milliseconds without anything on its way
LOOK_EVERY = 40  # milliseconds
STILL = """async () => {
    await document.fonts.ready;
    const eager = [...document.images].filter((image) => image.loading !== "lazy" && image.src !== "data:,");
    await Promise.all(eager.map((image) => image.decode().catch(() => {})));
    for (const animation of document.getAnimations())
        if (animation.effect.getComputedTiming().endTime !== Infinity) animation.finish();
}"""
GUESTS = ("guest", "player")  # people without an account


@dataclass
class Stage:
    """Two servers, and the browsers that were opened so far."""

    full: server.Server
    empty: server.Server  # with no music
    showcase: SimpleNamespace  # see showcase.Showcase
    browser: Browser
    init_script: Path | None = None  # runs in every page before its own scripts
    pages: dict[tuple[str, str, bool], Page] = field(default_factory=dict)
    coming: dict[Page, set[Request]] = field(default_factory=dict)  # what each page waits for

    def look(self, view: View, *, width: int = 1280, theme: str = "dark", language: str = "en") -> Page:
        """Return the page as it stands once everything has come and nothing moves; AssertionError where it does not."""
        page = self.page_of(view.who, language, empty=view.empty)
        page.unroute_all()
        if view.fails:
            body = self.showcase.failure[language]
            page.route(view.url(self.showcase), lambda route: route.fulfill(status=500, content_type=HTML, body=body))
        dress(page, width=width, theme=theme)
        answer = page.goto(view.url(self.showcase))
        assert answer is not None
        assert answer.status == view.status, f"{view.name}: {answer.status} at {page.url}"
        self.settle(page)
        if view.act:
            view.act(page)
            self.settle(page)
        return page

    def settle(self, page: Page) -> None:
        """Wait until what was asked for has come, and what moved has arrived."""
        until = time.monotonic() + PATIENCE / 1000
        quiet = 0
        while quiet < QUIET and time.monotonic() < until:
            page.wait_for_timeout(LOOK_EVERY)
            quiet = 0 if self.coming[page] else quiet + LOOK_EVERY
        page.evaluate(STILL)

    def page_of(self, who: str, language: str = "en", *, empty: bool = False) -> Page:
        """Return the page of somebody's browser, signed in where they have an account."""
        known = (who, language, empty)
        if known not in self.pages:
            page = self._context(language, empty=empty).new_page()
            self.pages[known] = page
            self._watch(page)
            if who not in GUESTS:
                self._sign_in(page, who)
        return self.pages[known]

    def close(self) -> None:
        for page in self.pages.values():
            page.context.close()
        self.pages.clear()

    def _context(self, language: str, *, empty: bool) -> BrowserContext:
        context = self.browser.new_context(
            base_url=(self.empty if empty else self.full).url,
            locale=LOCALES[language],
            bypass_csp=bool(self.init_script),
            service_workers="block",  # what is done to the network is done to the page
        )
        context.set_default_timeout(PATIENCE)
        if self.init_script:
            context.add_init_script(path=self.init_script)
        return context

    def _watch(self, page: Page) -> None:
        """Keep account of what is on its way; audio may take as long as it plays."""
        coming: set[Request] = set()
        self.coming[page] = coming

        def ended(request: Request) -> None:
            coming.discard(request)

        page.on("request", lambda request: None if request.resource_type == "media" else coming.add(request))
        page.on("requestfinished", ended)
        page.on("requestfailed", ended)
        page.on("framenavigated", lambda _: coming.clear())

    def _sign_in(self, page: Page, who: str) -> None:
        page.goto("/login")
        page.locator("input[name=username]").fill(who)
        page.locator("input[name=password]").fill(self.showcase.password)
        page.locator("input[name=password]").press("Enter")
        page.wait_for_url(lambda url: "/login" not in url)


def dress(page: Page, *, width: int, theme: str) -> None:
    """Give the browser a size and a theme; what stands on the page follows without being loaded again."""
    page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
    page.emulate_media(color_scheme="dark" if theme == "dark" else "light", reduced_motion="reduce")
    page.evaluate(STILL)  # colours may fade into each other


@contextmanager
def running(
    place: Path, *, demo: Path, static: Path | None = None
) -> Iterator[tuple[server.Server, server.Server, SimpleNamespace]]:
    """Start the two servers with state of their own in `place`; `demo` is made where it is not there."""
    var, bare = place / "full", place / "empty"
    for folder in (var, bare, place / "music", place / "uploads"):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    port = server.free_port()
    variables = server.environment(var, port)
    server.make_tables(variables)
    if static is None:
        server.manage(variables, "collectstatic", "--no-input", "--verbosity=0")
        static = var / "static"
    else:
        (var / "static").symlink_to(static)
    (bare / "static").symlink_to(static)
    server.manage(variables, "make_demo", str(demo))
    server.manage(variables, "import_music", str(demo), "--in-place")
    with server.running(var, port=port, migrate=False) as full, server.running(bare) as empty:
        yield full, empty, fill(variables, place / "music")


def fill(variables: dict[str, str], folder: Path) -> SimpleNamespace:
    """Make the showcase in a process of its own, which has that server's settings."""
    call = f"from spotify_lite.tests.rig import showcase; showcase.tell({str(folder)!r})"
    return SimpleNamespace(**json.loads(server.manage(variables, "shell", "--verbosity=0", "-c", call).stdout))
