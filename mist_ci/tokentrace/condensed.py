"""A run in a few spans, for a ledger that is kept: what its calls add up to, instead of the calls."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from math import fsum

from mist_ci.models.attempt import Attempt
from mist_ci.models.ledger import JUDGING
from mist_ci.models.message import TraceSpan
from mist_ci.models.span_attributes import Spent
from mist_ci.tokentrace.ledger.sums import RUN, SPEND
from mist_ci.tokentrace.spans import Attribute, hex_of
from mist_ci.tokentrace.sums import Sums, of_answer, of_judging

Place = tuple[str, str, str, str]
"""Suite, side, provider and model."""


@dataclass(slots=True)
class _Part:
    """Calls of one place."""

    sums: Sums = field(default_factory=Sums)
    bases: set[str] = field(default_factory=set)
    scores: list[float] = field(default_factory=list)

    @property
    def told(self) -> dict[str, Attribute]:
        """With the mean score, and of how many answers."""
        scores = self.scores
        graded = {"eval.score": fsum(scores) / len(scores), "eval.answers": len(scores)} if scores else {}
        return {"cost_basis": ", ".join(sorted(self.bases)) or None, **graded, **self.sums.told}


def condensed(
    run_id: str, attempts: Iterable[Attempt], times: tuple[int, int], about: Mapping[str, Attribute]
) -> Iterator[TraceSpan]:
    """The run's own span, and one span for each suite, side, provider and model. `times` are Unix nanoseconds.

    A ledger that has the calls of the run as well does not count these. Its sums are the same, its latencies are not
    there.
    """
    parts, total = _parts(attempts), Sums()
    for part in parts.values():
        total.add(part.sums)
    root = TraceSpan(
        trace_id=hex_of(32, run_id),
        span_id=hex_of(16, run_id, "run"),
        operation=RUN,
        start_ns=times[0],
        end_ns=times[1],
        status="ok",
        attrs={"mist.run_id": run_id, **about, **total.told},
    )
    yield root
    for place, part in parts.items():
        suite, side, provider, model = place
        where: dict[str, Attribute] = {
            "eval.suite": suite,
            "side": side,
            "provider": provider,
            "model": model,
        }
        yield root.model_copy(
            update={
                "span_id": hex_of(16, root.span_id, SPEND, *place),
                "parent_id": root.span_id,
                "operation": SPEND,
                "attrs": where | part.told,
            }
        )


def _parts(attempts: Iterable[Attempt]) -> dict[Place, _Part]:
    parts = defaultdict[Place, _Part](_Part)
    for one in attempts:
        part = parts[one.suite, one.side.value, one.provider, one.model]
        part.sums.add(Spent(**of_answer(one)))
        if one.score is not None:
            part.scores.append(one.score)
        if one.token_basis is not None:
            part.bases.add(one.cost_basis.value)
        if one.judgement is not None:
            judging = parts[one.suite, one.side.value + JUDGING, "", ", ".join(one.judgement.models)]
            judging.sums.add(Spent(**of_judging(one.judgement)))
            judging.bases.update(one.judgement.cost_bases)
    return parts
