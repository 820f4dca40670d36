"""The pages: what can be found, drawn on the server; the player only adds sound to them."""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.cache import patch_cache_control

from catalog import listings, names, rows, search, shapes, topresult
from catalog.models import Album, Artist, Credit, Genre, Track
from spotify_lite import cursors, methods, rest

SONGS_A_PAGE = 50
ALBUMS_A_PAGE = 100
SEARCH_KINDS = ("track", "artist", "album")
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
        response = view(request, *args, **kwargs)
        patch_cache_control(response, private=True, no_cache=True)
        return response

    return opened


@page
def home(request: HttpRequest) -> HttpResponse:
    """Show what is popular and what is new; the player adds what was left open."""
    songs = listings.tracks(at=timezone.now(), limit=10).rows
    context = {
        "popular": _rows(request, songs),
        "heard": any(plays for _, plays, _ in songs),  # before the first play nothing is popular yet
        "albums": Album.objects.listed().order_by("-created_at", "-id")[:12],
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
    context: dict[str, Any] = {"query": query}
    if query:
        at = timezone.now()
        found = search.search(query, kinds=SEARCH_KINDS, limit=12, at=at)
        base = rest.origin(request)
        songs = rows.of_ids(found.tracks, at=at, base=base, links=shapes.links_for(base=base, at=at))
        by_id = Artist.objects.listed().in_bulk(found.artists)
        artists = [by_id[row_id] for row_id in found.artists if row_id in by_id]
        albums_by_id = Album.objects.listed().in_bulk(found.albums)
        albums = [albums_by_id[row_id] for row_id in found.albums if row_id in albums_by_id]
        context |= {
            "found": found,
            "words": [*query.split(), *(word for used in found.corrected.values() for word in used.split())],
            "best": topresult.choose(query, songs=songs, artists=artists, albums=albums),
            "songs": songs[:8],
            "artists": artists,
            "albums": albums,
        }
    else:
        context["genres"] = Genre.objects.listed().order_by("-tracks_count", "name")[:24]
    return render(request, "_results.html" if "partial" in request.GET else "search.html", context)


@page
def artist(request: HttpRequest, artist_id: int) -> HttpResponse:
    """Show an artist: top songs, their albums by year, and the albums of others that they are heard on."""
    person = get_object_or_404(Artist.objects.listed(), id=artist_id)
    songs = _rows(request, listings.top_tracks(person.id, at=timezone.now()))
    others = Credit.objects.filter(artist=person).exclude(track__album__credits__artist=person)
    context = {
        "artist": person,
        "songs": songs,
        "albums": Album.objects.listed().filter(credits__artist=person).order_by(*NEWEST)[:ALBUMS_A_PAGE],
        "also_on": Album.objects.listed().filter(id__in=others.values("track__album")).order_by(*NEWEST)[:24],
        "tint": rows.tint("artist", person.id, person.cover_key),
    }
    return render(request, "artist.html", context)


@page
def artist_songs(request: HttpRequest, artist_id: int) -> HttpResponse:
    """Show every song of an artist, the most played first, a page at a time."""
    person = get_object_or_404(Artist.objects.listed(), id=artist_id)
    songs, more = _songs_page(request, artist=person.id)
    return render(request, "artist_songs.html", {"artist": person, "songs": songs, "more": more})


@page
def album(request: HttpRequest, album_id: int) -> HttpResponse:
    """Show an album: its songs by disc, and what else the artist made."""
    record = get_object_or_404(Album.objects.listed(), id=album_id)
    songs = _rows(request, listings.tracks_of_album(record.id, at=timezone.now()))
    people = [person["id"] for person in record.artists[:1]]
    others = Album.objects.listed().filter(credits__artist__in=people).exclude(id=record.id)
    context = {
        "album": record,
        "songs": songs,
        "discs": rows.by_disc(songs),
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
    kinds = [(names.slug(name), name) for name in song.card["genres"]]
    return render(request, "track.html", {"song": song, "songs": [song], "genres": kinds, "tint": song.tint})


@page
def genres(request: HttpRequest) -> HttpResponse:
    """Show every genre by name."""
    return render(request, "genres.html", {"genres": Genre.objects.listed().order_by("name", "id")})


@page
def genre(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a genre: its songs, the most played first, a page at a time, and the albums of this page's songs."""
    kind = get_object_or_404(Genre.objects.listed(), slug=slug)
    songs, more = _songs_page(request, genre=kind.slug)
    ids = dict.fromkeys(row.card["album"]["id"] for row in songs if row.card["album"])
    albums = Album.objects.listed().in_bulk(list(ids)[:12])
    context = {"genre": kind, "songs": songs, "albums": list(albums.values()), "more": more}
    return render(request, "genre.html", context)


@page
def settings_page(request: HttpRequest) -> HttpResponse:
    """Show what a listener may choose on this device, and who they are."""
    return render(request, "settings.html", {"sign_up": settings.SIGN_UP})


def _songs_page(
    request: HttpRequest, *, artist: int | None = None, genre: str | None = None
) -> tuple[list[rows.Row], str | None]:
    """Return a page of songs, the most played first, and the cursor of the next one, None at the end."""
    try:
        after = cursors.read(request.GET["after"], scope=request.path) if "after" in request.GET else None
    except cursors.CursorError:
        raise Http404 from None
    found = listings.tracks(at=timezone.now(), limit=SONGS_A_PAGE, after=after, artist=artist, genre=genre)
    more = cursors.sign(found.key, scope=request.path) if found.key else None
    return _rows(request, found.rows), more


def _rows(request: HttpRequest, values: Iterable[tuple[Any, ...]]) -> list[rows.Row]:
    base = rest.origin(request)
    return rows.of(values, base=base, links=shapes.links_for(base=base, at=timezone.now()))
