"""Prepared queries: the rows of the queryset that they were made of, for any values, without making it again."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db.models import QuerySet

from accounts.models import User
from catalog.models import Track
from conftest import MakeTrack
from spotify_lite.prepared import Prepared

NOW = datetime(2026, 3, 1, 12, 30, 15, 250_000, tzinfo=UTC)
FAR = {"at": datetime(9999, 1, 1, tzinfo=UTC), "least": 987_654_321}


def listed(at: datetime, least: int) -> QuerySet[Track, Any]:
    return Track.objects.listed(at=at).filter(plays__gte=least).order_by("id").values_list("id", "title")


@pytest.fixture
def songs(make_track: MakeTrack) -> list[Track]:
    return [
        make_track(title="Old", plays=5),
        make_track(title="Just now", plays=5, release_at=NOW),
        make_track(title="Soon", plays=5, release_at=NOW + timedelta(milliseconds=1)),
        make_track(title="Withdrawn", plays=5, published=False),
        make_track(title="Quiet", plays=0),
    ]


@pytest.mark.parametrize("later", [-1, 0, 1])
@pytest.mark.parametrize("least", [0, 1, 6])
def test_the_rows_are_those_of_the_queryset(songs: list[Track], later: int, least: int):
    values = {"at": NOW + timedelta(milliseconds=later), "least": least}
    prepared = Prepared(Track, listed, **FAR)

    for _ in range(2):
        assert [tuple(row) for row in prepared.rows(**values)] == list(listed(**values))
    assert prepared.first(**values) == listed(**values).first()


def test_it_is_one_query_that_is_made_once(songs: list[Track], django_assert_num_queries: Any):
    made = []

    def build(at: datetime, least: int) -> QuerySet[Track, Any]:
        made.append(at)
        return listed(at, least)

    prepared = Prepared(Track, build, **FAR)
    with django_assert_num_queries(3):
        for least in (0, 1, 2):
            prepared.rows(at=NOW, least=least)

    assert len(made) == 1


def test_a_value_that_the_query_does_not_use_is_an_error(songs: list[Track]):
    prepared = Prepared(Track, lambda unused: Track.objects.all(), unused=987_654_321)

    with pytest.raises(ValueError, match="unused"):
        prepared.rows(unused=1)


def test_an_object_is_the_one_of_the_queryset(curator: User):
    prepared = Prepared(User, lambda name: User.objects.filter(username=name), name="a name")

    found = prepared.instance(name="curator")
    assert found.__dict__.keys() == User.objects.get().__dict__.keys()
    assert [getattr(found, field.attname) for field in User._meta.concrete_fields] == [
        getattr(curator, field.attname) for field in User._meta.concrete_fields
    ]
    assert prepared.instance(name="nobody") is None
