"""Claims: runs of one pull request share its budget over real runs, and everything that reads the ledger agrees."""

import json
import re
from decimal import Decimal

from tests.e2e.conftest import Repository, mist_ci


def test_a_pull_request_runs_out_of_tokens_and_plan_eval_and_trace_know_of_it(repository: Repository) -> None:
    repository.replace("mist.yml", "budgets: {", "budgets: {pull_request_tokens: 15000, month_usd: 50, ")
    repository.commit()
    repository.branch("naive")
    repository.move_to("naive")
    repository.commit()
    here = "--base", "main", "--head", "naive", "--ledger", "kept", "--pull-request", "7"

    first = mist_ci("gate", *here, "--format", "json", cwd=repository.path)
    plan = mist_ci("plan", *here, cwd=repository.path)
    second = mist_ci("gate", *here, "--format", "json", cwd=repository.path)
    by_hand = mist_ci("eval", "models/assistant.yml", "--ledger", "kept", "--limit", "5", cwd=repository.path)
    listed = mist_ci("trace", "list", "--from", "kept", "--format", "json", cwd=repository.path)

    told = [
        {one["name"]: one for one in json.loads(run.stdout)["reports"][0]["budgets"]}
        for run in (first, second)
    ]
    spent = int(told[0]["pull_request_tokens"]["spent"].split()[0].replace(",", ""))
    assert 9000 < spent < 11000, "another does not fit, and may begin"
    assert not told[0]["pull_request_tokens"]["over"]
    assert f"pull_request_tokens leaves {15000 - spent:,} tokens, and this may take up to" in plan.stdout
    assert re.search(r"pull_request_tokens: [0-9,]+ tokens left of 15,000 tokens", plan.stdout)
    assert second.returncode == 1
    assert told[1]["pull_request_tokens"]["over"]
    assert "by 1 earlier run" in told[1]["month_usd"]["note"]
    assert by_hand.returncode in (0, 1), by_hand.stderr

    runs = json.loads(listed.stdout)["runs"]
    assert [run["kind"] for run in runs] == ["evaluation"] * 3
    assert (repository.path / "kept" / "ledger.jsonl").read_bytes().count(b"\n") < 60, (
        "a few spans for each run"
    )
    costs = [Decimal(run["cost_usd"]) for run in runs]
    reports = [json.loads(run.stdout)["reports"][0] for run in (first, second)]
    assert costs[:2] == [
        sum(Decimal(line["spend"]["cost_usd"]) for line in report["spend"]) for report in reports
    ]
