"""The audit: what a POP holds damaged, with the right length, is found and replaced within one pass."""

import time
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from catalog.models import Rendition
from conftest import MakeTrack
from playback import audit
from playback.models import Resident
from spotify_lite.celery import app
from spotify_lite.tests import edges
from spotify_lite.tests.edges import SLICE, Song, ask

pytestmark = [pytest.mark.rig, pytest.mark.xdist_group("edge"), pytest.mark.django_db]


@pytest.fixture(autouse=True)
def _one_edge(world: edges.World, settings: Any) -> None:
    kid, key = next(iter(world.pop.keys.items()))
    settings.EDGES = (world.pop.edge,)
    settings.MEDIA_SIGNING_KEYS, settings.MEDIA_SIGNING_KID = {kid: key}, kid


def listed(world: edges.World, make_track: MakeTrack, size: int = 2 * SLICE + 7) -> Song:
    """Return a song of the catalog that the edge has served."""
    song = world.song(size)
    Rendition.objects.filter(track=make_track(song.key[:8])).update(key=song.key, extension="mp4", size=len(song.body))
    return song


def serve(world: edges.World, song: Song) -> bytes:
    """Play the song, and note that the edge holds it."""
    body = ask(world.pop.port, world.pop.signed(song.path)).body
    limit = time.monotonic() + 5
    while ask(world.pop.port, world.pop.signed(f"/edge/resident{song.path}")).status != 200:
        assert time.monotonic() < limit  # the last bytes reach a listener a moment before the cache has them
        time.sleep(0.02)
    cache, now = world.pop.health()["cache_id"], timezone.now()
    Resident.objects.create(edge=world.pop.name, key=song.key, size=len(song.body), cache=cache, seen_at=now)
    return body


def run(**options: Any) -> str:
    out = StringIO()
    call_command("audit_edges", stdout=out, **options)
    return out.getvalue()


def test_damaged_object_is_replaced_within_one_pass(world: edges.World, make_track: MakeTrack) -> None:
    songs = [listed(world, make_track) for _ in range(4)]
    world.origin.spoil(corrupt=True)
    heard = [serve(world, song) for song in songs[:2]]
    world.origin.heal()
    heard += [serve(world, song) for song in songs[2:]]
    assert [body == song.body for body, song in zip(heard, songs, strict=True)] == [False, False, True, True]
    assert all(len(body) == len(song.body) for body, song in zip(heard, songs, strict=True))

    assert run() == "one: 2 whole, 2 replaced.\n"
    assert all(ask(world.pop.port, world.pop.signed(song.path)).body == song.body for song in songs)
    assert {row.key for row in Resident.objects.all()} == {song.key for song in songs}
    assert world.gets(songs[0]) == [2, 2, 2]
    assert world.gets(songs[2]) == [1, 1, 1], "what is right is not fetched again"
    assert run() == "one: 4 whole.\n"


def test_what_stays_damaged_is_told_and_kept_nowhere(world: edges.World, make_track: MakeTrack) -> None:
    song = listed(world, make_track)
    world.origin.spoil(corrupt=True)
    serve(world, song)
    with pytest.raises(CommandError, match="1 objects are damaged"):
        run()
    assert not Resident.objects.exists()
    assert ask(world.pop.port, world.pop.signed(f"/edge/resident{song.path}")).status == 404


def test_what_is_not_held_any_more_is_not_fetched(world: edges.World, make_track: MakeTrack) -> None:
    song = listed(world, make_track)
    serve(world, song)
    ask(world.pop.port, world.pop.signed(f"/edge/purge{song.path}"), "POST")
    assert run() == "one: 1 absent.\n"
    assert not Resident.objects.exists()
    assert world.gets(song) == [1, 1, 1]


def test_every_rendition_fills_the_edge_as_well(world: edges.World, make_track: MakeTrack) -> None:
    songs = [listed(world, make_track, 1000) for _ in range(3)]
    first, _, last = Rendition.objects.order_by("id").values_list("id", flat=True)
    assert run(all=True, most=2) == f"one: 2 whole; last rendition {last - 1}.\n"
    assert run(all=True, after=first) == f"one: 2 whole; last rendition {last}.\n"
    assert Resident.objects.count() == 3
    assert [world.gets(song) for song in songs] == [[1]] * 3
    assert all(ask(world.pop.port, world.pop.signed(song.path)).headers["x-cache"] == "HIT" for song in songs)


def test_edge_that_is_away_loses_nothing(world: edges.World, make_track: MakeTrack, settings: Any) -> None:
    song = listed(world, make_track)
    serve(world, song)
    world.origin.spoil(refuse=True)
    assert run() == "one: 1 whole.\n", "the origin is not needed"
    with world.another("ended") as pop:
        settings.EDGES = (pop.edge,)
        cache = pop.health()["cache_id"]
        Resident.objects.update(edge="ended", cache=cache)
        auditor = audit.Auditor(pop.edge)
        pop.kill()
        assert [one.outcome for one in auditor.held(most=9)] == [audit.Outcome.UNREACHABLE]
        with pytest.raises(CommandError, match="ended does not answer"):
            run()
    assert Resident.objects.count() == 1


def test_what_was_not_looked_at_longest_comes_first(world: edges.World, make_track: MakeTrack) -> None:
    songs = [listed(world, make_track, 1000) for _ in range(3)]
    for song in songs:
        serve(world, song)
    auditor = audit.Auditor(world.pop.edge)
    seen = [one.key for _ in range(3) for one in auditor.held(most=1)]
    assert seen == [song.key for song in songs]


def test_reading_keeps_to_its_rate(world: edges.World, make_track: MakeTrack) -> None:
    song = listed(world, make_track, SLICE)
    serve(world, song)
    started = timezone.now()
    list(audit.Auditor(world.pop.edge, rate=2 * SLICE).held(most=1))
    assert (timezone.now() - started).total_seconds() > 0.4


def test_clock_audits_some_every_hour(world: edges.World, make_track: MakeTrack) -> None:
    song = listed(world, make_track, 1000)
    world.origin.spoil(corrupt=True)
    serve(world, song)
    world.origin.heal()
    entry = app.conf.beat_schedule["audit-edges"]
    app.autodiscover_tasks(force=True)
    app.tasks[entry["task"]].apply()
    assert ask(world.pop.port, world.pop.signed(song.path)).body == song.body


@pytest.mark.parametrize("options", [{"edge": "nobody"}, {"most": 0}, {"rate": 0}])
def test_nonsense_is_refused(options: dict[str, Any]) -> None:
    with pytest.raises(CommandError):
        run(**options)


def test_cloudfront_is_not_audited(settings: Any) -> None:
    settings.MEDIA_SIGNER = "cloudfront"
    with pytest.raises(CommandError, match="no such POP"):
        run()
