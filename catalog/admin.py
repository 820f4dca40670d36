"""The curators' door to the catalog. What is kept (cards, counts, the search index) follows each save at once."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from catalog import curation, names, work
from catalog.models import (
    Album,
    AlbumCredit,
    Artist,
    Credit,
    Genre,
    Library,
    LibraryFile,
    Master,
    Rendition,
    Track,
    TrackGenre,
    Work,
)


class KeptAdmin(admin.ModelAdmin):
    """A row that other rows show or count: saving and deleting it refreshes them, in the admin's transaction."""

    show_full_result_count = False  # a second count of a large table a page
    list_per_page = 50
    kind = ""  # of the search index; empty where it holds no such rows

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        form.reach = curation.reach_of(obj)
        if not change and hasattr(obj, "created_at"):
            obj.created_at = timezone.now()
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        curation.refresh(form.reach | curation.reach_of(form.instance))

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        reach, row_id = curation.reach_of(obj), obj.pk
        super().delete_model(request, obj)
        curation.forget(reach, kind=self.kind, ids=[row_id])

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet) -> None:
        reach, ids = curation.Reach(), [row.pk for row in queryset]
        for row in queryset:
            reach |= curation.reach_of(row)
        super().delete_queryset(request, queryset)
        curation.forget(reach, kind=self.kind, ids=ids)


class ReadOnlyAdmin(admin.ModelAdmin):
    """What the service writes itself: to look at, and to delete."""

    show_full_result_count = False
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class ArtistForm(forms.ModelForm):
    def save(self, commit: bool = True) -> Any:
        self.instance.sort_name = names.sort_key(self.instance.name)
        return super().save(commit)

    def clean_name(self) -> str:
        """Refuse a second artist of a name; a renamed one keeps its key, so that its files still find it."""
        name = str(self.cleaned_data["name"])
        if self.instance.pk is None:
            self.instance.match_key = names.artist_key(name)
            if Artist.objects.filter(match_key=self.instance.match_key, mbid=None).exists():
                raise forms.ValidationError("There is an artist of this name.")
        return name


@admin.register(Artist)
class ArtistAdmin(KeptAdmin):
    kind = "artist"
    form = ArtistForm
    fields = ["name", "aliases"]
    list_display = ["name", "tracks_count", "albums_count", "plays"]
    search_fields = ["name", "aliases"]
    ordering = ["sort_name", "id"]


class AlbumForm(forms.ModelForm):
    def save(self, commit: bool = True) -> Any:
        self.instance.sort_title = names.sort_key(self.instance.title)
        return super().save(commit)

    def clean(self) -> dict[str, Any]:
        """Refuse a second album of one artist and title; a renamed one keeps its key, as artists do."""
        cleaned = super().clean() or self.cleaned_data
        if self.instance.pk is None and {"artist", "title"} <= cleaned.keys():
            self.instance.match_key = names.album_key(cleaned["artist"], cleaned["title"])
            if Album.objects.filter(match_key=self.instance.match_key, mbid=None).exists():
                raise forms.ValidationError("There is an album of this artist and title.")
        return cleaned


class AlbumCreditInline(admin.TabularInline):
    model = AlbumCredit
    autocomplete_fields = ["artist"]
    ordering = ["position"]
    extra = 0


@admin.register(Album)
class AlbumAdmin(KeptAdmin):
    kind = "album"
    form = AlbumForm
    fields = ["title", "artist", "year", "compilation"]
    inlines = [AlbumCreditInline]
    list_display = ["title", "artist", "year", "tracks_count", "plays"]
    list_filter = ["compilation"]
    search_fields = ["title", "artist"]
    ordering = ["sort_title", "id"]


class CreditInline(admin.TabularInline):
    model = Credit
    fields = ["artist", "role", "position"]
    autocomplete_fields = ["artist"]
    ordering = ["position"]
    extra = 0


class TrackGenreInline(admin.TabularInline):
    model = TrackGenre
    fields = ["genre", "position"]
    autocomplete_fields = ["genre"]
    ordering = ["position"]
    extra = 0


class TrackForm(forms.ModelForm):
    def save(self, commit: bool = True) -> Any:
        self.instance.sort_title = names.sort_key(self.instance.title)
        return super().save(commit)


@admin.register(Track)
class TrackAdmin(KeptAdmin):
    kind = "track"
    form = TrackForm
    fields = [
        ("title", "artist"),
        "album",
        ("disc_number", "track_number", "year"),
        ("explicit", "published", "release_at"),
        ("duration_ms", "plays", "available"),
    ]
    readonly_fields = ["duration_ms", "plays", "available"]  # of the file and of the listeners, not of curators
    autocomplete_fields = ["album"]
    inlines = [CreditInline, TrackGenreInline]
    list_display = ["title", "artist", "album", "year", "plays", "published", "available", "release_at"]
    list_filter = ["published", "available", "explicit"]
    list_select_related = ["album"]
    search_fields = ["title", "artist"]
    ordering = ["sort_title", "id"]


class GenreForm(forms.ModelForm):
    def clean_name(self) -> str:
        """Give a new genre its address; a renamed one keeps it, so that links stay."""
        name = str(self.cleaned_data["name"])
        if self.instance.pk is None:
            self.instance.slug = names.slug(name)
            if Genre.objects.filter(slug=self.instance.slug).exists():
                raise forms.ValidationError("There is a genre of this name.")
        return name


@admin.register(Genre)
class GenreAdmin(KeptAdmin):
    form = GenreForm
    fields = ["name"]
    list_display = ["name", "slug", "tracks_count"]
    search_fields = ["name"]
    ordering = ["name", "id"]


@admin.register(Library)
class LibraryAdmin(ReadOnlyAdmin):
    list_display = ["root"]


@admin.register(LibraryFile)
class LibraryFileAdmin(ReadOnlyAdmin):
    list_display = ["path", "library", "size", "missing", "reason"]
    list_filter = ["missing", ("reason", admin.EmptyFieldListFilter)]
    list_select_related = ["library"]
    raw_id_fields = ["library", "master"]
    search_fields = ["path", "reason"]
    ordering = ["id"]


@admin.register(Master)
class MasterAdmin(ReadOnlyAdmin):
    list_display = ["track", "container", "codec", "bitrate", "sample_rate", "bit_depth", "duration_ms", "size"]
    list_filter = ["container", "codec"]
    list_select_related = ["track"]
    search_fields = ["track__title", "fingerprint", "sha256"]
    ordering = ["id"]


@admin.register(Rendition)
class RenditionAdmin(ReadOnlyAdmin):
    list_display = ["track", "name", "mime", "bitrate", "size", "key", "created_at"]
    list_filter = ["name", "mime"]
    list_select_related = ["track"]
    search_fields = ["track__title", "key"]
    ordering = ["id"]


@admin.register(Work)
class WorkAdmin(ReadOnlyAdmin):
    list_display = ["kind", "subject_id", "state", "attempts", "reason", "ready_at"]
    list_filter = ["state", "kind"]
    search_fields = ["reason"]
    ordering = ["-id"]
    actions = ["retry"]

    @admin.action(description="Try the selected failed work again", permissions=["retry"])
    def retry(self, request: HttpRequest, queryset: QuerySet[Work]) -> None:
        retried = sum(work.retry(row) for row in queryset)
        self.message_user(request, f"{retried} queued again.", messages.SUCCESS)

    def has_retry_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("catalog.change_work")
