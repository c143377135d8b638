"""What every rule owes: its bad example is found, its good one is silent, it never crashes, it has a page."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mist_ci.parsing.strict_json import JsonValue
from mist_ci.schemaflux import explain
from mist_ci.schemaflux.example import chat
from mist_ci.schemaflux.judging import corpus_findings, leak_findings, row_findings
from mist_ci.schemaflux.prompts import SuitePrompts, normalise_text
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Rule, RuleMeta
from mist_ci.schemaflux.rules import CORPUS_RULES, ROW_RULES, RULES
from tests.unit.schemaflux.checking import check

ROOT = Path(__file__).parents[3]
IDS = [rule.META.code for rule in RULES]
every_rule = pytest.mark.parametrize("rule", RULES, ids=IDS)


def prompts(meta: RuleMeta) -> SuitePrompts:
    return {"exam": {"k1": (normalise_text(meta.suite_prompt),)}} if meta.suite_prompt else {}


@every_rule
def test_the_bad_example_is_found_once_and_nothing_else(rule: Rule) -> None:
    meta = rule.META
    report = check(meta.bad, template=meta.template, suite_prompts=prompts(meta))
    assert [finding.code for finding in report.findings] == [meta.code]
    finding = report.findings[0]
    assert (finding.name, finding.severity, finding.known) == (meta.name, meta.severity, False)
    assert finding.hint
    for text in (finding.message, finding.hint, finding.snippet):
        assert "\n" not in text
        assert len(text) < 250


@every_rule
def test_the_good_example_is_silent(rule: Rule) -> None:
    meta = rule.META
    report = check(meta.good, template=meta.template, suite_prompts=prompts(meta))
    assert report.findings == ()


def test_codes_and_names_are_unique_and_modules_are_called_after_them() -> None:
    assert len({rule.META.code for rule in RULES}) == len({rule.META.name for rule in RULES}) == len(RULES)
    files = sorted(path.stem for path in (ROOT / "mist_ci/schemaflux/rules").glob("sf*.py"))
    assert files == [f"{rule.META.code}_{rule.META.name.replace('-', '_')}".lower() for rule in RULES]


KEYS = st.sampled_from(
    [
        *[
            "messages",
            "role",
            "content",
            "type",
            "text",
            "name",
            "weight",
            "tool_calls",
            "id",
            "function",
            "arguments",
        ],
        *[
            "tool_call_id",
            "tools",
            "functions",
            "function_call",
            "refusal",
            "conversations",
            "from",
            "value",
            "custom",
        ],
    ]
)
WORDS = st.sampled_from(
    ["user", "assistant", "tool", "system", "human", "text", "function", "", " ", "{}", "call_1"]
)
SCALARS = (
    st.none() | st.booleans() | st.integers(-2, 2) | st.floats(allow_nan=False) | WORDS | st.text(max_size=5)
)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=25,
)
MESSAGE = st.dictionaries(KEYS, JSON, max_size=3).flatmap(
    lambda rest: st.builds(lambda role, content: rest | {"role": role, "content": content}, WORDS, JSON)
)
ROW = JSON | st.builds(
    lambda messages, tools: {"messages": messages, "tools": tools}, st.lists(MESSAGE | JSON, max_size=5), JSON
)


@pytest.mark.slow
@settings(max_examples=400, suppress_health_check=list(HealthCheck))
@given(ROW, ROW)
def test_no_rule_crashes_on_any_json(one: JsonValue, other: JsonValue) -> None:
    rows = [Row(n, "f", value, json.dumps(value).encode()) for n, value in enumerate((one, other, one), 1)]
    for row in rows:
        row_findings(row)
        for rule in ROW_RULES:
            list(rule.check(row))
    corpus_findings(rows)
    for corpus_rule in CORPUS_RULES:
        assert [list(corpus_rule.keys(row)) for row in rows]
    leak_findings(rows, {"user": [("exam", "k")]})


PLAIN = st.builds(
    lambda turns, extra: {
        **extra,
        "messages": [{"role": role, "content": content} for role, content in turns],
    },
    st.lists(st.tuples(WORDS, st.text(max_size=2)), max_size=3),
    st.dictionaries(KEYS, JSON, max_size=1),
)


@pytest.mark.slow
@settings(max_examples=500, deadline=None)
@given(PLAIN | ROW)
def test_the_fast_path_never_hides_a_finding(value: JsonValue) -> None:
    row = Row(1, "f", value, b"")
    if row.is_plain:
        assert [problem for rule in ROW_RULES for problem in rule.check(row)] == []


def test_the_fast_path_is_taken() -> None:
    assert Row(1, "f", chat(("system", "s"), ("user", "a"), ("assistant", "b")), b"").is_plain


@settings(max_examples=100, suppress_health_check=list(HealthCheck))
@given(st.binary(max_size=80) | st.text('[]{}":,\\u00e9ab1 \n', max_size=60).map(str.encode))
def test_no_bytes_crash_a_run_and_what_cannot_be_read_is_found(content: bytes) -> None:
    report = check(content)
    assert report.findings


@every_rule
def test_every_rule_has_a_whole_manual_page(rule: Rule) -> None:
    page = explain.page(rule.META.code)
    headings = re.findall(r"^## (.*)$", page, re.MULTILINE)
    assert headings == [*explain.SECTIONS, "Bad", "Good"]
    assert page.startswith(f"# {rule.META.code} {rule.META.name}\n")


def test_the_pages_in_docs_are_current() -> None:
    pages = explain.pages()
    found = {str(path.relative_to(ROOT)) for path in (ROOT / "docs/rules").glob("*.md")}
    assert found == set(pages), "run: make docs"
    for name, text in pages.items():
        assert (ROOT / name).read_text(encoding="utf-8") == text, "run: make docs"


def test_explain_knows_its_codes_in_any_case() -> None:
    assert explain.codes()[0] == "SF001"
    assert explain.page("sf001") == explain.page("SF001")
    with pytest.raises(KeyError):
        explain.page("SF999")
