"""One track, artist or album, with what its page shows."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponsePermanentRedirect
from drf_spectacular.utils import OpenApiResponse, extend_schema

from catalog import listings, shapes
from catalog.api import caching, parameters, serializers
from catalog.api.base import KEPT, CatalogView
from catalog.api.caching import Copy, Moment
from catalog.models import Album, Artist, Merged, Track
from spotify_lite.prepared import Prepared
from spotify_lite.schema import problems

MOVED = {301: OpenApiResponse(description="It was merged into another, which `Location` names.")}

# The hottest query of all; as a queryset it would be two thirds of the call.
LISTED_TRACK = Prepared(
    Track,
    lambda track_id, at: (
        Track.objects.listed(at=at).filter(id=track_id).values_list(*shapes.TRACK_FIELDS, caching.VERSION)
    ),
    track_id=parameters.ID_BELOW - 1,
    at=datetime.max.replace(tzinfo=UTC),
)


class TrackDetail(CatalogView):
    @extend_schema(
        operation_id="tracks_get",
        summary="Get a track",
        description="With the signed addresses of its audio.",
        tags=["catalog"],
        parameters=[parameters.path("track_id")],
        responses={**KEPT, 200: serializers.TrackSerializer, **problems(401, 404, 503)},
    )
    def get(self, request: HttpRequest, track_id: int) -> HttpResponseBase:
        moment = Moment.of(request)
        *row, catalog = _present(LISTED_TRACK.first(track_id=track_id, at=moment.at))
        copy = Copy.of(request, moment, catalog=catalog)
        if copy.stands:
            return copy.confirm()
        return copy.renew(shapes.track(*row, base=moment.covers, links=moment.links))


class ArtistDetail(CatalogView):
    @extend_schema(
        operation_id="artists_get",
        summary="Get an artist",
        description="With albums and the most played tracks.",
        tags=["catalog"],
        parameters=[parameters.path("artist_id")],
        responses={**KEPT, **MOVED, 200: serializers.ArtistDetailSerializer, **problems(401, 404, 503)},
    )
    def get(self, request: HttpRequest, artist_id: int) -> HttpResponseBase:
        moment = Moment.of(request)
        found = _one(Artist.objects.listed(), artist_id, shapes.ARTIST_FIELDS)
        if found is None:
            return _where_it_went(request, "artist", artist_id)
        *row, catalog = found
        copy = Copy.of(request, moment, catalog=catalog)
        if copy.stands:
            return copy.confirm()
        top = listings.top_tracks(artist_id, at=moment.at)
        return copy.renew(
            {
                **shapes.artist(*row, base=moment.covers),
                "albums": shapes.albums(listings.albums_of_artist(artist_id), base=moment.covers),
                "top_tracks": shapes.tracks(top, base=moment.covers, links=moment.links),
            }
        )


class AlbumDetail(CatalogView):
    @extend_schema(
        operation_id="albums_get",
        summary="Get an album",
        description="With its tracks in album order.",
        tags=["catalog"],
        parameters=[parameters.path("album_id")],
        responses={**KEPT, **MOVED, 200: serializers.AlbumDetailSerializer, **problems(401, 404, 503)},
    )
    def get(self, request: HttpRequest, album_id: int) -> HttpResponseBase:
        moment = Moment.of(request)
        found = _one(Album.objects.listed(), album_id, shapes.ALBUM_FIELDS)
        if found is None:
            return _where_it_went(request, "album", album_id)
        *row, catalog = found
        copy = Copy.of(request, moment, catalog=catalog)
        if copy.stands:
            return copy.confirm()
        songs = listings.tracks_of_album(album_id, at=moment.at)
        return copy.renew(
            {
                **shapes.album(*row, base=moment.covers),
                "tracks": shapes.tracks(songs, base=moment.covers, links=moment.links),
            }
        )


def _one(found: QuerySet[Any], row_id: int, fields: Sequence[Any]) -> tuple[Any, ...] | None:
    """Return the row with the catalog's version behind it, or None where there is none that may be seen."""
    return found.filter(id=row_id).values_list(*fields, caching.VERSION).first()


def _where_it_went(request: HttpRequest, kind: str, row_id: int) -> HttpResponse:
    """Lead from what was merged away to where it went; not for long, as a merge can be undone."""
    target = Merged.objects.target_of(kind, row_id)
    if target is None:
        raise Http404
    address = f"{request.path.rpartition('/')[0]}/{target}"
    return HttpResponsePermanentRedirect(address, headers={"Cache-Control": f"private, max-age={caching.LONGEST}"})


def _present(row: tuple[Any, ...] | None) -> tuple[Any, ...]:
    if row is None:
        raise Http404
    return row
