"""A Report as the plain dictionaries that the templates show: sandboxed, they must find nothing to climb on."""

from collections.abc import Sequence
from decimal import Decimal

from markupsafe import Markup

from mist_ci.models.difference import InferenceDifference
from mist_ci.models.figures import count
from mist_ci.models.plan import StepKind
from mist_ci.models.report import Report
from mist_ci.models.usage import Spend
from mist_ci.models.verdict import Decision, ModelVerdict, Outcome, SuiteVerdict, Verdict
from mist_ci.report.answers import answers_view
from mist_ci.report.others import others_view
from mist_ci.report.status import headline, verdict_line
from mist_ci.report.surface import surface_view
from mist_ci.report.words import forgotten, mark, waiver_uses, word, worst_first

View = dict[str, object]

_ICONS = {
    Outcome.NOTHING_TO_GATE: "⚪", Outcome.NOT_GATED_YET: "⚪", Outcome.PASSED: "✅", Outcome.NOT_PROVEN: "🟡",
    Outcome.FAILED: "❌", Outcome.CONFIG_ERROR: "⚠️", Outcome.COULD_NOT_RUN: "⚠️",
}  # fmt: skip
_TITLES = {Outcome.NOT_PROVEN: "passed, but something is not proven"}
_OVERALL = {Verdict.REGRESSED: "❌&nbsp;regressed", Verdict.PASS: "✅&nbsp;pass"}
_LATER = (StepKind.LINT_POLICY, StepKind.SUITE_REMOVED, StepKind.SELF_CHECK)


def view(report: Report) -> View:
    """All that does not depend on how much is shown."""
    dump = report.model_dump(mode="json")
    for training, line in zip(report.training, dump["training"], strict=True):
        line["sentence"] = training.sentence
    for data, told in zip(report.data, dump["data"], strict=True):
        sentences = [one.sentence for one in data.figures.trainers] if data.figures else []
        if data.change is not None:
            sentences.insert(0, data.change.sentence)
        for verdict in told["targets"]:
            verdict["as_of"] = _ours(verdict["as_of"])
        told |= {"count_new": data.count_new, "count_known": data.count_known, "sentences": sentences}
    return {
        **decision_view(report.decision, report.inference),
        "report": dump,
        "token_checks": [one.sentence for one in report.token_checks if one.is_worth_telling],
        "label": report.label,
        "headline": headline(report),
        "later": [step for step in dump["steps"] if step["kind"] in _LATER],
        "waivers": [
            {"suite": suite, "reason": reason, "expires": expires, "use": use}
            for suite, reason, expires, use in waiver_uses(report)
        ],
        "problem": _problem(report),
    }


def decision_view(decision: Decision, inference: Sequence[InferenceDifference] = ()) -> View:
    """What was decided, whoever asked."""
    outcome = decision.outcome
    return {
        "icon": _ours(_ICONS[outcome]),
        "title": _TITLES.get(outcome, outcome.value),
        "headline": verdict_line(decision),
        "models": [_model(model) | answers_view(model.model, inference) for model in decision.models],
    }


def _model(model: ModelVerdict) -> View:
    suites = worst_first(model.suites)
    overall = model.overall
    return {
        "model": model.model,
        "base_model": model.base_model,
        "base_label": model.base_label,
        "head_model": model.head_model,
        "suites": [_suite(suite) for suite in suites],
        "failing": sum(suite.outcome not in (Outcome.PASSED, Outcome.NOT_PROVEN) for suite in suites),
        "overall": overall
        and {
            **overall.numbers.model_dump(),
            "word": _ours(_OVERALL.get(overall.verdict, "◻️&nbsp;undecided")),
        },
        "remarks": [
            {"suite": suite.numbers.suite, "told": told} for suite in suites if (told := _remarks(suite))
        ],
        "forgotten": [_lost(suite) for suite in forgotten(model)],
        "is_early": any(suite.numbers.stopped_early for suite in suites),
        **surface_view(model),
        **others_view(model),
    }


def _suite(suite: SuiteVerdict) -> View:
    numbers, interval = suite.numbers, suite.numbers.interval
    sides = [side.spend for side in (numbers.base, numbers.head) if side is not None]
    return {
        "suite": numbers.suite,
        "role": numbers.role.value,
        "word": _ours(f"{mark(suite)}&nbsp;{word(suite).value}".replace(" ", "&nbsp;")),
        "base": numbers.base.mean if numbers.base else None,
        "head": numbers.head.mean,
        "interval": interval and interval.model_dump(),
        "samples": numbers.samples,
        "of": numbers.look.suite_samples if numbers.stopped_early else None,
        "better": numbers.better,
        "worse": numbers.worse,
        "is_counted": any(spend.calls or spend.reused_calls for spend in sides),
        "tokens": sum(spend.tokens_in + spend.tokens_out for spend in sides),
        "cost_usd": _sum(sides),
        "flips": [flip.model_dump(mode="json") for flip in numbers.flips],
    }


def _remarks(suite: SuiteVerdict) -> list[str]:
    return [problem for problem in suite.problems if problem != "regressed"] + list(suite.notes)


def _lost(suite: SuiteVerdict) -> View:
    numbers, interval = suite.numbers, suite.interval
    return {
        "suite": numbers.suite,
        "drop": interval.estimate if interval else None,
        "told": f"{numbers.worse:,} of {count(numbers.samples, 'sample')} got worse, {numbers.better:,} better"
        + (", waived" if suite.waiver is not None else ""),
    }


def _sum(sides: list[Spend]) -> str | None:
    costs = [spend.cost_usd for spend in sides]
    known = [cost for cost in costs if cost is not None]
    return str(sum(known, Decimal(0))) if len(known) == len(costs) else None


def _problem(report: Report) -> View | None:
    """Without the name of this run's directory: the next run on this commit has to say the same."""
    problem = report.problem
    if problem is None:
        return None
    shown: View = problem.model_dump(mode="json")
    if problem.hint and report.results_dir:
        shown["hint"] = problem.hint.replace(report.results_dir, "the results directory")
    return shown


def _ours(text: str) -> Markup:
    """Words of ours: escaping would take the colour from an icon."""
    return Markup(text)  # noqa: S704
