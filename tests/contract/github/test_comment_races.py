"""Claims: runs that write at once leave one comment, and the newest verdict stands in it."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace

import pytest

from mist_ci.adapters.github import GitHub
from mist_ci.ports.code_host import CommentOutcome
from mist_ci.simulator import JOB_TOKEN, faults
from mist_ci.simulator.state import ACTIONS
from tests.contract.github.hosting import GATE, Hosted, Waits, body, order
from tests.contract.github.test_comments import sent

SETTLE_S = 0.125
PATIENCE_S = 10


def writer(host: Hosted, on_settling: Callable[[], object] | None = None) -> GitHub:
    """A run of its own; `on_settling` happens while it waits before its last look."""
    waits = Waits()

    def sleep(seconds: float) -> None:
        waits.sleep(seconds)
        if seconds == SETTLE_S and on_settling is not None:
            on_settling()

    manners = replace(waits.manners(), sleep=sleep)
    return GitHub("acme/models", JOB_TOKEN, host.fake.url, manners=manners, settle_s=SETTLE_S)


def write(host: Hosted, run: int, github: GitHub | None = None) -> CommentOutcome:
    with github or writer(host) as client:
        return client.upsert_comment(1, GATE, body(f"verdict of {run}"), order(run))


@pytest.mark.parametrize("runs", [(1, 2), (2, 1), (4, 1, 3, 2)], ids=str)
def test_runs_that_all_create_leave_the_newest(host: Hosted, runs: tuple[int, ...]) -> None:
    """No POST is carried out before every run has seen that there is no comment yet."""
    everybody = threading.Barrier(len(runs), timeout=PATIENCE_S)
    host.fake.faults.add(faults.Fault(wait=everybody.wait), method="POST", path="/comments$", times=len(runs))
    with ThreadPoolExecutor(len(runs)) as pool:
        outcomes = dict(zip(runs, pool.map(lambda run: write(host, run), runs), strict=True))
    assert host.bodies() == [sent(f"verdict of {max(runs)}", max(runs))]
    assert outcomes[max(runs)] is CommentOutcome.CREATED


def test_an_older_run_that_updates_last_does_not_win(host: Hosted) -> None:
    """The older one looks, the newer one updates, and the older one's update arrives before the last look."""
    host.fake.state.add_comment(1, sent("verdict of 1", 1), ACTIONS)
    arrived, free = threading.Event(), threading.Event()
    host.fake.faults.add(faults.hold(free, arrived), method="PATCH")
    with ThreadPoolExecutor(2) as pool:
        older: Future[CommentOutcome] = pool.submit(write, host, 2)
        assert arrived.wait(PATIENCE_S)

        def let_the_older_one_through() -> None:
            if free.is_set():
                return
            free.set()
            _until(lambda: sent("verdict of 2", 2) in host.bodies())

        newer = write(host, 3, writer(host, let_the_older_one_through))
        assert older.result(PATIENCE_S) is not None
    assert newer is CommentOutcome.UPDATED
    assert host.bodies() == [sent("verdict of 3", 3)]


def test_a_newer_run_that_comes_in_between_is_not_overwritten_after_a_wait(host: Hosted) -> None:
    """A minute's wait for a secondary limit: the write is not repeated before another look."""
    host.fake.state.add_comment(1, sent("verdict of 1", 1), ACTIONS)
    host.fake.faults.add(faults.secondary_limit(), method="PATCH")
    waits = Waits()

    def sleep(seconds: float) -> None:
        waits.sleep(seconds)
        if seconds >= 60:
            write(host, 3)

    manners = replace(waits.manners(), sleep=sleep)
    older = GitHub("acme/models", JOB_TOKEN, host.fake.url, manners=manners)
    assert write(host, 2, older) is CommentOutcome.NEWER_EXISTS
    assert host.bodies() == [sent("verdict of 3", 3)]


def test_a_newer_run_takes_over_what_an_older_one_has_just_created(host: Hosted) -> None:
    created, free = threading.Event(), threading.Event()
    host.fake.faults.add(faults.Fault(), method="GET", path="/comments$")
    host.fake.faults.add(faults.hold(free, created), method="GET", path="/comments$")
    with ThreadPoolExecutor(1) as pool:
        older = pool.submit(write, host, 2)
        assert created.wait(PATIENCE_S)
        assert write(host, 3) is CommentOutcome.UPDATED
        free.set()
        assert older.result(PATIENCE_S) is CommentOutcome.NEWER_EXISTS
    assert host.bodies() == [sent("verdict of 3", 3)]


def test_an_older_one_does_not_delete_a_duplicate_that_a_newer_run_has_taken(host: Hosted) -> None:
    """It looks at the comment once more before it deletes it."""
    taken = host.fake.state.add_comment(1, sent("verdict of 1", 1), ACTIONS)
    host.fake.state.add_comment(1, sent("verdict of 2", 2), ACTIONS)

    def take() -> None:
        taken.body = sent("verdict of 9", 9)

    host.fake.faults.add(faults.Fault(wait=take), method="GET", path=f"/comments/{taken.id}$")
    assert write(host, 3) is CommentOutcome.NEWER_EXISTS
    assert sent("verdict of 9", 9) in host.bodies()


@pytest.mark.parametrize("starts_empty", [True, False])
def test_many_runs_one_after_the_other_and_at_once_leave_one_comment(
    host: Hosted, starts_empty: bool
) -> None:
    host.fake.state.writes_per_minute = 10_000
    if not starts_empty:
        host.fake.state.add_comment(1, sent("verdict of 0", 0), ACTIONS)
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda run: write(host, run), [3, 6, 1, 5, 2, 4]))
    write(host, 7)
    assert host.bodies() == [sent("verdict of 7", 7)]


def _until(condition: Callable[[], bool]) -> None:
    pause = threading.Event()
    for _ in range(PATIENCE_S * 100):
        if condition():
            return
        pause.wait(0.01)
    raise AssertionError("it never happened")
