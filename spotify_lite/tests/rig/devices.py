"""What a listener's device does, by chance: presses of play, queues, and what is heard; and how it says so."""

import random
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from spotify_lite.tests.rig.ledger import Account, Position, Press, Queue, Write, time_of
from spotify_lite.tests.rig.lines import Line

BATCH = 100  # events of a request, at most
PLAYED = 5  # events of a play
STEP_MS = 500  # between two of them, in time and in the song; a third as much makes a play of a track of 2 s
SKIPPED_MS = 10  # between two of a play that jumps through the song
FULL = 200  # writes that wait; whoever has so many does nothing more: no machine could ever catch up
AGAIN = 0.03  # of all writes: sent a second time, after later ones


@dataclass
class Device:
    """A player of an account: what it heard waits in its outbox until it is acknowledged."""

    account: Account
    line: Line
    at_ms: int  # its clock
    chance: random.Random
    tracks: Sequence[int]
    outbox: deque[Write] = field(default_factory=deque)
    known: deque[Write] = field(default_factory=lambda: deque(maxlen=50))  # acknowledged a moment ago
    _script: deque[Write] = field(default_factory=deque)

    def act(self) -> None:
        """Do the next thing that a listener does; or send what is long acknowledged, as if the answer had been lost."""
        if len(self.outbox) >= FULL:
            return
        if self.known and self.chance.random() < AGAIN:
            self.outbox.append(self.chance.choice(self.known))
            return
        if not self._script:
            self._script.extend(self._play())
        self.outbox.append(self._script.popleft())

    def _play(self) -> Iterator[Write]:
        """Press play, sometimes with another queue, and hear the song or jump through it."""
        track_id, whole = self.chance.choice(self.tracks), self.chance.random() < 0.5
        self.at_ms += STEP_MS
        play_id = uuid7(self.at_ms, self.chance)
        yield Press(play_id, track_id)
        if self.chance.random() < 0.5:
            queue = (track_id, *self.chance.sample(self.tracks, 10))
            yield Queue(play_id, 0, self.at_ms, queue, self.chance.randrange(len(queue)))
        first = self.chance.randrange(1, 100)
        for seq in range(1, PLAYED + 1):
            self.at_ms += STEP_MS if whole else SKIPPED_MS
            yield Position(track_id, play_id, seq, self.at_ms, first + seq * STEP_MS * 3 // PLAYED)

    def batch(self) -> list[Write]:
        """Return what the next request brings: an action, or the events that wait before the next action."""
        events: list[Write] = []
        for write in self.outbox:
            if not isinstance(write, Position) or len(events) == BATCH:
                break
            events.append(write)
        return events or [self.outbox[0]]


def request_of(batch: Sequence[Write]) -> tuple[str, str, str, dict[str, object]]:
    """Return kind, method, path and body."""
    match batch[0]:
        case Press(play_id, track_id):
            return "play", "POST", f"/api/v1/tracks/{track_id}/play", {"play_id": str(play_id), "device": "Rig"}
        case Queue(play_id, seq, at_ms, tracks, index):
            body = {"play_id": str(play_id), "seq": seq, "at": time_of(at_ms), "queue": tracks}
            return "playback", "PUT", "/api/v1/me/playback", body | {"index": index, "position_ms": 0, "playing": True}
        case _:
            events = [
                {
                    "play_id": str(one.play_id),
                    "seq": one.seq,
                    "track_id": one.track_id,
                    "position_ms": one.position_ms,
                    "state": "playing",
                    "at": time_of(one.at_ms),
                }
                for one in batch
                if isinstance(one, Position)
            ]
            return "progress", "POST", "/api/v1/me/progress", {"events": events}


def uuid7(at_ms: int, chance: random.Random) -> UUID:
    """Return a UUIDv7 that a seed repeats."""
    bits = chance.getrandbits(74)
    return UUID(int=at_ms << 80 | 7 << 76 | bits >> 62 << 64 | 2 << 62 | bits & (1 << 62) - 1)
