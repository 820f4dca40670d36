"""Methods that an address does not take: 405 with those that it takes, whatever is asked, and no disguise helps."""

import pytest

from spotify_lite.tests.node import Node

pytestmark = [pytest.mark.rig, pytest.mark.xdist_group("node")]

# What takes no other methods than these; which person may use them is test_permissions.
TAKEN = {
    "/": "GET, HEAD",
    "/search?q=a": "GET, HEAD",
    "/login": "GET, HEAD, POST, OPTIONS",
    "/logout": "POST, OPTIONS",
    "/healthz": "GET, HEAD",
    "/readyz": "GET, HEAD",
    "/words/en.json": "GET, HEAD",
    "/admin/": "GET, HEAD, POST",
    "/admin/login/": "GET, HEAD, POST",
    "/api/docs/": "GET, HEAD",
    "/api/schema/": "GET, HEAD",
    "/api/v1/tracks": "GET, HEAD, OPTIONS",
    "/api/v1/me": "GET, HEAD, OPTIONS",
    "/api/v1/me/progress": "POST, OPTIONS",
    "/api/v1/me/playback": "GET, PUT, HEAD, OPTIONS",
    "/api/v1/auth/tokens": "GET, POST, HEAD, OPTIONS",
    "/api/v1/auth/tokens/AAAAAAAA": "DELETE, OPTIONS",
    "/media/ab/x.mp3": "GET, HEAD, OPTIONS",
    "/covers/ab/x/64.webp": "GET, HEAD, OPTIONS",
}
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "GETTY")


@pytest.mark.parametrize("target", TAKEN)
def test_other_methods_are_refused_by_name(node: Node, target: str) -> None:
    taken = {method.strip() for method in TAKEN[target].split(",")}
    for method in METHODS:
        if method in taken:
            continue
        answer = node.ask(target, method, headers=b"X-Secret: 12345\r\n")
        assert (method, answer.status) == (method, 405)
        assert {word.strip() for word in answer.headers["allow"].split(",")} == taken
        assert b"12345" not in answer.body  # what TRACE is there for
        if target.startswith("/api/") and answer.body:
            assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("target", TAKEN)
def test_options_are_answered_by_their_rules(node: Node, target: str) -> None:
    answer = node.ask(target, "OPTIONS", headers=node.bearing("listener"))
    expected = (200, 204) if "OPTIONS" in TAKEN[target] else (405,)
    assert answer.status in expected
    assert "content-type" not in answer.headers or answer.body or answer.headers.get("content-length") == "0"


@pytest.mark.parametrize("method", ["get", "Get", "post", "head"])
def test_methods_are_in_capitals(node: Node, method: str) -> None:
    """Django takes `get` for GET; caches and balancers before it do not."""
    for target in ("/", "/api/v1/me", "/admin/login/"):
        assert node.ask(target, method).status == 400
    assert node.ask("/covers/ab/x/64.webp", method).status == 405


@pytest.mark.parametrize(
    "disguise", [b"X-HTTP-Method-Override: %s\r\n", b"X-HTTP-Method: %s\r\n", b"X-Method-Override: %s\r\n"]
)
def test_no_header_makes_one_method_another(node: Node, disguise: bytes) -> None:
    own = f"/api/v1/auth/tokens/{node.tokens['listener'][:8]}"
    for method in ("POST", "GET"):
        assert node.ask(own, method, headers=disguise % b"DELETE" + node.bearing("listener")).status == 405
        assert node.ask(f"{own}?_method=DELETE", method, headers=node.bearing("listener")).status == 405
    assert node.ask("/api/v1/me", "POST", headers=disguise % b"GET").status == 405
    assert node.ask("/api/v1/me", headers=node.bearing("listener")).status == 200


@pytest.mark.parametrize(
    "line", ["OPTIONS * HTTP/1.1", "CONNECT evil.example:443 HTTP/1.1", "GET / HTTP/9.9", "GET /", "PRI * HTTP/2.0"]
)
def test_other_protocols_are_refused(node: Node, line: str) -> None:
    answer = node.send(line.encode())
    assert answer.count <= 1
    assert not answer.raw or 400 <= answer.status < 500
