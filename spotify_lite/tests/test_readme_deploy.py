"""The README's ways to deploy, tried as written: its commands, and its settings with addresses of this machine."""

import hashlib
import json
import re
import secrets
import shlex
import ssl
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from catalog.tests import audio
from spotify_lite.tests import rig
from spotify_lite.tests.rig import haproxy, postgres, processes, redis, s3, server

README = (server.ROOT / "README.md").read_text()
SETTINGS = (server.ROOT / "spotify_lite" / "settings.py").read_text()
POLICIES = server.ROOT / "deploy" / "cloudfront"
MAKE_TOKEN = """
from datetime import UTC, datetime
from accounts import tokens
from accounts.models import User
print("token:" + tokens.create_token(User.objects.create_user("listener"), device="", at=datetime.now(UTC))[1])
"""


def section(title: str) -> str:
    found = re.search(rf"^### {re.escape(title)}\n(.*?)(?=^###? )", README, re.MULTILINE | re.DOTALL)
    assert found, title
    return found[1]


def blocks(title: str, kind: str) -> list[list[str]]:
    """Return the lines of each fenced block of a section."""
    found = re.findall(rf"^ *```{kind}\n(.*?)^ *```$", section(title), re.MULTILINE | re.DOTALL)
    return [[line.strip() for line in block.splitlines()] for block in found]


def settings_of(title: str, number: int = 0) -> dict[str, str]:
    return dict(line.split("=", 1) for line in blocks(title, "ini")[number])


def test_every_setting_stands_in_the_table_and_nothing_else_does() -> None:
    read = set(re.findall(r'env\.\w+\(\s*"([A-Z0-9_]+)"', SETTINGS))
    rows = [row.split("|")[1] for row in section("Settings").splitlines() if row.startswith("| `")]
    told = {name for cell in rows for name in re.findall(r"`([A-Z0-9_]+)`", cell)}
    assert told == read


@pytest.mark.parametrize("title", ["One machine", "S3 and POPs of your own", "S3 and CloudFront"])
def test_what_is_named_is_there(title: str) -> None:
    for path in re.findall(r"`(deploy/[^`]+)`", section(title)):
        assert (server.ROOT / path).exists(), path
    for command in re.findall(r"manage\.py (\w+)", section(title)):
        found = [*server.ROOT.glob(f"*/management/commands/{command}.py")]
        assert found or command in {"migrate", "collectstatic", "createsuperuser"}, command


def test_policies_let_each_do_what_it_must() -> None:
    """CloudFront reads what is served, and no masters; nodes may neither open a bucket to others nor delete it."""
    [cdn] = json.loads((POLICIES / "bucket-policy.json").read_text())["Statement"]
    assert cdn["Action"] == "s3:GetObject"
    assert cdn["Resource"] == ["arn:aws:s3:::BUCKET/media/*", "arn:aws:s3:::BUCKET/covers/*"]
    assert "AWS:SourceArn" in cdn["Condition"]["StringEquals"]
    statements = json.loads((POLICIES / "node-policy.json").read_text())["Statement"]
    actions = {action for statement in statements for action in statement["Action"]}
    assert not [action for action in actions if "*" in action or "Policy" in action or "Acl" in action]
    assert {"s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:ListBucket"} <= actions


@dataclass
class Place:
    """What both ways need: a storage, databases, and music that is in them already."""

    folder: Path
    storage: s3.Storage
    node: dict[str, str]  # the README's settings, with addresses of here
    certificate: Path
    token: str

    def run(self, line: str, environment: dict[str, str]) -> str:
        """Run a command of the README."""
        words = [sys.executable if word == "python" else word for word in shlex.split(line)]
        done = subprocess.run(
            [word.replace("/path/to/music", str(self.folder / "music")) for word in words],
            cwd=server.ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def ask(self, url: str, **headers: str) -> tuple[int, bytes]:
        trust = ssl.create_default_context(cafile=str(self.certificate))
        https = urllib.request.HTTPSHandler(context=trust)
        try:
            with urllib.request.build_opener(https).open(
                urllib.request.Request(url, headers=headers), timeout=10
            ) as got:
                return got.status, got.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Start what the README takes for given, and follow it up to where POPs come in."""
    folder = tmp_path_factory.mktemp("readme")
    audio.make(
        folder / "music" / "Tideline.mp3", title="Tideline", artist="Halcyon Pike", cover=audio.picture(), seconds=4
    )
    certificate = folder / "certificate.pem"
    haproxy.make_certificate(certificate, "music.example.org")
    with (
        s3.storage(folder / "storage", region="eu") as storage,
        postgres.pair() as (primary, _),
        redis.store(folder / "cache", "cache") as cache,
        redis.store(folder / "broker", "broker") as broker,
    ):
        var = folder / "var"
        var.mkdir()
        here = server.environment(var, server.free_port()) | {"SSL_CERT_FILE": str(certificate), "HOT_DIR": str(folder)}
        node = settings_of("S3 and POPs of your own") | {
            "SECRET_KEY": secrets.token_urlsafe(48),
            "MEDIA_SIGNING_KEYS": f"a:{secrets.token_hex(32)}",
            "DATABASE_URL": primary.url,
            "REDIS_URL": cache.url,
            "BROKER_URL": broker.url,
            "ORIGINS": f"eu:{storage.endpoint}/music",
            "S3_ACCESS_KEY": storage.access_key,
            "S3_SECRET_KEY": storage.secret_key,
        }
        made = Place(folder, storage, here | node, certificate, "")
        *steps, doctor = blocks("S3 and POPs of your own", "sh")[0]
        assert doctor == "python manage.py doctor"
        for step in steps:
            made.run(step, made.node)
        made.run("python manage.py package", made.node)  # what the worker would do now
        made.token = made.run(f"python manage.py shell -v0 -c {shlex.quote(MAKE_TOKEN)}", made.node)[6:].strip()
        yield made


@contextmanager
def edge(place: Place, name: str, **extra: str) -> Iterator[str]:
    """Start a POP with the README's settings, and more; give its address."""
    told = settings_of("S3 and POPs of your own", 1)
    assert place.storage.bucket == told["EDGE_ORIGINS"].rpartition("/")[2]
    folder, port = place.folder / name, server.free_port()
    folder.mkdir()
    (folder / "keys").write_text(place.node["MEDIA_SIGNING_KEYS"])
    (folder / "secret").write_text(place.storage.secret_key)
    here = {
        "EDGE_LISTEN": f"127.0.0.1:{port}",
        "EDGE_CERTIFICATE": str(place.certificate),
        "EDGE_CERTIFICATE_KEY": str(place.certificate),
        "EDGE_ORIGINS": f"{place.storage.endpoint}/music",
        "EDGE_ACCESS_KEY": place.storage.access_key,
        "EDGE_SECRET_KEY_FILE": str(folder / "secret"),
        "EDGE_MEDIA_KEYS_FILE": str(folder / "keys"),
        "EDGE_CACHE": str(folder / "cache"),
        "EDGE_RUN": str(folder / "run"),
        "EDGE_DRAIN": "1",
        "EDGE_NOTICE": "0",
        "EDGE_ACCESS_LOG": "off",
    }
    assert set(told) <= {*here, "PLAYER_ORIGINS"}
    rig.need("nginx", package="nginx")
    url = f"https://127.0.0.1:{port}"
    command = [sys.executable, server.ROOT / "deploy" / "edge" / "run.py"]
    with processes.running(command, folder, "edge", environment=told | here | {"EDGE_URL": url} | extra) as process:

        def ready() -> bool:
            try:
                return place.ask(f"{url}/edge/health")[0] == 200
            except urllib.error.URLError:
                return False

        processes.wait(ready, process, folder / "edge.log")
        yield url


def hear(place: Place, node: dict[str, str], url: str) -> None:
    """Let the doctor look, then take a song's address from a running node, and the song from the POP alone."""
    said = place.run("python manage.py doctor", node)
    assert re.search(r"^ok +edge \S+ +.*takes our signature and no other", said, re.MULTILINE), said
    assert re.search(r"^ok +origin eu ", said, re.MULTILINE), said
    port = int(node["PORT"])
    with server.start(node, port, place.folder / "var") as web:
        told = {"Host": "music.example.org", "X-Forwarded-Proto": "https", "Authorization": f"Token {place.token}"}
        asked = urllib.request.Request(f"{web.url}/api/v1/tracks", headers=told)

        def answers() -> bool:
            try:
                urllib.request.urlopen(asked, timeout=5).close()
            except OSError:
                return False
            return True

        processes.wait(answers, web.process, web.log)
        with urllib.request.urlopen(asked, timeout=5) as answer:
            [track] = json.load(answer)["results"]
    path = urlsplit(track["audio_url"]).path
    assert track["audio_url"].startswith(f"{url}/media/"), track
    status, body = place.ask(track["audio_url"])
    assert (status, hashlib.sha256(body).hexdigest()) == (200, path.rpartition("/")[2].partition(".")[0])
    assert place.ask(url + path)[0] == 403
    assert place.ask(url + urlsplit(track["cover_url"]).path)[0] == 200


@pytest.mark.rig
@pytest.mark.slow
@pytest.mark.xdist_group("readme")
def test_s3_and_pops_of_ones_own(place: Place) -> None:
    with edge(place, "fra-1") as url:
        edges = place.node["EDGES"].replace("https://fra-1.example.org", url)
        hear(place, place.node | {"EDGES": edges, "COLD": "edge"}, url)


@pytest.mark.rig
@pytest.mark.slow
@pytest.mark.xdist_group("readme")
def test_s3_and_cloudfront(place: Place) -> None:
    """An edge that verifies as CloudFront does stands in for it; keys are made by the README's commands."""
    rig.need("openssl", package="openssl")
    keys = place.folder / "keys"
    keys.mkdir()
    for line in blocks("S3 and CloudFront", "sh")[0]:
        subprocess.run(shlex.split(line), cwd=keys, check=True, capture_output=True)
    told = settings_of("S3 and CloudFront")
    verifies = {
        "EDGE_SIGNER": "cloudfront",
        "EDGE_CLOUDFRONT_KEYS": f"{told['CLOUDFRONT_KEY_ID']}:{keys}/cloudfront.pub.pem",
    }
    with edge(place, "cdn", **verifies) as url:
        own = {name: place.node[name] for name in ("ORIGINS", "S3_ACCESS_KEY", "S3_SECRET_KEY")}
        own |= {"EDGES": told["EDGES"].replace("https://d111111abcdef8.cloudfront.net", url)}
        own |= {"CLOUDFRONT_KEY_FILE": f"{keys}/cloudfront.pem", "COLD": "edge"}
        hear(place, place.node | told | own, url)
