"""Claims: the public worked example of a gate comes out to 1e-5, from score pairs to the exit code."""

import json
from pathlib import Path
from typing import Any

import pytest

from mist_ci.errors import ExitCode
from mist_ci.models.suite import Role, Suite
from mist_ci.models.verdict import Decision, Outcome, State, Verdict
from tests.unit.gate.building import Pair, decide_suites, make_suite, only_suite, outcomes, suite_verdicts

VECTORS: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "data" / "gate-vectors.json").read_text(encoding="utf-8")
)
WORKED = VECTORS["gate/worked"]
INPUTS = {
    "support-qa": "bin/improved",
    "math": "bin/real_drop",
    "coding": "bin/large_pass",
    "safety": "bin/no_discordance_60",
    "tone-rubric": "t/graded24",
}
SUITES = {suite["name"]: suite for suite in WORKED["suites"]}
MARGINS = {"verdict_m05": 0.05, "verdict_m02": 0.02}


def close(expected: object) -> Any:
    return pytest.approx(expected, abs=1e-5, rel=1e-5)


def pairs_of(vector: str) -> list[Pair]:
    given = VECTORS[vector]["input"]
    if "D" in given:
        return [(0.75, 0.75 + difference) for difference in given["D"]]
    return outcomes(given["n"], given["gain"], given["loss"], wrong=given["n"] // 20)


def clusters_of(vector: str) -> list[str] | None:
    labels = VECTORS[vector]["input"].get("clusters")
    return None if labels is None else [str(label) for label in labels]


def worked_suite(name: str) -> tuple[Suite, list[Pair]]:
    pairs = pairs_of(INPUTS[name])
    role = Role(SUITES[name]["role"])
    return make_suite(name, len(pairs), role, margin=SUITES[name]["margin"]), pairs


@pytest.fixture(scope="module")
def worked() -> Decision:
    return decide_suites([worked_suite(name) for name in INPUTS])


@pytest.mark.parametrize("name", SUITES)
def test_each_worked_suite_has_its_interval_its_p_values_and_its_verdict(worked: Decision, name: str) -> None:
    expect, suite = SUITES[name], suite_verdicts(worked)[name]
    found = suite.numbers.interval
    assert found is not None
    assert (found.n, found.method) == (expect["n"], expect["method"])
    assert (found.estimate, found.low, found.high) == close((expect["est"], expect["L"], expect["U"]))
    assert (found.p_regressed, found.p_improved) == close((expect["p_reg"], expect["p_imp"]))
    assert (suite.p_regressed_holm, suite.p_improved_holm) == close(
        (expect["p_reg_holm"], expect["p_imp_holm"])
    )
    assert suite.verdict == expect["verdict"]


def test_the_worked_overall_hypothesis_leaves_the_target_out_and_regresses(worked: Decision) -> None:
    overall, expect = worked.models[0].overall, WORKED["overall"]
    assert overall is not None
    numbers = overall.numbers
    assert numbers.suites == len([suite for suite in WORKED["suites"] if suite["role"] != "target"])
    assert (numbers.estimate, numbers.low, numbers.high) == close((expect["delta"], expect["L"], expect["U"]))
    assert (numbers.p_regressed, overall.p_regressed_holm) == close((expect["p_reg"], expect["p_reg_holm"]))
    assert overall.verdict == expect["verdict"]


def test_the_worked_gate_fails_with_exit_code_1(worked: Decision) -> None:
    assert worked.outcome is Outcome.FAILED
    assert worked.outcome.state is State(WORKED["check"])
    assert worked.outcome.exit_code is ExitCode.FAILED


def test_the_worked_gate_names_the_worst_regression_first(worked: Decision) -> None:
    assert worked.reasons[0] == "2 suites regressed: tone-rubric −8.8, math −7.2 points"
    assert "old skills lost 4.1 points on average over 4 suites" in worked.reasons


@pytest.mark.parametrize(
    ("vector", "field"),
    [
        (name, field)
        for name, vector in VECTORS.items()
        if name.startswith(("bin/", "t/"))
        for field in MARGINS
        if field in vector["expect"]
    ],
)
def test_a_suite_alone_gets_the_verdict_of_its_vector_at_each_margin(vector: str, field: str) -> None:
    pairs = pairs_of(vector)
    suite = make_suite("alone", len(pairs), margin=MARGINS[field], clusters=clusters_of(vector))
    found = only_suite(decide_suites([(suite, pairs)]))
    assert found.verdict is Verdict(VECTORS[vector]["expect"][field])
    assert found.p_regressed_holm == close(VECTORS[vector]["expect"]["p_reg"])
