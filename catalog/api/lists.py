"""The catalog's lists, a page at a time: tracks, artists, albums, genres."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from drf_spectacular.utils import extend_schema

from catalog import listings, shapes
from catalog.api import caching, parameters, serializers
from catalog.api.base import KEPT, CatalogView
from catalog.api.caching import Copy, Moment
from spotify_lite import cursors
from spotify_lite.schema import problems

SHORT = (
    "Where filters together leave little, a page may hold fewer rows than `limit`: the list ends where `next` is null."
)
Read = tuple[list[Any] | None, list[dict[str, Any]]]  # the key after which a list goes on, and the rows' JSON


class Tracks(CatalogView):
    @extend_schema(
        operation_id="tracks_list",
        summary="List tracks",
        description=f"By popularity; with `album` and without `order` in album order. {SHORT}",
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

        def read(page: cursors.Page, moment: Moment) -> Read:
            found = listings.tracks(at=moment.at, limit=page.limit, after=page.after, **filters)
            return found.key, shapes.tracks(found.rows, base=moment.covers, links=moment.links)

        return _page(request, read, filters=filters)


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

        def read(page: cursors.Page, moment: Moment) -> Read:
            found = listings.artists(limit=page.limit, after=page.after)
            return found.key, shapes.artists(found.rows, base=moment.covers)

        return _page(request, read)


class Albums(CatalogView):
    @extend_schema(
        operation_id="albums_list",
        summary="List albums",
        description=f"By popularity; `artist` is an album artist, `genre` one of any of the tracks. {SHORT}",
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

        def read(page: cursors.Page, moment: Moment) -> Read:
            found = listings.albums(limit=page.limit, after=page.after, **filters)
            return found.key, shapes.albums(found.rows, base=moment.covers)

        return _page(request, read, filters=filters)


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

        def read(page: cursors.Page, moment: Moment) -> Read:
            found = listings.genres(limit=page.limit, after=page.after)
            return found.key, shapes.genres(found.rows)

        return _page(request, read)


def _page(
    request: HttpRequest,
    read: Callable[[cursors.Page, Moment], Read],
    *,
    filters: dict[str, Any] | None = None,
) -> HttpResponseBase:
    """Answer a page of a list, or confirm the copy that the client has, without reading it again."""
    page = cursors.page(request, filters=filters)
    moment = Moment.of(request)
    copy = Copy.of(request, moment, catalog=caching.version())
    if copy.stands:
        return copy.confirm()
    key, results = read(page, moment)
    return copy.renew({"next": page.next_url(moment.base, key), "results": results})
