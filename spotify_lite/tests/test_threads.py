"""The pool of threads: other calls go before patient ones, which are slow then and never starved."""

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest

from spotify_lite import threads


def order_of(submit: Callable[[threads.Threads, Callable[[str], Callable[[], None]]], list[Any]]) -> list[str]:
    """Return the order in which one thread ran what was submitted while it was held."""
    ran: list[str] = []
    held = threading.Event()

    async def main() -> None:
        pool = threads.Threads(asyncio.get_running_loop(), number=1)
        first = pool.run(lambda: held.wait(10))
        results = submit(pool, lambda name: lambda: ran.append(name))
        held.set()
        await asyncio.gather(first, *results)

    asyncio.run(main())
    return ran


def test_calls_run_in_the_order_that_they_came() -> None:
    assert order_of(lambda pool, call: [pool.run(call(name)) for name in "abc"]) == ["a", "b", "c"]


def test_other_calls_go_before_patient_ones_that_are_not_starved() -> None:
    ran = order_of(
        lambda pool, call: (
            [pool.run(call(f"patient {number}"), patient=True) for number in range(6)]
            + [pool.run(call("other")) for _ in range(8)]
        )
    )
    assert len(ran) == 14
    assert ran[:8].count("other") == 6, "three of four, while both wait"
    assert [name for name in ran if name != "other"] == [f"patient {number}" for number in range(6)]


def test_a_full_queue_of_patient_calls_refuses_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "WAITING", 2)

    def submit(pool: threads.Threads, call: Callable[[str], Callable[[], None]]) -> list[Any]:
        results = [pool.run(call("patient"), patient=True) for _ in range(2)]
        with pytest.raises(threads.Full):
            pool.run(call("patient"), patient=True)
        return [*results, pool.run(call("other"))]

    assert sorted(order_of(submit)) == ["other", "patient", "patient"]


def test_calls_that_are_large_are_refused_before_they_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "WAITING_BYTES", 100)

    def submit(pool: threads.Threads, call: Callable[[str], Callable[[], None]]) -> list[Any]:
        results = [pool.run(call(f"patient {size}"), patient=True, size=size) for size in (60, 40)]
        with pytest.raises(threads.Full):
            pool.admit(patient=True)
        pool.admit()
        return results

    assert order_of(submit) == ["patient 60", "patient 40"]


@pytest.mark.parametrize(("number", "at_once"), [(1, 1), (2, 1), (4, 1), (8, 3)])
def test_patient_calls_that_all_wait_leave_threads_to_others(number: int, at_once: int) -> None:
    """Positions wait for their commit: when that stood still, all threads stood with it, and plays behind them."""
    leave, running, others = threading.Event(), threading.Semaphore(0), min(1, number - 1)

    async def main() -> None:
        pool = threads.Threads(asyncio.get_running_loop(), number=number)

        def stand(place: int) -> int:
            running.release()
            assert leave.wait(10)
            return place

        patient = [pool.run(lambda place=place: stand(place), patient=True) for place in range(20)]
        for _ in range(at_once):
            assert await asyncio.to_thread(running.acquire, timeout=10)
        assert await asyncio.gather(*(pool.run(lambda: "other") for _ in range(5 * others))) == ["other"] * 5 * others
        assert not running.acquire(blocking=False), "and no more of them have begun"
        leave.set()
        assert await asyncio.gather(*patient) == list(range(20))
        assert await asyncio.gather(*(pool.run(lambda: "other") for _ in range(5))) == ["other"] * 5

    asyncio.run(main())


def test_an_error_is_raised_where_the_result_is_awaited() -> None:
    async def main() -> None:
        pool = threads.Threads(asyncio.get_running_loop(), number=2)
        with pytest.raises(ZeroDivisionError):
            await pool.run(lambda: 1 // 0)
        assert await pool.run(lambda: 5) == 5

    asyncio.run(main())
