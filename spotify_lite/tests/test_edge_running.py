"""Running an edge: settings that are refused, TLS, and an end that breaks off nothing."""

import os
import signal
import socket
import ssl
import stat
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from spotify_lite.tests import edges
from spotify_lite.tests.edges import PLAYER, SLICE, ask
from spotify_lite.tests.rig.probe_http import Ask, Reply, ask_many
from spotify_lite.tests.rig.server import ROOT

pytestmark = [pytest.mark.rig, pytest.mark.xdist_group("edge")]

NEEDED = {"EDGE_ORIGINS": "https://s3.example.org/music", "EDGE_MEDIA_KEYS": f"a:{'k' * 40}"}


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"EDGE_ORIGINS": ""}, "EDGE_ORIGINS must name at least one storage"),
        ({"EDGE_ORIGINS": "ftp://s3.example.org/music"}, "EDGE_ORIGINS has a part that cannot be used"),
        ({"EDGE_ORIGINS": "http://s3.example.org/music;}"}, "EDGE_ORIGINS has a part that cannot be used"),
        ({"EDGE_MEDIA_KEYS": ""}, "EDGE_MEDIA_KEYS must hold kid:key pairs"),
        ({"EDGE_MEDIA_KEYS": "a:secret-but-short"}, "EDGE_MEDIA_KEYS must hold kid:key pairs"),
        ({"EDGE_MEDIA_KEYS_FILE": "/nowhere"}, "EDGE_MEDIA_KEYS_FILE cannot be read"),
        ({"EDGE_SIGNER": "none"}, "EDGE_SIGNER must be"),
        ({"EDGE_SIGNER": "cloudfront"}, "EDGE_SIGNER=cloudfront needs"),
        ({"EDGE_CACHE_SIZE": "much"}, "EDGE_CACHE_SIZE has a part that cannot be used"),
        ({"EDGE_FLOOR": "2g"}, "EDGE_FLOOR must not be above EDGE_MIN_FREE"),
        ({"EDGE_LISTEN": "80; root /"}, "EDGE_LISTEN has a part that cannot be used"),
        ({"PLAYER_ORIGINS": "https://a.example/path"}, "PLAYER_ORIGINS has a part that cannot be used"),
    ],
)
def test_setting_that_cannot_be_used_is_refused_in_a_sentence(given: dict[str, str], sentence: str) -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "deploy" / "edge" / "run.py")],
        env={"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1", **NEEDED, **given},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert (done.returncode, sentence in done.stderr, "secret" in done.stderr) == (2, True, False)


def test_files_with_keys_are_for_nobody_else(world: edges.World) -> None:
    run = world.pop.folder / "run"
    assert stat.S_IMODE(run.stat().st_mode) == 0o700
    assert stat.S_IMODE((run / "keys.js").stat().st_mode) == 0o600
    told = Path(f"/proc/{world.pop.nginx}/cmdline").read_text()
    assert not [key for key in world.pop.keys.values() if key in told]


def test_end_waits_for_who_listens(world: edges.World) -> None:
    """It says so first, goes on taking listeners for a while, and lets the last one hear the end."""
    song = world.song(3 * SLICE)
    replies: list[Reply] = []
    with world.another("ending", extra={"EDGE_NOTICE": "1", "EDGE_DRAIN": "20"}) as pop:
        assert ask(pop.port, pop.signed(song.path)).body == song.body
        asks = [Ask(pop.signed(song.path), song.body)]
        slow = Thread(target=lambda: replies.extend(ask_many(pop.port, asks, clients=1, slowly=0.1)))
        slow.start()
        time.sleep(0.2)
        pop.process.terminate()
        time.sleep(0.3)
        assert pop.health()["status"] == "draining"
        assert ask(pop.port, pop.signed(song.path)).body == song.body
        slow.join()
        assert pop.process.wait(20) == 0
    assert [reply.fault for reply in replies] == [""]
    assert replies[0].seconds > 1.2, "it listened beyond the notice"


def test_operator_drains_with_a_file(world: edges.World) -> None:
    (world.pop.cache / "drain").touch()
    try:
        limit = time.monotonic() + 15
        while world.pop.health()["status"] != "draining":
            assert time.monotonic() < limit
            time.sleep(0.1)
    finally:
        (world.pop.cache / "drain").unlink()
    while world.pop.health()["status"] != "ok":
        assert time.monotonic() < limit + 15
        time.sleep(0.1)


def test_edge_whose_sidecar_hangs_is_not_well(world: edges.World) -> None:
    """Without measurements nobody knows how full its disk is."""
    with world.another("hanging") as pop:
        (pop.folder / "run" / "health.json").write_text('{"status": "ok", "at": 1}')
        pop.process.send_signal(signal.SIGSTOP)  # it measures no more
        (pop.folder / "run" / "health.json").write_text('{"status": "ok", "at": 1}')
        assert ask(pop.port, "/edge/health").status == 503
        pop.process.send_signal(signal.SIGCONT)


def test_tls_and_http2_are_offered(world: edges.World) -> None:
    folder = world.folder / "tls-keys"
    folder.mkdir()
    certify(folder)
    extra = {"EDGE_CERTIFICATE": f"{folder / 'certificate.pem'}", "EDGE_CERTIFICATE_KEY": f"{folder / 'key.pem'}"}
    with world.another("tls", extra=extra) as pop:
        context = ssl.create_default_context(cafile=str(folder / "certificate.pem"))
        context.set_alpn_protocols(["h2", "http/1.1"])
        song = world.song(1000)
        with (
            socket.create_connection(("127.0.0.1", pop.port), timeout=10) as plain,
            context.wrap_socket(plain, server_hostname="localhost") as stream,
        ):
            assert stream.selected_alpn_protocol() == "h2"
            assert stream.version() == "TLSv1.3"
        context.set_alpn_protocols(["http/1.1"])
        with (
            socket.create_connection(("127.0.0.1", pop.port), timeout=10) as plain,
            context.wrap_socket(plain, server_hostname="localhost") as stream,
        ):
            stream.sendall(f"GET {pop.signed(song.path)} HTTP/1.1\r\nHost: x\r\nOrigin: {PLAYER}\r\n".encode())
            stream.sendall(b"Connection: close\r\n\r\n")
            received = b""
            while piece := stream.recv(65536):
                received += piece
        head, _, body = received.partition(b"\r\n\r\n")
        assert (head.split(b" ")[1], body) == (b"200", song.body)
        assert b"vary" not in head.lower(), "no player's origin is configured"


def certify(folder: Path) -> None:
    """Write a certificate for localhost that signs itself."""
    key, name = (
        ec.generate_private_key(ec.SECP256R1()),
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")]),
    )
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "key.pem").write_bytes(private)
