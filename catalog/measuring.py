"""Measure what ffmpeg decodes: samples and peaks from its PCM, loudness and true peak from its EBU R128 filter. Pure.

The PCM is an AU stream, whose header of six numbers says what was really decoded, whatever the tags promise.
"""

import re
import struct

import numpy as np

from catalog.waveform import FULL_SCALE, Waveform

PCM = ("-c:a", "pcm_s16be", "-f", "au")  # what `Meter` reads
HEADER = struct.Struct(">4s5I")  # magic, bytes of the header, bytes of the data, encoding, sample rate, channels
LARGEST_HEADER = 1 << 16  # bytes
MOST_CHANNELS = 255
SIXTEEN_BITS = 3  # of the encodings
# The stereo that listeners hear, and that the ladder is made of. One channel goes to both sides as it is, as browsers
# play it, where ffmpeg would lower it by 3 dB; more than two are mixed so that nothing clips.
STEREO = (
    "volume=volume='if(eq(nb_channels,1),sqrt(2),1)':precision=float,"
    "aresample=44100:ochl=stereo:rematrix_maxval=1,aformat=sample_fmts=fltp"
)
LOUDNESS = "ebur128=peak=true:framelog=quiet"  # says its summary at the end, at the log level "info"
UNHEARD = -70.0  # LUFS: the absolute gate (EBU Tech 3341); nothing was above it, or nothing was long enough

_INTEGRATED = re.compile(r"^ +I: +(-?[\d.]+|-?inf|nan) LUFS$", re.MULTILINE)
_TRUE_PEAK = re.compile(r"^ +Peak: +(-?[\d.]+|-?inf|nan) dBFS$", re.MULTILINE)


class Strange(Exception):
    """The stream is not PCM as it was ordered."""


class Meter:
    """Counts samples, and draws their waveform, from an AU stream in pieces of any size."""

    def __init__(self) -> None:
        self.sample_rate = 0  # Hz; 0 until the header has come
        self.channels = 0
        self._waveform = Waveform()
        self._received = bytearray()

    @property
    def samples(self) -> int:
        """Return how many have come, a channel."""
        return self._waveform.samples

    @property
    def waveform(self) -> bytes:
        return self._waveform.drawn()

    def take(self, piece: bytes) -> None:
        """Take the next bytes of the stream; raise Strange where they cannot be what was ordered."""
        self._received += piece
        if not self.channels and not self._begin():
            return
        frame = 2 * self.channels
        whole = len(self._received) - len(self._received) % frame
        sound = np.frombuffer(bytes(self._received[:whole]), ">i2").reshape(-1, self.channels)
        del self._received[:whole]
        if len(sound):
            self._waveform.add(np.abs(sound.astype(np.int32)).max(axis=1).clip(0, FULL_SCALE))

    def _begin(self) -> bool:
        if len(self._received) < HEADER.size:
            return False
        magic, size, _, encoding, rate, channels = HEADER.unpack_from(self._received)
        if (
            magic != b".snd"
            or encoding != SIXTEEN_BITS
            or not rate
            or not 0 < channels <= MOST_CHANNELS
            or size > LARGEST_HEADER
        ):
            raise Strange("its samples are not what was ordered")
        if len(self._received) < size:
            return False
        del self._received[:size]
        self.sample_rate, self.channels = rate, channels
        return True


def read_loudness(said: str) -> tuple[float | None, float | None]:
    """Return LUFS and dBTP from what ffmpeg said, None where it heard nothing; the last word counts."""
    loudness, peak = _last(_INTEGRATED, said), _last(_TRUE_PEAK, said)
    return (loudness if loudness is not None and loudness > UNHEARD else None), peak


def _last(pattern: re.Pattern[str], said: str) -> float | None:
    found = pattern.findall(said)
    return float(found[-1]) if found and found[-1].lstrip("-") not in {"inf", "nan"} else None
