"""The table of what there is to look at: every page, and every state of one that is worth a look of its own.

A new page is a line here, and then in the screenshots and in the tests of accessibility, markup and keyboard.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page, expect

Act = Callable[[Page], None]


@dataclass(frozen=True)
class View:
    """One page in one state."""

    name: str  # of its screenshots
    path: str  # with places for what `Showcase` names
    who: str = "guest"  # guest, player (a guest with a song in the bar), listener, curator, superuser
    act: Act | None = None  # what is pressed before one looks
    status: int = 200
    empty: bool = False  # of a catalog with nothing in it
    everywhere: bool = True  # False: one width is enough
    fails: bool = False  # the server's page of a failure, which no address asks for: `Stage` puts it there

    def url(self, showcase: Any) -> str:
        """Return the path with its places filled."""
        return self.path.format(
            album=showcase.albums,
            artist=showcase.artists,
            track=showcase.tracks,
            genre=showcase.genre,
            genre_id=showcase.genre_id,
            act=showcase.act,
            empty_artist=showcase.empty_artist,
        )


def play(page: Page) -> None:
    """Press the first song, and stop it where it begins: pictures must not differ by the second."""
    page.locator("main .row .hit").first.click()
    page.wait_for_function("() => document.querySelector('#audio').currentTime > 0")
    page.evaluate("(audio => { audio.pause(); audio.currentTime = 7 })(document.querySelector('#audio'))")


def play_elsewhere(page: Page) -> None:
    """Let another device of the listener take the player."""
    play(page)
    page.evaluate(
        """async () => {
            const ask = (path, more) => fetch(`/api/v1${path}`, more).then((answer) => answer.json());
            const { csrf_token: token, server_time: at } = await ask("/me");
            const queue = JSON.parse(localStorage.player).tracks.map(({ id }) => id);
            const headers = { "Content-Type": "application/json", "X-CSRFToken": token };
            const state = { play_id: crypto.randomUUID(), seq: 0, at, queue, index: 0, position_ms: 7000 };
            const body = JSON.stringify({ ...state, playing: true, device: "Kitchen radio" });
            await ask("/me/playback", { method: "PUT", headers, body });
            document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
        }"""
    )
    expect(page.locator("#player").get_by_role("button", name="Play here")).to_be_visible()


def open_menu(page: Page) -> None:
    page.locator("main [data-menu]").nth(1).click()
    expect(page.locator("#menu")).to_be_visible()


def open_now(page: Page) -> None:
    play(page)
    page.locator("#player [data-title]").click()
    expect(page.locator("#now")).to_be_visible()


def open_queue(page: Page) -> None:
    """Open the queue: from the bar, or from the view where the bar has no room for its button."""
    play(page)
    button = page.locator("#player").get_by_role("button", name="Queue").or_(page.locator("#player [data-do=queue]"))
    if button.first.is_visible():
        button.first.click()
    else:
        page.locator("#player [data-title]").click()
        page.locator("#now [data-do=queue]").first.click()
    expect(page.locator("#queue")).to_be_visible()


def open_keys(page: Page) -> None:
    page.keyboard.press("?")
    expect(page.locator("dialog[open]")).to_be_visible()


def fail_to_play(page: Page) -> None:
    page.route("**/media/**", lambda route: route.fulfill(status=410, body="gone"))
    page.locator("main .row .hit").last.click()  # the first ones are kept on this device by what other views do
    expect(page.locator("#toast")).to_be_visible()


def lose_the_net(page: Page) -> None:
    """Follow a link that the server is not reached for, while a song is on."""
    play(page)
    page.route("**/genres", lambda route: route.abort())
    page.locator("a[href='/genres']:visible").first.click()
    expect(page.locator("main[data-passing] .btn.play")).to_be_visible()


def keep(page: Page) -> None:
    """Keep an album, and look at what is on this device."""
    press_keep(page)
    expect(page.locator("main [data-keep]")).to_have_attribute("data-state", "kept")
    page.locator("nav.nav a[href='/device']").click()
    expect(page.locator("[data-songs=asked] .row").first).to_be_visible()


def press_keep(page: Page, *, before: str = "() => {}") -> None:
    """Keep what the page shows, whatever was kept before: a second press would be a change of mind."""
    address = page.url
    page.goto("/healthz")  # where no script has the database open
    page.evaluate(
        """() => new Promise((done, refused) => {
            const asked = indexedDB.deleteDatabase("spotify-lite-device");
            Object.assign(asked, { onsuccess: done, onerror: refused });
        })"""
    )
    page.goto(address)
    page.evaluate(before)
    page.locator("main [data-keep]").click()


def lose_the_server(page: Page) -> None:
    """Let nothing through any more, as the browser says at once where there is no network."""
    expect(page.locator(".calm")).to_be_attached()  # what sees to it comes late
    page.route("**/*", lambda route: route.abort())
    page.evaluate("dispatchEvent(new Event('offline'))")
    expect(page.locator(".calm")).to_be_visible()


def keep_and_leave(page: Page) -> None:
    """Look at what is on this device where there is no network."""
    keep(page)
    lose_the_server(page)


def keep_too_much(page: Page) -> None:
    """Keep an album where the browser has no more room."""
    full = "() => { Cache.prototype.put = () => Promise.reject(new DOMException('', 'QuotaExceededError')) }"
    press_keep(page, before=full)
    expect(page.locator("main [data-keep]")).to_have_attribute("data-state", "full")
    expect(page.locator("#toast")).to_be_visible()


def search_alone(page: Page) -> None:
    """Search what this device knows by name, once it knows it."""
    typed = page.get_by_role("searchbox")
    typed.fill("t")
    page.wait_for_function("() => localStorage.names !== undefined")
    with page.expect_worker():
        page.reload()
        typed.fill("t")
    page.wait_for_load_state("networkidle")  # the worker's own scripts are here
    lose_the_server(page)
    typed.fill("ti")
    expect(page.locator("#results [data-away]")).to_be_visible()


def come_too_late(page: Page) -> None:
    """Send a form whose token is gone."""
    page.context.clear_cookies(name="csrftoken")
    page.locator("form[action='/settings/language'] button[type=submit]").click()
    expect(page.locator("body.bare")).to_be_visible()


def guess(page: Page) -> None:
    """Try one account's password until no more may be tried."""
    while page.locator("#main form").count():
        page.locator("input[name=username]").fill("somebody-else")
        page.locator("input[name=password]").fill("a guess")
        with page.expect_navigation():
            page.locator("input[name=password]").press("Enter")


def send(page: Page) -> None:
    """Send the form as it is, without the browser's own checks."""
    page.evaluate("document.querySelectorAll('form').forEach(form => { form.noValidate = true })")
    page.locator("main form button[type=submit], #login-form input[type=submit]").first.click()
    page.wait_for_load_state()


def make_token(page: Page) -> None:
    page.locator("form[action='/settings/tokens'] input[name=device]").fill("Kitchen radio")
    page.locator("form[action='/settings/tokens'] button[type=submit]").click()
    expect(page.locator("[data-token]")).to_be_visible()


def search_again(page: Page) -> None:
    """Come back after searches that led somewhere."""
    kept = [
        "halcyon pike",
        "夜行列車の窓から見えるもの",
        "שיר לערב",
        "the song whose title the singer wrote down on the back",
    ]
    page.evaluate("kept => { localStorage.searches = JSON.stringify(kept) }", kept)
    page.reload()
    expect(page.locator(".recent li")).to_have_count(len(kept))
    page.evaluate("localStorage.removeItem('searches')")


PAGES = (
    View("home", "/"),
    View("home-listener", "/", who="listener"),
    View("home-playing", "/", who="player", act=play),
    View("home-empty", "/", empty=True),
    View("home-offline", "/", act=lose_the_server),
    View("elsewhere", "/", who="player", act=play_elsewhere, everywhere=False),
    View("menu", "/", act=open_menu),
    View("keys", "/", act=open_keys),
    View("now", "/albums/{album[plain]}", who="player", act=open_now),
    View("now-right-to-left", "/albums/{album[right_to_left]}", who="player", act=open_now),
    View("now-long", "/albums/{album[long]}", who="player", act=open_now),
    View("queue", "/albums/{album[cjk]}", who="player", act=open_queue),
    View("toast", "/albums/{album[plain]}", who="player", act=fail_to_play),
    View("search", "/search"),
    View("search-found", "/search?q=ti"),
    View("search-right-to-left", "/search?q=%D7%9C%D7%99%D7%9C%D7%94"),
    View("search-mended", "/search?q=tidelinne"),
    View("search-fields", "/search?q=artist%3Ahalcyon+year%3A2024"),
    View("search-songs", "/search?q=hour&kind=songs", everywhere=False),
    View("search-artists", "/search?q=the&kind=artists"),
    View("search-recent", "/search", act=search_again),
    View("search-cjk", "/search?q=%E5%A4%9C"),
    View("search-offline", "/search", act=search_alone),
    View("search-nothing", "/search?q=qqzzxxqq"),
    View("search-empty", "/search", empty=True),
    View("artist", "/artists/{artist[plain]}"),
    View("artist-long", "/artists/{artist[long]}"),
    View("artist-arabic", "/artists/{artist[arabic]}"),
    View("artist-songs", "/artists/{artist[thousand]}/songs"),
    View("artist-albums", "/artists/{artist[plain]}/albums"),
    View("artist-without-songs", "/artists/{empty_artist}", status=404),
    View("album", "/albums/{album[plain]}"),
    View("album-right-to-left", "/albums/{album[right_to_left]}"),
    View("album-arabic", "/albums/{album[arabic]}"),
    View("album-cjk", "/albums/{album[cjk]}"),
    View("album-emoji", "/albums/{album[emoji]}"),
    View("album-long", "/albums/{album[long]}"),
    View("album-explicit", "/albums/{album[explicit]}"),
    View("album-thousand", "/albums/{album[thousand]}", everywhere=False),
    View("album-scheduled", "/albums/{album[scheduled]}", status=404),
    View("track", "/tracks/{track[plain]}"),
    View("track-long", "/tracks/{track[long]}"),
    View("track-right-to-left", "/tracks/{track[right_to_left]}"),
    View("albums", "/albums"),
    View("songs", "/songs"),
    View("songs-by-title", "/songs?order=title"),
    View("genres", "/genres"),
    View("genres-empty", "/genres", empty=True),
    View("genre", "/genres/{genre}"),
    View("device", "/device"),
    View("device-kept", "/albums/{album[plain]}", act=keep),
    View("device-offline", "/albums/{album[cjk]}", act=keep_and_leave),
    View("device-full", "/albums/{album[long]}", act=keep_too_much, everywhere=False),
    View("settings", "/settings"),
    View("settings-listener", "/settings", who="listener"),
    View("password", "/settings/password", who="listener"),
    View("password-refused", "/settings/password", who="listener", act=send),
    View("delete-account", "/settings/delete", who="listener"),
    View("token", "/settings", who="listener", act=make_token),
    View("login", "/login"),
    View("login-refused", "/login", act=send),
    View("signup", "/signup"),
    View("signup-refused", "/signup", act=send),
    View("login-too-often", "/login", act=guess),
    View("not-found", "/no-such-page", status=404),
    View("offline", "/", who="player", act=lose_the_net),
    View("refused", "/settings", act=come_too_late),
    View("failure", "/", status=500, fails=True),
    View("admin-login", "/admin/login/"),
    View("admin", "/admin/", who="curator"),
    View("admin-tracks", "/admin/catalog/track/", who="curator"),
    View("admin-track", "/admin/catalog/track/{track[plain]}/change/", who="curator"),
    View("admin-track-making", "/admin/catalog/track/{track[cjk]}/change/", who="curator"),
    View("admin-track-failed", "/admin/catalog/track/{track[long]}/change/", who="curator"),
    View("admin-track-right-to-left", "/admin/catalog/track/{track[right_to_left]}/change/", who="curator"),
    View("admin-album-add", "/admin/catalog/album/add/", who="superuser"),
    View("admin-albums", "/admin/catalog/album/", who="curator"),
    View("admin-album", "/admin/catalog/album/{album[long]}/change/", who="curator"),
    View("admin-artists", "/admin/catalog/artist/", who="curator"),
    View("admin-artist", "/admin/catalog/artist/{artist[plain]}/change/", who="curator"),
    View("admin-artists-merge", "/admin/catalog/artist/merge/?ids={artist[plain]},{artist[double]}", who="curator"),
    View("admin-artist-history", "/admin/catalog/artist/{artist[plain]}/history/", who="curator"),
    View("admin-duplicates", "/admin/catalog/artist/duplicates/", who="curator"),
    View("admin-genres", "/admin/catalog/genre/", who="curator"),
    View("admin-genre-history", "/admin/catalog/genre/{genre_id}/history/", who="curator"),
    View("admin-tracks-together", "/admin/catalog/track/together/edit/?ids={track[plain]},{track[cjk]}", who="curator"),
    View("admin-uploads", "/admin/catalog/upload/", who="curator"),
    View("admin-upload", "/admin/catalog/upload/add/", who="curator"),
    View("admin-work", "/admin/catalog/work/", who="curator"),
    View("admin-work-failed", "/admin/catalog/work/?state__exact=failed", who="curator"),
    View("admin-work-none", "/admin/catalog/work/?state__exact=running&kind=hash", who="curator"),
    View("admin-quality", "/admin/playback/play/quality/", who="curator"),
    View(
        "admin-quality-none",
        "/admin/playback/play/quality/?period=hour&region=eu-central",
        who="curator",
        everywhere=False,
    ),
    View("admin-files", "/admin/catalog/libraryfile/", who="curator"),
    View("admin-renditions", "/admin/catalog/rendition/", who="curator"),
    View("admin-history", "/admin/catalog/change/", who="curator"),
    View("admin-act", "/admin/catalog/change/act/{act}/", who="curator"),
    View("admin-deleted", "/admin/catalog/change/deleted/", who="curator"),
    View("admin-superuser", "/admin/", who="superuser"),
    View("admin-users", "/admin/accounts/user/", who="superuser"),
    View("admin-user", "/admin/accounts/user/1/change/", who="superuser"),
)
