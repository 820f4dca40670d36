"""The pages: what can be found, drawn on the server; the player only adds sound to them."""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.cache import patch_cache_control

from catalog import kinds, listings, results, rows, shapes
from catalog.models import Album, Artist, Genre, Merged, Track
from catalog.models.newest import Newest
from spotify_lite import cursors, methods, region, replicas, rest

SONGS_A_PAGE = 50
ALBUMS_A_PAGE = 100
ALSO_ON = 24  # albums of others on an artist's page
NEWEST = (F("year").desc(nulls_last=True), "sort_title", "id")
TOO_LONG = 256  # characters of a search; the rest is not read

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
    """Show every song, the most played first, a page at a time."""
    found, more = _songs_page(request)
    return render(request, "songs.html", {"songs": found, "more": more})


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
    """Show every song of an artist, the most played first, a page at a time."""
    person = get_object_or_404(Artist.objects.listed(), id=artist_id)
    found, more = _songs_page(request, artist=person.id)
    return render(request, "artist_songs.html", {"artist": person, "songs": found, "more": more})


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
    found, more = _songs_page(request, genre=kind.slug)
    context: dict[str, Any] = {"genre": kind, "songs": found, "more": more, "tint": rows.cloth_tint(kind.slug)}
    if "after" not in request.GET:
        context["albums"] = listings.in_order(Album.objects.listed(), rows.albums(found)[:12])
        context["artists"] = listings.in_order(Artist.objects.listed(), rows.artists(found)[:12])
    return render(request, "genre.html", context)


def _songs_page(
    request: HttpRequest, *, artist: int | None = None, genre: str | None = None
) -> tuple[list[rows.Row], str | None]:
    """Return a page of songs, the most played first, and the cursor of the next one, None at the end."""
    found = listings.tracks(at=timezone.now(), limit=SONGS_A_PAGE, after=_after(request), artist=artist, genre=genre)
    return _rows(request, found.rows), _more(request, found)


def _albums_page(request: HttpRequest, found: listings.Slice) -> dict[str, Any]:
    """Return what a template needs for a page of albums: them, and the cursor of the next one."""
    ids = [row[0] for row in found.rows]
    return {"albums": listings.in_order(Album.objects.listed(), ids), "more": _more(request, found)}


def _after(request: HttpRequest) -> list[Any] | None:
    """Return where the page before ended, None on the first one."""
    try:
        return cursors.read(request.GET["after"], scope=request.path) if "after" in request.GET else None
    except cursors.CursorError:
        raise Http404 from None


def _more(request: HttpRequest, found: listings.Slice) -> str | None:
    return cursors.sign(found.key, scope=request.path) if found.key else None


def _rows(request: HttpRequest, values: Iterable[tuple[Any, ...]]) -> list[rows.Row]:
    base = rest.origin(request)
    signed = shapes.links_for(base=base, at=timezone.now(), region=region.of(request))
    return rows.of(values, base=base, links=signed)
