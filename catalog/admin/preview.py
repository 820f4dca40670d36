"""What listeners would see of a page that is not saved yet: drawn by the templates that listeners get."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from catalog import derived, names, rows, shapes
from catalog.admin import kept
from catalog.models import Album, Artist, Genre, Rendition, Role, Track
from spotify_lite import rest


@dataclass(frozen=True)
class Parts:
    """What the page's form says beside the object's own fields."""

    people: list[tuple[int, str, str]]  # artist id, name, role; in the order of the credit
    genres: list[str] | None  # None for what has none of its own
    cover: str | None  # the picture that was chosen, or that is shown now
    base: str  # origin of the covers
    links: shapes.Links


class Previewed(kept.KeptAdmin):
    """An admin page with a panel that shows what listeners would see, and says what is wrong before it is saved."""

    preview_template = ""
    change_form_template = "admin/catalog/previewed.html"

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(require_POST(self.preview))
        name = f"catalog_{self.opts.model_name}_preview"
        return [path("<int:object_id>/preview/", view, name=name), *super().get_urls()]

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> Any:
        address = f"admin:catalog_{self.opts.model_name}_preview"
        preview = reverse(address, args=[object_id]) if object_id.isascii() and object_id.isdecimal() else ""
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), "preview": preview})

    def preview(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Answer the page of the unsaved form, and what is wrong with it; nothing is written."""
        row = self.get_object(request, str(object_id))
        if row is None or not self.has_change_permission(request, row):
            raise PermissionDenied
        form = self.get_form(request, row, change=True)(request.POST, instance=row)
        valid = form.is_valid()
        formsets, _inlines = self._create_formsets(request, row, change=True)  # type: ignore[attr-defined]
        parts = self._parts(request, row, form, formsets)
        context = self.preview_context(row, parts)
        problems = [] if valid else [f"{form.fields[name].label}: {said}" for name, said in _errors(form)]
        problems += _problems(row, parts)
        page = render_to_string(self.preview_template, context, request=request)
        return JsonResponse({"page": page, "problems": problems})

    def preview_context(self, row: Any, parts: Parts) -> dict[str, Any]:
        raise NotImplementedError

    def _parts(self, request: HttpRequest, row: Any, form: Any, formsets: Iterable[Any]) -> Parts:
        rows_of = {formset.model._meta.model_name: list(_rows(formset)) for formset in formsets}
        credits = rows_of.get("credit", rows_of.get("albumcredit", []))  # noqa: A001
        known = Artist.objects.in_bulk([one["artist"] for one in credits])
        people = [(one["artist"], known[one["artist"]].name, one.get("role", Role.MAIN)) for one in credits]
        genres = None
        if "trackgenre" in rows_of:
            kinds = Genre.objects.in_bulk([one["genre"] for one in rows_of["trackgenre"]])
            genres = [kinds[one["genre"]].name for one in rows_of["trackgenre"]]
        removed = form.cleaned_data.get("cover_removed")
        base = rest.origin(request)
        return Parts(
            people=people,
            genres=genres,
            cover=form.cleaned_data.get("cover_chosen") or (None if removed else row.cover_key),
            base=base,
            links=shapes.links_for(base=base, at=timezone.now()),
        )


def of_track(track: Track, parts: Parts) -> dict[str, Any]:
    """Return what the song's page shows of it."""
    ordered = sorted(parts.people, key=lambda one: derived.ROLE_ORDER[one[2]])
    audio = Rendition.objects.filter(track=track)
    card = derived.card_of(
        track,
        track.album,
        artists=ordered,
        genres=parts.genres or [],
        audio=audio.values_list("name", "key", "extension", "mime", "bitrate", "size", "file_id"),
        cover_key=track.album.cover_key if track.album else parts.cover,
    )
    key = card["cover_key"]
    card["tint"] = rows.tint("album" if track.album else "track", track.album_id or track.pk, key)
    url = parts.links.of(track.pk, card)["audio_url"]
    song = rows.Row(id=track.pk, card=card, audio_url=url, base=parts.base)
    genres = [(names.slug(name), name) for name in parts.genres or []]
    return {"song": song, "songs": [song], "genres": genres, "tint": song.tint}


def of_album(album: Album, parts: Parts) -> dict[str, Any]:
    """Return what the album's page shows of it: its listed songs, or all where none is listed yet."""
    listed = Track.objects.listed(at=timezone.now()).filter(album=album)
    songs = listed if listed.exists() else Track.objects.filter(album=album)
    values = songs.order_by("disc_number", "track_number", "id").values_list(*shapes.TRACK_FIELDS)
    found = rows.of(values, base=parts.base, links=parts.links)
    album.artists = [{"id": row_id, "name": name} for row_id, name, _role in parts.people]
    album.tracks_count = len(found)
    album.duration_ms = sum(row.card["duration_ms"] for row in found)
    album.cover_key = parts.cover
    tint = rows.tint("album", album.pk, parts.cover)
    return {"album": album, "songs": found, "discs": rows.by_disc(found), "genres": rows.genres(found), "tint": tint}


def _rows(formset: Any) -> Iterable[dict[str, Any]]:
    """Return the inline rows that would stand after saving, by position: what is filled in far enough to be shown."""
    formset.is_valid()
    found = []
    for form in formset.forms:
        told = getattr(form, "cleaned_data", {})
        chosen = {name: value.pk for name, value in told.items() if isinstance(value, models.Model)}
        if told.get("DELETE") or not ({"artist", "genre"} & chosen.keys()):
            continue
        found.append({**told, **chosen, "position": told.get("position") or 0})
    return sorted(found, key=lambda one: one["position"])


def _errors(form: Any) -> Iterable[tuple[str, str]]:
    return [(name, str(said[0])) for name, said in form.errors.items() if name in form.fields]


def _problems(row: Any, parts: Parts) -> list[str]:
    """Return what a curator should know before saving, in words."""
    said = []
    mains = [name for _id, name, role in parts.people if role == Role.MAIN]
    if not parts.people:
        said.append(_("No artist is credited: it stands on nobody's page."))
    elif not mains:
        said.append(_("No artist is credited as main: it stands on nobody's list of songs."))
    elif not any(names.fold(name) in names.fold(row.artist) for name in mains):
        told = {"shown": row.artist, "credited": ", ".join(mains)}
        said.append(_("It shows “%(shown)s”, and %(credited)s is credited.") % told)
    if isinstance(row, Track):
        if not row.published:
            said.append(_("It is hidden: listeners do not see it until it is published."))
        elif row.release_at and row.release_at > timezone.now():
            said.append(_("Listeners do not see it before its release."))
        if not Rendition.objects.filter(track=row).exists():
            said.append(_("It cannot be played yet."))
    elif hidden := Track.objects.filter(album=row, published=False).count():
        words = ngettext("%(count)d of its songs is hidden.", "%(count)d of its songs are hidden.", hidden)
        said.append(words % {"count": hidden})
    return said
