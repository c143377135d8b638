"""A run in a few spans, for a ledger that is kept: what its calls add up to, instead of the calls."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal

from mist_ci.models.attempt import exact_sum
from mist_ci.models.message import TraceSpan
from mist_ci.tokentrace.ledger.reading import CALL, ESTIMATE, JUDGE, JUDGING, RUN, SPEND

_COUNTS = ("calls", "tokens_in", "tokens_out", "tokens_cached", "tokens_reasoning", "reused_calls")
_AMOUNTS = ("cost_usd", "saved_usd")
_PLACE = ("eval.suite", "side", "provider", "model")
Attributes = dict[str, str | int | float | bool | None]


def condensed(spans: Iterable[TraceSpan]) -> Iterator[TraceSpan]:
    """The run's own span and its estimates as they are, and one span for each suite, side, provider and model.

    A ledger that has the calls of the run as well does not count these. Its sums are the same, its latencies are not
    there.
    """
    parts: defaultdict[tuple[str, ...], list[TraceSpan]] = defaultdict(list)
    for span in spans:
        if span.operation in (RUN, ESTIMATE):
            yield span
        elif span.operation in (CALL, JUDGE):
            suite, side, *who = (str(span.attrs.get(key) or "") for key in _PLACE)
            side += JUDGING if span.operation == JUDGE else ""
            parts[suite, side, *who].append(span)
    for place, calls in parts.items():
        yield _sum(place, calls)


def _sum(place: tuple[str, ...], calls: list[TraceSpan]) -> TraceSpan:
    counts: Attributes = {key: sum(int(one.attrs.get(key) or 0) for one in calls) for key in _COUNTS}
    bases = sorted({str(basis) for one in calls if (basis := one.attrs.get("cost_basis"))})
    identity = "\x1f".join((calls[0].trace_id, SPEND, *place))
    return TraceSpan(
        trace_id=calls[0].trace_id,
        span_id=hashlib.sha256(identity.encode()).hexdigest()[:16],
        operation=SPEND,
        start_ns=min(one.start_ns for one in calls),
        end_ns=max(one.end_ns for one in calls),
        status="ok",
        attrs={
            **dict(zip(_PLACE, place, strict=True)),
            **counts,
            **{key: _amount(key, calls) for key in _AMOUNTS},
            "cost_basis": ", ".join(bases) or None,
        },
    )


def _amount(key: str, calls: list[TraceSpan]) -> str | None:
    """Exact; None as soon as one of them is unknown."""
    told = [one.attrs.get(key) for one in calls]
    known = [Decimal(amount) for amount in told if isinstance(amount, str)]
    return str(exact_sum(known)) if len(known) == len(told) else None
