"""Claims, through the whole pipeline: what becomes of suites that a model decides, and of pairs most of all."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest

from mist_ci.errors import Code
from mist_ci.gate import judge_floor
from mist_ci.models.judges import Confusion
from mist_ci.models.report import Report
from mist_ci.models.suite import ChatMessage
from mist_ci.models.verdict import Outcome, SuiteVerdict, Verdict
from mist_ci.pipeline import Ask, run_gates
from mist_ci.report import annotations, comment, junit, summary
from tests.fakes import (
    Answer,
    Commit,
    FakeModels,
    MemoryFiles,
    MemoryOutputs,
    MemoryStores,
    TickingClock,
    world,
)
from tests.judging import JUDGE, contains, criteria_judge, longer, pair_judge
from tests.unit.test_pipeline import BASE, policy, reference, samples

ALIAS = "judge-latest"
PAIR = "pair-2026-01-01"
JUDGED = f"""\
version: 1
name: double
data: double.jsonl
graders:
  - judge: {{provider: prod, model: {JUDGE}, criteria: ["Does it say even?"]}}
"""
PAIRS = f"version: 1\nname: pairs\ndata: double.jsonl\ngraders:\n  - pairwise: {{provider: prod, model: {PAIR}}}\n"
NOT_REQUIRED = policy(", require: [double]", "")
HOME = {**BASE, **NOT_REQUIRED, "suites/double.yml": JUDGED}
WITH_PAIRS = {**BASE, "suites/pairs.yml": PAIRS}
BAD = {"models/bot.yml": reference("bad-2026-02-01")}
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def answer(model: str, messages: Sequence[ChatMessage]) -> Answer:
    """Good models say more, and `even`; the judges are functions."""
    if model in (JUDGE, ALIAS):
        return criteria_judge(contains)(model, messages)
    if model == PAIR:
        return pair_judge(longer)(model, messages)
    number = int(messages[-1].content.removeprefix("Double ").removesuffix("."))
    return f"{2 * number} is even" if model.startswith("good") else f"{2 * number}"


def run(
    base: Commit,
    change: Commit,
    models: FakeModels | None = None,
    *,
    outputs: MemoryOutputs | None = None,
    tags: dict[str, Commit] | None = None,
    at: datetime = NOON,
    stores: MemoryStores | None = None,
) -> Report:
    outside = world(
        files=MemoryFiles(base, {**base, **change}, tags=tags or {}),
        models=models or FakeModels(answer),
        outputs=outputs,
        clock=TickingClock(at),
        results=stores or MemoryStores(),
    )
    (report,) = run_gates(outside, Ask("main", "head"))
    return report


def suite_of(report: Report, name: str) -> SuiteVerdict:
    (model,) = report.decision.models
    return next(one for one in model.suites if one.numbers.suite == name)


def checked(suite: str, judge: str, right: int = 30) -> str:
    confusion = {"right_pass": right, "wrong_pass": 0, "wrong_fail": 0, "right_fail": right}
    check = {
        "suite": suite, "judge": judge, "grader": "judge", "model": JUDGE, "checked_on": "2026-11-01",
        "labels_digest": "sha256:" + "0" * 64, "confusion": confusion, "kappa": 1.0, "kappa_interval": [1.0, 1.0],
    }  # fmt: skip
    return json.dumps({"version": 1, "checks": [check]})


@cache
def advisory() -> tuple[Report, MemoryStores]:
    """A loss that a judge nobody vouches for has seen, and what was stored of the run."""
    stores = MemoryStores()
    return run(HOME, BAD, stores=stores), stores


def test_a_loss_counts_from_the_check_on_and_only_with_base_vouching() -> None:
    report, _ = advisory()
    assert (report.decision.outcome, suite_of(report, "double").verdict) == (Outcome.PASSED, Verdict.ADVISORY)
    judge = suite_of(report, "double").numbers.judge
    assert judge is not None
    vouched = {"mist-judges.json": checked("double", judge.fingerprint)}
    assert run(HOME | vouched, BAD).decision.outcome is Outcome.FAILED
    assert run(HOME, BAD | vouched).decision.outcome is Outcome.PASSED


def test_a_file_of_judges_that_is_broken_is_an_error_and_nobody_is_asked() -> None:
    models = FakeModels(answer)
    report = run({**HOME, "mist-judges.json": '{"version": 1, "checks": [{}]}'}, BAD, models)
    assert report.decision.outcome is Outcome.CONFIG_ERROR
    assert report.problem is not None
    assert report.problem.where is not None
    assert report.problem.where.file == "mist-judges.json"
    assert models.asked == []


def test_what_is_required_and_not_checked_is_an_error_before_a_token_is_spent() -> None:
    models = FakeModels(answer)
    report = run({**BASE, "suites/double.yml": JUDGED}, BAD, models)
    assert report.decision.outcome is Outcome.COULD_NOT_RUN
    assert report.problem is not None
    assert report.problem.code == Code.JUDGE_UNCHECKED
    assert "judge check" in (report.problem.hint or "")
    assert models.asked == []


def test_every_report_tells_an_advisory_suite() -> None:
    report, _ = advisory()
    for text in (comment(report), summary(report), junit((report,))):
        assert "advisory" in text
    assert 'failures="0" errors="0"' in junit((report,))
    assert any(line.startswith("::notice") and "advisory" in line for line in annotations([report]))


def test_spend_lines_and_spans_add_up() -> None:
    report, stores = advisory()
    lines = {line.side: line.spend for line in report.spend}
    assert lines["judge"].calls > 0
    spans = stores.only.tree
    (root,) = [one for one in spans if one.operation == "mist.run"]
    total = sum(line.cost_usd or 0 for line in lines.values())
    assert root.attrs["cost_usd"] == str(total)
    calls = [one for one in spans if one.operation.startswith("gen_ai")]
    assert sum(int(one.attrs.get("tokens_in") or 0) for one in calls) == root.attrs["tokens_in"]


def test_pairs_are_compared_and_the_other_suites_as_before() -> None:
    report = run(WITH_PAIRS, BAD)
    pairs = suite_of(report, "pairs")
    assert pairs.verdict is Verdict.ADVISORY
    assert pairs.numbers.head.mean == 0
    assert pairs.numbers.base is not None
    assert pairs.numbers.base.mean == 1
    assert suite_of(report, "double").verdict is Verdict.IMPROVED


def test_pairs_say_nothing_about_an_anchor_and_that_is_no_error() -> None:
    anchored = policy("require: [double]", "require: [double], anchor: refs/tags/released")
    base = {**WITH_PAIRS, **anchored}
    released = {**base, "models/bot.yml": reference("good-2025-01-01")}
    change = {"models/bot.yml": reference("good-2026-02-01")}
    report = run(base, change, tags={"refs/tags/released": released})
    assert report.decision.outcome is not Outcome.COULD_NOT_RUN
    (model,) = report.decision.models
    assert model.anchor is not None
    against = next(one for one in model.anchor.suites if one.numbers.suite == "pairs")
    assert against.outcome is Outcome.PASSED
    assert "pairwise judge" in (against.numbers.not_comparable or "")


def test_without_a_base_pairs_are_left_out_and_a_notice_says_so() -> None:
    base = {path: text for path, text in WITH_PAIRS.items() if path != "models/bot.yml"}
    report = run(base, {"models/bot.yml": reference("good-2026-02-01")})
    (model,) = report.decision.models
    assert [one.numbers.suite for one in model.suites] == ["double"]
    assert any("pairs compares head with base" in notice for notice in report.notices)
    assert report.problem is None


def test_a_changed_suite_of_pairs_loads_and_asks_nobody() -> None:
    models = FakeModels(answer)
    report = run(BASE, {"suites/pairs.yml": PAIRS}, models)
    assert report.decision.outcome is Outcome.PASSED
    assert any("decides after the merge" in one.message for one in report.self_checks)
    assert models.asked == []


def test_the_floor_of_a_changed_suite_fails_nothing_while_nobody_vouches_for_its_judge() -> None:
    models = FakeModels(lambda model, messages: answer(model.replace("good", "bad"), messages))
    report = run(HOME, {"suites/double.yml": JUDGED + "floor: 0.9\n"}, models)
    assert report.decision.outcome is Outcome.PASSED
    assert [(one.ok, one.mean) for one in report.self_checks] == [(True, 0.0)]


def test_samples_that_only_head_has_are_compared_in_pairs_as_well() -> None:
    more = {"suites/double.jsonl": samples(range(120)), **BAD}
    report = run(WITH_PAIRS, more)
    (model,) = report.decision.models
    added = {one.numbers.suite: one for one in model.added}
    assert added["pairs"].verdict is Verdict.ADVISORY
    assert added["pairs"].numbers.head.mean == 0


def test_pairs_after_a_drift_are_judged_anew_on_both_sides() -> None:
    moving = {**WITH_PAIRS, "models/bot.yml": reference("good")}
    change = {"models/bot.yml": reference("bad-2026-02-01")}
    outputs = MemoryOutputs()
    run(moving, change, outputs=outputs)

    def later(model: str, messages: Sequence[ChatMessage]) -> Answer:
        return answer("bad" if model == "good" else model, messages)

    report = run(moving, change, FakeModels(later), outputs=outputs.next_run(), at=NOON + timedelta(days=2))
    assert any("not what it says now" in notice for notice in report.notices)
    pairs = suite_of(report, "pairs")
    assert pairs.numbers.missing == 0
    assert pairs.numbers.head.mean == 0.5


def test_an_alias_as_a_judge_is_doubted_and_asked_again() -> None:
    alias = JUDGED.replace(f"model: {JUDGE}", f"model: {ALIAS}, allow_alias: true")
    base = {**HOME, "suites/double.yml": alias}
    outputs = MemoryOutputs()
    run(base, BAD, outputs=outputs)
    models = FakeModels(answer)
    run(base, BAD, models, outputs=outputs.next_run(), at=NOON + timedelta(days=2))
    probed = [one.model for one in models.asked]
    assert ALIAS in probed
    assert len(probed) < 200
    expired = FakeModels(answer)
    run(base, BAD, expired, outputs=outputs.next_run(), at=NOON + timedelta(days=8))
    assert sum(one.model == ALIAS for one in expired.asked) >= 100


@pytest.mark.parametrize("right", [24, 25])
def test_the_floor_is_fifty_labels(right: int) -> None:
    confusion = Confusion(right_pass=right, wrong_pass=0, wrong_fail=0, right_fail=25)
    assert (judge_floor(confusion).problem is None) is (right == 25)
