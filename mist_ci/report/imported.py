"""What was imported, suite by suite: as a table for people and as JSON for programs."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal

from mist_ci.models.attempt import exact_sum
from mist_ci.models.figures import NO_SCORE, count, money, points
from mist_ci.models.record import FINISHED, Record, RecordTokens
from mist_ci.report.text import plain

_CELL_CHARS = 48
_HEADER = ("suite", "side", "cases", "repeats", "mean", "missing", "model", "tokens", "cost", "source")


@dataclass(frozen=True, slots=True)
class ImportedSuite:
    """The records of one suite on one side. `mean_score` is over what counts, each case alike; None without any."""

    suite: str
    side: str | None
    cases: int
    repeats: int
    """The most that any case has."""
    records: int
    missing: int
    mean_score: float | None
    grader: str
    models: tuple[str, ...]
    tokens: int | None
    """In and out; None when one record does not say."""
    cost_usd: Decimal | None
    """None when one record does not say: unknown is not $0."""
    sources: tuple[str, ...]
    """What each tool says of its run: `promptfoo 0.121.20: success`."""
    is_comparable: bool
    """False when a source did not finish."""


def summarise(records: Sequence[Record]) -> tuple[ImportedSuite, ...]:
    """Suites by name, base before head."""
    groups: dict[tuple[str, str], list[Record]] = defaultdict(list)
    for record in records:
        groups[record.suite, record.side or ""].append(record)
    return tuple(_suite(groups[place]) for place in sorted(groups))


def _suite(records: Sequence[Record]) -> ImportedSuite:
    cases: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        cases[record.case_key].append(record)
    sources = {record.source for record in records}
    costs = [record.cost_usd for record in records if record.cost_usd is not None]
    tokens = [_tokens(record.tokens) for record in records if _tokens(record.tokens) is not None]
    return ImportedSuite(
        suite=records[0].suite,
        side=records[0].side,
        cases=len(cases),
        repeats=max(len(repeats) for repeats in cases.values()),
        records=len(records),
        missing=sum(not record.status.counts for record in records),
        mean_score=_mean(list(cases.values())),
        grader=", ".join(sorted({record.grader for record in records})),
        models=tuple(sorted({record.model for record in records} - {""})),
        tokens=sum(each or 0 for each in tokens) if len(tokens) == len(records) else None,
        cost_usd=exact_sum(costs) if len(costs) == len(records) else None,
        sources=tuple(
            sorted({f"{each.tool} {each.version}".strip() + f": {each.status}" for each in sources})
        ),
        is_comparable=all(each.status == FINISHED for each in sources),
    )


def _tokens(tokens: RecordTokens) -> int | None:
    return None if tokens.input is None or tokens.output is None else tokens.input + tokens.output


def _mean(cases: Sequence[Sequence[Record]]) -> float | None:
    """The mean over cases of the mean over their repeats that count."""
    values = [[record.value for record in case if record.value is not None] for case in cases]
    means = [sum(scores) / len(scores) for scores in values if scores]
    return sum(means) / len(means) if means else None


def table(suites: Sequence[ImportedSuite]) -> str:
    """Aligned columns, one suite a line, and a line for each that cannot be compared. Hostile names are inert."""
    rows = [_HEADER, *(_row(suite) for suite in suites)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADER))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    told = [
        f"{plain(suite.suite, _CELL_CHARS)} is not comparable: its source did not finish "
        f"({plain('; '.join(suite.sources), 200)})"
        for suite in suites
        if not suite.is_comparable
    ]
    return "\n".join(line.rstrip() for line in [*lines, *told])


def _row(suite: ImportedSuite) -> tuple[str, ...]:
    return (
        plain(suite.suite, _CELL_CHARS),
        suite.side or NO_SCORE,
        count(suite.cases),
        count(suite.repeats),
        points(suite.mean_score),
        count(suite.missing),
        plain(", ".join(suite.models) or "unknown", _CELL_CHARS),
        "unknown" if suite.tokens is None else count(suite.tokens),
        money(suite.cost_usd),
        plain("; ".join(suite.sources), _CELL_CHARS),
    )


def as_json(suites: Sequence[ImportedSuite]) -> list[dict[str, object]]:
    """The same as plain values; money as text, so that no digit is lost."""
    return [
        {name: str(value) if isinstance(value, Decimal) else value for name, value in asdict(suite).items()}
        for suite in suites
    ]
