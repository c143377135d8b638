"""Claims: a row counts once per target, for the worst that happens there; parts merge in any order."""

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mist_ci.adapters.targets import load_targets
from mist_ci.models.finding import Consequence, Severity
from mist_ci.schemaflux.matrix import Matrix, Told, target_verdicts, told, verdict
from mist_ci.schemaflux.rule import Problem
from mist_ci.schemaflux.rules import sf207_same_role_twice

TARGETS = load_targets(["together,trl,axolotl"])
ANY = st.builds(
    Told,
    st.sampled_from(["SF207", "SF301", "SF302"]),
    st.sampled_from(list(Severity)),
    st.sampled_from(list(Consequence)),
    st.sampled_from(["", "together", "trl"]),
)
ROWS = st.lists(st.lists(ANY, min_size=1, max_size=4), max_size=8)


def bad(code: str, consequence: Consequence, target: str = "", severity: Severity = Severity.ERROR) -> Told:
    return Told(code, severity, consequence, target)


def counted(matrix: Matrix) -> list[dict[str, int]]:
    return [{what.value: number for what, number in column.rows.items()} for column in matrix.columns]


def test_the_worst_counts_and_only_where_it_matters() -> None:
    matrix = Matrix(TARGETS)
    matrix.add([bad("SF218", Consequence.MISTRAINED), bad("SF207", Consequence.REJECTED, "together")])
    assert counted(matrix) == [{"rejected": 1}, {"mis-trained": 1}, {"mis-trained": 1}]


def test_a_target_has_its_own_view_of_a_rule_for_everybody() -> None:
    matrix = Matrix(TARGETS)
    matrix.add([bad("SF301", Consequence.MISTRAINED, severity=Severity.WARNING)])
    assert counted(matrix) == [{"mis-trained": 1}, {"mis-trained": 1}, {"rejected": 1}]


def test_notices_change_no_verdict() -> None:
    matrix = Matrix(TARGETS)
    matrix.add([bad("SF215", Consequence.MISTRAINED, severity=Severity.INFO)])
    assert [verdict(column) for column in matrix.columns] == ["valid"] * 3


def test_a_warning_rejects_no_file() -> None:
    matrix = Matrix(TARGETS)
    matrix.add_file([bad("SF906", Consequence.REJECTED, "trl", Severity.WARNING)])
    assert [verdict(column) for column in matrix.columns] == ["valid"] * 3


def test_a_problem_is_told_with_what_it_changes() -> None:
    meta = sf207_same_role_twice.META
    assert told(meta, Problem("m", "h")) == Told("SF207", Severity.ERROR, Consequence.REJECTED)
    problem = Problem("m", "h", severity=Severity.WARNING, consequence=Consequence.DROPPED)
    assert told(meta, problem, TARGETS[1]) == Told("SF207", Severity.WARNING, Consequence.DROPPED, "trl")


@pytest.mark.slow
@given(ROWS, ROWS)
def test_parts_merge_to_what_one_pass_counts(left: list[list[Told]], right: list[list[Told]]) -> None:
    whole, one, other = Matrix(TARGETS), Matrix(TARGETS), Matrix(TARGETS)
    for part, found in ((one, left), (other, right)):
        for row in found:
            part.add(row)
            whole.add(row)
            part.add_file(row[:1])
            whole.add_file(row[:1])
    backwards = pickle.loads(pickle.dumps(other))
    backwards.merge(one)
    one.merge(other)
    said = [list(target_verdicts(matrix, 100)) for matrix in (one, backwards, whole)]
    assert said[0] == said[1] == said[2]


@pytest.mark.slow
@given(ROWS)
def test_every_row_is_somewhere(found: list[list[Told]]) -> None:
    matrix = Matrix(TARGETS)
    for row in found:
        matrix.add(row)
    for one in target_verdicts(matrix, len(found)):
        assert one.rejected + one.dropped + one.truncated + one.mistrained + one.fine == len(found)


def test_the_table_says_what_happens_and_by_which_rules() -> None:
    matrix = Matrix(TARGETS)
    for _ in range(312):
        matrix.add([bad("SF621", Consequence.DROPPED, "trl")])
    matrix.add([bad("SF217", Consequence.REJECTED, "together")])
    matrix.add_file([bad("SF012", Consequence.REJECTED, "axolotl")])
    assert [(one.target, one.fine, one.verdict) for one in target_verdicts(matrix, 10_000)] == [
        ("together", 9_999, "1 row rejected (SF217 × 1)"),
        ("trl", 9_688, "312 rows dropped (SF621 × 312)"),
        ("axolotl", 10_000, "1 file rejected as a whole (SF012 × 1)"),
    ]
    assert list(target_verdicts(Matrix(()), 10)) == []
