"""The end of reading: every run's calls added up, and held against what its parents say.

Only calls are added up. Spans above them carry the sums of what is below, and are there to be checked: each level of a
run (run, suites, samples, attempts) has to come to the same integers and the same decimals. A run that was killed has
attempts and calls, and nothing above them.
"""

from collections.abc import Iterable

from mist_ci.models.ledger import JUDGING, Group, Ledger, LedgerRun, Totals
from mist_ci.tokentrace.ledger.reading import Reader, Trace, money_of, sums_of
from mist_ci.tokentrace.ledger.sums import ATTEMPT, JUDGE, RUN, SPEND, Kind, Sums


def read_ledger(lines: Iterable[bytes], now_ns: int) -> Ledger:
    """Every span once, whatever their order. Lines that cannot be used are counted, by reason."""
    reader = Reader(now_ns)
    reader.read(lines)
    return finished(reader)


def finished(reader: Reader) -> Ledger:
    """The ledger, once everything was read."""
    runs = [_run(trace) for trace in reader.traces.values()]
    return Ledger(sorted(runs, key=lambda run: (run.start_ns, run.trace_id)), reader.left_out, reader.doubted)


def _run(trace: Trace) -> LedgerRun:
    for span in trace.waiting:
        sums = sums_of(trace, span, _suite_above(trace, span.parent_id))
        if sums is not None:
            sums.take(span, *money_of(span.attrs))
    run, levels = trace.run, dict[str, Totals]()
    run.spans += len(trace.suites)
    trained_on = {kind[1:-1]: kind[-1] for kind in trace.sums if kind[0] == ATTEMPT}
    has_calls = any(not sums.is_level and kind[0] != SPEND for kind, sums in trace.sums.items())
    for kind, sums in trace.sums.items():
        if sums.is_level:
            levels.setdefault(kind[0], Totals()).add(sums)
        elif kind[0] != SPEND or not has_calls:
            group = _group(kind, trained_on.get(kind[1:-1]))
            run.groups.setdefault(group, Totals()).add(sums)
            _widen(run, sums)
    if ATTEMPT in levels:
        _grade(run, trace)
    _check(run, levels)
    return run


def _group(kind: Kind, data_hash: str | None) -> Group:
    operation, suite, side, *others, own_hash = kind
    judging = JUDGING if operation == JUDGE else ""
    return Group(
        suite or "", (side or "") + judging, *(one or "" for one in (*others, own_hash or data_hash))
    )


def _grade(run: LedgerRun, trace: Trace) -> None:
    """Scores are those of attempts, where there are any: a call has none."""
    for totals in run.groups.values():
        del totals.scores[:]
        totals.graded = 0
    for kind, sums in trace.sums.items():
        group = _group(kind, None)
        if kind[0] == ATTEMPT and group in run.groups:
            run.groups[group].grade(sums)


def _suite_above(trace: Trace, parent_id: str | None) -> str:
    """The suite of the nearest span above that has one."""
    above, times = parent_id, 0
    while above is not None and times <= len(trace.above):
        suite = trace.suites.get(above)
        if suite is not None:
            return suite
        above, times = trace.above.get(above), times + 1
    return ""


def _widen(run: LedgerRun, sums: Sums) -> None:
    """A run whose own span never came lasts from its first call to its last."""
    if not run.about:
        run.start_ns = min(run.start_ns or sums.first_ns, sums.first_ns)
        run.end_ns = max(run.end_ns, sums.last_ns)


def _check(run: LedgerRun, levels: dict[str, Totals]) -> None:
    """Every level that is there has to say the same as the calls, once the run has ended."""
    if ATTEMPT in levels and RUN not in levels:
        run.has_ended = False
        return
    total = run.total()
    for operation, said in levels.items():
        if said.figures != total.figures:
            run.flaws.append(
                f"{operation} spans come to {_sentence(said)}, and the calls to {_sentence(total)}"
            )


def _sentence(totals: Totals) -> str:
    usd = totals.cost.known_usd
    cost = "unknown cost" if usd is None else f"${usd}"
    return (
        f"{totals.calls:,} calls, {totals.tokens_in:,} + {totals.tokens_out:,} tokens, {cost}, "
        f"{totals.reused_calls:,} stored"
    )
