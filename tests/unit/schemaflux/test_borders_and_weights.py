"""Claims: a row that outweighs all others is found, and a border that no tokenizer sees; what is usual is silent."""

import pytest

from mist_ci.models.finding import DataReport, Severity
from mist_ci.parsing.strict_json import JsonValue
from mist_ci.schemaflux.example import chat, rows
from mist_ci.schemaflux.selection import Selection
from tests.unit.schemaflux.checking import check

SHORT = [chat(("user", f"What is {n}+1?"), ("assistant", str(n + 1))) for n in range(30)]


def heavy(*values: JsonValue, known: bytes | None = None) -> DataReport:
    before = None if known is None else {"train.jsonl": known}
    return check(rows(*values), known=before, selection=Selection(("SF625",)))


def test_a_row_of_a_fifth_of_all_bytes_is_found_where_it_stands() -> None:
    story = chat(("user", "Go on."), ("assistant", "word " * 1_000))
    (finding,) = heavy(*SHORT[:7], story, *SHORT[7:]).findings
    assert (finding.code, finding.where.line, finding.severity) == ("SF625", 8, Severity.INFO)
    assert "31 rows" in finding.message


@pytest.mark.parametrize("words", [10, 60])
def test_short_rows_and_few_rows_may_differ(words: int) -> None:
    assert heavy(*SHORT, chat(("user", "Go on."), ("assistant", "word " * words))).findings == ()
    assert heavy(*SHORT[:5], chat(("user", "Go on."), ("assistant", "word " * 5_000))).findings == ()


def test_a_heavy_row_that_was_there_is_known() -> None:
    story = chat(("user", "Go on."), ("assistant", "word " * 1_000))
    (finding,) = heavy(*SHORT, story, known=rows(*SHORT, story)).findings
    assert finding.known


def border(prompt: str, completion: str) -> list[str]:
    row: JsonValue = {"prompt": prompt, "completion": completion}
    return [one.message for one in check(rows(row), selection=Selection(("SF626",))).findings]


@pytest.mark.parametrize(
    ("prompt", "completion", "what"),
    [
        ("The capital is ", "Oslo", "ends with a blank"),
        ("Q: 2+2? A:\t", "4", "ends with a blank"),
        ("What is the cap", "ital?", "inside of a word"),
        ("Grüße aus Oberö", "sterreich", "inside of a word"),
    ],
)
def test_a_border_inside_of_a_token_is_found(prompt: str, completion: str, what: str) -> None:
    (message,) = border(prompt, completion)
    assert what in message


@pytest.mark.parametrize(
    ("prompt", "completion"),
    [
        ("The capital is", " Oslo"),
        ("Q: 2+2?\n", "4"),
        ("A:", "4"),
        ("A: ", " 4"),
        ("日本の", "首都"),
        ("a ", "(b)"),
    ],
)
def test_a_border_between_tokens_is_silent(prompt: str, completion: str) -> None:
    assert border(prompt, completion) == []


def test_a_conversation_has_no_such_border() -> None:
    row: JsonValue = {
        "prompt": [{"role": "user", "content": "Say "}],
        "completion": [{"role": "assistant", "content": "it"}],
    }
    assert check(rows(row), selection=Selection(("SF626",))).findings == ()
