"""The door to drawn covers: what stands in where an album, an artist, a track or a genre has no picture."""

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone

from catalog import drawn
from catalog.models import Album, Artist, Genre, Track
from spotify_lite import methods, replicas

DAY = 86_400  # seconds; a name's initials change rarely


@methods.reads
def cover(request: HttpRequest, kind: str, row_id: int) -> HttpResponse:
    """Answer the drawn cover of a listed row, with its initials; 404 for all others."""
    name = replicas.nearest(lambda: _name_of(kind, row_id))
    if name is None:
        raise Http404
    return _picture(drawn.svg(f"{kind}-{row_id}", drawn.initials(name)))


@methods.reads
def cloth(request: HttpRequest, slug: str) -> HttpResponse:
    """Answer the cloth of a listed genre."""
    if not replicas.nearest(Genre.objects.listed().filter(slug=slug).exists):
        raise Http404
    return _picture(drawn.cloth_svg(f"cloth-{slug}"))


def _name_of(kind: str, row_id: int) -> str | None:
    if kind == "album":
        return Album.objects.listed().filter(id=row_id).values_list("title", flat=True).first()
    if kind == "artist":
        return Artist.objects.listed().filter(id=row_id).values_list("name", flat=True).first()
    return Track.objects.listed(at=timezone.now()).filter(id=row_id).values_list("title", flat=True).first()


def _picture(text: str) -> HttpResponse:
    return HttpResponse(
        text, content_type="image/svg+xml; charset=utf-8", headers={"Cache-Control": f"public, max-age={DAY}"}
    )


urlpatterns = [
    path("drawn/genre/<word:slug>.svg", cloth, name="drawn_genre"),
    *(
        path(f"drawn/{kind}/<id:row_id>.svg", cover, {"kind": kind}, name=f"drawn_{kind}")
        for kind in ("album", "artist", "track")
    ),
]
