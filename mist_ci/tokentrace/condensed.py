"""A run in a few spans, for a ledger that is kept: what its calls add up to, instead of the calls."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from mist_ci.models.attempt import Attempt
from mist_ci.models.message import TraceSpan
from mist_ci.models.span_attributes import Spent
from mist_ci.tokentrace.ledger.summing import JUDGING
from mist_ci.tokentrace.ledger.sums import RUN, SPEND
from mist_ci.tokentrace.spans import Attribute, hex_of
from mist_ci.tokentrace.sums import Sums, of_answer, of_judging

Place = tuple[str, str, str, str]
"""Suite, side, provider and model."""


def condensed(
    run_id: str, attempts: Iterable[Attempt], times: tuple[int, int], about: Mapping[str, Attribute]
) -> Iterator[TraceSpan]:
    """The run's own span, and one span for each suite, side, provider and model. `times` are Unix nanoseconds.

    A ledger that has the calls of the run as well does not count these. Its sums are the same, its latencies are not
    there.
    """
    total, parts, bases = Sums(), defaultdict[Place, Sums](Sums), defaultdict[Place, set[str]](set)
    for one in attempts:
        place = one.suite, one.side.value, one.provider, one.model
        parts[place].add(Spent(**of_answer(one)))
        if one.token_basis is not None:
            bases[place].add(one.cost_basis.value)
        if one.judgement is not None:
            judging = one.suite, one.side.value + JUDGING, "", ", ".join(one.judgement.models)
            parts[judging].add(Spent(**of_judging(one.judgement)))
            bases[judging].update(one.judgement.cost_bases)
    for sums in parts.values():
        total.add(sums)
    trace_id, root_id = hex_of(32, run_id), hex_of(16, run_id, "run")
    told = {"mist.run_id": run_id, **about, **total.told}
    yield TraceSpan(
        trace_id=trace_id,
        span_id=root_id,
        operation=RUN,
        start_ns=times[0],
        end_ns=times[1],
        status="ok",
        attrs=told,
    )
    for place, sums in parts.items():
        suite, side, provider, model = place
        yield TraceSpan(
            trace_id=trace_id,
            span_id=hex_of(16, root_id, SPEND, *place),
            parent_id=root_id,
            operation=SPEND,
            start_ns=times[0],
            end_ns=times[1],
            status="ok",
            attrs={
                "eval.suite": suite,
                "side": side,
                "provider": provider,
                "model": model,
                "cost_basis": ", ".join(sorted(bases[place])) or None,
                **sums.told,
            },
        )
