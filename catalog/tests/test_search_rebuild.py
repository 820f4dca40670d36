"""The index is built anew beside the live one: it goes on where it was killed, and lacks nothing that changed."""

import threading
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import OperationalError
from django.utils import timezone

from catalog import derived, search, work
from catalog.models import Album, Artist, Lane, SearchBuild, SearchChange, SearchMissed, SearchState, Track, Work
from catalog.search import entries, indexer, rebuilding, state, tables, upkeep, watching
from catalog.tests.indexes import contents, there

pytestmark = pytest.mark.django_db


class Killed(Exception):
    """Stands for the end of a process between two transactions."""


@pytest.fixture
def songs(make_track, monkeypatch) -> list[int]:
    """Return seven songs, which are read two at a time, and are in the index."""
    monkeypatch.setattr(entries, "BATCH", 2)
    ids = [
        make_track(
            f"Tideline {number}", plays=10**number, artist=f"Halcyon {number % 3}", genres=("Dub",), year=1990 + number
        ).id
        for number in range(7)
    ]
    search.index_pending()
    return ids


def find(text: str) -> list[int]:
    return search.search(text, kinds=tables.KINDS, limit=50, at=timezone.now(), fresh=True).tracks


def test_a_rebuild_makes_the_same_index(songs):
    before = contents()
    done: list[int] = []
    count = search.rebuild(progress=done.append)
    assert count == 7 + Artist.objects.count() + Album.objects.count()
    assert sum(done) == search.rebuild_size() == 3 * count
    assert contents() == before
    assert there() == [tables.LIVE]
    assert sorted(find("tideline")) == sorted(songs)
    assert not SearchBuild.objects.exists()


def test_an_empty_catalog_has_an_index(db):
    assert search.rebuild() == 0
    assert find("tideline") == []


def test_what_changes_while_an_index_is_built_is_in_it(songs, make_track):
    """The songs have been read when albums are: a new one, a new name, one that went and one that more have heard."""

    def source(kind: str, sid: int) -> entries.Batch:
        if (kind, sid) == ("album", -1):
            make_track("Undertow", artist="Halcyon 1")
            Track.objects.filter(id=songs[0]).update(title="Horizon")
            Track.objects.filter(id=songs[1]).update(published=False)
            Track.objects.filter(id=songs[2]).update(plays=10**9)
            derived.move_buckets([songs[2]])
            derived.refresh_cards(songs[:2])
            search.index_pending()  # which is what the live index has then
        return entries.after(kind, sid)

    search.rebuild(source=source)
    assert len(find("undertow")) == 1
    assert find("horizon") == [songs[0]]
    assert find("tideline")[0] == songs[2]
    assert sorted(find("tideline")) == sorted(songs[2:])
    assert not SearchMissed.objects.exists()
    after = contents()
    search.rebuild()
    assert contents() == after


def test_a_song_that_is_heard_less_while_it_is_read_is_not_there_twice(songs):
    def source(kind: str, sid: int) -> entries.Batch:
        if kind == "track" and sid >= 0 and Track.objects.get(id=songs[6]).plays:
            Track.objects.filter(id=songs[6]).update(plays=0)  # was read first, and is read last again
            derived.move_buckets([songs[6]])
            search.index_pending()
        return entries.after(kind, sid)

    search.rebuild(source=source)
    assert find("tideline")[-1] == songs[6]
    assert len(find("tideline")) == 7


@pytest.mark.parametrize("batches", [1, 3, 5, 9])
def test_a_build_that_was_killed_goes_on_where_it_was(songs, batches):
    before, read = contents(), []

    def source(kind: str, sid: int) -> entries.Batch:
        if len(read) == batches:
            raise Killed
        read.append((kind, sid))
        return entries.after(kind, sid)

    with pytest.raises(Killed):
        search.rebuild(source=source)
    assert contents() == before
    assert len(there()) == 2
    once, batches, read = read, -1, []
    search.rebuild(source=source)
    assert not {place for place in read if entries.after(*place).rows} & set(once)
    assert contents() == before
    assert there() == [tables.LIVE]


def test_a_step_that_was_killed_is_done_again(songs):
    before = contents()
    for name in rebuilding.filling().STEPS:
        steps = dict(rebuilding.filling().STEPS)

        def killed(index: str, *, step=steps[name]):
            yield from step(index)  # all of it; only that it was done is not written down
            raise Killed

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(rebuilding.filling(), "STEPS", steps | {name: killed})
            with pytest.raises(Killed):
                search.rebuild()
    search.rebuild()
    assert contents() == before


def test_a_build_of_a_version_with_other_steps_begins_anew(songs):
    def source(kind: str, sid: int) -> entries.Batch:
        raise Killed

    with pytest.raises(Killed):
        search.rebuild(source=source)
    SearchBuild.objects.update(step="shuffle")
    search.rebuild()
    assert there() == [tables.LIVE]
    assert sorted(find("tideline")) == sorted(songs)


def test_restart_begins_anew(songs):
    def stop_at_albums(kind: str, sid: int) -> entries.Batch:
        if kind == "album":
            raise Killed
        return entries.after(kind, sid)

    with pytest.raises(Killed):
        search.rebuild(source=stop_at_albums)
    first = SearchBuild.objects.get().index
    with pytest.raises(Killed):
        search.rebuild(source=stop_at_albums)
    assert SearchBuild.objects.get().index == first
    with pytest.raises(Killed):
        search.rebuild(source=stop_at_albums, restart=True)
    assert SearchBuild.objects.get().index != first
    assert len(there()) == 2
    out = StringIO()
    call_command("search_rebuild", "--restart", stdout=out)
    assert there() == [tables.LIVE]
    assert (
        out.getvalue() == f"Indexed {7 + Artist.objects.count() + Album.objects.count()} tracks, artists and albums.\n"
    )


def test_many_waiting_notes_are_left_to_the_build_and_few_are_not(songs, monkeypatch):
    monkeypatch.setattr(rebuilding, "COVERED", 5)
    monkeypatch.setattr(derived, "SMALL", 3)
    seen = []

    def source(kind: str, sid: int) -> entries.Batch:
        seen.append((SearchChange.objects.filter(lane=Lane.COVERED).count(), search.index_pending()))
        return entries.after(kind, sid)

    derived.note_search_changes("track", songs)
    derived.note_search_changes("track", songs[:1])
    search.rebuild(source=source)
    assert seen[0] == (7, 1)
    assert not SearchChange.objects.exists()


def test_an_index_that_nobody_knows_is_swept(songs):
    from_before = there()
    with rebuilding.connection.cursor() as cursor:
        tables.create(cursor, "search_dead")
    assert there() == [*from_before, "search_dead"]
    upkeep.keep()
    assert there() == from_before


def test_an_index_of_an_older_layout_is_built_anew_by_a_worker(songs, monkeypatch):
    search.rebuild()
    monkeypatch.setattr(state, "LAYOUT", state.LAYOUT + 1)
    state.forget()
    assert state.built()
    assert not state.current()
    assert upkeep.ask_for_build()
    assert not upkeep.ask_for_build()  # once
    before = SearchState.objects.get().generation
    assert work.run_due(limit=10) >= 1
    assert not Work.objects.filter(kind=upkeep.WORK).exists()
    assert state.current()
    assert SearchState.objects.get().generation > before


def test_an_index_of_newer_code_is_left_alone_until_somebody_goes_back_to_this_one(songs):
    """While versions change, workers of both run: each would build over the other's, and write into it."""
    search.rebuild()
    SearchState.objects.update(layout=state.LAYOUT + 1)
    state.forget()
    derived.note_search_changes("track", songs[:1])
    assert search.index_pending() == 0
    assert indexer.waiting()
    assert not upkeep.due()
    upkeep.keep()
    assert not Work.objects.filter(kind=upkeep.WORK).exists()
    search.rebuild()  # by hand
    assert state.current()
    assert search.index_pending() == 1


def test_a_build_of_newer_code_is_left_to_that(songs):
    search.rebuild()
    SearchBuild.objects.create(
        id=1,
        index="search_12345678",
        layout=state.LAYOUT + 1,
        step="documents",
        kind="album",
        started_at=timezone.now(),
    )
    assert not upkeep.due()
    upkeep.ask_for_build()  # by a worker of that code, and taken by one of this
    work.run_due(limit=10)
    assert SearchBuild.objects.filter(layout=state.LAYOUT + 1).exists()


def test_a_first_index_of_a_catalog_that_is_there_is_not_built_yet(songs):
    SearchState.objects.update_or_create(id=1, defaults={"layout": state.NEVER_BUILT})
    state.forget()
    assert not state.built()
    search.rebuild()
    assert state.built()


def test_a_build_that_was_left_is_finished_by_the_nightly_upkeep(songs):
    def source(kind: str, sid: int) -> entries.Batch:
        raise Killed

    with pytest.raises(Killed):
        search.rebuild(source=source)
    upkeep.keep()
    work.run_due(limit=10)
    assert not SearchBuild.objects.exists()
    assert there() == [tables.LIVE]


def test_searches_are_held_up_ever_more_rarely_while_places_cannot_be_changed(songs, monkeypatch):
    """A backup reads for half an hour; whoever waits for it holds up all searches that come after."""
    waits: list[float] = []
    hold, busy = rebuilding.filling().hold, iter(range(12))

    def held_up(cursor):
        if next(busy, None) is not None:
            raise OperationalError
        hold(cursor)

    monkeypatch.setattr(rebuilding.filling(), "hold", held_up)
    monkeypatch.setattr(rebuilding.time, "sleep", waits.append)
    search.rebuild()
    assert waits == sorted(waits)
    assert waits[0] < 0.1
    assert waits[-1] == 5.0
    assert sorted(find("tideline")) == sorted(songs)


class OneLook(threading.Event):
    """Stops a thread that looks again and again after its first look."""

    def wait(self, timeout: float | None = None) -> bool:
        stopped = self.is_set()
        self.set()
        return stopped


def test_a_worker_goes_on_with_a_build_that_was_left(songs, monkeypatch):
    """Notes that were left to a build are found nowhere else: an import that is killed at its end has many."""

    def source(kind: str, sid: int) -> entries.Batch:
        raise Killed

    with pytest.raises(Killed):
        search.rebuild(source=source)
    monkeypatch.setattr(watching, "_stopping", OneLook())
    watching._watch()
    work.run_due(limit=10)
    assert not SearchBuild.objects.exists()
    assert there() == [tables.LIVE]


def test_a_build_that_was_given_up_is_tried_again_by_night(songs, monkeypatch):
    search.rebuild()
    monkeypatch.setattr(state, "LAYOUT", state.LAYOUT + 1)
    state.forget()
    upkeep.ask_for_build()
    Work.objects.filter(kind=upkeep.WORK).update(state=Work.State.FAILED)
    upkeep.keep()
    work.run_due(limit=10)
    assert state.current()
    assert not Work.objects.filter(kind=upkeep.WORK).exists()
