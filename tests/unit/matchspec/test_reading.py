"""Claims: the same rows are the same suite in every kind of file, and each kind says where it is wrong."""

import json
from pathlib import Path

import pytest

from mist_ci.adapters.directory import DirectoryTree
from mist_ci.errors import Code, ConfigError
from mist_ci.matchspec import load, read
from mist_ci.models.suite import Suite
from tests.fakes import InlineExecutor, MemoryTree

HEADER = "version: 1\nname: qa\ngraders: [exact]\nprompt: '{{ hint }}: {{ input }}'\n"
ROWS = [
    {"id": "a", "input": "2+2?", "expected": "4", "tags": ["sum", "easy"], "vars": {"hint": "Add"}},
    {"id": "b", "input": "6/2?", "expected": "3", "cluster": "c", "vars": {"hint": "Divide"}},
]
FILES = {
    "rows.jsonl": "\n".join(map(json.dumps, ROWS)),
    "rows.json": json.dumps(ROWS, indent=2),
    "rows.yaml": (
        "- {id: a, input: '2+2?', expected: '4', tags: [sum, easy], vars: {hint: Add}}\n"
        "- id: b\n  input: 6/2?\n  expected: '3'\n  cluster: c\n  vars: {hint: Divide}\n"
    ),
    "rows.csv": "id,input,expected,tags,cluster,vars.hint\na,2+2?,4,sum; easy,,Add\nb,6/2?,3,,c,Divide\n",
    "rows.tsv": "id\tinput\texpected:json\ttags\tcluster\tvars\n"
    'a\t2+2?\t"""4"""\t"[""sum"", ""easy""]"\t\t{"hint": "Add"}\nb\t6/2?\t"""3"""\t\tc\t"{""hint"": ""Divide""}"\n',
}


def suite(name: str, content: str | bytes, header: str = HEADER, **more: str) -> Suite:
    tree = MemoryTree({"suites/qa.yml": f"{header}data: {name}\n", f"suites/{name}": content, **more})
    return load(read(tree, "suites/qa.yml"), InlineExecutor())


def refused(name: str, content: str | bytes, header: str = HEADER, **more: str) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        suite(name, content, header, **more)
    return caught.value


@pytest.mark.parametrize("name", FILES)
def test_the_same_rows_are_the_same_suite_in_every_kind_of_file(name: str) -> None:
    assert suite(name, FILES[name]) == suite("rows.jsonl", FILES["rows.jsonl"])


def test_a_parquet_file_holds_the_same_suite(tmp_path: Path) -> None:
    arrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    parquet.write_table(arrow.Table.from_pylist(ROWS), tmp_path / "rows.parquet")
    (tmp_path / "qa.yml").write_text(HEADER + "data: rows.parquet\n")
    found = load(read(DirectoryTree(tmp_path), "qa.yml"), InlineExecutor())
    assert found.digest == suite("rows.jsonl", FILES["rows.jsonl"]).digest
    assert refused("rows.parquet", b"PAR1 nothing").code is Code.SYNTAX


def test_a_small_parquet_file_cannot_take_all_memory(tmp_path: Path) -> None:
    from mist_ci.adapters.tables import table_rows

    arrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    parquet.write_table(arrow.table({"input": ["x" * 1000] * 1000}), tmp_path / "rows.parquet")
    with pytest.raises(ConfigError, match="more than 10,000 bytes"):
        table_rows((tmp_path / "rows.parquet").read_bytes(), "rows.parquet", 10_000)


@pytest.mark.parametrize(
    ("name", "content", "where", "words"),
    [
        ("r.csv", "", "suites/r.csv", "empty"),
        ("r.csv", "id;input\na;b\n", "suites/r.csv:1", "semicolons"),
        ("r.csv", "input,input\na,b\n", "suites/r.csv:1", "twice"),
        ("r.csv", "input,\na,b\n", "suites/r.csv:1", "column 2"),
        ("r.csv", "input,expcted\na,b\n", "suites/r.csv:1", "did you mean 'expected'"),
        ("r.csv", "input,hint\na,b\n", "suites/r.csv:1", "vars.hint"),
        ("r.csv", "input,expected\n\na,b\nc,d,e\n", "suites/r.csv:4", "3 cells"),
        ("r.csv", 'input,expected\n"a\nb",c\nd,"e\n', "suites/r.csv:4", "never closed"),
        ("r.csv", 'input,expected\n"a"b,c\n', "suites/r.csv:2", "closing quote"),
        ("r.csv", "input,vars\na,{x\n", "suites/r.csv:2: vars", "not valid JSON"),
        ("r.csv", "input,vars.hint,expected\na,b,\n", "suites/r.csv:2: expected", "expected is missing"),
        ("r.csv", b"input\n\xff\n", "suites/r.csv:2", "UTF-8"),
        ("r.json", "[{]", "suites/r.json:1:3", "not valid JSON"),
        ("r.json", '[\n {"input": "a", "expected": "b"},\n {"inptu": "b"}]', "suites/r.json:3:2: inptu", "unknown"),
        ("r.json", '{"rows": []}', "suites/r.json:1:1", "no list of rows"),
        ("r.json", '{"input": "a"}\n{"input": "b"}', "suites/r.json:2:1", ".jsonl"),
        ("r.json", '[{"input": "a", "input": "b"}]', "suites/r.json:1:17: [0]", "twice"),
        ("r.yaml", "- input: a\n  expected: b\n- input: c\n  tags: d\n", "suites/r.yaml:4:3: tags", "a list"),
        ("r.yaml", "- input: a\n  input: b\n", "suites/r.yaml:2:3", "twice"),
        ("r.yaml", "- input: a\n  expected: 1\n  wrong: b\n", "suites/r.yaml:3:3: wrong", "unknown key"),
        ("r.yaml", "- &a {input: a}\n- *a\n", "suites/r.yaml:1:3", "anchors"),
        ("r.txt", "x", "suites/qa.yml:5:1: data", "does not say"),
        ("none", "x", "suites/qa.yml:5:1: data", "does not say"),
    ],
)  # fmt: skip
def test_each_mistake_is_one_error_with_its_place(
    name: str, content: str | bytes, where: str, words: str
) -> None:
    error = refused(name, content)
    assert str(error.where) == where
    assert words in f"{error.message} {error.hint}"


def test_a_file_that_is_not_there_is_named_where_the_suite_names_it() -> None:
    tree = MemoryTree({"suites/qa.yml": HEADER + "data: gone.csv\n"})
    with pytest.raises(ConfigError, match=r"suites/gone\.csv is not in") as caught:
        read(tree, "suites/qa.yml")
    assert (caught.value.code, str(caught.value.where)) == (Code.FILE_MISSING, "suites/qa.yml:5:1: data")


def test_format_without_data_and_an_unknown_format_are_refused() -> None:
    tree = MemoryTree({"qa.yml": HEADER + "format: rows\nsamples: [{input: a, expected: b}]\n"})
    with pytest.raises(ConfigError, match="there is no `data`"):
        read(tree, "qa.yml")
    assert "must be 'rows'" in refused("r.jsonl", FILES["rows.jsonl"], HEADER + "format: own\n").message


def test_a_row_may_do_without_input_where_the_prompt_takes_its_variables() -> None:
    header = HEADER.replace("'{{ hint }}: {{ input }}'", "'Capital of {{ land }}?'")
    (sample,) = suite("r.jsonl", '{"vars": {"land": "Peru"}, "expected": "Lima"}', header).samples
    assert sample.messages[0].content == "Capital of Peru?"
    error = refused("r.jsonl", '{"vars": {"country": "Peru"}, "expected": "Lima"}', header)
    assert "'land' is undefined" in error.message
    assert str(error.hint).endswith("this sample has: choices, country")
    error = refused(
        "r.jsonl",
        '{"vars": {"land": "Peru"}, "expected": "Lima"}',
        "version: 1\nname: qa\ngraders: [exact]\n",
    )
    assert error.message == "a sample has either `input` or `messages`"


def test_every_error_is_found_where_errors_are_collected() -> None:
    rows = ['{"input": "a"}', "{", '{"input": "b", "expected": "c", "vars": {"hint": "d"}}', '{"inptu": "e"}']
    found: list[ConfigError] = []
    tree = MemoryTree({"qa.yml": HEADER + "data: r.jsonl\n", "r.jsonl": "\n".join(rows)})
    suite = load(read(tree, "qa.yml", found.append), InlineExecutor(), found.append)
    assert [error.where.line for error in found if error.where] == [2, 4, 1]
    assert [sample.id for sample in suite.samples] == ["line-3"]


def test_prompt_hashes_are_about_the_question_alone() -> None:
    one = suite("r.jsonl", json.dumps(ROWS[0])).samples[0]
    same = suite("r.jsonl", json.dumps(ROWS[0] | {"expected": "5"})).samples[0]
    other = suite("r.jsonl", json.dumps(ROWS[0] | {"input": "2+3?"})).samples[0]
    assert one.prompt_hash == same.prompt_hash != other.prompt_hash
    assert one.key != same.key


def test_openai_evals_rows_are_read() -> None:
    rows = (
        '{"input": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "2+2?"}], "ideal": "4"}\n'
        '{"input": "Name a primary colour.", "ideal": ["red", "blue"], "metadata": {"from": "x"}}\n'
    )
    header = "version: 1\nname: qa\ngraders: [contains]\n"
    first, second = sorted(suite("r.jsonl", rows, header).samples, key=lambda sample: sample.id)
    assert [message.role for message in first.messages] == ["system", "user"]
    assert (first.expected, second.expected) == ("4", ("red", "blue"))
    error = refused("r.jsonl", '{"input": "a", "ideal": "b"}\n{"input": "c"}', header)
    assert str(error.where) == "suites/r.jsonl:2: ideal"


def test_matchspec_data_sets_are_read() -> None:
    text = (
        "version: '1'\nname: old\nexamples:\n"
        "  - {id: 7, input: '2+2?', expected: '4', tags: [sum], metadata: {hint: Add, cluster: c}}\n"
        "  - {input: '3+3?', expected: '6', metadata: {hint: Add}}\n"
    )
    first, second = sorted(suite("old.yaml", text).samples, key=lambda sample: sample.id)
    assert (first.id, first.cluster, first.tags, first.messages[0].content) == (
        "7",
        "c",
        ("sum",),
        "Add: 2+2?",
    )
    assert second.id == "line-5"
    error = refused("old.yaml", text + "  - {input: a, expectd: b}\n")
    assert str(error.where) == "suites/old.yaml:6:16: expectd"
    assert error.hint == "did you mean 'expected'?"


@pytest.mark.parametrize("name", ["r.jsonl", "r.csv"])
def test_lines_without_end_are_refused_before_they_are_read(name: str) -> None:
    files = {
        "s.yml": f"version: 1\nname: s\ngraders: [exact]\ndata: {name}\n",
        name: "input\n" + "1\n" * 1_000_001,
    }
    with pytest.raises(ConfigError, match="more than 1,000,000 lines") as caught:
        read(MemoryTree(files), "s.yml")
    assert caught.value.code is Code.UNSAFE_DOCUMENT
