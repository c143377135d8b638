"""What stands beside the texts of a row, in columns of its own, tells rows apart as texts do."""

import pytest

from mist_ci.parsing.strict_json import JsonValue
from mist_ci.schemaflux.example import rows
from tests.unit.schemaflux.checking import check

LONG = " ".join(f"word{n}" for n in range(40))


def shown(
    column: str, value: JsonValue, answer: str, question: str = "How many dogs are there?"
) -> JsonValue:
    turns: list[JsonValue] = [
        {"from": "human", "value": f"<image>\n{question}"},
        {"from": "gpt", "value": answer},
    ]
    return {column: value, "conversations": turns}


@pytest.mark.parametrize("column", ["image", "images", "video", "audios"])
def test_the_same_question_about_other_pictures_is_another_question(column: str) -> None:
    values: list[JsonValue] = [f"{n}.jpg" if column in ("image", "video") else [f"{n}.jpg"] for n in range(3)]
    other = rows(*(shown(column, value, f"{n}") for n, value in enumerate(values)))
    same = rows(*(shown(column, values[0], f"{n}") for n in range(3)))
    assert codes(other) == set()
    assert codes(same) == {"SF810"}


def test_the_same_answer_about_other_pictures_is_no_copy() -> None:
    assert codes(rows(*(shown("image", f"{n}.jpg", LONG, LONG) for n in range(3)))) == set()


def test_the_segments_of_axolotl_bring_their_own_tokens() -> None:
    asked: JsonValue = {"label": False, "text": "<s>[INST] What is 2+2? [/INST]"}
    assert codes(rows({"segments": [asked, {"label": True, "text": " It is four.</s>"}]})) == set()


def codes(content: bytes) -> set[str]:
    return {finding.code for finding in check(content).findings}
