"""Files find the rows that they belong to, so that ids outlive what people do to their folders."""

import hashlib
import os
import shutil
from pathlib import Path

import pytest
from django.utils import timezone
from mutagen import flac, mp3
from mutagen.id3 import TIT2

from catalog import derived, library
from catalog.models import (
    Album,
    AlbumCredit,
    Artist,
    Cover,
    Credit,
    Genre,
    LibraryFile,
    Master,
    Rendition,
    SearchChange,
    Track,
    TrackGenre,
    Work,
)
from catalog.tests import audio

pytestmark = pytest.mark.django_db
MBID = "11111111-1111-4111-8111-111111111111"


@pytest.fixture
def music(tmp_path):
    folder = tmp_path / "music"
    folder.mkdir()
    return folder


def song(path: Path, **tags) -> Path:
    told = {"title": "Ebb", "artist": "Ida", "album": "Tides", "albumartist": "Ida", "tracknumber": "3"}
    return audio.make(path, **told | tags)


def test_track_is_written_with_all_that_hangs_on_it(music):
    song(music / "a.mp3", artist="Ida feat. Mia", genre=["Ambient", "Dub"], date="2021", replaygain_track_gain="-3 dB")
    report = library.import_folder(music)
    track = Track.objects.get()
    assert (report.found, report.read, report.unreadable) == (1, 1, [])
    assert (track.title, track.artist, track.track_number, track.year, track.gain_db) == (
        "Ebb",
        "Ida feat. Mia",
        3,
        2021,
        -3,
    )
    assert list(Credit.objects.values_list("artist__name", "role")) == [("Ida", "main"), ("Mia", "featured")]
    assert list(TrackGenre.objects.order_by("position").values_list("genre__name", flat=True)) == ["Ambient", "Dub"]
    album = Album.objects.get()
    assert (album.title, album.artist, album.tracks_count, album.artists[0]["name"]) == ("Tides", "Ida", 1, "Ida")
    rendition, file = Rendition.objects.get(), LibraryFile.objects.get()
    assert (rendition.name, rendition.file, rendition.mime) == ("source", file, "audio/mpeg")
    assert track.card["audio"] == [
        {"name": "source", "key": rendition.key, "ext": "mp3", "mime": "audio/mpeg"}
        | {"bitrate": rendition.bitrate, "bytes": file.size, "in_place": True}
    ]
    assert track.card["artists"][1] == {"id": Artist.objects.get(name="Mia").id, "name": "Mia", "role": "featured"}
    assert not SearchChange.objects.exists()  # the indexer has taken them


def test_card_made_at_birth_is_the_card_that_is_rebuilt(music):
    song(music / "a.flac", artist="Ida feat. Mia", genre=["Ambient", "Dub"], composer=["Ida", "Carl"])
    library.import_folder(music)
    born = Track.objects.get().card
    derived.refresh_cards([Track.objects.get().id])
    assert Track.objects.get().card == born


@pytest.mark.parametrize("kind", audio.FORMATS)
def test_what_browsers_play_is_served_in_place_and_the_rest_is_converted(kind, music):
    song(music / f"x.{audio.FORMATS[kind][0]}", format=kind)
    library.import_folder(music)
    converted = kind in {"alac", "wav", "aiff"}
    assert Rendition.objects.exists() is not converted
    assert Work.objects.filter(kind="source", subject_id=Master.objects.get().id).exists() is converted
    assert Track.objects.get().available


def test_second_run_changes_nothing(music):
    song(music / "a.mp3", genre="Dub")
    library.import_folder(music)
    before = [list(model.objects.values()) for model in (Track, Album, Artist, Credit, Master, Rendition, LibraryFile)]
    report = library.import_folder(music)
    after = [list(model.objects.values()) for model in (Track, Album, Artist, Credit, Master, Rendition, LibraryFile)]
    assert (report.read, report.unchanged) == (0, 1)
    assert before == after


def test_id_survives_a_touch_with_a_new_address(music):
    path = song(music / "a.mp3")
    library.import_folder(music)
    track, key = Track.objects.get(), Rendition.objects.get().key
    os.utime(path, ns=(1, 1))
    library.import_folder(music)
    assert Track.objects.get().id == track.id
    assert Rendition.objects.get().key != key
    assert Track.objects.get().card["audio"][0]["key"] == Rendition.objects.get().key


def test_id_survives_a_new_title(music):
    path = song(music / "a.mp3")
    library.import_folder(music)
    track = Track.objects.get()
    file = mp3.MP3(path)
    file.tags.add(TIT2(text="Flood"))
    file.save()
    library.import_folder(music)
    assert Track.objects.values_list("id", "title").get() == (track.id, "Flood")
    assert Track.objects.get().card["title"] == "Flood"
    assert Master.objects.count() == 1


def test_id_survives_a_move_and_its_old_path_is_free_again(music):
    path = song(music / "a.mp3")
    library.import_folder(music)
    track = Track.objects.get()
    (music / "deep").mkdir()
    path.rename(music / "deep" / "b.mp3")
    library.import_folder(music)
    assert Track.objects.values_list("id", "available").get() == (track.id, True)
    assert Rendition.objects.get().file.path == "deep/b.mp3"
    song(path, title="Another", tracknumber="9", tone=300, seconds=6)
    library.import_folder(music)
    assert Track.objects.count() == 2


def test_ids_survive_when_two_files_change_names(music):
    one = song(music / "a.mp3", title="One", tracknumber="1")
    two = song(music / "b.mp3", title="Two", tracknumber="2", tone=300)
    library.import_folder(music)
    ids = dict(Track.objects.values_list("title", "id"))
    one.rename(music / "c.mp3")
    two.rename(one)
    (music / "c.mp3").rename(two)
    library.import_folder(music)
    assert dict(Track.objects.values_list("title", "id")) == ids
    assert {row.file.path for row in Rendition.objects.filter(track_id=ids["One"])} == {"b.mp3"}


def test_id_survives_a_move_with_new_tags_by_its_musicbrainz_id(music):
    path = song(music / "a.mp3", musicbrainz_releasetrackid=MBID)
    library.import_folder(music)
    track = Track.objects.get()
    path.unlink()
    song(music / "z.mp3", musicbrainz_releasetrackid=MBID, title="Ebb (live)", album="Else", tracknumber="7")
    library.import_folder(music)
    assert Track.objects.values_list("id", "title").get() == (track.id, "Ebb (live)")


def test_id_survives_a_new_encoding_by_album_and_number(music):
    path = song(music / "a.mp3")
    library.import_folder(music)
    track = Track.objects.get()
    path.unlink()
    song(music / "a.flac")
    library.import_folder(music)
    assert Track.objects.get().id == track.id
    assert Rendition.objects.get().mime == "audio/flac"


def test_same_bytes_twice_are_one_master(music):
    shutil.copy(song(music / "a.mp3"), music / "b.mp3")
    library.import_folder(music)
    assert (Track.objects.count(), Master.objects.count(), LibraryFile.objects.count()) == (1, 1, 2)


def test_equal_ends_do_not_make_two_recordings_one(music):
    """Silence at both ends of two WAV files of one length gave them one fingerprint."""
    silence = bytes(100_000)
    for name, sound in (("a.wav", b"\1\2"), ("b.wav", b"\3\4")):
        data = silence + sound * 20_000 + silence
        head = b"RIFF" + (36 + len(data)).to_bytes(4, "little") + b"WAVEfmt \x10\0\0\0\1\0\1\0"
        rate = (44100).to_bytes(4, "little") + (88200).to_bytes(4, "little") + b"\2\0\x10\0"
        (music / name).write_bytes(head + rate + b"data" + len(data).to_bytes(4, "little") + data)
    library.import_folder(music)
    assert Track.objects.count() == 2
    assert Master.objects.values("fingerprint").distinct().count() == 1


def test_second_encoding_is_a_second_master_and_takes_over_when_the_first_goes(music):
    first = song(music / "a.mp3")
    library.import_folder(music)
    song(music / "b.flac")
    library.import_folder(music)
    track = Track.objects.get()
    assert Master.objects.count() == 2
    assert Rendition.objects.get().mime == "audio/mpeg"
    first.unlink()
    library.import_folder(music)
    assert Track.objects.values_list("id", "available").get() == (track.id, True)
    assert Rendition.objects.get().mime == "audio/flac"


@pytest.mark.parametrize(
    "other", [{"seconds": 5, "musicbrainz_releasetrackid": MBID}, {"seconds": 5}, {"tracknumber": "4"}]
)
def test_different_songs_are_never_one(other, music):
    song(music / "a.mp3", musicbrainz_releasetrackid=other.get("musicbrainz_releasetrackid"))
    song(music / "b.mp3", tone=300, **other)
    library.import_folder(music)
    assert Track.objects.count() == 2


def test_singles_with_equal_words_are_two_tracks(music):
    for name, tone in (("a.mp3", 440), ("b.mp3", 300)):
        audio.make(music / name, tone=tone, title="Intro", artist="Ida")
    library.import_folder(music)
    assert Track.objects.count() == 2


def test_genres_count_new_tracks_and_those_that_change(music):
    song(music / "a.mp3", genre=["Dub", "Rock"], tracknumber="1")
    library.import_folder(music)
    song(music / "b.mp3", genre="Dub", tracknumber="2", tone=300, title="Flow")
    song(music / "a.mp3", genre="Rock", tracknumber="1")
    song(music / "c.mp3", genre=["Rock", "Jazz"], tracknumber="3", tone=350, title="Rise")
    library.import_folder(music)
    assert dict(Genre.objects.values_list("name", "tracks_count")) == {"Dub": 1, "Rock": 2, "Jazz": 1}


def test_spellings_of_one_artist_share_a_row(music):
    song(music / "a.mp3", artist="BJÖRK", albumartist="BJÖRK", tracknumber="1")
    song(music / "b.mp3", artist="Björk", albumartist="Björk", tracknumber="2")
    library.import_folder(music)
    assert (Artist.objects.count(), Album.objects.count()) == (1, 1)


def test_musicbrainz_id_is_given_to_the_artist_that_is_there(music):
    song(music / "a.mp3", tracknumber="1")
    library.import_folder(music)
    song(music / "b.mp3", tone=300, tracknumber="2", musicbrainz_artistid=MBID)
    library.import_folder(music)
    assert Artist.objects.values_list("name", "mbid").get() == ("Ida", MBID)


def test_album_without_an_artist_tag_takes_that_of_its_folder(music):
    for place, artist in enumerate(("Ida", "Ida feat. Mia", "Ida")):
        song(music / "one" / f"{place}.mp3", artist=artist, albumartist=None, tracknumber=place + 1)
    for place, artist in enumerate(("Ida", "Otto", "Mia")):
        song(
            music / "two" / f"{place}.mp3",
            artist=artist,
            albumartist=None,
            album="Mix",
            tracknumber=place + 1,
            title="X",
        )
    library.import_folder(music)
    assert dict(Album.objects.values_list("title", "artist")) == {"Tides": "Ida", "Mix": "Various Artists"}
    assert AlbumCredit.objects.get(album__title="Mix").artist.name == "Various Artists"
    song(music / "two" / "9.mp3", artist="Nora", albumartist=None, album="Mix", tracknumber=9, title="Y", tone=300)
    library.import_folder(music)
    assert Album.objects.get(title="Mix").tracks_count == 4


def test_compilation_is_of_various_artists(music):
    song(music / "a.mp3", albumartist=None, compilation="1")
    library.import_folder(music)
    assert Album.objects.values_list("artist", "compilation").get() == ("Various Artists", True)


def test_pictures_are_wanted_embedded_ones_first(music):
    song(music / "one" / "a.mp3", cover=audio.picture("red"))
    song(music / "one" / "b.mp3", tracknumber="4", title="Flow", tone=300)
    (music / "one" / "Cover.JPG").write_bytes(audio.picture("blue", format="JPEG"))
    song(music / "two" / "c.mp3", album="Else")
    (music / "two" / "folder.png").write_bytes(audio.picture("green"))
    library.import_folder(music)
    wanted = dict(Album.objects.values_list("title", "cover_wanted"))
    work = {row.payload["key"]: row.payload["folder_image"] for row in Work.objects.filter(kind="cover")}
    assert work[wanted["Tides"]] is None
    assert work[wanted["Else"]] == "two/folder.png"


def test_picture_that_is_cut_already_is_shown_at_once(music):
    key = hashlib.sha256(audio.picture()).hexdigest()
    Cover.objects.create(key=key, tint="moss", created_at=timezone.now())
    audio.make(music / "a.mp3", cover=audio.picture(), title="Single", artist="Ida")
    library.import_folder(music)
    card = Track.objects.get().card
    assert (card["cover_key"], card["tint"]) == (key, "moss")
    assert not Work.objects.filter(kind="cover").exists()


def test_new_artist_counts_the_track_and_the_old_one_no_more(music):
    path = song(music / "a.flac")
    library.import_folder(music)
    file = flac.FLAC(path)
    file["artist"] = "Otto"
    file.save()
    library.import_folder(music)
    assert list(Credit.objects.values_list("artist__name", flat=True)) == ["Otto"]
    assert Artist.objects.get(name="Ida").tracks_count == 0


def test_names_that_grow_when_folded_fit_their_columns(music):
    """One character becomes eighteen; PostgreSQL refuses what SQLite lets pass."""
    long = "\ufdfa" * 256
    for _ in range(2):
        song(music / "a.mp3", title=long, artist=long, album=long, albumartist=long, genre=long)
        library.import_folder(music)
        for model in (Track, Artist, Album, Genre):
            row = model.objects.get()
            row.full_clean(exclude=[one.name for one in model._meta.fields if not getattr(one, "max_length", None)])
        os.utime(music / "a.mp3", ns=(5, 5))
