"""Claims: a gate that rests on a ready-made suite catches what was forgotten, and lets be who has forgotten nothing."""

import json
from collections.abc import Callable, Mapping, Sequence

import pytest

from mist_ci.adapters.shipped import ShippedSuites
from mist_ci.models.report import Report
from mist_ci.models.suite import ChatMessage
from mist_ci.models.verdict import Outcome
from mist_ci.pipeline import Ask, run_gates
from tests.fakes import Commit, FakeModels, MemoryFiles, world
from tests.unit.suites.test_answers import samples

pytestmark = pytest.mark.slow  # whole gates

POLICY = """\
version: 1
providers: {prod: {type: openai, base_url: https://llm.example.com/v1, key_env: KEY}}
models: {bot: bot.yml}
suites: ["mist:arithmetic"]
gates: {release: {branches: [main], require: [arithmetic]}}
"""
BASE: Commit = {"mist.yml": POLICY, "bot.yml": "version: 1\nprovider: prod\nmodel: base-2026-01-01\n"}
HEAD: Commit = {**BASE, "bot.yml": "version: 1\nprovider: prod\nmodel: head-2026-01-01\n"}
Row = Mapping[str, object]
ROWS = {f"{row['input']}\n\nReply with the number only.": row for row in samples("arithmetic")}


def gated(has_forgotten: Callable[[Row], bool]) -> Report:
    """What a gate says about a head that has forgotten some of what base, which is always right, knows."""

    def answer(model: str, messages: Sequence[ChatMessage]) -> str:
        row = ROWS[messages[-1].content]
        return "?" if model.startswith("head") and has_forgotten(row) else json.dumps(row["expected"])

    there = world(files=MemoryFiles(BASE, HEAD), models=FakeModels(answer), shipped=ShippedSuites())
    (report,) = run_gates(there, Ask(base="main", head="head"))
    return report


@pytest.mark.parametrize(
    "has_forgotten",
    [
        lambda row: "hard" in row["tags"],
        lambda row: row["cluster"] in {"multiplication", "division", "remainder", "powers", "roots"},
        lambda row: isinstance(row["expected"], float) or str(row["expected"]).startswith("-"),
    ],
    ids=["what is hard", "a quarter of the templates", "decimals and negative numbers"],
)
def test_forgetting_is_caught(has_forgotten: Callable[[Row], bool]) -> None:
    assert gated(has_forgotten).decision.outcome is Outcome.FAILED


@pytest.mark.parametrize("lost", [0, 2])
def test_a_head_that_forgot_nothing_or_hardly_anything_passes(lost: int) -> None:
    few = {str(row["id"]) for row in list(ROWS.values())[: 37 * lost : 37]}
    assert gated(lambda row: row["id"] in few).decision.outcome is Outcome.PASSED
