"""The pages: what can be found, drawn on the server; the player only adds sound to them."""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.cache import patch_cache_control

from catalog import kinds, listings, names, results, rows, shapes
from catalog.models import Album, Artist, Genre, Merged, Track
from catalog.models.newest import Newest
from spotify_lite import cursors, methods, region, replicas, rest

SONGS_A_PAGE = 50
ALBUMS_A_PAGE = 100
ALSO_ON = 24  # albums of others on an artist's page
NEWEST = (F("year").desc(nulls_last=True), "sort_title", "id")
TOO_LONG = 256  # characters of a search; the rest is not read
LONGEST_START = 32  # characters of the titles that a list begins with
LETTERS = "abcdefghijklmnopqrstuvwxyz"
SONGS = "/api/v1/tracks"  # what goes on where a page of songs ends

View = Callable[..., HttpResponse]


def page(view: View) -> View:
    """Open a page to whoever may listen, and keep it out of shared caches: its audio addresses are signed."""

    @methods.reads
    @wraps(view)
    def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not (settings.GUESTS or request.user.is_authenticated):
            return redirect_to_login(request.get_full_path())
        response = replicas.nearest(lambda: _answer(view, request, *args, **kwargs), person=request.user)
        patch_cache_control(response, private=True, no_cache=True)
        return response

    return opened


def _answer(view: View, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    try:
        return view(request, *args, **kwargs)
    except Http404:
        return _where_it_went(request, kwargs)


def _where_it_went(request: HttpRequest, named: dict[str, Any]) -> HttpResponse:
    """Lead from an artist or album that was merged away to where it went; raise Http404 for all else."""
    for name, kind in (("artist_id", "artist"), ("album_id", "album")):
        if name in named and (target := Merged.objects.target_of(kind, named[name])) and request.resolver_match:
            return redirect(str(request.resolver_match.url_name), target, permanent=True)
    raise Http404


@page
def home(request: HttpRequest) -> HttpResponse:
    """Show what is popular and what is new; the player adds what was left open."""
    songs = listings.tracks(at=timezone.now(), limit=10)
    context = {
        "popular": _rows(request, songs.rows),
        "more": songs.key,
        "heard": any(plays for _, plays, _ in songs.rows),  # before the first play nothing is popular yet
        "albums": Album.objects.listed().order_by(Newest("id"))[:12],
        "genres": Genre.objects.listed().order_by("-tracks_count", "name")[:8],
        "waiting": settings.DEMO_PENDING.exists(),
    }
    response = render(request, "home.html", context)
    if context["waiting"] and not context["popular"]:
        response["Refresh"] = "5"  # seconds; the first music is on its way
    return response


@page
def search_page(request: HttpRequest) -> HttpResponse:
    """Show what a search found; with `partial` only the results, which the page puts in while one types."""
    query = request.GET.get("q", "").replace("\0", "").strip()[:TOO_LONG]
    kind = request.GET.get("kind", "")
    context: dict[str, Any] = {"query": query, "kind": kind if kind in results.KINDS else ""}
    if query:
        found = results.find(
            query,
            kind=context["kind"],
            further="further" in request.GET,
            at=timezone.now(),
            base=rest.origin(request),
            region=region.of(request),
            fresh=rest.asks_anew(request) or replicas.pinned(),
        )
        context |= {"found": found, "words": found.words}
    else:
        context["genres"] = Genre.objects.listed().order_by("-tracks_count", "name")[:24]
    return render(request, "_results.html" if "partial" in request.GET else "search.html", context)


@page
def songs(request: HttpRequest) -> HttpResponse:
    """Show every song, in the order that is chosen, a page at a time."""
    return render(request, "songs.html", _songs_page(request))


@page
def albums(request: HttpRequest) -> HttpResponse:
    """Show every album, the newest in the catalog first, a page at a time."""
    found = listings.albums(limit=ALBUMS_A_PAGE, after=_after(request), order="recent")
    return render(request, "albums.html", _albums_page(request, found))


@page
def artist(request: HttpRequest, artist_id: int) -> HttpResponse:
    """Show an artist: top songs, their releases by kind and year, and the albums of others that they are heard on."""
    person = get_object_or_404(Artist.objects.listed(), id=artist_id)
    top = _rows(request, listings.top_tracks(person.id, at=timezone.now()))
    own = Album.objects.listed().filter(credits__artist=person).order_by(*NEWEST)[:ALBUMS_A_PAGE]
    context = {
        "artist": person,
        "songs": top,
        "shelves": kinds.shelves(list(own)),
        "also_on": listings.albums_also_with(person.id)[:ALSO_ON],
        "tint": rows.tint("artist", person.id, person.cover_key),
    }
    return render(request, "artist.html", context)


@page
def artist_songs(request: HttpRequest, artist_id: int) -> HttpResponse:
    """Show every song of an artist, in the order that is chosen, a page at a time."""
    person = get_object_or_404(Artist.objects.listed(), id=artist_id)
    found = _songs_page(request, artist=person.id, count=person.tracks_count)
    return render(request, "artist_songs.html", found | {"artist": person})


@page
def artist_albums(request: HttpRequest, artist_id: int) -> HttpResponse:
    """Show every album of an artist, the newest year first, a page at a time."""
    person = get_object_or_404(Artist.objects.listed(), id=artist_id)
    found = listings.career(person.id, limit=ALBUMS_A_PAGE, after=_after(request))
    return render(request, "artist_albums.html", _albums_page(request, found) | {"artist": person})


@page
def album(request: HttpRequest, album_id: int) -> HttpResponse:
    """Show an album: its songs by disc, and what else the artist made."""
    record = get_object_or_404(Album.objects.listed(), id=album_id)
    found = _rows(request, listings.tracks_of_album(record.id, at=timezone.now()))
    people = [person["id"] for person in record.artists[:1]]
    others = Album.objects.listed().filter(credits__artist__in=people).exclude(id=record.id)
    context = {
        "album": record,
        "songs": found,
        "discs": rows.by_disc(found),
        "genres": rows.genres(found),
        "tint": rows.tint("album", record.id, record.cover_key),
        "others": others.order_by(*NEWEST)[:12] if not record.compilation else (),
    }
    return render(request, "album.html", context)


@page
def track(request: HttpRequest, track_id: int) -> HttpResponse:
    """Show a song and everybody who made it."""
    values = Track.objects.listed(at=timezone.now()).filter(id=track_id).values_list(*shapes.TRACK_FIELDS)
    song = next(iter(_rows(request, values)), None)
    if song is None:
        raise Http404
    return render(
        request, "track.html", {"song": song, "songs": [song], "genres": rows.genres([song]), "tint": song.tint}
    )


@page
def device(request: HttpRequest) -> HttpResponse:
    """Show what the device keeps: the page is the same for everybody, a script draws on it what is here."""
    return render(request, "device.html")


@page
def genres(request: HttpRequest) -> HttpResponse:
    """Show every genre by name."""
    return render(request, "genres.html", {"genres": Genre.objects.listed().order_by("name", "id")})


@page
def genre(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a genre: its songs, the most played first, a page at a time; at first also whom and what they are from."""
    kind = get_object_or_404(Genre.objects.listed(), slug=slug)
    context = _songs_page(request, genre=kind.slug, count=kind.tracks_count)
    context |= {"genre": kind, "tint": rows.cloth_tint(kind.slug)}
    if "after" not in request.GET:
        context["albums"] = listings.in_order(Album.objects.listed(), rows.albums(context["songs"])[:12])
        context["artists"] = listings.in_order(Artist.objects.listed(), rows.artists(context["songs"])[:12])
    return render(request, "genre.html", context)


def _songs_page(
    request: HttpRequest, *, artist: int | None = None, genre: str | None = None, count: int | None = None
) -> dict[str, Any]:
    """Return what a template needs for a page of songs: them, and where they go on, as a page and in the API.

    `order` is one of listings.ORDERS; by title they may begin anywhere (`from`). `count` is how many there are of the
    artist or genre, handed on where the page begins with the first of them.
    """
    wished = request.GET.get("order")
    order = wished if wished in listings.ORDERS and wished != "popular" else None
    after = _after(request, order) or (_beginning(request) if order == "title" else None)
    found = listings.tracks(at=timezone.now(), limit=SONGS_A_PAGE, after=after, order=order, artist=artist, genre=genre)
    return {
        "songs": _rows(request, found.rows),
        "more": _more(request, found, order),
        "onward": cursors.onward(SONGS, found.key, filters={"artist": artist, "genre": genre, "order": order}),
        "count": count if after is None else None,
        "order": order or "popular",
        "letters": LETTERS if order == "title" else "",
        "start": request.GET.get("from", "")[:1] if order == "title" else "",
    }


def _albums_page(request: HttpRequest, found: listings.Slice) -> dict[str, Any]:
    """Return what a template needs for a page of albums: them, and the cursor of the next one."""
    ids = [row[0] for row in found.rows]
    return {"albums": listings.in_order(Album.objects.listed(), ids), "more": _more(request, found)}


def _after(request: HttpRequest, order: str | None = None) -> list[Any] | None:
    """Return where the page before ended, None on the first one."""
    try:
        return cursors.read(request.GET["after"], scope=_scope(request, order)) if "after" in request.GET else None
    except cursors.CursorError:
        raise Http404 from None


def _beginning(request: HttpRequest) -> list[Any] | None:
    """Return the key in front of all titles that begin with `from` or come behind it; None for the whole list."""
    start = names.sort_key(request.GET.get("from", "").replace("\0", "")[:LONGEST_START])
    return [start, 0] if start else None


def _more(request: HttpRequest, found: listings.Slice, order: str | None = None) -> str | None:
    """Return the query of the next page, None at the end."""
    if found.key is None:
        return None
    chosen = {"order": order} if order else {}
    return urlencode(chosen | {"after": cursors.sign(found.key, scope=_scope(request, order))}, safe="~:")


def _scope(request: HttpRequest, order: str | None) -> str:
    return f"{request.path}?order={order}" if order else request.path


def _rows(request: HttpRequest, values: Iterable[tuple[Any, ...]]) -> list[rows.Row]:
    base = rest.origin(request)
    signed = shapes.links_for(base=base, at=timezone.now(), region=region.of(request))
    return rows.of(values, base=base, links=signed)
