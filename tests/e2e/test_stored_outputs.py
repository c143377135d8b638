"""Stored answers as a team uses them: what was paid for once is not paid for again, and never by a stranger's word."""

import json
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.e2e.conftest import ROOT, Outcome, Repository, mist_ci, start_server, stop_server

PAYLOAD = ROOT / "tests" / "data" / "webhooks" / "pull_request.synchronize.json"
SAMPLES = 300
LOOK = 30
"""So many answers of an alias are asked again, unless this very commit's gate in a job got them."""


def decided(outcome: Outcome) -> dict[str, Any]:
    """Every suite's verdict and numbers, without who paid."""
    suites = outcome.suites()
    for suite in suites.values():
        for side in ("base", "head"):
            del suite["numbers"][side]["spend"]
    return suites


def spent(outcome: Outcome) -> dict[str, tuple[int, int]]:
    """Side → calls made, answers reused."""
    sides: dict[str, tuple[int, int]] = {}
    for line in outcome.report["spend"]:
        calls, reused = sides.get(line["side"], (0, 0))
        sides[line["side"]] = (calls + line["spend"]["calls"], reused + line["spend"]["reused_calls"])
    return sides


def test_a_second_gate_makes_no_call_but_a_second_look_and_gives_the_same_verdict(
    new_repository: Callable[[str], Repository], tmp_path: Path
) -> None:
    server = start_server()
    repository = new_repository(server.base_url)
    repository.branch("naive")
    repository.move_to("naive")
    repository.commit()
    store = ("--outputs", str(tmp_path / "stored"))
    try:
        first = repository.gate("naive", *store)
        told, status = decided(first), first.status
        assert first.exit_code == 1
        assert spent(first) == {"base": (SAMPLES, 0), "head": (SAMPLES, 0)}
        second = repository.gate("naive", *store)
    finally:
        stop_server(server)

    assert second.exit_code == 1, second.stderr
    assert (decided(second), second.status) == (told, status)
    assert spent(second) == {"base": (LOOK, SAMPLES), "head": (LOOK, SAMPLES)}
    assert Counter(one["reused"] for one in second.lines("attempts.jsonl")) == {
        True: 2 * SAMPLES,
        False: 2 * LOOK,
    }
    (run,) = [
        one["payload"] for one in second.lines("trace.jsonl") if one["payload"]["operation"] == "mist.run"
    ]
    assert (run["attrs"]["calls"], run["attrs"]["reused_calls"]) == (2 * LOOK, 2 * SAMPLES)


def test_evaluating_a_model_again_makes_no_call(
    new_repository: Callable[[str], Repository], tmp_path: Path
) -> None:
    server = start_server()
    repository = new_repository(server.base_url)
    command = (
        "eval",
        "models/assistant.yml",
        "--results-dir",
        str(tmp_path / "r"),
        "--outputs",
        str(tmp_path / "s"),
    )
    try:
        first = mist_ci(*command, "--outputs-mode", "read-write", cwd=repository.path)
    finally:
        stop_server(server)
    second = mist_ci(*command, "--outputs-mode", "read", cwd=repository.path)
    assert first.returncode == second.returncode, second.stderr
    assert "120 answers reused, $" in second.stdout
    scores = [line.split()[:2] for line in first.stdout.splitlines()[2:6]]
    assert all(score in [line.split()[:2] for line in second.stdout.splitlines()] for score in scores)


def test_a_place_where_nothing_can_be_stored_fails_no_gate(repository: Repository, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    repository.branch("replay")
    repository.move_to("replay")
    repository.commit()
    outcome = repository.gate("replay", "--outputs", str(tmp_path / "file"))
    assert outcome.exit_code == 0
    assert [notice for notice in outcome.report["notices"] if str(tmp_path / "file") in notice] == [
        f"stored answers in {tmp_path / 'file'} cannot be read: Not a directory"
    ]


def checkout(repository: Repository, branch: str, place: Path) -> Path:
    bare, work = place / f"origin of {branch}.git", place / f"checkout of {branch}"
    subprocess.run(["git", "clone", "--quiet", "--bare", str(repository.path), str(bare)], check=True)
    subprocess.run(
        ["git", "clone", "--quiet", "--depth=1", "--branch", branch, f"file://{bare}", str(work)], check=True
    )
    return work


def test_a_pull_request_reads_what_a_push_stored_and_adds_only_what_a_trusted_run_was_answered(
    repository: Repository, tmp_path: Path
) -> None:
    before = repository.git("rev-parse", "main")
    repository.move_to("replay")
    repository.commit("Deploy the fine-tune")
    repository.git("switch", "--quiet", "--create", "naive")
    repository.replace("models/assistant.yml", "model: replay", "model: naive")
    repository.commit()
    store = tmp_path / "stored"
    environ = {"CI": "true", "GITHUB_TOKEN": "", "MIST_CI_OUTPUTS": str(store)}

    pushed = mist_ci(
        "verify", "--before", before, "--after", "main", "--branch", "main",
        cwd=checkout(repository, "main", tmp_path), env=environ,
    )  # fmt: skip

    assert pushed.returncode == 0, pushed.stdout + pushed.stderr
    stored = {path: path.read_bytes() for path in store.iterdir()}
    (segment,) = store.glob("answers-*.jsonl")
    assert len(segment.read_bytes().splitlines()) == 2 * SAMPLES

    work = checkout(repository, "naive", tmp_path)
    payload: dict[str, Any] = json.loads(PAYLOAD.read_text())
    pull = payload["pull_request"]
    pull["head"] |= {"sha": repository.git("rev-parse", "naive"), "repo": pull["base"]["repo"]}
    pull["base"]["ref"] = payload["repository"]["default_branch"] = "main"
    event = tmp_path / "event.json"
    event.write_text(json.dumps(payload))
    environ |= {"GITHUB_EVENT_NAME": "pull_request", "GITHUB_EVENT_PATH": str(event)}
    judged = mist_ci("action", cwd=work, env=environ)

    assert judged.returncode == 1, judged.stdout + judged.stderr
    outcome = Outcome(judged.returncode, judged.stdout, judged.stderr, work / "mist-results")
    assert spent(outcome) == {"base": (LOOK, SAMPLES), "head": (SAMPLES, 0)}
    assert {path: path.read_bytes() for path in store.iterdir()} == stored

    environ |= {"GITHUB_EVENT_NAME": "pull_request_target"}
    for asked in (
        SAMPLES,
        0,
    ):  # by a workflow that nobody can change in passing: then it stands, and no run asks again
        judged = mist_ci("action", "--results-dir", str(tmp_path / str(asked)), cwd=work, env=environ)
        assert judged.returncode == 1, judged.stdout + judged.stderr
        outcome = Outcome(judged.returncode, judged.stdout, judged.stderr, tmp_path / str(asked))
        assert spent(outcome) == {"base": (LOOK, SAMPLES), "head": (asked, SAMPLES - asked)}
    assert len(list(store.glob("answers-*.jsonl"))) == 2
