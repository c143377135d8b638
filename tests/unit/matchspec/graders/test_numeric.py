"""Claims: numbers are read as people and models write them, and what is no number is not taken for one."""

from decimal import Decimal
from typing import Any

import pytest

from mist_ci.matchspec.graders import numbers
from mist_ci.matchspec.graders.numeric import Numeric
from mist_ci.matchspec.graders.units import UNITS, unit_at
from mist_ci.models.suite import Sample

READ: list[tuple[str, list[Any]]] = [
    ("12", [12]),
    ("-12 and +3 and −4", [-12, 3, -4]),
    ("1,299.50 or 1 299 or 1\u00a0299", ["1299.50", 1, 299, 1299]),
    ("1,23 and 12,3456", [1, 23, 12, 3456]),
    ("1e3, 2.5E-2", [1000, "0.025"]),
    (".5 and 0.5.", ["0.5", "0.5"]),
    ("$5, €1,000 or 7 USD", [5, 1000, 7]),
    ("-$5", [-5]),
    ("3/4.", ["0.75"]),
    ("1 1/2 cups, ½ and 2½", ["1.5", "0.5", "2.5"]),
    (r"\frac{3}{4} = \dfrac{6}{8}", ["0.75", "0.75"]),
    ("1/0", []),
    ("5-3=2", [5, 3, 2]),
    ("x=-2", [-2]),
    ("(2)-(3)", [2, 3]),
    ("on 2026-11-26, 26.11.2026 or 11/26/2026 at 12:30:05 there were 7", [7]),
    ("version 1.2.3 has 4", [4]),
    ("H2O, B12 and CO2", []),
    ("12km", [12]),
    ("**42**, `43`, (44), [45], =46", [42, 43, 44, 45, 46]),
    ("٣ and \uff11\uff15", [3, 15]),
    ("no number", []),
]


@pytest.mark.parametrize(("text", "values"), READ)
def test_numbers_are_found_as_they_are_written(text: str, values: list[Any]) -> None:
    assert [found.value for found in numbers.find(text, decimal_comma=False)] == list(map(Decimal, values))


def test_a_decimal_comma_turns_point_and_comma_round() -> None:
    found = [one.value for one in numbers.find("1.299,50 and 0,5 and 12.000", decimal_comma=True)]
    assert found == [Decimal("1299.50"), Decimal("0.5"), Decimal(12000)]


@pytest.mark.parametrize(
    ("text", "inside"),
    [(r"\boxed{4} is 2 + 2", "4"), (r"\boxed{1} then \boxed{\frac{3}{4}}", r"\frac{3}{4}"), ("4", "4")],
)
def test_the_last_box_is_the_answer(text: str, inside: str) -> None:
    assert numbers.boxed(text) == inside


@pytest.mark.parametrize(
    ("answer", "expected", "score"),
    [
        ("12000 m", "12 km", 1),
        ("12,000 metres", "12 km", 1),
        ("12 kilometers in total", "12 km", 1),
        ("12 apples", "12 km", 1),
        ("12 miles", "12 km", 0),
        ("90 minutes", "1.5 h", 1),
        ("90 min", "1.5 hours", 1),
        ("1.5h", "90 min", 1),
        ("half of it, 50%", "0.5", 1),
        (r"50\%", "50 percent", 1),
        ("0.5 kg", "500 g", 1),
        ("0.5 kg", "500 ml", 0),
        ("100 °C", "212 °F", 1),
        ("373.15 K", "100 celsius", 1),
        ("1 GiB", "1073741824 bytes", 1),
        ("18 km/h", "5 m/s", 1),
        ("2 m²", "20000 cm2", 1),
        ("5 Mb", "5 MB", 1),
        ("1 in", "1 inch", 1),
        ("12 km", 12, 1),
    ],
)
def test_units_of_the_same_kind_are_converted(answer: str, expected: Any, score: float) -> None:
    assert Numeric(units=True, tolerance=1e-12).score(answer, expected) == score


def test_without_the_option_units_are_not_looked_at() -> None:
    assert Numeric().score("12000 m", 12000) == 1
    assert Numeric().refuse(sample("12 km")) is not None
    assert Numeric(units=True).refuse(sample("12 km")) is None


def sample(expected: Any) -> Sample:
    return Sample(key="", id="", messages=(), expected=expected)


@pytest.mark.parametrize("expected", ["3/4", "$5", "50%", "1,299.5", "-2", "1 1/2", " 7 ", "1e3"])
def test_numbers_may_be_expected_as_text(expected: str) -> None:
    assert Numeric().refuse(sample(expected)) is None
    assert Numeric().score(f"It is {expected.strip()}", expected) == 1


@pytest.mark.parametrize(
    "expected", ["1 or 2", "about 5", "5 apples", "2026-11-26", "1.2.3", "x", "H2O", "1/0"]
)
def test_what_is_not_one_number_is_refused(expected: str) -> None:
    assert Numeric().refuse(sample(expected)) is not None
    assert Numeric(units=True).refuse(sample(expected)) is not None


def test_every_unit_is_read_by_each_of_its_names() -> None:
    for name, unit in UNITS.items():
        assert unit_at(f"5 {name}", 1) == unit, name
        assert unit.factor > 0
