"""Decide which database server is the primary, and which replicas may be read, from what each said last. Pure.

A replica's lag is how long ago the primary was where the replica is now, by a short history of the primary's place in
its log. That is right on a primary that nobody writes to, and where the link between the two is cut; the age of the
last transaction that was replayed is neither.
"""

from bisect import bisect_right
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

LIMIT = 5.0  # seconds that a replica may lag
FRESH = 0.8  # seconds after which what a server said is worth nothing: it hangs, or the way to it does
RETURN = 3.0  # seconds without a fault until a replica that was out is read again: it may be flapping
HISTORY = 2 * LIMIT  # seconds


@dataclass(frozen=True, slots=True)
class Sight:
    """What a server said of itself."""

    at: float  # of a clock that never goes back, when it was asked
    standby: bool
    system: int  # names the cluster: copies of one have the same
    timeline: int  # grows with each promotion
    place: int  # bytes of the log that a primary has written, or a standby replayed
    complete: int  # transaction id below which everything is visible there


@dataclass(frozen=True, slots=True)
class Known:
    """The newest timeline that was ever seen of a cluster."""

    system: int = 0
    timeline: int = 0


@dataclass
class Roles:
    """The servers, by their numbers; the first is the one that the settings call the primary."""

    order: Sequence[int]  # the replicas' numbers, nearest first; a server of either role may become one
    known: Known = Known()
    primary: int | None = None
    epoch: int = 0  # grows when the primary changes: connections of another epoch lead to a server that is it no more
    sights: dict[int, Sight | None] = field(default_factory=dict)  # None: it does not answer
    _places: "deque[tuple[int, float]]" = field(default_factory=deque)  # of the primary, and when it was last there
    _good_since: dict[int, float] = field(default_factory=dict)
    _out: dict[int, float] = field(default_factory=dict)  # how long a replica that is not read must be good

    def __post_init__(self) -> None:
        self._out |= dict.fromkeys(self.order, 0.0)  # at first until it is known to be near, and no longer

    def see(self, number: int, sight: Sight | None, *, now: float) -> None:
        """Take in what a server said, None where it did not answer."""
        self.sights[number] = sight
        self._find_primary(now)
        if number == self.primary and sight is not None:
            self._remember(sight)
        for one in self.order:
            self._judge(one, now)

    @property
    def away(self) -> bool:
        """Say whether there is no primary. That none has been asked for a while does not count: this process may be
        what was slow.
        """
        return self.primary is None or self.sights.get(self.primary) is None

    def nearest(self, *, wrote: int | None, now: float) -> int | None:
        """Return the nearest replica that may be read, None for the primary.

        It has replayed the transaction `wrote`, if there is one. While the primary is away any replica will do.
        """
        for one in self.order:
            sight = self.sights.get(one)
            if sight is None or one in self._out or not self._is_fresh(sight, now):
                continue
            if wrote is None or wrote < sight.complete or self.away:
                return one
        return self.any_standby(now=now) if self.away else None

    def any_standby(self, *, now: float) -> int | None:
        """Return the nearest standby that answers, however far behind; the furthest where none was near enough."""
        standing = [
            (one in self._out, -sight.place if one in self._out else 0, place, one)
            for place, one in enumerate(self.order)
            if (sight := self.sights.get(one)) and sight.standby and self._is_fresh(sight, now)
        ]
        return min(standing)[-1] if standing else None

    def is_read(self, number: int, *, now: float) -> bool:
        sight = self.sights.get(number)
        return sight is not None and number not in self._out and self._is_fresh(sight, now)

    def lag(self, number: int) -> float | None:
        """Return how many seconds a replica is behind; None where that is not known yet."""
        sight = self.sights.get(number)
        if sight is None or not self._places:
            return None
        if sight.place >= self._places[-1][0]:
            return 0.0
        after = bisect_right(self._places, (sight.place, float("inf")))
        least = max(0.0, sight.at - self._places[max(0, after - 1)][1])
        return least if after or least > LIMIT else None

    def _find_primary(self, now: float) -> None:
        """Choose the server on the newest timeline that takes writes; an older one is a primary no more.

        Of two on the same timeline, which nobody should ever make, the one that was chosen first stays.
        """
        first = self.sights.get(0)
        if self.primary is None and first is not None and not first.standby and first.system != self.known.system:
            self.known = Known(first.system, 0)  # a cluster that was made anew, or the first that is seen at all
        mine = {one: sight for one, sight in self.sights.items() if sight and sight.system == self.known.system}
        newest = max([self.known.timeline, *(sight.timeline for sight in mine.values())])
        self.known = Known(self.known.system, newest)
        found = [one for one, sight in mine.items() if not sight.standby and sight.timeline == newest]
        if not found or self.primary in found:
            return
        self.primary = min(found)
        self.epoch += 1
        self._places.clear()

    def _remember(self, sight: Sight) -> None:
        if self._places and self._places[-1][0] >= sight.place:
            self._places[-1] = (self._places[-1][0], sight.at)
        else:
            self._places.append((sight.place, sight.at))
        while len(self._places) > 1 and self._places[1][1] < sight.at - HISTORY:
            self._places.popleft()

    def _judge(self, number: int, now: float) -> None:
        """Put a replica out at the first fault, and take it back when it has been without one for a while."""
        sight = self.sights.get(number)
        if sight is None or not sight.standby or sight.system != self.known.system or not self._is_fresh(sight, now):
            self._put_out(number)
        elif self.away:
            return  # nobody can say how far behind it is, and there is nothing better
        elif (lag := self.lag(number)) is None:
            self._good_since.pop(number, None)
        elif lag > LIMIT:
            self._put_out(number)
        elif number in self._out and now - self._good_since.setdefault(number, now) >= self._out[number]:
            del self._out[number]

    def _put_out(self, number: int) -> None:
        self._good_since.pop(number, None)
        self._out.setdefault(number, RETURN)

    @staticmethod
    def _is_fresh(sight: Sight, now: float) -> bool:
        return now - sight.at < FRESH
