"""Whoever asks whether something is there gets an answer soon, also where the question hangs or fails."""

import threading
import time

import pytest

from spotify_lite import probing

asked: list[float] = []
hanging = threading.Event()
state = {"there": True}


def answer() -> bool:
    asked.append(time.monotonic())
    return state["there"]


def hang() -> bool:
    asked.append(time.monotonic())
    return hanging.wait(30)


def fail() -> bool:
    raise RuntimeError("no idea")


def probe(function: object, **how: float) -> probing.Probe:
    return probing.Probe(f"{__name__}.{function.__name__}", **how)  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def fresh():
    asked.clear()
    hanging.clear()
    state["there"] = True
    yield
    hanging.set()


def test_answer_is_good_for_a_while():
    there, passing = probe(answer), probe(answer, fresh=0.0)
    assert [there.ask() for _ in range(5)] == [True] * 5
    assert len(asked) == 1
    assert passing.ask()
    state["there"] = False
    assert there.ask()
    assert not passing.ask()


def test_question_that_hangs_is_asked_once_and_means_no(monkeypatch):
    monkeypatch.setattr(probing, "PATIENCE", 0.01)
    there = probe(hang)
    assert [there.ask() for _ in range(20)] == [False] * 20
    assert len(asked) == 1
    hanging.set()
    monkeypatch.setattr(probing, "PATIENCE", 5.0)
    assert there.ask()


def test_good_answer_outlasts_a_slow_question_but_not_for_ever(monkeypatch):
    monkeypatch.setattr(probing, "PATIENCE", 0.01)
    monkeypatch.setattr(probing, "FRESH", 0.0)
    there = probe(hang)
    hanging.set()
    while not there.ask():
        pass
    hanging.clear()
    assert there.ask()
    monkeypatch.setattr(probing, "STALE", 0.0)
    assert not there.ask()


def test_question_that_fails_means_no():
    assert not probe(fail).ask()
