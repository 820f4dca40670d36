"""Refuse settings of delivery that cannot work together, before anybody listens. Each finding has an id and a hint."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register  # noqa: A004
from django.utils.module_loading import import_string

MIB = 1 << 20
LEAST_HOT = 32 * MIB  # bytes: objects of more than three quarters of it are served in parts only
KEY_FAULT = "playback.rsakeys.fault"  # named, since its library takes 9 MB, which only CloudFront's signer is worth
SAME_SECRET = 16  # characters that two secrets share by more than chance


@register("delivery")
def check_delivery(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """Look at the settings alone: nothing goes over a network."""
    return [*_places(), *_signer(), *_keys(), *_memory()]


def _places() -> Iterator[CheckMessage]:
    if settings.EDGES and not settings.ORIGINS:
        yield Error(
            "EDGES are set, and no ORIGINS.",
            hint="Edges fetch from object storage: set ORIGINS, or leave EDGES empty and let the web node serve files.",
            id="delivery.E001",
        )
    if settings.COLD == "edge" and not settings.EDGES:
        yield Warning("COLD=edge without EDGES: the web node serves everything.", hint="Set EDGES.", id="delivery.W002")
    if settings.EMBEDDED:
        return
    plain = [edge.name for edge in settings.EDGES if edge.url.startswith("http://")]
    if plain:
        yield Error(
            f"Listeners would reach these edges without TLS: {', '.join(plain)}.",
            hint="Give their https:// addresses in EDGES; pages over https may play nothing else.",
            id="delivery.E003",
        )
    if settings.EDGES and not settings.PLAYER_ORIGINS:
        yield Warning(
            "No origin may read media of the edges, so that players cannot measure, switch or keep it.",
            hint="Set PUBLIC_URL or PLAYER_ORIGINS, at the edges too.",
            id="delivery.W004",
        )
    if settings.ORIGINS and settings.REGION not in {origin.region for origin in settings.ORIGINS}:
        yield Warning(
            f"No origin is in this node's region, {settings.REGION}.",
            hint="Set REGION to the one of ORIGINS that is nearest.",
            id="delivery.W005",
        )


def _signer() -> Iterator[CheckMessage]:
    if settings.MEDIA_SIGNER != "cloudfront":
        return
    if not settings.EDGES:
        yield Error(
            "MEDIA_SIGNER=cloudfront without EDGES.",
            hint="Name the distribution in EDGES, such as cdn:eu:https://d111.cloudfront.net.",
            id="delivery.E006",
        )
    if not settings.CLOUDFRONT_KEY_ID:
        yield Error(
            "MEDIA_SIGNER=cloudfront without CLOUDFRONT_KEY_ID.",
            hint="It is the id of the public key in the distribution's key group.",
            id="delivery.E007",
        )
    reason = import_string(KEY_FAULT)(Path(settings.CLOUDFRONT_KEY_FILE))
    if reason:
        yield Error(
            f"CLOUDFRONT_KEY_FILE {reason}.",
            hint="It names the RSA private key whose public key CloudFront has, as PEM without a password.",
            id="delivery.E008",
        )
    elif Path(settings.CLOUDFRONT_KEY_FILE).stat().st_mode & 0o077 and not settings.EMBEDDED:
        yield Warning(
            "Others can read CLOUDFRONT_KEY_FILE.", hint="chmod 600, owned by the web node's user.", id="delivery.W009"
        )


def _keys() -> Iterator[CheckMessage]:
    secrets = {"SECRET_KEY": settings.SECRET_KEY, "S3_SECRET_KEY": settings.S3_SECRET_KEY}
    for name, secret in secrets.items():
        for kid, key in settings.MEDIA_SIGNING_KEYS.items():
            if secret and (secret[:SAME_SECRET] in key or key[:SAME_SECRET] in secret):
                yield Error(
                    f"The media key {kid} and {name} share their text.",
                    hint="Edges know the media keys: draw each secret by itself.",
                    id="delivery.E010",
                )


def _memory() -> Iterator[CheckMessage]:
    if not settings.ORIGINS:
        return
    base = next(folder for folder in (settings.HOT_DIR, *settings.HOT_DIR.parents) if folder.exists())
    if not base.is_dir() or not os.access(base, os.W_OK | os.X_OK):
        yield Error(
            f"HOT_DIR cannot be written: {base}.",
            hint="The web node serves objects of the origins from there; best a tmpfs.",
            id="delivery.E011",
        )
        return
    if settings.HOT_BYTES < LEAST_HOT:
        yield Warning(
            f"HOT_BYTES is less than {LEAST_HOT // MIB} MiB.",
            hint="Objects of more than three quarters of it are served in parts only.",
            id="delivery.W012",
        )
    disk = os.statvfs(base)
    if disk.f_blocks * disk.f_frsize < settings.HOT_BYTES * settings.WEB_WORKERS:
        yield Warning(
            f"{settings.WEB_WORKERS} web processes may keep more in {base} than it holds.",
            hint="Give the tmpfs more (a container's has 64 MB), or lower HOT_BYTES, which is for one process.",
            id="delivery.W013",
        )
