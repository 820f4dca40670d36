"""Which server is the primary, and which replicas may be read, by what they say of themselves."""

from spotify_lite.roles import FRESH, LIMIT, RETURN, Known, Roles, Sight

STEP = 0.2  # seconds between two looks


class Bench:
    """Servers whose answers a test makes up; 0 is the primary at first, 1 and 2 are replicas."""

    def __init__(self, known: Known | None = None) -> None:
        self.now = 100.0
        self.roles = Roles([1, 2, 0], known or Known())
        self.place = 1_000
        self.behind = {1: 0, 2: 0}  # bytes

    def say(self, number: int, *, standby: bool, place: int = 0, timeline: int = 1, system: int = 7) -> None:
        sight = Sight(self.now, standby, system, timeline, place or self.place, complete=place or self.place)
        self.roles.see(number, sight, now=self.now)

    def tick(self, seconds: float = STEP, *, written: int = 10, primary: bool = True) -> None:
        """Let time pass: the primary writes, the replicas follow as far as `behind` says."""
        for _ in range(round(seconds / STEP)):
            self.now += STEP
            self.place += written
            if primary:
                self.say(0, standby=False)
            for number, behind in self.behind.items():
                self.say(number, standby=True, place=self.place - behind)

    def nearest(self, wrote: int | None = None) -> int | None:
        return self.roles.nearest(wrote=wrote, now=self.now)


def test_the_nearest_replica_is_read_as_soon_as_it_is_known_to_be_near():
    bench = Bench()
    assert bench.nearest() is None
    bench.tick()
    assert (bench.roles.primary, bench.nearest()) == (0, 1)


def test_a_replica_is_read_by_who_wrote_only_when_it_has_what_they_wrote():
    bench = Bench()
    bench.behind = {1: 30, 2: 10}
    bench.tick(2)
    assert bench.nearest() == 1
    assert bench.nearest(wrote=bench.place - 20) == 2
    assert bench.nearest(wrote=bench.place) is None


def test_a_primary_that_nobody_writes_to_makes_no_lag():
    bench = Bench()
    bench.tick(60, written=0)
    assert (bench.nearest(), bench.roles.lag(1)) == (1, 0.0)


def test_lag_is_how_long_ago_the_primary_was_where_the_replica_is():
    bench = Bench()
    bench.behind[1] = 100  # ten looks' worth
    bench.tick(8)
    lag = bench.roles.lag(1)
    assert lag is not None
    assert abs(lag - 2.0) < STEP + 0.01


def test_a_replica_that_stands_still_leaves_at_the_limit_and_comes_back_when_it_was_good_for_a_while():
    bench = Bench()
    bench.tick(2)
    stuck = bench.place
    left = 0.0
    while bench.nearest() == 1:
        bench.behind[1] = bench.place + 10 - stuck
        bench.tick()
        left += STEP
    assert LIMIT <= left <= LIMIT + 2 * STEP
    assert bench.nearest() == 2
    bench.behind[1] = 0
    bench.tick(RETURN)
    assert bench.nearest() == 2
    bench.tick(2 * STEP)
    assert bench.nearest() == 1


def test_one_that_flaps_stays_out():
    bench = Bench()
    bench.tick(2)
    for _ in range(5):
        bench.roles.see(1, None, now=bench.now)
        bench.tick(RETURN - STEP)
        assert bench.nearest() == 2


def test_one_that_started_far_behind_is_not_read_before_that_is_known():
    """It holds what the primary was before anybody here had looked."""
    bench = Bench()
    bench.behind[1] = 500
    bench.tick(4)
    assert (bench.roles.lag(1), bench.nearest()) == (None, 2)


def test_what_hangs_is_not_read():
    bench = Bench()
    bench.tick(2)
    bench.now += FRESH + 0.01
    assert bench.nearest() is None


def test_without_a_primary_replicas_are_read_also_by_who_wrote_and_however_far_behind():
    bench = Bench()
    bench.behind[1] = 1_000
    bench.tick(12)
    assert bench.nearest() == 2
    bench.roles.see(0, None, now=bench.now)
    assert bench.roles.away
    assert bench.nearest(wrote=bench.place + 1) == 2
    bench.roles.see(2, None, now=bench.now)
    assert bench.nearest() == 1


def test_a_promoted_standby_is_the_primary_and_the_old_one_is_nothing_when_it_comes_back():
    bench = Bench()
    bench.tick(2)
    bench.roles.see(0, None, now=bench.now)
    bench.say(1, standby=False, timeline=2)
    assert (bench.roles.primary, bench.roles.epoch, bench.roles.away) == (1, 2, False)
    bench.say(0, standby=False, timeline=1)
    assert bench.roles.primary == 1
    bench.roles.see(1, None, now=bench.now)
    assert (bench.roles.primary, bench.roles.away) == (1, True)
    bench.say(2, standby=True)
    assert bench.nearest() == 2
    bench.say(0, standby=True, timeline=2, place=bench.place)  # made anew as a replica
    bench.roles.see(2, None, now=bench.now)
    assert bench.nearest() == 0


def test_a_process_that_starts_remembers_that_a_primary_is_old():
    bench = Bench(Known(system=7, timeline=2))
    bench.say(0, standby=False, timeline=1)
    assert (bench.roles.primary, bench.roles.away) == (None, True)
    bench.say(1, standby=False, timeline=2)
    assert bench.roles.primary == 1


def test_a_cluster_that_was_made_anew_is_taken_from_the_server_that_is_named_as_the_primary_only():
    bench = Bench(Known(system=7, timeline=3))
    bench.say(1, standby=False, timeline=9, system=8)
    assert bench.roles.primary is None
    bench.say(0, standby=False, timeline=1, system=8)
    assert bench.roles.known.system == 8
