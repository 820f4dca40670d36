"""One child, from its start to its end: what it says is bounded, what it makes is taken as it comes."""

import sys
import time

import pytest

from catalog import children, work

SLEEP = "import sys, time; print('ready', flush=True); time.sleep(60)"


def run(code: str, *, limit_s: float = 20, take=None) -> children.Ended:
    return children.run([sys.executable, "-c", code], limit_s=limit_s, take=take)


def test_child_is_told_of_as_it_ended():
    ended = run("import sys; print('out'); print('wrong', file=sys.stderr); sys.exit(3)")
    assert (ended.code, ended.output, ended.errors) == (3, "out\n", "wrong\n")


def test_output_is_taken_as_it_comes():
    taken = []
    ended = run("import os\nfor _ in range(300): os.write(1, bytes(10_000))", take=taken.append)
    assert (ended.code, ended.output, sum(map(len, taken))) == (0, "", 3_000_000)


def test_child_that_says_no_end_of_words_costs_no_memory():
    said = "for number in range(100_000): print(f'line {number}', file=sys.stderr)"
    ended = run(f"import sys\n{said}")
    assert len(ended.errors) <= children.KEPT
    assert ended.errors.startswith("line 0\n")
    assert ended.errors.endswith("line 99999\n")


def test_child_that_takes_too_long_is_killed():
    began = time.monotonic()
    with pytest.raises(work.Failed, match="It took longer than 1 s"):
        run(SLEEP, limit_s=1)
    assert time.monotonic() - began < 20


def test_child_is_killed_where_its_output_is_not_wanted():
    began = time.monotonic()
    with pytest.raises(ValueError, match="ready"):
        run(SLEEP, take=lambda piece: (_ for _ in ()).throw(ValueError(piece.decode())))
    assert time.monotonic() - began < 20


def test_child_that_closes_its_output_is_still_waited_for():
    assert run("import os, sys, time; os.close(1); os.close(2); time.sleep(0.5); os._exit(7)").code == 7
