"""Claims: JSON, tool calls and instructions are held to what was asked for, and hostile expectations are refused."""

import json
from typing import Any

import pytest

from mist_ci.errors import Where
from mist_ci.matchspec.graders import CannotGrade, Grader, grader, json_text, schemas, specify
from mist_ci.matchspec.graders.instruction_shape import sentences
from mist_ci.matchspec.graders.instructions import INSTRUCTIONS, Instructions
from mist_ci.matchspec.graders.json_fields import JsonFields
from mist_ci.matchspec.graders.json_schema import JsonSchema
from mist_ci.matchspec.graders.tool_call import ToolCallMatch
from mist_ci.models.answer import Answer
from mist_ci.models.suite import Sample, Tool, ToolCall

HERE = Where("suites/qa.yml")


def sample(expected: Any, tools: tuple[Tool, ...] = ()) -> Sample:
    return Sample(key="", id="", messages=(), expected=expected, tools=tools)


@pytest.mark.parametrize(
    "text",
    ["", "nan", "NaN", "[1,]", "{'a': 1}", '{"a": 1} x', "\ud800", '"\\ud800"', "1e999", "9" * 5000,
     "[" * 10_000 + "]" * 10_000, "[" * 65 + "]" * 65, "```json\n1\n```", "```\n1\n```\n```\n2\n```"],
)  # fmt: skip
def test_what_most_programs_cannot_read_is_no_json(text: str) -> None:
    with pytest.raises(json_text.NotJson):
        json_text.read(text)


def test_a_fenced_block_is_read_where_it_is_the_only_one() -> None:
    assert json_text.read("So:\n```json\n[1]\n```\nDone", fenced=True) == [1]
    assert json_text.read("~~~\n ```\n[1]\n  ``` \n", fenced=True) == [1]
    for text in ("```\n1\n```\n```\n2\n```", "```json\n[1]", "``` [1] ```"):
        with pytest.raises(json_text.NotJson):
            json_text.read(text, fenced=True)


HOSTILE: list[dict[str, Any]] = [
    {"$ref": "https://example.com/schema.json"},
    {"properties": {"a": {"$ref": "file:///etc/passwd"}}},
    {"$ref": "#"},
    {"$defs": {"a": {"items": {"$ref": "#/$defs/a"}}}, "$ref": "#/$defs/a"},
    {"$ref": "#/$defs/a0", "$defs": {f"a{i}": {"allOf": [{"$ref": f"#/$defs/a{i + 1}"}] * 2} for i in range(40)}},
    {"pattern": "(?=a)b"},
    {"pattern": r"(a)\1"},
    {"pattern": "(a{1000}){1000}"},
    {"type": "text"},
    {"enum": ["x" * 70_000]},
    {"$schema": "https://example.com/draft"},
]  # fmt: skip


@pytest.mark.parametrize("schema", HOSTILE, ids=lambda schema: json.dumps(schema)[:40])
def test_a_schema_that_could_fetch_loop_or_take_for_ever_is_refused(schema: dict[str, Any]) -> None:
    assert JsonSchema().refuse(sample(schema)) is not None
    with pytest.raises(schemas.BadSchema):
        schemas.compiled(schema)


def test_a_schema_may_refer_to_its_own_parts_and_name_its_draft() -> None:
    schema: Any = {"$defs": {"n": {"type": "integer"}}, "items": {"$ref": "#/$defs/n"}}
    assert JsonSchema().score("[1, 2]", schema) == 1
    assert JsonSchema().score('["1"]', schema) == 0
    old: Any = {"$schema": "http://json-schema.org/draft-07/schema#", "items": [{"const": 1}]}
    assert [JsonSchema().score(text, old) for text in ("[1, 5]", "[2]")] == [1, 0]


def test_an_answer_that_would_take_too_long_to_check_has_no_score() -> None:
    wide: Any = {"anyOf": [{"const": f"x{number}"} for number in range(2000)]}
    with pytest.raises(CannotGrade, match="too long for its schema"):
        JsonSchema().score(json.dumps(["y"] * 120_000), wide)


@pytest.mark.parametrize("expected", [None, "x", 4, ()])
def test_json_schema_needs_a_schema(expected: Any) -> None:
    assert JsonSchema().refuse(sample(expected)) is not None
    assert JsonSchema(schema_={"type": "object"}).refuse(sample(expected)) is None


@pytest.mark.parametrize(
    ("given", "expected", "options", "score"),
    [
        ({"a": 1.0}, {"a": 1}, {}, 1),
        ({"a": True}, {"a": 1}, {}, 0),
        ({"a": "1"}, {"a": 1}, {}, 0),
        ({"a": None}, {"a": None}, {}, 1),
        ({"a": []}, {"a": {}}, {}, 0),
        ({"a": []}, {"a": []}, {}, 1),
        ({}, {}, {}, 1),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 1, "c": 3}}, {}, 0.5),
        ({"a.b": 1}, {"a": {"b": 1}}, {}, 0),
        ([1, 2, 2], (1, 2, 2), {}, 1),
        ([2, 1, 2], (1, 2, 2), {"any_order": True}, 1),
        ([2, 2, 2], (1, 2, 2), {"any_order": True}, 0.6667),
        ([2, 1], (1, 2, 3), {"any_order": True}, 0.8),
        ([9.99, 20.01], (20, 10), {"any_order": True, "tolerance": 0.05}, 1),
        ([10**400], (10**15,), {"relative": 0.5}, 0),
        ([110], (100,), {"relative": 0.1}, 1),
    ],
)
def test_fields_are_counted_by_path_and_value(given: Any, expected: Any, options: Any, score: float) -> None:
    one = JsonFields(**options)
    assert one.refuse(sample(expected)) is None
    assert one.score(json.dumps(given), expected) == pytest.approx(score, abs=1e-4)


def call(name: str, **arguments: Any) -> ToolCall:
    return ToolCall(name=name, arguments=json.dumps(arguments))


def wants(name: str, **arguments: Any) -> dict[str, Any]:
    return {"name": name, "arguments": arguments}


@pytest.mark.parametrize(
    ("calls", "expected", "options", "score"),
    [
        ((call("f", a=1), call("f", a=2)), (wants("f", a=2), wants("f", a=1)), {}, 1),
        ((call("f", a=1), call("f", a=2)), (wants("f", a=2), wants("f", a=1)), {"ordered": True}, 0),
        ((call("f", a=1),), (wants("f", a=1), wants("f", a=1)), {}, 0),
        ((call("f", a=1),), (wants("f", a=1), wants("f", a=1)), {"partial": True}, 0.5),
        ((call("f", a=1), call("f", a=1)), wants("f", a=1), {"partial": True}, 0.5),
        ((call("f", a=1, b=2),), wants("f", a=1), {"partial": True}, 0.75),
        ((call("f", a=1, b=2),), wants("f", a=1), {"partial": True, "arguments": "subset"}, 1),
        ((call("f", a={"x": [1, 2.0]}),), wants("f", a={"x": [1.0, 2]}), {}, 1),
        ((call("f", a=True),), wants("f", a=1), {}, 0),
        ((call("f", a=None),), wants("f"), {}, 0),
        ((ToolCall(name="f", arguments="[1]"),), wants("f"), {"arguments": "ignore"}, 0),
        ((ToolCall(name="f", arguments="{"),), wants("f"), {"arguments": "ignore"}, 0),
        (
            (call("g"), call("f"), call("h")),
            (wants("f"), wants("h")),
            {"ordered": True, "extra_calls": True},
            1,
        ),
        ((call("h"), call("f")), (wants("f"), wants("h")), {"ordered": True, "partial": True}, 0.5),
        ((), wants("f"), {"partial": True}, 0),
        ((call("f"),), (), {"extra_calls": True}, 1),
        (tuple(call("f", a=n) for n in range(5000)), wants("f", a=4999), {"extra_calls": True}, 0),
    ],
)
def test_calls_are_matched_by_name_and_arguments(
    calls: tuple[ToolCall, ...], expected: Any, options: Any, score: float
) -> None:
    one = ToolCallMatch(**options)
    assert one.refuse(sample(expected)) is None
    assert one.grade(Answer("", calls), sample(expected)) == pytest.approx(score)


@pytest.mark.parametrize(
    ("expected", "words"),
    [
        (None, "must be a call"),
        ("f()", "must be a call"),
        (({"nme": "f"},), "with a `name`"),
        ({"name": "f", "args": {}}, "no 'args'"),
        ({"name": "f", "arguments": "{}"}, "must be a mapping"),
        ({"name": "g"}, "none of the sample's tools"),
        (tuple({"name": "f"} for _ in range(201)), "more than 200"),
    ],
)
def test_what_is_no_call_to_expect_is_refused(expected: Any, words: str) -> None:
    assert words in str(ToolCallMatch().refuse(sample(expected, (Tool(name="f"),))))


FOLLOWED: list[tuple[dict[str, Any], str, str]] = [
    ({"instruction": "words", "n": 2}, "Hello, world!", "Hello"),
    ({"instruction": "words", "n": 2, "relation": "at least"}, "one two three - four", "one -"),
    ({"instruction": "min_words", "n": 2}, "one two", "one"),
    ({"instruction": "max_words", "n": 2}, "one two", "one two three"),
    ({"instruction": "sentences", "n": 2}, "It rains. Dr. Who is out.", "It rains."),
    ({"instruction": "min_sentences", "n": 2}, "What? Yes!", "What"),
    ({"instruction": "max_sentences", "n": 1}, "It is 3.5 km, e.g. here", "One. Two."),
    ({"instruction": "paragraphs", "n": 2}, "a\nb\n \n\nc", "a\nb"),
    ({"instruction": "lines", "n": 2}, "a\n\nb", "a"),
    ({"instruction": "bullets", "n": 2}, "List:\n- a\n* b", "- a\n-b"),
    ({"instruction": "numbered_list", "n": 2}, "1. a\n2) b", "1. a\n3. b"),
    ({"instruction": "json"}, '```json\n{"a": 1}\n```', "{a: 1}"),
    ({"instruction": "quoted"}, '"yes"', '"yes'),
    ({"instruction": "starts_with", "text": "Dear"}, "Dear all", "dear all"),
    ({"instruction": "ends_with", "text": "Bye."}, "So long. Bye.", "Bye"),
    ({"instruction": "first_word", "word": "yes"}, "**Yes**, it is", "Oh yes"),
    ({"instruction": "last_word", "word": "end"}, "This is the END.", "the end is near"),
    ({"instruction": "contains", "texts": ["sea", "ice cream"]}, "Ice cream by the sea", "season ice cream"),
    ({"instruction": "contains", "texts": ["sea"], "times": 2}, "sea, sea", "sea"),
    ({"instruction": "avoids", "words": ["sea"]}, "the season", "the Sea"),
    ({"instruction": "keyword_times", "word": "sea", "times": 2}, "Sea sea", "sea sea sea"),
    ({"instruction": "keyword_times", "word": "sea", "times": 1, "relation": "at most"}, "no", "sea sea"),
    ({"instruction": "letter_times", "letter": "a", "n": 3}, "bAnana", "banan"),
    ({"instruction": "uppercase"}, "YES 1", "Yes"),
    ({"instruction": "lowercase"}, "yes 1", "Yes"),
    ({"instruction": "no_commas"}, "a b", "a, b"),
]


@pytest.mark.parametrize(("instruction", "yes", "no"), FOLLOWED, ids=lambda one: str(one)[:50])
def test_an_instruction_is_followed_or_not(instruction: dict[str, Any], yes: str, no: str) -> None:
    expected = (instruction,)
    assert Instructions().refuse(sample(expected)) is None
    assert Instructions().score(f" {yes}\n", expected) == 1
    assert Instructions().score(no, expected) == 0
    assert Instructions().score(" ", expected) == 0


def test_every_instruction_is_tried() -> None:
    assert {one["instruction"] for one, _, _ in FOLLOWED} == set(INSTRUCTIONS)


@pytest.mark.parametrize(
    ("expected", "words"),
    [
        (None, "must be a list of instructions"),
        ((), "must be a list of instructions"),
        ({"instruction": "json"}, "must be a list of instructions"),
        (("json",), "name of an `instruction`"),
        (({"instruction": "max_word", "n": 2},), "did you mean 'max_words'?"),
        (({"instruction": "max_words"},), "needs the argument 'n'"),
        (({"instruction": "max_words", "n": 2, "m": 3},), "has no argument 'm'"),
        (
            ({"instruction": "max_words", "n": "2"},),
            "'n' of the instruction max_words must be a whole number",
        ),
        (({"instruction": "max_words", "n": -1},), "at least 0"),
        (
            ({"instruction": "words", "n": 1, "relation": "about"},),
            "'relation' of the instruction words must be",
        ),
        (({"instruction": "contains", "texts": []},), "at least 1"),
        (({"instruction": "letter_times", "letter": "ab", "n": 1},), "at most 1"),
    ],
)
def test_an_instruction_that_nobody_can_check_is_refused(expected: Any, words: str) -> None:
    assert words in str(Instructions().refuse(sample(expected)))


@pytest.mark.parametrize(
    ("text", "count"),
    [("", 0), ("One", 1), ("One.", 1), ("One. Two", 2), ("Wait... what?! No.", 3), ("It is 3.14.", 1),
     ("1. One\n2. Two", 2), ("She said: “No.” He left.", 2), ("Mr. A. Smith, e.g. here, left.", 1),
     ("好。坏！", 2), ("U.S. troops left.", 1)],
)  # fmt: skip
def test_sentences_are_counted_by_their_ends(text: str, count: int) -> None:
    assert sentences(text) == count


def composite(**options: Any) -> Grader:
    return grader(specify({"composite": options}, HERE))


def test_a_composite_carries_the_versions_and_options_of_its_parts() -> None:
    spec = specify({"composite": {"graders": ["exact", {"numeric": {"first": True}}]}}, HERE)
    assert '"name":"exact","version":1,"options":{"ignore_case":false' in spec.fingerprint
    assert '"name":"numeric","version":2' in spec.fingerprint
    assert grader(spec).model_dump(mode="json") == spec.options
    assert composite(graders=[{"composite": {"graders": ["choice_logprob"]}}]).needs_logprobs
    assert not composite(graders=["exact"]).needs_logprobs


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "graders"),
        ({"graders": []}, "at least 1"),
        ({"graders": ["exakt"]}, "no grader is named 'exakt'"),
        ({"graders": [{"exact": {"ignore_cse": True}}]}, "no option 'ignore_cse'"),
        ({"graders": [4]}, "a name, or a mapping"),
        ({"graders": ["exact"], "weights": [1, 2]}, "2 entries for 1 graders"),
        ({"graders": ["exact"], "weights": [0]}, "greater than 0"),
        ({"graders": ["exact"], "weights": [1], "combine": "all"}, "do not go with 'all'"),
    ],
)
def test_a_composite_that_does_not_fit_together_is_refused(options: dict[str, Any], words: str) -> None:
    from mist_ci.errors import ConfigError

    with pytest.raises(ConfigError) as caught:
        composite(**options)
    assert words in f"{caught.value.message} {caught.value.hint}"


def test_a_composite_refuses_what_one_of_its_parts_refuses() -> None:
    assert str(composite(graders=["exact", "numeric"]).refuse(sample("four"))).startswith("numeric: ")
