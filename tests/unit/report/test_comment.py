"""Claims: the comment reads as in golden/*.md, says what was decided, and stays inert and short whatever comes.

`UPDATE_GOLDEN=1 python -m pytest tests/unit/report/test_comment.py` writes golden/*.md again; read the diff.
"""

import os
import re
from collections.abc import Callable
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import cmarkgfm  # type: ignore[import-untyped, unused-ignore]
import pytest
from cmarkgfm.cmark import Options  # type: ignore[import-untyped, unused-ignore]
from hypothesis import given, settings
from hypothesis import strategies as st

from mist_ci.errors import Where
from mist_ci.gate import decide, self_check
from mist_ci.models.comparison import Flip
from mist_ci.models.config import Waiver
from mist_ci.models.finding import Consequence, DataReport, Finding, Severity
from mist_ci.models.plan import Step, StepKind
from mist_ci.models.report import BudgetLine, Problem, Report, SelfCheck, SpendLine, TrainingEstimate
from mist_ci.models.suite import Role
from mist_ci.models.usage import Spend
from mist_ci.models.verdict import Decision, Outcome
from mist_ci.report import comment, headline, status, summary
from mist_ci.report.comment import MAX_COMMENT_BYTES, MAX_COMMENT_CHARACTERS
from mist_ci.report.status import MAX_DESCRIPTION
from tests.unit.gate.building import (
    HEAD,
    Pair,
    answers,
    data_report,
    decide_suites,
    finding,
    make_gate,
    make_suite,
    outcomes,
)
from tests.unit.report.reporting import EVALUATED, VALIDATED, make_report, report_on, spend_lines

GOLDEN = Path(__file__).parent / "golden"
BUDGETS = make_gate(budgets={"eval_usd": "5", "cost_per_request_increase": 0.2})
WAIVER = Waiver(
    gate="release",
    suite="haiku",
    model_digest=HEAD.digest,
    reason="dropped feature, RFC 12",
    expires=date(2027, 1, 31),
)


def graded(n: int, step: float) -> list[Pair]:
    """Partial credit that falls by a little more from sample to sample."""
    return [(0.75, round(0.75 - step * (i % 7) / 6, 4)) for i in range(n)]


def regressed() -> Report:
    leaked = {"math": tuple(f"math-key-{i:04}" for i in range(3))}
    data = data_report([finding(known=True), finding(Severity.WARNING, line=101)])
    played = [
        (make_suite("support-qa", 120, Role.TARGET, must_improve=True), outcomes(120, gain=24, loss=3)),
        (make_suite("math", 200), outcomes(200, gain=6, loss=31, wrong=20)),
        (make_suite("safety", 60, Role.CRITICAL, floor=0.9), outcomes(60)),
        (make_suite("tone", 40), graded(40, 0.3)),
    ]
    counted = "tiktoken o200k_base, approximate: the tokenizer of this model is not known"
    return report_on(
        played, BUDGETS, data=[data.model_copy(update={"leaked": leaked, "token_basis": counted})]
    )


def not_proven() -> Report:
    played = [
        (make_suite("math", 80, floor=0.8), outcomes(80, gain=3, loss=4, wrong=9)),
        (make_suite("coding", 600), outcomes(600, gain=38, loss=41)),
    ]
    notice = "the policy changes in this pull request: it takes effect after merge"
    return report_on(played, BUDGETS, notices=[notice])


def improved() -> Report:
    return report_on([(make_suite("support-qa", 120, Role.TARGET), outcomes(120, gain=24, loss=3))], BUDGETS)


def data_failure() -> Report:
    data = data_report(
        [finding(line=7), finding(line=9), finding(code="SF804", line=12), finding(known=True)]
    )
    decision = Decision(outcome=Outcome.FAILED, reasons=("data chat: 3 new problems (SF212, SF804)",))
    notice = "models were not evaluated, because the data failed first: no token was spent"
    return make_report(decision, data=(data,), steps=(VALIDATED, EVALUATED), notices=(notice,))


def could_not_run() -> Report:
    problem = Problem(
        code="MC301",
        message="the model server of provider 'prod' does not answer any more: connection refused",
        where=None,
        hint="120 finished answers are kept in mist-results/x; start the server and run the gate again",
    )
    decision = Decision(outcome=Outcome.COULD_NOT_RUN, reasons=(f"MC301 {problem.message}",))
    return make_report(decision, problem=problem, steps=(EVALUATED,))


def configuration_error() -> Report:
    problem = Problem(
        code="MC103",
        message="unknown key 'margn'",
        where=Where("suites/math.yml", 5, field="margn"),
        hint="did you mean 'margin'?",
    )
    return make_report(Decision(outcome=Outcome.CONFIG_ERROR, reasons=("MC103",)), problem=problem)


def not_comparable() -> Report:
    pairs: list[Pair] = [*outcomes(70), *[(1.0, None)] * 10]
    return report_on([(make_suite("math", 80), pairs), (make_suite("coding", 200), outcomes(200))], BUDGETS)


def nothing_to_gate() -> Report:
    return make_report(Decision(outcome=Outcome.NOTHING_TO_GATE, reasons=()), duration_s=0.3)


def not_gated_yet() -> Report:
    return make_report(Decision(outcome=Outcome.NOT_GATED_YET, reasons=()), duration_s=0.3)


def no_baseline() -> Report:
    played = [
        (make_suite("math", 80, floor=0.8), outcomes(80, wrong=9)),
        (make_suite("coding", 60), outcomes(60, wrong=12)),
    ]
    return report_on(played, BUDGETS, baseline=False)


def waived() -> Report:
    played = [
        (make_suite("haiku", 120), outcomes(120, loss=40)),
        (make_suite("math", 80), outcomes(80)),
        (make_suite("coding", 60), outcomes(60)),
    ]
    return report_on(played, BUDGETS, waivers=[WAIVER])


def changed_suite() -> Report:
    played = [
        (make_suite("math", 80, floor=0.8), outcomes(80, wrong=8)),
        (make_suite("riddles", 20), outcomes(20, wrong=20)),
        (make_suite("tone", 40, floor=0.9), outcomes(40, wrong=5)),
    ]
    base = [one for suite, pairs in played for one in answers(suite, pairs) if one.side == "base"]
    checks = [self_check(suite, base, "assistant") for suite, _ in played]
    files = [f"suites/{suite.name}.yml" for suite, _ in played]
    steps = [Step(kind=StepKind.SELF_CHECK, subject=file, reason=f"{file} changed") for file in files]
    decision = decide(make_gate(), [], self_checks=checks)
    return make_report(decision, self_checks=tuple(checks), steps=tuple(steps), spend=spend_lines(base))


CASES: dict[str, Callable[[], Report]] = {
    "regressed": regressed,
    "not-proven": not_proven,
    "improved": improved,
    "data-failure": data_failure,
    "could-not-run": could_not_run,
    "configuration-error": configuration_error,
    "not-comparable": not_comparable,
    "nothing-to-gate": nothing_to_gate,
    "not-gated-yet": not_gated_yet,
    "no-baseline": no_baseline,
    "waived": waived,
    "changed-suite": changed_suite,
}
every_case = pytest.mark.parametrize("name", CASES)


@every_case
def test_the_comment_reads_as_its_golden_page(name: str) -> None:
    page, found = GOLDEN / f"{name}.md", comment(CASES[name]())
    if os.environ.get("UPDATE_GOLDEN"):
        page.write_text(found, encoding="utf-8")
    assert found == page.read_text(encoding="utf-8")


def test_every_golden_page_has_its_case() -> None:
    assert {page.stem for page in GOLDEN.glob("*.md")} == set(CASES)


class Page(HTMLParser):
    """What a reader's browser gets: elements with their attributes, comments, and the rows of each table."""

    def __init__(self, markdown: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: set[str] = set()
        self.attributes: set[str] = set()
        self.comments: list[str] = []
        self.text = ""
        self.tables: list[list[int]] = []
        self.depth: dict[str, int] = {}
        html = cmarkgfm.markdown_to_html_with_extensions(
            markdown,
            options=Options.CMARK_OPT_UNSAFE | Options.CMARK_OPT_FOOTNOTES,
            extensions=["table", "autolink", "strikethrough", "tagfilter"],
        )
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.depth[tag] = self.depth.get(tag, 0) + 1
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append(0)
        elif tag in {"td", "th"}:
            self.tables[-1][-1] += 1

    def handle_endtag(self, tag: str) -> None:
        self.depth[tag] -= 1

    def handle_data(self, data: str) -> None:
        self.text += data.replace("\N{ZERO WIDTH SPACE}", "")

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)

    def handle_decl(self, decl: str) -> None:
        self.elements.add(f"!{decl}")

    def handle_pi(self, data: str) -> None:
        self.elements.add(f"?{data}")

    def unknown_decl(self, data: str) -> None:
        self.elements.add(f"!{data}")


ALLOWED = {"h3", "p", "strong", "code", "table", "thead", "tbody", "tr", "th", "td", "ul", "li", "blockquote"}
ALLOWED |= {"details", "summary"}
LINE_BREAK = {"br", "hr"}


def cells(markdown: str) -> list[tuple[int, set[int]]]:
    """Columns of the header line and of the other lines of each table in the source: no row is cut or padded."""
    found = []
    for block in re.findall(r"(?:^\|.*\n)+", markdown, re.MULTILINE):
        counts = [line.count("|") - 1 for line in block.splitlines()]
        found.append((counts[0], set(counts[1:])))
    return found


def assert_inert(report: Report) -> None:
    text = comment(report)
    page = Page(text)
    assert page.elements <= ALLOWED
    assert page.attributes <= {"align"}
    assert all(depth == 0 for tag, depth in page.depth.items() if tag not in LINE_BREAK)
    marker, *rest = page.comments
    assert marker == f" mist-ci gate=release run={report.run_id} head={report.event.head} "
    assert set(rest) <= {""}
    assert text.splitlines()[0] == f"<!--{marker}-->"
    assert text.count("<!-- mist-ci") == 1
    for header, others in cells(text):
        assert others <= {header}
    for rows in page.tables:
        assert len(set(rows)) == 1
    assert len(page.tables) == len(cells(text))


@every_case
def test_a_golden_page_is_inert_whole_and_short(name: str) -> None:
    report = CASES[name]()
    assert_inert(report)
    assert "\n\n\n" not in comment(report)
    assert len(comment(report)) < 8000


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
hostile = pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
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


@hostile
@pytest.mark.parametrize("build", [hostile_report, hostile_problem])
def test_hostile_text_anywhere_leaves_the_comment_inert(build: Callable[[str], Report], text: str) -> None:
    assert_inert(build(text))


@settings(deadline=None, max_examples=25)
@given(pieces)
def test_any_text_anywhere_leaves_the_comment_inert(text: str) -> None:
    assert_inert(hostile_report(text))
    assert_inert(hostile_problem(text))


@hostile
def test_hostile_text_cannot_change_what_the_comment_says_first(text: str) -> None:
    lines = comment(hostile_report(text)).splitlines()
    assert lines[1] == "### ❌ MIST CI: gate <code>release</code> failed"


@hostile
@pytest.mark.parametrize("build", [hostile_report, hostile_problem])
def test_a_status_description_is_one_short_line_whatever_it_says(
    build: Callable[[str], Report], text: str
) -> None:
    found = status(build(text))
    assert found.context == "mist/release"
    assert found.state is build(text).decision.outcome.state
    assert 1 <= len(found.description) <= MAX_DESCRIPTION
    assert len(found.description.splitlines()) == 1
    assert not found.description.startswith("::")


@every_case
def test_a_status_says_in_one_line_what_the_comment_says_in_bold(name: str) -> None:
    report = CASES[name]()
    found = status(report)
    assert found.state is report.decision.outcome.state
    assert found.description in headline(report)[:MAX_DESCRIPTION] or found.description.endswith("…")
    assert found.description.startswith("not proven:") == (report.decision.outcome is Outcome.NOT_PROVEN)


def test_a_long_reason_is_cut_to_140_characters() -> None:
    report = make_report(Decision(outcome=Outcome.FAILED, reasons=("x" * 500,)))
    assert status(report).description == "x" * 139 + "…"


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


def test_a_flood_of_findings_and_answers_sheds_detail_and_keeps_the_verdict() -> None:
    report = flood()
    text = comment(report)
    assert len(text) <= MAX_COMMENT_CHARACTERS == 65_000
    assert len(text.encode()) <= MAX_COMMENT_BYTES == 200_000
    lines = text.splitlines()
    assert lines[1] == "### ❌ MIST CI: gate <code>release</code> failed"
    assert "regressed&#58;" in lines[3]
    assert "math" in lines[3]
    assert "❌ regressed |" in text
    assert "more new findings are in `report.json`" in text
    assert_inert(report)


def test_even_what_cannot_be_shed_keeps_the_verdict_within_the_limits() -> None:
    report = flood().model_copy(update={"notices": ("é@<|" * 250,) * 100})
    text = comment(report)
    assert text.endswith("\nThe rest does not fit here: it is in `report.json`.\n")
    assert_inert(report)
    assert len(text) <= MAX_COMMENT_CHARACTERS
    assert len(text.encode()) <= MAX_COMMENT_BYTES
    assert text.splitlines()[1] == "### ❌ MIST CI: gate <code>release</code> failed"
    assert "❌ regressed |" in text
    assert text.count("<!-- mist-ci") == 1


def test_a_comment_in_wide_characters_keeps_to_its_bytes_as_well() -> None:
    report = regressed().model_copy(update={"notices": ("\N{GRINNING FACE}" * 1000,) * 56})
    text = comment(report)
    assert len(text) < MAX_COMMENT_CHARACTERS
    assert MAX_COMMENT_BYTES - 5000 < len(text.encode()) <= MAX_COMMENT_BYTES
    assert "❌ regressed |" in text
    assert_inert(report)


def test_the_summary_has_every_reason_and_room_for_more_detail() -> None:
    report = regressed()
    text = summary(report)
    shown = Page(text).text
    assert len(report.decision.reasons) > 3
    assert all(reason in shown for reason in report.decision.reasons)
    assert not text.startswith("<!--")
    assert len(text) > len(comment(report))
    assert len(summary(flood()).encode()) <= 1_000_000


def test_a_suite_that_fails_is_never_marked_as_good() -> None:
    """Improved, and still below its floor; held, and leaked; undecided, and critical."""
    report = report_on(
        [
            (make_suite("floor", 200, floor=0.8), outcomes(200, gain=60, wrong=100)),
            (make_suite("critical", 30, Role.CRITICAL), outcomes(30)),
        ],
        make_gate(),
    )
    rows = [
        line
        for line in comment(report).splitlines()
        if line.startswith(("| <code>floor", "| <code>critical"))
    ]
    verdicts = [row.rsplit("|", 2)[1].strip() for row in rows[:2]]
    assert verdicts == ["❌ not proven", "❌ failed"]


def test_without_a_baseline_what_could_not_run_is_not_called_a_failure() -> None:
    pairs: list[Pair] = [*outcomes(50), *[(1.0, None)] * 10]
    text = comment(report_on([(make_suite("math", 60, floor=0.8), pairs)], make_gate(), baseline=False))
    assert "could not run" in text.splitlines()[1]
    assert "⚠️ not comparable" in text
    assert "❌" not in text


def test_how_tokens_are_counted_is_explained_once_however_many_data_sets_there_are() -> None:
    why = "the tokenizer of this model is not known"
    basis = f"tiktoken o200k_base, approximate: {why}"
    data = [
        data_report().model_copy(update={"dataset": name, "token_basis": basis})
        for name in ("chat", "tools", "code")
    ]
    text = Page(comment(make_report(Decision(outcome=Outcome.PASSED, reasons=()), data=tuple(data)))).text
    assert text.count("48,000 tokens (tiktoken o200k_base, approximate)") == 3
    assert text.count(why) == 1
    assert text.index(why) > text.index("What runs and why")


def test_one_of_a_thing_is_told_in_the_singular() -> None:
    data = data_report([finding()]).model_copy(update={"rows": 1, "tokens": 1})
    estimate = TrainingEstimate(dataset="chat", tokens=1, token_basis="t", epochs=1, cost_usd=None)
    report = make_report(Decision(outcome=Outcome.FAILED, reasons=()), data=(data,), training=(estimate,))
    text = Page(comment(report)).text
    assert "1 row (20 new), 1 token (tiktoken o200k_base), 1 new finding, 0 known." in text
    assert "1 epoch" in text
    assert "1 epochs" not in text


def test_a_changed_suite_is_named_once_in_its_line_and_an_impossible_one_is_marked() -> None:
    lines = Page(comment(changed_suite())).text.splitlines()
    assert [line[0] for line in lines if "as changed" in line and line[0] in "✅🟡❌"] == ["✅", "🟡", "❌"]
    (impossible,) = (line for line in lines if line.startswith("🟡"))
    assert impossible.count("riddles") == 1
    assert "a suite that nobody can pass measures nothing" in impossible
