"""Parts of a ledger that several processes read become one, where that is the same as reading it from first to last."""

from array import array
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from mist_ci.models.ledger import Ledger, LedgerRun
from mist_ci.tokentrace.ledger.reading import Reader, Trace
from mist_ci.tokentrace.ledger.summing import finished


@dataclass(slots=True)
class Part:
    """What one process read, made to be small on its way."""

    traces: list[tuple[Trace, "array[int] | None"]]
    """Traces, with the numbers of their spans in place of their names; None where a name is no number."""
    left_out: Counter[str]
    doubted: Counter[str]


def read_part(lines: Iterable[bytes], now_ns: int) -> Part:
    """A part of a ledger, read."""
    reader = Reader(now_ns)
    reader.read(lines)
    return Part(
        [(trace, _numbers(trace)) for trace in reader.traces.values()], reader.left_out, reader.doubted
    )


def joined(parts: Iterable[Part], now_ns: int) -> Ledger | None:
    """The ledger, as `read_ledger` has it; None where only that can tell.

    That is where a span is there twice, in two parts, and where a call's suite is known from another part.
    """
    whole = Reader(now_ns)
    known: dict[str, list[array[int] | None]] = {}
    for part in parts:
        whole.left_out += part.left_out
        whole.doubted += part.doubted
        for trace, numbers in part.traces:
            found = whole.traces.setdefault(trace.run.trace_id, trace)
            known.setdefault(trace.run.trace_id, []).append(numbers)
            if found is not trace:
                _join(found, trace)
    if any(_is_doubtful(whole.traces[trace_id], several) for trace_id, several in known.items()):
        return None
    return finished(whole)


def _numbers(trace: Trace) -> "array[int] | None":
    try:
        numbers = array("Q", bytes.fromhex("".join(trace.seen)))
    except ValueError:
        numbers = None
    trace.seen.clear()
    for (
        sums
    ) in trace.sums.values():  # here, where other processes sort as well; sorted parts are merged quickly
        sums.latencies_ns = array("q", sorted(sums.latencies_ns))
    if not trace.waiting:
        trace.suites.clear()
        trace.above.clear()
    return numbers


def _join(trace: Trace, other: Trace) -> None:
    for kind, sums in other.sums.items():
        if kind in trace.sums:
            trace.sums[kind].join(sums)
        else:
            trace.sums[kind] = sums
    trace.waiting += other.waiting
    _join_runs(trace.run, other.run)


def _join_runs(run: LedgerRun, other: LedgerRun) -> None:
    run.spans += other.spans
    run.trainings += other.trainings
    run.estimates += other.estimates
    run.alerts |= other.alerts
    run.run_id = run.run_id or other.run_id
    if other.about:
        run.run_id, run.about, run.status = other.run_id or run.run_id, other.about, other.status
        run.start_ns, run.end_ns = other.start_ns, other.end_ns


def _is_doubtful(trace: Trace, parts: "list[array[int] | None]") -> bool:
    """True where parts of a trace may not simply be added up."""
    if len(parts) == 1:
        return False
    numbers = set[int]()
    for part in parts:
        numbers.update(part or ())
    return bool(trace.waiting) or len(numbers) < trace.run.spans
