"""A run in a few spans, for a ledger that is kept: what its calls add up to, instead of the calls."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from math import fsum

from mist_ci.models.attempt import Attempt, Judgement
from mist_ci.models.ledger import JUDGING
from mist_ci.models.message import TraceSpan
from mist_ci.models.span_attributes import Spent
from mist_ci.tokentrace.ledger.sums import RUN, SPEND
from mist_ci.tokentrace.span_ids import hex_of
from mist_ci.tokentrace.spans import Attribute, Status
from mist_ci.tokentrace.sums import Sums, of_answer, of_judging

Place = tuple[str, str, str, str]
"""Suite, side, provider and model."""


def condensed(
    run_id: str,
    attempts: Iterable[Attempt],
    times: tuple[int, int],
    about: Mapping[str, Attribute],
    status: Status = "ok",
) -> Iterator[TraceSpan]:
    """The run's own span, and one span for each suite, side, provider and model. `times` are Unix nanoseconds.

    A ledger that has the calls of the run as well does not count these. Its sums are the same, its latencies are not
    there.
    """
    parts = defaultdict[Place, _Part](_Part)
    for one in attempts:
        if not one.is_only_judged:
            parts[one.suite, one.side.value, one.provider, one.model].answer(one)
        if one.judgement is not None:
            judging = one.suite, one.side.value + JUDGING, "", ", ".join(one.judgement.models)
            parts[judging].judge(one.judgement)
    total = Sums()
    for part in parts.values():
        total.add(part.sums)
    trace_id, root_id = hex_of(32, run_id), hex_of(16, run_id, "run")
    start_ns, end_ns = times
    told = {"mist.run_id": run_id, **about, **total.told}
    yield TraceSpan(
        trace_id=trace_id, span_id=root_id, operation=RUN, start_ns=start_ns, end_ns=end_ns, status=status, attrs=told
    )  # fmt: skip
    for place, part in parts.items():
        suite, side, provider, model = place
        named = {"eval.suite": suite, "side": side, "provider": provider, "model": model}
        yield TraceSpan(
            trace_id=trace_id,
            span_id=hex_of(16, root_id, SPEND, *place),
            parent_id=root_id,
            operation=SPEND,
            start_ns=start_ns,
            end_ns=end_ns,
            status="ok",
            attrs={**named, **part.told},
        )


@dataclass(slots=True)
class _Part:
    """The calls of one place."""

    sums: Sums = field(default_factory=Sums)
    bases: set[str] = field(default_factory=set)
    scores: list[float] = field(default_factory=list)

    def answer(self, one: Attempt) -> None:
        self.sums.add(Spent(**of_answer(one)))
        if one.score is not None:
            self.scores.append(one.score)
        if one.token_basis is not None:
            self.bases.add(one.cost_basis.value)

    def judge(self, judged: Judgement) -> None:
        self.sums.add(Spent(**of_judging(judged)))
        self.bases.update(judged.cost_bases)

    @property
    def told(self) -> dict[str, Attribute]:
        """The mean score, and of how many answers, only where there are some."""
        scores = self.scores
        graded = {"eval.score": fsum(scores) / len(scores), "eval.answers": len(scores)} if scores else {}
        return {"cost_basis": ", ".join(sorted(self.bases)) or None, **graded, **self.sums.told}
