"""The doctor's looks at who serves what is played: the signer, the POPs, this node's own memory."""

import json
import shutil
import time
from collections.abc import Iterator
from email.utils import parsedate_to_datetime

import urllib3
from django.conf import settings
from django.db import DatabaseError

from catalog import media
from catalog.models import Rendition
from playback import cloudfront, signing
from spotify_lite.doctor import MISSING, OK, WARNING, Finding, side_by_side
from spotify_lite.places import Edge

TIMEOUT = urllib3.Timeout(connect=2.0, read=4.0)  # seconds
SKEW = 2.0  # seconds between two clocks; addresses live for a quarter of an hour at least, an alarm is in time
NOWHERE = f"/media/00/{'0' * 64}.mp4"  # no object has this name
LONG_AGO = 1_000_000_000  # Unix seconds


def findings() -> Iterator[Finding]:
    """Look at the signer, at each POP, and at the memory for what is cold."""
    signer = look_at_signer()
    yield signer
    path = _newest()
    if settings.EDGES and signer.state == OK:
        looks = {f"edge {one.name}": lambda edge=one: list(look_at(edge, path)) for one in settings.EDGES}
        yield from side_by_side(looks)
    if settings.ORIGINS:
        yield hot_cache()


def look_at_signer() -> Finding:
    if settings.MEDIA_SIGNER == "hmac" or not settings.EDGES:
        words = f"HMAC with the key {settings.MEDIA_SIGNING_KID}, of {len(settings.MEDIA_SIGNING_KEYS)} that verify"
        return Finding("signer", OK, words)
    try:
        cloudfront.signer().url(settings.EDGES[0].url, NOWHERE, LONG_AGO)
    except (OSError, ValueError, TypeError) as error:
        return Finding("signer", MISSING, f"CLOUDFRONT_KEY_FILE is no private key ({type(error).__name__})")
    return Finding("signer", OK, f"CloudFront with the key pair {settings.CLOUDFRONT_KEY_ID}")


def look_at(edge: Edge, path: str | None) -> Iterator[Finding]:
    """Look whether a POP answers, knows our signature, refuses others, and has objects; `path` is one that exists."""
    subject = f"edge {edge.name}"
    own = settings.MEDIA_SIGNER == "hmac"
    with urllib3.PoolManager(retries=False, timeout=TIMEOUT) as http:
        try:
            refused = http.request("GET", f"{edge.url}{path or NOWHERE}", redirect=False)
            trouble = list(_clock(subject, refused)) + (list(_health(subject, http, edge)) if own else [])
            if refused.status != 403:
                trouble.append(Finding(subject, MISSING, f"answers {refused.status} to what is not signed, not 403"))
            trouble += _knows_us(subject, http, edge) if own else []
            if path and not any(found.state == MISSING for found in trouble):
                trouble += _gives(subject, http, _signed(edge, path))
        except urllib3.exceptions.HTTPError as error:
            words = f"{edge.url} does not answer ({type(error).__name__}); listeners are sent elsewhere"
            yield Finding(subject, WARNING, words)
            return
    yield from trouble or [Finding(subject, OK, f"{edge.url} answers, and takes our signature and no other")]


def _signed(edge: Edge, path: str) -> str:
    exp = signing.exp_for(time.time())
    if settings.MEDIA_SIGNER == "cloudfront":
        return cloudfront.signer().url(edge.url, path, exp)
    kid = settings.MEDIA_SIGNING_KID
    return edge.url + signing.sign(path, exp, kid, settings.MEDIA_SIGNING_KEYS[kid])


def _knows_us(subject: str, http: urllib3.PoolManager, edge: Edge) -> list[Finding]:
    """Ask with every key for what has expired: 410 says that the signature is right, and no origin is asked."""
    found = []
    for kid, key in settings.MEDIA_SIGNING_KEYS.items():
        answer = http.request("GET", edge.url + signing.sign(NOWHERE, LONG_AGO, kid, key), redirect=False)
        if answer.status != 410:
            state = MISSING if kid == settings.MEDIA_SIGNING_KID else WARNING
            words = f"does not know the key {kid}: new keys go to the edges first, and old ones leave them last"
            found.append(Finding(subject, state, words))
    return found


def _gives(subject: str, http: urllib3.PoolManager, url: str) -> Iterator[Finding]:
    answer = http.request("GET", url, headers={"Range": "bytes=0-0"}, redirect=False)
    if answer.status == 403:
        yield Finding(subject, MISSING, "does not take our signature")
    elif answer.status not in {200, 206}:
        yield Finding(subject, WARNING, f"answers {answer.status} for the newest audio: has it a way to the origins?")


def _health(subject: str, http: urllib3.PoolManager, edge: Edge) -> Iterator[Finding]:
    answer = http.request("GET", f"{edge.url}/edge/health", redirect=False)
    try:
        status = json.loads(answer.data)["status"]
    except (ValueError, KeyError, TypeError):
        yield Finding(subject, WARNING, "does not say how it is, so no listener is sent there")
        return
    if status != "ok":
        yield Finding(subject, WARNING, f"says that it is {status}: new listeners are sent elsewhere")


def _clock(subject: str, answer: urllib3.BaseHTTPResponse) -> Iterator[Finding]:
    try:
        skew = parsedate_to_datetime(answer.headers.get("Date", "")).timestamp() - time.time()
    except ValueError:
        return
    if abs(skew + 0.5) > SKEW + 0.5:  # the header has whole seconds, cut off
        yield Finding(
            subject, WARNING, f"its clock and ours differ by {abs(skew):.0f} s: addresses end too early or late"
        )


def hot_cache() -> Finding:
    if settings.COLD == "edge":
        return Finding("cold", OK, "what no POP has yet is served by the POPs (COLD=edge)")
    place = next(folder for folder in (settings.HOT_DIR, *settings.HOT_DIR.parents) if folder.is_dir())
    needed = settings.HOT_BYTES * settings.WEB_WORKERS
    room = shutil.disk_usage(place)
    words = f"what no POP has yet is served by this node, out of {settings.HOT_DIR}"
    if room.total < needed:
        return Finding("cold", WARNING, f"{words}; HOT_BYTES for each process needs {needed >> 20} MiB there")
    return Finding("cold", OK, words)


def _newest() -> str | None:
    """Return the path of the newest audio that the storage surely has: one of a ladder."""
    try:
        found = Rendition.objects.filter(name__startswith="aac").order_by("-id").values_list("key", "extension").first()
    except DatabaseError:
        return None
    return f"/media/{media.object_name(*found)}" if found and settings.ORIGINS else None
