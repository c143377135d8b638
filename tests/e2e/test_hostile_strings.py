"""Claims: two hundred thousand hostile strings come out inert wherever text leaves, 25,000 through each way out."""

from collections.abc import Callable, Sequence

import pytest

from tests.unit.report.flooding import SINKS, hostile_strings


@pytest.mark.parametrize("push", SINKS)
def test_two_hundred_thousand_hostile_strings_come_out_inert(push: Callable[[Sequence[str]], None]) -> None:
    for texts in hostile_strings(200_000 // len(SINKS), seed=20_240_229):
        push(texts)
