"""A ledger as tables for SQL: spans, runs, trainings and alerts, a row of JSON for each. Money stays exact."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

import msgspec

from mist_ci.models.ledger import EXACT, Ledger, LedgerRun
from mist_ci.models.span_line import Unusable, WholeSpan, read_alert, read_whole
from mist_ci.tokentrace.ledger.amounts import decimal_of

SCALE = 18
"""Digits of money after the point: a column of SQL has to have so many."""
_MONEY = f"DECIMAL(38, {SCALE})"
_TYPES: Mapping[str, type | tuple[type, ...]] = {
    "VARCHAR": str, "BIGINT": int, "BOOLEAN": bool, "DOUBLE": (int, float), _MONEY: (str, int, float),
}  # fmt: skip
_KEYS = {"suite": "eval.suite", "sample": "eval.sample", "score": "eval.score", "outcome": "eval.status"}
_TIMES = {"start_ns": "BIGINT", "end_ns": "BIGINT"}
_SPENT = {
    "calls": "BIGINT", "tokens_in": "BIGINT", "tokens_out": "BIGINT", "tokens_cached": "BIGINT",
    "tokens_reasoning": "BIGINT", "cost_usd": _MONEY, "reused_calls": "BIGINT", "saved_usd": _MONEY,
}  # fmt: skip
_TOLD = {
    "suite": "VARCHAR", "sample": "VARCHAR", "side": "VARCHAR", "attempt": "BIGINT", "provider": "VARCHAR",
    "model": "VARCHAR", "iteration": "VARCHAR", "score": "DOUBLE", "outcome": "VARCHAR", "reused": "BOOLEAN",
    "retries": "BIGINT", "cost_basis": "VARCHAR", **_SPENT,
}  # fmt: skip
_ABOUT = {
    "gate": "VARCHAR", "branch": "VARCHAR", "commit": "VARCHAR", "base_commit": "VARCHAR", "event": "VARCHAR",
    "outcome": "VARCHAR", "pull_requests": "VARCHAR", "kind": "VARCHAR",
}  # fmt: skip
_TRAINED = {
    "trainer": "VARCHAR", "job": "VARCHAR", "base_model": "VARCHAR", "tokens": "BIGINT", "steps": "BIGINT",
    "epochs": "DOUBLE", "gpu_hours": "DOUBLE", "runtime_s": "DOUBLE",
}  # fmt: skip
_TIED = {"data_hash": "VARCHAR", "config_hash": "VARCHAR", "commit": "VARCHAR", "branch": "VARCHAR"}
TABLES = {
    "spans": {
        "run_id": "VARCHAR", "trace_id": "VARCHAR", "span_id": "VARCHAR", "parent_id": "VARCHAR",
        "operation": "VARCHAR", "status": "VARCHAR", **_TIMES, **_TOLD, "data_hash": "VARCHAR", "attrs": "JSON",
    },
    "runs": {
        "run_id": "VARCHAR", "trace_id": "VARCHAR", "status": "VARCHAR", **_TIMES, **_ABOUT, **_SPENT,
        "unpriced_calls": "BIGINT", "failed": "BIGINT", "spans": "BIGINT", "score": "DOUBLE",
    },
    "trainings": {
        "run_id": "VARCHAR", "status": "VARCHAR", **_TIMES, **_TRAINED, "model": "VARCHAR", "cost_usd": _MONEY,
        "cost_basis": "VARCHAR", **_TIED,
    },
    "alerts": {
        "run_id": "VARCHAR", "at_ns": "BIGINT", "level": "VARCHAR", "metric": "VARCHAR", "value": "DOUBLE",
        "threshold": "DOUBLE", "message": "VARCHAR",
    },
}  # fmt: skip
"""Tables, their columns and what those are."""
_PLACES = {
    **{_KEYS.get(name, name): (name, kind) for name, kind in _TOLD.items()},
    "mist.data_hash": ("data_hash", "VARCHAR"),
}
"""Attribute of a span → its column, and of what kind that is."""
Row = tuple[str, bytes]
_encode = msgspec.json.Encoder(decimal_format="string").encode


class Rows:
    """Rows of all tables out of lines and what they add up to, and how many spans are in none."""

    def __init__(self, known: Ledger) -> None:
        self._left_out: Counter[str] = Counter()
        self._told = known.left_out
        self._rounded = 0
        self._runs = {run.trace_id: run for run in known.runs}
        self._seen: set[str] = set()

    def read(self, lines: Iterable[bytes]) -> Iterator[Row]:
        """The name of a table and a row of it, as JSON. Spans that are there twice come once."""
        for run in self._runs.values():
            yield from _of_run(run)
        for line in lines:
            if (alert := read_alert(line)) is not None:
                run_id = self._run_id(alert.payload.trace_id or "")
                told = {
                    **msgspec.structs.asdict(alert.payload),
                    "at_ns": alert.timestamp_ns,
                    "run_id": run_id,
                }
                yield "alerts", _row("alerts", told)
            else:
                yield from self._span(line)

    @property
    def notices(self) -> list[str]:
        """Of what was read so far, what a table does not say as it was written, and the ledger did not."""
        told = [f"{number:,} {why}" for why, number in sorted((self._left_out - self._told).items())]
        found = [f"lines that are in no table: {', '.join(told)}"] if told else []
        if self._rounded:
            found.append(
                f"{self._rounded:,} amounts have more than {SCALE} digits after the point, and are rounded in tables"
            )
        return found

    def _span(self, line: bytes) -> Iterator[Row]:
        try:
            message = read_whole(line)
            if message is None:
                return
            span, trace_id = message.payload, message.payload.trace_id
            if trace_id not in self._runs:  # its only span was left out of the sums, and that was told
                return
            if (identity := trace_id + span.span_id) not in self._seen:
                self._seen.add(identity)
                self._rounded += sum(_is_rounded(span.attrs.get(name)) for name in ("cost_usd", "saved_usd"))
                yield "spans", _of_span(span, self._run_id(trace_id))
        except Unusable as why:
            self._left_out[str(why)] += 1

    def _run_id(self, trace_id: str) -> str | None:
        run = self._runs.get(trace_id)
        return (run.run_id or None) if run else None


def _is_rounded(amount: str | float | None) -> bool:
    """Text that is short has no more digits than a column."""
    if amount is None or len(str(amount)) <= SCALE:
        return False
    digits, exponent = decimal_of(amount).normalize(EXACT).as_tuple()[1:]
    return bool(digits) and int(exponent) < -SCALE


def _of_span(span: WholeSpan, run_id: str | None) -> bytes:
    """Only what is there: a ledger has millions of spans, and what a row leaves out is NULL."""
    row: dict[str, object] = {
        "run_id": run_id,
        "trace_id": span.trace_id,
        "span_id": span.span_id,
        "parent_id": span.parent_id,
        "operation": span.operation,
        "status": span.status,
        "start_ns": span.start_ns,
        "end_ns": span.end_ns,
        "attrs": span.attrs,
    }
    for key, value in span.attrs.items():
        if value is not None and (place := _PLACES.get(key)):
            row[place[0]] = _fitting(value, place[1])
    return _encode(row)


def _of_run(run: LedgerRun) -> Iterator[Row]:
    if not run.is_training:
        total = run.total()
        about = {name: run.about.get(f"mist.{name}") for name in _ABOUT}
        told: dict[str, object] = {
            **about,
            **{name: getattr(total, name) for name in _SPENT if not name.endswith("usd")},
            "kind": run.kind,
            "run_id": run.run_id, "trace_id": run.trace_id, "status": run.status or None, "start_ns": run.start_ns,
            "end_ns": run.end_ns, "cost_usd": total.cost.known_usd, "saved_usd": total.saved.known_usd,
            "unpriced_calls": total.cost.unknown, "failed": total.failed, "spans": run.spans, "score": total.score,
        }  # fmt: skip
        yield "runs", _row("runs", told)
    for training in run.trainings:
        attrs: dict[str, object] = {
            **training,
            **{name: training.get(f"training.{name}") for name in _TRAINED},
            **{name: training.get(f"mist.{name}") for name in _TIED},
            "status": training.get("training.status"),
            "run_id": run.run_id,
        }
        yield "trainings", _row("trainings", attrs)


def _row(table: str, values: Mapping[str, object]) -> bytes:
    """Values that are of their column's kind; every other is none."""
    return _encode({name: _fitting(values.get(name), kind) for name, kind in TABLES[table].items()})


def _fitting(value: object, kind: str) -> object:
    if value is None or kind == "JSON":
        return value
    if kind == _MONEY:
        return f"{value if isinstance(value, Decimal) else decimal_of(value):f}"  # type: ignore[arg-type]
    if kind == "DOUBLE" and isinstance(value, str):  # decimals of trainings
        return float(value)
    is_number = isinstance(value, bool) == (kind == "BOOLEAN")
    return value if is_number and isinstance(value, _TYPES[kind]) else None
