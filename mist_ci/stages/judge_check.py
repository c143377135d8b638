"""Holding a judge against people: what it says of answers that they have labelled, as agreement and as a record."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from mist_ci import gate, matchspec
from mist_ci.errors import Code, CouldNotRun
from mist_ci.matchspec import Heard, Judged, Labelled, Labels, Opinion
from mist_ci.models.attempt import Attempt, AttemptStatus, Judgement, Side, spend_on_judging
from mist_ci.models.config import Policy
from mist_ci.models.judges import Confusion, JudgeCheck, answer_key
from mist_ci.models.suite import GraderSpec, Suite
from mist_ci.models.usage import Spend
from mist_ci.ports import World
from mist_ci.stages.keeping import keep_spend
from mist_ci.stats import Agreement, Bounds, cohens_kappa, wilson_interval
from mist_ci.tokentrace import Recorder

_TIE = 0.5


@dataclass(frozen=True, slots=True)
class Verdicts:
    """A judge's and people's verdicts on one answer: pass or not. The judge's reason goes with it."""

    opinion: Opinion
    by_people: bool
    by_judge: bool
    score: float
    reason: str

    @property
    def agree(self) -> bool:
        """True when both say the same."""
        return self.by_people is self.by_judge


@dataclass(frozen=True, slots=True)
class Checked:
    """What the check came to. `problem` says which bar of page 3 §4.8 is not reached; None when all are."""

    check: JudgeCheck
    agreement: Agreement | None
    sensitivity: Bounds | None
    specificity: Bounds | None
    verdicts: tuple[Verdicts, ...]
    unread: tuple[Opinion, ...]
    split: int
    problem: str | None
    spend: Spend


def check_judge(
    world: World,
    store: Recorder,
    suite: Suite,
    spec: GraderSpec,
    labels: Labels,
    policy: Policy,
    *,
    pass_from: float,
    ceiling_usd: Decimal | None,
) -> Checked:
    """Asks the judge about every labelled answer. A score from `pass_from` on is a pass, by people and by the judge.

    Of a pair, the better answer passes; a judge that sees a tie where people saw none is wrong. What it took is in the
    spans of `store` and in the ledger, whatever became of it. Raises CouldNotRun where the
    judge's server refuses or is gone, the money ran out, or the run is stopped.
    """
    heard, spend = _hear(world, store, suite, spec, labels, policy, ceiling_usd)
    verdicts = tuple(
        _verdicts(one, pass_from, pairs=spec.compares)
        for one in heard.opinions
        if not isinstance(one.found, str)
    )
    unread = tuple(one for one in heard.opinions if isinstance(one.found, str))
    confusion = _confusion(verdicts)
    agreement = _agreement(confusion)
    check = _record(suite, spec, labels, confusion, agreement, world.clock.now().date(), unread=len(unread))
    return Checked(
        check=check.model_copy(update={"people": {} if spec.compares else _people(verdicts)}),
        agreement=agreement,
        sensitivity=wilson_interval(confusion.right_pass, confusion.good) if confusion.good else None,
        specificity=wilson_interval(confusion.right_fail, confusion.bad) if confusion.bad else None,
        verdicts=verdicts,
        unread=unread,
        split=labels.split,
        problem=gate.judge_floor(confusion).problem,
        spend=spend,
    )


def _hear(
    world: World,
    store: Recorder,
    suite: Suite,
    spec: GraderSpec,
    labels: Labels,
    policy: Policy,
    ceiling_usd: Decimal | None,
) -> tuple[Heard, Spend]:
    judged, numbers = list[Attempt](), Counter[str]()

    def keep(labelled: Labelled, found: Judged | str, judgement: Judgement) -> None:
        one = _attempt(suite, labelled, numbers[labelled.sample.key], found, judgement)
        numbers[one.key] += 1
        judged.append(one)
        store.trace_one(one)

    heard = matchspec.hear(spec, labels.answers, policy.providers, world, store.run_id, keep, ceiling_usd)
    is_whole = heard.complete and heard.failure is None
    keep_spend(world, store, judged, heard.took_s, is_whole=is_whole)
    if heard.failure is not None:
        raise heard.failure
    if not heard.complete:
        message = "the money ran out before the judge was asked about every answer"
        raise CouldNotRun(Code.NOT_COMPARABLE, message, hint="raise --max-usd, or label fewer answers")
    return heard, spend_on_judging([one.judgement for one in judged if one.judgement is not None])


def _attempt(
    suite: Suite, labelled: Labelled, number: int, found: Judged | str, judgement: Judgement
) -> Attempt:
    """Nobody's answer, as it is in spans: it is no call, and what the judge took for it is below it."""
    has_verdict = isinstance(found, Judged)
    return Attempt(
        side=Side.HEAD,
        suite=suite.name,
        suite_digest=suite.digest,
        sample=labelled.sample.id,
        key=labelled.sample.key,
        attempt=number,
        status=AttemptStatus.SCORED if has_verdict else AttemptStatus.GRADER_FAILURE,
        score=found.score if isinstance(found, Judged) else None,
        scores={},
        output="",
        reason="" if isinstance(found, Judged) else found,
        provider="",
        model="",
        start_ns=judgement.start_ns,
        end_ns=judgement.end_ns,
        judgement=judgement,
    )


def _verdicts(opinion: Opinion, pass_from: float, *, pairs: bool) -> Verdicts:
    found, label = opinion.found, opinion.labelled.score
    if isinstance(found, str):
        raise TypeError("there is no verdict")
    by_people = label > _TIE if pairs else label >= pass_from
    by_judge = found.score > _TIE if pairs else found.score >= pass_from
    if pairs and found.score == _TIE:
        by_judge = not by_people
    return Verdicts(opinion, by_people, by_judge, found.score, found.reason)


def _confusion(verdicts: Sequence[Verdicts]) -> Confusion:
    counts = {(people, judge): 0 for people in (True, False) for judge in (True, False)}
    for one in verdicts:
        counts[one.by_people, one.by_judge] += 1
    return Confusion(
        right_pass=counts[True, True],
        wrong_pass=counts[False, True],
        wrong_fail=counts[True, False],
        right_fail=counts[False, False],
    )


def _agreement(confusion: Confusion) -> Agreement | None:
    try:
        return cohens_kappa(gate.table_of(confusion))
    except ValueError:
        return None


def _record(
    suite: Suite,
    spec: GraderSpec,
    labels: Labels,
    confusion: Confusion,
    agreement: Agreement | None,
    today: date,
    *,
    unread: int,
) -> JudgeCheck:
    return JudgeCheck(
        suite=suite.name,
        judge=spec.digest,
        grader=spec.name,
        model=spec.asks or "",
        checked_on=today,
        labels_digest=labels.digest,
        confusion=confusion,
        unread=unread,
        kappa=agreement.kappa if agreement else None,
        kappa_interval=(agreement.interval.low, agreement.interval.high) if agreement else None,
    )


def _people(verdicts: Sequence[Verdicts]) -> dict[str, float]:
    labelled = [one.opinion.labelled for one in verdicts]
    return {answer_key(one.sample.key, one.output): one.score for one in labelled}
