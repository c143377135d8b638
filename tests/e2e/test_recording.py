"""Claims: a run that was recorded is the same run again, with nobody to ask and no key."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.e2e.conftest import mist_ci

POLICY = """\
version: 1
providers:
  own: {type: python, callable: "model_of_ours:answer"}
models: {bot: models/bot.yml}
suites: ["suites/*.yml"]
gates: {release: {branches: [main]}}
"""
SUITE = """\
version: 1
name: sums
prompt: "{{ input }}"
graders: [exact]
primary: exact
samples:
- {input: "2+2", expected: "4"}
- {input: "3+1", expected: "4"}
- {input: "1+1", expected: "2"}
"""


@pytest.fixture
def team(tmp_path: Path) -> Path:
    for name in ("models", "suites"):
        (tmp_path / name).mkdir()
    (tmp_path / "mist.yml").write_text(POLICY)
    (tmp_path / "suites" / "sums.yml").write_text(SUITE)
    (tmp_path / "models" / "bot.yml").write_text("version: 1\nprovider: own\nmodel: tiny\n")
    (tmp_path / "model_of_ours.py").write_text("def answer(asked):\n    return '4'\n")
    return tmp_path


def score(told: str) -> float:
    (suite,) = json.loads(told)["suites"]
    mean: float = suite["head"]["mean"]
    return round(mean, 3)


def test_a_recording_is_replayed_without_the_model_and_a_miss_is_an_error(team: Path) -> None:
    recorded = mist_ci("eval", "models/bot.yml", "--record", "bot.jsonl", "--format", "json", cwd=team)
    assert recorded.returncode == 0, recorded.stderr
    assert len((team / "bot.jsonl").read_text().splitlines()) == 3
    (team / "model_of_ours.py").unlink()

    replayed = mist_ci("eval", "models/bot.yml", "--replay", "bot.jsonl", "--format", "json", cwd=team)
    assert replayed.returncode == 0, replayed.stderr
    assert score(replayed.stdout) == score(recorded.stdout) == 0.667

    suite = team / "suites" / "sums.yml"
    suite.write_text(suite.read_text().replace("1+1", "1+2"))
    missed = mist_ci("eval", "models/bot.yml", "--replay", "bot.jsonl", cwd=team)
    assert missed.returncode == 3
    assert "does not have this request" in missed.stderr
    assert "instead of" in missed.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--record", "mist.yml"], 2, "is there already"),
        (["--replay", "none.jsonl"], 2, "no such recording"),
        (["--replay", "mist.yml"], 2, "mist.yml:1"),
        (["--replay", "mist.yml", "--record", "x"], 2, "asks nobody"),
        (["--record", "no/such/place"], 3, "cannot write"),
    ],
)
def test_what_cannot_be_recorded_or_replayed_is_told_before_anything_is_asked(
    team: Path, arguments: list[str], code: int, words: str
) -> None:
    done = mist_ci("eval", "models/bot.yml", *arguments, cwd=team)
    assert done.returncode == code
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_a_gate_believes_no_code_and_no_recording_of_the_working_directory(team: Path) -> None:
    (team / "tape.jsonl").write_text("")
    (team / "mist.yml").write_text(
        POLICY.replace("models:", "  tape: {type: replay, recording: tape.jsonl}\nmodels:")
    )
    _git(team, "init", "--quiet", "--initial-branch=main")
    _commit(team)
    for provider in ("own", "tape"):
        _git(team, "checkout", "--quiet", "-b", f"to-{provider}", "main")
        (team / "models" / "bot.yml").write_text(f"version: 1\nprovider: {provider}\nmodel: other\n")
        _commit(team)
        done = mist_ci("gate", "--base", "main", cwd=team)
        assert done.returncode == 3, done.stdout
        assert "of the working directory" in done.stdout + done.stderr


def _commit(place: Path) -> None:
    _git(place, "add", "-A")
    _git(place, "commit", "--quiet", "-m", "change")


def _git(place: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.com"]
    subprocess.run(["git", *identity, *arguments], cwd=place, check=True, capture_output=True)
