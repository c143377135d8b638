"""History as a team uses it: two gates by hand are enough to see it, and pushes share it through the repository."""

import csv
import json
import subprocess
from io import StringIO
from pathlib import Path
from typing import Any

from tests.e2e.conftest import Repository, mist_ci
from tests.e2e.test_stored_outputs import PAYLOAD, checkout

REF = "refs/mist/results"


def gate(repository: Repository, head: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return mist_ci("gate", "--base", "main", "--head", head, *arguments, cwd=repository.path)


def history(place: Path, *arguments: str, env: dict[str, str] | None = None) -> str:
    done = mist_ci("history", *arguments, cwd=place, env=env)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_after_two_gates_by_hand_there_is_a_history(repository: Repository) -> None:
    for model in ("replay", "naive"):
        repository.branch(model)
        repository.move_to(model)
        repository.commit()
    assert gate(repository, "replay").returncode == 0
    assert gate(repository, "naive").returncode == 1
    repository.git("tag", "v1", "replay")
    assert repository.git("status", "--porcelain") == ""

    told = history(repository.path)

    assert "assistant: 2 iterations" in told
    good, bad = (line for line in told.splitlines() if line.startswith("20"))
    assert " v1 " in good
    assert " passed " in good
    assert " failed " in bad
    assert "↓" in bad
    assert any(line.startswith("latest against it") for line in told.splitlines())
    rows = list(csv.DictReader(StringIO(history(repository.path, "--format", "csv"))))
    reports = [
        json.loads(path.read_text())
        for path in sorted((repository.path / "mist-results").glob("*/report.json"))
    ]
    scores = {
        (report["run_id"], suite["numbers"]["suite"]): suite["numbers"]["head"]["mean"]
        for report in reports
        for model in report["decision"]["models"]
        for suite in model["suites"]
    }
    assert {(row["run"], row["suite"]): float(row["head_score"]) for row in rows} == scores
    assert rows[0]["head_model"] == "replay"
    assert "┤" in history(repository.path, "--format", "plot")


def test_off_leaves_nothing(repository: Repository) -> None:
    repository.branch("replay")
    repository.move_to("replay")
    repository.commit()
    assert gate(repository, "replay", "--history", "off").returncode == 0
    assert not (repository.path / "mist-results" / "history").exists()


def test_pushes_share_a_ref_and_a_pull_request_never_writes_there(
    repository: Repository, tmp_path: Path
) -> None:
    before = repository.git("rev-parse", "main")
    repository.move_to("replay")
    repository.commit("Deploy the fine-tune")
    repository.git("switch", "--quiet", "--create", "naive")
    repository.replace("models/assistant.yml", "model: replay", "model: naive")
    repository.commit()
    environ = {"CI": "true", "GITHUB_TOKEN": "", "MIST_CI_HISTORY": "git"}

    def refs(work: Path) -> list[str]:
        listed = subprocess.run(
            ["git", "ls-remote", "origin", "refs/mist/*"],
            cwd=work,
            capture_output=True,
            text=True,
            check=True,
        )
        return listed.stdout.split()[1::2]

    work = checkout(repository, "naive", tmp_path)
    payload: dict[str, Any] = json.loads(PAYLOAD.read_text())
    pull = payload["pull_request"]
    pull["head"] |= {"sha": repository.git("rev-parse", "naive"), "repo": pull["base"]["repo"]}
    pull["base"]["ref"] = payload["repository"]["default_branch"] = "main"
    event = tmp_path / "event.json"
    event.write_text(json.dumps(payload))
    of_event = {"GITHUB_EVENT_NAME": "pull_request", "GITHUB_EVENT_PATH": str(event)}
    judged = mist_ci("action", cwd=work, env=environ | of_event)
    assert judged.returncode == 1, judged.stdout + judged.stderr
    assert refs(work) == []

    pushed_from = checkout(repository, "main", tmp_path)
    pushed = mist_ci(
        "verify", "--before", before, "--after", "main", "--branch", "main", cwd=pushed_from, env=environ
    )
    assert pushed.returncode == 0, pushed.stdout + pushed.stderr
    assert "warning" not in pushed.stdout + pushed.stderr
    assert refs(pushed_from) == [REF]
    subprocess.run(["git", "tag", "v1", "HEAD"], cwd=pushed_from, check=True)
    told = history(pushed_from, "--history", "git", env={"COLUMNS": "200"})
    (row,) = [line for line in told.splitlines() if line.startswith("20")]
    assert " v1 " in row
    assert " replay " in row


def test_a_remote_that_takes_no_history_changes_no_exit_code(repository: Repository, tmp_path: Path) -> None:
    before = repository.git("rev-parse", "main")
    repository.move_to("replay")
    repository.commit()
    work = checkout(repository, "main", tmp_path)
    hook = tmp_path / "origin of main.git" / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    command = ("verify", "--before", before, "--after", "main", "--branch", "main", "--history", "git")
    done = mist_ci(*command, cwd=work, env={"CI": "true", "GITHUB_TOKEN": ""})
    assert done.returncode == 0
    assert "warning: this run is not in the history: MC308 cannot push to origin" in done.stdout
