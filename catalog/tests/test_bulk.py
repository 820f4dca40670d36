"""Rows written in bulk are the rows that the ORM would have written."""

import pytest
from django.db import transaction
from django.utils import timezone

from catalog import bulk
from catalog.models import Artist, SearchChange, Track

pytestmark = pytest.mark.django_db


def a_track(title: str) -> Track:
    card = {"title": title, "artists": [{"id": 1}]}
    return Track(title=title, sort_title=title, artist="Ida", created_at=timezone.now(), card=card, gain_db=-1.5)


def test_rows_come_back_as_they_went_in():
    rows = [a_track("Ébb"), a_track('Flow "%s" \\')]
    with transaction.atomic():
        bulk.create(rows)
    found = list(Track.objects.order_by("id"))
    assert found == rows
    names = [field.attname for field in Track._meta.concrete_fields]
    assert [[getattr(row, name) for name in names] for row in found] == [
        [getattr(row, name) for name in names] for row in rows
    ]


def test_ids_go_on_where_others_left_off():
    first = a_track("One")
    first.save()
    with transaction.atomic():
        bulk.create(rows := [a_track("Two"), a_track("Three")])
    last = a_track("Four")
    last.save()
    assert first.id < rows[0].id < rows[1].id < last.id
    assert Track.objects.count() == 4


def test_saved_columns_change_and_no_others():
    row = a_track("Ebb")
    row.save()
    row.title, row.artist, row.card = "Flow", "Otto", {"title": "Flow"}
    bulk.save([row], ("title", "card"))
    assert Track.objects.values_list("title", "artist", "card").get() == ("Flow", "Ida", {"title": "Flow"})


def test_columns_that_are_not_named_are_the_databases():
    bulk.insert(SearchChange, ("kind", "subject_id"), [("track", 7), ("album", 8)])
    assert list(SearchChange.objects.values_list("kind", "subject_id")) == [("track", 7), ("album", 8)]


def test_nothing_is_written_for_no_rows(django_assert_num_queries):
    with django_assert_num_queries(0):
        bulk.create([])
        bulk.save([], ("name",))
        bulk.insert(Artist, ("name",), [])
