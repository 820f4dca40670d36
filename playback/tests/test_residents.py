"""What processes tell each other of what POPs hold."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from playback import edges, residents
from playback.edges import View
from playback.models import Resident
from playback.residents import Memory
from spotify_lite.places import Edge

pytestmark = pytest.mark.django_db

EDGE = Edge("one", "local", "https://one.example")
KEY, OTHER = "a" * 64, "b" * 64


@pytest.fixture
def caches(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Return the caches' names as the POPs' health tells them."""
    named = {"one": "c1"}
    monkeypatch.setattr(edges, "view", lambda: View((), dict(named), ""))
    return named


def test_what_one_process_saw_the_other_knows(caches: dict[str, str]) -> None:
    here, there = Memory([EDGE]), Memory([EDGE])
    here.note("one", KEY, 9)
    assert (here.warm(KEY), there.warm(KEY)) == (["one"], [])
    here.exchange()
    there.exchange()
    assert there.warm(KEY) == ["one"]
    row = Resident.objects.get()
    assert (row.edge, row.key, row.size, row.cache) == ("one", KEY, 9, "c1")


def test_seen_again_is_the_same_row_and_read_again(caches: dict[str, str]) -> None:
    here, there = Memory([EDGE]), Memory([EDGE])
    here.note("one", KEY, 9)
    here.exchange()
    there.exchange()
    there.forget("one", KEY)
    here.note("one", KEY, 9)
    here.exchange()
    there.exchange()
    assert there.warm(KEY) == ["one"]
    assert Resident.objects.count() == 1


def test_emptied_cache_is_forgotten_by_all(caches: dict[str, str]) -> None:
    here, there = Memory([EDGE]), Memory([EDGE])
    here.note("one", KEY, 9)
    here.exchange()
    there.exchange()
    caches["one"] = "c2"
    for memory in (here, there, Memory([EDGE])):
        memory.exchange()
        assert memory.warm(KEY) == []
    here.note("one", OTHER, 9)
    here.exchange()
    there.exchange()
    assert (there.warm(KEY), there.warm(OTHER)) == ([], ["one"])


def test_unknown_edges_rows_are_passed_over(caches: dict[str, str]) -> None:
    residents.save([("one", KEY, 9)], caches=caches)
    Resident.objects.create(edge="gone", key=OTHER, size=9, seen_at=timezone.now() + timedelta(seconds=5))
    memory = Memory([EDGE])
    memory.exchange()
    assert (memory.warm(KEY), memory.warm(OTHER)) == (["one"], [])


def test_memory_is_bounded(caches: dict[str, str], monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    monkeypatch.setattr(residents, "KEPT", 3)
    memory = Memory([EDGE])
    for number in range(5):
        memory.note("one", f"{number:064}", 1)
    assert [bool(memory.warm(f"{number:064}")) for number in range(5)] == [False, False, True, True, True]
