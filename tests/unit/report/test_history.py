"""Claims: history reads as in golden/history-*, its numbers are the records', and names in it command nobody.

`UPDATE_GOLDEN=1 python -m pytest tests/unit/report/test_history.py` writes the golden files again; read the diff.
"""

import csv
import os
from collections.abc import Callable, Sequence
from io import StringIO
from pathlib import Path

import pytest

from mist_ci.models.iteration import Iteration, OverallScore
from mist_ci.models.verdict import Outcome
from mist_ci.report import workflow_safe
from mist_ci.report.history import comma_separated, newest, plot, table
from mist_ci.report.history.best import best_so_far
from mist_ci.report.history.separated import HEAD
from tests.remembering import data, expense, iteration, score
from tests.unit.report.hostile import HOSTILE

GOLDEN = Path(__file__).parent / "golden"
MATH = (0.80, 0.85, 0.82, 0.84, 0.78, 0.77, 0.84, 0.85, 0.80)
TONE = (0.90, 0.83, 0.95, 0.91, 0.90, 0.95, 0.85, None, 0.92)


def told() -> list[Iteration]:
    """Nine iterations of one model: some fail, one lost a suite's answers, the price of one is unknown."""
    one = [
        iteration(
            number,
            score("math", math, verdict="improved" if number == 1 else "pass"),
            score(
                "tone",
                tone,
                verdict={3: "regressed", 6: "not proven", 7: "not comparable"}.get(number, "pass"),
            ),
            outcome={3: Outcome.FAILED, 7: Outcome.COULD_NOT_RUN}.get(number, Outcome.PASSED),
            head_expense=expense(usd=None if number == 4 else "0.0421"),
            data=(data(number // 3),),
        )
        for number, (math, tone) in enumerate(zip(MATH, TONE, strict=True))
    ]
    router = iteration(
        1, score("routing", 0.99), model="router", config="services/router/mist.yml", data=(), base_expense=None,
        overall=OverallScore(estimate=-0.01, low=-0.03, high=0.01, verdict="pass"),
    )  # fmt: skip
    return [*one[:2], router, *one[2:]]


RELEASES = {iteration(2).head: ("v1.0",), iteration(6).head: ("v1.1", "v1.1.0")}
PAGES: dict[str, Callable[[], str]] = {
    "table.txt": lambda: table(told(), RELEASES),
    "one-suite.txt": lambda: table(told(), RELEASES, ["tone"], last=4),
    "plot.txt": lambda: plot(told(), RELEASES),
    "everything.csv": lambda: comma_separated(told(), RELEASES),
}


@pytest.mark.parametrize("name", PAGES)
def test_history_reads_as_its_golden_page(name: str) -> None:
    page, found = GOLDEN / f"history-{name}", PAGES[name]()
    if os.environ.get("UPDATE_GOLDEN"):
        page.write_bytes(found.encode())
    assert found == page.read_bytes().decode()


def rows(iterations: Sequence[Iteration], *suites: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(comma_separated(iterations, RELEASES, suites), newline="")))


def test_every_suite_of_every_iteration_is_a_row_with_exact_numbers() -> None:
    found = rows(told())
    assert len(found) == 2 * 9 + 1
    kept = [(one, suite) for one in told() for suite in one.suites]
    for row, (one, suite) in zip(found, kept, strict=True):
        assert (row["run"], row["suite"]) == (one.run_id, suite.name)
        assert row["head_score"] == ("" if suite.head is None else repr(suite.head))
        if one.head_expense is not None and one.head_expense.cost_usd is not None:
            assert row["head_cost_usd"] == str(one.head_expense.cost_usd)
    assert [row["suite"] for row in rows(told(), "tone")] == ["tone"] * 9


def test_no_iterations_are_a_head_alone_and_no_picture() -> None:
    assert comma_separated([], {}) == ",".join(HEAD) + "\r\n"
    assert (table([], {}), plot([], {})) == ("", "")


def test_a_small_sum_of_money_has_no_exponent() -> None:
    (row, _) = rows([iteration(0, head_expense=expense(usd="1E-10"))])
    assert row["head_cost_usd"] == "0.0000000001"


FORMULAS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    '=HYPERLINK("http://x")',
    "\uff1d1",
    " =1",
]


@pytest.mark.parametrize("text", FORMULAS)
def test_no_name_becomes_a_formula(text: str) -> None:
    (row,) = rows([iteration(0, score(text, 0.5), model=text, head_model=text)])
    for column in ("model", "head_model", "suite"):
        assert row[column][0] not in "=+-@\t\r\n\uff1d"
    assert row["difference"].startswith("-")


def hostile(text: str) -> list[Iteration]:
    return [
        iteration(
            number, score(text[:290], 0.5), model=text, head_model=text, base_ref=text, gate=text, config=text
        )
        for number in range(2)
    ]


@pytest.mark.parametrize(
    "text", [one.encode("utf-8", "replace").decode()[:300] for one in HOSTILE], ids=range(len(HOSTILE))
)
def test_hostile_names_are_inert_in_every_form(text: str) -> None:
    tags = {iteration(0).head: (text,)}
    separated = comma_separated(hostile(text), tags)
    assert workflow_safe(separated) == separated.replace("\r\n", "\n")
    assert len(list(csv.reader(StringIO(separated, newline="")))) == 3
    for found in (table(hostile(text), tags), plot(hostile(text), tags)):
        assert all(line.isprintable() for line in found.split("\n"))
        assert max(map(len, found.split("\n"))) < 300
        assert found.count("\n") < 30


def best(*scores: float | None, **changes: object) -> tuple[float, float | None] | None:
    several = [iteration(number, score("math", one), **changes) for number, one in enumerate(scores)]
    found = best_so_far(several, "math")
    return (found.score, found.difference) if found else None


def test_the_best_is_an_earlier_accepted_score_on_the_same_questions() -> None:
    assert best(0.5, 0.75, 0.25) == (0.75, -0.5)
    assert best(0.5, 0.25, 0.75) == (0.5, 0.25)
    assert best(0.5, None) == (0.5, None)
    assert best(None, 0.5) is None
    assert best(0.5) is None
    assert best() is None
    assert best(0.5, 0.25, outcome=Outcome.FAILED) is None
    assert best(0.5, 0.25, outcome=Outcome.NOT_PROVEN) == (0.5, -0.25)
    other = iteration(0, score("math", 0.9, digest="sha256:older"))
    assert best_so_far([other, iteration(1, score("math", 0.5))], "math") is None
    unknown = [iteration(number, score("math", 0.5, digest=None)) for number in range(2)]
    assert best_so_far(unknown, "math") is None


def test_of_equal_scores_the_first_is_the_best() -> None:
    found = best_so_far([iteration(number, score("math", 0.5)) for number in range(3)], "math")
    assert found is not None
    assert found.reached == iteration(0, score("math", 0.5))


def test_the_best_is_looked_for_beyond_the_rows_that_are_shown() -> None:
    shown = table(told(), RELEASES, ["tone"], last=1)
    assert "95.0" in shown
    assert iteration(2).head[:7] not in shown
    assert "router" not in shown  # it never saw this suite


def test_the_newest_are_counted_by_model() -> None:
    assert [one.run_id for one in newest(told(), 1)] == [iteration(1).run_id, iteration(8).run_id]
    assert newest(told(), None) == told()


@pytest.mark.parametrize("width", [1, 20, 80, 200])
def test_a_plot_is_no_wider_than_the_terminal_and_no_score_leaves_its_frame(width: int) -> None:
    values = [0.0, 1.0, None, 0.5, None, None, 1.0, 1.0, 0.0] * 20
    picture = plot([iteration(number, score("m", one)) for number, one in enumerate(values)], {}, (), width)
    _, *body, _axis, _span = picture.split("\n")
    assert len(body) == 5
    assert max(map(len, body)) <= max(width, 20)


@pytest.mark.parametrize("scores", [[0.0], [1.0], [0.5, 0.5], [1.0, 1.0, None], [None, 0.01]])
def test_a_level_line_has_a_scale_too(scores: list[float | None]) -> None:
    assert "┤" in plot([iteration(number, score("m", one)) for number, one in enumerate(scores)], {})


def test_without_a_score_there_is_no_picture() -> None:
    assert plot([iteration(0, score("m", None))], {}) == "assistant m, 1 iteration: no score"
