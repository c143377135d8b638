"""Claims: who starts a run again gets the same answers, so the same verdict, whatever the model would say by now."""

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from mist_ci.adapters.outputs import OutputDirectory
from mist_ci.delivery import CommentMode, Destination
from mist_ci.errors import ExitCode
from mist_ci.job import Desk, Job, Result, Settings, Spend
from mist_ci.models.event import Occasion
from mist_ci.models.pull_request import PullRequest, RunOrder
from mist_ci.models.suite import ChatMessage
from mist_ci.planning import read_event
from mist_ci.ports.interrupts import Interrupts
from mist_ci.ports.model_client import Completion
from tests.fakes import (
    Commit,
    FakeHistory,
    FakeHost,
    FakeModels,
    FakeRunner,
    MemoryFiles,
    MemoryStores,
    SignalDuring,
    TickingClock,
    completion,
    never,
    world,
)
from tests.unit.test_pipeline import BASE as REPOSITORY
from tests.unit.test_pipeline import reference, samples
from tests.unit.test_stored_outputs import judged

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
PAYLOADS = Path(__file__).parents[1] / "data" / "webhooks"
TARGET = "pull_request_target"
PINNED, ALIAS = "wavering-2026-02-02", "wavering"
BASE: Commit = {
    **REPOSITORY,
    "suites/double.jsonl": samples(range(200)),
    "models/bot.yml": reference("steady-2026-01-01"),
}
CHANCE = {"steady-2026-01-01": 0.95, PINNED: 0.85, ALIAS: 0.85}
"""How often each model is right, independently each time: the head loses ten points."""


def wavering(dice: random.Random) -> FakeModels:
    """Models that answer at random."""

    def answer(model: str, messages: Sequence[ChatMessage]) -> str:
        number = int(messages[-1].content.removeprefix("Double ").removesuffix("."))
        return str(2 * number) if dice.random() < CHANCE[model] else "I forgot"

    return FakeModels(answer)


def event(name: str, head_sha: str, *, is_fork: bool) -> Occasion:
    payload: dict[str, Any] = json.loads((PAYLOADS / "pull_request.synchronize.json").read_text())
    pull = payload["pull_request"]
    pull["head"] |= {"sha": head_sha, "repo": {"id": 7} if is_fork else pull["base"]["repo"]}
    pull["base"]["ref"] = payload["repository"]["default_branch"] = "main"
    return read_event(name, payload)


@dataclass
class Commits:
    """A pull request whose job is started again and again; caches are whole directories, as on a runner."""

    place: Path
    model: str = PINNED
    sha: str = "c" * 40
    files: Mapping[str, str] = field(default_factory=dict)
    runs: int = 0

    def start(
        self,
        models: FakeModels,
        *,
        name: str = TARGET,
        spend: Spend = Spend.OWN,
        interrupts: Interrupts | None = None,
        is_fork: bool = False,
    ) -> Result:
        self.runs += 1
        occasion = event(name, self.sha, is_fork=is_fork)
        assert occasion.pull_number is not None
        now = NOON + timedelta(minutes=self.runs)
        stored = OutputDirectory(self.place, TickingClock(now), may_write=occasion.may_store_outputs)
        head = {**BASE, "models/bot.yml": reference(self.model), **self.files}
        host = FakeHost()
        host.pulls[occasion.pull_number] = PullRequest(
            number=occasion.pull_number,
            head_sha=self.sha,
            head_repository="stranger/models" if occasion.is_fork else "acme/models",
            base_ref="main",
            base_repository="acme/models",
            is_open=True,
        )
        order = RunOrder(run_id=self.runs, attempt=1)
        outside = world(
            files=MemoryFiles(BASE, head, head_sha=self.sha),
            models=models,
            outputs=stored,
            results=MemoryStores(),
            clock=TickingClock(now),
            interrupts=interrupts,
        )
        desk = Desk(
            outside,
            FakeHistory({"main": "main", self.sha: "head"}),
            FakeRunner(),
            host,
            Destination(self.sha, None, order),
        )
        return Job(desk, occasion, Settings(("mist.yml",), None, spend, CommentMode.OFF)).run()


def decisions(result: Result) -> list[Any]:
    """Everything that was decided, of runs that did decide."""
    assert result.exit_code in (ExitCode.PASSED, ExitCode.FAILED), result
    assert result.reports
    return [judged(report) for report in result.reports]


@pytest.mark.slow
@pytest.mark.parametrize("model", [PINNED, ALIAS])
def test_a_run_that_is_started_again_asks_nobody_and_decides_the_same(model: str, tmp_path: Path) -> None:
    for seed in range(3):
        commit = Commits(tmp_path / str(seed), model)
        first = commit.start(wavering(random.Random(seed)))
        for _ in range(2):
            again = commit.start(FakeModels(never))
            assert decisions(again) == decisions(first)
            assert again.exit_code == first.exit_code


@pytest.mark.slow
def test_without_stored_answers_a_run_that_is_started_again_rolls_again(tmp_path: Path) -> None:
    """L1: on `pull_request` nothing is stored, so this is what the page on stored outputs warns of."""
    commit = Commits(tmp_path)
    found = [decisions(commit.start(wavering(random.Random(n)), name="pull_request")) for n in range(2)]
    assert found[0] != found[1]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_another_commit_with_the_same_model_gets_the_same_answers(tmp_path: Path) -> None:
    first = Commits(tmp_path).start(wavering(random.Random(1)))
    empty = Commits(tmp_path, sha="e" * 40, files={"README.md": "once more, please"}, runs=1)
    assert decisions(empty.start(FakeModels(never))) == decisions(first)


@pytest.mark.slow
def test_a_run_on_pull_request_reads_what_a_trusted_run_stored_and_adds_nothing(tmp_path: Path) -> None:
    commit = Commits(tmp_path)
    first = commit.start(wavering(random.Random(1)))
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    assert decisions(commit.start(FakeModels(never), name="pull_request")) == decisions(first)
    commit.model = ALIAS
    commit.start(wavering(random.Random(1)), name="pull_request")
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


@pytest.mark.slow
def test_what_was_answered_before_a_run_was_cancelled_stands(tmp_path: Path) -> None:
    commit, models = Commits(tmp_path), wavering(random.Random(1))
    commit.start(models, interrupts=SignalDuring(lambda: len(models.asked) > 150))
    asked = len(models.asked)
    rest = wavering(random.Random(2))
    commit.start(rest)
    assert 150 < asked < 300
    assert {_question(one) for one in models.asked[:150]}.isdisjoint(_question(one) for one in rest.asked)
    commit.start(FakeModels(never))


@pytest.mark.slow
def test_a_later_run_cannot_put_a_better_answer_in_front(tmp_path: Path) -> None:
    """Its cache was cleared, it asked again, and what it saved was unpacked over what was there."""
    first = Commits(tmp_path / "first").start(wavering(random.Random(1)))
    Commits(tmp_path / "cleared", runs=1).start(FakeModels(lambda _, messages: _right(messages)))
    for path in (tmp_path / "cleared").glob("answers-*"):
        path.rename(tmp_path / "first" / path.name)
    again = Commits(tmp_path / "first", runs=2).start(FakeModels(never))
    assert decisions(again) == decisions(first)


@pytest.mark.slow
def test_a_model_that_fails_now_and_then_is_not_asked_until_it_does_not(tmp_path: Path) -> None:
    """Its empty and filtered answers have counted against it, and count again, in another commit's gate as well."""
    dice = random.Random(4)

    def failing(_model: str, messages: Sequence[ChatMessage]) -> Completion:
        failures = [completion(""), completion("4", finish_reason="content_filter")]
        return dice.choice(failures) if dice.random() < 0.2 else completion(_right(messages))

    first = Commits(tmp_path).start(FakeModels(failing))
    assert decisions(Commits(tmp_path, runs=1).start(FakeModels(never))) == decisions(first)
    other = Commits(tmp_path, sha="e" * 40, runs=2).start(FakeModels(never))
    assert decisions(other) == decisions(first)


def test_an_approved_fork_is_asked_once_and_an_unapproved_one_never(tmp_path: Path) -> None:
    commit = Commits(tmp_path)
    commit.start(FakeModels(never), is_fork=True)
    assert list(tmp_path.iterdir()) == []
    first = commit.start(wavering(random.Random(3)), spend=Spend.ALL, is_fork=True)
    assert decisions(commit.start(FakeModels(never), spend=Spend.ALL, is_fork=True)) == decisions(first)


@pytest.mark.slow
def test_answers_to_another_commit_s_gate_are_doubted_where_an_alias_may_have_moved(tmp_path: Path) -> None:
    """Somebody loaded other weights under the old name: their verdict must not be about the old ones."""
    Commits(tmp_path, ALIAS).start(FakeModels(lambda _, messages: _right(messages)))
    other = Commits(tmp_path, ALIAS, sha="e" * 40, runs=1)
    worse = FakeModels(lambda model, messages: "no idea" if model == ALIAS else _right(messages))
    judged_now = other.start(worse)
    assert judged_now.exit_code == 1
    assert any("are not what it says now" in notice for notice in judged_now.reports[0].notices)
    again = other.start(FakeModels(never))
    assert decisions(again) == decisions(judged_now)


@pytest.mark.slow
def test_a_second_look_that_shows_no_drift_leaves_no_answer_behind(tmp_path: Path) -> None:
    always = FakeModels(lambda _, messages: _right(messages))
    Commits(tmp_path, ALIAS).start(always)
    before = sum(len(path.read_bytes().splitlines()) for path in tmp_path.glob("answers-*"))
    looks = FakeModels(lambda _, messages: _right(messages))
    Commits(tmp_path, ALIAS, sha="e" * 40, runs=1).start(looks)
    assert len(looks.asked) == 30
    assert before == sum(len(path.read_bytes().splitlines()) for path in tmp_path.glob("answers-*"))


def _question(request: Any) -> tuple[str, str]:
    return request.model, request.messages[-1].content


def _right(messages: Sequence[ChatMessage]) -> str:
    return str(2 * int(messages[-1].content.removeprefix("Double ").removesuffix(".")))
