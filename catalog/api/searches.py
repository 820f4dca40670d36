"""Search over tracks, artists and albums in one answer."""

from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from drf_spectacular.utils import extend_schema

from catalog import search, shapes
from catalog.api import parameters, serializers
from catalog.api.base import KEPT, CatalogView
from catalog.api.caching import Copy, Moment
from catalog.search import present
from spotify_lite import cursors, replicas, rest
from spotify_lite.schema import problems


class Search(CatalogView):
    @extend_schema(
        operation_id="search",
        summary="Search tracks, artists and albums",
        description="Nothing to search for finds nothing. What there was no time for is left out (`partial`). "
        "`Cache-Control: no-cache` reads past answers that were kept, which may be two seconds behind.",
        tags=["catalog"],
        parameters=parameters.OF_SEARCH,
        responses={**KEPT, 200: serializers.FoundSerializer, **problems(400, 401, 503)},
    )
    def get(self, request: HttpRequest) -> HttpResponseBase:
        query = parameters.text(request, "q", longest=parameters.LONGEST_QUERY)
        kinds = parameters.choices(request, "kinds", parameters.KINDS)
        limit = cursors.limit_of(request, parameters.FOUND)
        moment = Moment.of(request)
        fresh = rest.asks_anew(request) or replicas.pinned()
        with search.Budget(reserve=1) as budget:
            now = present.read(budget, fresh=fresh)
            copy = Copy.until(request, moment, catalog=now.version, release=now.release)
            if copy.stands:
                return copy.confirm()
            wanted = kinds if query else ()
            found = search.search(query, kinds=wanted, limit=limit, at=moment.at, fresh=fresh, budget=budget, now=now)
            data = _found(query, found, moment, budget)
        # While the index catches up, the same version of the catalog finds more a bit later.
        if now.lagging or data["partial"]:
            return copy.renew_for_now(data, kept=not data["partial"])
        return copy.renew(data)


def _found(query: str, found: search.Found, moment: Moment, budget: search.Budget) -> dict[str, Any]:
    """Return the answer to a search: what was found, whole, best first, as far as there is time to read it."""
    by_ids = partial(shapes.tracks_by_ids, at=moment.at, links=moment.links)
    tracks = budget.rows(by_ids, found.tracks, base=moment.covers)
    artists = budget.rows(shapes.artists_by_ids, found.artists, base=moment.covers)
    albums = budget.rows(shapes.albums_by_ids, found.albums, base=moment.covers)
    if budget.short:
        found = found.cut()
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
