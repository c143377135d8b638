"""What runs took, as tables: all of them, one of them in parts, and two of them side by side."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal

from mist_ci.models.ledger import EXACT, LedgerRun, Totals, percentiles_ms
from mist_ci.report.sheet import Sheet
from mist_ci.report.spreadsheet import Value
from mist_ci.report.text import plain

_MEDIAN, _SLOW = 0.5, 0.95
_COMMIT_DIGITS = 12
_LONGEST_REMARK = 500
PARTS = ("suite", "side", "provider", "model", "iteration", "data_hash")
FIGURES = (
    *("calls", "tokens_in", "tokens_out", "tokens_cached", "tokens_reasoning", "cost_usd", "unpriced_calls"),
    *("stored_answers", "saved_usd", "failed", "score", "p50_ms", "p95_ms", "price_basis"),
)
_OPTIONAL = (
    "tokens_cached",
    "tokens_reasoning",
    "unpriced_calls",
    "stored_answers",
    "saved_usd",
    "failed",
    "score",
)
LIST = (
    *("when", "run", "kind", "status", "outcome", "branch", "commit", "model", "calls", "tokens", "cost_usd"),
    *("stored_answers", "saved_usd"),
)
TRAINING = (
    *("run", "status", "base_model", "model", "tokens", "epochs", "gpu_hours", "cost_usd", "price_basis"),
    *("data", "config", "commit"),
)
ALERTS = ("level", "metric", "value", "threshold", "message")
DIFF = ("part", "name", "figure", "first", "second", "change", "change_percent")
_COMPARED = ("calls", "tokens_in", "tokens_out", "cost_usd", "saved_usd", "p50_ms", "p95_ms")


def figures(totals: Totals) -> tuple[Value, ...]:
    """A row of FIGURES."""
    return (
        totals.calls,
        totals.tokens_in,
        totals.tokens_out,
        totals.tokens_cached,
        totals.tokens_reasoning,
        totals.cost.known_usd,
        totals.cost.unknown,
        totals.reused_calls,
        totals.saved.known_usd,
        totals.failed,
        totals.score,
        *percentiles_ms(totals.latencies_ns, _MEDIAN, _SLOW),
        ", ".join(sorted(totals.bases)),
    )


def all_runs(runs: Sequence[LedgerRun]) -> Sheet:
    """A row for each run, oldest first. Tokens of a training are those that it trained on."""
    return Sheet(
        "",
        LIST,
        [_listed(run) for run in runs],
        ("stored_answers", "saved_usd", "outcome", "branch", "commit"),
    )


def parts_of_run(run: LedgerRun) -> Iterator[Sheet]:
    """The run as a whole, then by suite, side and model, its trainings, and its alerts."""
    if not run.is_training:
        yield Sheet(f"run {run.run_id}", ("", *FIGURES), [("all", *figures(run.total()))], _OPTIONAL)
        for part in ("suite", "side", "model"):
            rows = [(name or "(none)", *figures(totals)) for name, totals in run.by(part).items()]
            if rows:
                yield Sheet(f"by {part}", (part, *FIGURES), rows, _OPTIONAL)
    if run.trainings:
        yield Sheet("training", TRAINING, list(_trainings(run)))
    if run.alerts:
        yield Sheet("alerts", ALERTS, [tuple(getattr(one, name) for name in ALERTS) for one in run.alerts])


def rows_of_run(run: LedgerRun) -> Sheet:
    """The finest sums that there are: one row for each suite, side, provider and model."""
    rows = [(run.run_id, *group, *figures(totals)) for group, totals in run.groups.items()]
    return Sheet("", ("run", *PARTS, *FIGURES), rows)


def difference(first: LedgerRun, second: LedgerRun) -> Sheet:
    """Figures of both runs and what changed, for the whole run and each suite, side and model of either."""
    rows = list(_changes("run", "", first.total(), second.total()))
    for part in ("suite", "side", "model"):
        mine, yours = first.by(part), second.by(part)
        for name in dict.fromkeys((*mine, *yours)):
            rows += _changes(part, name, mine.get(name, Totals()), yours.get(name, Totals()))
    rows += _training_changes(first, second)
    return Sheet("", DIFF, rows)


def remarks(run: LedgerRun) -> list[str]:
    """What was found out about the tokens of a run, in sentences."""
    told = run.about.get("mist.tokens")
    return [plain(line, _LONGEST_REMARK) for line in told.splitlines()] if isinstance(told, str) else []


def _changes(part: str, name: str, first: Totals, second: Totals) -> Iterator[tuple[Value, ...]]:
    mine, yours = (dict(zip(FIGURES, figures(one), strict=True)) for one in (first, second))
    for figure in _COMPARED:
        yield _change(part, name, figure, mine[figure], yours[figure])


def _change(part: str, name: str, figure: str, mine: Value, yours: Value) -> tuple[Value, ...]:
    if isinstance(mine, str) or isinstance(yours, str) or mine is None or yours is None:
        return part, name, figure, mine, yours, None, None
    if isinstance(mine, Decimal) or isinstance(yours, Decimal):
        change: Value = EXACT.subtract(Decimal(yours), Decimal(mine))
    else:
        change = yours - mine
    percent = f"{float(yours) / float(mine) - 1:+.1%}" if mine else None
    return part, name, figure, mine, yours, change, percent


def _training_changes(first: LedgerRun, second: LedgerRun) -> Iterator[tuple[Value, ...]]:
    if not (first.trainings and second.trainings):
        return
    for figure, key in (("tokens", "training.tokens"), ("cost_usd", "cost_usd")):
        mine, yours = (_value(run.trainings[0].get(key), figure) for run in (first, second))
        yield _change("training", "", figure, mine, yours)


def _value(value: object, figure: str) -> Value:
    if isinstance(value, str) and figure.endswith("usd"):
        return Decimal(value)
    return value if isinstance(value, int) else None


def _listed(run: LedgerRun) -> tuple[Value, ...]:
    total = run.total()
    tokens: Value = total.tokens_in + total.tokens_out
    cost: Value = total.cost.known_usd
    models = " ".join(sorted({group.model for group in run.groups} - {""}))
    status = run.status or "not ended"
    if run.is_training:
        told = run.trainings[0]
        tokens, cost = _value(told.get("training.tokens"), "tokens"), _value(told.get("cost_usd"), "usd")
        models = str(told.get("model") or told.get("training.base_model") or "")
        status = str(told.get("training.status") or status)
    when = datetime.fromtimestamp(run.start_ns / 1e9, UTC) if 0 < run.start_ns < _YEAR_9999_NS else None
    return (
        f"{when:%Y-%m-%d %H:%M}" if when else None,
        run.run_id or run.trace_id,
        run.kind,
        status,
        _text(run, "mist.outcome"),
        _text(run, "mist.branch"),
        (_text(run, "mist.commit") or "")[:_COMMIT_DIGITS],
        models,
        total.calls,
        tokens,
        cost,
        total.reused_calls,
        total.saved.known_usd,
    )


_YEAR_9999_NS = 253_370_764_800 * 10**9


def _trainings(run: LedgerRun) -> Iterator[tuple[Value, ...]]:
    keys = (
        *("training.status", "training.base_model", "model", "training.tokens", "training.epochs"),
        *(
            "training.gpu_hours",
            "cost_usd",
            "cost_basis",
            "mist.data_hash",
            "mist.config_hash",
            "mist.commit",
        ),
    )
    for attrs in run.trainings:
        values = {key: attrs.get(key) for key in keys}
        values["cost_usd"] = None
        row = [value if value is None or isinstance(value, int) else str(value) for value in values.values()]
        cost = attrs.get("cost_usd")
        row_of: list[Value] = [*row]
        row_of[keys.index("cost_usd")] = None if cost is None else Decimal(str(cost))
        yield run.run_id, *row_of


def _text(run: LedgerRun, key: str) -> str | None:
    value = run.about.get(key)
    return None if value is None else str(value)
