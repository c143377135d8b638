"""Claims: a budget of a pull request or a month holds over runs, before the first call, during and after.

The ledger is the real one, in a directory.
"""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from mist_ci.adapters.kept_ledger import LedgerDirectory
from mist_ci.adapters.ledger import NAME
from mist_ci.adapters.results import ResultDirectories, ResultDirectory
from mist_ci.errors import Code
from mist_ci.models.message import TraceSpan
from mist_ci.models.report import BudgetLine, Report
from mist_ci.models.verdict import Outcome
from mist_ci.pipeline import Ask, run_gates
from mist_ci.tokentrace import earlier_spend, read_ledger
from tests.fakes import (
    Commit,
    FakeModels,
    MemoryFiles,
    MemoryOutputs,
    MemoryStores,
    TickingClock,
    never,
    world,
)
from tests.unit.test_pipeline import BASE, MOVE_TO_GOOD, POLICY, arithmetic, rows, samples

NOVEMBER, DECEMBER = datetime(2026, 11, 20, 12, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)
NOON_NS = int(NOVEMBER.timestamp()) * 10**9
A_RUN = "$0.0003"
"""24 calls, each of 10 tokens in and 2 out at $1 and $2 a million: $0.000336."""


@dataclass
class Team:
    """A policy with budgets, and the ledger that its runs share."""

    directory: Path
    budgets: str
    outputs: MemoryOutputs = field(default_factory=MemoryOutputs)
    runs: int = 0

    @property
    def base(self) -> Commit:
        policy = POLICY.replace("require: [double]", f"budgets: {{{self.budgets}}}")
        return {**BASE, "mist.yml": policy, "suites/double.jsonl": samples(range(12))}

    def run(
        self,
        pull_requests: str = "7",
        at: datetime = NOVEMBER,
        models: FakeModels | None = None,
        change: Commit | None = None,
        *,
        has_ledger: bool = True,
        may_store: bool = False,
    ) -> Report:
        self.runs += 1
        clock = TickingClock(at.replace(minute=self.runs))
        ledger = LedgerDirectory(self.directory, self.directory / "elsewhere", clock)
        outputs = self.outputs if may_store else None
        outside = world(
            files=MemoryFiles(self.base, {**self.base, **(change or MOVE_TO_GOOD)}),
            models=models or FakeModels(arithmetic),
            results=MemoryStores(),
            clock=clock,
            outputs=outputs,
            ledger=ledger if has_ledger else None,
        )
        (report,) = run_gates(outside, Ask("main", "head", pull_requests=pull_requests))
        self.outputs = self.outputs.next_run()
        return report


def line(report: Report, name: str) -> BudgetLine:
    (found,) = [one for one in report.budgets if one.name == name]
    return found


@pytest.fixture
def team(tmp_path: Path) -> Team:
    return Team(tmp_path / "ledger", "pull_request_usd: 0.0007, month_tokens: 1000, month_usd: 10")


def test_runs_of_one_pull_request_share_its_budget_and_what_does_not_fit_is_refused_before_a_call(
    team: Team,
) -> None:
    first, other, second = team.run("7"), team.run("acme/bot#8"), team.run("7")
    assert (line(first, "pull_request_usd").spent, line(first, "pull_request_usd").left) == (A_RUN, "$0.0004")
    assert "the ledger has no earlier run: budgets of pull requests and months begin here" in first.notices
    assert line(other, "pull_request_usd").spent == A_RUN
    told = line(second, "pull_request_usd")
    assert (told.spent, told.left, told.over, told.note) == (
        "$0.0007", "$0.0000", False, "$0.0003 by 1 earlier run, $0.0003 now",
    )  # fmt: skip
    assert line(second, "month_tokens").spent == "864 tokens"

    third = team.run("7", models=FakeModels(never))
    assert third.decision.outcome is Outcome.FAILED
    assert third.decision.reasons[0].startswith("over budget: ")
    over = {one.name for one in third.budgets if one.over}
    assert over == {"pull_request_usd"}
    assert line(third, "pull_request_usd").spent == "$0.0007 at least (nothing was asked)"
    assert sum(one.spend.calls for one in third.spend) == 0


def test_what_is_left_is_a_ceiling_for_the_run_and_it_stops_within_it(team: Team) -> None:
    team.budgets = "month_tokens: 500"
    assert not line(team.run(), "month_tokens").over
    second = team.run("8")
    told = line(second, "month_tokens")
    assert (second.decision.outcome, told.over) == (Outcome.FAILED, True)
    assert told.spent is not None
    assert told.spent.endswith("tokens (stopped before the end)")
    assert 288 < int(told.spent.split()[0]) <= 500
    assert second.decision.reasons[0].startswith("over budget: month_tokens")


def test_a_month_begins_anew_and_a_budget_that_base_raises_counts_from_then_on(team: Team) -> None:
    team.budgets = "month_usd: 0.00035"
    assert team.run().decision.outcome is not Outcome.FAILED
    assert team.run(models=FakeModels(never)).decision.outcome is Outcome.FAILED
    december = team.run(at=DECEMBER)
    assert line(december, "month_usd").spent == A_RUN
    raised = team.base["mist.yml"]
    assert isinstance(raised, str)
    by_head = {**MOVE_TO_GOOD, "mist.yml": raised.replace("0.00035", "4000")}
    mine = team.run(at=DECEMBER, models=FakeModels(never), change=by_head)
    assert line(mine, "month_usd").limit == "$0.00035", "head cannot raise the budget that it is judged by"
    assert mine.decision.outcome is Outcome.FAILED


def test_stored_answers_cost_nothing_so_a_budget_that_is_used_up_does_not_stop_them(team: Team) -> None:
    team.budgets = "pull_request_usd: 0.0004"
    team.run(may_store=True)
    again = team.run(models=FakeModels(never), may_store=True)
    assert again.decision.outcome is not Outcome.FAILED
    assert line(again, "pull_request_usd").note == "$0.0003 by 1 earlier run, $0.0000 now"


def test_without_a_ledger_or_a_pull_request_a_budget_says_that_it_is_not_held_over_runs(team: Team) -> None:
    team.budgets = "pull_request_usd: 0.0004, month_usd: 0.0004"
    for _ in range(2):
        report = team.run(has_ledger=False)
        told = line(report, "month_usd")
        assert (told.held, told.over, told.note) == (False, False, "no ledger, so earlier runs do not count")
        assert any("budget month_usd is not held: no ledger" in one for one in report.decision.reasons)
    pushed = team.run("")
    assert (
        line(pushed, "pull_request_usd").note
        == "this run belongs to no pull request, so no earlier ones count"
    )
    team.budgets = "month_usd: 0.0001"
    alone = team.run(has_ledger=False)
    assert alone.decision.outcome is Outcome.FAILED, "one run alone is held against it all the same"
    assert line(alone, "month_usd").over


def test_a_ledger_that_is_damaged_is_an_error_and_not_nothing_spent(team: Team) -> None:
    team.run()
    kept = team.directory / NAME
    whole = kept.read_bytes()
    kept.write_bytes(whole.replace(b"gen_ai.spend", b"gen_ai.spent", 1))
    broken = team.run(models=FakeModels(never))
    assert broken.decision.outcome is Outcome.COULD_NOT_RUN
    assert broken.problem is not None
    assert broken.problem.code == Code.LEDGER
    assert "nobody knows what was spent: lines with a wrong checksum: 1" in broken.problem.message
    kept.write_bytes(whole + b'{"version": "1", "id')
    torn = team.run(models=FakeModels(never))
    assert torn.problem is not None, (
        "somebody was stopped while a run was added, and nobody knows what it took"
    )
    assert "lines damaged: 1" in torn.problem.message
    assert kept.read_bytes().startswith(whole + b'{"version": "1", "id\n'), "nothing is lost"


def test_the_directory_of_results_may_be_the_ledger_and_a_killed_run_counts_with_what_it_wrote(
    tmp_path: Path,
) -> None:
    clock = TickingClock()
    kept = LedgerDirectory(tmp_path, tmp_path, clock)
    kept.open()
    assert list(kept.lines()) == []
    store = ResultDirectories(tmp_path, clock).create("run")
    assert isinstance(store, ResultDirectory)
    span = TraceSpan(
        trace_id="a" * 32, span_id="b" * 16, operation="gen_ai.chat", start_ns=NOON_NS, end_ns=NOON_NS + 10**9,
        status="ok", attrs={"cost_usd": "0.25", "tokens_in": 3, "tokens_out": 4, "eval.suite": "qa"},
    )  # fmt: skip
    store.message("trace.span", span)
    store.close()
    with (tmp_path / "run" / "trace.jsonl").open("ab") as file:
        file.write(b'{"version": "1", "id')
    kept.append([span])
    assert not (tmp_path / NAME).exists(), "it is there already, call by call"
    known = read_ledger(kept.lines(), NOON_NS)
    assert kept.notices[0].endswith("the last line was cut off and counts nowhere")
    earlier = earlier_spend(known, NOVEMBER, {}, "", str(tmp_path))
    assert (earlier.month.usd, earlier.month.tokens, earlier.month.seconds) == (Decimal("0.25"), 7, 1)


def test_an_earlier_run_without_a_price_is_an_error_that_names_it(team: Team) -> None:
    team.run()
    kept = team.directory / NAME
    unpriced = kept.read_text().replace('"mist.own_usd":"', '"other":"').replace('"cost_usd":"', '"other":"')
    kept.write_text(re.sub(r'"checksum": [0-9]+', '"checksum": 0', unpriced))
    report = team.run(models=FakeModels(never))
    assert report.problem is not None
    assert report.problem.code == Code.UNPRICED
    assert "and a price is unknown: of 20261120T12" in report.problem.message


def test_a_run_has_no_time_is_refused_and_one_that_has_says_how_long_it_took(team: Team) -> None:
    team.budgets = "eval_minutes: 0"
    nothing = team.run(models=FakeModels(never))
    assert nothing.decision.outcome is Outcome.FAILED
    assert line(nothing, "eval_minutes").spent == "0 min at least (nothing was asked)"
    team.budgets = "eval_minutes: 5, month_minutes: 100"
    assert line(team.run(), "month_minutes").left != "100 min"


def test_data_alone_is_held_against_the_budgets_of_training_and_spends_nothing_of_the_others(
    team: Team,
) -> None:
    team.budgets = "training_tokens: 100, training_hours: 5, month_usd: 0"
    report = team.run(models=FakeModels(never), change={"data/train.jsonl": rows(range(20))})
    assert {one.name for one in report.budgets} == {"training_tokens", "training_hours"}
    hours = line(report, "training_hours")
    assert (hours.held, hours.spent, hours.over) == (False, None, False)
    assert hours.note == "no training on this data is recorded yet, and an estimate has no hours"
    assert line(report, "training_tokens").note == "estimated"
