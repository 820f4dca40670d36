"""Search over tracks, artists and albums in one answer."""

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from drf_spectacular.utils import extend_schema

from catalog import search, shapes
from catalog.api import caching, parameters, serializers
from catalog.api.base import KEPT, CatalogView
from catalog.api.caching import Copy, Moment
from catalog.models import SearchChange
from spotify_lite import cursors
from spotify_lite.schema import problems


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


def _found(query: str, found: search.Found, moment: Moment) -> dict[str, Any]:
    """Return the answer to a search: what was found, whole, best first."""
    tracks = shapes.tracks_by_ids(found.tracks, at=moment.at, base=moment.covers, links=moment.links)
    artists = shapes.artists_by_ids(found.artists, base=moment.covers)
    albums = shapes.albums_by_ids(found.albums, base=moment.covers)
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
