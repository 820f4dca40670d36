"""The catalog's answers as the OpenAPI document describes them; `catalog.shapes` makes them, without these."""

from typing import Any

from rest_framework import serializers

from catalog.models import Role

Fields = serializers.Serializer[Any]


class ArtistNameSerializer(Fields):
    id = serializers.IntegerField()
    name = serializers.CharField()


class CreditSerializer(ArtistNameSerializer):
    role = serializers.ChoiceField(choices=Role.values)


class AlbumTitleSerializer(Fields):
    id = serializers.IntegerField()
    title = serializers.CharField()


class AudioSerializer(Fields):
    mime = serializers.CharField(help_text="With codecs, as RFC 6381 writes them.")
    bitrate = serializers.IntegerField(allow_null=True, help_text="kbit/s")
    bytes = serializers.IntegerField()
    gain_db = serializers.FloatField(
        allow_null=True,
        help_text="To -18 LUFS, decibels; measured, it lifts no true peak above -1 dBTP, else from a ReplayGain tag.",
    )
    album_gain_db = serializers.FloatField(
        allow_null=True, help_text="As much for the album as a whole; null until all of its songs are measured."
    )
    expires_at = serializers.DateTimeField(help_text="When the address ends, RFC 3339 in UTC.")
    fallback_urls = serializers.ListField(child=serializers.URLField(), help_text="To try next, in this order.")


class TrackSerializer(Fields):
    id = serializers.IntegerField()
    title = serializers.CharField()
    artist = serializers.CharField(help_text="The credit as it is shown.")
    artists = CreditSerializer(many=True)
    album = AlbumTitleSerializer(allow_null=True)
    genre = serializers.CharField(allow_null=True)
    genres = serializers.ListField(child=serializers.CharField())
    disc_number = serializers.IntegerField()
    track_number = serializers.IntegerField(allow_null=True)
    year = serializers.IntegerField(allow_null=True)
    duration_ms = serializers.IntegerField()
    cover_url = serializers.URLField(allow_null=True, help_text="320 pixels; 64, 160 and 640 are beside it.")
    audio_url = serializers.URLField(allow_null=True, help_text="Signed, 15 to 30 minutes; null: cannot be played yet.")
    audio = AudioSerializer(allow_null=True)
    hls_url = serializers.URLField(allow_null=True)
    dash_url = serializers.URLField(allow_null=True)
    explicit = serializers.BooleanField()
    plays = serializers.IntegerField()


class ArtistSerializer(ArtistNameSerializer):
    cover_url = serializers.URLField(allow_null=True)
    albums_count = serializers.IntegerField()
    tracks_count = serializers.IntegerField()


class AlbumSerializer(AlbumTitleSerializer):
    artist = serializers.CharField()
    artists = ArtistNameSerializer(many=True)
    year = serializers.IntegerField(allow_null=True)
    cover_url = serializers.URLField(allow_null=True)
    tracks_count = serializers.IntegerField()
    duration_ms = serializers.IntegerField()


class GenreSerializer(Fields):
    slug = serializers.CharField()
    name = serializers.CharField()
    tracks_count = serializers.IntegerField()


class ArtistDetailSerializer(ArtistSerializer):
    albums = AlbumSerializer(many=True, help_text="Up to 100, the newest year first.")
    top_tracks = TrackSerializer(many=True, help_text="Up to 10, the most played first.")


class AlbumDetailSerializer(AlbumSerializer):
    tracks = TrackSerializer(many=True, help_text="In album order, up to 1,000.")


class PageSerializer(Fields):
    next = serializers.URLField(allow_null=True, help_text="The next page, or null at the end.")


class TrackPageSerializer(PageSerializer):
    results = TrackSerializer(many=True)


class ArtistPageSerializer(PageSerializer):
    results = ArtistSerializer(many=True)


class AlbumPageSerializer(PageSerializer):
    results = AlbumSerializer(many=True)


class GenrePageSerializer(PageSerializer):
    results = GenreSerializer(many=True)


class PieceSerializer(Fields):
    digest = serializers.CharField(help_text="Its address below `names/`.")
    bytes = serializers.IntegerField(help_text="As it is sent, compressed.")


class NamesSerializer(Fields):
    version = serializers.CharField(allow_null=True, help_text="Of all of it; null before anything was packed.")
    layout = serializers.IntegerField(help_text="Of the pieces; a client of another one leaves them alone.")
    tracks = serializers.IntegerField(help_text="Songs in the pieces.")
    of = serializers.IntegerField(help_text="Songs that there are.")
    pieces = PieceSerializer(many=True)
    changes = PieceSerializer(allow_null=True)
    letters = PieceSerializer(allow_null=True)


class FoundSerializer(Fields):
    query = serializers.CharField(allow_blank=True, help_text="As it was searched: trimmed, at most 256 characters.")
    tracks = TrackSerializer(many=True)
    artists = ArtistSerializer(many=True)
    albums = AlbumSerializer(many=True)
    corrected = serializers.DictField(child=serializers.CharField(), help_text="Word typed to word used.")
    partial = serializers.BooleanField(  # type: ignore[assignment]  # a field, which DRF takes off the class
        help_text="True where something was left out to answer in time; such an answer is not to be kept."
    )
    stage = serializers.IntegerField(
        help_text="0 all of it; 1 nothing mended or left out of the query; 2 the most popular only; 3 what starts so; "
        "4 found up to an hour ago; 5 nothing."
    )
    took_ms = serializers.FloatField()
