"""Claims: a run is remembered after its verdict is out, and nothing about the history changes a verdict."""

from dataclasses import replace

import pytest

from mist_ci.errors import ExitCode
from mist_ci.job import Job, Result
from mist_ci.models.event import Mode, Occasion
from mist_ci.models.verdict import Outcome
from mist_ci.pipeline import Ask, remember, run_gates
from mist_ci.ports.iterations import IterationStore, NoIterations
from tests.fakes import FakeModels, MemoryFiles, MemoryIterations, never, world
from tests.unit.test_job import BETTER, WORDS, WORSE, Stage, doubles
from tests.unit.test_pipeline import BASE


def run(stage: Stage, kept: IterationStore) -> Result:
    job: Job = stage.job()
    return replace(job, desk=replace(job.desk, world=replace(job.desk.world, iterations=kept))).run()


@pytest.mark.slow
def test_a_push_is_remembered_whatever_came_of_it() -> None:
    kept = MemoryIterations()
    assert run(Stage(mode=Mode.VERIFY_PUSH), kept).exit_code is ExitCode.FAILED
    assert run(Stage(mode=Mode.VERIFY_PUSH, head=BETTER), kept).reports
    worse, better = kept.kept
    assert (worse.outcome, worse.head_model) == (Outcome.FAILED, "forgetful-1")
    assert (better.model, better.head_model, better.base_ref) == ("bot", "good-2", "main")
    assert {suite.digest for suite in worse.suites} == {suite.digest for suite in better.suites}


@pytest.mark.slow
def test_a_history_that_is_broken_changes_no_verdict_and_is_told() -> None:
    good, bad = MemoryIterations(), MemoryIterations(is_broken=True)
    told = run(Stage(mode=Mode.VERIFY_PUSH), bad)
    wanted = run(Stage(mode=Mode.VERIFY_PUSH), good)
    assert (told.exit_code, told.statuses) == (wanted.exit_code, wanted.statuses)
    (trouble,) = set(told.troubles) - set(wanted.troubles)
    assert trouble == "this run is not in the history: MC321 cannot be written: no space left on device"


class Watching(MemoryIterations):
    """Looks at what the commit carries when it is written to."""

    stage: Stage

    def append(self, iterations: object) -> None:
        del iterations
        self.seen = self.stage.told()


def test_the_verdict_is_out_before_anything_is_remembered() -> None:
    stage, kept = Stage(mode=Mode.VERIFY_PUSH), Watching()
    kept.stage = stage
    run(stage, kept)
    assert kept.seen[-1] == "mist/verify failure"


def test_a_run_that_evaluated_nothing_leaves_nothing() -> None:
    kept = MemoryIterations()
    run(Stage(mode=Mode.VERIFY_PUSH, head=WORDS, models=FakeModels(never)), kept)
    assert kept.kept == []


def test_only_pushes_are_for_the_common_history() -> None:
    allowed = [mode for mode in Mode if Occasion(mode=mode, event_name="e", reason="r").may_keep_history]
    assert allowed == [Mode.VERIFY_PUSH]


def test_a_world_without_a_history_remembers_nothing() -> None:
    assert NoIterations().read().iterations == ()
    reports = run_gates(
        world(files=MemoryFiles(BASE, WORSE), models=FakeModels(doubles)), Ask("main", "head")
    )
    assert remember(world(), reports) == ()
    kept = MemoryIterations()
    assert remember(world(iterations=kept), reports) == ()
    assert kept.read().iterations == tuple(kept.kept) != ()
