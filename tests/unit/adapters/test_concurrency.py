"""Claims: a good server is used to the full after a few rounds, one in trouble gets fewer calls, none is starved."""

import anyio
import anyio.lowlevel
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mist_ci.adapters.providers.concurrency import Concurrency, Places


def round_of(concurrency: Concurrency, now_s: float, latency_s: float) -> float:
    """As many calls as fit, all begun now; when they are back."""
    for _ in range(int(concurrency.limit)):
        concurrency.answered(now_s, now_s + latency_s)
    return now_s + latency_s


def test_it_starts_small_and_doubles_until_the_ceiling() -> None:
    concurrency, now_s, limits = Concurrency(64), 0.0, []
    for _ in range(5):
        limits.append(int(concurrency.limit))
        now_s = round_of(concurrency, now_s, 0.05)
    assert limits == [8, 16, 32, 64, 64]


@pytest.mark.parametrize(("ceiling", "start"), [(1, 1), (4, 4), (8, 8), (64, 8), (512, 64)])
def test_it_never_starts_above_the_ceiling(ceiling: int, start: int) -> None:
    assert Concurrency(ceiling).limit == start


def test_one_fault_of_calls_that_were_under_way_together_halves_once() -> None:
    concurrency = Concurrency(64)
    concurrency.limit, now_s = 32, 1.0
    for _ in range(20):
        concurrency.troubled(now_s, now_s + 0.1)
    assert concurrency.limit == 16
    concurrency.troubled(now_s + 0.2, now_s + 0.3)
    assert concurrency.limit == 8


def test_after_trouble_it_grows_again_slowly() -> None:
    concurrency, now_s = Concurrency(64), 0.0
    for _ in range(4):
        now_s = round_of(concurrency, now_s, 0.05)
    concurrency.troubled(now_s, now_s + 0.01)
    now_s, limits = now_s + 0.02, [concurrency.limit]
    for _ in range(20):
        now_s = round_of(concurrency, now_s, 0.05)
        limits.append(concurrency.limit)
    assert limits[0] == 32
    assert limits[1] <= 32 * 1.125
    assert limits == sorted(limits)
    assert limits[-1] == 64


def served(slots: int, ceiling: int, rounds: int) -> list[int]:
    """Limits over time at a server with so many slots of 0.1 s, where the others queue."""
    concurrency, now_s, limits = Concurrency(ceiling), 0.0, []
    for _ in range(rounds):
        limits.append(int(concurrency.limit))
        now_s = round_of(concurrency, now_s, 0.1 * max(1.0, concurrency.limit / slots))
    return limits


def test_where_calls_only_queue_the_limit_stays_near_what_the_server_can_do() -> None:
    limits = served(slots=16, ceiling=128, rounds=200)
    assert max(limits[20:]) <= 16 * 5
    assert min(limits[20:]) >= 16


def test_answers_that_are_just_longer_do_not_throttle_for_ever() -> None:
    concurrency, now_s = Concurrency(64), 0.0
    for _ in range(6):
        now_s = round_of(concurrency, now_s, 0.1)
    for _ in range(60):
        now_s = round_of(concurrency, now_s, 1.0)  # ten times as long, whatever the load
    assert concurrency.limit == 64


@given(st.lists(st.tuples(st.booleans(), st.floats(0, 100)), max_size=200), st.integers(1, 512))
def test_whatever_happens_somebody_may_call_and_nobody_beyond_the_ceiling(
    events: list[tuple[bool, float]], ceiling: int
) -> None:
    concurrency, now_s = Concurrency(ceiling), 0.0
    for went_well, latency_s in events:
        (concurrency.answered if went_well else concurrency.troubled)(now_s, now_s + latency_s)
        now_s += latency_s / 2
        assert 1 <= concurrency.limit <= ceiling


def test_places_go_in_the_order_of_asking_and_a_caller_that_gives_up_leaves_none_behind() -> None:
    async def play() -> list[int]:
        places, entered = Places(Concurrency(1)), list[int]()

        async def call(number: int) -> None:
            await places.enter()
            entered.append(number)
            await anyio.lowlevel.checkpoint()
            places.leave()

        await places.enter()
        async with anyio.create_task_group() as group:
            group.start_soon(call, 0)
            await anyio.lowlevel.checkpoint()
            with anyio.move_on_after(0.01):
                await places.enter()
            for number in (1, 2):
                group.start_soon(call, number)
                await anyio.lowlevel.checkpoint()
            places.leave()
        await places.enter()  # it is free again
        return entered

    assert anyio.run(play) == [0, 1, 2]
