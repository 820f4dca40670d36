"""The demo catalog: music by the rules of music, the same from the same seed, in files like those of real libraries."""

import itertools
import random
import subprocess
from pathlib import Path

import imageio_ffmpeg
import mutagen
import numpy as np
import pytest
from django.core.management import call_command

from catalog.demo import effects, files, melody, score, sound, styles, theory, voices
from catalog.demo.catalog import RECORDS, VARIOUS, Record, Song

SONGS = [(record, song) for record in RECORDS for song in record.songs]
BRIEF = styles.Piece("jazz", 0, 480)  # bpm: a whole piece in half a minute


@pytest.fixture(scope="module")
def brief() -> sound.Samples:
    return styles.play(BRIEF, seed="1/brief")


@pytest.fixture
def two_songs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the catalog be two songs of half a minute."""
    rock = Song("One?", BRIEF, artists=("OHM/AMP", "N!ght Bus"), explicit=True)
    night = Song("夜", BRIEF)
    two = (
        Record("OHM/AMP", "A/B", 2018, ("Rock", "Noise"), "mp3-128", (rock,), musicbrainz=True),
        Record("青木なつみ", "夜", 2024, ("City Pop",), "flac", (night,), embedded=False, replay_gain=True),
    )
    monkeypatch.setattr(files, "RECORDS", two)


def test_the_catalog_is_as_large_as_promised() -> None:
    artists = {name for record, song in SONGS for name in song.artists or (record.artist,)} - {VARIOUS}
    genres = {genre for record, song in SONGS for genre in song.genres or record.genres}
    assert len(SONGS) >= 24
    assert len(artists) >= 6
    assert len(genres) >= 5
    assert len(RECORDS) >= 8
    assert len({file.path for file in files.listed()}) == len(SONGS)
    assert {files.CODECS[record.kind][0] for record in RECORDS} == {".mp3", ".flac", ".m4a", ".opus"}


@pytest.mark.parametrize(("record", "song"), SONGS, ids=lambda value: value.title)
def test_every_song_is_one_to_two_minutes_and_its_chords_are_known(record: Record, song: Song) -> None:
    assert 60 <= song.piece.seconds <= 120


def test_no_two_songs_are_the_same_piece() -> None:
    assert len({song.piece for _, song in SONGS}) == len(SONGS)


def test_the_tags_hold_the_names_that_libraries_trip_over() -> None:
    names = " ".join(f"{record.artist} {song.title} {' '.join(song.artists)} {song.credit}" for record, song in SONGS)
    for awkward in (
        "OHM/AMP",
        "N!ght Bus",
        "Earth, Wax & Wire",
        "Vântu",
        "Łukasz",
        "青木なつみ",
        "نور",
        "שיר",
        "feat.",
    ):
        assert awkward in names
    assert any(record.compilation for record in RECORDS)
    assert any(record.discs == 2 for record in RECORDS)
    assert any(song.explicit for _, song in SONGS)
    assert max(len(song.title) for _, song in SONGS) > 120


def test_the_same_seed_gives_the_same_samples(brief: sound.Samples) -> None:
    assert files.pcm(styles.play(BRIEF, seed="1/brief")) == files.pcm(brief)


def test_another_seed_gives_other_music(brief: sound.Samples) -> None:
    assert files.pcm(styles.play(BRIEF, seed="2/brief")) != files.pcm(brief)


def test_a_recording_is_as_long_as_its_piece_and_stereo(brief: sound.Samples) -> None:
    assert brief.shape == (2, round(BRIEF.seconds * sound.RATE))
    assert not np.array_equal(brief[0], brief[1])


@pytest.mark.parametrize("style", sorted(styles.STYLES))
def test_every_style_is_loud_enough_and_does_not_clip(style: str) -> None:
    recording = styles.play(styles.Piece(style, 0, 400), seed="1")
    assert np.isfinite(recording).all()
    assert np.abs(recording).max() <= effects.CEILING
    assert -18.5 < effects.loudness(recording) < -12
    assert abs(float(recording.mean())) < 1e-3
    assert np.abs(recording[:, -200:]).max() < 1e-3  # faded out
    assert np.mean(np.abs(recording) > effects.CEILING - 1e-4) < 1e-3  # limited, not cut off


def test_loudness_agrees_with_ffmpeg(brief: sound.Samples) -> None:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-f", "s16le", "-ar", str(sound.RATE), "-ac", "2", "-i", "pipe:0",
               "-af", "ebur128=framelog=quiet", "-f", "null", "-"]  # fmt: skip
    said = subprocess.run(command, input=files.pcm(brief), capture_output=True, check=True).stderr.decode()
    measured = float(said.split("Integrated loudness:")[1].split("I:")[1].split("LUFS")[0])
    assert abs(effects.loudness(brief) - measured) < 0.6


def test_a_full_scale_sine_has_the_loudness_of_the_standard() -> None:
    sine = np.sin(2 * np.pi * 997 * sound.seconds(5)).astype(np.float32)
    assert effects.loudness(np.stack([sine, np.zeros_like(sine)])) == pytest.approx(-3.01, abs=0.15)


@pytest.mark.parametrize("pitch", [45, 57, 69, 81])
@pytest.mark.parametrize("voice", ["piano", "guitar", "roundbass", "epiano", "flute", "vibes", "melodica"])
def test_instruments_are_in_tune(voice: str, pitch: int) -> None:
    heard = np.atleast_2d(voices.note(voice, pitch, 1))[0][: sound.RATE * 2]
    spectrum = np.abs(np.fft.rfft(heard * np.hanning(len(heard)), 1 << 19))
    hertz = np.arange(len(spectrum)) * sound.RATE / (1 << 19)
    wanted = theory.frequency(pitch)
    near = (hertz > wanted * 0.97) & (hertz < wanted * 1.03)
    assert abs(1200 * np.log2(hertz[near][spectrum[near].argmax()] / wanted)) < 9  # cents


def test_voices_move_as_little_as_they_can() -> None:
    chords = [theory.chord(symbol) for symbol in ("Dm9", "G13", "Cmaj9", "A7b9", "Dm9")]
    led = theory.voicings(chords)
    for before, after in itertools.pairwise(led):
        assert sum(abs(one - other) for one, other in zip(before, after, strict=True)) <= 12
        assert max(abs(one - other) for one, other in zip(before, after, strict=True)) <= 5


def test_an_unknown_chord_is_refused() -> None:
    with pytest.raises(ValueError, match="no known chord"):
        theory.chord("Hm7")


@pytest.mark.parametrize("seed", range(12))
def test_melodies_stand_on_chord_tones_and_keep_their_range(seed: int) -> None:
    written = score.bars("verse8", {"*": "Am | F | C | E7"}, transpose=0)
    tune = melody.sung(melody.theme(random.Random(seed), "song"), written, tonic=0, scale="major", low=60, high=81)
    strong = [note for note in tune if note.at % 2 == 0]
    assert len(tune) > 12
    assert all(60 <= note.pitch <= 81 for note in tune)
    assert all(note.pitch % 12 in written[int(note.at // 4)].chord.tones for note in strong)
    leaps = [abs(one.pitch - other.pitch) for one, other in itertools.pairwise(tune)]
    assert sum(leap <= 4 for leap in leaps) / len(leaps) > 0.6


def test_a_theme_comes_back() -> None:
    written = score.bars("verse4 chorus4 verse4", {"*": "Am | F | C | G"}, transpose=0)
    theme = melody.theme(random.Random(3), "song")
    first, second = (
        melody.sung(theme, bars, tonic=0, scale="major", low=60, high=81) for bars in (written[:4], written[8:])
    )
    assert [note.pitch for note in first] == [note.pitch for note in second]


@pytest.mark.slow
def test_make_demo_writes_tagged_files_that_decode(tmp_path: Path, two_songs: None) -> None:
    call_command("make_demo", str(tmp_path / "demo"), "--seed", "3")
    rock = tmp_path / "demo" / "OHM_AMP" / "A_B" / "01 One_.mp3"
    night = tmp_path / "demo" / "青木なつみ" / "夜" / "01 夜.flac"
    tags = mutagen.File(rock)
    assert tags["TPE1"].text == ["OHM/AMP", "N!ght Bus"]
    assert tags["TCON"].text == ["Rock", "Noise"]
    assert tags["TALB"].text == ["A/B"]
    assert tags["TXXX:ITUNESADVISORY"].text == ["1"]
    assert len(tags["TXXX:MusicBrainz Album Id"].text[0]) == 36
    assert tags["APIC:"].data[:2] == b"\xff\xd8"
    tags = mutagen.File(night)
    assert tags["ARTIST"] == ["青木なつみ"]
    assert tags["REPLAYGAIN_TRACK_GAIN"][0].endswith(" dB")
    assert night.with_name("cover.jpg").read_bytes()[:2] == b"\xff\xd8"
    for path in (rock, night):
        assert mutagen.File(path).info.length == pytest.approx(BRIEF.seconds, abs=0.1)
        decoded = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", str(path), "-f", "null", "-"]
        assert subprocess.run(decoded, capture_output=True, check=True).stderr == b""
    assert not list((tmp_path / "demo").rglob("*.part*"))


@pytest.mark.slow
def test_a_killed_run_is_taken_up_and_a_complete_folder_is_left_alone(tmp_path: Path, two_songs: None) -> None:
    assert files.make(tmp_path, seed=1) == 2
    assert files.make(tmp_path, seed=1) == 0
    one, other = (tmp_path / file.path for file in files.listed())
    kept = other.read_bytes(), other.stat().st_mtime_ns
    first = one.read_bytes()
    one.unlink()
    half = one.with_name(f".{one.stem}.1.part{one.suffix}")
    half.write_bytes(b"half")
    assert files.make(tmp_path, seed=1) == 1
    assert (other.read_bytes(), other.stat().st_mtime_ns) == kept
    assert one.read_bytes() == first
    assert not half.exists()


@pytest.mark.slow
def test_another_seed_makes_the_folder_anew(tmp_path: Path, two_songs: None) -> None:
    files.make(tmp_path, seed=1)
    before = [(tmp_path / file.path).read_bytes() for file in files.listed()]
    assert files.make(tmp_path, seed=2) == 2
    assert all((tmp_path / file.path).read_bytes() != old for file, old in zip(files.listed(), before, strict=True))
