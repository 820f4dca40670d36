"""Fill the catalog with invented music, to see and measure it at size. The tracks have no audio."""

from collections.abc import Callable
from itertools import islice

from catalog import bulk, entering, imports, invented
from catalog.entering import Written

Progress = Callable[[int], object]  # called with the number of tracks done since the last call


def seed(*, tracks: int, number: int, progress: Progress, stop: Callable[[], bool] = bool) -> Written:
    """Write the first `tracks` tracks of the seed `number`, as a sheet of them would be; what is there already is kept.

    The caller brings the search index up to date: `entering.index`.
    """
    rows, made = islice(invented.rows(number), tracks), Written()
    with imports.turn(stop=stop) as ours, bulk.room():
        writer = entering.Writer()
        while ours and not stop() and (batch := list(islice(rows, entering.BATCH))):
            made += writer.write(batch)[0]
            progress(len(batch))
    return made
