"""Addresses at CloudFront: what its public key verifies, made once and kept, and only for edges."""

import base64
import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from rest_framework.test import APIClient

from conftest import MakeTrack
from playback import cloudfront
from spotify_lite.places import Edge, Origin

KEY = rsa.generate_private_key(65537, 2048)
BASE = "https://d111.cloudfront.net"
PATH = f"/media/ab/ab{'0' * 62}.mp4"
EXP = 1_800_000_000


@pytest.fixture(autouse=True)
def distribution(settings: Any, tmp_path: Path) -> None:
    file = tmp_path / "key.pem"
    file.write_bytes(KEY.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()))
    settings.MEDIA_SIGNER, settings.CLOUDFRONT_KEY_ID, settings.CLOUDFRONT_KEY_FILE = "cloudfront", "K1", str(file)
    settings.EDGES, settings.COLD = (Edge("cdn", "local", BASE),), "edge"
    settings.ORIGINS = (Origin("local", "https://s3.example", "music"),)
    options = {"origin": settings.ORIGINS[0], "location": "media"}
    settings.STORAGES = settings.STORAGES | {"renditions": {"BACKEND": "catalog.buckets.Bucket", "OPTIONS": options}}


def verified(url: str) -> dict[str, str]:
    """Return the three parameters of an address whose signature is right for that address and expiry."""
    given = {name: values[0] for name, values in parse_qs(urlsplit(url).query, strict_parsing=True).items()}
    resource = url.partition("?")[0]
    condition = {"DateLessThan": {"AWS:EpochTime": int(given["Expires"])}}
    policy = json.dumps({"Statement": [{"Resource": resource, "Condition": condition}]}, separators=(",", ":"))
    signature = base64.b64decode(given["Signature"].translate(str.maketrans("-_~", "+=/")))
    KEY.public_key().verify(signature, policy.encode(), padding.PKCS1v15(), SHA1())  # noqa: S303 - CloudFront's own
    return given


def test_address_is_what_the_public_key_verifies() -> None:
    given = verified(cloudfront.signer().url(BASE, PATH, EXP))
    assert (given["Expires"], given["Key-Pair-Id"]) == (str(EXP), "K1")


def test_address_opens_one_object_until_its_time() -> None:
    url = cloudfront.signer().url(BASE, PATH, EXP)
    for altered in (url.replace("/ab/", "/ac/"), url.replace(str(EXP), str(EXP + 900)), url.replace("d111", "d112")):
        with pytest.raises(InvalidSignature):
            verified(altered)


def test_list_is_signed_once_in_a_quarter_of_an_hour(api: APIClient, make_track: MakeTrack) -> None:
    for number in range(10):
        make_track(f"Song {number}")
    made: list[str] = []
    signer = cloudfront.signer()
    rsa_signer = signer._signer.rsa_signer
    signer._signer.rsa_signer = lambda message: made.append(message) or rsa_signer(message)
    try:
        first = api.get("/api/v1/tracks").json()["results"]
        assert len(made) == 10
        assert api.get("/api/v1/tracks?order=title").json()["results"]
        assert len(made) == 10
    finally:
        signer._signer.rsa_signer = rsa_signer
    for track in first:
        verified(track["audio_url"])
        (fallback,) = track["audio"]["fallback_urls"]
        assert fallback.startswith("http://testserver/media/")
        assert "&sig=" in fallback, "the web node's own are signed by HMAC"
