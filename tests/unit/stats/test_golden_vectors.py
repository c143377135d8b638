"""Every public golden vector that this room computes, to 1e-5."""

import json
from pathlib import Path
from typing import Any

import pytest

from mist_ci.stats import (
    Interval,
    critical_z,
    guarded_mean,
    holm_adjusted,
    imputed_interval,
    mcnemar_midp,
    minimum_detectable_effect,
    n_required,
    nominal_alpha,
    obf_boundaries,
    obf_spent,
    overall_interval,
    paired_interval,
    tango_bounds,
    tango_z,
    wilson_interval,
)

VECTORS: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "data" / "gate-vectors.json").read_text(encoding="utf-8")
)
WORKED_INPUTS = {
    "support-qa": "bin/improved",
    "math": "bin/real_drop",
    "coding": "bin/large_pass",
    "safety": "bin/no_discordance_60",
    "tone-rubric": "t/graded24",
}
QUARTERS = (0.25, 0.5, 0.75, 1.0)


def named(prefix: str) -> list[str]:
    names = [name for name in VECTORS if name.startswith(prefix)]
    assert names
    return names


def close(expected: object) -> Any:
    return pytest.approx(expected, abs=1e-5, rel=1e-5)


def differences_of(given: dict[str, Any]) -> list[float]:
    if "D" in given:
        return [float(d) for d in given["D"]]
    rest = given["n"] - given["gain"] - given["loss"]
    return [1.0] * given["gain"] + [-1.0] * given["loss"] + [0.0] * rest


def interval_of(name: str) -> Interval:
    given = VECTORS[name]["input"]
    return paired_interval(differences_of(given), alpha=given["alpha"], clusters=given.get("clusters"))


@pytest.mark.parametrize("name", [*named("bin/"), *named("t/")])
def test_suite_vectors(name: str) -> None:
    expect, found = VECTORS[name]["expect"], interval_of(name)
    assert found.estimate == close(expect["est"])
    assert (found.low, found.high) == close((expect["L"], expect["U"]))
    assert (found.p_regressed, found.p_improved) == close((expect["p_reg"], expect["p_imp"]))


@pytest.mark.parametrize("name", named("bin/"))
def test_binary_vectors_use_tango_and_show_mcnemar(name: str) -> None:
    expect = VECTORS[name]["expect"]
    gains, losses, n = expect["gain"], expect["loss"], expect["n"]
    assert interval_of(name).method == "tango"
    assert interval_of(name).n == n
    assert tango_z(gains, losses, n, 0.0) == close(expect["z0"])
    assert mcnemar_midp(gains, losses) == close(expect["mcnemar_midp_1s"])


@pytest.mark.parametrize("name", named("t/"))
def test_t_vectors_expose_centre_error_and_degrees_of_freedom(name: str) -> None:
    given, expect = VECTORS[name]["input"], VECTORS[name]["expect"]
    mean = guarded_mean(differences_of(given), clusters=given["clusters"])
    assert (mean.center, mean.se, mean.df) == close((expect["center"], expect["se"], expect["df"]))
    assert interval_of(name).method == expect["method"]
    assert interval_of(name).se == mean.se


@pytest.mark.parametrize("suite", VECTORS["gate/worked"]["suites"], ids=lambda suite: suite["name"])
def test_worked_suites(suite: dict[str, Any]) -> None:
    found = interval_of(WORKED_INPUTS[suite["name"]])
    assert (found.n, found.method) == (suite["n"], suite["method"])
    assert (found.low, found.high) == close((suite["L"], suite["U"]))
    assert (found.p_regressed, found.p_improved) == close((suite["p_reg"], suite["p_imp"]))
    assert found.se == close(suite["se_overall"])


def test_worked_overall_and_both_holm_families() -> None:
    worked = VECTORS["gate/worked"]
    intervals = {suite["name"]: interval_of(WORKED_INPUTS[suite["name"]]) for suite in worked["suites"]}
    kept = [intervals[suite["name"]] for suite in worked["suites"] if suite["role"] != "target"]
    overall, expect = overall_interval(kept, alpha=0.05), worked["overall"]
    assert (overall.estimate, overall.se, overall.p_regressed) == close(
        (expect["delta"], expect["se"], expect["p_reg"])
    )
    assert (overall.low, overall.high) == close((expect["L"], expect["U"]))
    regressed = holm_adjusted([*(i.p_regressed for i in intervals.values()), overall.p_regressed])
    assert regressed == close((*(suite["p_reg_holm"] for suite in worked["suites"]), expect["p_reg_holm"]))
    improved = holm_adjusted([i.p_improved for i in intervals.values()])
    assert improved == close(tuple(suite["p_imp_holm"] for suite in worked["suites"]))


@pytest.mark.parametrize("name", named("tango/"))
def test_published_tango_intervals(name: str) -> None:
    given = VECTORS[name]["input"]
    found = tango_bounds(given["gain"], given["loss"], given["n"], alpha=given["alpha"])
    assert [found.low, found.high] == close(VECTORS[name]["L_U"])


@pytest.mark.parametrize("name", named("seq/"))
def test_sequential_looks_get_their_statistics_at_zero_and_at_the_margin(name: str) -> None:
    given, expect = VECTORS[name]["input"], VECTORS[name]["expect"]
    counts = given["gain"], given["loss"], given["n"]
    assert tango_z(*counts, 0.0) == close(expect["z0"])
    assert tango_z(*counts, -given["margin"]) == close(expect["z_margin"])


@pytest.mark.parametrize("name", named("holm/"))
def test_holm_vectors(name: str) -> None:
    assert list(holm_adjusted(VECTORS[name]["input"])) == close(VECTORS[name]["expect"])


@pytest.mark.parametrize("name", named("overall/"))
def test_overall_vectors(name: str) -> None:
    expect = VECTORS[name]["expect"]
    suites = [Interval(100, d, -1.0, 1.0, se, 0.5, 0.5, "t") for d, se in VECTORS[name]["input"]]
    found = overall_interval(suites, alpha=0.05)
    assert (found.estimate, found.se) == close((expect["delta"], expect["se"]))
    assert found.p_regressed == close(expect["p_reg"])
    assert found.estimate / found.se == close(expect["z"])
    assert (found.low, found.high) == close((expect["L"], expect["U"]))


@pytest.mark.parametrize("name", named("obf/"))
def test_boundary_vectors(name: str) -> None:
    given, expect = VECTORS[name]["input"], VECTORS[name]
    alpha, times = given["alpha"], tuple(given["fractions"])
    assert list(obf_boundaries(alpha, times)) == close(expect["expect_z"])
    assert [obf_spent(alpha, time) for time in times] == close(expect["spend"])


@pytest.mark.parametrize("name", named("obf/"))
def test_boundary_vectors_agree_to_six_digits_at_the_inputs_that_they_round(name: str) -> None:
    given = VECTORS[name]["input"]
    alpha = 0.05 / round(0.05 / given["alpha"])
    looks = len(given["fractions"])
    times = tuple((look + 1) / looks for look in range(looks))
    assert list(obf_boundaries(alpha, times)) == pytest.approx(VECTORS[name]["expect_z"], abs=1e-6, rel=0.0)


@pytest.mark.parametrize("name", named("seq/"))
def test_look_vectors(name: str) -> None:
    given, expect = VECTORS[name]["input"], VECTORS[name]["expect"]
    gains, losses, n, look = given["gain"], given["loss"], given["n"], given["look"] - 1
    z, z_margin = (tango_z(gains, losses, n, shift) for shift in (0.0, -given["margin"]))
    assert (z, z_margin) == close((expect["z0"], expect["z_margin"]))
    for_pass = obf_boundaries(0.05, QUARTERS)[look]
    for_regress = obf_boundaries(0.05 / given["nhyp"], QUARTERS)[look]
    assert (for_regress, for_pass) == close((expect["bound_regress"], expect["bound_pass"]))
    low = tango_bounds(gains, losses, n, alpha=nominal_alpha(0.05, QUARTERS, look)).low
    level = nominal_alpha(0.05 / given["nhyp"], QUARTERS, look)
    high = tango_bounds(gains, losses, n, alpha=level).high
    assert (low, high) == close((expect["L_repeated"], expect["U_repeated"]))
    decision = "pass" if z_margin >= for_pass else "regressed" if z <= -for_regress else "continue"
    assert decision == expect["decision"]


@pytest.mark.parametrize("name", named("prop/"))
def test_wilson_vectors(name: str) -> None:
    given = VECTORS[name]["input"]
    found = wilson_interval(given["x"], given["n"], level=given["level"])
    assert [found.low, found.high] == close(VECTORS[name]["wilson"])


@pytest.mark.parametrize("name", named("nreq/"))
def test_required_items_vectors(name: str) -> None:
    assert n_required(**VECTORS[name]["input"]) == VECTORS[name]["n"]


@pytest.mark.parametrize("name", named("mde/"))
def test_detectable_effect_vectors(name: str) -> None:
    assert minimum_detectable_effect(**VECTORS[name]["input"]) == close(VECTORS[name]["mde"])


@pytest.mark.parametrize("name", named("missing/"))
def test_missing_score_vectors(name: str) -> None:
    expect = VECTORS[name]["expect"]
    found = imputed_interval([(base, head) for base, head in VECTORS[name]["input"]], alpha=0.05)
    assert (found.interval.n, found.both_missing) == (expect["n_used"], expect["n_both_missing"])
    assert (found.interval.low, found.interval.high) == close((expect["L_worst"], expect["U_best"]))
    assert found.interval.p_regressed == close(expect["p_reg_best"])
    assert (found.worst.estimate, found.best.estimate) == close((expect["est_worst"], expect["est_best"]))


@pytest.mark.parametrize(("n", "sd", "expected"), [(20, 0.39, 21.7), (100, 0.25, 6.2), (1000, 0.45, 3.5)])
def test_detectable_drops_match_the_planning_table(n: int, sd: float, expected: float) -> None:
    found = 100 * minimum_detectable_effect(n, sd, alpha=0.05, power=0.8)
    assert found == pytest.approx(expected, abs=0.05)
    assert critical_z(0.05) * sd / n**0.5 < found / 100
