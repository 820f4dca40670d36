"""A client's account of what the service acknowledged, and whether rows and answers still say so.

Everything lies between two bounds: what was acknowledged must be there, and only what was sent may be. Where all that
was sent has been acknowledged, as after `listeners.listening`, they are one, and the comparison is exact.
"""

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any
from uuid import UUID

Key = tuple[int, UUID, int]  # at (Unix ms), play id, seq: the greater of two stands
Rows = Callable[[str], list[tuple[Any, ...]]]
COUNTED_AFTER_MS = 30_000
POINTS = "SELECT listener_id, track_id, at_ms, play_id, seq, position_ms FROM playback_resumepoint"
STATES = 'SELECT listener_id, at_ms, play_id, seq, "index" FROM playback_playbackstate'
PLAYS = "SELECT listener_id, play_id, track_id FROM playback_play"
COUNTS = "SELECT id, plays, duration_ms FROM catalog_track"
QUERIES = (POINTS, STATES, PLAYS, COUNTS)


@dataclass(frozen=True, slots=True)
class Account:
    """A listener whose devices write."""

    id: int
    token: str


@dataclass(frozen=True, slots=True)
class Position:
    """An event of a play."""

    track_id: int
    play_id: UUID
    seq: int
    at_ms: int
    position_ms: int

    @property
    def key(self) -> Key:
        return self.at_ms, self.play_id, self.seq


@dataclass(frozen=True, slots=True)
class Queue:
    """A state of the player, as an action left it."""

    play_id: UUID
    seq: int
    at_ms: int
    tracks: tuple[int, ...]
    index: int

    @property
    def key(self) -> Key:
        return self.at_ms, self.play_id, self.seq


@dataclass(frozen=True, slots=True)
class Press:
    """A press of play."""

    play_id: UUID
    track_id: int


Write = Position | Queue | Press


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, and when; status 0 where the connection broke."""

    at: float  # time.monotonic()
    kind: str  # progress, playback, play, look, or the path of a catalog read
    status: int
    seconds: float
    retry_after: bool = False


@dataclass
class Told:
    """Writes, by whom they are of."""

    positions: dict[tuple[int, int], dict[Key, int]] = field(default_factory=lambda: defaultdict(dict))
    queues: dict[int, dict[Key, Queue]] = field(default_factory=lambda: defaultdict(dict))
    plays: dict[tuple[int, UUID], int] = field(default_factory=dict)  # the track that was played
    heard: dict[tuple[int, UUID], dict[int, Position]] = field(default_factory=lambda: defaultdict(dict))

    def add(self, listener_id: int, write: Write) -> None:
        match write:
            case Position():
                self.positions[listener_id, write.track_id][write.key] = write.position_ms
                self.plays[listener_id, write.play_id] = write.track_id
                self.heard[listener_id, write.play_id][write.seq] = write
            case Queue():
                self.queues[listener_id][write.key] = write
            case Press():
                self.plays[listener_id, write.play_id] = write.track_id

    def copy(self) -> "Told":
        return Told(
            defaultdict(dict, {whose: dict(known) for whose, known in self.positions.items()}),
            defaultdict(dict, {whose: dict(known) for whose, known in self.queues.items()}),
            dict(self.plays),
            defaultdict(dict, {whose: dict(known) for whose, known in self.heard.items()}),
        )

    def counted(self, durations_ms: Mapping[int, int]) -> Counter[int]:
        """Return how many plays of each track were heard for 30 s, or for half of it."""
        found: Counter[int] = Counter()
        for events in self.heard.values():
            ordered = [events[seq] for seq in sorted(events)]
            heard = sum(min(b.position_ms - a.position_ms, b.at_ms - a.at_ms) for a, b in pairwise(ordered))
            track_id = ordered[0].track_id
            found[track_id] += heard >= min(COUNTED_AFTER_MS, durations_ms[track_id] / 2)
        return found


@dataclass
class Report:
    """What a comparison found."""

    positions: int = 0  # compared
    queues: int = 0
    plays: int = 0
    counted: int = 0  # plays that make their track more popular
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)

    @property
    def faults(self) -> list[str]:
        return self.lost + self.doubled

    def __str__(self) -> str:
        compared = f"{self.positions} positions, {self.queues} queues, {self.plays} plays ({self.counted} count)"
        return f"{compared}: {len(self.lost)} lost, {len(self.doubled)} doubled"


@dataclass
class Ledger:
    """All that was sent, what of it was acknowledged, and every answer."""

    sent: Told = field(default_factory=Told)
    acknowledged: Told = field(default_factory=Told)
    answers: list[Answer] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)  # answers that no fault excuses
    written: int = 0  # writes acknowledged

    def statuses(self, *, since: float = 0.0, reads: bool | None = None) -> dict[int, int]:
        """Count the answers by status: of reads, of writes, or of both."""
        kinds = {"progress", "playback", "play"}
        wanted = [one for one in self.answers if one.at >= since and reads in (None, one.kind not in kinds)]
        return dict(sorted(Counter(one.status for one in wanted).items()))

    def copy(self) -> "Ledger":
        """Return the account as it is now; `Listeners.book` does it while nobody writes into it."""
        return Ledger(self.sent.copy(), self.acknowledged.copy(), list(self.answers), list(self.wrong), self.written)

    def compare(self, rows: Rows, *, later: "Ledger | None" = None) -> Report:
        """Compare with the tables, read after this account was; `later` knows all that was sent until then."""
        report, sent = Report(), (later or self).sent
        self._compare_positions(rows, sent, report)
        self._compare_queues(rows, sent, report)
        self._compare_plays(rows, sent, report)
        return report

    def _compare_positions(self, rows: Rows, sent: Told, report: Report) -> None:
        points = {
            (listener, track): ((at_ms, UUID(str(play_id)), seq), position)
            for listener, track, at_ms, play_id, seq, position in rows(POINTS)
        }
        for whose, known in self.acknowledged.positions.items():
            report.positions += len(known)
            key, position = points.get(whose, ((0, UUID(int=0), 0), 0))
            if key < max(known):
                report.lost.append(f"position of {whose}: {max(known)} was acknowledged, {key} is there")
            elif sent.positions[whose].get(key) != position:
                report.lost.append(f"position of {whose}: nobody sent {position} at {key}")

    def _compare_queues(self, rows: Rows, sent: Told, report: Report) -> None:
        states = {
            listener: ((at_ms, UUID(str(play_id)), seq), index) for listener, at_ms, play_id, seq, index in rows(STATES)
        }
        for listener, known in self.acknowledged.queues.items():
            report.queues += len(known)
            key, index = states.get(listener, ((0, UUID(int=0), 0), 0))
            if key < max(known):
                report.lost.append(f"queue of {listener}: {max(known)} was acknowledged, {key} is there")
            elif key not in sent.queues[listener] or sent.queues[listener][key].index != index:
                report.lost.append(f"queue of {listener}: nobody sent {key}")

    def _compare_plays(self, rows: Rows, sent: Told, report: Report) -> None:
        found: dict[tuple[int, UUID], list[int]] = defaultdict(list)
        for listener, play_id, track in rows(PLAYS):
            found[listener, UUID(str(play_id))].append(track)
        for play, track in self.acknowledged.plays.items():
            report.plays += 1
            if found[play] != [track]:
                (report.doubled if len(found[play]) > 1 else report.lost).append(f"play {play}: {found[play]}")
        tracks = {track: (plays, ms) for track, plays, ms in rows(COUNTS)}
        durations = {track: ms for track, (_, ms) in tracks.items()}
        least, most = self.acknowledged.counted(durations), sent.counted(durations)
        for track in most:
            report.counted += least[track]
            if tracks[track][0] < least[track]:
                report.lost.append(f"track {track} counts {tracks[track][0]} plays of {least[track]}")
            if tracks[track][0] > most[track]:
                report.doubled.append(f"track {track} counts {tracks[track][0]} plays, {most[track]} were sent")

    def read_continued(self, account: Account, listed: list[Mapping[str, Any]], report: Report) -> None:
        """Compare with the whole of a listener's `me/continue`."""
        shown = {one["track"]["id"]: (ms_of(one["updated_at"]), one["position_ms"]) for one in listed}
        for (listener, track), known in self.acknowledged.positions.items():
            if listener == account.id:
                report.positions += 1
                top = max(known)
                if shown.get(track) != (top[0], known[top]):
                    report.lost.append(f"me/continue of {listener}: {shown.get(track)} for {top}, {known[top]}")

    def read_playback(self, account: Account, shown: Mapping[str, Any], report: Report) -> None:
        """Compare with a listener's `me/playback`."""
        if known := self.acknowledged.queues.get(account.id):
            report.queues += 1
            stands = known[max(known)]
            if (key_of(shown), tuple(shown["queue"])) != (stands.key, stands.tracks):
                report.lost.append(f"me/playback of {account.id}: {key_of(shown)} for {stands.key}")

    def note(self, kind: str, status: int, *, began: float, retry_after: bool = False) -> None:
        """Keep an answer; a refusal that does not say when to come again is wrong."""
        now = time.monotonic()
        self.answers.append(Answer(now, kind, status, now - began, retry_after))
        if status in {429, 503} and not retry_after:
            self.wrong.append(f"{kind}: {status} without Retry-After")


def key_of(shown: Mapping[str, Any]) -> Key:
    """Return the key of what `me/playback` shows; the least of all where nothing was played yet."""
    if shown["at"] is None:
        return 0, UUID(int=0), 0
    return ms_of(shown["at"]), UUID(shown["play_id"]), shown["seq"]


def ms_of(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)


def time_of(at_ms: int) -> str:
    """Return what a client says of a moment: RFC 3339 in UTC, with milliseconds."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="milliseconds")
