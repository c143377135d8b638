"""Claims: in a gate, the program of the base branch grades, and a change cannot bring along one of its own."""

import os
from collections.abc import Sequence

import pytest

from mist_ci.adapters.programs import ChildPrograms
from mist_ci.errors import ExitCode
from mist_ci.models.plan import StepKind
from mist_ci.models.report import Report
from mist_ci.models.suite import ChatMessage
from mist_ci.models.verdict import Outcome, State
from mist_ci.pipeline import Ask, run_gates
from mist_ci.ports.programs import Program, Programs, Ran
from tests.fakes import Answer, Commit, FakeModels, MemoryFiles, jsonl, world

POLICY = """\
version: 1
providers:
  prod:
    type: openai
    base_url: https://llm.example.com/v1
    key_env: PROD_KEY
    prices: {input_per_mtok: 1, output_per_mtok: 2, as_of: 2026-11-01}
models: {bot: models/bot.yml}
suites: [suites/*.yml]
gates:
  release: {branches: [main], models: [bot], require: [polite]}
"""
SUITE = """\
version: 1
name: polite
margin: 0.15
graders: [{command: {run: [sh, graders/polite.sh], files: [graders/polite.sh]}}]
data: polite.jsonl
"""
STRICT = """case "$(cat)" in *'"output": "please"'*) echo '{"score": 1}';; *) echo '{"score": 0}';; esac"""
GENEROUS = """cat > /dev/null; echo '{"score": 1}'"""
SAMPLES = jsonl(f'{{"input": "{number}?", "expected": "please"}}' for number in range(24))


def reference(model: str) -> str:
    return f"version: 1\nprovider: prod\nmodel: {model}\nparameters: {{temperature: 0, max_tokens: 2}}\n"


BASE: Commit = {
    "mist.yml": POLICY,
    "models/bot.yml": reference("kind-2026-01-01"),
    "suites/polite.yml": SUITE,
    "suites/polite.jsonl": SAMPLES,
    "graders/polite.sh": STRICT,
}
TO_RUDE = {"models/bot.yml": reference("rude-2026-02-01")}
TO_KIND = {"models/bot.yml": reference("kind-2026-02-01")}


class Nothing:
    """No program may run here."""

    async def run(self, program: Program, text: bytes) -> Ran:
        raise AssertionError(f"{program.run} ran on {text!r}")


def answers(model: str, messages: Sequence[ChatMessage]) -> Answer:
    del messages
    return "please" if model.startswith("kind") else "now"


def gate(change: Commit, programs: Programs | None = None) -> Report:
    files = MemoryFiles(BASE, {**BASE, **change})
    programs = programs or ChildPrograms(os.environ.get("PATH"))
    (report,) = run_gates(
        world(files=files, models=FakeModels(answers), programs=programs), Ask("main", "head", gate=None)
    )
    return report


def test_a_program_of_base_decides() -> None:
    assert gate(TO_KIND).decision.outcome is Outcome.PASSED
    assert gate(TO_RUDE).decision.outcome is Outcome.FAILED


def test_a_model_and_a_kinder_program_in_one_change_are_judged_by_the_program_of_base() -> None:
    report = gate({**TO_RUDE, "graders/polite.sh": GENEROUS})
    assert report.decision.outcome is Outcome.FAILED


def test_a_change_of_the_program_alone_is_a_changed_suite() -> None:
    report = gate({"graders/polite.sh": GENEROUS})
    assert [one.kind for one in report.steps] == [StepKind.SELF_CHECK]
    assert report.decision.outcome.state is State.SUCCESS


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("[sh, graders/polite.sh]", "[sh, -c, env]"),
        ("files: [graders/polite.sh]", "files: [graders/polite.sh, graders/more.sh]"),
        ("name: polite", "name: rude"),
    ],
)
def test_a_command_that_base_does_not_know_stops_the_gate_before_it_runs(old: str, new: str) -> None:
    changed = SUITE.replace(old, new)
    if "rude" in new:
        changed = changed.replace("graders/polite.sh", "graders/rude.sh")
    report = gate({"suites/rude.yml": changed.replace("name: polite", "name: rude")}, Nothing())
    assert report.decision.outcome.exit_code is ExitCode.CONFIG
    assert "not on the base branch" in str(report.problem)


def test_a_program_that_fails_is_missing_evidence_and_no_score() -> None:
    files = MemoryFiles(
        {**BASE, "graders/polite.sh": "exit 3"}, {**BASE, "graders/polite.sh": "exit 3", **TO_RUDE}
    )
    programs = ChildPrograms(os.environ.get("PATH"))
    (report,) = run_gates(
        world(files=files, models=FakeModels(answers), programs=programs), Ask("main", "head", gate=None)
    )
    assert report.decision.outcome.state is State.ERROR
