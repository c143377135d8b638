"""What every rule owes: its bad example is found, its good one is silent, it never crashes, it has a page."""

import json
import pickle
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mist_ci.adapters.targets import load_targets
from mist_ci.models.data_format import DataFormat
from mist_ci.models.finding import DataReport
from mist_ci.parsing.strict_json import JsonValue, parse
from mist_ci.schemaflux import explain
from mist_ci.schemaflux.example import chat
from mist_ci.schemaflux.formats import FORMATS
from mist_ci.schemaflux.judge import Judge
from mist_ci.schemaflux.kinds import Rule
from mist_ci.schemaflux.leaks import SuiteTexts, suite_index
from mist_ci.schemaflux.plain import PlainRow, as_plain, read_plain
from mist_ci.schemaflux.prompts import normalise_text
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Mention, RuleMeta
from mist_ci.schemaflux.rules import CORPUS_RULES, FOLD_RULES, INFO_RULES, LEAK_RULES, ROW_RULES, RULES
from mist_ci.schemaflux.rules.of_targets import FILE_FACT_RULES
from mist_ci.schemaflux.selection import Selection
from mist_ci.schemaflux.triggers import TriggerSet
from tests.fakes import VotingJudge
from tests.unit.schemaflux.checking import check

ROOT = Path(__file__).parents[3]
IDS = [rule.META.code for rule in RULES]
every_rule = pytest.mark.parametrize("rule", RULES, ids=IDS)
by_content = pytest.mark.parametrize(
    "rule",
    [pytest.param(one, id=one.META.code) for one in RULES if one not in (*FILE_FACT_RULES, *INFO_RULES)],
)
"""Rules about facts of a file have facts as their examples: test_file_facts.py. Those about settings beside it have
both files: test_column_map.py."""
WAITING = {
    "SF109": DataFormat.BEDROCK_NOVA,
    "SF112": DataFormat.BEDROCK_NOVA,
    "SF206": DataFormat.OPENAI_DPO,
    "SF905": DataFormat.BEDROCK_NOVA,
}
"""Formats of examples; they wait until the format can be read."""


def prompts(meta: RuleMeta) -> SuiteTexts:
    return {"exam": {"k1": (normalise_text(meta.suite_prompt),)}} if meta.suite_prompt else {}


def example(meta: RuleMeta, content: bytes) -> DataReport:
    if WAITING.get(meta.code, DataFormat.OPENAI_CHAT) not in {one.name for one in FORMATS}:
        pytest.skip("its format cannot be read yet")
    return check(
        {meta.file: content},
        known=None if meta.base is None else {meta.file: meta.base},
        template=meta.template,
        suite_prompts=prompts(meta),
        longest_line=meta.longest_line,
        trainer=meta.trainer,
        max_tokens=meta.max_tokens,
        labels=VotingJudge(),
        targets=load_targets([meta.target]) if meta.target else (),
        selection=Selection(extend=(meta.code,), ignore=tuple(rule.META.code for rule in FILE_FACT_RULES)),
    )


@by_content
def test_the_bad_example_is_found_once_and_nothing_else(rule: Rule) -> None:
    meta = rule.META
    report = example(meta, meta.bad)
    assert [finding.code for finding in report.findings] == [meta.code]
    finding = report.findings[0]
    assert (finding.name, finding.severity, finding.known) == (meta.name, meta.severity, False)
    assert finding.hint
    for text in (finding.message, finding.hint, finding.snippet):
        assert "\n" not in text
        assert len(text) < 250


@by_content
def test_the_good_example_is_silent(rule: Rule) -> None:
    meta = rule.META
    report = example(meta, meta.good)
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


PLAIN = st.builds(
    lambda turns, extra: {
        **extra,
        "messages": [{"role": role, "content": content} for role, content in turns],
    },
    st.lists(st.tuples(WORDS, st.text(max_size=2)), max_size=3),
    st.dictionaries(KEYS, JSON, max_size=1),
)


def row_of(value: JsonValue, data_format: DataFormat = DataFormat.OPENAI_CHAT, line: int = 1) -> Row:
    row = Row(line, "f.jsonl", json.dumps(value).encode(), data_format)
    row.value = value
    row.plain = as_plain(value) if data_format is DataFormat.OPENAI_CHAT else None
    return row


@pytest.mark.slow
@settings(max_examples=400, suppress_health_check=list(HealthCheck), deadline=None)
@given(ROW, ROW, st.sampled_from([one.name for one in FORMATS]))
def test_no_rule_crashes_on_any_json(one: JsonValue, other: JsonValue, data_format: DataFormat) -> None:
    rows = [row_of(value, data_format, line) for line, value in enumerate((one, other, one), 1)]
    for row in rows:
        for rule in ROW_RULES:
            list(rule.check(row))
        for leak_rule in LEAK_RULES:
            list(leak_rule.check(row, suite_index({"exam": {"k": ("user", "assistant " * 20)}})))
        for corpus_rule in CORPUS_RULES:
            sketches, keys = list(corpus_rule.sketches(row)), list(corpus_rule.keys(row))
            assert len(sketches) == len(keys)
            if row.plain is not None and row.prompt_sketch is not None:
                assert sketches == [row.prompt_sketch] * corpus_rule.OF_PROMPTS
            for sketch, (key, note) in zip(sketches, keys, strict=True):
                assert (len(sketch), len(key), len(note)) == (16, 16, 8)
                corpus_rule.verdict(note, bytes(8))
                assert corpus_rule.describe(Mention(row), Mention(row)).message
    for fold_rule in FOLD_RULES:
        tally = fold_rule.tally()
        for row in rows:
            tally.add(row)
        list(tally.problems())


def test_plain_rows_are_nothing_to_rules_that_skip_them() -> None:
    said = ("system", "Be brief."), ("user", "Refund?"), ("assistant", "refund")
    rows = [row_of(chat(*said[start:])) for start in (0, 1, 2)]
    for rule in FOLD_RULES:
        tally, empty = rule.tally(), pickle.dumps(rule.tally())
        for row in rows:
            assert row.plain is not None
            tally.add(row)
        assert not rule.META.skips_plain or pickle.dumps(tally) == empty


@pytest.mark.slow
@settings(max_examples=400, suppress_health_check=list(HealthCheck), deadline=None)
@given(ROW, st.sampled_from([one.name for one in FORMATS]))
def test_a_text_rule_fires_only_where_its_trigger_matches(value: JsonValue, data_format: DataFormat) -> None:
    row = row_of(value, data_format)
    for rule in ROW_RULES:
        if rule.META.trigger is not None and list(rule.check(row)):
            assert TriggerSet([rule.META.trigger]).matches(row.canonical) == [0], rule.META.code


ROLES = st.lists(st.sampled_from(["system", "developer", "user", "assistant"]), max_size=4)
TEXT = st.text(max_size=12).filter(lambda text: bool(text) and not text.isspace())


@pytest.mark.slow
@settings(max_examples=300, suppress_health_check=list(HealthCheck), deadline=None)
@given(ROLES, st.lists(TEXT, min_size=5, max_size=5), st.lists(TEXT, min_size=5, max_size=5))
def test_what_shape_rules_say_about_a_plain_row_depends_on_its_roles(
    roles: list[str], one: list[str], other: list[str]
) -> None:
    roles = [*roles, "assistant"]
    for rule in ROW_RULES:
        if rule.META.trigger is None:
            said = []
            for texts in (one, other):
                row = row_of(chat(*zip(roles, texts, strict=False)))
                assert row.plain is not None
                said.append(len(list(rule.check(row))))
            assert said[0] == said[1], rule.META.code


@pytest.mark.slow
@settings(max_examples=500, deadline=None)
@given(PLAIN | ROW)
def test_the_fast_path_says_what_the_slow_one_says(value: JsonValue) -> None:
    judge = Judge(ROW_RULES, (), (), Selection())
    fast, slow = row_of(value), row_of(value)
    slow.plain = None
    seen = judge.glance(fast.raw)
    for _ in range(2):  # the second time its roles are remembered
        said = [[one.problem for one in judge.problems(row, seen)] for row in (fast, slow)]
        assert said[0] == said[1]


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(PLAIN | ROW, st.sampled_from([(",", ":"), (", ", ": "), (" ,", " : ")]), st.booleans())
def test_what_the_fast_path_reads_is_strict_json(
    value: JsonValue, separators: tuple[str, str], is_ascii: bool
) -> None:
    raw = json.dumps(value, separators=separators, ensure_ascii=is_ascii).encode("utf-8", "surrogatepass")
    for text in (raw, raw.replace(b'"role"', b'"content": "x", "role"', 1), raw.replace(b'"a"', b'"\\":"')):
        plain = read_fast(text)
        if plain is not None:
            slow = as_plain(parse(text))
            assert slow is not None
            assert (plain.roles, plain.texts) == (slow.roles, slow.texts)
            assert plain.canonical == slow.canonical == row_of(parse(text)).canonical


def read_fast(raw: bytes) -> PlainRow | None:
    seen = Judge((), (), (), Selection()).glance(raw)
    return read_plain(raw, is_escaped=seen.is_escaped) if seen.is_strict else None


@pytest.mark.parametrize("text", ['a "b": c', "é", "你好", "\u3042", "\u2019 x", "\n x", "\\", "ሰላም", "नमस्ते"])
@pytest.mark.parametrize("is_ascii", [True, False])
def test_the_fast_path_is_taken(text: str, is_ascii: bool) -> None:
    talk = chat(("system", "s"), ("user", text), ("assistant", "b"))
    plain = read_fast(json.dumps(talk, ensure_ascii=is_ascii).encode())
    assert plain is not None
    assert plain.texts == ("s", text, "b")


@pytest.mark.parametrize(
    "raw",
    [
        b'{"messages":[{"role":"assistant","content":"a","content":"b"}]}',
        b'{"messages":[{"role":"assistant","content":" "}]}',
        '{"messages":[{"role":"assistant","content":"\u3000"}]}'.encode(),
        b'{"messages":[{"role":"assistant","content":"\\u0020"}]}',
        b'{"messages":[{"role":"assistant","content":"\xe3\x81"}]}',
        b'{"messages":[{"role":"user","content":"a"}]}',
        b'{"messages":[]}',
    ],
)
def test_the_fast_path_refuses(raw: bytes) -> None:
    plain = read_fast(raw)
    assert plain is None or as_plain(parse(raw)) is None


@pytest.mark.slow
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
