"""The catalog's REST door: search, tracks, artists, albums, genres. Reads only, the same for every listener."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.authentication import TokenAuthentication
from catalog import listings, search, shapes
from catalog.api import caching, parameters, serializers
from catalog.api.caching import Copy, Moment
from catalog.models import Album, Artist, SearchChange, Track
from spotify_lite import cursors, rest
from spotify_lite.prepared import Prepared
from spotify_lite.schema import problems

KEPT = {304: OpenApiResponse(description="What `If-None-Match` names still stands.")}

# The hottest query of all; as a queryset it would be two thirds of the call.
LISTED_TRACK = Prepared(
    Track,
    lambda track_id, at: (
        Track.objects.listed(at=at).filter(id=track_id).values_list(*shapes.TRACK_FIELDS, caching.VERSION)
    ),
    track_id=parameters.ID_BELOW - 1,
    at=datetime.max.replace(tzinfo=UTC),
)


class CatalogView(APIView):
    """A read that is the same for everyone; where guests may listen it looks at no cookie, so that caches share it."""

    http_method_names = ["get", "head", "options"]
    content_negotiation_class = rest.OneFormat

    def get_authenticators(self) -> list[BaseAuthentication]:
        return [TokenAuthentication()] if settings.GUESTS else super().get_authenticators()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse a wrong method before anything else is looked at."""
        if request.method not in self.allowed_methods:
            self.http_method_not_allowed(request)
        super().initial(request, *args, **kwargs)

    def options(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Answer with `Allow` alone; the OpenAPI document says the rest."""
        return HttpResponse(status=204, headers={"Cache-Control": "no-store"})


class Search(CatalogView):
    @extend_schema(
        operation_id="search",
        summary="Search tracks, artists and albums",
        description="Nothing to search for finds nothing.",
        tags=["catalog"],
        parameters=parameters.OF_SEARCH,
        responses={**KEPT, 200: serializers.FoundSerializer, **problems(400, 401, 503)},
    )
    def get(self, request: HttpRequest) -> HttpResponseBase:
        query = parameters.text(request, "q", longest=parameters.LONGEST_QUERY)
        kinds = parameters.choices(request, "kinds", parameters.KINDS)
        limit = cursors.limit_of(request, parameters.FOUND)
        moment = Moment.of(request)
        copy = Copy.of(request, moment, catalog=caching.version())
        if copy.stands:
            return copy.confirm()
        # Asked before the search: while the index catches up, the same version of the catalog finds more a bit later.
        caught_up = not SearchChange.objects.exists()
        found = search.search(query, kinds=kinds if query else (), limit=limit, at=moment.at)
        data = _found(query, found, moment)
        if caught_up and not found.partial:
            return copy.renew(data)
        return copy.renew_for_now(data, kept=not found.partial)


class Tracks(CatalogView):
    @extend_schema(
        operation_id="tracks_list",
        summary="List tracks",
        description="By popularity; with `album` and without `order` in album order.",
        tags=["catalog"],
        parameters=[*parameters.OF_TRACKS, *parameters.PAGING],
        responses={**KEPT, 200: serializers.TrackPageSerializer, **problems(400, 401, 503)},
    )
    def get(self, request: HttpRequest) -> HttpResponseBase:
        filters: dict[str, Any] = {
            "artist": parameters.number(request, "artist"),
            "album": parameters.number(request, "album"),
            "genre": parameters.slug(request, "genre"),
            "year": parameters.number(request, "year", below=parameters.YEAR_BELOW),
            "order": parameters.choice(request, "order", listings.ORDERS),
        }
        page = cursors.page(request, filters=filters)
        moment = Moment.of(request)
        copy = Copy.of(request, moment, catalog=caching.version())
        if copy.stands:
            return copy.confirm()
        found = listings.tracks(at=moment.at, limit=page.limit, after=page.after, **filters)
        rows = shapes.tracks(found.rows, base=moment.base, links=moment.links)
        return copy.renew({"next": page.next_url(moment.base, found.key), "results": rows})


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
        return copy.renew(shapes.track(*row, base=moment.base, links=moment.links))


class Artists(CatalogView):
    @extend_schema(
        operation_id="artists_list",
        summary="List artists",
        description="The most played first.",
        tags=["catalog"],
        parameters=parameters.PAGING,
        responses={**KEPT, 200: serializers.ArtistPageSerializer, **problems(400, 401, 503)},
    )
    def get(self, request: HttpRequest) -> HttpResponseBase:
        page = cursors.page(request)
        moment = Moment.of(request)
        copy = Copy.of(request, moment, catalog=caching.version())
        if copy.stands:
            return copy.confirm()
        found = listings.artists(limit=page.limit, after=page.after)
        rows = shapes.artists(found.rows, base=moment.base)
        return copy.renew({"next": page.next_url(moment.base, found.key), "results": rows})


class ArtistDetail(CatalogView):
    @extend_schema(
        operation_id="artists_get",
        summary="Get an artist",
        description="With albums and the most played tracks.",
        tags=["catalog"],
        parameters=[parameters.path("artist_id")],
        responses={**KEPT, 200: serializers.ArtistDetailSerializer, **problems(401, 404, 503)},
    )
    def get(self, request: HttpRequest, artist_id: int) -> HttpResponseBase:
        moment = Moment.of(request)
        *row, catalog = _one(Artist.objects.listed(), artist_id, shapes.ARTIST_FIELDS)
        copy = Copy.of(request, moment, catalog=catalog)
        if copy.stands:
            return copy.confirm()
        top = listings.top_tracks(artist_id, at=moment.at)
        return copy.renew(
            {
                **shapes.artist(*row, base=moment.base),
                "albums": shapes.albums(listings.albums_of_artist(artist_id), base=moment.base),
                "top_tracks": shapes.tracks(top, base=moment.base, links=moment.links),
            }
        )


class Albums(CatalogView):
    @extend_schema(
        operation_id="albums_list",
        summary="List albums",
        description="By popularity; `artist` is an album artist, `genre` one of any of the tracks.",
        tags=["catalog"],
        parameters=[*parameters.OF_ALBUMS, *parameters.PAGING],
        responses={**KEPT, 200: serializers.AlbumPageSerializer, **problems(400, 401, 503)},
    )
    def get(self, request: HttpRequest) -> HttpResponseBase:
        filters: dict[str, Any] = {
            "artist": parameters.number(request, "artist"),
            "genre": parameters.slug(request, "genre"),
            "year": parameters.number(request, "year", below=parameters.YEAR_BELOW),
            "order": parameters.choice(request, "order", listings.ORDERS),
        }
        page = cursors.page(request, filters=filters)
        moment = Moment.of(request)
        copy = Copy.of(request, moment, catalog=caching.version())
        if copy.stands:
            return copy.confirm()
        found = listings.albums(at=moment.at, limit=page.limit, after=page.after, **filters)
        rows = shapes.albums(found.rows, base=moment.base)
        return copy.renew({"next": page.next_url(moment.base, found.key), "results": rows})


class AlbumDetail(CatalogView):
    @extend_schema(
        operation_id="albums_get",
        summary="Get an album",
        description="With its tracks in album order.",
        tags=["catalog"],
        parameters=[parameters.path("album_id")],
        responses={**KEPT, 200: serializers.AlbumDetailSerializer, **problems(401, 404, 503)},
    )
    def get(self, request: HttpRequest, album_id: int) -> HttpResponseBase:
        moment = Moment.of(request)
        *row, catalog = _one(Album.objects.listed(), album_id, shapes.ALBUM_FIELDS)
        copy = Copy.of(request, moment, catalog=catalog)
        if copy.stands:
            return copy.confirm()
        songs = listings.tracks_of_album(album_id, at=moment.at)
        return copy.renew(
            {
                **shapes.album(*row, base=moment.base),
                "tracks": shapes.tracks(songs, base=moment.base, links=moment.links),
            }
        )


class Genres(CatalogView):
    @extend_schema(
        operation_id="genres_list",
        summary="List genres",
        description="By name.",
        tags=["catalog"],
        parameters=parameters.PAGING,
        responses={**KEPT, 200: serializers.GenrePageSerializer, **problems(400, 401, 503)},
    )
    def get(self, request: HttpRequest) -> HttpResponseBase:
        page = cursors.page(request)
        moment = Moment.of(request)
        copy = Copy.of(request, moment, catalog=caching.version())
        if copy.stands:
            return copy.confirm()
        found = listings.genres(limit=page.limit, after=page.after)
        return copy.renew({"next": page.next_url(moment.base, found.key), "results": shapes.genres(found.rows)})


def _one(found: QuerySet[Any], row_id: int, fields: Sequence[Any]) -> tuple[Any, ...]:
    """Return the row with the catalog's version behind it; raise Http404 where there is none that may be seen."""
    return _present(found.filter(id=row_id).values_list(*fields, caching.VERSION).first())


def _present(row: tuple[Any, ...] | None) -> tuple[Any, ...]:
    if row is None:
        raise Http404
    return row


def _found(query: str, found: search.Found, moment: Moment) -> dict[str, Any]:
    """Return the answer to a search: what was found, whole, best first."""
    tracks = shapes.tracks_by_ids(found.tracks, at=moment.at, base=moment.base, links=moment.links)
    artists = shapes.artists_by_ids(found.artists, base=moment.base)
    albums = shapes.albums_by_ids(found.albums, base=moment.base)
    return {
        "query": query,
        "tracks": [tracks[row_id] for row_id in found.tracks if row_id in tracks],
        "artists": [artists[row_id] for row_id in found.artists if row_id in artists],
        "albums": [albums[row_id] for row_id in found.albums if row_id in albums],
        "corrected": found.corrected,
        "partial": found.partial,
        "stage": found.stage,
        "took_ms": found.took_ms,
    }
