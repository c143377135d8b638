"""A suite's verdict in one word with its mark, the same in every output."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from mist_ci.models.report import Report
from mist_ci.models.suite import Role
from mist_ci.models.verdict import ModelVerdict, Outcome, OverallVerdict, SuiteVerdict, Verdict


class Word(StrEnum):
    """What a reader is told about a suite. `NOT_PROVEN` may fail a gate or not: see `mark`."""

    REGRESSED = "regressed"
    FAILED = "failed"
    NOT_PROVEN = "not proven"
    NOT_COMPARABLE = "not comparable"
    WAIVED = "waived"
    IMPROVED = "improved"
    PASS = "pass"  # noqa: S105 - a verdict, no password
    NO_BASELINE = "no baseline"
    ADVISORY = "advisory"


_BY_VERDICT = {
    Verdict.REGRESSED: Word.REGRESSED,
    Verdict.INCONCLUSIVE: Word.NOT_PROVEN,
    Verdict.IMPROVED: Word.IMPROVED,
    Verdict.PASS: Word.PASS,
    Verdict.ADVISORY: Word.ADVISORY,
}
_MARKS = {Word.IMPROVED: "⬆️", Word.PASS: "✅", Word.NO_BASELINE: "◻️", Word.ADVISORY: "💬"}


def word(suite: SuiteVerdict) -> Word:
    """The one word. A suite that fails is never called anything good, however well it did elsewhere."""
    if suite.waiver is not None:
        return Word.WAIVED
    if suite.outcome is Outcome.COULD_NOT_RUN:
        return Word.NOT_COMPARABLE
    if suite.outcome is Outcome.NOT_PROVEN:
        return Word.NOT_PROVEN
    found = _BY_VERDICT.get(suite.verdict) if suite.verdict else None
    if suite.outcome is Outcome.FAILED:
        return found if found in (Word.REGRESSED, Word.NOT_PROVEN) else Word.FAILED
    return found or Word.NO_BASELINE


def mark(suite: SuiteVerdict) -> str:
    """The icon that goes with the word."""
    if suite.waiver is not None:
        return "🏳️"
    match suite.outcome:
        case Outcome.COULD_NOT_RUN:
            return "⚠️"
        case Outcome.FAILED:
            return "❌"
        case Outcome.NOT_PROVEN:
            return "🟡"
        case _:
            return _MARKS[word(suite)]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What head was held against: nothing more to say for base, else words that go after a suite's name."""

    words: str
    suites: Sequence[SuiteVerdict]
    overall: OverallVerdict | None


def comparisons(model: ModelVerdict) -> Iterator[Comparison]:
    """Against base, against the anchor, and on samples that only head has."""
    yield Comparison("", model.suites, model.overall)
    if model.anchor is not None:
        yield Comparison(f" against {model.anchor.label}", model.anchor.suites, model.anchor.overall)
    if model.added:
        yield Comparison(" on new samples", model.added, None)


def worst_first(suites: Sequence[SuiteVerdict]) -> list[SuiteVerdict]:
    """What fails, then what is not proven or waived, the largest drop first; then the rest by name."""
    return sorted(suites, key=lambda suite: (-_weight(suite), _estimate(suite), suite.numbers.suite))


def _estimate(suite: SuiteVerdict) -> float:
    decided_well = _weight(suite) <= Outcome.PASSED.rank
    return 0.0 if decided_well or suite.interval is None else suite.interval.estimate


def _weight(suite: SuiteVerdict) -> int:
    return Outcome.NOT_PROVEN.rank if suite.waiver is not None else suite.outcome.rank


def forgotten(model: ModelVerdict) -> list[SuiteVerdict]:
    """Suites of old skills that regressed, waived or not, the largest drop first."""
    lost = [
        suite
        for suite in model.suites
        if suite.numbers.role is not Role.TARGET
        and suite.verdict is Verdict.REGRESSED
        and suite.interval is not None
    ]
    return sorted(lost, key=lambda suite: suite.interval.estimate if suite.interval else 0.0)


def waiver_uses(report: Report) -> list[tuple[str, str, str, str]]:
    """Suite, reason, last day and use of every waiver in force."""
    heads = {model.head_digest for model in report.decision.models}
    used = {
        (suite.numbers.suite, model.head_digest)
        for model in report.decision.models
        for suite in model.suites
        if suite.waiver is not None
    }
    told = []
    for waiver in report.waivers:
        if (waiver.suite, waiver.model_digest) in used:
            use = "used here"
        elif heads and waiver.model_digest not in heads:
            use = "not used: it is for another model"
        else:
            use = "not used in this run"
        told.append((waiver.suite, waiver.reason, waiver.expires.isoformat(), use))
    return told
