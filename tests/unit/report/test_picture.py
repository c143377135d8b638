"""Claims: the picture shows every score and every cost that is known, and is inert whatever names others chose."""

import math
import xml.etree.ElementTree as ET
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mist_ci.models.iteration import Iteration
from mist_ci.models.verdict import Outcome
from mist_ci.report.history import picture
from tests.remembering import data, expense, iteration, score

SVG = "{http://www.w3.org/2000/svg}"
DOCS = Path(__file__).parents[3] / "docs"


def sample() -> list[Iteration]:
    """Fourteen made-up iterations: two were stopped, one has no price, and one did not run a suite."""
    return [
        iteration(
            number,
            score("arithmetic", 0.7 + 0.02 * number),
            score("lookup", 0.9 + 0.005 * number),
            score("reversal", round(0.62 + 0.25 * math.sin(number / 2), 3)),
            score("sorting", None if number == 6 else 0.97),
            head_expense=expense(400 + 40 * number, None if number == 9 else f"{0.02 + 0.004 * number:.4f}"),
            outcome=Outcome.FAILED if number in (4, 11) else Outcome.PASSED,
            data=(data(number).model_copy(update={"training_usd": Decimal("0.05") + Decimal(number) / 200}),),
        )
        for number in range(14)
    ]


def drawn(iterations: list[Iteration]) -> ET.Element:
    return ET.fromstring(picture(iterations, {}))


def texts(root: ET.Element) -> list[str]:
    return [one.text or "" for one in root.iter(f"{SVG}text")]


def test_the_picture_of_the_docs_is_current() -> None:
    releases = {sample()[8].head: ("v1.2",)}
    assert (DOCS / "history.svg").read_text(encoding="utf-8") == picture(sample(), releases)


def test_every_score_has_a_mark_and_what_did_not_pass_a_hollow_one() -> None:
    marks = list(drawn(sample()).iter(f"{SVG}circle"))
    assert len(marks) == 14 * 4 - 1
    assert sum("hollow" in one.attrib["class"] for one in marks) == 2 * 4


def test_a_missing_score_interrupts_its_line() -> None:
    lines = [one for one in drawn(sample()).iter(f"{SVG}path") if one.attrib["class"].startswith("c")]
    assert len(lines) == 4 * 13 - 2


def test_an_unknown_cost_is_a_question_mark_and_no_bar_of_nothing() -> None:
    root = drawn(sample())
    assert texts(root).count("?") == 1
    told = [one.text or "" for one in root.iter(f"{SVG}title")]
    assert sum("evaluation unknown" in one for one in told) == 1


def test_models_stand_below_each_other() -> None:
    one = drawn([iteration(0)])
    two = drawn([iteration(0), iteration(1, model="router")])
    assert int(two.attrib["height"]) == 2 * int(one.attrib["height"])
    assert [text for text in texts(two) if "iteration" in text] == [
        "assistant: 1 iteration",
        "router: 1 iteration",
    ]


@pytest.mark.parametrize(
    "iterations", [[], [iteration(0, score("x", None))], [iteration(0, score("x", 1.0))]]
)
def test_there_is_a_picture_of_little_too(iterations: list[Iteration]) -> None:
    assert drawn(iterations).tag == f"{SVG}svg"


@settings(deadline=None, max_examples=40)
@given(st.text(min_size=1, max_size=60), st.text(min_size=1, max_size=60))
def test_no_name_brings_anything_to_life(model: str, suite: str) -> None:
    root = drawn([iteration(0, score(suite + "<script>", 0.5), model=model, head_model='"><image href=x>')])
    assert {one.tag.removeprefix(SVG) for one in root.iter()} <= {
        "svg", "title", "style", "rect", "g", "text", "path", "circle",
    }  # fmt: skip
    assert all(not name.startswith(("on", "href")) for one in root.iter() for name in one.attrib)


def test_many_iterations_stay_inside_the_picture() -> None:
    root = drawn([iteration(number) for number in range(200)])
    marks = list(root.iter(f"{SVG}circle"))
    assert len(marks) == 60 * 2
    assert all(0 < float(one.attrib["cx"]) < 860 for one in marks)
