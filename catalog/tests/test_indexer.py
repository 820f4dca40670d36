"""Whatever changes what is found is noted and indexed; what a person waits for comes before what is many."""

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from catalog import curation, derived, edits, search, unions, work
from catalog.history import Act
from catalog.models import Artist, Genre, SearchChange, SearchState, Track
from catalog.search import indexer, postgres, postgres_filling, state, tables, upkeep
from catalog.tests.indexes import contents

pytestmark = pytest.mark.django_db


@pytest.fixture
def song(make_track) -> Track:
    """Return a song with all that it can be found by, which is in the index, beside another one."""
    make_track("Ebb", artist="Sable Wren", album=None, genres=())
    song = make_track("Tideline", artist="Halcyon Pike", album="Harbour", genres=("Dub",), year=1999)
    index()
    return song


def index() -> None:
    """Let workers do what is left, and the indexer all of it."""
    work.run_due(limit=100)
    while search.index_pending():
        pass


def find(text: str, kind: str = "track") -> list[int]:
    found = search.search(text, kinds=[kind], limit=50, at=timezone.now(), fresh=True)
    return {"track": found.tracks, "artist": found.artists, "album": found.albums}[kind]


def edit(kind: str, row_id: int, **values: object) -> None:
    edits.apply(act("changed"), kind, [row_id], values)


def act(verb: str) -> Act:
    return Act(uuid.uuid4(), verb, None, "curator", timezone.now())


def artist() -> int:
    return Artist.objects.get(name="Halcyon Pike").id


def add_genre(song: Track) -> None:
    edit("track", song.id, more_genres=[Genre.objects.create(slug="jungle", name="Jungle").id])


def rename_genre(song: Track) -> None:
    edit("genre", Genre.objects.get(slug="dub").id, name="Jungle")


def merge_artists(song: Track) -> None:
    other = Artist.objects.get(name="Sable Wren")
    unions.merge(act("merged"), "artist", keep=other.id, ids=[other.id, artist()])


CHANGES: dict[str, tuple[Callable[[Track], None], str, str]] = {
    "title": (lambda song: edit("track", song.id, title="Undertow"), "undertow", "tideline"),
    "credit": (lambda song: edit("track", song.id, artist="Moss Garden"), "moss tideline", ""),
    "year": (lambda song: edit("track", song.id, year=2001), "year:2001", "year:1999"),
    "genre of a song": (add_genre, "genre:jungle", ""),
    "name of a genre": (rename_genre, "genre:jungle", "genre:dub"),
    "name of an album": (lambda song: edit("album", song.album_id, title="Rooftops"), "rooftops", "harbour"),
    "name of an artist": (lambda song: edit("artist", artist(), name="Moss Garden"), "moss garden", ""),
    "alias": (lambda song: edit("artist", artist(), aliases="The Kingfisher"), "kingfisher", ""),
    "merge": (merge_artists, "sable wren tideline", ""),
    "hidden": (lambda song: edit("track", song.id, published=False), "", "tideline"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_each_change_is_found_and_what_was_before_is_not(song, change):
    make, found, gone = CHANGES[change]
    make(song)
    index()
    if found:
        assert find(found)[:1] == [song.id]
    if gone:
        assert find(gone) == []
    upkeep.keep()  # which takes out words that nobody has any more
    before = contents()
    search.rebuild()
    assert contents() == before  # nothing was forgotten to be noted


def test_albums_are_found_by_what_changes_of_them(song):
    edit("album", song.album_id, title="Rooftops", year=2001)
    rename_genre(song)
    index()
    assert find("rooftops", "album") == find("album:rooftops year:2001 genre:jungle", "album") == [song.album_id]
    assert find("harbour", "album") == []


def test_plays_move_a_song_up(song, make_track):
    other = make_track("Tideline", artist="Moss Garden", plays=50)
    index()
    assert find("tideline") == [other.id, song.id]
    Track.objects.filter(id=song.id).update(plays=10_000)
    derived.move_buckets([song.id])
    index()
    assert find("tideline") == [song.id, other.id]


def test_what_is_hidden_is_found_once_it_is_published(song):
    edit("track", song.id, published=False)
    index()
    assert find("halcyon", "artist") == find("harbour", "album") == []
    edit("track", song.id, published=True)
    index()
    assert find("tideline") == [song.id]
    assert len(find("halcyon", "artist")) == len(find("harbour", "album")) == 1


def test_a_single_change_overtakes_a_bulk(song, make_track, monkeypatch):
    monkeypatch.setattr(indexer, "BATCH", 4)
    derived.note_search_changes("track", range(10**6, 10**6 + derived.SMALL + 1))
    edit("track", song.id, title="Undertow")
    assert search.index_pending(limit=1) == 4
    assert find("undertow") == [song.id]
    assert SearchChange.objects.count() > derived.SMALL - 4


def test_a_genre_of_many_songs_is_renamed_in_batches(make_track, monkeypatch):
    monkeypatch.setattr(curation, "BATCH", 5)
    monkeypatch.setattr(indexer, "BATCH", 5)
    ids = [make_track(f"Tideline {number}").id for number in range(12)]
    index()
    edit("genre", Genre.objects.get(slug="ambient").id, name="Drone")
    index()
    assert sorted(find("genre:drone")) == ids
    assert find("genre:ambient") == []


def test_changes_end_kept_answers_at_most_every_two_seconds_and_always_in_the_end(song, monkeypatch):
    monkeypatch.setattr(state, "BUMPED_AFTER", timedelta(seconds=2))  # tests do not wait for it
    at = timezone.now() + timedelta(hours=1)
    state.note_change(at=at)
    first = state.generation()
    for seconds in (0.5, 1.0, 1.9):
        state.note_change(at=at + timedelta(seconds=seconds))
        assert not state.catch_up(at=at + timedelta(seconds=seconds))
    assert state.generation() == first
    assert state.catch_up(at=at + timedelta(seconds=2.1))
    assert state.generation() > first
    assert not state.catch_up(at=at + timedelta(seconds=9))  # once
    second = state.generation()
    state.note_change(at=at + timedelta(seconds=9))
    assert state.generation() > second


def test_a_clock_that_was_ahead_does_not_keep_answers(song, monkeypatch):
    """A machine without a battery for its clock was in 2040 for a minute: kept answers would not end until then."""
    monkeypatch.setattr(state, "BUMPED_AFTER", timedelta(seconds=2))
    now = timezone.now()
    state.note_change(at=now + timedelta(days=5000))
    before = state.read().generation
    state.note_change(at=now)
    assert state.read().generation > before
    state.note_change(at=now + timedelta(seconds=1))
    SearchState.objects.update(bumped_at=now + timedelta(days=5000))
    state.forget()
    assert state.catch_up(at=now + timedelta(seconds=1.5))


def test_an_index_that_stays_as_it_is_keeps_its_generation(song):
    SearchState.objects.update(bumped_at=None)
    before = state.read()
    derived.note_search_changes("track", [song.id])
    index()
    assert state.read() == before
    edit("track", song.id, title="Undertow")
    index()
    assert state.read().generation > before.generation


def test_a_quiet_indexer_catches_up(song):
    state.note_change(at=timezone.now() - timedelta(seconds=3))
    SearchState.objects.update(behind=True)
    state.forget()
    before = state.read().generation
    assert search.index_pending() == 0
    assert state.read().generation > before


def test_hints_at_tracks_that_have_gone_are_mended_by_night(song, make_track):
    loud = make_track("Undertow Tideline", plays=10**6)
    make_track("Undertow", plays=100)
    index()
    edit("track", loud.id, title="Zephyr Solitaire")
    index()
    edit("track", loud.id, title="Horizon")
    index()
    assert ("zephyr", 0) in {row[:2] for row in contents()["term"]}
    upkeep.keep()
    after = contents()
    terms = {term: (df, sid) for term, df, sid in after["term"]}
    sids = {document[1]: document[0] for document in after["track"]}
    assert "zephyr" not in terms
    assert not any(term == "zephyr" for _, term in after["typo"])
    assert terms["tideline"] == (1, sids[song.id])
    upkeep.keep()
    assert contents() == after
    search.rebuild()
    assert contents() == after


def test_an_artist_of_very_many_names_is_found(song):
    """PostgreSQL keeps a megabyte of words a row, and garbles what comes behind it without a word."""
    names = "; ".join(f"a{number:05}{'a' * 55}" for number in range(20_000))
    Artist.objects.filter(id=artist()).update(aliases=f"Zzyzx Road; {names}")
    derived.note_search_changes("artist", [artist()])
    index()
    assert find("road zzyzx", "artist") == [artist()]


@pytest.fixture
def small_tiers(monkeypatch) -> None:
    monkeypatch.setattr(postgres_filling, "TIERS", {"head": {3: 3}, "middle": {20: 12, 8: 6}})
    monkeypatch.setattr(postgres, "LISTED", 4)


def tiers(kind: str = "track") -> tuple[dict[str, int], list[str]]:
    """Return the tiers of a kind, and what the indexes of its words are restricted to."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT tier, sid FROM {tables.LIVE}_tier WHERE kind = %s", [kind])  # noqa: S608
        bounds = dict(cursor.fetchall())
        cursor.execute(
            "SELECT pg_get_expr(indpred, indrelid) FROM pg_index WHERE indpred IS NOT NULL AND indisvalid"
            " AND indrelid = %s::regclass ORDER BY 1",
            [f"{tables.LIVE}_{kind}"],
        )
        return bounds, [row[0] for row in cursor.fetchall()]


def prefixes() -> dict[str, list[int]]:
    """Return the sids of the songs of each short prefix that has a list."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT p, array_agg(sid ORDER BY sid) FROM {tables.LIVE}_track_pfx GROUP BY p")  # noqa: S608
        return dict(cursor.fetchall())


@pytest.mark.skipif(connection.vendor != "postgresql", reason="tiers are PostgreSQL's")
@pytest.mark.django_db(transaction=True)
def test_tiers_come_by_night_as_a_catalog_grows_and_move_with_it(make_track, small_tiers):
    songs = [make_track(f"Tideline {number}", plays=1000 - number * 100).id for number in range(5)]
    index()
    assert tiers() == ({}, [])
    upkeep.keep()
    sids = [sid for sid, *_ in contents()["track"]]
    assert tiers() == ({"head": sids[3]}, [f"((sid + 0) < '{sids[3]}'::bigint)"])
    before = tiers()
    upkeep.keep()
    assert tiers() == before
    with connection.cursor() as cursor:  # what a kill leaves of an index that was being made
        cursor.execute(f"CREATE INDEX search_track_head_dead ON search_track {postgres.GIN} WHERE sid + 0 < 7")
        cursor.execute("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'search_track_head_dead'::regclass")
    for number in range(5):
        make_track(f"Undertow {number}", plays=10**6)
    index()
    upkeep.keep()
    sids = [sid for sid, *_ in contents()["track"]]
    assert tiers()[0] == {"head": sids[3], "middle": sids[6]}
    assert len(tiers()[1]) == 2
    assert set(find("tideline")) == set(songs)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="lists of short prefixes are PostgreSQL's")
@pytest.mark.django_db(transaction=True)
def test_lists_of_short_prefixes_follow_changes_and_are_filled_up_by_night(make_track, small_tiers):
    songs = [make_track(f"Tideline {number}", plays=10**number) for number in range(6)]
    search.rebuild()
    assert [len(prefixes()[prefix]) for prefix in ("t", "ti", "tid")] == [4, 4, 4]
    assert "5" not in prefixes()  # too few have it
    make_track("Titan", plays=10**8)
    edit("track", songs[5].id, title="Undertow")
    index()
    by_sid = {sid: title for sid, _, _, title, *_ in contents()["track"]}
    assert [by_sid[sid] for sid in prefixes()["ti"]] == ["titan", "tideline 4", "tideline 3", "tideline 2"]
    assert [by_sid[sid] for sid in prefixes()["tid"]] == ["tideline 4", "tideline 3", "tideline 2"]
    upkeep.keep()
    assert [by_sid[sid] for sid in prefixes()["tid"]] == ["tideline 4", "tideline 3", "tideline 2", "tideline 1"]
    before = prefixes()
    upkeep.keep()
    assert prefixes() == before


@pytest.mark.skipif(connection.vendor != "postgresql", reason="lists of short prefixes are PostgreSQL's")
@pytest.mark.django_db(transaction=True)
def test_what_a_short_prefix_has_is_found_when_most_of_its_list_is_hidden(make_track, small_tiers):
    songs = [make_track(f"Tideline {number}", plays=10**number).id for number in range(6)]
    search.rebuild()
    edits.apply(act("changed"), "track", songs[3:], {"published": False})
    index()
    assert len(prefixes()["ti"]) == 1
    assert find("ti") == songs[2::-1]
