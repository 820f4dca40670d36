"""Music that nobody plays is found by its names, also with a slip of the fingers in them."""

import os
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from catalog.models import Track
from catalog.search import analyser
from catalog.tests import judged, slips

# Fewer on PostgreSQL, where writing them takes longest: that both databases answer alike has a test of its own.
TRACKS = int(os.environ.get("TAIL_TRACKS", "20000" if connection.vendor == "sqlite" else "5000"))
SAMPLE = 400
SEED = int(os.environ.get("TAIL_SEED", "1"))

Typed = Callable[[Track, Random], str | None]  # None: this one cannot be typed so

TRIALS: list[tuple[str, float, Typed]] = [
    ("title artist", 0.97, lambda track, dice: f"{track.title} {track.artist}"),
    ("artist title", 0.97, lambda track, dice: f"{track.artist} {track.title}"),
    ("a letter lost", 0.90, lambda track, dice: slips.lose(f"{track.title} {track.artist}", dice)),
    ("two letters swapped", 0.90, lambda track, dice: slips.swap(f"{track.title} {track.artist}", dice)),
]


@pytest.fixture(scope="module")
def tail(django_db_setup: None, django_db_blocker: Any) -> Iterator[list[Track]]:
    """Return unpopular tracks of an invented catalog: of the less played half, drawn at random."""
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("seed_catalog", tracks=TRACKS, seed=SEED, verbosity=0)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")  # nothing else does it for rows that are never committed
        order = Track.objects.order_by("bucket", "id").values_list("id", flat=True)
        less_played = list(order[Track.objects.count() // 2 :])
        yield list(Track.objects.filter(id__in=Random(SEED).sample(less_played, SAMPLE)).order_by("id"))
        transaction.set_rollback(True)


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize(("wanted", "typed"), [trial[1:] for trial in TRIALS], ids=[trial[0] for trial in TRIALS])
def test_an_unpopular_track_is_found_first_by_its_names(tail: list[Track], wanted: float, typed: Typed) -> None:
    dice = Random(SEED)
    queries = {track: query for track in tail if (query := typed(track, dice))}
    missed = {query: found for track, query in queries.items() if (found := _instead(track, query))}
    assert len(queries) > 0.8 * SAMPLE
    assert 1 - len(missed) / len(queries) >= wanted, (SEED, len(missed), dict(list(missed.items())[:20]))


def _instead(track: Track, query: str) -> str | None:
    """Return what comes first in place of the track; a namesake, all of whose words are the same, is as good."""
    found = judged.found_whole(query, "track", limit=1).tracks
    if found == [track.id]:
        return None
    first = Track.objects.filter(id__in=found).first()
    if first is None:
        return "nothing"
    return None if _words(first) == _words(track) else f"{first.title} - {first.artist}"


def _words(track: Track) -> list[str]:
    return sorted(analyser.read(f"{track.title} {track.artist}").words)
