"""Gains: what is loud is turned down as far as others, no peak is lifted over the ceiling, albums are one piece."""

import pytest

from catalog import loudness
from catalog.loudness import Heard


@pytest.mark.parametrize(
    ("lufs", "peak", "gain"),
    [
        (-8.0, 0.5, -10.0),  # a loud master
        (-18.0, -6.0, 0.0),
        (-30.0, -20.0, 12.0),  # quiet, with room above its peaks
        (-30.0, -3.0, 2.0),  # no further than to -1 dBTP
        (-20.0, 0.3, -1.3),  # quiet, but its peaks would clip in a decoder
        (-20.0, None, 2.0),
        (None, None, None),
    ],
)
def test_gain_leads_to_the_reference_and_never_over_the_ceiling(lufs, peak, gain):
    assert loudness.gain_of(Heard(lufs, peak, 10)) == gain


def test_album_is_as_loud_as_the_energy_of_its_songs_by_their_lengths():
    assert loudness.joined([Heard(-12, -1, 100), Heard(-12, -3, 300)]) == Heard(pytest.approx(-12), -1, 400)
    half = loudness.joined([Heard(-10, -1, 200), Heard(-16, -1, 200)])
    assert half.loudness == pytest.approx(-12.037, abs=0.001)  # nearer to the loud one
    most = loudness.joined([Heard(-10, -1, 20), Heard(-16, -1, 380)])
    assert half.loudness > most.loudness > -16


def test_quiet_interludes_and_silence_do_not_make_an_album_louder():
    songs = [Heard(-10, -0.5, 200), Heard(-12, -0.1, 200)]
    whole = loudness.joined(songs)
    assert loudness.joined([*songs, Heard(-40, -30, 200), Heard(None, None, 200)]).loudness == pytest.approx(
        whole.loudness
    )
    assert loudness.joined([Heard(None, None, 30)]).loudness is None
    assert loudness.joined([]) == Heard(None, None, 0)
