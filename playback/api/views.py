"""The REST door of listening: play, the stable address of the audio, progress, continue, and the playback state."""

from collections.abc import Callable
from hashlib import blake2b
from typing import Any

import orjson
from django.http import HttpResponse, HttpResponseNotModified
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.http import parse_etags
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import guests
from accounts.models import ApiToken, User
from catalog import shapes
from catalog.models import Track
from playback import decisions, links, listening, resume, state
from playback.api import requests, serializers
from playback.models import PlaybackState
from spotify_lite import cursors, region, rest
from spotify_lite.personal import PersonalView
from spotify_lite.schema import problems

MAX_EVENTS = 100  # of a request
PAGING = [
    OpenApiParameter("limit", {"type": "integer", "minimum": 1, "default": 50}, description="More than 100 is 100."),
    OpenApiParameter("cursor", str, description="From `next` of the page before."),
]
BITRATE = OpenApiParameter("bitrate", {"type": "integer", "minimum": 1}, description="kbit/s, at most.")
PREFER = OpenApiParameter(
    "Prefer", str, OpenApiParameter.HEADER, description="`bytes`: the audio itself, no redirect (RFC 7240)."
)
IF_NONE_MATCH = OpenApiParameter("If-None-Match", str, OpenApiParameter.HEADER)
REDIRECT = OpenApiResponse(None, description="To the signed address.")
BYTES = OpenApiResponse(bytes, description="With `Prefer: bytes`.")
UNCHANGED = OpenApiResponse(None, description="The state is the one of the ETag.")


class PlayView(PersonalView):
    """A press of play."""

    place = ""  # the first of its sources

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        answer: HttpResponseBase = super().finalize_response(request, response, *args, **kwargs)
        decisions.note(answer.status_code, place=self.place)
        return answer

    @extend_schema(
        operation_id="play",
        tags=["playback"],
        request=serializers.PlayRequestSerializer,
        responses={201: serializers.PlaySerializer, **problems(400, 401, 403, 404, 409, 413, 503)},
    )
    def post(self, request: Request, track_id: int) -> HttpResponse:
        """Begin a play: where the audio is, and where the listener was in it.

        The same play_id for the same track again is the same play.
        """
        play_id, device = requests.press(request.data)
        at = timezone.now()
        started = listening.start(
            _who(request),
            listener_id=request.user.id,
            track_id=track_id,
            play_id=play_id,
            device=device or _device(request),
            at=at,
        )
        signed = _links(request)
        track = shapes.track(track_id, started.plays, started.card, base=signed.covers, links=signed)
        sources = signed.sources(started.card)
        self.place = sources[0].place
        return _told(
            {
                "play_id": started.play_id,
                "track": track,
                "resume_ms": started.resume_ms,
                "sources": sources,
                "hls_url": track["hls_url"],
                "dash_url": track["dash_url"],
                "expires_at": signed.expires_at,
                "server_time": rest.timestamp(timezone.now()),
            },
            status=201,
        )


class AudioView(PersonalView):
    """The stable address of a track's audio."""

    @extend_schema(
        operation_id="audio",
        tags=["playback"],
        parameters=[BITRATE, PREFER],
        responses={302: REDIRECT, (200, "audio/*"): BYTES, **problems(400, 401, 404, 409, 503)},
    )
    def get(self, request: Request, track_id: int) -> HttpResponse:
        """Redirect to the signed address of the best audio within the bitrate, or answer its bytes."""
        at_most = _bitrate(request)
        card = Track.objects.listed(at=timezone.now()).filter(id=track_id).values_list("card", flat=True).first()
        if card is None:
            raise exceptions.NotFound
        audio = links.preferred(card, at_most=at_most)
        if audio is None:
            raise listening.TrackNotPlayable
        signed = _links(request)
        if "bytes" in {word.strip().lower() for word in request.headers.get("Prefer", "").split(",")}:
            return HttpResponse(headers={"X-Media-Path": signed.target(audio)})
        return HttpResponse(status=302, headers={"Location": signed.url(audio)})


class ProgressView(PersonalView):
    """What is heard."""

    @extend_schema(
        operation_id="progress",
        tags=["playback"],
        request=serializers.EventsSerializer,
        responses={200: serializers.ReportSerializer, **problems(400, 401, 403, 413, 503)},
    )
    def post(self, request: Request) -> HttpResponse:
        """Take events of plays. Accepted means durable; send the rest again, or not if it was rejected."""
        events = request.data.get("events") if isinstance(request.data, dict) else None
        if not isinstance(events, list):
            raise exceptions.ValidationError({"events": ["A list of events is needed."]})
        if len(events) > MAX_EVENTS:
            raise rest.TooLarge(f"A request brings up to {MAX_EVENTS} events.")
        told = listening.report(_who(request), events, device=_device(request), at=timezone.now())
        return _told(
            {
                "accepted": told.accepted,
                "rejected": [{"index": index, "code": code} for index, code in told.rejected],
                "server_time": rest.timestamp(timezone.now()),
            }
        )


class ContinueView(PersonalView):
    """What was begun."""

    @extend_schema(
        operation_id="continue",
        tags=["playback"],
        parameters=PAGING,
        responses={200: serializers.ContinueListSerializer, **problems(400, 401, 503)},
    )
    def get(self, request: Request) -> Response:
        """List the tracks that were begun and not heard to their end, the newest first."""
        listener_id = request.user.id if request.user.is_authenticated else 0
        page = cursors.page(request._request, owner=listener_id)
        base = rest.origin(request._request)
        found = resume.begun(listener_id, at=timezone.now(), after=page.after, limit=page.limit + 1)
        shown = found[: page.limit]
        signed = _links(request)
        results = [
            {
                "track": shapes.track(point.track_id, point.plays, point.card, base=signed.covers, links=signed),
                "position_ms": point.position_ms,
                "updated_at": rest.timestamp_of_ms(point.at_ms),
                "device": point.device,
            }
            for point in shown
        ]
        last = (shown[-1].at_ms, shown[-1].track_id) if len(found) > page.limit else None
        return Response({"next": page.next_url(base, last), "results": results})


class PlaybackView(PersonalView):
    """The queue, the place in it, and the active device."""

    @extend_schema(
        operation_id="playback_get",
        tags=["playback"],
        parameters=[IF_NONE_MATCH],
        responses={200: serializers.ShownSerializer, 304: UNCHANGED, **problems(401, 503)},
    )
    def get(self, request: Request) -> HttpResponse:
        """Tell the state that stands; the ETag makes polling cheap."""
        shown = state.read(request.user.id) if request.user.is_authenticated else None
        body = orjson.dumps(_state(shown))
        etag = f'"{blake2b(body, digest_size=12).hexdigest()}"'
        if etag in parse_etags(request.headers.get("If-None-Match", "")):
            return HttpResponseNotModified(headers={"ETag": etag})
        return Response(body, headers={"ETag": etag})

    @extend_schema(
        operation_id="playback_put",
        tags=["playback"],
        request=serializers.StateSerializer,
        responses={200: serializers.ShownSerializer, **problems(400, 401, 403, 413, 503)},
    )
    def put(self, request: Request) -> Response:
        """Bring the state that a listener's action made; the answer is the one that stands, this or a newer one."""
        values = _checked(serializers.StateSerializer(data=request.data))
        values["device"] = values["device"] or _device(request)
        wanted = PlaybackState(at_ms=values.pop("at"), **values)
        return Response(_state(state.put(_who(request), wanted, at=timezone.now())))


def _told(data: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """Answer JSON without REST framework's rendering, which is a twentieth of the calls that come most often."""
    return HttpResponse(orjson.dumps(data), content_type="application/json", status=status)


def _who(request: Request) -> Callable[[], User]:
    return lambda: guests.ensure(request._request, request.user)


def _device(request: Request) -> str:
    """Return the name that the client's token was made for; a browser gives its own in the body."""
    return request.auth.device if isinstance(request.auth, ApiToken) else ""


def _links(request: Request) -> links.Links:
    base, here = rest.origin(request._request), region.of(request._request)
    return links.Links(base=base, at=timezone.now().timestamp(), region=here)


def _checked(serializer: Any) -> dict[str, Any]:
    serializer.is_valid(raise_exception=True)
    return serializer.validated_data


def _bitrate(request: Request) -> int | None:
    raw = request.query_params.get("bitrate")
    if raw is None:
        return None
    if not (raw.isascii() and raw.isdigit() and len(raw) < 7 and int(raw)):
        raise exceptions.ValidationError({"bitrate": ["A whole number of kbit/s is needed."]})
    return int(raw)


def _state(shown: state.Shown | None) -> dict[str, Any]:
    return {
        "play_id": shown.play_id if shown else None,
        "seq": shown.seq if shown else None,
        "at": rest.timestamp_of_ms(shown.at_ms) if shown else None,
        "queue": shown.queue if shown else [],
        "index": shown.index if shown else 0,
        "position_ms": shown.position_ms if shown else 0,
        "playing": bool(shown and shown.playing),
        "device": shown.device if shown else "",
        "updated_at": rest.timestamp_of_ms(shown.updated_ms) if shown else None,
    }
