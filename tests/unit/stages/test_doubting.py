"""Claims about stored answers of names that somebody can point at another model."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from mist_ci.models.attempt import Side
from mist_ci.models.config import Provider
from mist_ci.models.modelref import ModelReference
from mist_ci.models.suite import Sample, Suite
from tests.fakes import world
from tests.unit.gate.building import make_change, make_suite
from tests.unit.scripted import Script, stage

DATED = ModelReference(version=1, provider="local", model="gpt-4o-mini-2024-07-18")
LATELY = world().clock.now() - timedelta(days=1)


def right(_side: Side, _suite: Suite, _sample: Sample, _number: int) -> float:
    return 1.0


def yesterday(_side: Side, _sample: Sample, _number: int) -> datetime:
    return LATELY


@pytest.mark.parametrize(
    ("kind", "probed"),
    [
        ({"type": "openai"}, 0),
        ({"type": "azure", "base_url": "https://acme.openai.azure.com/openai/v1"}, 60),
        ({"type": "command", "command": ("answer",)}, 60),
    ],
)
def test_a_deployment_with_a_dated_name_is_asked_again_like_an_alias(
    kind: dict[str, Any], probed: int
) -> None:
    change = make_change(head=DATED).model_copy(update={"base": DATED})
    script = Script(right, stored=yesterday)
    one = replace(stage(script, change=change), providers={"local": Provider.model_validate(kind)})
    one.compare([make_suite("skill", 100)], [])
    assert len(script.asked) == probed, "30 of each side"


def test_so_is_one_that_judges() -> None:
    change = make_change(head=DATED).model_copy(update={"base": DATED})
    suite = make_suite("skill", 100)
    judge = suite.graders[0].model_copy(update={"options": {"provider": "judges"}, "asks": DATED.model})
    script = Script(right, stored=yesterday)
    places = {
        "local": Provider.model_validate({"type": "openai"}),
        "judges": Provider.model_validate({"type": "command", "command": ("judge",)}),
    }
    one = replace(stage(script, change=change), providers=places)
    one.compare([suite.model_copy(update={"graders": (judge,)})], [])
    assert len(script.asked) == 60
