"""A ledger, read once from first line to last: every run's calls added up, and held against what its parents say.

Only calls are added up. Spans above them carry the sums of what is below, and are there to be checked: each level of a
run (run, suites, samples, calls) has to come to the same integers and the same decimals.
"""

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation

from mist_ci.models.ledger import EXACT, Attributes, Group, Ledger, LedgerRun, Totals
from mist_ci.models.span_line import SpanAttributes, SpanLine, Unusable, attributes_of, read_span

Amounts = tuple[Decimal | None, Decimal | None]

RUN, SUITE, SAMPLE = "mist.run", "mist.suite", "mist.sample"
CALL, JUDGE = "gen_ai.chat", "gen_ai.judge"
TRAINING, ESTIMATE = "mist.training", "mist.training_estimate"
SPEND = "mist.spend"
"""Calls of a run added up, where its calls themselves are elsewhere: it counts only where there are none of them."""
TWICE = "that are there twice, and count once"
_LEVELS = (RUN, SUITE, SAMPLE)
_SUMS = frozenset(
    ("calls", "tokens_in", "tokens_out", "cost_usd", "reused_calls", "saved_usd", "mist.run_id")
)
_FAR_NS = 24 * 3600 * 10**9
"""A clock may be off by a day."""
_MAX_USD = Decimal(10) ** 12
JUDGING = " (judging)"
"""What graders asked models about the answers of a side, apart from what the side itself took. It has no latency: one
span stands for several calls."""
_NOTHING = Decimal(0)
_exact = EXACT.add
_LONGEST_AMOUNT = 80
_SMALLEST = 40


def read_ledger(lines: Iterable[bytes], now_ns: int) -> Ledger:
    """Every span once, whatever their order. Lines that cannot be used are counted, by reason."""
    reader = _Reader(now_ns)
    for line in lines:
        try:
            reader.take(line)
        except Unusable as why:
            reader.ledger.left_out[str(why)] += 1
    return reader.finish()


class _Reader:
    """What has been read so far. Samples are remembered by number, because there may be a million of them."""

    def __init__(self, now_ns: int) -> None:
        self.ledger = Ledger()
        self._latest_ns = now_ns + _FAR_NS
        self._runs: dict[str, LedgerRun] = {}
        self._seen: dict[str, set[int]] = {}
        self._suite_of: dict[int, str] = {}
        self._levels: dict[tuple[str, str], Totals] = {}
        self._waiting: list[tuple[SpanLine, Amounts]] = []
        self._added_up: dict[str, list[tuple[SpanLine, Amounts]]] = {}

    def take(self, line: bytes) -> None:
        """One line, without or with its line feed. Raises Unusable."""
        span = read_span(line)
        if span is None:
            return
        attrs = span.attrs
        amounts = (
            None if attrs.cost_usd is None else decimal_of(attrs.cost_usd),
            None if attrs.saved_usd is None else decimal_of(attrs.saved_usd),
        )
        identity = _number(span.span_id)
        run = self._runs.get(span.trace_id) or self._new(span.trace_id)
        seen = self._seen[span.trace_id]
        if identity in seen:
            raise Unusable(TWICE)
        seen.add(identity)
        run.spans += 1
        if span.end_ns < span.start_ns or span.end_ns > self._latest_ns:
            self._doubt(span)
        if span.operation == CALL:
            self._call(run, span, amounts)
        elif span.operation in _LEVELS:
            self._parent(run, span, amounts, line)
        elif span.operation == TRAINING:
            run.trainings.append(_told(span, line))
            _top(run, span, line)
        elif span.operation == ESTIMATE:
            run.estimates.append(_told(span, line))
        elif span.operation == SPEND:
            self._added_up.setdefault(span.trace_id, []).append((span, amounts))
        else:  # another writer's word for a call
            self._call(run, span, amounts)

    def finish(self) -> Ledger:
        """The ledger, once everything was read."""
        for span, amounts in self._waiting:
            suite = self._suite_of.get(_number(span.parent_id), "")
            self._add(self._runs[span.trace_id], span, amounts, suite)
        for trace_id, parts in self._added_up.items():
            if not self._runs[trace_id].groups:
                for span, amounts in parts:
                    self._add(self._runs[trace_id], span, amounts, span.attrs.suite or "")
        for run in self._runs.values():
            self._check(run)
        self.ledger.runs = sorted(self._runs.values(), key=lambda run: (run.start_ns, run.trace_id))
        return self.ledger

    def _new(self, trace_id: str) -> LedgerRun:
        run = self._runs[trace_id] = LedgerRun(trace_id)
        self._seen[trace_id] = set()
        return run

    def _doubt(self, span: SpanLine) -> None:
        if span.end_ns < span.start_ns:
            self.ledger.doubted["that end before they start: no latency counts"] += 1
        else:
            self.ledger.doubted["that end more than a day from now: a clock is wrong"] += 1

    def _parent(self, run: LedgerRun, span: SpanLine, amounts: Amounts, line: bytes) -> None:
        if span.operation == RUN:
            _top(run, span, line)
        else:
            self._suite_of[_number(span.span_id)] = span.attrs.suite or ""
        key = span.trace_id, span.operation
        level = self._levels.get(key)
        if level is None:
            level = self._levels[key] = Totals()
        _add_to(level, span.attrs, amounts, span.attrs.calls or 0)

    def _call(self, run: LedgerRun, span: SpanLine, amounts: Amounts) -> None:
        suite = span.attrs.suite
        if suite is None:
            suite = self._suite_of.get(_number(span.parent_id))
        if suite is None:
            self._waiting.append((span, amounts))
        else:
            self._add(run, span, amounts, suite)

    def _add(self, run: LedgerRun, span: SpanLine, amounts: Amounts, suite: str) -> None:
        attrs = span.attrs
        side, is_judging = attrs.side or "", span.operation == JUDGE
        if is_judging:
            side += JUDGING
        key = (suite, side, attrs.provider or "", attrs.model or "")
        totals = run.groups.get(key)  # type: ignore[call-overload]  # a Group, only slower to make
        if totals is None:
            totals = run.groups[Group(*key)] = Totals()
        calls = attrs.calls
        if calls is None:  # another writer's: one span is one call
            calls = 0 if attrs.reused_calls else 1
        _add_to(totals, attrs, amounts, calls)
        if span.status == "error":
            totals.failed += 1
        if attrs.cost_basis and (calls or attrs.reused_calls):
            totals.bases.add(attrs.cost_basis)
        if calls and span.operation not in (JUDGE, SPEND) and span.end_ns >= span.start_ns:
            totals.latencies_ns.append(span.end_ns - span.start_ns)
        if not run.about:
            _widen(run, span)

    def _check(self, run: LedgerRun) -> None:
        """Every level that is there has to say the same as the calls."""
        counted = run.total().figures
        for operation in _LEVELS:
            said = self._levels.get((run.trace_id, operation))
            if said is not None and said.figures != counted:
                run.flaws.append(
                    f"{operation} spans come to {_sentence(said)}, and the calls to {_sentence(run.total())}"
                )


def _add_to(totals: Totals, attrs: SpanAttributes, amounts: Amounts, calls: int) -> None:
    cost, saved = amounts
    if cost is not None:
        totals.cost.usd = _exact(totals.cost.usd, cost)
    elif calls or attrs.calls is not None:
        totals.cost.unknown += 1
    if attrs.reused_calls is not None:
        totals.reused_calls += attrs.reused_calls
        if saved is None:
            totals.saved.unknown += 1
        else:
            totals.saved.usd = _exact(totals.saved.usd, saved)
    totals.calls += calls
    totals.tokens_in += attrs.tokens_in or 0
    totals.tokens_out += attrs.tokens_out or 0
    totals.tokens_cached += attrs.tokens_cached or 0
    totals.tokens_reasoning += attrs.tokens_reasoning or 0


def decimal_of(amount: str | float) -> Decimal:
    """An amount as it is written; a float has the shortest digits that stand for it. Raises Unusable."""
    if amount == "0":  # most amounts that were saved
        return _NOTHING
    text = amount if type(amount) is str else str(amount)
    try:
        found = Decimal(text)
        is_possible = len(text) <= _LONGEST_AMOUNT and _NOTHING <= found < _MAX_USD
    except InvalidOperation:
        raise Unusable("with an amount that is no number") from None
    if not is_possible or (("E" in text or "e" in text) and found and found.adjusted() < -_SMALLEST):
        raise Unusable("with an amount that nobody can have paid")
    return found


def _told(span: SpanLine, line: bytes) -> Attributes:
    """All attributes, with the span's own status and times."""
    return {**attributes_of(line), "status": span.status, "start_ns": span.start_ns, "end_ns": span.end_ns}


def _top(run: LedgerRun, span: SpanLine, line: bytes) -> None:
    attrs = attributes_of(line)
    run.run_id = str(attrs.get("mist.run_id") or run.run_id)
    run.start_ns, run.end_ns, run.status = span.start_ns, span.end_ns, span.status
    run.about = {key: value for key, value in attrs.items() if key not in _SUMS} or {"kind": span.operation}


def _widen(run: LedgerRun, span: SpanLine) -> None:
    """A run whose own span never came lasts from its first call to its last."""
    run.start_ns = min(run.start_ns or span.start_ns, span.start_ns)
    run.end_ns = max(run.end_ns, span.end_ns)


def _number(span_id: str | None) -> int:
    try:
        return int(span_id or "", 16)
    except ValueError:
        return -1


def _sentence(totals: Totals) -> str:
    usd = totals.cost.known_usd
    cost = "unknown cost" if usd is None else f"${usd}"
    return (
        f"{totals.calls:,} calls, {totals.tokens_in:,} + {totals.tokens_out:,} tokens, {cost}, "
        f"{totals.reused_calls:,} stored"
    )
