"""Where one is sent on to: this host, whatever the address says."""

import re
from typing import Any
from urllib.parse import urljoin

import pytest
from django.test import Client

from accounts.models import User
from spotify_lite.tests.node import Node

AWAY = [
    "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "\\/evil.example", "/\t/evil.example",
    "https://evil.example/", "http:evil.example", "http:/evil.example", "http:///evil.example", "\n//evil.example",
    "//evil.example@testserver", "http://testserver@evil.example", "http://testserver.evil.example",
    "/%09/evil.example", "%0a//evil.example", "//evil%E3%80%82example", "javascript:alert(1)",
    "JaVaScRiPt:alert(1)", " javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>", "vbscript:x", "ftp://testserver/", "x" * 5000 + "://",
]  # fmt: skip
SIGN_IN = {"username": "curator", "password": "curator-secret-1"}
SIGN_UP = {"username": "newcomer", "password1": "a-long-secret-9", "password2": "a-long-secret-9"}
FORMS = {"/login": SIGN_IN, "/signup": SIGN_UP, "/admin/login/": SIGN_IN}
ADDRESSES = [
    "//evil.example/", "//evil.example/%2e%2e", "/%5cevil.example", "/%2f%2fevil.example", "//evil.example/admin/",
    "/admin//evil.example", "/admin/%2f%2fevil.example", "/admin/%5cevil.example", "/albums//evil.example",
]  # fmt: skip


def stays(location: str) -> bool:
    """Say whether a browser stays on this host; it takes a backslash for a slash, and no notice of a tab."""
    seen = re.sub(r"[\t\r\n]", "", location).replace("\\", "/").strip()
    return urljoin("http://testserver/login", seen).startswith("http://testserver/")


@pytest.mark.parametrize("onward", AWAY)
@pytest.mark.parametrize("path", ["/login", "/signup", "/admin/login/"])
def test_signing_in_sends_nobody_away(curator: User, path: str, onward: str) -> None:
    """The open redirect that an audit found in Funkwhale: `next` went out as it came in."""
    page = Client().get(path, {"next": onward})
    assert page.status_code == 200
    assert b'href="javascript:' not in page.content
    assert b"<script>alert" not in page.content
    answer = Client().post(path, {**FORMS[path], "next": onward})
    assert answer.status_code == 302
    assert stays(answer["Location"]), answer["Location"]


@pytest.mark.parametrize("path", ["/login", "/signup", "/admin/login/"])
def test_signing_in_goes_on_to_the_page_that_was_asked_for(curator: User, path: str) -> None:
    assert Client().post(path, {**FORMS[path], "next": "/search?q=a"})["Location"] == "/search?q=a"


@pytest.mark.parametrize("onward", AWAY)
def test_signing_out_sends_nobody_away(client: Client, listener: User, onward: str) -> None:
    for path in ("/logout", "/admin/logout/"):
        client.force_login(listener)
        answer = client.post(path, {"next": onward})
        assert answer.status_code == 302
        assert stays(answer["Location"])


@pytest.mark.rig
@pytest.mark.xdist_group("node")
@pytest.mark.parametrize("path", ADDRESSES)
def test_no_address_leads_away(node: Node, path: str) -> None:
    answer = node.ask(path)
    assert answer.status in {302, 404}
    assert stays(answer.headers.get("location", "/"))


def test_where_guests_may_not_listen_one_comes_back_to_the_page(client: Client, db: None, settings: Any) -> None:
    settings.GUESTS = False
    assert client.get("/search?q=a&b=c")["Location"] == "/login?next=/search%3Fq%3Da%26b%3Dc"
