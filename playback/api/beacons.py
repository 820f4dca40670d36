"""The REST door of beacons: how plays went, from whoever plays, without a word on who that is."""

import math
import time
from typing import IO, Any

import orjson
from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, serializers
from rest_framework.parsers import BaseParser
from rest_framework.permissions import AllowAny
from rest_framework.request import Request

from accounts import clients
from playback import beacons, quality
from playback.bursts import Bursts
from spotify_lite import region, rest
from spotify_lite.personal import PersonalView
from spotify_lite.schema import problems

LARGEST = 8 * 1024  # bytes of a body
# A play a second from each address: a school's worth, and of a device that was offline a day at once.
_bursts = Bursts(burst=600, rate=1)


class BeaconParser(BaseParser):
    """JSON of at most LARGEST bytes, whatever it is called: `sendBeacon` says text/plain of a text."""

    media_type = "*/*"

    def parse(self, stream: IO[Any], media_type: str | None = None, parser_context: Any = None) -> Any:
        """Return the document; raise ParseError for what is not JSON, TooLarge for more."""
        body = stream.read(LARGEST + 1)
        if len(body) > LARGEST:
            raise rest.TooLarge(f"A request brings up to {LARGEST} bytes.")
        try:
            return orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise exceptions.ParseError(f"The body is not JSON: {error}.") from None


class BeaconSerializer(serializers.Serializer[Any]):
    """For the OpenAPI document; `playback.beacons` reads."""

    play_id = serializers.UUIDField()
    first_audio_ms = serializers.FloatField(
        allow_null=True,
        required=False,
        min_value=0,
        max_value=beacons.LONGEST_WAIT,
        help_text="From the press to the sound; null where there was none.",
    )
    source = serializers.ChoiceField(choices=list(beacons.SOURCES))  # type: ignore[assignment]  # a field of this name
    stalls = serializers.IntegerField(required=False, min_value=0, max_value=beacons.MOST_STALLS)
    stall_ms = serializers.FloatField(required=False, min_value=0, max_value=beacons.LONGEST_PLAY)
    error = serializers.RegexField(
        rf"^{beacons.WORD.pattern}$",
        allow_null=True,
        required=False,
        help_text=f"What ended the play: {', '.join(beacons.ERRORS)}; other words count as the last.",
    )


class BeaconsView(PersonalView):
    """How plays went. It reads no cookie and no token."""

    authentication_classes = []
    permission_classes = [AllowAny]
    parser_classes = [BeaconParser]

    @extend_schema(
        operation_id="beacons",
        tags=["playback"],
        request={"application/json": BeaconSerializer},
        responses={204: None, **problems(400, 404, 413, 429)},
    )
    def post(self, request: Request) -> HttpResponse:
        """Take how a play went, or a list of up to 50 of them. Nothing of it says who listened to what."""
        if not settings.BEACONS:
            raise exceptions.NotFound
        try:
            told = beacons.read(request.data)
        except beacons.Wrong as wrong:
            raise exceptions.ValidationError(wrong.errors) from None
        caller = clients.address(request._request) or ""
        if wait := _bursts.wait(caller, len(told), now=time.monotonic()):
            raise exceptions.Throttled(math.ceil(wait))
        quality.note(told, region=region.of(request._request), at=timezone.now())
        return HttpResponse(status=204)
