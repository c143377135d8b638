"""Claims: the parts of a ledger are all of it, and a training is beside the evaluations of the model it made."""

from decimal import Decimal

import pytest

from mist_ci.models.ledger import JUDGING, Attributes, Group, LedgerRun, Money, Totals, added
from mist_ci.models.ledger_parts import By
from mist_ci.models.share import Share
from mist_ci.tokentrace import shares

NOVEMBER, DECEMBER = 1_793_500_000 * 10**9, 1_796_500_000 * 10**9
OLD, NEW = "a" * 40, "b" * 40


def took(calls: int, usd: str) -> Totals:
    return Totals(calls=calls, tokens_in=10 * calls, cost=Money(Decimal(usd)))


def evaluation(name: str, start_ns: int, head: Group, **about: str) -> LedgerRun:
    base = Group("skill", "base", "prod", "assistant-1", OLD, "sha256:1")
    judge = Group("skill", f"{head.side}{JUDGING}", "prod", "judge", head.iteration, "")
    groups = {base: took(3, "0.3"), head: took(4, "0.4"), judge: took(5, "0.01")}
    return LedgerRun(name, name, start_ns, start_ns + 1, "ok", {**about}, groups)


def training(name: str, **attrs: str | int) -> LedgerRun:
    told: Attributes = {key.replace("__", "."): value for key, value in attrs.items()}
    return LedgerRun(name, name, NOVEMBER - 10, NOVEMBER, "ok", told, {}, [told])


HEAD = Group("skill", "head", "prod", "assistant-2", NEW, "sha256:2")
RUNS = [
    evaluation("one", NOVEMBER, HEAD, **{"mist.branch": "main", "mist.pull_requests": "7"}),
    evaluation("two", DECEMBER, HEAD._replace(iteration="c" * 40), **{"mist.branch": "release"}),
    training("made", model="assistant-2", mist__data_hash="sha256:2", training__tokens=1000, cost_usd="12.5"),
    training("unasked", model="assistant-3", mist__data_hash="sha256:2"),
]


def by(part: By) -> dict[str, Share]:
    return {share.name[part is By.ITERATION]: share for share in shares(RUNS, part)}


@pytest.mark.parametrize("part", By)
def test_parts_are_all_of_the_ledger(part: By) -> None:
    found = list(by(part).values())
    whole = added(run.total() for run in RUNS)
    assert added(share.totals for share in found).figures == whole.figures
    assert sum(share.trainings for share in found) == 2
    assert sum(share.training_tokens for share in found) == 1000


def test_an_iteration_has_its_training_its_evaluations_and_its_judging() -> None:
    found = by(By.ITERATION)
    assert list(found) == ["assistant-1", "assistant-2", "assistant-3"]
    head = found["assistant-2"]
    assert head.name == (NEW, "assistant-2", "sha256:2")  # asked again in another commit, it is the same
    assert (head.totals.calls, head.runs) == (18, {"one", "two"})
    assert (head.trainings, head.training_tokens, head.training_cost.known_usd) == (1, 1000, Decimal("12.5"))
    assert found["assistant-1"].trainings == 0
    unasked = found["assistant-3"]  # the same data made another model
    assert (unasked.totals.calls, unasked.uncounted, unasked.training_cost.known_usd) == (0, 1, None)


@pytest.mark.parametrize(("attrs", "name"), [
    ({"mist__data_hash": "sha256:2"}, "assistant-2"),
    ({"model": "assistant-2"}, "assistant-2"),
    ({"mist__commit": NEW}, "assistant-2"),
    ({"model": "assistant-2", "mist__data_hash": "sha256:9"}, "assistant-2*"),
    ({}, ""),
])  # fmt: skip
def test_what_both_know_has_to_agree(attrs: dict[str, str], name: str) -> None:
    found = shares([*RUNS[:2], training("one more", **attrs)], By.ITERATION)
    (share,) = [one for one in found if one.trainings]
    assert share.name[1] == name.removesuffix("*")
    assert bool(share.totals.calls) == (name == "assistant-2")


def test_months_and_branches_and_pull_requests_are_those_of_runs() -> None:
    assert [share.name[0] for share in shares(RUNS, By.MONTH)] == ["2026-11", "2026-12"]
    assert list(by(By.BRANCH)) == ["main", "release", ""]
    assert by(By.PULL_REQUEST)["7"].totals.calls == 12


def test_a_run_that_asked_nobody_counts_where_runs_are_counted() -> None:
    about: Attributes = {"mist.branch": "main", "mist.pull_requests": "7"}
    runs = [*RUNS, LedgerRun("three", "three", DECEMBER, DECEMBER + 1, "ok", about)]
    for part, name in ((By.MONTH, "2026-12"), (By.BRANCH, "main"), (By.PULL_REQUEST, "7")):
        (share,) = [one for one in shares(runs, part) if one.name == (name,)]
        assert len(share.runs) == 2
        assert share.totals.calls == 12
    for part in (By.ITERATION, By.MODEL, By.SUITE):
        assert [one.name for one in shares(runs, part)] == [one.name for one in shares(RUNS, part)]
