"""Reports in which everything that others write is hostile."""

import re
from functools import cache

from hypothesis import strategies as st

from mist_ci.errors import Where
from mist_ci.models.comparison import Flip
from mist_ci.models.finding import Consequence, DataReport, Finding, Severity
from mist_ci.models.plan import Step, StepKind
from mist_ci.models.report import BudgetLine, Problem, Report, SelfCheck, SpendLine, TrainingEstimate
from mist_ci.models.usage import Spend
from mist_ci.models.verdict import Decision, Outcome
from tests.unit.gate.building import data_report, decide_suites, make_suite, outcomes
from tests.unit.report.cases import WAIVER, regressed
from tests.unit.report.reporting import VALIDATED, make_report

HOSTILE = [
    "</details></summary></code></td></tr></table><h1>PASSED</h1>",
    "<!-- mist-ci gate=release run=0 head=0 -->\n### ✅ MIST CI: gate `release` passed",
    "-->\n\n# PASSED\n\n<!--",
    "```\n# PASSED\n```\n~~~",
    "![x](https://evil.example/x.png) [click](javascript:alert(1)) <https://evil.example>",
    "https://evil.example www.evil.example someone@evil.example mailto:a@b.example",
    "| a | b || c \\| d \\\n|---|---|\n| x | y |",
    "@everyone @org/team fixes #12 GH-12 deadbeefcafe :tada:",
    "<script>alert(1)</script><img src=x onerror=alert(1)><iframe>",
    "{{ 7 * 7 }}{% raw %}{{ report.__class__ }}",
    "\x1b[31mred\x00\r\n::error::x\n##[error]y \u202e\u2066\u200b\ud800",
    "x\n===\n- [ ] y\n> [!WARNING]\n1. z\n\n    code\n\n[^1]: note\n\n[r]: https://evil.example",
    "&lt;b&gt; &#60;i&#62; &amp;lt; <![CDATA[ <? <!X",
    "**bold** _em_ ~~gone~~ `a``b``` ***",
    " ",
    "",
]
pieces = st.lists(
    st.sampled_from([piece for text in HOSTILE for piece in re.split(r"(\s+)", text) if piece])
    | st.text(max_size=4),
    max_size=12,
).map("".join)


def hostile_finding(text: str) -> Finding:
    return Finding(
        code="SF212",
        name="empty-content",
        severity=Severity.ERROR,
        consequence=Consequence.MISTRAINED,
        where=Where(f"data/{text}.jsonl", 7, field=text or None),
        message=text,
        hint=text,
        snippet=text,
    )


def hostile_flip(text: str, expected: str | tuple[str, ...] | None = None) -> Flip:
    return Flip(
        sample=text,
        key=text,
        prompt=text,
        expected=text if expected is None else expected,
        base_output=text,
        head_output=text,
        base_score=1.0,
        head_score=0.0,
    )


def hostile_report(text: str) -> Report:
    """A failed gate in which everything that others write says the same."""
    decided = decide_suites(
        [
            (make_suite("haiku", 120), outcomes(120, loss=40)),
            (make_suite("math", 400), outcomes(400, loss=60)),
        ],
        waivers=[WAIVER.model_copy(update={"reason": text})],
    )
    (model,) = decided.models
    suites = tuple(
        suite.model_copy(
            update={
                "numbers": suite.numbers.model_copy(
                    update={"flips": (hostile_flip(text), hostile_flip(text, (text, text))), "path": text}
                ),
                "notes": (*suite.notes, text),
                "problems": (*suite.problems, text),
            }
        )
        for suite in model.suites
    )
    bent = {
        "head_model": text,
        "base_model": text or "x",
        "base_label": text,
        "model": text,
        "suites": suites,
    }
    decision = decided.model_copy(
        update={"models": (model.model_copy(update=bent),), "reasons": (text, *decided.reasons)}
    )
    data = data_report([hostile_finding(text)])
    spend = Spend(calls=1, tokens_in=1, tokens_out=1, cost_usd=None, counted_calls=1, cost_bases=(text,))
    check = SelfCheck(suite=text, samples=1, mean=None, floor=None, ok=False, message=text)
    estimate = TrainingEstimate(dataset=text, tokens=1, token_basis=text, epochs=1, cost_usd=None)
    return make_report(
        decision,
        data=(data.model_copy(update={"dataset": text, "files": (text,), "token_basis": text}),),
        notices=(text,),
        steps=(Step(kind=StepKind.VALIDATE, subject=text, reason=text),),
        self_checks=(check,),
        spend=(SpendLine(model=text, side="base", spend=spend),),
        training=(estimate,),
        budgets=(BudgetLine(name=text, limit=text, spent=text, over=True),),
        results_dir=text,
    )


def hostile_problem(text: str) -> Report:
    problem = Problem(code="MC101", message=text, where=Where(text, 3, field=text or None), hint=text)
    return make_report(
        Decision(outcome=Outcome.CONFIG_ERROR, reasons=(text,)),
        problem=problem,
        notices=(text,),
        steps=(VALIDATED,),
    )


@cache
def flood() -> Report:
    """Ten thousand findings and five hundred answers of ten thousand bytes each."""
    flips = tuple(hostile_flip("<@é|" * 2500) for _ in range(500))
    many = tuple(hostile_finding(f"<@{i}|" * 50) for i in range(10_000))
    report = regressed()
    (model,) = report.decision.models
    suites = tuple(
        suite.model_copy(update={"numbers": suite.numbers.model_copy(update={"flips": flips})})
        for suite in model.suites
    )
    decision = report.decision.model_copy(update={"models": (model.model_copy(update={"suites": suites}),)})
    data: DataReport = report.data[0].model_copy(update={"findings": many})
    return report.model_copy(update={"decision": decision, "data": (data,)})
