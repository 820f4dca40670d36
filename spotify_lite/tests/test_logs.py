"""Secrets stay where they are used: not in what a node prints, nor in its database but for what no way leads back."""

import json
import re
import sqlite3
import time
from contextlib import closing

import pytest

from playback import signing
from spotify_lite.tests import node as nodes
from spotify_lite.tests.node import Node

pytestmark = [pytest.mark.rig, pytest.mark.xdist_group("node")]

RIGHT, WRONG, NEW, CHANGED = "listener-secret-1", "wr0ng-pa55word-77", "newcomer-9-Kettle", "changed-9-Lantern"


@pytest.fixture(scope="module")
def secrets_of(node: Node) -> dict[str, str]:
    """Do everything that a secret takes part in; return all of them by what they are."""
    secrets = {"password": RIGHT, "a wrong password": WRONG, "a new password": NEW, "a changed password": CHANGED}
    secrets |= {f"the token of {name}": token for name, token in node.tokens.items()}
    keys = json.loads((node.server.var / "keys.json").read_text())
    kid = keys["media_signing_kid"]
    secrets |= {"the secret key": keys["secret_key"], "the signing key": keys["media_signing_keys"][kid]}

    browser = Browser(node)
    browser.send("/login", username="listener", password=WRONG)
    browser.send("/admin/login/", username="listener", password=WRONG)
    browser.send("/login", username="listener", password=RIGHT)
    secrets["a session"] = browser.cookies["sessionid"]
    secrets["a CSRF secret"] = browser.cookies["csrftoken"]
    other = Browser(node)
    other.send("/signup", username="newcomer", password1=NEW, password2=NEW)
    other.send("/settings/password", old_password=NEW, new_password1=CHANGED, new_password2=CHANGED)
    secrets["a browser's mark"] = other.cookies.get("browser", "none was given")

    for password in (RIGHT, WRONG):
        body = json.dumps({"username": "listener", "password": password, "device": "Phone"}).encode()
        answer = node.ask("/api/v1/auth/tokens", "POST", b"Content-Type: application/json\r\n", body)
        if answer.status == 201:
            secrets["a token made here"] = json.loads(answer.body)["token"]
    node.ask(f"/api/v1/me?token={secrets['a token made here']}")
    secrets["a token that is none"] = "N0t-A-" + "q" * 37
    node.ask("/api/v1/me", headers=b"Authorization: Token " + secrets["a token that is none"].encode() + b"\r\n")
    node.ask("/api/v1/auth/tokens", "POST", b"Content-Type: application/json\r\n", b'{"password": "' + WRONG.encode())

    path = f"/media/ab/{'ab' * 32}.mp3"
    url = signing.sign(path, signing.exp_for(time.time()), kid, keys["media_signing_keys"][kid])
    secrets["the signature of an address"] = url.rpartition("sig=")[2]
    for target in (url, url[:-1] + "0", url.replace(path, "/nothing"), f"/api/v1/tracks?{url.partition('?')[2]}"):
        node.ask(target)
    return secrets


class Browser:
    """Keeps cookies and fills in the forms' tokens, over raw requests."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self.cookies: dict[str, str] = {}

    def send(self, path: str, **fields: str) -> None:
        page = self._ask(path).body.decode()
        token = page.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
        form = "&".join(f"{name}={value}" for name, value in {**fields, "csrfmiddlewaretoken": token}.items())
        answer = self._ask(path, "POST", b"Content-Type: application/x-www-form-urlencoded\r\n", form.encode())
        assert answer.status in {200, 302}

    def _ask(self, path: str, method: str = "GET", headers: bytes = b"", body: bytes = b"") -> nodes.wire.Answer:
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        answer = self.node.ask(path, method, headers + f"Cookie: {cookie}\r\n".encode(), body)
        for name, value in re.findall(rb"(?im)^set-cookie: *(\w+)=([^;\r]*)", answer.raw.partition(b"\r\n\r\n")[0]):
            self.cookies[name.decode()] = value.decode()
        return answer


def test_no_secret_is_printed(node: Node, secrets_of: dict[str, str]) -> None:
    assert node.log, "the node prints what it refuses"
    told = [what for what, secret in secrets_of.items() if secret in node.log]
    assert not told


def test_no_secret_is_in_the_database(node: Node, secrets_of: dict[str, str]) -> None:
    """Navidrome's CVE-2024-56362: what signs was in the database, in plain text."""
    with closing(sqlite3.connect(node.server.var / "spotify_lite.sqlite3")) as database:
        listing = "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'"
        rows = (row for (name,) in database.execute(listing) for row in database.execute(f"SELECT * FROM {name}"))  # noqa: S608
        dump = "\n".join(map(repr, rows))
    hashes = re.findall(r"argon2\$argon2id\$[^']+", dump)
    assert len(hashes) >= 4, "passwords are hashed with Argon2"
    assert len(set(hashes)) == len(hashes)
    found = [what for what, secret in secrets_of.items() if secret in dump]
    assert not found


def test_files_with_secrets_are_the_owners_alone(node: Node, secrets_of: dict[str, str]) -> None:
    holding = [
        path
        for path in node.server.var.rglob("*")
        if path.is_file() and secrets_of["the signing key"].encode() in path.read_bytes()
    ]
    assert [path.name for path in holding] == ["keys.json"]
    assert holding[0].stat().st_mode & 0o077 == 0
