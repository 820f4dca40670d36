"""The merge rule and what counts: whatever the order, the doubles and the clocks, the same end."""

import random
import uuid
from dataclasses import replace
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from catalog.models import Track
from conftest import MakeTrack
from playback import listening, merging
from playback.merging import ENDED, PAUSED, PLAYING, Event
from playback.models import Play, PlayEvent, ResumePoint

NOW = 1_800_000_000_000


def event(
    position_ms: int, *, seq: int, at_ms: int = NOW, state: int = PLAYING, play: int = 1, track: int = 1
) -> Event:
    return Event(track, UUID(int=play), seq, at_ms, position_ms, state)


EVENTS = st.lists(
    st.builds(
        Event,
        track_id=st.integers(1, 3),
        play_id=st.integers(1, 4).map(lambda n: UUID(int=n << 90 | n)),
        seq=st.integers(0, 5),
        at_ms=st.integers(NOW, NOW + 6),
        position_ms=st.integers(0, 9),
        state=st.sampled_from([PLAYING, PAUSED, ENDED]),
    ),
    max_size=12,
    unique_by=lambda one: (one.track_id, *one.key),  # a client never says two things under one key
)


@given(EVENTS, st.randoms(use_true_random=False), st.integers(1, 12))
def test_the_newest_stands_in_any_order_and_grouping(events: list[Event], chance: random.Random, size: int) -> None:
    in_order = {one.track_id: one for one in sorted(events, key=lambda one: one.key)}
    arriving = [*events, *chance.choices(events, k=5)] if events else []
    chance.shuffle(arriving)
    standing: dict[int, Event] = {}
    for start in range(0, len(arriving), size):
        group = [*standing.values(), *arriving[start : start + size]]
        standing = {one.track_id: one for _, one in merging.newest((7, one) for one in group)}
    assert standing == in_order


def test_the_newest_come_sorted_by_listener_and_track() -> None:
    heard = [
        (2, event(1, seq=1, track=2)),
        (1, event(1, seq=1, track=9)),
        (2, event(1, seq=1)),
        (1, event(2, seq=2, track=9)),
    ]
    assert [(listener, one.track_id, one.seq) for listener, one in merging.newest(heard)] == [
        (1, 9, 2),
        (2, 1, 1),
        (2, 2, 1),
    ]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_the_database_ends_as_the_pure_rule_does(
    listener: User, stranger: User, make_track: MakeTrack, data: st.DataObject
) -> None:
    """Two listeners, two interleaving devices each, doubles, any grouping of requests into commits."""
    tracks = {1: make_track("One").id, 2: make_track("Two").id, 3: make_track("Three").id}
    ResumePoint.objects.all().delete()
    Play.objects.all().delete()
    people = [listener.id, stranger.id]
    events = [
        (who, Event(tracks[one.track_id], *one.key[1:], one.at_ms, one.position_ms, one.state))
        for one in data.draw(EVENTS)
        for who in [data.draw(st.sampled_from(people))]
    ]
    arriving = data.draw(st.permutations([*events, *events[:4]]))
    cut = data.draw(st.integers(0, len(arriving)))
    for part in filter(None, (arriving[:cut], arriving[cut:])):
        listening.store([listening.Listening(who, "", merging.EPOCH, events=(one,)) for who, one in part])
    stands = {
        (point.listener_id, point.track_id): (point.at_ms, point.play_id, point.seq, point.position_ms, point.state)
        for point in ResumePoint.objects.all()
    }
    assert stands == {
        (who, one.track_id): (one.at_ms, one.play_id, one.seq, one.position_ms, one.state)
        for who, one in merging.newest(events)
    }


DAY = 86_400_000


@st.composite
def two_devices(draw: st.DrawFn) -> tuple[list[Event], list[Event]]:
    """Return what two devices of one listener heard, each in its own order: the second was offline for a day.

    Each stamps server time by the offset it has learnt, which is up to a minute wrong either way, and never changes a
    stamp; within a play, stamps do not decrease with seq.
    """
    devices = []
    for place, away_ms in enumerate((0, DAY)):
        offset = draw(st.integers(-60_000, 60_000))
        events, at_ms = [], NOW - away_ms + offset
        for play in range(draw(st.integers(1, 3))):
            track, play_id = draw(st.integers(1, 2)), UUID(int=draw(st.integers(1, 3)) << 90 | place << 8 | play)
            for seq in range(draw(st.integers(1, 4))):
                at_ms += draw(st.integers(0, 10_000))
                state = draw(st.sampled_from([PLAYING, PAUSED, ENDED]))
                events.append(Event(track, play_id, seq, at_ms, draw(st.integers(0, 180_000)), state))
        devices.append(events)
    return devices[0], devices[1]


def standing(arriving: list[Event], sizes: list[int]) -> dict[int, Event]:
    """Return what stands when the events arrive in groups of these sizes, over and over."""
    points: dict[int, Event] = {}
    place = turn = 0
    while place < len(arriving):
        size = sizes[turn % len(sizes)]
        group = [(7, one) for one in [*points.values(), *arriving[place : place + size]]]
        points = {one.track_id: one for _, one in merging.newest(group)}
        place, turn = place + size, turn + 1
    return points


SIZES = st.lists(st.integers(1, 7), min_size=1, max_size=4)


@settings(deadline=None)  # 100 examples
@given(two_devices(), st.randoms(use_true_random=False), SIZES)
def test_a_device_that_was_away_pulls_nothing_back(
    devices: tuple[list[Event], list[Event]], chance: random.Random, sizes: list[int]
) -> None:
    """Each message comes one to three times, in any order and grouping: the newest listening stands, always."""
    here, away = devices
    in_order = standing(sorted([*here, *away], key=lambda one: one.key), [100])
    for one in standing(here, [100]).values():
        assert in_order[one.track_id] == one, "a day is more than all offsets"
    for _ in range(10):
        arriving = [one for one in [*here, *away] for _ in range(chance.randint(1, 3))]
        chance.shuffle(arriving)
        assert standing(arriving, sizes) == in_order
        assert standing([*arriving, *away, *here, *away], sizes) == in_order


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(devices=two_devices(), chance=st.randoms(use_true_random=False), sizes=SIZES)
def test_rows_end_alike_and_plays_count_once_whatever_comes_twice(
    listener: User,
    make_track: MakeTrack,
    devices: tuple[list[Event], list[Event]],
    chance: random.Random,
    sizes: list[int],
) -> None:
    """The same through the database: once and in order, then each message one to three times, shuffled, in groups."""
    tracks = {1: make_track("One"), 2: make_track("Two")}
    ids = {number: track.id for number, track in tracks.items()}
    events = [replace(one, track_id=ids[one.track_id]) for device in devices for one in device]
    again = [one for one in events for _ in range(chance.randint(1, 3))]
    chance.shuffle(again)
    ends = []
    for arriving, groups in ((sorted(events, key=lambda one: one.key), [1]), (again, sizes)):
        Play.objects.all().delete()
        ResumePoint.objects.all().delete()
        Track.objects.filter(id__in=ids.values()).update(plays=0)
        place = turn = 0
        while place < len(arriving):
            size = groups[turn % len(groups)]
            group = [
                listening.Listening(listener.id, "", merging.EPOCH, events=(one,))
                for one in arriving[place : place + size]
            ]
            listening.store(group)
            place, turn = place + size, turn + 1
        points = set(ResumePoint.objects.values_list("track_id", "at_ms", "play_id", "seq", "position_ms", "state"))
        plays = set(Play.objects.values_list("play_id", "track_id"))
        ends.append((points, plays, Play.objects.count()))
        counted = Play.objects.exclude(counted_at=None).count()
        assert sum(Track.objects.values_list("plays", flat=True)) == counted
    assert ends[0] == ends[1]


@given(
    st.lists(st.tuples(st.integers(0, 40_000), st.sampled_from([PLAYING, PAUSED])), min_size=1, max_size=8),
    st.randoms(use_true_random=False),
)
def test_what_was_heard_does_not_depend_on_the_order(steps: list[tuple[int, int]], chance: random.Random) -> None:
    """A client that plays and pauses: heard is the time that it played."""
    events, position, at_ms, heard = [], 0, NOW, 0
    for seq, (step, state) in enumerate(steps):
        events.append(event(position, seq=seq, at_ms=at_ms, state=state))
        if state == PLAYING:
            position += step
            heard += step
        at_ms += step
    events.append(event(position, seq=len(steps), at_ms=at_ms, state=ENDED))
    arriving = [*events, *chance.choices(events, k=4)]
    chance.shuffle(arriving)
    assert merging.heard_ms(arriving) == heard


@given(EVENTS)
def test_heard_is_never_negative_nor_longer_than_the_clock(events: list[Event]) -> None:
    heard = merging.heard_ms(events)
    by_seq = sorted({one.seq: one for one in events}.values(), key=lambda one: one.seq)
    assert 0 <= heard <= sum(max(0, later.at_ms - earlier.at_ms) for earlier, later in pairwise(by_seq))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), length=st.integers(10_000, 60_000))
def test_a_play_counts_once_in_any_order(
    listener: User, make_track: MakeTrack, data: st.DataObject, length: int
) -> None:
    track = make_track(f"Track {uuid.uuid4()}")
    play = uuid.uuid4()
    moments = sorted({0, length, *data.draw(st.lists(st.integers(0, length), max_size=5))})
    events = [
        Event(track.id, play, seq, NOW + moment, moment, ENDED if moment == length else PLAYING)
        for seq, moment in enumerate(moments)
    ]
    for one in data.draw(st.permutations([*events, *events[:3]])):
        listening.store([listening.Listening(listener.id, "", merging.EPOCH, events=(one,))])
    track.refresh_from_db()
    assert track.plays == (1 if length >= 30_000 else 0)
    kept = PlayEvent.objects.filter(play__play_id=play).count()
    assert kept == (0 if track.plays else len(events))


@pytest.mark.parametrize(
    ("heard", "duration", "counted"),
    [(29_999, 180_000, False), (30_000, 180_000, True), (9_999, 20_000, False), (10_000, 20_000, True),
     (29_999, 0, False), (30_000, 0, True), (0, 0, False)],
)  # fmt: skip
def test_thirty_seconds_or_half_of_a_shorter_track_count(heard: int, duration: int, counted: bool) -> None:
    assert merging.counts(heard, duration_ms=duration) is counted


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), st.lists))
def test_nothing_odd_passes_as_a_moment_or_an_id(odd: object) -> None:
    assert merging.moment_of(odd) is None
    assert merging.uuid_of(odd) is None


@given(
    st.fixed_dictionaries(
        {},
        optional={
            name: st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40)
            for name in ("play_id", "seq", "track_id", "position_ms", "state", "at")
        },
    )
)
def test_odd_events_are_rejected_with_a_code(odd: dict[str, object]) -> None:
    with pytest.raises(merging.Rejected) as reason:
        merging.parse(odd, now_ms=NOW)
    assert reason.value.code in {"play_id", "seq", "track", "position", "state", "at", "clock"}
