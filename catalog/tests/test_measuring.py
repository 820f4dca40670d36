"""What is measured of a decode does not depend on the pieces that it comes in, nor on its length."""

import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog import measuring
from catalog.measuring import Meter
from catalog.waveform import MOST, Waveform


def stream(sound: np.ndarray, rate: int = 44_100) -> bytes:
    """Return an AU stream of samples, a column a channel."""
    head = struct.pack(">4s5I", b".snd", 32, 0xFFFFFFFF, 3, rate, sound.shape[1])
    return head + bytes(8) + sound.astype(">i2").tobytes()


@given(st.integers(1, 8), st.integers(0, 5_000), st.lists(st.integers(1, 3_000), max_size=20), st.integers(0, 1 << 30))
def test_pieces_of_any_size_measure_the_same(channels, samples, cuts, seed):
    sound = np.random.default_rng(seed).integers(-32_768, 32_767, (samples, channels), endpoint=True)
    body, whole, pieced = stream(sound), Meter(), Meter()
    whole.take(body)
    at = 0
    for cut in [*cuts, len(body)]:
        pieced.take(body[at : at + cut])
        at += cut
    assert (pieced.samples, pieced.channels, pieced.sample_rate) == (samples, channels, 44_100)
    assert pieced.waveform == whole.waveform


@given(st.integers(1, 400_000), st.lists(st.integers(1, 100_000), min_size=1, max_size=5))
def test_waveform_is_never_longer_than_it_may_be_and_keeps_the_highest_peak(samples, cuts):
    heights = np.zeros(samples, np.int32)
    heights[samples // 2] = 32_768
    waveform, at = Waveform(), 0
    for cut in [*cuts, samples]:
        waveform.add(heights[at : at + cut])
        at += cut
    drawn = waveform.drawn()
    assert waveform.samples == samples
    assert min(MOST // 2, samples // 64) <= len(drawn) <= MOST
    assert max(drawn) == 255
    assert sum(height > 0 for height in drawn) == 1


def test_peak_stands_where_it_was_heard():
    heights = np.zeros(1_000_000, np.int32)
    heights[250_000:500_000] = 16_384
    waveform = Waveform()
    waveform.add(heights)
    drawn = waveform.drawn()
    assert set(drawn[len(drawn) * 26 // 100 : len(drawn) * 49 // 100]) == {128}
    assert set(drawn[: len(drawn) * 24 // 100]) == set(drawn[len(drawn) * 51 // 100 :]) == {0}


@pytest.mark.parametrize(
    "head",
    [
        b"RIFF" + bytes(40),
        struct.pack(">4s5I", b".snd", 24, 0, 1, 44_100, 2),  # another encoding
        struct.pack(">4s5I", b".snd", 24, 0, 3, 0, 2),
        struct.pack(">4s5I", b".snd", 24, 0, 3, 44_100, 0),
        struct.pack(">4s5I", b".snd", 24, 0, 3, 44_100, 1 << 31),
        struct.pack(">4s5I", b".snd", 1 << 31, 0, 3, 44_100, 2),
    ],
)
def test_what_was_not_ordered_is_refused(head):
    with pytest.raises(measuring.Strange):
        Meter().take(head)


def summary(loudness: str, peak: str) -> str:
    return f"Summary:\n\n  Integrated loudness:\n    I:      {loudness} LUFS\n\n  True peak:\n    Peak:   {peak} dBFS\n"


@pytest.mark.parametrize(
    ("said", "measured"),
    [
        (summary("-23.0", "-1.5"), (-23.0, -1.5)),
        (summary("-70.0", "-inf"), (None, None)),
        (summary("nan", "nan"), (None, None)),
        (summary("-5.0", "0.0") + summary("-23.0", "1.2"), (-23.0, 1.2)),  # what a tag says comes first
        ("", (None, None)),
    ],
)
def test_loudness_is_read_from_the_last_word(said, measured):
    assert measuring.read_loudness(said) == measured
