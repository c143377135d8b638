"""Claims: what a document may say is typed and closed; nothing that is misspelt or unsafe becomes a value."""

from decimal import Decimal
from fractions import Fraction

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from mist_ci.models.attempt import AttemptStatus, exact_sum
from mist_ci.models.base import Name, TreePath
from mist_ci.models.comparison import LookNumbers, SideNumbers, SuiteComparison, is_below
from mist_ci.models.config import Budgets, Gate, Policy, Provider
from mist_ci.models.finding import Severity
from mist_ci.models.modelref import ModelReference, Parameters
from mist_ci.models.suite import Role
from mist_ci.models.usage import Spend
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
        "http://127.0.0.1:99999/v1",
        "http://127.0.0.1:0/v1",
        "http://xn--a.invalid/v1",
        "http://[::1",
        "http:///v1",
        "http://:80",
        "http://a..b",
        f"http://{'a' * 64}.example",
        f"http://{'a.' * 130}example",
        "http://a%20b",
        "http://a\\b",
        "http://-a.example",
        "http://1.2.3.400",
        "http://aß--a",
    ],
)
def test_an_address_with_a_secret_or_of_another_kind_is_refused(url: str) -> None:
    with pytest.raises(ValidationError):
        Provider(type="openai", base_url=url)


@pytest.mark.parametrize(
    "url",
    [
        "https://llm.example.com/v1",
        "http://localhost:8377",
        "http://127.0.0.1:65535/v1",
        "http://[::1]:8000/v1",
        "http://model_server:8000/v1",
        "https://xn--strae-oqa.example/v1",
        "https://straße.example/v1",
        "https://例え.example",
    ],
)
def test_an_address_that_can_be_called_is_kept_as_it_is_less_a_slash_at_the_end(url: str) -> None:
    assert Provider(type="openai", base_url=url).base_url == url
    assert Provider(type="openai", base_url=url + "/").base_url == url


HOST_PIECES = [*"ab19.-_:[]%~!'*;ßä例·\u0301", "xn--", "::1", "127.0.0.1", ":80", ".com", "xn--strae-oqa"]


@given(st.lists(st.sampled_from(HOST_PIECES), min_size=1, max_size=6).map("".join))
def test_what_a_policy_may_name_the_client_can_read(host: str) -> None:
    try:
        address = Provider(type="openai", base_url=f"http://{host}").base_url
    except ValidationError:
        return
    url = httpx.URL(address)
    assert url.host
    assert url.raw_host.decode("ascii").encode("idna")


@pytest.mark.parametrize("amount", ["-1", "1e400", "1000000001", "NaN", "Infinity"])
def test_a_budget_that_nobody_can_reach_is_no_budget(amount: str) -> None:
    with pytest.raises(ValidationError):
        Budgets(eval_usd=Decimal(amount))


def side(mean: float | None, missing: int = 0) -> SideNumbers:
    spend = Spend(calls=0, tokens_in=0, tokens_out=0, cost_usd=None)
    return SideNumbers(mean=mean, mean_low=None, answered=1, model_failures=0, missing=missing, spend=spend)


@pytest.mark.parametrize(
    ("floor", "mean", "below"),
    [
        (None, None, False),
        (None, 0.0, False),
        (0.8, 0.8, False),
        (0.8, 0.7999, True),
        (0.8, None, True),
        (0.0, 0.0, False),
    ],
)
def test_a_floor_is_missed_below_it_and_without_any_score(
    floor: float | None, mean: float | None, below: bool
) -> None:
    numbers = SuiteComparison(
        suite="qa",
        path="suites/qa.yml",
        role=Role.RETAIN,
        margin=0.05,
        must_improve=False,
        floor=floor,
        required=False,
        samples=10,
        look=LookNumbers(at=0, times=(1.0,), suite_samples=10, head_attempts=1),
        base=side(1.0, missing=2),
        head=side(mean, missing=3),
        interval=None,
    )
    assert numbers.below_floor is is_below(floor, mean) is below
    assert numbers.missing == 5
    assert numbers.model_copy(update={"base": None}).missing == 3


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
