"""The ledger of the rig finds what is lost, altered or counted twice: else its zeros would say nothing."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from spotify_lite.tests.rig import ledger

WHO, TRACK, PLAY = 7, 3, UUID(int=5)
LAST = ledger.Position(TRACK, PLAY, 2, 40_000, 35_000)
Tables = dict[str, list[tuple[Any, ...]]]


@pytest.fixture
def account() -> ledger.Ledger:
    """Return the account of a play that counts, with a queue, all of it acknowledged."""
    found = ledger.Ledger()
    first = ledger.Position(TRACK, PLAY, 1, 1_000, 0)
    for write in (ledger.Press(PLAY, TRACK), first, LAST, ledger.Queue(PLAY, 0, 900, (TRACK, 4), 1)):
        found.sent.add(WHO, write)
        found.acknowledged.add(WHO, write)
    return found


@pytest.fixture
def tables() -> Tables:
    """Return what the database says of it, as SQLite and PostgreSQL spell UUIDs."""
    return {
        ledger.POINTS: [(WHO, TRACK, LAST.at_ms, PLAY.hex, LAST.seq, LAST.position_ms)],
        ledger.STATES: [(WHO, 900, PLAY, 0, 1)],
        ledger.PLAYS: [(WHO, PLAY.hex, TRACK)],
        ledger.COUNTS: [(TRACK, 1, 180_000)],
    }


def test_what_is_there_is_neither_lost_nor_doubled(account: ledger.Ledger, tables: Tables) -> None:
    report = account.compare(tables.__getitem__)
    assert (report.faults, report.positions, report.queues, report.plays, report.counted) == ([], 2, 1, 1, 1)


@pytest.mark.parametrize(
    ("table", "row", "found"),
    [
        (ledger.POINTS, None, (1, 0)),
        (ledger.POINTS, (WHO, TRACK, 1_000, PLAY, 1, 0), (1, 0)),  # an earlier one stands again
        (ledger.POINTS, (WHO, TRACK, LAST.at_ms, PLAY, LAST.seq, 34_000), (1, 0)),  # which nobody sent
        (ledger.STATES, None, (1, 0)),
        (ledger.STATES, (WHO, 950, PLAY, 0, 1), (1, 0)),
        (ledger.PLAYS, None, (1, 0)),
        (ledger.COUNTS, (TRACK, 0, 180_000), (1, 0)),
        (ledger.COUNTS, (TRACK, 2, 180_000), (0, 1)),
    ],
)
def test_a_row_that_is_gone_or_altered_is_found(
    account: ledger.Ledger, tables: Tables, table: str, row: tuple[Any, ...] | None, found: tuple[int, int]
) -> None:
    report = account.compare((tables | {table: [row] if row else []}).__getitem__)
    assert (len(report.lost), len(report.doubled)) == found


def test_a_play_that_is_there_twice_is_found(account: ledger.Ledger, tables: Tables) -> None:
    tables[ledger.PLAYS] *= 2
    assert len(account.compare(tables.__getitem__).doubled) == 1


def test_what_was_sent_and_not_acknowledged_may_be_there_or_not(account: ledger.Ledger, tables: Tables) -> None:
    later = ledger.Position(TRACK, PLAY, 3, 41_000, 36_000)
    account.sent.add(WHO, later)
    assert account.compare(tables.__getitem__).faults == []
    tables[ledger.POINTS] = [(WHO, TRACK, later.at_ms, PLAY, later.seq, later.position_ms)]
    assert account.compare(tables.__getitem__).faults == []


@pytest.mark.parametrize(
    ("spoil", "lost"),
    [
        (lambda shown: shown, 0),
        (lambda shown: shown | {"seq": 1}, 1),
        (lambda shown: shown | {"queue": [TRACK]}, 1),
        (lambda shown: shown | {"at": None}, 1),
    ],
)
def test_what_the_api_shows_of_a_queue_is_compared(
    account: ledger.Ledger, spoil: Callable[[dict[str, Any]], dict[str, Any]], lost: int
) -> None:
    shown = {"at": ledger.time_of(900), "play_id": str(PLAY), "seq": 0, "queue": [TRACK, 4]}
    report = ledger.Report()
    account.read_playback(ledger.Account(WHO, ""), spoil(shown), report)
    assert len(report.lost) == lost


def test_what_the_api_shows_of_positions_is_compared(account: ledger.Ledger) -> None:
    shown = {"track": {"id": TRACK}, "updated_at": ledger.time_of(LAST.at_ms), "position_ms": LAST.position_ms}
    for listed, lost in (([shown], 0), ([shown | {"position_ms": 0}], 1), ([], 1)):
        report = ledger.Report()
        account.read_continued(ledger.Account(WHO, ""), listed, report)
        assert len(report.lost) == lost
