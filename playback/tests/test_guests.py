"""What a guest leaves behind: merged by the merge rule at login, swept after a month away."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from accounts.models import User
from conftest import MakeTrack
from playback import guests, listening, state, tasks
from playback.merging import PLAYING, Event
from playback.models import Play, PlaybackState, PlayEvent, ResumePoint

NOW = datetime.now(UTC)
NOW_MS = listening.ms_of(NOW)


@pytest.fixture
def guest(db: None) -> User:
    return User.objects.create(username="guest-1", is_guest=True)


def hear(who: User, *events: Event) -> None:
    listening.store([listening.Listening(who.id, "Phone", NOW, events=events)])


def event(track_id: int, position_ms: int, *, ago_ms: int = 0, play: int = 1, seq: int = 1) -> Event:
    return Event(track_id, uuid.UUID(int=play), seq, NOW_MS - ago_ms, position_ms, PLAYING)


def shown(who: User, *, ago_ms: int, queue: list[int]) -> PlaybackState:
    return PlaybackState(
        listener=who, at_ms=NOW_MS - ago_ms, play_id=uuid.UUID(int=1), seq=1, queue=queue, updated_at=NOW
    )


def test_the_newest_listening_of_both_stands(guest: User, listener: User, make_track: MakeTrack) -> None:
    one, two, three = (make_track(title).id for title in ("One", "Two", "Three"))
    hear(guest, event(one, 1_000, ago_ms=5), event(two, 2_000, ago_ms=50), event(three, 3_000, ago_ms=7))
    hear(listener, event(one, 10_000, ago_ms=50, play=2), event(two, 20_000, ago_ms=5, play=3))
    guests.merge(guest, into=listener)
    points = dict(ResumePoint.objects.filter(listener=listener).values_list("track_id", "position_ms"))
    assert points == {one: 1_000, two: 20_000, three: 3_000}
    assert not User.objects.filter(is_guest=True).exists()
    assert ResumePoint.objects.count() == 3
    assert Play.objects.filter(listener=listener).count() == Play.objects.count() == 3


def test_plays_keep_their_events_and_go_on_counting(guest: User, listener: User, make_track: MakeTrack) -> None:
    track = make_track()
    hear(guest, event(track.id, 0, ago_ms=40_000, seq=1))
    guests.merge(guest, into=listener)
    hear(listener, event(track.id, 35_000, ago_ms=5_000, seq=2))
    track.refresh_from_db()
    assert track.plays == 1


def test_the_same_play_on_both_sides_is_the_listeners(guest: User, listener: User, make_track: MakeTrack) -> None:
    track = make_track()
    hear(guest, event(track.id, 5))
    hear(listener, event(track.id, 6, seq=2))
    guests.merge(guest, into=listener)
    assert Play.objects.get().listener == listener


@pytest.mark.parametrize(("guest_ago", "listener_ago", "queue"), [(5, 50, [1]), (50, 5, [2])])
def test_the_newest_queue_stands(
    guest: User, listener: User, guest_ago: int, listener_ago: int, queue: list[int]
) -> None:
    state.save([shown(guest, ago_ms=guest_ago, queue=[1])])
    state.save([shown(listener, ago_ms=listener_ago, queue=[2])])
    guests.merge(guest, into=listener)
    assert PlaybackState.objects.get().queue == queue


def test_a_guest_with_nothing_is_just_gone(guest: User, listener: User) -> None:
    guests.merge(guest, into=listener)
    assert User.objects.get() == listener


def test_idle_guests_are_swept_with_all_that_is_theirs(guest: User, listener: User, make_track: MakeTrack) -> None:
    here = User.objects.create(username="guest-2", is_guest=True, last_seen_at=NOW - timedelta(days=29))
    track = make_track()
    for who in (guest, here, listener):
        hear(who, event(track.id, 5))
        state.save([shown(who, ago_ms=0, queue=[1])])
    User.objects.filter(id__in=[guest.id, listener.id]).update(last_seen_at=NOW - timedelta(days=31))
    tasks.sweep_guests()
    left = [here.id, listener.id]
    assert list(User.objects.order_by("username").values_list("id", flat=True)) == left
    for model in (ResumePoint, Play, PlaybackState):
        assert set(model.objects.values_list("listener_id", flat=True)) == set(left)
    assert PlayEvent.objects.count() == 2


def test_the_sweep_goes_on_until_all_are_gone(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guests, "SWEPT_AT_ONCE", 2)
    for number in range(5):
        User.objects.create(username=f"guest-{number}", is_guest=True, last_seen_at=NOW - timedelta(days=40))
    assert guests.sweep(at=NOW, after=timedelta(days=30)) == 5
    assert not User.objects.exists()
