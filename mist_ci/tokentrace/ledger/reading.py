"""Spans of a ledger, read once from first line to last and added up as they come.

A ledger has millions of spans, so little is done for each: the sums of its own kind (the same operation, suite, side,
provider and model) are looked up, and added to. What a kind means is asked once for each, in the end (`summing`).
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from mist_ci.models.ledger import LedgerRun
from mist_ci.models.span_line import SpanAttributes, SpanLine, Unusable, attributes_of, read_alert, read_span
from mist_ci.tokentrace.ledger.amounts import decimal_of
from mist_ci.tokentrace.ledger.sums import ATTEMPT, ESTIMATE, RUN, TRAINING, Kind, Sums

_TOLD = frozenset((RUN, TRAINING, ESTIMATE))
"""Few, and everything that they say is kept."""
_SUMS = frozenset(
    ("calls", "tokens_in", "tokens_out", "cost_usd", "reused_calls", "saved_usd", "mist.run_id")
)
TWICE = "that are there twice, and count once"
_FAR_NS = 24 * 3600 * 10**9
"""A clock may be off by a day."""


@dataclass(slots=True)
class Trace:
    """What was read of one trace."""

    run: LedgerRun
    suites: dict[str, str | None] = field(default_factory=dict)
    """Every span that was seen → its suite, for what is below it and does not say."""
    above: dict[str, str] = field(default_factory=dict)
    """Span → its parent, where it does not know its suite."""
    sums: dict[Kind, Sums] = field(default_factory=dict)
    waiting: list[SpanLine] = field(default_factory=list)
    """Calls whose suite is not known yet."""


class Reader:
    """What was read of a ledger, or of a part of it."""

    def __init__(self, now_ns: int) -> None:
        self.traces: dict[str, Trace] = {}
        self.left_out: Counter[str] = Counter()
        self.doubted: Counter[str] = Counter()
        self._latest_ns = now_ns + _FAR_NS

    def read(self, lines: Iterable[bytes]) -> None:
        """Every span once, whatever their order. Lines that cannot be used are counted, by reason."""
        for line in lines:
            try:
                span = read_span(line)
                if span is not None:
                    self._take(span, line)
                elif (message := read_alert(line)) is not None and message.payload.trace_id:
                    self._trace(message.payload.trace_id).run.alerts.setdefault(message.payload)
            except Unusable as why:
                self.left_out[str(why)] += 1

    def _take(self, span: SpanLine, line: bytes) -> None:
        attrs = span.attrs
        cost, saved = money_of(attrs)
        trace = self.traces.get(span.trace_id) or self._trace(span.trace_id)
        suites, span_id = trace.suites, span.span_id
        if span_id in suites:
            raise Unusable(TWICE)
        suite = suites[span_id] = attrs.suite
        if suite is None and span.parent_id is not None:
            trace.above[span_id] = span.parent_id
        if not span.start_ns <= span.end_ns <= self._latest_ns:
            self._doubt(span)
        operation = span.operation
        if operation in _TOLD:
            _tell(trace.run, span, line)
            if operation != RUN:
                return
        elif operation == ATTEMPT and not trace.run.run_id:
            trace.run.run_id = str(attributes_of(line).get("mist.run_id") or "")
        sums = sums_of(trace, span, suite)
        if sums is None:
            trace.waiting.append(span)
        else:
            sums.take(span, cost, saved)

    def _trace(self, trace_id: str) -> Trace:
        trace = self.traces.get(trace_id)
        if trace is None:
            trace = self.traces[trace_id] = Trace(LedgerRun(trace_id))
        return trace

    def _doubt(self, span: SpanLine) -> None:
        if span.end_ns < span.start_ns:
            self.doubted["that end before they start: no latency counts"] += 1
        else:
            self.doubted["that end more than a day from now: a clock is wrong"] += 1


def money_of(attrs: SpanAttributes) -> tuple[Decimal | None, Decimal | None]:
    """What was spent and what was saved. Raises Unusable."""
    cost, saved = attrs.cost_usd, attrs.saved_usd
    return None if cost is None else decimal_of(cost), None if saved is None else decimal_of(saved)


def sums_of(trace: Trace, span: SpanLine, suite: str | None) -> Sums | None:
    """What a span is added to; None for a call whose suite is not known."""
    attrs = span.attrs
    kind = (
        span.operation, suite, attrs.side, attrs.provider, attrs.model, attrs.iteration, attrs.data_hash,
    )  # fmt: skip
    sums = trace.sums.get(kind)
    if sums is None:
        sums = Sums.of(span.operation)
        if suite is None and not sums.is_level:
            return None
        trace.sums[kind] = sums
    return sums


def _tell(run: LedgerRun, span: SpanLine, line: bytes) -> None:
    """Keeps all attributes of a span that is told of, and those of a run or a training for the list."""
    attrs = attributes_of(line)
    if span.operation != RUN:
        kept = run.trainings if span.operation == TRAINING else run.estimates
        kept.append({**attrs, "status": span.status, "start_ns": span.start_ns, "end_ns": span.end_ns})
    if span.operation != ESTIMATE:
        run.run_id = str(attrs.get("mist.run_id") or run.run_id)
        run.start_ns, run.end_ns, run.status = span.start_ns, span.end_ns, span.status
        about = {key: value for key, value in attrs.items() if key not in _SUMS}
        run.about = about or {"kind": span.operation}
