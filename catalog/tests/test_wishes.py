"""Which songs get a ladder, and when: everything in turn, what is uploaded and heard, or what the operator asks for."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog import ladder, library, media, tasks, wishes, work
from catalog.models import Master, Measurement, Rendition, Track, Upload, Work
from catalog.tests import audio

pytestmark = pytest.mark.django_db


def asked() -> dict[str, int]:
    """Return the priority by title of the songs whose ladder is asked for."""
    rows = Work.objects.filter(kind="ladder").values_list("subject_id", "priority")
    titles = dict(Master.objects.values_list("id", "track__title"))
    return {titles[master]: priority for master, priority in rows}


def measure(track: Track, *, recipe: int = ladder.RECIPE, steps: str | None = None) -> None:
    """Note that the song's ladder is there."""
    master = track.masters.get()
    Measurement.objects.create(
        master=master, fingerprint=master.fingerprint, recipe=recipe, steps=steps or ladder.steps_wanted(),
        samples=1, sample_rate=1, waveform=b"", created_at=timezone.now(),
    )  # fmt: skip


def test_heard_songs_are_asked_for_in_one_statement(make_track, settings):
    settings.PACKAGING = "on_demand"
    known, loved, new = make_track("Known"), make_track("Loved", plays=1000), make_track("New")
    measure(known)
    with CaptureQueriesContext(connection) as queries:
        wishes.note_plays([known.id, loved.id, new.id])
    assert len(queries) == 1
    assert asked() == {"Loved": wishes.PLAYED + loved.bucket // 4, "New": wishes.PLAYED + 127 // 4}
    row = Work.objects.first()
    assert (row.state, row.attempts, row.payload, row.reason, row.lease_owner) == ("queued", 0, {}, "", "")
    assert row.ready_at - timezone.now() < timedelta(seconds=5)


def test_waiting_song_moves_forward_when_it_is_heard_and_never_back(make_track, settings):
    settings.PACKAGING = "eager"
    track = make_track("Tide")
    wishes.note_import([track.id])
    assert asked() == {"Tide": wishes.UNASKED + 31}
    wishes.note_plays([track.id])
    assert asked() == {"Tide": wishes.PLAYED + 31}
    wishes.note_import([track.id])
    assert asked() == {"Tide": wishes.PLAYED + 31}


def test_what_was_given_up_stays_so_until_a_curator_tries_again(make_track, settings):
    settings.PACKAGING = "eager"
    track = make_track()
    wishes.note_plays([track.id])
    Work.objects.update(state=Work.State.FAILED, reason="There is no audio in it.")
    wishes.note_plays([track.id])
    assert Work.objects.get().state == Work.State.FAILED


def test_hidden_files_are_not_asked_for(make_track, settings):
    track = make_track()
    Track.objects.update(available=False)
    wishes.note_plays([track.id])
    assert asked() == {}


@pytest.mark.parametrize(("policy", "expected"), [("off", 0), ("on_demand", 0), ("eager", 1)])
def test_import_in_place_asks_by_policy(policy, expected, tmp_path, settings):
    settings.PACKAGING = policy
    audio.make(tmp_path / "music" / "1.mp3", title="Ebb", artist="Ida")
    library.import_folder(tmp_path / "music")
    assert len(asked()) == expected


@pytest.mark.parametrize(
    ("policy", "uploaded", "expected"),
    [
        ("off", True, {}),
        ("on_demand", False, {}),
        ("on_demand", True, {"Ebb": wishes.UPLOADED + 31}),
        ("eager", False, {"Ebb": wishes.UNASKED + 31}),
        ("eager", True, {"Ebb": wishes.UPLOADED + 31}),
    ],
)
def test_made_source_asks_by_policy(policy, uploaded, expected, *, tmp_path, settings, request):
    settings.PACKAGING = policy
    audio.make(tmp_path / "music" / "1.mp3", title="Ebb", artist="Ida")
    library.import_folder(tmp_path / "music", copy=True)
    if uploaded:
        track = Track.objects.get()
        Upload.objects.create(
            curator=request.getfixturevalue("curator"),
            name="1.mp3",
            sha256="0" * 64,
            size=1,
            track=track,
            created_at=timezone.now(),
        )
    work.run_due(limit=1)
    assert asked() == expected


def test_walk_finds_what_lacks_the_most_played_first(make_track, settings, monkeypatch):
    settings.PACKAGING = "eager"
    monkeypatch.setattr(wishes, "SLICE", 2)
    for place in range(5):
        make_track(f"Song {place}", plays=10**place)
    measure(Track.objects.get(title="Song 3"))
    measure(Track.objects.get(title="Song 1"), recipe=ladder.RECIPE - 1)
    tasks.walk_ladders()
    tasks.walk_ladders()  # one walk at a time
    found = []
    while Work.objects.filter(kind="ladders").exists():
        assert work.run(Work.objects.get(kind="ladders").id)
        found.append(sorted(asked()))
    assert found[0] == ["Song 4"]
    assert found[-1] == ["Song 0", "Song 1", "Song 2", "Song 4"]
    assert len(found) == 3


def test_walk_waits_while_there_is_enough_to_do(make_track, settings, monkeypatch):
    settings.PACKAGING = "eager"
    monkeypatch.setattr(wishes, "ENOUGH", 1)
    make_track("Heard")
    wishes.note_plays([Track.objects.get().id])
    make_track("Unheard")
    tasks.walk_ladders()
    row = Work.objects.get(kind="ladders")
    assert work.run(row.id)
    row.refresh_from_db()
    assert (row.state, row.attempts) == (Work.State.QUEUED, 0)
    assert list(asked()) == ["Heard"]


@pytest.mark.parametrize("policy", ["off", "on_demand"])
def test_walk_begins_only_where_everything_is_wanted(policy, make_track, settings):
    settings.PACKAGING = policy
    make_track()
    tasks.walk_ladders()
    assert not Work.objects.exists()


def test_another_ladder_in_the_settings_is_lacking_everywhere(make_track, settings):
    measure(make_track(), steps="64,128")
    assert sum(wishes.ask(everything=True)) == 1


def test_operator_asks_for_what_was_heard_or_for_everything(make_track, settings, monkeypatch, capsys):
    settings.PACKAGING = "off"
    monkeypatch.setattr(work, "run_due", lambda limit: 0)
    for place in range(3):
        make_track(f"Song {place}", plays=place)
    call_command("package", "--ladder", verbosity=0)
    assert sorted(asked()) == ["Song 1", "Song 2"]
    assert "2 more ladders are asked for." in capsys.readouterr().out
    call_command("package", "--ladder", "--all", verbosity=0)
    assert len(asked()) == 3
    assert "1 more ladders are asked for." in capsys.readouterr().out
    call_command("package", "--ladder", "--all", verbosity=0)
    assert "0 more ladders are asked for." in capsys.readouterr().out


def packaged(folder: Path) -> Track:
    """Import a folder in place, make everything of it, and return its one song."""
    library.import_folder(folder)
    assert sum(wishes.ask(everything=True)) == 1
    while work.run_due(limit=1):
        pass
    assert not Work.objects.exists(), Work.objects.get().reason
    return Track.objects.get()


def test_file_in_place_stays_there_and_its_ladder_goes_to_the_storage(tmp_path, settings):
    file = audio.make(tmp_path / "music" / "1.mp3", title="Ebb", artist="Ida", seconds=3.0, options=("-b:a", "128k"))
    before = file.read_bytes()
    track = packaged(tmp_path / "music")
    assert {one["name"] for one in track.card["audio"]} == {"source", "aac64", "aac128"}
    assert track.renditions.get(name="source").file is not None
    assert len(list((settings.MEDIA_DIR / "media").rglob("*.mp4"))) == 2
    assert file.read_bytes() == before


def test_other_bytes_at_the_same_path_lose_the_old_ladder(tmp_path):
    """Else the old recording would be heard under the new one's name."""
    file = audio.make(tmp_path / "music" / "1.mp3", title="Ebb", artist="Ida", seconds=3.0)
    packaged(tmp_path / "music")
    audio.make(file, title="Ebb", artist="Ida", seconds=3.5, tone=600)
    library.import_folder(tmp_path / "music")
    track = Track.objects.get()
    assert [one["name"] for one in track.card["audio"]] == ["source"]
    assert not Measurement.objects.exists()
    again = packaged(tmp_path / "music")
    assert Measurement.objects.get().samples == 3.5 * 44100
    assert {one["name"] for one in again.card["audio"]} == {"source", "aac64", "aac128"}


def test_new_tags_keep_the_ladder_and_the_measured_gain(tmp_path):
    file = audio.make(
        tmp_path / "music" / "1.flac", title="Ebb", artist="Ida", seconds=3.0, replaygain_track_gain="-9 dB"
    )
    track = packaged(tmp_path / "music")
    gain = track.gain_db
    assert gain == pytest.approx(ladder.gain_of(Measurement.objects.get()))
    key = track.renditions.get(name="aac128").key
    file.touch()
    library.import_folder(tmp_path / "music")
    track.refresh_from_db()
    assert (track.gain_db, track.card["gain_db"]) == (gain, gain)
    assert track.renditions.get(name="aac128").key == key


def test_master_that_changed_while_it_was_encoded_shows_nothing_old(tmp_path, monkeypatch):
    audio.make(tmp_path / "music" / "1.mp3", title="Ebb", artist="Ida", seconds=3.0)
    library.import_folder(tmp_path / "music")
    assert sum(wishes.ask(everything=True)) == 1
    put = media.put_rendition

    def change_meanwhile(*given):
        Master.objects.update(fingerprint="e" * 64)
        return put(*given)

    monkeypatch.setattr(media, "put_rendition", change_meanwhile)
    while work.run_due(limit=1):
        pass
    assert not Measurement.objects.exists()
    assert list(Rendition.objects.values_list("name", flat=True)) == ["source"]


def test_ladder_of_a_later_recipe_is_left_alone(tmp_path):
    audio.make(tmp_path / "music" / "1.mp3", title="Ebb", artist="Ida", seconds=3.0)
    packaged(tmp_path / "music")
    Measurement.objects.update(recipe=ladder.RECIPE + 1)
    keys = set(Rendition.objects.values_list("key", flat=True))
    assert sum(wishes.ask(everything=True)) == 0
    work.enqueue("ladder", Master.objects.get().id)
    work.run_due(limit=1)
    assert Measurement.objects.get().recipe == ladder.RECIPE + 1
    assert set(Rendition.objects.values_list("key", flat=True)) == keys
