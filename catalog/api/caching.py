"""How long catalog answers may be kept, and whether the copy that a client holds still stands.

Everything in them changes with the catalog's version, with the addresses that expire, or with a release, so the ETag
is a hash of these and of the request's own address: a copy is confirmed without making the answer anew.
"""

from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any

import orjson
from django.conf import settings
from django.db.models import Subquery
from django.http import HttpRequest, HttpResponseBase, HttpResponseNotModified
from django.utils import timezone
from django.utils.http import parse_etags
from rest_framework.response import Response

from catalog import shapes
from catalog.models import CatalogVersion, Track
from spotify_lite import region, replicas, rest
from spotify_lite.prepared import Prepared

LONGEST = 60  # seconds: a change is seen by everyone within a minute
LINKS_STEP = 900  # seconds: addresses change at these marks (the contract's `exp`)
VERSION = Subquery(CatalogVersion.objects.filter(id=1).values("number"))  # as a column: a detail is one query less
_THE_VERSION = Prepared(CatalogVersion, lambda: CatalogVersion.objects.filter(id=1).values_list("number"))


@dataclass(frozen=True)
class Moment:
    """What the answers to one request have in common."""

    at: datetime
    base: str  # the web node's origin, as clients see it
    links: shapes.Links

    @property
    def covers(self) -> str:
        """Return the origin of covers."""
        return self.links.covers

    @classmethod
    def of(cls, request: HttpRequest) -> "Moment":
        """Return the present one."""
        at, base = timezone.now(), rest.origin(request)
        return cls(at=at, base=base, links=shapes.links_for(base=base, at=at, region=region.of(request)))


@dataclass(frozen=True)
class Copy:
    """What a client may keep of an answer, and whether what it kept before still stands."""

    etag: str
    control: str
    stands: bool

    @classmethod
    def of(cls, request: HttpRequest, moment: Moment, *, catalog: int) -> "Copy":
        """Return it for a request; `catalog` is the version, read before the rows or with the first."""
        return cls.until(request, moment, catalog=catalog, release=next_release(catalog, at=moment.at))

    @classmethod
    def until(cls, request: HttpRequest, moment: Moment, *, catalog: int, release: datetime | None) -> "Copy":
        """Return it where the next release is known, too."""
        etag = _etag(request, moment, catalog, release)
        return cls(
            etag=etag,
            control=_control(request, moment, release),
            stands=etag in parse_etags(request.headers.get("If-None-Match", "")),
        )

    def confirm(self) -> HttpResponseBase:
        """Return 304."""
        return HttpResponseNotModified(headers=self._headers())

    def renew(self, data: dict[str, Any]) -> HttpResponseBase:
        """Return 200 with the data."""
        return Response(orjson.dumps(data), headers=self._headers())

    def renew_bytes(self, data: bytes, mime: str) -> HttpResponseBase:
        """Return 200 with what is no JSON."""
        return Response(data, content_type=mime, headers=self._headers())

    def renew_for_now(self, data: dict[str, Any], *, kept: bool) -> HttpResponseBase:
        """Return 200 with data that may differ a moment later at the same version, so that nothing may confirm it."""
        headers = {"Cache-Control": self.control if kept else "no-store", "Vary": region.HEADER}
        return Response(orjson.dumps(data), headers=headers)

    def _headers(self) -> dict[str, str]:
        return {"Cache-Control": self.control, "ETag": self.etag, "Vary": region.HEADER}


@dataclass(frozen=True)
class _Release:
    version: int  # of the catalog that was asked
    at: datetime | None  # of the next release, None where there is none


_next_release: _Release | None = None  # a query that would find the same until the catalog changes or the moment comes


def version() -> int:
    """Return the catalog's version: one query."""
    row = _THE_VERSION.first()
    return row[0] if row else 0


def next_release(catalog: int, *, at: datetime) -> datetime | None:
    """Return when the next track is released; asked once a version of the catalog, or once a release, and process."""
    global _next_release
    known = _next_release
    if known is None or known.version != catalog or (known.at is not None and known.at <= at):
        coming = Track.objects.filter(published=True, available=True, release_at__gt=at)
        _next_release = known = _Release(
            version=catalog, at=coming.order_by("release_at").values_list("release_at", flat=True).first()
        )
    return known.at


def _control(request: HttpRequest, moment: Moment, release: datetime | None) -> str:
    until_step = LINKS_STEP - moment.at.timestamp() % LINKS_STEP
    until_release = (release - moment.at).total_seconds() if release else LONGEST
    kept = max(0, int(min(LONGEST, until_step, until_release)))  # what is known of releases may be a moment old
    if replicas.pinned():
        return "private, no-cache"  # this caller knows of something newer than what others are told
    shared = settings.GUESTS and "Authorization" not in request.headers
    return f"{'public' if shared else 'private'}, max-age={kept}"


def _etag(request: HttpRequest, moment: Moment, catalog: int, release: datetime | None) -> str:
    """Return a weak ETag: two answers under it tell the same, though plays may have been counted between them."""
    parts = (request.get_full_path(), catalog, moment.base, moment.links.version, release)
    digest = blake2b("\n".join(map(str, parts)).encode(), digest_size=12).hexdigest()
    return f'W/"{digest}"'
