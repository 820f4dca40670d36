"""Places that say nothing are passed over, but for one in a while who tries."""

import pytest

from playback.silence import PASSED_OVER, Silence


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def silence(clock: Clock) -> Silence:
    return Silence(patience=21.0, clock=clock)


def test_place_that_nobody_waited_for_in_vain_is_asked(silence: Silence) -> None:
    assert not silence.passes_over("a")


def test_silent_place_is_passed_over_for_a_while(silence: Silence, clock: Clock) -> None:
    silence.note("a")
    assert silence.passes_over("a")
    assert not silence.passes_over("b")
    clock.now += PASSED_OVER
    assert not silence.passes_over("a")


def test_one_tries_while_the_others_pass_it_over(silence: Silence, clock: Clock) -> None:
    silence.note("a")
    clock.now += PASSED_OVER
    assert [silence.passes_over("a") for _ in range(3)] == [False, True, True]
    clock.now += 21.0  # who tried was killed, and never told
    assert [silence.passes_over("a") for _ in range(3)] == [False, True, True]


def test_place_that_answers_is_asked_by_all(silence: Silence, clock: Clock) -> None:
    silence.note("a")
    clock.now += PASSED_OVER
    assert not silence.passes_over("a")
    silence.end("a")
    assert [silence.passes_over("a") for _ in range(3)] == [False, False, False]
