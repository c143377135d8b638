"""Claims: looking ahead asks no model and keeps nothing, counts what the gate would ask, and warns in time."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from mist_ci.errors import Code, ConfigError
from mist_ci.matchspec import load, read
from mist_ci.models.calibration import CALIBRATION_FILE
from mist_ci.models.outlook import EarlierSuite, Outlay, Outlook, Range
from mist_ci.pipeline import Ask, find_cases, run_gates
from mist_ci.planning import Case, read_policy, read_reference
from mist_ci.ports.no_results import NoResults
from mist_ci.stages import outlook_of_change, outlook_of_files
from tests.fakes import Commit, FakeModels, InlineExecutor, MemoryFiles, MemoryTree, jsonl, world

POLICY = """\
version: 1
providers:
  prod:
    type: openai
    base_url: https://llm.example.com/v1
    key_env: PROD_KEY
    prices: {input_per_mtok: 10, output_per_mtok: 100, as_of: 2026-11-01}
models: {bot: models/bot.yml}
suites: [suites/*.yml]
gates:
  release: {branches: [main]}
"""
REFERENCE = "version: 1\nprovider: prod\nmodel: good-1\nparameters: {temperature: 0, max_tokens: 8}\n"
SUITE = "version: 1\nname: double\ngraders: [exact]\ndata: double.jsonl\n"


def samples(number: int) -> str:
    return jsonl(f'{{"input": "Double {n} please.", "expected": "{2 * n}"}}' for n in range(number))


BASE: Commit = {
    "mist.yml": POLICY,
    "models/bot.yml": REFERENCE,
    "suites/double.yml": SUITE,
    "suites/double.jsonl": samples(120),
}
MOVED = {"models/bot.yml": REFERENCE.replace("good-1", "good-2")}


def of_change(change: Commit, base: Commit = BASE) -> Outlook:
    looking = replace(world(files=MemoryFiles(base, {**base, **change})), results=NoResults())
    event, cases = find_cases(looking, Ask("main", "head"))
    (case,) = cases
    return outlook_of_change(looking, event, case)


def of_files(files: Commit = BASE) -> Outlook:
    tree = MemoryTree(files)
    return outlook_of_files(world(), tree, Case("release", "mist.yml", read_policy(tree, "mist.yml")))


def measured(changes: Mapping[str, object] | None = None) -> Commit:
    """A calibration of the suite and the model in use, as `calibrate` would have written it."""
    suite = {
        "suite": "double",
        "suite_digest": digest_of(BASE),
        "reference": "models/bot.yml",
        "model": "good-1",
        "model_digest": "sha256:" + "0" * 64,
        "measured_on": "2026-11-19",
        "samples": 120,
        "attempts": 5,
        "missing": 0,
        "pass_fail": True,
        "mean": 0.8,
        "noise_floor": 0.05,
        "within_variance": 0.05,
        "sd_noise": 0.316,
        "tokens_in": 20.0,
        "tokens_out": 2.5,
        "alone": {"splits": 200, "base_attempts": 1, "head_attempts": 1, "regressed": 2, "not_proven": 80},
    }
    tree = MemoryTree(BASE)
    policy = read_policy(tree, "mist.yml")
    assert policy is not None
    suite["model_digest"] = read_reference(tree, "models/bot.yml", policy).digest
    text = json.dumps({"version": 1, "suites": [{**suite, **(changes or {})}], "gates": []})
    return {**BASE, CALIBRATION_FILE: text}


def digest_of(files: Commit) -> str:
    return load(read(MemoryTree(files), "suites/double.yml"), InlineExecutor()).digest


def said(lines: Sequence[str]) -> str:
    return "\n".join(lines)


def test_a_change_that_touches_nothing_asks_nothing() -> None:
    found = of_change({"README.md": "words"})
    assert (found.steps, found.models, found.total.calls) == ((), (), Range(least=0, most=0))


def test_the_plan_of_a_change_counts_the_calls_that_the_gate_then_makes() -> None:
    found = of_change(MOVED)
    models = FakeModels(lambda _model, messages: str(2 * int(messages[-1].content.split()[1])))
    run_gates(world(files=MemoryFiles(BASE, {**BASE, **MOVED}), models=models), Ask("main", "head"))
    assert found.total.calls == Range(least=len(models.asked), most=len(models.asked))
    assert [(step.kind.value, step.subject) for step in found.steps][-1] == ("evaluate", "bot")
    assert found.models[0].suites[0].prospects is not None


def test_tokens_and_dollars_are_a_range_up_to_max_tokens() -> None:
    total = of_change(MOVED).total
    calls = 240
    assert total.tokens_in == Range(least=3 * calls, most=3 * calls)  # three words each
    assert total.tokens_out == Range(least=0, most=8 * calls)
    assert total.usd_least == Decimal(3 * calls * 10) / 1_000_000
    assert total.usd_most == Decimal(3 * calls * 10 + 8 * calls * 100) / 1_000_000


def test_without_max_tokens_an_assumption_is_told_as_one() -> None:
    files = {**BASE, "models/bot.yml": REFERENCE.replace(", max_tokens: 8", "")}
    found = of_files(files)
    assert found.total.tokens_out.most == 512 * 240
    assert "from 0 to 512 tokens are assumed" in said(found.assumptions)


def test_large_suites_may_be_decided_after_a_third_and_escalation_is_in_the_maximum() -> None:
    text = SUITE + "attempts: {base: 2, head: 3}\n"
    found = of_files({**BASE, "suites/double.yml": text, "suites/double.jsonl": samples(200)})
    suite = found.models[0].suites[0]
    assert suite.base is not None
    assert suite.base.calls == Range(least=2 * 67, most=2 * 200)
    assert suite.head.calls == Range(least=3 * 67, most=3 * 200)
    assert "after a third" in said(found.assumptions)


def test_the_files_as_they_are_ask_every_model_on_both_sides() -> None:
    found = of_files()
    assert found.event is None
    assert found.total.calls == Range(least=240, most=240)
    assert found.models[0].base_model == found.models[0].head_model == "good-1"


def test_a_changed_suite_is_a_self_check_on_the_model_in_use() -> None:
    found = of_change({"suites/double.jsonl": samples(30)})
    assert [(one.suite, one.model, one.reason, one.outlay.calls.most) for one in found.extras] == [
        ("double", "bot", "self-check", 30)
    ]
    assert found.models == ()


def test_without_a_baseline_only_head_is_asked_and_nothing_can_be_proven() -> None:
    base = {path: text for path, text in BASE.items() if path != "models/bot.yml"}
    found = of_change({"models/bot.yml": REFERENCE}, base)
    (suite,) = found.models[0].suites
    assert (suite.base, suite.prospects, found.models[0].clean_blocked) == (None, None, None)
    assert found.total.calls.most == 120


def test_a_policy_that_only_head_has_is_not_gated_yet() -> None:
    assert of_change(BASE, {"README.md": "words"}).notices == (
        "not gated yet: the policy takes effect after the merge",
    )


@pytest.mark.parametrize(
    ("budget", "warning"),
    [
        (
            "0.001",
            "eval_usd allows $0.0010 and the least that this takes is $0.0072: the gate will ask nobody, and fail",
        ),
        ("0.05", "eval_usd allows $0.050, and this may take up to $0.20"),
        ("5", None),
    ],
)
def test_a_budget_that_is_too_small_is_told_before_it_stops_the_gate(
    budget: str, warning: str | None
) -> None:
    policy = POLICY.replace("branches: [main]", f"branches: [main], budgets: {{eval_usd: {budget}}}")
    warnings = said(of_files({**BASE, "mist.yml": policy}).warnings)
    assert warning in warnings if warning else "eval_usd" not in warnings


def test_an_unknown_price_is_unknown_and_under_a_budget_a_warning() -> None:
    prices = "    prices: {input_per_mtok: 10, output_per_mtok: 100, as_of: 2026-11-01}\n"
    free = {**BASE, "mist.yml": POLICY.replace(prices, "")}
    found = of_files(free)
    assert (found.total.usd_least, found.total.usd_most) == (None, None)
    assert "MC306" not in said(found.warnings)
    policy = POLICY.replace(prices, "").replace(
        "branches: [main]", "branches: [main], budgets: {eval_usd: 1}"
    )
    assert "the gate would end with MC306" in said(of_files({**BASE, "mist.yml": policy}).warnings)


def test_a_calibration_gives_the_length_of_answers_and_the_spread() -> None:
    found = of_files(measured())
    suite = found.models[0].suites[0]
    assert found.total.tokens_in == Range(least=20 * 240, most=20 * 240)
    assert found.total.tokens_out == Range(least=2 * 240, most=3 * 240)
    assert suite.prospects is not None
    assert suite.prospects.sd_basis == "calibrated"
    assert "calibrated on good-1 on 2026-11-19" in said(found.assumptions)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"suite_digest": "0" * 64}, "the suite has changed"),
        ({"model_digest": "sha256:" + "1" * 64}, "models/bot.yml has changed"),
    ],
)
def test_a_calibration_of_another_version_is_ignored_and_told(changes: dict[str, object], why: str) -> None:
    found = of_files(measured(changes))
    suite = found.models[0].suites[0]
    assert suite.prospects is not None
    assert suite.prospects.sd_basis == "assumed"
    assert f"the calibration of double from 2026-11-19 is out of date: {why}: it is ignored" in said(
        found.warnings
    )


def test_a_broken_calibration_is_an_error_with_its_place() -> None:
    with pytest.raises(ConfigError) as caught:
        of_files({**BASE, CALIBRATION_FILE: '{"version": 1, "suites": ['})
    assert caught.value.code == Code.SYNTAX
    with pytest.raises(ConfigError) as caught:
        of_files({**BASE, CALIBRATION_FILE: '{"version": 1, "suits": []}'})
    assert caught.value.code == Code.UNKNOWN_KEY


def test_the_base_branch_s_calibration_counts_and_head_cannot_bring_its_own() -> None:
    brought = {CALIBRATION_FILE: measured()[CALIBRATION_FILE]}
    assert "calibrated" not in said(of_change({**MOVED, **brought}).assumptions).replace("not calibrated", "")
    assert "calibrated on good-1" in said(of_change(MOVED, measured()).assumptions)


def test_models_without_a_suite_are_an_error_as_in_the_gate() -> None:
    with pytest.raises(ConfigError, match="no suite to compare them on"):
        of_files({**BASE, "mist.yml": POLICY.replace("suites: [suites/*.yml]\n", "")})


def test_an_earlier_run_gives_the_spread_as_it_was_and_the_length_of_answers() -> None:
    seen = EarlierSuite(
        suite="double",
        ran_on=date(2026, 11, 18),
        base_model="good-0",
        head_model="good-1",
        sd=0.25,
        tokens_in=21.0,
        tokens_out=3.0,
    )
    tree = MemoryTree(BASE)
    case = Case("release", "mist.yml", read_policy(tree, "mist.yml"))
    found = outlook_of_files(world(), tree, case, {("models/bot.yml", "double"): seen})
    told = found.models[0].suites[0].prospects
    assert told is not None
    assert (told.sd, told.sd_basis) == (0.25, "earlier run")
    assert found.total.tokens_out == Range(least=720, most=720)
    assert "sd 0.25, as between good-0 and good-1 in the run of 2026-11-18" in said(found.assumptions)
    other = outlook_of_files(world(), tree, case, {("models/other.yml", "double"): seen})
    assert "assumed" in said(other.assumptions)


@pytest.mark.slow
def test_targets_and_suites_with_a_floor_are_asked_whole() -> None:
    files = {**BASE, "suites/double.jsonl": samples(300)}
    for line, least in (("role: retain\n", 100), ("role: target\n", 300), ("floor: 0.5\n", 300)):
        found = of_files({**files, "suites/double.yml": SUITE + line})
        assert found.models[0].suites[0].head.calls == Range(least=least, most=300)
    policy = POLICY.replace("branches: [main]", "branches: [main], defaults: {sequential: none}")
    assert of_files({**files, "mist.yml": policy}).total.calls.least == 600


def test_escalation_is_in_the_maximum_only() -> None:
    found = of_files({**BASE, "suites/double.yml": SUITE + "attempts: {base: 5, head: 1, max_head: 3}\n"})
    assert found.total.calls == Range(least=6 * 120, most=8 * 120)


@pytest.mark.slow
def test_an_anchor_is_asked_as_often_as_base() -> None:
    anchored = {
        **BASE,
        "mist.yml": POLICY.replace("branches: [main]", "branches: [main], anchor: models/released.yml"),
        "models/released.yml": REFERENCE.replace("good-1", "good-0"),
    }
    found = of_change(MOVED, anchored)
    models = FakeModels(lambda _model, messages: str(2 * int(messages[-1].content.split()[1])))
    run_gates(world(files=MemoryFiles(anchored, {**anchored, **MOVED}), models=models), Ask("main", "head"))
    assert found.total.calls.most == len(models.asked) == 360
    assert found.models[0].anchor_model == "good-0"
    assert of_files(anchored).total.calls.most == 360


@pytest.mark.slow
def test_samples_that_only_head_has_are_counted_as_the_gate_asks_them() -> None:
    change = {**MOVED, "suites/double.jsonl": samples(150)}
    found = of_change(change)
    models = FakeModels(lambda _model, messages: str(2 * int(messages[-1].content.split()[1])))
    run_gates(world(files=MemoryFiles(BASE, {**BASE, **change}), models=models), Ask("main", "head"))
    assert [(one.reason, one.outlay.calls.most) for one in found.extras] == [
        ("self-check", 150),
        ("samples that only head has", 30),
    ]
    assert found.total.calls.most == len(models.asked)


def test_a_suite_that_another_runner_asks_takes_nothing_here() -> None:
    files = {**BASE, "suites/other.yml": "version: 1\nname: other\nimported: true\n"}
    found = of_files(files)
    other = next(one for one in found.models[0].suites if one.suite == "other")
    assert (other.imported, other.prospects, other.head.calls.most) == (True, None, 0)
    assert found.total.calls.most == 240
    assert not [told for told in found.warnings if told.startswith("other:")], (
        "how many there will be is not known"
    )


def test_a_suite_that_another_runner_asks_needs_results_of_the_anchor_as_well() -> None:
    files = {
        **BASE,
        "mist.yml": POLICY.replace("branches: [main]", "branches: [main], anchor: refs/tags/released"),
        "suites/other.yml": "version: 1\nname: other\nimported: true\n",
    }
    (told,) = (told for told in of_files(files).warnings if told.startswith("other:"))
    assert told.endswith("(--results anchor=FILE) the gate will end with an error")


JUDGED = SUITE.replace(
    "graders: [exact]",
    """primary: exact
graders:
  - exact
  - judge: {provider: prod, model: judge-2026-01-01, criteria: ["Kind?"], max_tokens: 50, structured: false}""",
)


def test_what_judges_take_is_in_the_figures_from_equal_answers_to_different_ones() -> None:
    files = {**BASE, "suites/double.yml": JUDGED}
    models = FakeModels(lambda model, _messages: f"{model} {len(models.asked)}")
    run_gates(world(files=MemoryFiles(files, {**files, **MOVED}), models=models), Ask("main", "head"))
    asked = sum(one.model == "judge-2026-01-01" for one in models.asked)
    found = of_change(MOVED, files)
    (judge,) = found.models[0].suites[0].judges
    assert (judge.grader, judge.model) == ("judge", "judge-2026-01-01")
    # No reply could be read, so each of them was asked for again, which is no part of the plan and told.
    assert judge.outlay.calls == Range(least=120, most=240)
    assert asked == 2 * judge.outlay.calls.most
    assert found.total.calls == Range(least=240 + 120, most=240 + 240)
    assert judge.outlay.tokens_out == Range(least=0, most=50 * 240)
    assert judge.outlay.tokens_in.most == 2 * judge.outlay.tokens_in.least + 8 * 240
    assert found.total.usd_most is not None
    assert "replies of judge-2026-01-01, a judge: not measured, from 0 to 50 tokens" in said(
        found.assumptions
    )
    assert "asking again for a reply that cannot be read is not counted" in said(found.assumptions)


def test_a_pairwise_judge_may_have_nothing_to_do_and_an_embedding_asks_for_what_is_expected_once() -> None:
    def judged(grader: str) -> Outlay:
        text = SUITE.replace("graders: [exact]", f"graders: [{grader}]")
        (judge,) = of_files({**BASE, "suites/double.yml": text}).models[0].suites[0].judges
        return judge.outlay

    pairwise = judged("pairwise: {provider: prod, model: judge-2026-01-01}")
    assert pairwise.calls == Range(least=0, most=2 * 120)
    similar = judged("similarity: {provider: prod, model: e-1, allow_alias: true}")
    assert similar.calls == Range(least=120 + 120, most=2 * 120 + 120)
    assert similar.tokens_out.most == 0
