"""A master's ladder: every step whole and equally long, measured in the same decode, visible at once or not at all."""

import re
import subprocess
from pathlib import Path

import pytest
from django.conf import settings

from catalog import fragments, ladder, media, wishes, work
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
    assert card["gain_db"] == ladder.gain_of(measured.loudness_lufs)
