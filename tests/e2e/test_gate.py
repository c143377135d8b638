"""The gate as a user runs it: real models, real git, real HTTP."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import zlib
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

from tests.e2e.conftest import Repository, mist_ci, start_server


def test_a_forgetful_fine_tune_is_blocked_and_the_comment_names_what_was_forgotten(
    repository: Repository,
) -> None:
    repository.branch("naive")
    repository.move_to("naive")
    repository.commit()

    outcome = repository.gate("naive")

    assert outcome.exit_code == 1
    assert outcome.status["state"] == "failure"
    assert outcome.status["context"] == "mist/release"
    verdicts = {name: suite["verdict"] for name, suite in outcome.suites().items()}
    assert verdicts == {
        "arithmetic": "regressed", "lookup": "regressed", "reversal": "regressed", "sorting": "improved",
    }  # fmt: skip
    for forgotten in ("arithmetic", "lookup", "reversal"):
        assert forgotten in outcome.status["description"]
        assert forgotten in outcome.comment.splitlines()[3]


def test_a_fine_tune_with_enough_replay_passes_and_its_improvement_is_proven(repository: Repository) -> None:
    repository.branch("replay")
    repository.move_to("replay")
    repository.commit()

    outcome = repository.gate("replay")

    assert outcome.exit_code == 0
    assert outcome.status["state"] == "success"
    assert outcome.suites()["sorting"]["verdict"] == "improved"
    assert {outcome.suites()[name]["outcome"] for name in ("arithmetic", "lookup", "reversal")} == {"passed"}


def test_every_token_is_accounted_for_and_every_message_checks_out(repository: Repository) -> None:
    repository.branch("light")
    repository.move_to("light")
    repository.commit()

    outcome = repository.gate("light")

    attempts = outcome.lines("attempts.jsonl")
    assert len(attempts) == 2 * 300
    spans = [message["payload"] for message in outcome.lines("trace.jsonl")]
    (run,) = [span for span in spans if span["operation"] == "mist.run"]
    calls = [span for span in spans if span["operation"] == "gen_ai.chat"]
    assert run["attrs"]["tokens_in"] == sum(call["attrs"]["tokens_in"] for call in calls)
    assert run["attrs"]["tokens_out"] == sum(one["tokens_out"] for one in attempts)
    assert Decimal(run["attrs"]["cost_usd"]) == sum(Decimal(one["cost_usd"]) for one in attempts)
    (path,) = outcome.results.rglob("eval-results.jsonl")
    for line in path.read_bytes().splitlines():
        payload = line[line.index(b'"payload": ') + len(b'"payload": ') : -1]
        assert json.loads(line)["checksum"] == zlib.crc32(payload)
    results = [message["payload"] for message in outcome.lines("eval-results.jsonl")]
    assert sum(result["task"] == "" for result in results) == 4
    assert sum(result["task"] != "" for result in results) == 300


def test_nothing_is_gated_when_nothing_relevant_changed(repository: Repository) -> None:
    repository.branch("docs")
    repository.write("README.md", "other words")
    repository.commit()

    outcome = repository.gate("docs")

    assert (outcome.exit_code, outcome.status["state"]) == (0, "success")
    assert outcome.status["description"].startswith("nothing to gate")


def test_adopting_the_gate_is_not_gated_by_itself(repository: Repository) -> None:
    repository.git("switch", "--quiet", "--orphan", "empty")
    repository.write("README.md", "before MIST")
    repository.commit()
    repository.git("branch", "--force", "main", "empty")
    repository.git("switch", "--quiet", "--create", "adopt", "main")
    repository.write("mist.yml", "version: 1\ngates: {release: {branches: [main]}}\n")
    repository.commit()

    outcome = repository.gate("adopt")

    assert (outcome.exit_code, outcome.status["state"]) == (0, "success")
    assert "not gated yet" in outcome.status["description"]


def test_a_misspelt_key_is_one_clear_error(repository: Repository) -> None:
    repository.replace("mist.yml", "budgets:", "bugdets:")
    repository.commit()
    repository.branch("naive")
    repository.move_to("naive")
    repository.commit()

    outcome = repository.gate("naive")

    assert (outcome.exit_code, outcome.status["state"]) == (2, "error")
    problem = outcome.report["problem"]
    assert problem["code"] == "MC103"
    assert problem["where"]["file"] == "mist.yml"
    assert problem["where"]["line"] == 21
    assert problem["where"]["field"] == "gates.release.bugdets"
    assert "did you mean 'budgets'?" in problem["hint"]
    assert "Traceback" not in outcome.stdout + outcome.stderr


def test_a_server_killed_in_mid_run_is_an_error_that_keeps_what_was_finished(
    new_repository: Callable[[str], Repository],
) -> None:
    server = start_server("--slow-ms", "20")
    repository = new_repository(server.base_url)
    repository.branch("light")
    repository.move_to("light")
    repository.commit()
    results = repository.path.parent / "results"
    gate = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "mist_ci",
            "gate",
            "--base",
            "main",
            "--head",
            "light",
            "--results-dir",
            str(results),
        ],
        cwd=repository.path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    finished = _wait_for_attempts(results, 40)
    server.process.kill()
    server.process.communicate()
    stdout, stderr = gate.communicate(timeout=100)

    assert gate.returncode == 3
    (status,) = results.rglob("status.json")
    assert json.loads(status.read_text())["state"] == "error"
    assert "MC301" in stdout
    assert "does not answer any more" in " ".join(stdout.split())
    assert "Traceback" not in stdout + stderr
    (journal,) = results.rglob("attempts.jsonl")
    scored = [
        one for line in journal.read_text().splitlines() if (one := json.loads(line))["status"] == "scored"
    ]
    assert len(scored) >= finished
    (report,) = results.rglob("report.json")
    assert sum(line["spend"]["calls"] for line in json.loads(report.read_text())["spend"]) == len(scored)


def test_a_run_that_is_told_to_stop_says_error_and_keeps_what_was_finished(
    new_repository: Callable[[str], Repository],
) -> None:
    server = start_server("--slow-ms", "20")
    repository = new_repository(server.base_url)
    repository.branch("light")
    repository.move_to("light")
    repository.commit()
    results = repository.path.parent / "results"
    gate = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "mist_ci",
            "gate",
            "--base",
            "main",
            "--head",
            "light",
            "--results-dir",
            str(results),
        ],
        cwd=repository.path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    finished = _wait_for_attempts(results, 20)
    os.kill(gate.pid, signal.SIGTERM)
    stdout, stderr = gate.communicate(timeout=30)
    server.process.kill()
    server.process.communicate()

    assert gate.returncode == 3
    assert "MC311" in stdout
    assert "Traceback" not in stdout + stderr
    (status,) = results.rglob("status.json")
    assert json.loads(status.read_text())["state"] == "error"
    (journal,) = results.rglob("attempts.jsonl")
    assert len(journal.read_text().splitlines()) >= finished


def _wait_for_attempts(results: Path, wanted: int) -> int:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        for journal in results.rglob("attempts.jsonl"):
            if (count := journal.read_text().count("\n")) >= wanted:
                return count
        time.sleep(0.02)
    raise AssertionError("the gate did not ask anything")


def test_the_verdict_does_not_depend_on_the_order_of_files_and_samples(repository: Repository) -> None:
    repository.branch("light")
    repository.move_to("light")
    repository.commit()
    first = repository.gate("light")
    repository.git("switch", "--quiet", "main")
    for suite in ("arithmetic", "sorting"):
        lines = repository.read(f"suites/{suite}.jsonl").splitlines(keepends=True)
        repository.write(f"suites/{suite}.jsonl", "".join(reversed(lines)))
    repository.git("mv", "suites/arithmetic.yml", "suites/zz-first.yml")
    repository.commit()
    repository.git("switch", "--quiet", "light")
    repository.git("merge", "--quiet", "--no-edit", "main")
    second = repository.gate("light")

    def numbers(suites: dict[str, dict[str, object]]) -> str:
        return re.sub(r'"path": "[^"]*"', "", json.dumps([suites[name] for name in sorted(suites)]))

    assert numbers(first.suites()) == numbers(second.suites())


def test_json_on_stdout_is_the_whole_story(repository: Repository) -> None:
    repository.branch("docs")
    repository.write("README.md", "other words")
    repository.commit()

    done = mist_ci("gate", "--base", "main", "--head", "docs", "--format", "json", cwd=repository.path)

    story = json.loads(done.stdout)
    assert story["exit_code"] == done.returncode == 0
    assert story["statuses"][0]["context"] == "mist/release"
    assert story["reports"][0]["decision"]["outcome"] == "nothing to gate"
