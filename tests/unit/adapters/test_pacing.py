"""Claims: what a provider allows per minute is kept by all its calls together, and so is a pause that it asks for."""

from collections.abc import Mapping
from datetime import UTC, datetime

import anyio
import pytest

from mist_ci.adapters.providers.pacing import LONGEST_PAUSE_S, TOKEN_BURST_S, Pacer
from mist_ci.adapters.providers.ratelimits import pause_s
from mist_ci.models.config import Limits

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def waits(limits: Limits, *steps: object) -> list[float]:
    """The waits of calls (numbers are their tokens), between `pause` (a tuple) and `settle` (a dict) steps.

    Nobody really waits, so each call is that much further behind.
    """
    told: list[float] = []

    async def sleep(seconds: float) -> None:
        told.append(round(seconds, 1))

    async def play() -> None:
        pacer = Pacer(limits, sleep)
        for step in steps:
            if isinstance(step, tuple):
                pacer.pause(*step)
            elif isinstance(step, dict):
                pacer.settle(**step)
            else:
                before = len(told)
                await pacer.wait(int(str(step)))
                if len(told) == before:
                    told.append(0.0)

    anyio.run(play)
    return told


def test_without_limits_nobody_waits() -> None:
    assert waits(Limits(), 10**6, 10**6) == [0, 0]


def test_tokens_of_ten_seconds_may_be_taken_at_once_and_then_each_call_waits_for_its_own() -> None:
    assert waits(Limits(tpm=6000), 1000, 1000, 1000, 500) == [0, 0, TOKEN_BURST_S, 20]


def test_tokens_that_a_call_did_not_need_are_given_back_and_those_beyond_are_taken() -> None:
    cheap = {"expected": 1000, "used": 100}
    dear = {"expected": 1000, "used": 2000}
    assert waits(Limits(tpm=6000), 1000, 1000, cheap, 1000) == [0, 0, 1]
    assert waits(Limits(tpm=6000), 1000, dear, 1000) == [0, 10]


def test_a_call_larger_than_a_minute_of_tokens_still_gets_its_turn() -> None:
    assert waits(Limits(tpm=60), 600, 1) == [0, 590]


def test_a_pause_holds_for_every_call_and_not_for_ever() -> None:
    assert waits(Limits(), (5.0,), 1, 1) == [5, 5]
    assert waits(Limits(), (3600.0,), 1) == [LONGEST_PAUSE_S]


def test_who_has_waited_as_long_himself_does_not_wait_twice() -> None:
    async def play() -> None:
        pacer = Pacer(Limits(), anyio.sleep)
        pacer.pause(30.0)
        with anyio.fail_after(5):
            await pacer.wait(0, anyio.current_time() + 31)

    anyio.run(play)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 0),
        ({"retry-after": "7"}, 7),
        ({"retry-after-ms": "250"}, 0.25),
        ({"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "6m0s"}, 360),
        ({"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "17ms"}, 0.017),
        ({"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "1.5"}, 1.5),
        ({"x-ratelimit-remaining-requests": "1", "x-ratelimit-reset-requests": "6m0s"}, 0),
        ({"x-ratelimit-remaining-tokens": "99", "x-ratelimit-reset-tokens": "2s"}, 2),
        ({"x-ratelimit-remaining-tokens": "100", "x-ratelimit-reset-tokens": "2s"}, 0),
        (
            {
                "anthropic-ratelimit-requests-remaining": "0",
                "anthropic-ratelimit-requests-reset": "2026-11-23T12:00:09Z",
            },
            9,
        ),
        ({"x-ratelimit-remaining-requests": "0"}, 0),
        ({"x-ratelimit-remaining-requests": "none", "x-ratelimit-reset-requests": "1s"}, 0),
        ({"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "soon"}, 0),
        ({"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "-5"}, 0),
        ({"x-ratelimit-remaining-requests": "nan", "x-ratelimit-reset-requests": "9"}, 0),
    ],
)
def test_what_is_left_of_the_limits_is_read_as_vendors_write_it(
    headers: Mapping[str, str], seconds: float
) -> None:
    assert pause_s(headers, 100, lambda: NOW) == pytest.approx(seconds)
