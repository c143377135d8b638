"""Claims: data outside of git is judged when the policy names new data, and what cannot be verified never passes."""

import hashlib

import pytest

from mist_ci.errors import Code, ExitCode
from mist_ci.models.report import Report
from mist_ci.models.verdict import Outcome
from mist_ci.pipeline import Ask, run_gates
from tests.fakes import Commit, FakeModels, MemoryDatasets, MemoryFiles, MemoryStores, never, world
from tests.unit.test_pipeline import BASE, POLICY, rows

OLD, NEW = rows(range(1000, 1010)).encode(), rows(range(2000, 2010)).encode()
BAD = NEW + b"not json\n"
HERE = "https://data.example.com/train.jsonl"
THERE = "https://elsewhere.example.com/train.jsonl"


def remote(content: bytes, uri: str = HERE, hosts: str = "") -> str:
    place = f"{{uri: {uri!r}, sha256: {hashlib.sha256(content).hexdigest()!r}, model: bot}}"
    return POLICY.replace("{path: data/*.jsonl, model: bot}", place) + hosts


def gate(head: str, datasets: MemoryDatasets, base: str | None = None, **more: str) -> Report:
    before: Commit = {**BASE, "mist.yml": base or remote(OLD)}
    files = MemoryFiles(before, {**before, "mist.yml": head, **more})
    (report,) = run_gates(
        world(files=files, models=FakeModels(never), results=MemoryStores(), datasets=datasets),
        Ask("main", "head"),
    )
    return report


def test_new_data_is_judged_when_the_policy_names_it() -> None:
    good = gate(remote(NEW, HERE.replace("train", "new")), both(NEW))
    assert (good.decision.outcome, good.data[0].rows, good.data[0].rows_new) == (Outcome.PASSED, 10, 10)
    bad = gate(remote(BAD, HERE.replace("train", "new")), both(BAD))
    assert bad.decision.outcome is Outcome.FAILED
    assert bad.data[0].findings[0].where.file == HERE.replace("train", "new")


def both(content: bytes) -> MemoryDatasets:
    return MemoryDatasets({HERE: OLD, HERE.replace("train", "new"): content})


def test_rows_that_base_had_are_known_at_the_new_address() -> None:
    report = gate(remote(OLD + NEW, HERE.replace("train", "new")), both(OLD + NEW))
    assert (report.data[0].rows, report.data[0].rows_new) == (20, 10)


def test_an_object_that_was_overwritten_is_judged_as_new_and_that_is_said() -> None:
    report = gate(remote(NEW), MemoryDatasets({HERE: NEW}))
    assert (report.decision.outcome, report.data[0].rows_new) == (Outcome.PASSED, 10)
    assert any("not there any more, so every row counts as new" in notice for notice in report.notices)


def test_what_does_not_have_its_checksum_is_never_a_pass() -> None:
    report = gate(remote(NEW), MemoryDatasets({HERE: BAD}))
    assert report.decision.outcome.exit_code is ExitCode.COULD_NOT_RUN
    assert report.problem is not None
    assert report.problem.code == Code.DATA_UNVERIFIED


def test_data_that_nobody_named_anew_is_not_fetched() -> None:
    datasets = MemoryDatasets()
    report = gate(remote(OLD), datasets, README="other words")
    assert (report.decision.outcome, datasets.opened) == (Outcome.NOTHING_TO_GATE, [])


@pytest.mark.parametrize("hosts", ["", "data_hosts: [elsewhere.example.com]\n"])
def test_head_does_not_choose_where_requests_go(hosts: str) -> None:
    datasets = MemoryDatasets({HERE: OLD, THERE: NEW})
    report = gate(remote(NEW, THERE, hosts), datasets)
    assert report.problem is not None
    assert report.problem.code == Code.DATA_UNVERIFIED
    assert "elsewhere.example.com, which the base branch's policy does not name" in report.problem.message
    assert datasets.opened == []


def test_base_may_name_hosts_that_data_moves_to() -> None:
    hosts = "data_hosts: [Elsewhere.example.com]\n"
    base = POLICY + hosts
    report = gate(remote(NEW, THERE, hosts), MemoryDatasets({THERE: NEW}), base)
    assert (report.decision.outcome, report.data[0].rows) == (Outcome.PASSED, 10)
    back = gate(base, MemoryDatasets({THERE: OLD}), remote(OLD, THERE, hosts))
    assert back.data[0].files == ("data/train.jsonl",)


def test_a_new_data_set_outside_of_git_is_told() -> None:
    added = POLICY.replace("suites:", "  more: {uri: 's3://b/x', sha256: '" + "0" * 64 + "'}\nsuites:", 1)
    report = gate(added, MemoryDatasets(), POLICY)
    assert any("more is new and lies outside of git" in notice for notice in report.notices)
