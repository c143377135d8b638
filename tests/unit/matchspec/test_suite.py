"""Claims: a suite that loads can be asked and graded; a sample's key changes exactly when the case changes."""

import itertools
import json
from collections.abc import Callable, Sequence

import pytest

from mist_ci.errors import Code, ConfigError
from mist_ci.matchspec import examine, load, read
from mist_ci.matchspec.graders.exact import Exact
from mist_ci.models.suite import Suite
from tests.fakes import InlineExecutor, MemoryTree, jsonl

HEADER = "version: 1\nname: qa\ngraders: [exact]\n"
ROWS = ('{"input": "2+2?", "expected": "4"}', '{"input": "3+3?", "expected": "6"}')


def suite(
    rows: Sequence[str] | bytes = ROWS, header: str = HEADER, executor: InlineExecutor | None = None
) -> Suite:
    content = rows if isinstance(rows, bytes) else jsonl(rows)
    tree = MemoryTree({"suites/qa.yml": header + "data: qa.jsonl\n", "suites/qa.jsonl": content})
    return load(read(tree, "suites/qa.yml"), executor or InlineExecutor())


def row(**values: object) -> str:
    return json.dumps({"input": "2+2?", "expected": "4"} | values)


def inline(samples: str, header: str = HEADER) -> Suite:
    tree = MemoryTree({"suites/qa.yml": f"{header}samples:\n{samples}"})
    return load(read(tree, "suites/qa.yml"), InlineExecutor())


def the_key(line: str, header: str = HEADER) -> str:
    (sample,) = suite([line], header).samples
    return sample.key


def test_samples_may_stand_in_the_suite_or_in_a_file_beside_it() -> None:
    written = inline("  - {input: '2+2?', expected: '4'}\n  - {input: '3+3?', expected: '6'}\n")
    assert written.digest == suite().digest
    assert {sample.id for sample in written.samples} == {"line-5", "line-6"}
    assert {sample.id for sample in suite().samples} == {"line-1", "line-2"}


def test_blank_lines_windows_line_ends_and_a_byte_order_mark_are_no_samples() -> None:
    text = b"\xef\xbb\xbf\r\n" + ROWS[0].encode() + b"\r\n\r\n" + ROWS[1].encode()
    assert suite(text).digest == suite().digest
    assert {sample.id for sample in suite(text).samples} == {"line-2", "line-4"}


@pytest.mark.parametrize(
    ("line", "code", "field", "words"),
    [
        ('{"input": "x"', Code.SYNTAX, None, "not valid JSON"),
        ("not json", Code.SYNTAX, None, "not valid JSON"),
        ('{"input": "x", "input": "y", "expected": "4"}', Code.SYNTAX, None, "appears twice"),
        ('{"input": "x", "expected": NaN}', Code.SYNTAX, None, "NaN"),
        ('{"input": "\\ud800", "expected": "4"}', Code.SYNTAX, None, "surrogate"),
        ('{"input": "x", "expected": 99999999999999999999}', Code.SYNTAX, None, "2^53"),
        ("[1]", Code.WRONG_VALUE, None, "must be a mapping"),
        ('{"input": "x"}', Code.BAD_SAMPLE, "expected", "expected is missing"),
        ('{"expected": "4"}', Code.BAD_SAMPLE, None, "either `input` or `messages`"),
        (row(messages=[{"role": "user", "content": "x"}]), Code.BAD_SAMPLE, None, "either `input` or `messages`"),
        ('{"messages": [], "expected": "4"}', Code.WRONG_VALUE, "messages", "at least 1"),
        ('{"messages": [{"role": "robot", "content": "x"}], "expected": "4"}', Code.WRONG_VALUE,
         "messages[0].role", "robot"),
        (row(expcted="4"), Code.UNKNOWN_KEY, "expcted", "did you mean 'expected'?"),
        (row(expected=None), Code.BAD_SAMPLE, "expected", "expected is missing"),
        (row(expected=[]), Code.BAD_SAMPLE, "expected", "must not be empty"),
        (row(tags="a"), Code.WRONG_VALUE, "tags", "write it as a list: [a]"),
        (row(id=""), Code.WRONG_VALUE, "id", "at least 1"),
    ],
)  # fmt: skip
def test_a_bad_sample_is_one_error_with_its_line(
    line: str, code: Code, field: str | None, words: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        suite([ROWS[0], "", line])
    error = caught.value
    assert error.where is not None
    assert (error.code, error.where.file, error.where.line, error.where.field) == (
        code, "suites/qa.jsonl", 3, field,
    )  # fmt: skip
    assert words in f"{error.message} {error.hint}"


def test_a_file_that_is_not_utf_8_says_in_which_line() -> None:
    with pytest.raises(ConfigError) as caught:
        suite(ROWS[0].encode() + b"\n\xff")
    assert str(caught.value.where) == "suites/qa.jsonl:2"


def test_a_suite_without_samples_tests_nothing_and_is_refused() -> None:
    for empty in ([], ["", "  "]):
        with pytest.raises(ConfigError) as caught:
            suite(empty)
        assert caught.value.code is Code.BAD_SAMPLE


def test_an_expectation_that_one_of_the_graders_cannot_use_is_refused() -> None:
    with pytest.raises(ConfigError) as caught:
        suite([ROWS[0], row(input="?", expected="four")], HEADER.replace("[exact]", "[exact, numeric]"))
    assert str(caught.value.where) == "suites/qa.jsonl:2: expected"
    assert "grader numeric" in caught.value.message


@pytest.mark.parametrize(
    ("second", "words"),
    [
        (row(), "the same question stands in line 1"),
        (row(id="another", tags=["x"]), "the same question stands in line 1"),
        (row(id="a", input="other"), "the same id stands in line 1"),
    ],
)
def test_equal_samples_and_equal_ids_are_refused(second: str, words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        suite([row(id="a"), second])
    assert caught.value.code is Code.DUPLICATE
    assert caught.value.where is not None
    assert (caught.value.where.line, caught.value.message) == (2, words)


def test_a_prompt_is_rendered_with_input_and_choices() -> None:
    header = (
        HEADER
        + "prompt: '{{ input }}{% for choice in choices %} {{ loop.index }}) {{ choice }}{% endfor %}'\n"
    )
    (sample,) = suite([row(choices=["3", "4"])], header).samples
    assert [(message.role, message.content) for message in sample.messages] == [("user", "2+2? 1) 3 2) 4")]


def test_the_expectation_is_never_in_the_context_of_a_prompt() -> None:
    executor = InlineExecutor()
    suite(header=HEADER + "prompt: 'Q: {{ input }}'\n", executor=executor)
    assert [sorted(context) for context in executor.contexts] == [["choices", "input"]] * 2
    with pytest.raises(ConfigError) as caught:
        suite(header=HEADER + "prompt: '{{ input }} (it is {{ expected }})'\n")
    assert caught.value.code is Code.BAD_SAMPLE
    assert str(caught.value.where) == "suites/qa.yml: prompt"
    assert "`input`, `choices` and" in str(caught.value.hint)


@pytest.mark.parametrize(
    "prompt", ["{% if %}", "{{ input }", "{{ input.nothing.at_all }}", "{{ ''.__class__.x }}"]
)
def test_a_prompt_that_cannot_be_rendered_is_a_bad_sample(prompt: str) -> None:
    with pytest.raises(ConfigError) as caught:
        suite(header=f'{HEADER}prompt: "{prompt}"\n')
    assert caught.value.code is Code.BAD_SAMPLE


def test_a_prompt_that_no_sample_can_fill_is_one_error_of_the_suite_s_own() -> None:
    rows = jsonl(f'{{"input": "{number}", "expected": "x"}}' for number in range(20))
    text = f"{HEADER}prompt: '{{{{ inputt }}}}'\ndata: rows.jsonl\n"
    found = examine(MemoryTree({"s.yml": text, "rows.jsonl": rows}), "s.yml", InlineExecutor())
    (error,) = found.errors
    assert str(error).startswith("MC110 s.yml: prompt: for every sample the prompt cannot be rendered")


def test_a_data_file_that_is_not_there_is_told_with_what_is() -> None:
    tree = MemoryTree({"s.yml": f"{HEADER}data: row.jsonl\n", "rows.jsonl": "", "a/row.jsonl": ""})
    with pytest.raises(ConfigError) as caught:
        read(tree, "s.yml")
    assert caught.value.hint == "did you mean 'rows.jsonl'?"


def test_a_suite_without_template_needs_no_child() -> None:
    executor = InlineExecutor()
    (first, *_) = suite(
        header=HEADER + "system: Be brief.\nprompt: '{{ input }}'\n", executor=executor
    ).samples
    assert executor.contexts == []
    assert [message.role for message in first.messages] == ["system", "user"]


def test_braces_in_an_input_are_text_and_never_a_template() -> None:
    (sample,) = suite([row(input="{{ 7 * 7 }}")], HEADER + "prompt: 'Q: {{ input }}'\n").samples
    assert sample.messages[0].content == "Q: {{ 7 * 7 }}"


def test_messages_are_sent_as_they_are_after_the_system_prompt() -> None:
    messages = [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "yes?"}]
    (sample,) = suite(
        [json.dumps({"messages": messages, "expected": "4"})], HEADER + "system: Be brief.\n"
    ).samples
    assert [message.role for message in sample.messages] == ["system", "user", "assistant"]


def test_a_prompt_of_several_messages_is_rendered_message_by_message() -> None:
    header = HEADER + (
        "messages:\n"
        '  - {role: user, content: "What is 1+1?"}\n'
        '  - {role: assistant, content: "2"}\n'
        "  - {role: user, content: 'And {{ input }}'}\n"
    )
    (sample,) = suite([row()], header).samples
    assert [(message.role, message.content) for message in sample.messages] == [
        ("user", "What is 1+1?"),
        ("assistant", "2"),
        ("user", "And 2+2?"),
    ]
    with pytest.raises(ConfigError) as caught:
        suite(header=header + "prompt: '{{ input }}'\n")
    assert caught.value.code is Code.DUPLICATE


CHANGES = {
    "input": (row(input="2+3?"), HEADER),
    "expected": (row(expected="5"), HEADER),
    "type of expected": (row(expected=4), HEADER),
    "a second right answer": (row(expected=["4", "four"]), HEADER),
    "choices": (row(choices=["3", "4"]), HEADER),
    "grader": (row(), HEADER.replace("exact", "contains")),
    "options of the grader": (row(), HEADER.replace("[exact]", "[exact: {ignore_case: true}]")),
    "system prompt": (row(), HEADER + "system: Be brief.\n"),
    "prompt": (row(), HEADER + "prompt: 'Q: {{ input }}'\n"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_key_changes_with_everything_that_makes_the_case(change: str) -> None:
    assert the_key(*CHANGES[change]) != the_key(row())


def test_no_two_of_these_changes_have_one_key() -> None:
    keys = [the_key(*change) for change in CHANGES.values()]
    assert len(set(keys)) == len(keys)


def test_a_key_changes_with_the_version_of_the_grader(monkeypatch: pytest.MonkeyPatch) -> None:
    before = the_key(row())
    monkeypatch.setattr(Exact, "version", 2)
    assert the_key(row()) != before


@pytest.mark.parametrize(
    ("line", "header"),
    [
        (row(id="named"), HEADER),
        (row(tags=["x"], cluster="c"), HEADER),
        ('{ "expected" : "4", "input" : "2+2\\u003f" }', HEADER),
        (row(), HEADER.replace("[exact]", "[exact: {ignore_case: false}]")),
        (row(), HEADER.replace("[exact]", "[exact, contains]")),
        (row(), HEADER.replace("[exact]", "[contains, exact]") + "primary: exact\n"),
        (row(), HEADER + "role: critical\nfloor: 0.5\nmargin: 0.1\nprompt: '{{ input }}'\n"),
        (row(), HEADER.replace("name: qa", "name: other")),
    ],
)
def test_a_key_does_not_change_with_names_spelling_diagnostics_or_the_bar(line: str, header: str) -> None:
    assert the_key(line, header) == the_key(row())


def test_the_order_of_samples_is_fixed_by_their_hash_and_not_by_the_file() -> None:
    rows = [row(id=f"n{number}", input=f"{number}?") for number in range(30)]
    forwards, backwards = suite(rows), suite(rows[::-1])
    assert forwards.samples == backwards.samples
    assert forwards.digest == backwards.digest
    assert [sample.id for sample in forwards.samples] != [f"n{number}" for number in range(30)]


@pytest.mark.parametrize("spoil", [lambda rows: rows[1:], lambda rows: [*rows, row(input="new")]])
def test_the_digest_changes_when_a_sample_comes_or_goes(spoil: Callable[[list[str]], list[str]]) -> None:
    rows = [row(input=f"{number}?") for number in range(5)]
    assert suite(spoil(rows)).digest != suite(rows).digest


def test_the_first_grader_decides_unless_another_one_is_named() -> None:
    graders = HEADER.replace("[exact]", "[contains, exact]")
    assert suite(header=graders).primary == "contains"
    assert suite(header=graders + "primary: exact\n").primary == "exact"


def test_every_order_of_three_rows_is_the_same_suite() -> None:
    rows = [row(id=name, input=name) for name in "abc"]
    assert len({suite(order).model_dump_json() for order in itertools.permutations(rows)}) == 1


def test_one_grader_may_be_listed_twice_by_another_name() -> None:
    twice = HEADER.replace("[exact]", "[{as: strict, exact: {}}, {exact: {ignore_case: true}}]")
    loaded = suite(header=twice + "primary: strict\n")
    assert (loaded.primary, [spec.title for spec in loaded.graders]) == ("strict", ["strict", "exact"])
    assert the_key(row(), twice) == the_key(row())


TWICE = ["[exact, exact]", "[{as: exact, contains: {}}, exact]", "[{as: a, exact: {}}, {as: a, exact: {}}]"]


@pytest.mark.parametrize("graders", TWICE)
def test_two_graders_of_one_name_are_refused(graders: str) -> None:
    with pytest.raises(ConfigError) as caught:
        suite(header=HEADER.replace("[exact]", graders))
    assert caught.value.code is Code.DUPLICATE
    assert "{as: NAME, exact: {…}}" in str(caught.value.hint)


def tooled(tool: str, call: str = '{"id": "1", "name": "weather", "arguments": "{}"}') -> Suite:
    """A tool of the suite, and a sample in which it was called."""
    told = f'[{{"role": "user", "content": "?"}}, {{"role": "assistant", "tool_calls": [{call}]}}]'
    text = f"version: 1\nname: calls\ngraders: [tool_call]\ndata: rows.jsonl\ntools:\n  - {tool}\n"
    rows = jsonl([f'{{"messages": {told}, "expected": {{"name": "weather"}}}}'])
    return load(read(MemoryTree({"s.yml": text, "rows.jsonl": rows}), "s.yml"), InlineExecutor())


def test_tools_and_calls_may_be_written_as_openai_writes_them_and_are_the_same_suite() -> None:
    plain = tooled("{name: weather, description: Of a city, parameters: {type: object}}")
    function = "{name: weather, description: Of a city, parameters: {type: object}, strict: false}"
    call = '{"id": "1", "type": "function", "function": {"name": "weather", "arguments": "{}"}}'
    wrapped = tooled(f"{{type: function, function: {function}}}", call)
    flat = tooled("{type: function, name: weather, description: Of a city, parameters: {type: object}}")
    assert plain == wrapped == flat


@pytest.mark.parametrize(
    ("tool", "message"),
    [
        (
            "{type: function, function: {name: weather, strict: true}}",
            "has 'strict' in its function, and known",
        ),
        ("{type: function, function: weather}", "has no mapping as `function`"),
        ("{type: function, function: {name: a b}}", "must be a name of at most 64 letters"),
        ("{type: custom, name: weather}", "unknown key 'type'"),
    ],
)
def test_a_tool_that_is_none_is_one_error_with_its_line(tool: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        tooled(tool)
    assert message in str(caught.value)
    assert caught.value.where is not None
    assert caught.value.where.line == 6
