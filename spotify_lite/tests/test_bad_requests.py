"""Requests that are no good HTTP: refused once, in few words, and nothing hidden in them is ever served."""

import socket

import pytest

from spotify_lite.tests.node import Node
from spotify_lite.tests.rig import wire

pytestmark = [pytest.mark.rig, pytest.mark.xdist_group("node")]

HIDDEN = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX: "
SMUGGLED = {
    "length and chunks": b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + HIDDEN,
    "chunks and length": b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n" + HIDDEN,
    "xchunked": b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + HIDDEN,
    "chunked, then not": b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n" + HIDDEN,
    "a space before the colon": b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" + HIDDEN,
    "a tab in the value": b"Transfer-Encoding:\tchunked\x0b\r\n\r\n0\r\n\r\n" + HIDDEN,
    "two lengths": b"Content-Length: 0\r\nContent-Length: 50\r\n\r\n" + HIDDEN,
    "a length with a sign": b"Content-Length: +5\r\n\r\nhello" + HIDDEN,
    "a length in hex": b"Content-Length: 0x5\r\n\r\nhello" + HIDDEN,
    "a length of twenty digits": b"Content-Length: 99999999999999999999\r\n\r\n" + HIDDEN,
    "a length below zero": b"Content-Length: -1\r\n\r\n" + HIDDEN,
    "a folded line": b"X: a\r\n Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + HIDDEN,
    "a line without a colon": b"Transfer-Encoding chunked\r\n\r\n" + HIDDEN,
    "a bare return": b"X: a\rTransfer-Encoding: chunked\r\n\r\n" + HIDDEN,
    "a bad chunk size": b"Transfer-Encoding: chunked\r\n\r\nzz\r\n" + HIDDEN,
    "a chunk size below zero": b"Transfer-Encoding: chunked\r\n\r\n-1\r\n" + HIDDEN,
    "a NUL in a header": b"X: a\0b\r\n\r\n" + HIDDEN,
    "a NUL in a name": b"X\0Y: a\r\n\r\n" + HIDDEN,
}


@pytest.mark.parametrize("rest", SMUGGLED.values(), ids=SMUGGLED)
def test_no_request_hides_in_another(node: Node, rest: bytes) -> None:
    """Asked for on a connection that stays open: a second answer would be to the hidden request."""
    host = f"Host: 127.0.0.1:{node.server.port}\r\n".encode()
    with socket.create_connection(("127.0.0.1", node.server.port), timeout=3) as stream:
        stream.sendall(b"POST /api/v1/auth/tokens HTTP/1.1\r\n" + host + rest)
        stream.shutdown(socket.SHUT_WR)
        received = b""
        while piece := stream.recv(65536):
            received += piece
    answer = wire.Answer(received)
    assert answer.count <= 1
    assert not received or 400 <= answer.status < 500


def test_hosts_that_are_not_one_are_refused(node: Node) -> None:
    own = f"127.0.0.1:{node.server.port}".encode()
    end = b"Connection: close\r\n\r\n"
    for head in (
        b"GET / HTTP/1.1\r\n",  # none
        b"GET / HTTP/1.1\r\nHost: \r\n",
        b"GET / HTTP/1.1\r\nHost: evil.example\r\n",
        b"GET / HTTP/1.1\r\nHost: " + own + b"\r\nHost: evil.example\r\n",
        b"GET / HTTP/1.1\r\nHost: " + own + b"\r\nHost: " + own + b"\r\n",
        b"GET / HTTP/1.1\r\nHost: " + own + b"@evil.example\r\n",
        b"GET / HTTP/1.1\r\nHost: " + own + b"\xff\r\n",
        b"GET / HTTP/1.1\r\nHost: " + own + b"/evil\r\n",
        b"GET http://evil.example/ HTTP/1.1\r\nHost: " + own + b"\r\n",
        b"GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\n",
    ):
        answer = wire.send(node.server, head + end)
        assert (head, answer.status) == (head, 400)
        assert b"evil" not in answer.body
        assert answer.headers["content-security-policy"]
        api = wire.send(
            node.server, head.replace(b" / HTTP", b" /api/v1/tracks HTTP").replace(b"e/ ", b"e/api/ ") + end
        )
        assert (head, api.status, api.headers["content-type"]) == (head, 400, "application/problem+json")
    assert wire.send(node.server, b"GET /healthz HTTP/1.0\r\n\r\n").status == 200  # a balancer's probe


def test_what_a_proxy_says_is_not_believed_from_anybody(node: Node) -> None:
    spoofed = (
        b"X-Forwarded-Host: evil.example\r\nX-Forwarded-Proto: https\r\nX-Forwarded-For: 9.9.9.9\r\n"
        b"X-Forwarded-Port: 1\r\nForwarded: host=evil.example;proto=https\r\nX-Original-URL: /admin/\r\n"
        b"X-Rewrite-URL: /admin/\r\nX-Host: evil.example\r\n"
    )
    answer = node.ask("/api/v1/tracks?limit=1", headers=spoofed)
    assert answer.status == 200
    assert b"evil.example" not in answer.body
    assert b"https://" not in answer.body
    assert f"http://127.0.0.1:{node.server.port}/api/v1/tracks?".encode() in answer.body
    assert b"evil.example" not in node.ask("/login", headers=spoofed).raw


@pytest.mark.parametrize("target", ["/search?q=", "/api/v1/search?q=", "/media/", "/genres/"])
def test_an_address_of_100_kb_is_too_long(node: Node, target: str) -> None:
    assert node.ask(target + "a" * 100_000).status == 414
    assert node.ask(target + "a" * 30_000).status in {200, 400, 403, 404, 414}


@pytest.mark.parametrize("target", ["/", "/api/v1/me", "/media/ab/x.mp3"])
def test_headers_without_end_are_too_many(node: Node, target: str) -> None:
    assert node.ask(target, headers=b"".join(b"X-%d: 1\r\n" % place for place in range(500))).status == 431
    assert node.ask(target, headers=b"X: " + b"a" * 1_000_000 + b"\r\n").status == 431


def test_who_calls_cannot_be_written_in_letters_that_are_dropped(node: Node) -> None:
    """The server leaves out what is not ASCII: such a token would have been nobody's, and its owner a guest."""
    for value in (b"Token \xff", "Token é".encode(), b"Token " + node.tokens["listener"].encode() + b"\xa0"):
        assert node.ask("/api/v1/me", headers=b"Authorization: " + value + b"\r\n").status == 400


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        (b"application/json", b"", 400),
        (b"application/json", b"{", 400),
        (b"application/json", b'{"a": NaN}', 400),
        (b"application/json", b'{"a": "\\ud800"}', 400),
        (b"application/json", b"\xff\xfe{\0}\0", 400),
        (b"application/json", b'"' + b"x" * 1_100_000 + b'"', 413),
        (b"application/json", b"[" * 200_000, 400),
        (b"application/json; charset=nonsense", b"{}", 400),
        (b"application/x-www-form-urlencoded", b"username=listener", 415),
        (b"multipart/form-data", b"x", 415),
        (b"multipart/form-data; boundary=", b"x", 415),
        (b"text/xml", b"<a/>", 415),
        (b"\t", b"{}", 415),
    ],
)
@pytest.mark.parametrize("target", ["/api/v1/auth/tokens", "/api/v1/me/progress"])
def test_a_body_that_is_no_json_is_a_problem(node: Node, target: str, kind: bytes, body: bytes, status: int) -> None:
    headers = b"Content-Type: " + kind + b"\r\n" + node.bearing("listener")
    answer = node.ask(target, "POST", headers, body)
    assert (answer.status, answer.headers["content-type"]) == (status, "application/problem+json")


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (b"multipart/form-data", b"x"),
        (b"multipart/form-data; boundary=", b"x"),
        (b"multipart/form-data; boundary=a", b"--a\r\nContent-Disposition: form-data; name=\r\n\r\n\xff\r\n--a--"),
        (b"application/x-www-form-urlencoded; charset=nonsense", b"a=b"),
        (b"application/x-www-form-urlencoded", b"&".join(b"a%d=1" % place for place in range(1500))),
        (b"application/x-www-form-urlencoded", b"next=" + b"a" * 1_100_000),
        (b"application/x-www-form-urlencoded", b"username=%00&password=%ff%fe"),
        (b"\t", b"a=b"),
    ],
)
@pytest.mark.parametrize("target", ["/login", "/signup", "/admin/login/"])
def test_a_form_that_is_none_is_refused(node: Node, target: str, kind: bytes, body: bytes) -> None:
    page = node.ask(target)
    secret = page.headers["set-cookie"].partition("=")[2].partition(";")[0].encode()
    headers = b"Content-Type: " + kind + b"\r\nCookie: csrftoken=" + secret + b"\r\nX-CSRFToken: " + secret + b"\r\n"
    assert node.ask(target, "POST", headers, body).status in {200, 400, 403, 413}


def test_nothing_of_this_was_an_accident(node: Node) -> None:
    """Runs last in this file: what was refused above left no failure in the log."""
    assert "Internal Server Error" not in node.log
    assert "No answer to" not in node.log
