"""The demo's pull requests, decided again from what Inspect and promptfoo measured: the gate's verdicts come out."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import ASSISTANT, mist_ci
from tests.runners.running import Runners

SUITES = ("arithmetic", "reversal", "lookup", "sorting")
PULL_REQUESTS = {"naive": 1, "light": 1, "replay": 0}
"""Branch, and the exit code that the gate has for it. The fourth one is about data, and no model is asked."""


@dataclass(frozen=True)
class Measured:
    """What is said of a suite: from how many samples, and the change of the mean score."""

    verdict: str
    samples: int
    estimate: float


Told = dict[str, Measured]


@pytest.fixture(scope="session")
def gated(runners: Runners, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Told]:
    """What the gate itself says of each suite of each pull request: verdict and estimate."""
    assert runners.place.is_dir()
    place = tmp_path_factory.mktemp("demo")
    done = mist_ci("demo", cwd=place)
    assert done.returncode == 0, done.stderr
    results = place / "demo-output" / "results"
    reports = {branch: next((results / branch).rglob("report.json")) for branch in PULL_REQUESTS}
    return {branch: told(json.loads(report.read_bytes())["decision"]) for branch, report in reports.items()}


def told(decision: dict[str, Any]) -> Told:
    (model,) = decision["models"]
    numbers = {one["numbers"]["suite"]: one["numbers"]["interval"] for one in model["suites"]}
    verdicts = {one["numbers"]["suite"]: one["verdict"] for one in model["suites"]}
    return {suite: Measured(verdicts[suite], each["n"], each["estimate"]) for suite, each in numbers.items()}


@pytest.mark.parametrize("tool", ["inspect", "promptfoo"])
def test_other_evaluators_results_give_the_gates_verdicts(
    runners: Runners, gated: dict[str, Told], tmp_path: Path, tool: str, measured: Callable[[str], None]
) -> None:
    started = time.monotonic()
    results = {model: ran(runners, tool, model, tmp_path) for model in ("base", *PULL_REQUESTS)}
    measured(f"{tool}: four suites on four models, 5,600 answers, in {time.monotonic() - started:.0f} s")

    for branch, exit_code in PULL_REQUESTS.items():
        policy = ("--config", str(ASSISTANT / "mist.yml"), "--format", "json")
        done = mist_ci("compare", str(results["base"]), str(results[branch]), *policy, cwd=tmp_path)
        assert done.returncode == exit_code, done.stdout + done.stderr
        decided = told(json.loads(done.stdout)["decision"])
        assert {suite: one.verdict for suite, one in decided.items()} == {
            suite: one.verdict for suite, one in gated[branch].items()
        }
        for suite, one in gated[branch].items():
            # The gate stops asking when a suite is decided; the others asked for everything.
            if one.samples == decided[suite].samples:
                assert decided[suite].estimate == pytest.approx(one.estimate), (branch, suite)


def ran(runners: Runners, tool: str, model: str, place: Path) -> Path:
    """A path with the whole run's results."""
    if tool == "inspect":
        return runners.inspect(model, SUITES, place / model)
    return runners.promptfoo(model, SUITES, place / model) / "results.json"
