"""Count what presses of play were answered: the place that was named first, or why there was none."""

from spotify_lite import metrics

REFUSALS = {
    400: "malformed",
    401: "stranger",
    403: "stranger",
    404: "missing",
    409: "no audio",
    413: "malformed",
    503: "busy",
}
FAILED = "failed"  # on our side

PLAYS = metrics.counter("plays", "Presses of play by what was decided: a place, or why there was none.", "outcome")


def note(status: int, *, place: str) -> None:
    """Count an answer; `place` is the first one of its sources, as far as there are any."""
    PLAYS.labels(place or REFUSALS.get(status, FAILED)).inc()
