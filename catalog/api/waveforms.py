"""The shape of a track's sound, to draw under the bar that seeks in it."""

from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.http import parse_etags
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema

from catalog.api import caching, parameters
from catalog.api.base import KEPT, CatalogView
from catalog.api.caching import Copy
from catalog.models import Measurement, Track, tracks
from spotify_lite.schema import problems

MIME = "application/octet-stream"
NOT_YET = OpenApiResponse(None, description="The track has not been measured yet.")
FOR_EVER = 31_536_000  # seconds: a year
FIELDS = ("fingerprint", "recipe", "waveform", "master__track__card")


@dataclass(frozen=True)
class _Drawn:
    peaks: bytes
    etag: str
    keys: frozenset[str]  # of the renditions of the track


class Waveform(CatalogView):
    @extend_schema(
        operation_id="tracks_waveform",
        summary="Get a track's waveform",
        description="The peaks of equal stretches of the track, 1,000 at most, a byte each; 255 is full scale. 204 "
        "until the track has been measured, which it is together with its HLS and DASH. With `of`, which is in the "
        "path of `audio_url`, the answer may be kept for ever.",
        tags=["catalog"],
        parameters=[parameters.path("track_id"), parameters.OF_KEY],
        responses={**KEPT, (200, MIME): OpenApiTypes.BINARY, 204: NOT_YET, **problems(400, 401, 404, 503)},
    )
    def get(self, request: HttpRequest, track_id: int) -> HttpResponseBase:
        key = parameters.key(request, "of")
        drawn = _drawn(track_id)
        if drawn is None:
            return HttpResponse(status=204, headers={"Cache-Control": _control(request, for_ever=False)})
        copy = Copy(
            etag=drawn.etag,
            control=_control(request, for_ever=key in drawn.keys),
            stands=drawn.etag in parse_etags(request.headers.get("If-None-Match", "")),
        )
        return copy.confirm() if copy.stands else copy.renew_bytes(drawn.peaks, MIME)


def _drawn(track_id: int) -> _Drawn | None:
    """Return what is drawn of a track that may be heard, in one query; None where it was not measured yet."""
    listed = tracks.listed(at=timezone.now(), through="master__track__")
    of_source = Measurement.objects.filter(listed, master__track_id=track_id, master__renditions__name="source")
    row: tuple[Any, ...] | None = of_source.values_list(*FIELDS).first()
    if row is None or not row[2]:
        if not Track.objects.listed(at=timezone.now()).filter(id=track_id).exists():
            raise Http404
        return None
    fingerprint, recipe, peaks, card = row
    digest = blake2b(f"{fingerprint} {recipe}".encode(), digest_size=12).hexdigest()
    return _Drawn(bytes(peaks), f'"{digest}"', frozenset(audio["key"] for audio in card["audio"]))


def _control(request: HttpRequest, *, for_ever: bool) -> str:
    shared = settings.GUESTS and "Authorization" not in request.headers
    kept = f"max-age={FOR_EVER}, immutable" if for_ever else f"max-age={caching.LONGEST}"
    return f"{'public' if shared else 'private'}, {kept}"
