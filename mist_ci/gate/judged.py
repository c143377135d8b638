"""Suites that a model decides: whether people have checked it, and what its mistakes do to a difference."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mist_ci.gate.pairing import Paired, mean_score
from mist_ci.models.attempt import Attempt, judging_of
from mist_ci.models.comparison import IntervalNumbers, JudgeNumbers, RectifiedNumbers
from mist_ci.models.judges import (
    MIN_INFORMED,
    MIN_KAPPA,
    MIN_LABELS,
    Confusion,
    JudgeCheck,
    Judges,
    answer_key,
)
from mist_ci.models.suite import Suite
from mist_ci.stats import cohens_kappa, normal_cdf, rectified_difference, unattenuated_difference

LEAST_LABELLED = 30
"""Samples labelled on both sides: with fewer, the error of their mean is not known well enough to prove anything."""
_FLOAT = 1e-9
"""0.7 + 0.9 - 1 is a little less than 0.6."""
WHAT_TO_DO = (
    "label answers by hand and run `mist-ci judge check`, then commit mist-judges.json to the base branch"
)


@dataclass(frozen=True, slots=True)
class Floor:
    """What a check comes to. `problem` says which bar is not reached; None when all are."""

    kappa: float | None
    problem: str | None


def judge_floor(confusion: Confusion) -> Floor:
    """Whether a judge agrees with people well enough to decide anything (page 3 §4.8)."""
    if not confusion.good or not confusion.bad:
        missing = "pass" if not confusion.good else "fail"
        return Floor(None, f"people labelled no answer {missing}: nobody knows whether it can tell")
    kappa = kappa_of(confusion)
    informed = confusion.informed or 0.0
    problems = []
    if confusion.labels < MIN_LABELS:
        problems.append(f"{confusion.labels} labels, and {MIN_LABELS} are needed")
    if kappa is None or kappa < MIN_KAPPA - _FLOAT:
        problems.append(f"kappa is {_two(kappa)}, and {MIN_KAPPA} is needed")
    if informed < MIN_INFORMED - _FLOAT:
        problems.append(f"sensitivity + specificity - 1 is {_two(informed)}, and {MIN_INFORMED} is needed")
    return Floor(kappa, "; ".join(problems) or None)


def kappa_of(confusion: Confusion) -> float | None:
    """Cohen's kappa; None where both sides know one verdict only."""
    try:
        return cohens_kappa(table_of(confusion)).kappa
    except ValueError:
        return None


def table_of(confusion: Confusion) -> list[list[int]]:
    """Judge by people, pass first."""
    return [
        [confusion.right_pass, confusion.wrong_pass],
        [confusion.wrong_fail, confusion.right_fail],
    ]


def why_advisory(suite: Suite, judges: Judges) -> str | None:
    """Why a suite decides nothing yet; None where no model decides it, or one that people have checked."""
    if suite.judge is None:
        return None
    check = judges.of(suite.name, suite.judge.digest)
    if check is None:
        earlier = judges.earlier(suite.name)
        if earlier is None:
            return "nobody has checked its judge against people"
        return f"its judge is another one than that of {earlier.checked_on}, which was checked against people"
    problem = judge_floor(check.confusion).problem
    return None if problem is None else f"its judge agrees too little with people: {problem}"


def judge_numbers(
    paired: Paired, judges: Judges, interval: IntervalNumbers | None, alpha: float
) -> JudgeNumbers | None:
    """What is known of whoever decides a suite; None where that is no model."""
    suite = paired.suite
    if suite.judge is None or suite.judge.asks is None:
        return None
    check = judges.of(suite.name, suite.judge.digest)
    floor = judge_floor(check.confusion) if check else None
    judged = [one for side in (paired.base, paired.head) for many in side.values() for one in many]
    flips = [one.judgement.order_flipped for one in judged if one.judgement is not None]
    return JudgeNumbers(
        grader=suite.judge.name,
        model=suite.judge.asks,
        fingerprint=suite.judge.digest,
        advisory=why_advisory(suite, judges),
        labels=check.confusion.labels if check else None,
        kappa=floor.kappa if floor else None,
        sensitivity=check.confusion.sensitivity if check else None,
        specificity=check.confusion.specificity if check else None,
        checked_on=check.checked_on if check else None,
        corrected=_corrected(check, interval),
        rectified=_rectified(paired, check, alpha) if check and interval else None,
        compares=suite.judge.compares,
        pairs=sum(one is not None for one in flips),
        order_flips=sum(one is True for one in flips),
        spend=judging_of(judged),
    )


def _corrected(check: JudgeCheck | None, interval: IntervalNumbers | None) -> float | None:
    """The difference behind the one that the judge saw; None where that is not known."""
    if check is None or interval is None or not (check.confusion.informed or 0.0) > 0:
        return None
    sensitivity, specificity = check.confusion.sensitivity, check.confusion.specificity
    if sensitivity is None or specificity is None:
        return None
    return unattenuated_difference(interval.estimate, sensitivity=sensitivity, specificity=specificity)


def _rectified(paired: Paired, check: JudgeCheck, alpha: float) -> RectifiedNumbers | None:
    """The difference put right by people, where they labelled answers of both sides; None where they did not.

    None for clustered samples as well, whose error it would take for smaller than it is.
    """
    if paired.clusters() is not None:
        return None
    seen: list[float] = []
    labelled: list[tuple[float, float]] = []
    for difference, by_people in _differences(paired, check):
        if by_people is None:
            seen.append(difference)
        else:
            labelled.append((by_people, difference))
    if len(labelled) < LEAST_LABELLED or len(seen) < 2:  # noqa: PLR2004 - a mean has a spread from two on
        return None
    found = rectified_difference(seen, labelled, alpha=alpha)
    p_improved = 1 - normal_cdf(found.estimate / found.se) if found.se > 0 else 1.0
    return RectifiedNumbers(
        labelled=len(labelled),
        estimate=found.estimate,
        low=found.interval.low,
        high=found.interval.high,
        p_improved=p_improved,
    )


def _differences(paired: Paired, check: JudgeCheck) -> Iterator[tuple[float, float | None]]:
    """The judge's difference, and that of people where they saw both sides; of samples that both answered."""
    for sample in paired.suite.samples:
        base, head = (side.get(sample.key, ()) for side in (paired.base, paired.head))
        before, after = mean_score(base), mean_score(head)
        if before is not None and after is not None:
            people = [_by_people(side, sample.key, check) for side in (base, head)]
            known = people[0] is not None and people[1] is not None
            yield after - before, (people[1] or 0.0) - (people[0] or 0.0) if known else None


def _by_people(attempts: Sequence[Attempt], key: str, check: JudgeCheck) -> float | None:
    """The mean of what people said; None where an attempt has no label."""
    said = [check.people.get(answer_key(key, one.output)) for one in attempts if one.score is not None]
    known = [one for one in said if one is not None]
    return sum(known) / len(known) if known and len(known) == len(said) else None


def _two(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.2f}"
