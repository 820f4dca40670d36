"""What the calls of listening take, checked, and what they answer, for the OpenAPI document."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from rest_framework import serializers

from catalog.api.serializers import TrackSerializer
from playback import listening, merging
from spotify_lite import fields, rest

MAX_QUEUE = 1_000  # track ids
DEVICE_LENGTH = 100  # characters
TOP_ID = merging.TRACK_IDS.stop - 1

Fields = serializers.Serializer[Any]


class PlayIdField(serializers.UUIDField):
    """A UUID in its canonical text."""

    def to_internal_value(self, data: Any) -> UUID:
        play_id = merging.uuid_of(data)
        if play_id is None:
            self.fail("invalid", value=data)
        return play_id


class MomentField(serializers.DateTimeField):
    """An RFC 3339 date-time with its offset, as Unix milliseconds; not ahead of our clock."""

    def to_internal_value(self, value: Any) -> int:  # type: ignore[override]  # what the rows hold
        at_ms = merging.moment_of(value)
        if at_ms is None:
            raise serializers.ValidationError("An RFC 3339 date-time with an offset is needed.")
        if not merging.CLOCK_SET_MS <= at_ms <= listening.ms_of(timezone.now()) + merging.CLOCK_AHEAD_MS:
            raise serializers.ValidationError("The clock is wrong: take the offset from server_time.")
        return at_ms


class PlayRequestSerializer(Fields):
    play_id = PlayIdField(required=False, allow_null=True, default=None, help_text="A UUIDv7; made here if absent.")
    device = fields.WordsField(required=False, allow_blank=True, default="", max_length=DEVICE_LENGTH)


class SourceSerializer(Fields):
    url = serializers.URLField()
    mime = serializers.CharField(help_text="With codecs, as RFC 6381 writes them.")
    bitrate = serializers.IntegerField(allow_null=True, help_text="kbit/s")
    place = serializers.ChoiceField(choices=["edge", "web"])


class PlaySerializer(Fields):
    play_id = serializers.UUIDField()
    track = TrackSerializer()
    resume_ms = serializers.IntegerField(help_text="Where the listener was in it; 0 after its end.")
    sources = SourceSerializer(many=True, help_text="The most preferred first.")
    hls_url = serializers.URLField(allow_null=True)
    dash_url = serializers.URLField(allow_null=True)
    expires_at = serializers.DateTimeField(help_text="When the addresses end.")
    server_time = serializers.DateTimeField()


class EventSerializer(Fields):
    play_id = serializers.UUIDField()
    seq = serializers.IntegerField(min_value=0, max_value=merging.MAX_INT, help_text="Grows within a play.")
    track_id = serializers.IntegerField(min_value=1, max_value=TOP_ID)
    position_ms = serializers.IntegerField(min_value=0, help_text="Past the end is taken as the end.")
    state = serializers.ChoiceField(choices=list(merging.STATES))
    at = serializers.DateTimeField(help_text="Server time at which it was heard; never changed on resend.")


class EventsSerializer(Fields):
    events = EventSerializer(many=True, help_text="Up to 100; each is taken or rejected for itself.")


class RejectionSerializer(Fields):
    index = serializers.IntegerField()
    code = serializers.ChoiceField(
        choices=["event", "play_id", "seq", "track", "position", "state", "at", "clock"],
        help_text="The first thing that is wrong; `clock` is an `at` more than 60 s ahead, or of a clock never set.",
    )


class ReportSerializer(Fields):
    accepted = serializers.IntegerField(help_text="Committed.")
    rejected = RejectionSerializer(many=True)
    server_time = serializers.DateTimeField()


class ContinuedSerializer(Fields):
    track = TrackSerializer()
    position_ms = serializers.IntegerField()
    updated_at = serializers.DateTimeField()
    device = serializers.CharField(allow_blank=True)


class ContinueListSerializer(Fields):
    next = serializers.URLField(allow_null=True)
    results = ContinuedSerializer(many=True)


class StateSerializer(Fields):
    """The state as a PUT brings it."""

    play_id = PlayIdField()
    seq = fields.WholeField(min_value=0, max_value=merging.MAX_INT)
    at = MomentField(help_text="Server time of the action; the greatest (at, play_id, seq) stands.")
    queue = serializers.ListField(child=fields.WholeField(min_value=1, max_value=TOP_ID), max_length=MAX_QUEUE)
    index = fields.WholeField(min_value=0, max_value=MAX_QUEUE - 1, help_text="In the queue; 0 when it is empty.")
    position_ms = fields.WholeField(min_value=0, max_value=merging.MAX_INT)
    playing = fields.TruthField()
    device = fields.WordsField(required=False, allow_blank=True, default="", max_length=DEVICE_LENGTH)

    def to_internal_value(self, data: Any) -> Any:
        """Refuse an overlong queue with 413, before each of its entries is looked at."""
        if isinstance(data, dict) and isinstance(data.get("queue"), list) and len(data["queue"]) > MAX_QUEUE:
            raise rest.TooLarge(f"A queue holds up to {MAX_QUEUE} tracks.")
        return super().to_internal_value(data)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["index"] >= max(1, len(attrs["queue"])):
            raise serializers.ValidationError({"index": ["There is no such place in the queue."]})
        return attrs


class ShownSerializer(Fields):
    """The state that stands; all null, false and empty where nothing was played yet."""

    play_id = serializers.UUIDField(allow_null=True)
    seq = serializers.IntegerField(allow_null=True)
    at = serializers.DateTimeField(allow_null=True)
    queue = serializers.ListField(child=serializers.IntegerField())
    index = serializers.IntegerField()
    position_ms = serializers.IntegerField()
    playing = serializers.BooleanField()
    device = serializers.CharField(allow_blank=True)
    updated_at = serializers.DateTimeField(allow_null=True)
