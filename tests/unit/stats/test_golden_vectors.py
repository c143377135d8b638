"""Claims: every expected field of every public golden vector comes out to 1e-5, and none is left out."""

import ast
from pathlib import Path
from typing import Any

import pytest

from mist_ci.stats import critical_z, minimum_detectable_effect, obf_boundaries
from tests.unit.stats.answers import COMPUTED, Elsewhere
from tests.unit.stats.golden import EXPECTED, VECTORS, Fields

ROOT = Path(__file__).parents[3]
TOLERANCE = 1e-5


def close(expected: object) -> Any:
    return expected if isinstance(expected, str) else pytest.approx(expected, abs=TOLERANCE, rel=TOLERANCE)


def computed(name: str) -> Fields:
    return COMPUTED[name.partition("/")[0]](VECTORS[name])


@pytest.mark.parametrize("name", VECTORS)
def test_every_expected_field_is_computed_and_agrees(name: str) -> None:
    expected, found = EXPECTED[name], computed(name)
    assert expected
    assert not sorted(expected.keys() - found.keys()), "nothing computes these fields"
    own = {field for field in expected if not isinstance(found[field], Elsewhere)}
    differing = {
        field: (found[field], expected[field]) for field in own if found[field] != close(expected[field])
    }
    assert not differing


@pytest.mark.parametrize("name", VECTORS)
def test_a_changed_number_in_any_field_would_be_noticed(name: str) -> None:
    expected, found = EXPECTED[name], computed(name)
    for field, value in expected.items():
        if isinstance(value, float):
            assert found[field] != close(value + 3 * TOLERANCE * (1.0 + abs(value))), field


def test_no_answer_stands_without_a_question() -> None:
    assert COMPUTED.keys() == {name.partition("/")[0] for name in VECTORS}


def elsewhere() -> set[Elsewhere]:
    return {found for name in VECTORS for found in computed(name).values() if isinstance(found, Elsewhere)}


def test_fields_that_the_gate_decides_are_few_and_only_verdicts() -> None:
    fields = {
        field.rpartition(".")[2]
        for name in VECTORS
        for field, found in computed(name).items()
        if isinstance(found, Elsewhere) and field in EXPECTED[name]
    }
    assert fields == {"verdict", "verdict_m05", "verdict_m02", "check"}


@pytest.mark.parametrize("module", sorted({named.module for named in elsewhere()}))
def test_tests_that_are_named_for_a_field_exist(module: str) -> None:
    tree = ast.parse((ROOT / module).read_text(encoding="utf-8"))
    there = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    assert {named.test for named in elsewhere() if named.module == module} <= there


@pytest.mark.parametrize("name", [name for name in VECTORS if name.startswith("obf/")])
def test_boundary_vectors_agree_to_six_digits_at_the_inputs_that_they_round(name: str) -> None:
    given = VECTORS[name]["input"]
    alpha, looks = 0.05 / round(0.05 / given["alpha"]), len(given["fractions"])
    times = tuple((look + 1) / looks for look in range(looks))
    assert list(obf_boundaries(alpha, times)) == pytest.approx(VECTORS[name]["expect_z"], abs=1e-6, rel=0.0)


@pytest.mark.parametrize(("n", "sd", "expected"), [(20, 0.39, 21.7), (100, 0.25, 6.2), (1000, 0.45, 3.5)])
def test_detectable_drops_match_the_planning_table(n: int, sd: float, expected: float) -> None:
    found = 100 * minimum_detectable_effect(n, sd, alpha=0.05, power=0.8)
    assert found == pytest.approx(expected, abs=0.05)
    assert critical_z(0.05) * sd / n**0.5 < found / 100
