"""Draw a waveform from samples as they come: the peaks of equal stretches, however many samples there will be. Pure."""

import numpy as np
from numpy.typing import NDArray

MOST = 1000  # peaks, a byte each
FULL_SCALE = 1 << 15  # of a sample of 16 bits


class Waveform:
    """Peaks of stretches that double in length whenever there are twice too many of them."""

    def __init__(self) -> None:
        self.samples = 0
        self._stretch = 64  # samples a peak: of 0.1 s there are some 70
        self._peaks: NDArray[np.int32] = np.zeros(0, np.int32)
        self._rest: NDArray[np.int32] = np.zeros(0, np.int32)  # samples that do not fill a stretch yet

    def add(self, heights: NDArray[np.int32]) -> None:
        """Take in samples: how far each is from silence, at most FULL_SCALE."""
        self.samples += len(heights)
        joined = np.concatenate((self._rest, heights))
        whole = len(joined) - len(joined) % self._stretch
        self._rest = joined[whole:]
        self._peaks = np.concatenate((self._peaks, joined[:whole].reshape(-1, self._stretch).max(axis=1)))
        while len(self._peaks) > 2 * MOST:
            if len(self._peaks) % 2:  # the odd one goes back: its samples are no more, and their peak stands for them
                self._rest = np.concatenate((np.full(self._stretch, self._peaks[-1]), self._rest))
                self._peaks = self._peaks[:-1]
            self._peaks = self._peaks.reshape(-1, 2).max(axis=1)
            self._stretch *= 2

    def drawn(self) -> bytes:
        """Return the peaks, 255 for full scale; a last stretch may be shorter. Nothing for no samples."""
        peaks = np.append(self._peaks, self._rest.max()) if len(self._rest) else self._peaks
        if len(peaks) > MOST:
            peaks = np.append(peaks, 0) if len(peaks) % 2 else peaks
            peaks = peaks.reshape(-1, 2).max(axis=1)
        return (-(-peaks.astype(np.int64) * 255 // FULL_SCALE)).clip(0, 255).astype(np.uint8).tobytes()
