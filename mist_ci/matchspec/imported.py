"""Records of two runs become suites and attempts, as if they had been asked here.

The cases of base decide. A case that head lacks is missing, never dropped; one that only head has is told. Nothing is
paired by its position.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from mist_ci.models.attempt import Attempt, AttemptStatus, Side
from mist_ci.models.figures import are, count
from mist_ci.models.record import FINISHED, Record, RecordStatus
from mist_ci.models.suite import AttemptCounts, Role, Sample, Suite
from mist_ci.models.usage import CostBasis, TokenBasis

NO_ANCHOR = "its results were handed over, and there are none of the anchor"
MIN_OVERLAP = 0.8
"""Share of all cases that both sides must have (page 3 §4.1)."""

_STATUSES = {
    RecordStatus.OK: AttemptStatus.SCORED,
    RecordStatus.FAIL: AttemptStatus.MODEL_FAILURE,
    RecordStatus.ERROR: AttemptStatus.INFRA_FAILURE,
    RecordStatus.SKIPPED: AttemptStatus.INFRA_FAILURE,
}
_SHARED = (
    "the grader",
    "the version of the grader",
    "the prompt",
    "the input",
    "what is expected",
    "which scores are better, in the results",
)


@dataclass(frozen=True, slots=True)
class ImportedSuite:
    """A suite of results. `obstacle` is why its two sides cannot be compared, whatever they scored."""

    suite: Suite
    attempts: tuple[Attempt, ...]
    obstacle: str | None
    notices: tuple[str, ...]
    anchor_obstacle: str | None = None
    """The same of head and the anchor."""


def pair_records(
    base: Sequence[Record],
    head: Sequence[Record],
    declared: Mapping[str, Suite],
    anchor: Sequence[Record] = (),
) -> tuple[ImportedSuite, ...]:
    """One suite for each name in base's records or in `declared`, whose roles, margins and floors count.

    A suite that nobody declared is an old skill (`retain`) with the gate's own margin. Without any record of
    base, head's suites stand alone: then only floors speak.
    """
    old, new, fixed = (_by_suite(records) for records in (base, head, anchor))
    names = sorted({*(old or new), *declared})
    return tuple(
        _suite(
            name,
            {
                Side.BASE: old.get(name, []),
                Side.HEAD: new.get(name, []),
                Side.ANCHOR: fixed.get(name, []),
            },
            declared.get(name),
        )
        for name in names
    )


def only_in_head(base: Sequence[Record], head: Sequence[Record]) -> tuple[str, ...]:
    """Suites that only head has: they are told, and decide nothing."""
    return tuple(sorted({one.suite for one in head} - {one.suite for one in base})) if base else ()


def told_of_head_alone(base: Sequence[Record], head: Sequence[Record]) -> list[str]:
    """A sentence for each suite that only head has."""
    return [
        f"{name}: only head has results of it, so nothing is compared" for name in only_in_head(base, head)
    ]


def _by_suite(records: Iterable[Record]) -> dict[str, list[Record]]:
    found: defaultdict[str, list[Record]] = defaultdict(list)
    for record in records:
        found[record.suite].append(record)
    return dict(found)


def _suite(name: str, sides: Mapping[Side, list[Record]], declared: Suite | None) -> ImportedSuite:
    base, head, anchor = sides[Side.BASE], sides[Side.HEAD], sides[Side.ANCHOR]
    cases = {record.case_key: record for record in base or head}
    suite = _header(name, cases, declared)
    attempts = [
        _attempt(record, side, suite)
        for side, records in sides.items()
        for record in records
        if record.case_key in cases
    ]
    new = len({record.case_key for record in head} - cases.keys())
    notices = (
        (f"{name}: {count(new, 'case')} of head {are(new)} not in base: listed, not scored",) if new else ()
    )
    against_anchor = _obstacle(anchor, head, "anchor") if anchor else NO_ANCHOR
    return ImportedSuite(suite, tuple(attempts), _obstacle(base, head), notices, against_anchor)


def _header(name: str, cases: Mapping[str, Record], declared: Suite | None) -> Suite:
    samples = tuple(_sample(cases[key]) for key in sorted(cases))
    digest = hashlib.sha256("\n".join([name, *sorted(cases)]).encode()).hexdigest()
    if declared is not None:
        return declared.model_copy(
            update={"samples": samples, "digest": digest, "imported": True, "attempts": AttemptCounts()}
        )
    return Suite(
        name=name,
        path="",
        role=Role.RETAIN,
        must_improve=False,
        floor=None,
        margin=None,
        graders=(),
        primary="",
        attempts=AttemptCounts(),
        samples=samples,
        imported=True,
        digest=digest,
    )


def _sample(record: Record) -> Sample:
    """Unchecked: a hundred thousand of them are made, from values that the importer has checked."""
    return Sample.model_construct(
        key=record.case_key,
        id=record.case_id,
        messages=(),
        input=record.input,
        expected=record.expected,
        tags=(),
        cluster=record.group,
    )


def _attempt(record: Record, side: Side, suite: Suite) -> Attempt:
    """A score that is better when lower is turned round."""
    value = record.value if record.status.counts else None
    if value is not None and not record.higher_is_better:
        value = 1.0 - value
    tokens = record.tokens
    return Attempt(
        side=side,
        suite=suite.name,
        suite_digest=suite.digest,
        sample=record.case_id,
        key=record.case_key,
        attempt=record.repeat,
        status=_STATUSES[record.status],
        score=value,
        scores=record.scores,
        output=record.output,
        reason=record.reason,
        provider=record.source.tool,
        model=record.model,
        fingerprint=None,
        finish_reason=None,
        tokens_in=tokens.input or 0,
        tokens_out=tokens.output or 0,
        token_basis=None if tokens.input is None and tokens.output is None else TokenBasis.REPORTED,
        cost_usd=record.cost_usd,
        cost_basis=CostBasis.UNKNOWN if record.cost_usd is None else CostBasis.RUNNER,
        price_as_of=None,
        start_ns=0,
        end_ns=int(1e6 * (record.latency_ms or 0.0)),
        retries=0,
        reused=False,
        stored_at=None,
        stored_for=None,
    )


def _obstacle(base: Sequence[Record], head: Sequence[Record], name: str = "base") -> str | None:
    """The first reason of page 3 §4.1 for which results of two runs cannot be compared."""
    for side, records in ((name, base), ("head", head)):
        if not records and (base or side == "head"):
            return f"there are no results of {side}"
        if stopped := {one.source.status for one in records} - {FINISHED}:
            return f"the results of {side} did not finish ({', '.join(sorted(stopped))})"
    if not base:
        return _unevenly_answered(head)
    ours, theirs = _by_case(base), _by_case(head)
    shared, union = ours.keys() & theirs.keys(), ours.keys() | theirs.keys()
    if len(shared) < MIN_OVERLAP * len(union):
        needed = f"(at least {MIN_OVERLAP:.0%} must be)"
        return f"only {len(shared)} of {len(union)} cases are in both results {needed}"
    cases = [(ours[key], theirs[key]) for key in sorted(shared)]
    differences = (_difference(*case, name) for case in cases)
    return _unevenly_asked(cases, name) or next(filter(None, differences), None)


def _by_case(records: Iterable[Record]) -> dict[str, list[Record]]:
    found: defaultdict[str, list[Record]] = defaultdict(list)
    for record in records:
        found[record.case_key].append(record)
    return found


def _unevenly_answered(head: Sequence[Record]) -> str | None:
    """As `_unevenly_asked`, where there is no base to tell that a data set has a case twice."""
    numbers = sorted({len(one) for one in _by_case(head).values()})
    told = " or ".join(map(str, numbers))
    return (
        f"some cases were asked more often than others: they have {told} results"
        if len(numbers) > 1
        else None
    )


def _unevenly_asked(cases: Sequence[tuple[Sequence[Record], Sequence[Record]]], name: str) -> str | None:
    """Who asks again only where an answer was wrong gets a better score from the same model.

    A case that is in a data set twice has twice as many answers on both sides, and so the same share as the others.
    """
    first_base, first_head = cases[0]
    for base, head in cases:
        if len(head) * len(first_base) != len(first_head) * len(base):
            told = ", ".join(
                f"case {one[0].case_id} has {len(one)} of {name} and {len(two)} of head"
                for one, two in ((first_base, first_head), (base, head))
            )
            return f"some cases were asked more often than others: {told}"
    return None


def _difference(base: Sequence[Record], head: Sequence[Record], name: str) -> str | None:
    """What the suite decides, and so both sides must share. What a tool does not say cannot differ.

    All results of a case count: a data set may have it twice with other examples in the prompt, on both sides alike.
    """
    ours, theirs = (set(map(_what_was_asked, side)) for side in (base, head))
    if ours == theirs:
        return None
    for what, *sides in zip(_SHARED, zip(*ours, strict=True), zip(*theirs, strict=True), strict=True):
        one, other = (set(values) - {""} for values in sides)
        if one and other and one != other:
            return f"{name} and head differ in {what} of case {base[0].case_id}"
    return None


def _what_was_asked(record: Record) -> tuple[str, ...]:
    return (
        record.grader,
        record.grader_fingerprint,
        record.prompt_hash,
        record.input_hash,
        record.target_hash,
        str(record.higher_is_better),
    )
