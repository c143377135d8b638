"""Iterations as comma-separated values: a row for each suite of each iteration, and nothing left out."""

from collections.abc import Iterator, Mapping, Sequence

from mist_ci.models.iteration import Expense, Iteration, SuiteScore
from mist_ci.report.spreadsheet import Value, separated


def comma_separated(
    iterations: Sequence[Iteration], releases: Mapping[str, Sequence[str]], suites: Sequence[str] = ()
) -> str:
    """The head, then the rows, each ended by CR LF. Money and tokens are of the whole iteration, not of the suite."""
    rows = [
        _about(one, releases) | _suite(suite) | _overall(one) | _sides(one) | _training(one)
        for one in iterations
        for suite in one.suites
        if not suites or suite.name in suites
    ]
    return separated(HEAD, ([row[name] for name in HEAD] for row in rows))


def _about(one: Iteration, releases: Mapping[str, Sequence[str]]) -> dict[str, Value]:
    return {
        "when": one.when.isoformat(timespec="seconds"),
        "run": one.run_id,
        "gate": one.gate,
        "config": one.config,
        "model": one.model,
        "outcome": one.outcome.value,
        "commit": one.head,
        "base_commit": one.base,
        "base_ref": one.base_ref,
        "release": " ".join(releases.get(one.head, ())),
        "head_model": one.head_model,
        "head_digest": one.head_digest,
        "base_model": one.base_model,
        "data": " ".join(f"{each.dataset}={each.data_hash}" for each in one.data),
        "data_rows": one.data[0].rows if one.data else None,
    }


def _suite(suite: SuiteScore) -> dict[str, Value]:
    return {
        "suite": suite.name,
        "suite_digest": suite.digest,
        "role": suite.role.value,
        "samples": suite.n,
        "missing": suite.missing,
        "base_score": suite.base,
        "head_score": suite.head,
        "difference": suite.estimate,
        "low": suite.low,
        "high": suite.high,
        "verdict": suite.verdict,
    }


def _overall(one: Iteration) -> dict[str, Value]:
    overall = one.overall
    return {
        "overall_difference": overall.estimate if overall else None,
        "overall_low": overall.low if overall else None,
        "overall_high": overall.high if overall else None,
        "overall_verdict": overall.verdict if overall else None,
    }


def _sides(one: Iteration) -> dict[str, Value]:
    sides = (("base", one.base_expense), ("head", one.head_expense), ("anchor", one.anchor_expense))
    return {name: value for side, expense in sides for name, value in _side(side, expense)}


def _side(side: str, expense: Expense | None) -> Iterator[tuple[str, Value]]:
    yield f"{side}_calls", expense.calls if expense else None
    yield f"{side}_tokens_in", expense.tokens_in if expense else None
    yield f"{side}_tokens_out", expense.tokens_out if expense else None
    yield f"{side}_cost_usd", expense.cost_usd if expense else None
    yield f"{side}_reused_calls", expense.reused_calls if expense else None
    yield f"{side}_saved_usd", expense.saved_usd if expense else None


def _training(one: Iteration) -> dict[str, Value]:
    """Of the data set that comes first."""
    first = one.data[0] if one.data else None
    return {
        "training_tokens": first.training_tokens if first else None,
        "training_usd": first.training_usd if first else None,
        "duration_s": one.duration_s,
        "mist_ci": one.mist_ci,
    }


HEAD = (
    *("when", "run", "gate", "config", "model", "outcome", "commit", "base_commit", "base_ref", "release"),
    *("head_model", "head_digest", "base_model", "data", "data_rows"),
    *(
        "suite",
        "suite_digest",
        "role",
        "samples",
        "missing",
        "base_score",
        "head_score",
        "difference",
        "low",
        "high",
    ),
    *("verdict", "overall_difference", "overall_low", "overall_high", "overall_verdict"),
    *(
        "base_calls",
        "base_tokens_in",
        "base_tokens_out",
        "base_cost_usd",
        "base_reused_calls",
        "base_saved_usd",
    ),
    *(
        "head_calls",
        "head_tokens_in",
        "head_tokens_out",
        "head_cost_usd",
        "head_reused_calls",
        "head_saved_usd",
    ),
    *("anchor_calls", "anchor_tokens_in", "anchor_tokens_out", "anchor_cost_usd", "anchor_reused_calls"),
    *("anchor_saved_usd", "training_tokens", "training_usd", "duration_s", "mist_ci"),
)
"""Names of the columns, also where there is no row."""
