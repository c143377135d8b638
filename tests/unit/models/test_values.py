"""Claims: what a document may say is typed and closed; nothing that is misspelt or unsafe becomes a value."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from mist_ci.models.attempt import AttemptStatus, exact_sum
from mist_ci.models.base import Name, TreePath
from mist_ci.models.config import Gate, Policy, Provider
from mist_ci.models.finding import Severity
from mist_ci.models.modelref import ModelReference, Parameters
from mist_ci.models.verdict import Outcome, State

GATES = {"release": {"branches": ["main"]}}
tree_paths: TypeAdapter[str] = TypeAdapter(TreePath)
names: TypeAdapter[str] = TypeAdapter(Name)


@pytest.mark.parametrize("path", ["mist.yml", "a/b c/ü.jsonl", "data/*.jsonl", "..a/b"])
def test_a_path_inside_the_tree_is_kept_as_it_is(path: str) -> None:
    assert tree_paths.validate_python(path) == path


@pytest.mark.parametrize(
    "path", ["", "/etc/passwd", "../x", "a/../../x", "a\\b", "a\nb", "a\x00", "a\u202eb"]
)
def test_a_path_that_leaves_the_tree_or_hides_something_is_refused(path: str) -> None:
    with pytest.raises(ValidationError):
        tree_paths.validate_python(path)


@given(st.text())
def test_a_name_needs_no_escaping_anywhere(text: str) -> None:
    try:
        name = names.validate_python(text)
    except ValidationError:
        return
    assert 1 <= len(name) <= 64
    assert name.isascii()
    assert not set(name) & set(" \n\t<>&|`*#@/\\\"'$;")


def test_a_misspelt_key_is_an_error_at_every_level() -> None:
    for bent in (
        {"version": 1, "gates": GATES, "gate": {}},
        {"version": 1, "gates": {"release": {"branches": ["main"], "margn": 0.1}}},
        {"version": 1, "gates": {"release": {"branches": ["main"], "defaults": {"alfa": 0.1}}}},
    ):
        with pytest.raises(ValidationError, match="Extra inputs"):
            Policy.model_validate(bent, strict=False)


@pytest.mark.parametrize(
    "defaults", [{"margin": 0.0}, {"margin": -0.05}, {"margin": 1.0}, {"alpha": 0.0}, {"alpha": 0.5}]
)
def test_a_gate_cannot_be_set_so_wide_that_it_lets_everything_through(defaults: dict[str, float]) -> None:
    with pytest.raises(ValidationError):
        Gate.model_validate({"branches": ("main",), "defaults": defaults})


@pytest.mark.parametrize(
    "url",
    [
        "ftp://x",
        "https://user:secret@x/v1",
        "https://x/v1?key=1",
        "https://x/v1#key",
        "file:///x",
        "https://a b",
    ],
)
def test_an_address_with_a_secret_or_of_another_kind_is_refused(url: str) -> None:
    with pytest.raises(ValidationError):
        Provider(type="openai", base_url=url)


def test_a_digest_names_who_answers_and_how_and_nothing_else() -> None:
    one = ModelReference(version=1, provider="prod", model="m-1")
    assert one.digest == ModelReference(version=1, provider="prod", model="m-1", chat_template="x").digest
    others = [
        one.model_copy(update=change)
        for change in ({"provider": "dev"}, {"model": "m-2"}, {"parameters": Parameters(seed=1)})
    ]
    assert len({one.digest, *(other.digest for other in others)}) == 4


def test_only_an_answer_that_was_graded_counts() -> None:
    assert [status for status in AttemptStatus if status.counts] == [
        AttemptStatus.SCORED,
        AttemptStatus.MODEL_FAILURE,
    ]


def test_severities_rank_from_error_down_and_outcomes_from_best_to_worst() -> None:
    assert [severity.rank for severity in (Severity.ERROR, Severity.WARNING, Severity.INFO)] == [0, 1, 2]
    assert max(Outcome, key=lambda outcome: outcome.rank) is Outcome.COULD_NOT_RUN
    assert list(State) == [State.SUCCESS, State.FAILURE, State.ERROR]


@given(st.lists(st.decimals(0, 100, places=40), max_size=6))
def test_money_is_never_rounded(amounts: list[Decimal]) -> None:
    assert Fraction(exact_sum(amounts)) == sum(map(Fraction, amounts))
