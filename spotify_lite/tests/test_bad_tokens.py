"""Tokens that are none, or are no more: one and the same 401; and no address or cookie carries one."""

import base64
import json

import pytest

from spotify_lite.tests.node import Node

pytestmark = [pytest.mark.rig, pytest.mark.xdist_group("node")]

CALLS = [
    ("/api/v1/me", "GET"),
    ("/api/v1/tracks", "GET"),
    ("/api/v1/auth/tokens", "GET"),
    ("/api/v1/me/playback", "PUT"),
]
HEADER = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').rstrip(b"=")
BAD = {
    "empty": b"",
    "short": b"abc",
    "of the right length": b"A" * 43,
    "10 KB": b"A" * 10_240,
    "with a NUL escaped": b"%00" * 15,
    "a JWT without a signature": HEADER + b"." + base64.urlsafe_b64encode(b'{"user":1}') + b".",
    "two words": b"A B",
    "a wildcard": b"%" * 43,
}


def problem(answer) -> tuple[int, str, dict[str, object]]:
    return answer.status, answer.headers["content-type"], json.loads(answer.body)


@pytest.mark.parametrize("value", BAD.values(), ids=BAD)
def test_a_bad_token_is_one_and_the_same_401(node: Node, value: bytes) -> None:
    for target, method in CALLS:
        answer = node.ask(target, method, headers=b"Authorization: Token " + value + b"\r\n")
        status, kind, document = problem(answer)
        assert (status, kind, document["detail"]) == (401, "application/problem+json", "The token is not valid.")
        assert answer.headers["www-authenticate"] == "Token"
        assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("who", ["gone", "revoked"])
def test_a_dead_token_says_no_more_than_a_bad_one(node: Node, who: str) -> None:
    for target, method in CALLS:
        dead = node.ask(target, method, headers=node.bearing(who))
        bad = node.ask(target, method, headers=b"Authorization: Token " + b"A" * 43 + b"\r\n")
        assert problem(dead) == problem(bad)


def test_an_altered_token_is_nobodys(node: Node) -> None:
    good = node.tokens["listener"]
    assert node.ask("/api/v1/me", headers=node.bearing("listener")).status == 200
    for altered in (good[:-1], good + "A", good.swapcase(), good[::-1], f" {good}", f'"{good}"', good[:8] + "A" * 35):
        assert node.ask("/api/v1/me", headers=f"Authorization: Token {altered}\r\n".encode()).status == 401


def test_two_tokens_are_none(node: Node) -> None:
    both = node.bearing("listener") + node.bearing("stranger")
    assert node.ask("/api/v1/me", headers=both).status == 401


@pytest.mark.parametrize("name", ["token", "access_token", "api_key", "apiKey", "t", "Authorization"])
def test_an_address_or_a_cookie_carries_no_token(node: Node, name: str) -> None:
    """An address is logged, kept by browsers and sent on; what stands in it opens nothing."""
    token = node.tokens["listener"]
    for answer in (
        node.ask(f"/api/v1/auth/tokens?{name}={token}"),
        node.ask("/api/v1/auth/tokens", headers=f"Cookie: {name}={token}\r\n".encode()),
        node.ask("/api/v1/auth/tokens", headers=f"X-{name.replace('_', '-')}: {token}\r\n".encode()),
    ):
        assert answer.status == 401


@pytest.mark.parametrize("scheme", [b"Basic", b"Bearer", b"Digest", b"AWS4-HMAC-SHA256", b"Tokenx", b""])
def test_another_scheme_is_nobody(node: Node, scheme: bytes) -> None:
    pair = base64.b64encode(b"listener:listener-secret-1")
    for value in (pair, node.tokens["listener"].encode()):
        headers = b"Authorization: " + scheme + b" " + value + b"\r\n"
        assert node.ask("/api/v1/auth/tokens", headers=headers).status == 401
        assert json.loads(node.ask("/api/v1/me", headers=headers).body)["listener"] is None


def test_a_token_opens_no_page_and_no_desk(node: Node) -> None:
    """What a phone holds is for the REST calls alone."""
    for target in ("/settings", "/admin/"):
        with_token, without = (node.ask(target, headers=headers) for headers in (node.bearing("listener"), b""))
        assert with_token.status == without.status
        assert b"listener" not in with_token.body
