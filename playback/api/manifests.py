"""The REST door of adaptive players: HLS playlists and DASH presentations, with signed addresses of the audio."""

import time
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import exceptions
from rest_framework.request import Request

from playback import adaptive, links, manifests, passes
from playback.signing import Verdict
from spotify_lite import region, rest
from spotify_lite.personal import PersonalView
from spotify_lite.schema import problems

REFUSALS = problems(401, 403, 404, 410, 503)
SIGNED = (
    "Where a login is needed, the address that JSON names carries a signature instead, for players without headers."
)
# Chromium's own HLS takes the last of equal variants, the farthest place, and never another: it is told one place
# alone. hls.js fetches as "empty", and Apple's player, which takes the first, sends no such header.
MEDIA_ELEMENTS = {"audio", "video"}
EDGE = OpenApiParameter("edge", str, description="The POP whose address is wanted; empty: the web node's own.")


class Expired(exceptions.APIException):
    """The address let its reader in, and its time is over."""

    status_code = 410
    default_detail = "The address has expired. Please ask for the track again."


class ManifestView(PersonalView):
    """A manifest of a track: for who signed in, or whose address is signed; the player's own origins may read it."""

    def check_permissions(self, request: Request) -> None:
        verdict = passes.judge(request.path, request.META["QUERY_STRING"], now=time.time())
        if verdict is Verdict.VALID:
            return
        try:
            super().check_permissions(request)
        except exceptions.NotAuthenticated:
            if verdict is Verdict.EXPIRED:
                raise Expired from None
            if verdict is Verdict.BAD:
                raise exceptions.PermissionDenied("The address is not signed, or was altered.") from None
            raise

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        answer: HttpResponseBase = super().finalize_response(request, response, *args, **kwargs)
        if settings.PLAYER_ORIGINS:
            patch_vary_headers(answer, ["Origin"])
            if (origin := request.headers.get("Origin")) in settings.PLAYER_ORIGINS:
                answer["Access-Control-Allow-Origin"] = origin
        return answer


class HlsView(ManifestView):
    """The playlist of a track's playlists."""

    @extend_schema(
        operation_id="hls",
        summary="Get the HLS playlist",
        description=f"A variant a bitrate at each place that has the track. {SIGNED}",
        tags=["playback"],
        responses={(200, manifests.HLS_TYPE): str, **REFUSALS},
    )
    def get(self, request: Request, track_id: int) -> HttpResponse:
        at = timezone.now()
        steps = _found(adaptive.ladder(track_id, at=at))
        exp = adaptive.exp_of(steps, at=at)
        fallbacks = request.headers.get("Sec-Fetch-Dest") not in MEDIA_ELEMENTS
        variants = adaptive.playlists(track_id, steps, _links(request), exp=exp, fallbacks=fallbacks)
        return HttpResponse(manifests.multivariant(variants), content_type=manifests.HLS_TYPE)


class RenditionView(ManifestView):
    """The playlist of one bitrate."""

    @extend_schema(
        operation_id="hls_rendition",
        summary="Get the HLS playlist of one bitrate",
        description=f"Byte ranges of one signed address. {SIGNED}",
        tags=["playback"],
        parameters=[EDGE],
        responses={(200, manifests.HLS_TYPE): str, **REFUSALS},
    )
    def get(self, request: Request, track_id: int, rendition: str) -> HttpResponse:
        at = timezone.now()
        [step] = _found(adaptive.ladder(track_id, at=at, name=rendition))
        exp = adaptive.exp_of([step], at=at)
        url = adaptive.file_at(request.query_params.get("edge"), step, _links(request), exp=exp)
        return HttpResponse(manifests.media_playlist(step.rendition, url), content_type=manifests.HLS_TYPE)


class DashView(ManifestView):
    """The DASH presentation of a track."""

    @extend_schema(
        operation_id="dash",
        summary="Get the DASH presentation",
        description=f"On-demand profile; a `BaseURL` for each place that has the track. {SIGNED}",
        tags=["playback"],
        responses={(200, manifests.DASH_TYPE): str, **REFUSALS},
    )
    def get(self, request: Request, track_id: int) -> HttpResponse:
        at = timezone.now()
        steps, signed = _found(adaptive.ladder(track_id, at=at)), _links(request)
        exp = adaptive.exp_of(steps, at=at)
        described = [(step.rendition, adaptive.files(step, signed, exp=exp)) for step in steps]
        return HttpResponse(manifests.presentation(described), content_type=manifests.DASH_TYPE)


def _found(steps: list[adaptive.Step]) -> list[adaptive.Step]:
    if not steps:
        raise exceptions.NotFound
    return steps


def _links(request: Request) -> links.Links:
    base, here = rest.origin(request._request), region.of(request._request)
    return links.Links(base=base, at=timezone.now().timestamp(), region=here)
