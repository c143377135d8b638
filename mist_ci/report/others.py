"""What head is held against besides base, as the templates show it: the anchor, and samples that it brings itself."""

from mist_ci.models.verdict import AnchorVerdict, ModelVerdict, Outcome, SuiteVerdict, Verdict
from mist_ci.report.words import mark, word, worst_first

View = dict[str, object]


def others_view(model: ModelVerdict) -> View:
    """`anchor` (None where there is none) and `added`, suite by suite."""
    return {
        "anchor": _anchor(model.anchor) if model.anchor else None,
        "added": [_suite(suite) for suite in worst_first(model.added)],
    }


def _anchor(anchor: AnchorVerdict) -> View:
    overall = anchor.overall
    lost = overall is not None and overall.verdict is Verdict.REGRESSED
    return {
        "label": anchor.label,
        "model": anchor.model,
        "alpha": f"{anchor.alpha:g}",
        "suites": [
            _suite(suite) for suite in worst_first(anchor.suites) if suite.outcome is not Outcome.PASSED
        ],
        "held": sum(suite.outcome is Outcome.PASSED for suite in anchor.suites),
        "overall": overall.numbers.model_dump() if overall and lost else None,
    }


def _suite(suite: SuiteVerdict) -> View:
    numbers = suite.numbers
    failed = suite.outcome is not Outcome.PASSED
    return {
        "suite": numbers.suite,
        "icon": mark(suite) if failed else "◻️",
        "word": word(suite).value if failed else "no loss is shown",
        "why": numbers.not_comparable,
        "samples": numbers.samples,
        "base": numbers.base.mean if numbers.base else None,
        "head": numbers.head.mean,
        "interval": suite.interval and suite.interval.model_dump(),
    }
