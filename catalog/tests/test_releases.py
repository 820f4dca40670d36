"""When the moment of a release comes, it is counted and found, once."""

from datetime import timedelta

import pytest
from django.utils import timezone

from catalog import releases, search
from catalog.models import Album, Artist, CatalogVersion, Genre, Track


def counted() -> list[int]:
    return [model.objects.get().tracks_count for model in (Album, Artist, Genre)]


@pytest.mark.django_db
def test_release_is_counted_and_found_when_its_moment_comes(make_track):
    at = timezone.now()
    track = make_track("Tideline", release_at=at + timedelta(hours=1))
    search.index_pending()
    assert (
        Album.objects.get().tracks_count == Artist.objects.get().tracks_count == Genre.objects.get().tracks_count == 0
    )

    assert releases.show_released(at=at) == 0
    Track.objects.filter(id=track.id).update(release_at=at - timedelta(seconds=1))  # an hour goes by
    assert releases.show_released(at=at) == 1

    search.index_pending()
    assert (
        Album.objects.get().tracks_count == Artist.objects.get().tracks_count == Genre.objects.get().tracks_count == 1
    )
    found = search.search("slow harbour", kinds=["album"], limit=5, at=at)
    assert found.albums == [Album.objects.get().id]


@pytest.mark.django_db
def test_second_look_changes_nothing(make_track, django_assert_num_queries):
    at = timezone.now()
    make_track("Tideline", release_at=at - timedelta(days=1))
    releases.show_released(at=at)
    number = CatalogVersion.objects.get().number
    with django_assert_num_queries(2):
        assert releases.show_released(at=at) == 0
    assert CatalogVersion.objects.get().number == number
