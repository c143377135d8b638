"""Claims: each weakness of a suite is remarked on, and a sound suite gives no cause."""

import json
from collections.abc import Sequence

import pytest

from mist_ci.errors import Code
from mist_ci.matchspec import Examination, examine
from tests.fakes import InlineExecutor, MemoryTree

HEADER = "version: 1\nname: qa\ngraders: [exact]\n"
WORDS = (
    "river",
    "mountain",
    "city",
    "lake",
    "desert",
    "island",
    "forest",
    "valley",
    "ocean",
    "canyon",
    "glacier",
    "cave",
)


def row(number: int, **values: object) -> dict[str, object]:
    question = (
        f"Which {WORDS[number % 12]} of {chr(65 + number // 12)}{number} did travellers call {number * 7}?"
    )
    return {"id": f"s{number}", "input": question, "expected": f"name {number}"} | values


def examined(rows: Sequence[dict[str, object]], header: str = HEADER, **files: str) -> Examination:
    tree = MemoryTree(
        {"qa.yml": header + "data: r.jsonl\n", "r.jsonl": "\n".join(map(json.dumps, rows)), **files}
    )
    return examine(tree, "qa.yml", InlineExecutor())


def names(found: Examination) -> list[str]:
    assert not found.errors
    return [remark.name for remark in found.remarks]


def test_a_sound_suite_gives_no_cause() -> None:
    assert names(examined([row(number, cluster=f"c{number % 12}") for number in range(60)])) == []


TWICE = {"input": "Which river did travellers call RED", "id": "twice"}
LONG = " ".join(f"word{number}" for number in range(40))
A, B = [row(1), row(2)], [row(number) for number in range(3, 30)]
CHOICES = ["aa", "bb", "cc", "dd"]


@pytest.mark.parametrize(
    ("name", "rows", "header"),
    [
        ("prompt-without-input", A[:1], HEADER + "prompt: What is it?\n"),
        ("unused-prompt", [{"messages": [{"role": "user", "content": "hi"}], "expected": "a"}], HEADER + "prompt: x\n"),
        ("choices-not-shown", [row(1, choices=CHOICES, expected="aa")], HEADER.replace("exact", "choice")),
        ("no-clusters", [row(number) for number in range(240)], HEADER),
        ("near-duplicates", [*A, TWICE | {"expected": "a"}, TWICE | {"id": "b", "input": "which river did travellers  "
         "call red?", "expected": "c"}], HEADER),
        ("near-duplicates", [*A, row(7, input=f"{LONG} one?"), row(8, input=f"{LONG} two?")], HEADER),
        ("wrong-reference", [*A, row(3, expected=" ,name", input="q")], HEADER.replace("exact", "instructions_")),
        ("expected-in-prompt", [*A, row(3, expected="did")], HEADER.replace("exact", "contains")),
        ("one-answer", [*A, *[one | {"expected": "yes"} for one in B]], HEADER),
        ("unbalanced-choices", [row(number, choices=CHOICES, expected="bb") for number in range(30)],
         HEADER.replace("exact", "choice")),
        ("lonely-tag", [*A, row(3, tags=["geografy"]), *[row(n, tags=["geography"]) for n in (4, 5)]], HEADER),
        ("useless-tag", [one | {"tags": ["all"]} for one in A], HEADER),
    ],
)  # fmt: skip
def test_each_weakness_is_remarked_on(name: str, rows: list[dict[str, object]], header: str) -> None:
    if "instructions_" in header:  # an answer that the grader itself does not take for right
        header, rows = header.replace("[instructions_]", "[regex: {pattern: '^x'}]"), [row(1)]
    assert name in names(examined(rows, header))


def test_alike_within_one_cluster_is_what_clusters_are_for() -> None:
    rows = [row(7, input=f"{LONG} one?", cluster="c"), row(8, input=f"{LONG} two?", cluster="c")]
    assert names(examined(rows)) == []


def test_every_error_of_a_suite_file_is_told() -> None:
    text = "version: 1\nname: a b\nrol: target\nmargin: 2\ngraders: [exact]\nsamples: []\n"
    found = examine(MemoryTree({"qa.yml": text}), "qa.yml", InlineExecutor())
    assert [(error.code, error.where.line if error.where else 0) for error in found.errors] == [
        (Code.UNKNOWN_KEY, 3),
        (Code.WRONG_VALUE, 2),
        (Code.WRONG_VALUE, 4),
    ]


def test_every_bad_row_is_told_and_nothing_is_remarked_on() -> None:
    found = examined([{"input": "a"}, {"expected": "b"}, row(1), row(1, id="other"), {"inptu": "c"}])
    assert [error.where.line for error in found.errors if error.where] == [1, 2, 4, 5]
    assert (found.remarks, found.suite) == ((), None)


def test_unknown_graders_and_options_are_all_told() -> None:
    found = examined(
        A, "version: 1\nname: qa\ngraders: [exakt, exact: {ignore_cas: true}, contains]\nprimary: contain\n"
    )
    assert [error.code for error in found.errors] == [Code.UNKNOWN_NAME, Code.UNKNOWN_KEY, Code.UNKNOWN_NAME]
    assert all("did you mean" in str(error.hint) for error in found.errors)


def test_a_suite_that_another_runner_asks_has_nothing_to_look_at() -> None:
    tree = MemoryTree({"qa.yml": "version: 1\nname: qa\nimported: true\n"})
    assert names(examine(tree, "qa.yml", InlineExecutor())) == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "the file is empty"),
        ("version: 1\nname: qa\nsamples:\n  - {input: a, expected: b}\n", "the suite has no graders"),
        ("version: 1\nname: qa\ngraders: []\nsamples: [{input: a, expected: b}]\n", "the suite has no graders"),
        ("version: 1\nname: qa\ngraders: [exact]\n", "the suite has neither `data` nor `samples`"),
        ("version: 1\nname: qa\ngraders: [exact]\nsamples: []\n", "the suite has no samples"),
        ("version: 1\nname: qa\ngraders: [judge]\nsamples: [{input: a}]\n", "grader judge needs the option 'provider'"),
    ],
)  # fmt: skip
def test_what_a_suite_lacks_is_told_and_where_to_go_from_there(text: str, told: str) -> None:
    (error,) = examine(MemoryTree({"qa.yml": text}), "qa.yml", InlineExecutor()).errors
    assert error.message == told
    assert error.where is not None
    assert error.where.file == "qa.yml"
