"""Settings of delivery that cannot work together are refused by name, before anybody listens."""

from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.core.checks import run_checks

from spotify_lite.places import Edge, Origin

EDGE = Edge("one", "eu", "https://one.example")
ORIGIN = Origin("eu", "https://s3.example", "music")


def found() -> set[str]:
    return {message.id.removeprefix("delivery.") for message in run_checks(tags=["delivery"]) if message.id}


def pem(key: Any) -> bytes:
    return bytes(key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()))


@pytest.fixture(autouse=True)
def sound(settings: Any, tmp_path: Path) -> None:
    """Set what nothing is wrong with: production with a storage and an edge."""
    settings.EMBEDDED, settings.REGION = False, "eu"
    settings.ORIGINS, settings.EDGES = (ORIGIN,), (EDGE,)
    settings.PLAYER_ORIGINS = ["https://radio.example"]
    settings.HOT_DIR, settings.HOT_BYTES = tmp_path / "hot", 64 << 20


def test_sound_settings_pass() -> None:
    assert found() == set()


def test_embedded_defaults_pass(settings: Any) -> None:
    settings.EMBEDDED, settings.ORIGINS, settings.EDGES, settings.PLAYER_ORIGINS = True, (), (), []
    assert found() == set()


@pytest.mark.parametrize(
    ("changed", "check"),
    [
        ({"ORIGINS": ()}, "E001"),
        ({"EDGES": (), "COLD": "edge"}, "W002"),
        ({"EDGES": (Edge("one", "eu", "http://one.example"),)}, "E003"),
        ({"PLAYER_ORIGINS": []}, "W004"),
        ({"REGION": "mars"}, "W005"),
        ({"MEDIA_SIGNER": "cloudfront", "EDGES": ()}, "E006"),
        ({"MEDIA_SIGNER": "cloudfront"}, "E007"),
        ({"MEDIA_SIGNER": "cloudfront", "CLOUDFRONT_KEY_FILE": "/nowhere/key.pem"}, "E008"),
        ({"MEDIA_SIGNING_KEYS": {"a": "s" * 40}, "S3_SECRET_KEY": "s" * 40}, "E010"),
        ({"HOT_DIR": Path(__file__) / "hot"}, "E011"),
        ({"HOT_BYTES": 1 << 20}, "W012"),
        ({"HOT_BYTES": 1 << 60}, "W013"),
    ],
)
def test_what_cannot_work_is_named(settings: Any, changed: dict[str, Any], check: str) -> None:
    for name, value in changed.items():
        setattr(settings, name, value)
    assert check in found()


@pytest.mark.parametrize(
    ("content", "right"),
    [
        (pem(rsa.generate_private_key(65537, 2048)), True),
        (pem(rsa.generate_private_key(65537, 3072)), False),
        (pem(ec.generate_private_key(ec.SECP256R1())), False),
        (b"no key", False),
    ],
    ids=["2048 bits", "3072 bits", "elliptic", "no key"],
)
def test_cloudfronts_key_must_be_one_that_signs(settings: Any, tmp_path: Path, content: bytes, right: bool) -> None:
    file = tmp_path / "key.pem"
    file.write_bytes(content)
    file.chmod(0o600)
    settings.MEDIA_SIGNER, settings.CLOUDFRONT_KEY_ID, settings.CLOUDFRONT_KEY_FILE = "cloudfront", "K1", str(file)
    assert ("E008" not in found()) is right
    file.chmod(0o644)
    assert ("W009" in found()) is right
