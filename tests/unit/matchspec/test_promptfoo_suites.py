"""Claims: promptfoo's tests are suites, our grades are its grades, and what cannot be kept is refused at its line."""

import json
from pathlib import Path

import pytest

from mist_ci.adapters.directory import DirectoryTree
from mist_ci.errors import Code, ConfigError
from mist_ci.matchspec import load, read
from mist_ci.matchspec.graders.assertions import Assertions
from mist_ci.models.answer import Answer
from mist_ci.models.suite import Sample, Suite
from tests.fakes import InlineExecutor, MemoryTree

EXAMPLE = Path(__file__).parents[2] / "data" / "suites" / "promptfoo"
HEADER = "version: 1\nname: pf\ndata: tests.yaml\n"


def example(tmp_path: Path) -> Suite:
    (tmp_path / "pf").symlink_to(EXAMPLE)
    tree = MemoryTree({f"pf/{file.name}": file.read_bytes() for file in EXAMPLE.iterdir()} | {
        "pf.yml": "version: 1\nname: pf\ndata: pf/promptfooconfig.yaml\n"
    })  # fmt: skip
    return load(read(tree, "pf.yml"), InlineExecutor())


def the_sample(suite: Suite, description: str, output: str) -> Sample:
    found = [one for one in suite.samples if description in (one.id, one.cluster)]
    return next(one for one in found if len(found) == 1 or one.messages[-1].content == output)


def test_our_grades_are_promptfoos(tmp_path: Path) -> None:
    suite = example(tmp_path)
    graded = json.loads((EXAMPLE / "graded.json").read_text(encoding="utf-8"))
    assert len(graded) == len(suite.samples) == 53
    for one in graded:
        sample, answer = the_sample(suite, one["description"], one["output"]), Answer(one["output"])
        assert Assertions().grade(answer, sample) == pytest.approx(one["score"]), one
        assert Assertions(all_or_nothing=True).grade(answer, sample) == one["passed"], one


def test_a_suite_depends_on_every_file_that_its_tests_name() -> None:
    tree = MemoryTree({f"pf/{file.name}": file.read_bytes() for file in EXAMPLE.iterdir()} | {
        "pf.yml": "version: 1\nname: pf\ndata: pf/promptfooconfig.yaml\n"
    })  # fmt: skip
    document = read(tree, "pf.yml")
    for path in ("pf.yml", "pf/promptfooconfig.yaml", "pf/schema.json", "pf/more.csv", "pf/answer.txt"):
        assert document.depends_on(path)
    assert not document.depends_on("pf/graded.json")


def suite(tests: str, header: str = HEADER, **files: str) -> Suite:
    tree = MemoryTree(
        {"s/pf.yml": header, "s/tests.yaml": tests, **{f"s/{key}": text for key, text in files.items()}}
    )
    return load(read(tree, "s/pf.yml"), InlineExecutor())


CONFIG = "prompts: ['Q: {{q}}']\ntests:\n  - vars: {q: a}\n    assert:\n      - "


@pytest.mark.parametrize(
    ("tests", "code", "where", "words"),
    [
        (CONFIG + "{type: llm-rubric, value: nice}", Code.BAD_SAMPLE, "5:10: assert[0].type", "needs a model as judge"),
        (CONFIG + "{type: similar, value: nice}", Code.BAD_SAMPLE, "5:10: assert[0].type", "not deterministic"),
        (CONFIG + "{type: javascript, value: 'true'}", Code.BAD_SAMPLE, "5:10: assert[0].type", "runs code"),
        (CONFIG + "{type: not-python, value: 'true'}", Code.BAD_SAMPLE, "5:10: assert[0].type", "runs code"),
        (CONFIG + "{type: icontain, value: a}", Code.BAD_SAMPLE, "5:10: assert[0].type", "did you mean 'icontains'"),
        (CONFIG + "{type: {a: b}, value: a}", Code.BAD_SAMPLE, "5:9: assert[0]", "a mapping with a `type`"),
        (CONFIG + "{type: contains}", Code.BAD_SAMPLE, "5:9: assert[0].value", "not empty"),
        (CONFIG + "{type: contains, value: ''}", Code.BAD_SAMPLE, "5:26: assert[0].value", "occurs in every"),
        (CONFIG + "{type: regex, value: 'a(?=b)'}", Code.BAD_SAMPLE, "5:23: assert[0].value", "look-around"),
        (CONFIG + "{type: contains-any, value: []}", Code.BAD_SAMPLE, "5:30: assert[0].value", "list of texts"),
        (CONFIG + "{type: is-json, value: {type: 7}}", Code.BAD_SAMPLE, "5:25: assert[0].value", "no JSON Schema"),
        (CONFIG + "{type: equals, value: a, weight: -1}", Code.BAD_SAMPLE, "5:34: assert[0].weight", "from 0 on"),
        (CONFIG + "{type: equals, value: a, provider: x}", Code.BAD_SAMPLE, "5:34: assert[0].provider", "take it"),
        (CONFIG + "{type: equals, value: '{{no}}'}", Code.BAD_SAMPLE, "4:5: expected", "'no' is undefined"),
        (CONFIG + "{type: is-json, value: file://gone.json}", Code.FILE_MISSING, "5:25: assert[0].value", "not in"),
        (CONFIG + "{type: equals, value: file://../../x.txt}", Code.UNSAFE_PATH, "5:24: assert[0].value", "leads out"),
        (CONFIG.replace("{q: a}", "{q: file://a.py}") + "{type: is-json}", Code.NOT_AVAILABLE, "3:12: vars.q", "code"),
        (CONFIG.replace("{q: a}", "{q: '{{b}}'}") + "{type: is-json}", Code.NOT_AVAILABLE, "3:12: vars.q", "another"),
        (CONFIG.replace("{q: a}", "{r: a}") + "{type: is-json}", Code.BAD_SAMPLE, "3: prompt", "'q' is undefined"),
        ("scenarios: []\n" + CONFIG + "{type: is-json}", Code.NOT_AVAILABLE, "1:1: scenarios", "not understood"),
        ("prompts: [a]\ntests: [{vars: {q: a}}]", Code.BAD_SAMPLE, "2:9", "asserts nothing"),
        ("prompts: [a, b]\ntests: [{vars: {q: a}, assert: [{type: is-json}]}]", Code.NOT_AVAILABLE, "1:1: prompts",
         "2 prompts"),
        ("- {vars: {q: a}, assert: [{type: is-json}]}", Code.MISSING_KEY, " prompts", "no prompt"),
        ("prompts: [a]\ntests: [{vars: {q: a}, asert: []}]", Code.NOT_AVAILABLE, "2:24: asert", "did you mean"),
    ],
)  # fmt: skip
def test_what_cannot_be_kept_is_refused_at_its_line(tests: str, code: Code, where: str, words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        suite(tests)
    error = caught.value
    assert error.code is code
    assert str(error.where).removeprefix("s/tests.yaml:") == where
    assert words in f"{error.message} {error.hint}"


def test_a_prompt_of_the_suite_takes_the_place_of_promptfoos() -> None:
    (sample,) = suite(CONFIG + "{type: is-json}", HEADER + "prompt: 'Say {{ q }}'\n").samples
    assert sample.messages[0].content == "Say a"


def test_a_chat_in_json_is_a_prompt_of_several_messages() -> None:
    chat = json.dumps([{"role": "system", "content": "Be brief."}, {"role": "user", "content": "{{q}}"}])
    tests = f"prompts: [file://chat.json]\n{CONFIG.partition(chr(10))[2]}{{type: is-json}}"
    (sample,) = suite(tests, **{"chat.json": chat}).samples
    assert [(message.role, message.content) for message in sample.messages] == [
        ("system", "Be brief."),
        ("user", "a"),
    ]


def test_a_table_may_be_the_data_itself() -> None:
    table = "q,__expected,__expected2\na,A,icontains:b\n"
    tree = MemoryTree({"pf.yml": "version: 1\nname: pf\ndata: t.csv\nprompt: '{{q}}'\n", "t.csv": table})
    (sample,) = load(read(tree, "pf.yml"), InlineExecutor()).samples
    assert sample.expected == {
        "assert": [{"type": "equals", "value": "A"}, {"type": "icontains", "value": "b"}]
    }
    assert Assertions().grade(Answer("A"), sample) == 0.5


def test_a_cell_that_asks_a_judge_is_refused_with_its_line() -> None:
    table = "q,__expected\na,A\nb,grade: is it nice?\n"
    tree = MemoryTree({"pf.yml": "version: 1\nname: pf\ndata: t.csv\nprompt: '{{q}}'\n", "t.csv": table})
    with pytest.raises(ConfigError, match="judge") as caught:
        load(read(tree, "pf.yml"), InlineExecutor())
    assert str(caught.value.where) == "t.csv:3:1: assert[0].type"


def test_a_directory_reads_as_a_commit_does(tmp_path: Path) -> None:
    (tmp_path / "pf.yml").write_text(HEADER)
    (tmp_path / "tests.yaml").write_text(CONFIG + "{type: is-json}")
    assert load(read(DirectoryTree(tmp_path), "pf.yml"), InlineExecutor()).primary == "assertions"


def test_variables_that_multiply_without_end_are_refused_at_their_line() -> None:
    lists = ", ".join(f"v{number}: [{', '.join('abcdefghij')}]" for number in range(20))
    with pytest.raises(ConfigError) as caught:
        suite(
            f"prompts: ['{{{{v0}}}}']\ntests:\n  - vars: {{{lists}}}\n    assert: [{{type: equals, value: a}}]\n"
        )
    assert caught.value.code is Code.BAD_SAMPLE
    assert "more than 10,000 combinations" in caught.value.message
    assert caught.value.where is not None
    assert caught.value.where.line == 3


def test_one_large_file_in_every_test_is_refused_before_it_fills_the_memory() -> None:
    tests = "prompts: ['{{q}}']\ndefaultTest: {vars: {text: 'file://big.txt'}, assert: [{type: equals, value: a}]}\n"
    tests += "tests:\n" + "".join(f"  - vars: {{q: '{number}'}}\n" for number in range(300))
    with pytest.raises(ConfigError) as caught:
        suite(tests, **{"big.txt": "x" * 2**20})
    assert caught.value.code is Code.UNSAFE_DOCUMENT
    assert "more than 268,435,456 characters" in caught.value.message


def test_templates_without_end_in_assertions_are_refused_before_the_first_process() -> None:
    tests = "prompts: ['{{q}}']\ntests:\n" + "".join(
        f"  - vars: {{q: '{number}'}}\n    assert: [{{type: equals, value: '{{{{ q ~ {number} }}}}'}}]\n"
        for number in range(201)
    )
    with pytest.raises(ConfigError, match="201 different templates") as caught:
        suite(tests)
    assert caught.value.code is Code.UNSAFE_DOCUMENT
