"""Claims: samples that only head has can worsen the verdict, and can never improve it or soften what base decides."""

import json
from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mist_ci.models.attempt import Side
from mist_ci.models.report import Report
from mist_ci.models.suite import AttemptCounts, ChatMessage, Suite
from mist_ci.models.verdict import Outcome, SuiteVerdict, Verdict
from mist_ci.pipeline import Ask, run_gates
from mist_ci.report import annotations, comment, junit, sarif, summary
from mist_ci.stages.evaluation import ChangedSuite
from tests.fakes import (
    Answer,
    Commit,
    FakeModels,
    MemoryFiles,
    MemoryOutputs,
    MemoryStores,
    completion,
    world,
)
from tests.unit.gate.building import BASE as BASE_REFERENCE
from tests.unit.gate.building import Pair, answers, make_gate, make_suite, outcomes
from tests.unit.scripted import Script, from_pairs, play
from tests.unit.test_pipeline import (
    BASE,
    MOVE_TO_BAD,
    MOVE_TO_GOOD,
    SUITE,
    arithmetic,
    policy,
    reference,
    samples,
)

MORE = samples(range(100)) + samples(range(500, 560))
BEYOND = 500


def judge(
    change: Commit,
    *removed: str,
    base: Commit = BASE,
    models: FakeModels | None = None,
    outputs: MemoryOutputs | None = None,
) -> Report:
    head = {path: text for path, text in {**base, **change}.items() if path not in removed}
    outside = world(
        files=MemoryFiles(base, head),
        models=models or FakeModels(arithmetic),
        results=MemoryStores(),
        outputs=outputs,
    )
    (report,) = run_gates(outside, Ask("main", "head"))
    return report


def weak_beyond(model: str, messages: Sequence[ChatMessage]) -> Answer:
    """The second model has lost the big numbers, which no suite of base asks for."""
    number = int(messages[-1].content.removeprefix("Double ").removesuffix("."))
    return "?" if number >= BEYOND and model == "good-2026-02-01" else str(2 * number)


def added(report: Report) -> tuple[SuiteVerdict, ...]:
    (model,) = report.decision.models
    return model.added


def asked(models: FakeModels) -> Counter[tuple[str, int]]:
    """How often each model was asked for a number of head's own samples, and of base's."""
    told = [
        (one.model, one.messages[-1].content.removeprefix("Double ").removesuffix("."))
        for one in models.asked
    ]
    return Counter((model, int(int(number) >= BEYOND)) for model, number in told)


@pytest.mark.slow
def test_a_loss_on_samples_that_head_brings_along_fails_and_is_told() -> None:
    report = judge({**MOVE_TO_GOOD, "suites/double.jsonl": MORE}, models=FakeModels(weak_beyond))
    assert report.decision.outcome is Outcome.FAILED
    assert report.decision.reasons[0] == "new samples regressed: double −100.0 points"
    (suite,) = report.decision.models[0].suites
    assert (suite.verdict, suite.numbers.samples) == (Verdict.PASS, 100)
    assert [(one.numbers.suite, one.numbers.samples) for one in added(report)] == [("double", 60)]


@pytest.mark.slow
def test_a_report_can_be_written_about_them() -> None:
    report = judge({**MOVE_TO_GOOD, "suites/double.jsonl": MORE}, models=FakeModels(weak_beyond))
    assert all([comment(report), summary(report), junit([report]), sarif([report])])
    assert annotations((report,)) is not None


@pytest.mark.slow
def test_four_hundred_trivial_samples_neither_hide_a_loss_nor_touch_a_number_of_it() -> None:
    plain = judge(MOVE_TO_BAD)
    more = {"suites/double.jsonl": samples(range(100)) + samples(range(500, 900))}
    diluted = judge({**MOVE_TO_BAD, **more})
    assert diluted.decision.outcome is plain.decision.outcome is Outcome.FAILED
    (before,), (after,) = plain.decision.models, diluted.decision.models
    assert after.model_copy(update={"added": ()}) == before
    assert added(diluted)[0].outcome is Outcome.PASSED


@pytest.mark.slow
def test_a_wholly_new_suite_of_trivial_samples_makes_no_hypothesis_of_base_harder_to_reject() -> None:
    new = {f"suites/new-{i}.yml": SUITE.replace("double", f"new-{i}") for i in range(3)}
    new |= {f"suites/new-{i}.jsonl": samples(range(500 + 50 * i, 550 + 50 * i)) for i in range(3)}
    plain, crowded = judge(MOVE_TO_BAD), judge({**MOVE_TO_BAD, **new})
    assert len(added(crowded)) == 3
    assert crowded.decision.models[0].suites == plain.decision.models[0].suites


@pytest.mark.slow
def test_fewer_than_ten_decide_nothing_and_that_is_told() -> None:
    few = samples(range(100)) + samples(range(500, 509))
    report = judge({**MOVE_TO_GOOD, "suites/double.jsonl": few}, models=FakeModels(weak_beyond))
    assert report.decision.outcome is Outcome.PASSED
    (suite,) = added(report)
    assert suite.verdict is Verdict.NOT_COMPARABLE
    assert suite.notes == (
        "not compared, and nothing hangs on it: 9 samples; at least 10 are needed to compare anything",
    )


@pytest.mark.slow
def test_an_edited_sample_is_judged_as_base_has_it_and_its_new_form_belongs_to_the_second_cohort() -> None:
    """All hard samples are edited so that what the forgetful model says is right."""
    bent = "".join(f'{{"input": "Double {n}.", "expected": ["{2 * n}", "?"]}}\n' for n in range(100))
    report = judge({**MOVE_TO_BAD, "suites/double.jsonl": bent})
    assert report.decision.outcome is Outcome.FAILED
    assert report.decision.models[0].suites[0].verdict is Verdict.REGRESSED
    assert added(report)[0].numbers.samples == 100
    assert added(report)[0].verdict in (Verdict.PASS, Verdict.INCONCLUSIVE)


@pytest.mark.slow
def test_a_laxer_grader_of_head_grades_nothing_that_base_has() -> None:
    anything = json.dumps(["?", *"0123456789"])
    lax = "".join(f'{{"input": "Double {n}.", "expected": {anything}}}\n' for n in range(100))
    report = judge(
        {
            **MOVE_TO_BAD,
            "suites/double.yml": SUITE.replace("exact", "contains"),
            "suites/double.jsonl": lax,
        }
    )
    assert report.decision.outcome is Outcome.FAILED
    assert report.decision.models[0].suites[0].verdict is Verdict.REGRESSED
    assert added(report)[0].numbers.head.mean == 1.0


@pytest.mark.slow
@pytest.mark.parametrize("kept", [range(1), range(50), range(99)])
def test_removed_samples_still_decide(kept: range) -> None:
    data = samples([n for n in kept if n not in (7, 13, 21, 34, 42)])
    report = judge({**MOVE_TO_BAD, "suites/double.jsonl": data})
    assert report.decision.outcome is Outcome.FAILED
    assert report.decision.models[0].suites[0].numbers.samples == 100
    assert report.decision.models[0].suites[0].numbers.worse == 10
    assert added(report) == ()


@pytest.mark.slow
def test_a_renamed_suite_brings_no_new_samples_and_still_decides_under_its_old_name() -> None:
    renamed = {"suites/fresh.yml": SUITE.replace("name: double", "name: fresh")}
    lax = {**BASE, **policy("require: [double]}", "on_inconclusive: warn}")}
    report = judge({**MOVE_TO_BAD, **renamed}, "suites/double.yml", base=lax)
    assert report.decision.outcome is Outcome.FAILED
    assert [one.numbers.suite for one in report.decision.models[0].suites] == ["double"]
    assert added(report) == ()


# Who is asked.


@pytest.mark.slow
def test_what_the_self_check_was_answered_is_not_asked_again() -> None:
    models = FakeModels(arithmetic)
    judge({**MOVE_TO_GOOD, "suites/double.jsonl": MORE}, models=models)
    assert asked(models) == {
        ("good-2026-01-01", 0): 200,  # base's suite, and head's version of it in the self-check
        ("good-2026-01-01", 1): 60,
        ("good-2026-02-01", 0): 100,
        ("good-2026-02-01", 1): 60,
    }


@pytest.mark.slow
def test_another_baseline_is_asked_because_nobody_has_yet() -> None:
    fixed = {
        **BASE,
        **policy("require: [double]}", "require: [double], compare_to: models/fixed.yml}"),
        "models/fixed.yml": reference("good-2025-01-01"),
    }
    models = FakeModels(weak_beyond)
    report = judge({**MOVE_TO_GOOD, "suites/double.jsonl": MORE}, base=fixed, models=models)
    assert asked(models)["good-2025-01-01", 1] == 60
    assert report.decision.reasons[0] == "new samples regressed: double −100.0 points"


def test_a_model_without_a_baseline_has_no_second_cohort() -> None:
    base = {path: text for path, text in BASE.items() if path != "models/bot.yml"}
    report = judge({**MOVE_TO_GOOD, "suites/double.jsonl": MORE}, base=base)
    assert added(report) == ()


@pytest.mark.slow
def test_head_chooses_neither_its_own_bar_nor_what_asking_costs() -> None:
    models = FakeModels(weak_beyond)
    own = {"suites/double.yml": SUITE + "margin: 0.99\nattempts: {base: 2, head: 100}\n"}
    report = judge({**MOVE_TO_GOOD, **own, "suites/double.jsonl": MORE}, models=models)
    assert asked(models)["good-2026-02-01", 1] == asked(models)["good-2026-01-01", 1] == 60
    assert report.decision.outcome is Outcome.FAILED
    assert [suite.numbers.margin for suite in added(report)] == [0.05]


@pytest.mark.slow
def test_samples_that_head_adds_are_asked_as_often_as_base_asks_its_own() -> None:
    models = FakeModels(weak_beyond)
    base = {**BASE, "suites/double.yml": SUITE + "attempts: {base: 2, head: 3}\n"}
    judge({**MOVE_TO_GOOD, "suites/double.jsonl": MORE}, base=base, models=models)
    assert asked(models)["good-2026-02-01", 1] == 180
    assert asked(models)["good-2026-01-01", 1] == 120


@pytest.mark.slow
def test_new_samples_spend_nothing_that_the_spend_table_does_not_say() -> None:
    models = FakeModels(arithmetic)
    report = judge({**MOVE_TO_GOOD, "suites/double.jsonl": MORE}, models=models)
    assert sum(line.spend.calls for line in report.spend) == len(models.asked)


@pytest.mark.slow
def test_dear_new_samples_say_nothing_about_what_a_request_costs() -> None:
    def dear(model: str, messages: Sequence[ChatMessage]) -> Answer:
        answer = arithmetic("good", messages)
        assert isinstance(answer, str)
        return completion(answer, tokens_out=500 if int(answer) >= 2 * BEYOND and "-02-" in model else 2)

    base = {**BASE, **policy("require:", "budgets: {cost_per_request_increase: 0.1}, require:")}
    report = judge({**MOVE_TO_GOOD, "suites/double.jsonl": MORE}, base=base, models=FakeModels(dear))
    assert report.decision.outcome is Outcome.PASSED
    assert report.budgets[0].spent == "+0.0%"


@pytest.mark.slow
def test_a_run_whose_money_ends_before_the_new_samples_is_a_failure() -> None:
    """The self-check of 160 and both sides of 100 fit; the 60 of head's own do not."""
    usd = f"{0.000014 * 365:.6f}"
    base = {**BASE, **policy("require:", f"budgets: {{eval_usd: {usd}}}, require:")}
    report = judge({**MOVE_TO_GOOD, "suites/double.jsonl": MORE}, base=base, models=FakeModels(weak_beyond))
    assert report.decision.outcome is Outcome.FAILED
    assert report.budgets[0].over


# Whatever head adds.


def changed(suite: Suite, pairs: Sequence[Pair]) -> ChangedSuite:
    of_base = tuple(one for one in answers(suite, pairs) if one.side is Side.BASE)
    return ChangedSuite(suite, {BASE_REFERENCE.digest: of_base})


@pytest.mark.slow
@settings(max_examples=25)
@given(
    st.tuples(st.integers(20, 260), st.integers(0, 20), st.integers(0, 20)),
    st.lists(st.tuples(st.integers(1, 120), st.integers(0, 40), st.integers(0, 40)), min_size=1, max_size=3),
    st.sampled_from(["warn", "block"]),
)
def test_nothing_that_head_adds_ever_improves_the_outcome(
    of_base: tuple[int, int, int], of_head: list[tuple[int, int, int]], on_inconclusive: str
) -> None:
    def clipped(n: int, gain: int, loss: int) -> list[Pair]:
        return outcomes(n, min(gain, n // 2), min(loss, n // 2))

    gate = make_gate(on_inconclusive=on_inconclusive)
    suite, pairs = make_suite("skill", of_base[0]), clipped(*of_base)
    played = {"skill": pairs}
    more = []
    for i, shape in enumerate(of_head):
        new = make_suite(f"new-{i}", shape[0])
        more.append(new)
        played[new.name] = clipped(*shape)
    everything = [suite, *more]
    without, _ = play(Script(from_pairs(played, everything)), [suite], gate)
    cohorts = [changed(new, played[new.name]) for new in more]
    asker = Script(from_pairs(played, everything))
    with_them, comparison = play(asker, [suite], gate, changed=cohorts)
    assert with_them.outcome.rank >= without.outcome.rank
    assert with_them.models[0].suites == without.models[0].suites
    assert with_them.models[0].overall == without.models[0].overall
    assert len(comparison.added) == len(more)
    assert {one.side for one in asker.asked if one.suite != "skill"} == {Side.HEAD}


def test_a_suite_of_head_that_asks_for_no_floor_and_no_improvement_gets_neither() -> None:
    """Its floor was held by the self-check; here nothing but a loss counts."""
    suite = make_suite("skill", 60)
    new = make_suite("new", 60, floor=0.99, must_improve=True).model_copy(
        update={"attempts": AttemptCounts(max_head=3)}
    )
    pairs = {"skill": outcomes(60), "new": outcomes(60, wrong=30)}
    asker = Script(from_pairs(pairs, [suite, new]))
    decision, _ = play(asker, [suite], changed=[changed(new, pairs["new"])])
    assert decision.outcome is Outcome.PASSED
    assert asker.calls(Side.HEAD, "new") == 60
