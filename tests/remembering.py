"""Iterations as stores keep them."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from mist_ci.models.iteration import DataVersion, Expense, Iteration, SuiteScore
from mist_ci.models.suite import Role
from mist_ci.models.verdict import Outcome

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def score(name: str, head: float | None, base: float | None = 0.8, **changes: object) -> SuiteScore:
    """A suite of 200 samples, with an interval of four points to both sides."""
    difference = None if head is None or base is None else head - base
    fields: dict[str, object] = {
        "name": name,
        "digest": f"sha256:{name}",
        "role": Role.RETAIN,
        "n": 200,
        "missing": 0,
        "base": base,
        "head": head,
        "estimate": difference,
        "low": None if difference is None else difference - 0.04,
        "high": None if difference is None else difference + 0.04,
        "verdict": "pass",
    }
    return SuiteScore.model_validate(fields | changes)


def expense(calls: int = 400, usd: str | None = "0.0421") -> Expense:
    """What one side took."""
    return Expense(
        calls=calls,
        tokens_in=60 * calls,
        tokens_out=9 * calls,
        cost_usd=None if usd is None else Decimal(usd),
        saved_usd=Decimal(0),
    )


def data(number: int) -> DataVersion:
    """The numbered version of `chat`."""
    digits = f"{number + 0xDA7A000:x}".ljust(64, "0")
    return DataVersion(dataset="chat", data_hash=f"sha256:{digits}", rows=1000 + number)


def iteration(number: int = 0, *scores: SuiteScore, **changes: object) -> Iteration:
    """The numbered iteration of `assistant`, a day after the one before."""
    when = NOON + timedelta(days=number)
    fields: dict[str, object] = {
        "run_id": f"{when:%Y%m%dT%H%M%SZ}-{number:08x}",
        "when": when,
        "gate": "release",
        "config": "mist.yml",
        "outcome": Outcome.PASSED,
        "model": "assistant",
        "head": f"{number + 0xC0FFEE:07x}".ljust(40, "c"),
        "base": "b" * 40,
        "base_ref": "main",
        "head_model": f"ft:assistant-{number}",
        "head_digest": f"sha256:{number:064x}",
        "base_model": "assistant-base",
        "data": (data(number),),
        "suites": scores or (score("math", 0.81), score("tone", 0.9)),
        "base_expense": expense(),
        "head_expense": expense(),
        "duration_s": 12.5,
        "mist_ci": "0.1.0",
    }
    return Iteration.model_validate(fields | changes)
