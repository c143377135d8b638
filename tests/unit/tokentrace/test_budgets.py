"""Claims: a budget holds to the cent, and an unknown price under a budget is an error, never $0."""

from collections.abc import Collection
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from mist_ci.errors import Code, CouldNotRun, ExitCode
from mist_ci.models.attempt import Attempt, Side
from mist_ci.models.ceilings import Unit
from mist_ci.models.config import Budgets, Dataset, PriceList
from mist_ci.models.report import BudgetLine, TrainingEstimate
from mist_ci.models.suite import Suite
from mist_ci.models.token_figures import TokenFigures, TrainerFates
from mist_ci.tokentrace import (
    allowances,
    evaluation_budget,
    iterations,
    training_budget,
    training_estimate,
)
from tests.unit.gate.building import attempt, data_report, make_suite

SUITE = make_suite("skill", 3)
COHORT = {SUITE.digest}


def budgets(**limits: object) -> Budgets:
    return Budgets.model_validate(limits, strict=False)


def prices(training_per_mtok: str | None) -> PriceList:
    return PriceList.model_validate(
        {
            "input_per_mtok": "0.15",
            "output_per_mtok": "0.60",
            "training_per_mtok": training_per_mtok,
            "as_of": "2026-11-01",
        },
        strict=False,
    )


def calls(
    costs: list[str | None], side: Side = Side.HEAD, suite: Suite = SUITE, sample: int = 0
) -> list[Attempt]:
    """Answers at these prices to one sample."""
    return [
        attempt(
            suite,
            suite.samples[sample],
            side,
            1.0,
            i,
            cost_usd=None if cost is None else Decimal(cost),
        )
        for i, cost in enumerate(costs)
    ]


def all_held(
    limits: Budgets,
    attempts: list[Attempt],
    cohort: set[str] = COHORT,
    elsewhere: Collection[str] = (),
    *,
    stopped_by: Collection[Unit] = (),
) -> tuple[BudgetLine, ...]:
    allowed = allowances(limits, None)
    return evaluation_budget(limits, allowed, attempts, cohort, elsewhere, stopped_by=stopped_by)


def held(limits: Budgets, attempts: list[Attempt], *, stopped_by: Collection[Unit] = ()) -> BudgetLine:
    (line,) = all_held(limits, attempts, stopped_by=stopped_by)
    return line


@pytest.mark.parametrize(
    ("costs", "over"),
    [(["2.50", "2.49"], False), (["2.50", "2.50"], False), (["2.50", "2.51"], True), (["0.1"] * 51, True)],
)
def test_a_cent_over_is_over_and_the_limit_itself_is_not(costs: list[str | None], over: bool) -> None:
    line = held(budgets(eval_usd="5"), calls(costs))
    assert (line.name, line.limit, line.over) == ("eval_usd", "$5", over)


def test_a_budget_of_nothing_allows_what_is_free() -> None:
    assert not held(budgets(eval_usd="0"), calls(["0"])).over
    assert held(budgets(eval_usd="0"), calls(["0.000001"])).over


def test_a_run_that_the_budget_stopped_is_over_and_says_that_it_stopped() -> None:
    line = held(budgets(eval_usd="5"), calls(["4.99"]), stopped_by={Unit.USD})
    assert line.over
    assert line.spent == "$4.9900 (stopped before the end)"


def test_a_budget_that_stopped_a_run_before_its_first_call_is_over() -> None:
    assert held(budgets(eval_usd="0"), [], stopped_by={Unit.USD}).over


def test_an_unknown_price_under_a_money_budget_could_not_run() -> None:
    with pytest.raises(CouldNotRun, match="eval_usd is set and a price is unknown") as caught:
        all_held(budgets(eval_usd="5"), calls(["0.01", None]))
    assert (caught.value.code, caught.value.exit_code) == (Code.UNPRICED, ExitCode.COULD_NOT_RUN)
    assert caught.value.code == "MC306"
    assert caught.value.hint is not None


def test_an_unknown_price_without_a_budget_is_no_error() -> None:
    assert all_held(budgets(), calls([None])) == ()


def test_calls_without_an_answer_need_no_price() -> None:
    lost = attempt(SUITE, SUITE.samples[0], Side.HEAD, None)
    assert held(budgets(eval_usd="5"), [lost, *calls(["1"])]).spent == "$1.0000"


def reused(attempts: list[Attempt]) -> list[Attempt]:
    return [replace(one, reused=True) for one in attempts]


def test_a_reused_answer_is_not_charged_and_needs_no_price() -> None:
    assert held(budgets(eval_usd="5"), [*reused(calls(["4", None])), *calls(["4"])]).spent == "$4.0000"


def test_a_reused_answer_of_base_counts_with_what_it_costs() -> None:
    attempts = reused(calls(["1"], Side.BASE)) + calls(["1.2"], Side.HEAD)
    assert held(budgets(cost_per_request_increase=0.2), attempts).spent == "+20.0%"


def test_no_calls_hold_no_evaluation_budget() -> None:
    limits = budgets(eval_usd="0", cost_per_request_increase=0.1)
    assert all_held(limits, []) == ()


@pytest.mark.parametrize(
    ("base", "head", "limit", "over", "spent"),
    [
        ("1.00", "1.10", 0.10, False, "+10.0%"),
        ("1.00", "1.1001", 0.10, True, "+10.0%"),
        ("1.00", "1.20", 0.20, False, "+20.0%"),
        ("3.00", "3.30", 0.10, False, "+10.0%"),
        ("1.00", "0.40", 0.00, False, "-60.0%"),
        ("1.00", "1.00", 0.00, False, "+0.0%"),
        ("0", "0", 0.20, False, "from $0"),
        ("0", "0.0001", 0.20, True, "from $0"),
    ],
)
def test_an_answer_may_cost_exactly_so_much_more(
    base: str, head: str, limit: float, over: bool, spent: str
) -> None:
    attempts = calls([base], Side.BASE) + calls([head], Side.HEAD)
    line = held(budgets(cost_per_request_increase=limit), attempts)
    assert (line.limit, line.spent, line.over) == (f"+{100 * limit:.1f}%", spent, over)


def test_several_attempts_of_one_side_do_not_make_an_answer_dearer() -> None:
    attempts = calls(["1", "1", "1"], Side.BASE) + calls(["1.2"], Side.HEAD)
    attempts += calls(["0.10"], Side.BASE, sample=1) + calls(["0.12"], Side.HEAD, sample=1)
    assert held(budgets(cost_per_request_increase=0.2), attempts).spent == "+20.0%"


def test_a_dear_suite_that_only_base_ran_does_not_hide_a_dearer_head() -> None:
    """A pull request may change a suite as well: base runs it alone, and its calls are not head's allowance."""
    changed = make_suite("skill", 3, version="2")
    attempts = calls(["1"], Side.BASE) + calls(["3"], Side.HEAD)
    attempts += calls(["100"], Side.BASE, changed)
    line = held(budgets(cost_per_request_increase=0.2), attempts)
    assert (line.spent, line.over) == ("+200.0%", True)


def test_an_answer_that_one_side_lost_is_left_out_of_the_comparison() -> None:
    attempts = calls(["1"], Side.BASE) + calls(["1"], Side.HEAD) + calls(["50"], Side.BASE, sample=1)
    attempts.append(attempt(SUITE, SUITE.samples[1], Side.HEAD, None))
    assert held(budgets(cost_per_request_increase=0.2), attempts).spent == "+0.0%"


@pytest.mark.parametrize(("cost", "over"), [(None, None), ("0.01", False), ("0.03", True)])
def test_results_that_hide_their_tokens_do_not_hide_their_price(cost: str | None, over: bool | None) -> None:
    limits = budgets(cost_per_request_increase=0.2)
    head = [replace(one, token_basis=None, tokens_in=0, tokens_out=0) for one in calls([cost])]
    attempts = [*calls(["0.01"], Side.BASE), *head]
    if over is None:
        with pytest.raises(CouldNotRun, match="cost_per_request_increase is set and a price is unknown"):
            held(limits, attempts)
    else:
        assert held(limits, attempts).over is over


def test_without_a_baseline_nothing_can_cost_more() -> None:
    limits = budgets(cost_per_request_increase=0.1)
    assert all_held(limits, calls(["1"], Side.HEAD)) == ()


@pytest.mark.parametrize("side", [Side.BASE, Side.HEAD])
def test_an_unknown_price_of_either_side_could_not_be_compared(side: Side) -> None:
    attempts = [*calls([None], side), *calls(["1"], Side.HEAD if side is Side.BASE else Side.BASE)]
    with pytest.raises(CouldNotRun, match="cost_per_request_increase is set") as caught:
        all_held(budgets(cost_per_request_increase=0.1), attempts)
    assert caught.value.code is Code.UNPRICED


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.decimals(0, 3, places=4), min_size=1, max_size=5),
    st.decimals(0, 3, places=4),
    st.decimals(0, 9, places=2),
)
def test_spending_more_never_gets_a_run_back_under_its_budget(
    costs: list[Decimal], more: Decimal, limit: Decimal
) -> None:
    before = held(budgets(eval_usd=limit), calls([str(cost) for cost in costs]))
    after = held(budgets(eval_usd=limit), calls([str(cost) for cost in [*costs, more]]))
    assert before.over == (sum(costs) > limit)
    assert after.over or not before.over


def estimate(cost: str | None) -> TrainingEstimate:
    return TrainingEstimate(
        dataset="chat",
        tokens=48_000,
        token_basis="tiktoken o200k_base",
        epochs=1,
        cost_usd=None if cost is None else Decimal(cost),
    )


def estimated_budget(limits: Budgets, estimates: list[TrainingEstimate]) -> tuple[BudgetLine, ...]:
    hashes = {f"sha256:{number}": one for number, one in enumerate(estimates)}
    return training_budget(limits, iterations(hashes, (), ()))


def test_training_costs_tokens_times_epochs_times_price() -> None:
    dataset = Dataset(path="data/*.jsonl", epochs=3)
    found = training_estimate(data_report(), dataset, prices("8"))
    assert (found.tokens, found.epochs, found.cost_usd) == (144_000, 3, Decimal("1.152"))


def lengths(**changes: object) -> TokenFigures:
    """120 rows of two messages; a tenth of the tokens are copies."""
    known: dict[str, Any] = {
        "rows": 120, "total": 48_000, "trainable": 20_000, "unlearnt": 1_200, "duplicates": 4_800, "messages": 240,
        "shortest_hundredth": 10, "median": 400, "p95": 900, "p99": 1_000, "longest": 2_000,
    }  # fmt: skip
    return TokenFigures(**known | changes)


def fates(trainer: str, lost: int) -> TrainerFates:
    return TrainerFates(
        title="T", trainer=trainer, kept=119, truncated=1, answer_lost=0, dropped=0, emptied=0, refused=0,
        tokens_seen=48_000 - lost, tokens_trained=20_000, tokens_lost=lost,
    )  # fmt: skip


def estimated(figures: TokenFigures) -> TrainingEstimate:
    data = data_report().model_copy(update={"figures": figures})
    return training_estimate(data, Dataset(path="data/*.jsonl", epochs=3), prices("800"))


def test_what_copies_cost_buys_nothing_and_the_price_has_its_date() -> None:
    found = estimated(lengths())
    assert found.wasted_tokens == 3 * (4_800 + 1_200)
    assert found.usd_most is not None
    assert found.usd_most > Decimal("115.2")
    assert found.sentence == "you would pay $115.20 to $122.11 (prices of 2026-11-01); $14.40 buys nothing"


def test_a_service_does_not_bill_what_it_cuts_and_a_trainer_uses_the_time_all_the_same() -> None:
    cut = estimated(lengths(trainers=(fates("vertex", 8_000),)))
    own = estimated(lengths(trainers=(fates("trl", 8_000),)))
    assert (cut.usd_least, own.usd_least) == (Decimal(96), Decimal("115.2"))
    assert cut.wasted_tokens == own.wasted_tokens == 3 * (4_800 + 1_200 + 8_000)


def test_never_more_is_wasted_than_there_is() -> None:
    assert estimated(lengths(trainers=(fates("trl", 96_000),))).wasted_usd == Decimal("115.2")


def test_an_unknown_price_makes_no_sentence() -> None:
    data = data_report().model_copy(update={"figures": lengths()})
    assert training_estimate(data, Dataset(path="data/*.jsonl"), None).sentence is None


@pytest.mark.parametrize("known", [None, prices(None)], ids=["no prices", "no price of training"])
def test_training_without_a_price_has_no_cost(known: PriceList | None) -> None:
    assert training_estimate(data_report(), Dataset(path="data/*.jsonl"), known).cost_usd is None


@pytest.mark.parametrize(
    ("costs", "over"), [(["100", "100"], False), (["100", "100.01"], True), (["0"], False)]
)
def test_the_training_budget_holds_over_all_data_sets(costs: list[str], over: bool) -> None:
    (line,) = estimated_budget(budgets(training_usd="200"), [estimate(cost) for cost in costs])
    assert (line.name, line.limit, line.over) == ("training_usd", "$200", over)


def test_training_at_an_unknown_price_under_a_budget_could_not_run() -> None:
    with pytest.raises(CouldNotRun, match="training_usd is set") as caught:
        estimated_budget(budgets(training_usd="200"), [estimate("1"), estimate(None)])
    assert caught.value.code is Code.UNPRICED
    assert "training_per_mtok" in str(caught.value.hint)


def test_no_training_or_no_budget_is_no_line() -> None:
    assert estimated_budget(budgets(training_usd="200"), []) == ()
    assert estimated_budget(budgets(), [estimate(None)]) == ()


def test_what_another_runner_paid_is_no_part_of_what_this_run_may_spend() -> None:
    other = make_suite("imported", 3)
    limits = budgets(eval_usd="5", cost_per_request_increase=0.2)
    theirs = calls(["200"], Side.BASE, other) + calls(["300"], Side.HEAD, other)
    (increase,) = all_held(limits, theirs, {other.digest}, {other.digest})
    assert (increase.name, increase.over) == ("cost_per_request_increase", True)
    spent, _ = all_held(limits, theirs + calls(["1"]), {other.digest, SUITE.digest}, {other.digest})
    assert (spent.name, spent.over, spent.spent) == ("eval_usd", False, "$1.0000")
