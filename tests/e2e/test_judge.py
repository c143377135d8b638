"""A judge from its labels to a verdict: through the command line, over HTTP, in a repository."""

import html
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from mist_ci.models.suite import ChatMessage
from tests.contract.judge_server import JudgeServer
from tests.e2e.conftest import Outcome, Repository, mist_ci
from tests.judging import JUDGE, contains, criteria_judge, longer, pair_judge

pytestmark = pytest.mark.slow

POLICY = """\
version: 1
providers:
  prod:
    type: openai
    base_url: {url}
    prices: {{input_per_mtok: 1, output_per_mtok: 2, as_of: 2026-11-01}}
    limits: {{connections: 4}}
models: {{bot: models/bot.yml}}
suites: [suites/*.yml]
gates:
  release: {{branches: [main], models: [bot], budgets: {{eval_usd: 1}}}}
"""
SUITE = f"""\
version: 1
name: kindness
data: kindness.jsonl
graders:
  - judge: {{provider: prod, model: {JUDGE}, criteria: ["Does it say please?"]}}
"""
GOOD, RUDE = "good-2026-01-01", "rude-2026-02-01"


def number(messages: object) -> int:
    return int(messages[-1].content.split()[-1])  # type: ignore[index]


@pytest.fixture
def server() -> Iterator[JudgeServer]:
    models = {
        GOOD: lambda _name, messages: f"please, number {number(messages)}",
        RUDE: lambda _name, messages: (
            f"{'please' if number(messages) % 2 else 'go'}, number {number(messages)}"
        ),
        JUDGE: criteria_judge(contains),
        "pair-2026-01-01": pair_judge(longer),
        "near-2026-01-01": lambda _name, messages: (
            [1.0, 0.0] if "please" in messages[-1].content else [0.0, 1.0]
        ),
    }
    with JudgeServer(models) as running:  # type: ignore[arg-type]
        yield running


@pytest.fixture
def repository(tmp_path: Path, server: JudgeServer) -> Repository:
    one = Repository(tmp_path / "repository")
    one.write("mist.yml", POLICY.format(url=server.url))
    one.write("models/bot.yml", f"version: 1\nprovider: prod\nmodel: {GOOD}\nparameters: {{max_tokens: 8}}\n")
    one.write("suites/kindness.yml", SUITE)
    rows = [json.dumps({"id": f"k{number}", "input": f"Say number {number}"}) for number in range(60)]
    one.write("suites/kindness.jsonl", "\n".join(rows) + "\n")
    one.git("init", "--quiet", "--initial-branch=main")
    one.commit()
    one.branch("rude")
    one.replace("models/bot.yml", GOOD, RUDE)
    one.commit()
    one.git("switch", "--quiet", "main")
    return one


def labels(repository: Repository, wrong: int = 0) -> Path:
    """People who agree with the judge on all but a few answers."""
    rows = []
    for index in range(60):
        is_kind = index % 2 == 0
        said = is_kind if index >= wrong else not is_kind
        output = f"{'please' if is_kind else 'go'}, number {index}"
        rows.append({"sample": f"k{index}", "output": output, "label": "pass" if said else "fail"})
    path = repository.path / "labels.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)) + "\n", encoding="utf-8")
    return path


def said(done: Outcome) -> str:
    """The comment as a reader sees it."""
    return html.unescape(done.comment).replace("\u200b", "")


def test_from_labels_to_a_verdict(repository: Repository) -> None:
    before = repository.gate("rude")
    assert before.exit_code == 0, before.stderr
    suite = before.suites()["kindness"]
    assert suite["verdict"] == "advisory"
    assert "advisory, decides nothing" in said(before)
    assert "by itself it would say: regressed" in said(before)
    results = [one["payload"] for one in before.lines("eval-results.jsonl")]
    assert [one["decision"] for one in results if one["task"] == ""] == ["advisory"]
    judge_line = next(one for one in before.report["spend"] if one["side"] == "judge")
    assert judge_line["spend"]["calls"] == 90  # 60 answers of head, and the 30 of base that are others
    spans = [one["payload"] for one in before.lines("trace.jsonl")]
    assert sum(one["operation"] == "gen_ai.judge" for one in spans) == 120

    checked = mist_ci(
        "judge", "check", "kindness", "--labels", str(labels(repository)), "-o", "mist-judges.json",
        cwd=repository.path,
    )  # fmt: skip
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "kindness may decide" in checked.stdout
    assert "kappa          1.000" in checked.stdout
    repository.commit()
    repository.git("switch", "--quiet", "rude")
    repository.git("merge", "--quiet", "main", "--message", "merge")
    repository.git("switch", "--quiet", "main")

    after = repository.gate("rude")
    assert after.exit_code == 1
    assert after.suites()["kindness"]["verdict"] == "regressed"


def test_a_judge_that_disagrees_stays_advisory_and_the_worst_is_shown(repository: Repository) -> None:
    checked = mist_ci(
        "judge", "check", "kindness", "--labels", str(labels(repository, wrong=20)), cwd=repository.path
    )
    assert checked.returncode == 1
    assert "stays advisory: kappa is 0.33" in checked.stdout
    assert "they disagree most on" in checked.stdout
    assert "not met: Does it say please?" in checked.stdout
    told = mist_ci(
        "judge", "check", "kindness", "--labels", "labels.jsonl", "--format", "json", cwd=repository.path
    )
    assert json.loads(told.stdout)["reaches_the_floor"] is False


def test_what_checks_and_calibrations_took_is_in_the_ledger_with_the_tries_that_brought_nothing(
    repository: Repository, server: JudgeServer
) -> None:
    judge, paid = server.models[JUDGE], Decimal("0.000014")  # 10 tokens in, 2 out

    def stumbling(name: str, messages: Sequence[ChatMessage]) -> object:
        return 500 if server.asked[JUDGE] == 2 else judge(name, messages)

    server.models[JUDGE] = stumbling
    check = "judge", "check", "kindness", "--labels", str(labels(repository))
    kept = {"MIST_CI_LEDGER": "kept"}
    assert mist_ci(*check, cwd=repository.path, env=kept).returncode == 0
    poor = mist_ci(*check, "--max-usd", "0.005", "--ledger", "mist-results", cwd=repository.path)
    assert poor.returncode == 3
    assert "the money ran out" in poor.stderr
    answers = "calibrate", "models/bot.yml", "--attempts", "2", "--splits", "2"
    assert mist_ci(*answers, cwd=repository.path, env=kept).returncode == 0
    spent = {GOOD: server.asked[GOOD], JUDGE: server.asked[JUDGE] - 1}

    told = {
        place: json.loads(
            mist_ci("trace", "list", "--from", place, "--format", "json", cwd=repository.path).stdout
        )["runs"]
        for place in ("kept", "mist-results")
    }
    assert [(one["kind"], one["status"]) for one in told["mist-results"]] == [
        ("judge check", "ok"), ("judge check", "error"), ("calibration", "ok"),
    ]  # fmt: skip
    assert told["kept"] == [told["mist-results"][0], told["mist-results"][2]]
    assert sum(one["calls"] for one in told["mist-results"]) == sum(spent.values())
    assert sum(Decimal(one["cost_usd"]) for one in told["mist-results"]) == paid * sum(spent.values())
    first = mist_ci("trace", "report", told["kept"][0]["run"], "--format", "json", cwd=repository.path)
    (side,) = json.loads(first.stdout)["parts"]["side"]
    assert (side["side"], side["calls"], side["failed"]) == ("head (judging)", 60, 1)


def test_what_the_gate_requires_has_to_be_checked_and_no_token_is_spent_before(
    repository: Repository, server: JudgeServer
) -> None:
    repository.replace("mist.yml", "budgets:", "require: [kindness], budgets:")
    repository.commit()
    done = repository.gate("rude")
    assert done.exit_code == 3
    assert "MC313" in said(done)
    assert "mist-ci judge check" in said(done)
    assert not server.asked


def test_a_provider_that_nobody_has_is_one_error_with_its_line(
    repository: Repository, server: JudgeServer
) -> None:
    repository.replace("suites/kindness.yml", "provider: prod", "provider: prd")
    done = mist_ci("eval", "models/bot.yml", cwd=repository.path)
    assert done.returncode == 2
    assert "suites/kindness.yml:5" in done.stderr
    assert "did you mean 'prod'?" in done.stderr
    assert not server.asked


def test_eval_tells_what_the_judge_took_and_stored_replies_cost_nothing(
    repository: Repository, server: JudgeServer
) -> None:
    once = mist_ci("eval", "models/bot.yml", "--outputs", "stored", cwd=repository.path)
    assert once.returncode == 0, once.stderr
    assert f"judged by {JUDGE}: 60 calls" in once.stdout
    asked = server.asked.total()
    again = mist_ci("eval", "models/bot.yml", "--outputs", "stored", cwd=repository.path)
    assert again.returncode == 0, again.stderr
    assert server.asked.total() == asked
    assert "0 calls, $0.00, 60 stored" in again.stdout


def test_a_killed_run_pays_for_no_verdict_twice(repository: Repository, server: JudgeServer) -> None:
    held, judge = threading.Event(), server.models[JUDGE]

    def stalling(name: str, messages: Sequence[ChatMessage]) -> object:
        if server.asked[JUDGE] > 20:
            held.wait(30)
        return judge(name, messages)

    server.models[JUDGE] = stalling
    command = [sys.executable, "-m", "mist_ci", "eval", "models/bot.yml", "--outputs", "stored"]
    running = subprocess.Popen(
        command, cwd=repository.path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    deadline = time.monotonic() + 60
    while server.asked[JUDGE] <= 20 and time.monotonic() < deadline:
        time.sleep(0.05)
    running.kill()
    running.wait()
    held.set()
    server.models[JUDGE] = judge
    done = mist_ci(*command[3:], cwd=repository.path)
    assert done.returncode == 0, done.stderr
    under_way = 4  # connections
    assert server.asked[JUDGE] <= 60 + under_way
    assert server.asked[GOOD] <= 60 + under_way


def test_pairs_and_similarity_over_http(repository: Repository) -> None:
    repository.write(
        "suites/pairs.yml",
        SUITE.replace("name: kindness", "name: pairs").replace(
            f'judge: {{provider: prod, model: {JUDGE}, criteria: ["Does it say please?"]}}',
            "pairwise: {provider: prod, model: pair-2026-01-01}",
        ),
    )
    rows = [json.dumps({"input": f"Near number {number}", "expected": "please"}) for number in range(60)]
    repository.write("suites/near.jsonl", "\n".join(rows) + "\n")
    near = (
        "version: 1\nname: near\ndata: near.jsonl\ngraders:\n  - similarity: {provider: prod, model: NEAR}\n"
    )
    near = near.replace("NEAR", "near-2026-01-01")
    repository.write("suites/near.yml", near)
    repository.commit()
    done = repository.gate("rude")
    assert done.exit_code == 0, done.stderr
    assert done.suites()["pairs"]["verdict"] == done.suites()["near"]["verdict"] == "advisory"
    assert done.suites()["pairs"]["numbers"]["judge"]["pairs"] == 30
    assert done.suites()["pairs"]["numbers"]["head"]["mean"] == pytest.approx(0.25)
    assert done.suites()["near"]["numbers"]["head"]["mean"] == pytest.approx(0.5)
    junit = ET.fromstring(next(done.results.rglob("junit.xml")).read_text())
    assert not junit.findall(".//failure")
    alone = mist_ci("eval", "models/bot.yml", "--suite", "pairs", cwd=repository.path)
    assert alone.returncode == 2
    assert "compares base with head" in alone.stderr
