"""A master's ladder: every step whole and equally long, measured in the same decode, visible at once or not at all."""

import random
import re
import subprocess
from pathlib import Path

import pytest
from django.conf import settings

from catalog import ladder, media, work
from catalog.models import CatalogVersion, Master, Measurement, Rendition, SegmentTable, Track, Work
from catalog.tests import audio
from spotify_lite.tests.rig import need

pytestmark = pytest.mark.django_db

FRAME = 1024  # samples of AAC


@pytest.fixture
def master(make_track, tmp_path):
    """Return a maker of an uploaded master whose source is there."""

    def make(file: Path, *, container: str = "", codec: str = "pcm", seconds: float = 3.0, **fields) -> Master:
        suffix = file.suffix.lstrip(".")
        stored = media.put_master(file, suffix)
        master = Master.objects.create(
            track=fields.pop("track", None) or make_track(playable=False, duration_ms=round(seconds * 1000)),
            fingerprint=stored.key,
            sha256=stored.key,
            storage_name=stored.name,
            container=container or suffix,
            codec=codec,
            duration_ms=round(seconds * 1000),
            size=stored.size,
            **fields,
        )
        work.enqueue("source", master.id)
        work.run_due(limit=1)
        assert not Work.objects.exclude(kind="ladder").exists(), Work.objects.get().reason
        return master

    return make


def make_ladder(master: Master) -> None:
    work.enqueue("ladder", master.id)
    while work.run_due(limit=1):
        pass


def steps() -> list[str]:
    return sorted(Rendition.objects.exclude(name="source").values_list("name", flat=True))


def path_of(rendition: Rendition) -> Path:
    return media.rendition_path(rendition.key, rendition.extension)


def decoded(path: Path) -> int:
    """Return how many samples Debian's ffmpeg decodes from the first that is to be heard; fail at a warning."""
    ffmpeg = need("ffmpeg", package="ffmpeg")
    argv = [ffmpeg, "-nostdin", "-v", "warning", "-copyts", "-i", str(path), "-af", "atrim=start_pts=0"]
    done = subprocess.run([*argv, "-f", "s16le", "-"], capture_output=True, check=True)
    assert done.stderr == b""
    return len(done.stdout) // 4


def test_ladder_is_whole_and_as_long_as_its_master(master, tmp_path):
    song = master(audio.make(tmp_path / "in.flac", seconds=5.3), codec="flac", seconds=5.3)
    make_ladder(song)
    assert not Work.objects.exists(), Work.objects.get().reason
    measured = Measurement.objects.get()
    assert (measured.samples, measured.sample_rate) == (round(5.3 * 44100), 44100)
    assert steps() == ["aac128", "aac256", "aac64"]
    for rendition in Rendition.objects.exclude(name="source"):
        path = path_of(rendition)
        assert media.sha256_of(path) == rendition.key
        assert path.stat().st_size == rendition.size
        assert rendition.mime == 'audio/mp4; codecs="mp4a.40.2"'
        table = rendition.table
        assert table.init_size + sum(size for size, _ in table.segments) == rendition.size
        assert sum(ticks for _, ticks in table.segments) == measured.samples
        assert table.timescale == 44100
        assert 0 <= decoded(path) - measured.samples < FRAME
    card = Track.objects.get().card
    assert [one["name"] for one in card["audio"]] == ["aac128", "aac256", "aac64", "source"]
    assert card["gain_db"] == ladder.gain_of(measured)


def test_making_it_twice_makes_it_once(master, tmp_path):
    song = master(audio.make(tmp_path / "in.wav"), seconds=1.0)
    make_ladder(song)
    before = list(Rendition.objects.order_by("id").values_list("id", "key", "created_at"))
    version = CatalogVersion.objects.get().number
    make_ladder(song)
    assert list(Rendition.objects.order_by("id").values_list("id", "key", "created_at")) == before
    assert CatalogVersion.objects.get().number == version
    Measurement.objects.update(recipe=ladder.RECIPE - 1)
    make_ladder(song)
    assert [key for _, key, _ in before] == list(Rendition.objects.order_by("id").values_list("key", flat=True))
    assert Measurement.objects.get().recipe == ladder.RECIPE


def test_another_ladder_in_the_settings_takes_the_place_of_the_old_one(master, tmp_path, settings):
    song = master(audio.make(tmp_path / "in.wav"), seconds=1.0)
    make_ladder(song)
    settings.LADDER = [96, 128]
    make_ladder(song)
    assert steps() == ["aac128", "aac96"]
    assert SegmentTable.objects.count() == 3  # of the source too


SOUNDS = {  # name: encoder options, sample rate, channels
    "8 kHz mono": (("-c:a", "pcm_s16le", "-ar", "8000", "-ac", "1"), 8_000, 1),
    "192 kHz 24 bit": (("-c:a", "pcm_s24le", "-ar", "192000", "-ac", "2"), 192_000, 2),
    "5.1": (("-c:a", "pcm_s16le", "-ar", "48000", "-ac", "6"), 48_000, 6),
    "float": (("-c:a", "pcm_f32le", "-ar", "44100", "-ac", "2"), 44_100, 2),
}


@pytest.mark.parametrize("sound", SOUNDS)
def test_every_kind_of_sound_becomes_the_same_stereo(sound, master, tmp_path):
    options, rate, channels = SOUNDS[sound]
    file = audio.make(tmp_path / "in.wav", seconds=2.0, options=options)
    make_ladder(master(file, seconds=2.0, sample_rate=rate, channels=channels))
    measured = Measurement.objects.get()
    assert (measured.samples, measured.sample_rate) == (2 * rate, rate)
    assert 250 <= len(measured.waveform) <= 1000
    for rendition in Rendition.objects.exclude(name="source"):
        assert 0 <= decoded(path_of(rendition)) - 2 * 44_100 < FRAME


def loudness(file: Path, options: str = "") -> tuple[float, float]:
    """Return what Debian's ffmpeg measures: LUFS and dBTP."""
    ffmpeg = need("ffmpeg", package="ffmpeg")
    argv = [ffmpeg, "-nostdin", "-i", str(file), "-af", f"ebur128=peak=true{options}", "-f", "null", "-"]
    said = subprocess.run(argv, capture_output=True, check=True, text=True).stderr.rpartition("Summary:")[2]
    found = [re.search(pattern, said) for pattern in (r"I: +([-\d.]+) LUFS", r"Peak: +([-\d.]+) dBFS")]
    return float(found[0][1]), float(found[1][1])


def test_loudness_of_a_calibrated_tone_is_its_level(master, tmp_path):
    """EBU Tech 3341, case 1: 1 kHz at -23 dBFS on both sides is -23 LUFS."""
    level = ("-af", f"volume={-23.0 + 18.06}dB", "-ac", "2")  # ffmpeg's sine is at -18.06 dBFS, and to -3 dB a side
    tone = audio.make(tmp_path / "in.wav", seconds=20.0, tone=1000, options=(*level, "-c:a", "pcm_s16le"))
    theirs, peak = loudness(tone)
    make_ladder(master(tone, seconds=20.0, channels=2))
    measured = Measurement.objects.get()
    assert measured.loudness_lufs == pytest.approx(theirs, abs=0.2)
    assert measured.true_peak_dbtp == pytest.approx(peak, abs=0.2)
    assert Track.objects.get().gain_db == pytest.approx(-18 - theirs, abs=0.2)


def test_one_channel_is_as_loud_as_it_is_played_on_both_sides(master, tmp_path):
    tone = audio.make(tmp_path / "in.wav", seconds=5.0)
    make_ladder(master(tone, seconds=5.0, channels=1))
    theirs, _ = loudness(tone, ":dualmono=true")
    assert Measurement.objects.get().loudness_lufs == pytest.approx(theirs, abs=0.2)
    assert loudness(path_of(Rendition.objects.get(name="aac256")))[0] == pytest.approx(theirs, abs=0.2)


def test_measured_loudness_beats_the_tags(master, make_track, tmp_path):
    track = make_track(playable=False, gain_db=-1.0, duration_ms=3000)
    make_ladder(master(audio.make(tmp_path / "in.wav", seconds=3.0), track=track))
    track.refresh_from_db()
    assert track.gain_db == track.card["gain_db"] == ladder.gain_of(Measurement.objects.get())
    assert track.gain_db > 0


def test_silence_has_no_loudness_and_keeps_the_tags_gain(master, make_track, tmp_path):
    track = make_track(playable=False, gain_db=-1.0, duration_ms=3000)
    silence = audio.make(tmp_path / "in.wav", seconds=3.0, options=("-af", "volume=0", "-c:a", "pcm_s16le"))
    make_ladder(master(silence, track=track))
    measured = Measurement.objects.get()
    assert (measured.loudness_lufs, measured.true_peak_dbtp) == (None, None)
    assert set(bytes(measured.waveform)) == {0}
    assert steps() == ["aac128", "aac256", "aac64"]
    track.refresh_from_db()
    assert track.gain_db == -1.0


def test_tenth_of_a_second_is_enough(master, tmp_path):
    make_ladder(master(audio.make(tmp_path / "in.wav", seconds=0.1), seconds=0.1))
    measured = Measurement.objects.get()
    assert (measured.samples, measured.loudness_lufs) == (4410, None)
    assert 60 <= len(measured.waveform) <= 1000
    for rendition in Rendition.objects.exclude(name="source"):
        assert 0 <= decoded(path_of(rendition)) - 4410 < FRAME


@pytest.mark.parametrize(
    ("codec", "bitrate", "made"),
    [
        ("mp3", 320, ["aac128", "aac256", "aac64"]),
        ("mp3", 245, ["aac128", "aac256", "aac64"]),  # variable: nearly 256
        ("mp3", 128, ["aac128", "aac64"]),
        ("mp3", 48, ["aac128", "aac64"]),
        ("flac", 700, ["aac128", "aac256", "aac64"]),
    ],
)
def test_steps_that_would_only_be_larger_are_left_out(codec, bitrate, made, settings):
    master = Master(codec=codec, bitrate=bitrate)
    assert sorted(map(ladder.name_of, ladder.steps_of(master))) == made


def test_file_that_is_damaged_in_the_middle_is_played_around_the_damage(master, tmp_path):
    file = audio.make(tmp_path / "in.mp3", seconds=20.0)
    body = bytearray(file.read_bytes())
    body[len(body) // 2 : len(body) // 2 + 400] = bytes(range(200)) * 2
    file.write_bytes(body)
    make_ladder(master(file, codec="mp3", seconds=20.0, bitrate=64))
    assert steps() == ["aac128", "aac64"]
    for rendition in Rendition.objects.exclude(name="source"):
        assert 0 <= decoded(path_of(rendition)) - Measurement.objects.get().samples < FRAME


def test_what_cannot_be_read_to_its_end_is_refused(master, tmp_path):
    """A source is a copy and needs no decoder; the frames in it may be noise all the same."""
    file = audio.make(tmp_path / "in.flac", seconds=20.0)
    song = master(file, codec="flac", seconds=20.0)
    body = bytearray(file.read_bytes())
    stored = Path(settings.MEDIA_DIR / "masters" / song.storage_name)
    stored.write_bytes(body[: len(body) // 2])
    make_ladder(song)
    row = Work.objects.get()
    assert row.state == Work.State.FAILED
    assert re.fullmatch(r"It should be 20\.0 s long, and \d+\.\d s can be read\.", row.reason)
    assert steps() == []
    assert not Measurement.objects.exists()


def test_messages_that_come_twice_and_in_any_order_end_in_the_same(master, tmp_path):
    """A message is a hint: whichever comes first does the work, and the others find nothing to do."""
    songs = [
        master(audio.make(tmp_path / f"{place}.wav", seconds=0.3, tone=300 + place), seconds=0.3) for place in range(3)
    ]
    expected = None
    for seed in range(6):
        Measurement.objects.all().delete()
        Rendition.objects.exclude(name="source").delete()
        messages = [work.enqueue("ladder", song.id).id for song in songs] * 3
        random.Random(seed).shuffle(messages)
        ran = [work.run(message) for message in messages]
        assert sum(ran) == len(songs)
        ended = sorted(Rendition.objects.values_list("track_id", "name", "key", "size"))
        expected = expected or ended
        assert ended == expected
    assert len(expected) == 4 * len(songs)
