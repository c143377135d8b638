"""Claims: what a real gate run spent is what its ledger says, to the last token and the last decimal."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.e2e.conftest import Repository, mist_ci


def trace(place: Path, *arguments: str) -> tuple[Any, str]:
    done = mist_ci("trace", *arguments, "--format", "json", cwd=place)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout), done.stderr


def test_a_ledger_says_what_the_report_of_the_run_says(repository: Repository) -> None:
    repository.branch("naive")
    repository.move_to("naive")
    repository.commit()
    mist_ci("gate", "--base", "main", "--head", "naive", cwd=repository.path)
    (path,) = (repository.path / "mist-results").glob("*/report.json")
    report = json.loads(path.read_text())

    (run,) = trace(repository.path, "list")[0]["runs"]
    told, stderr = trace(repository.path, "report", report["run_id"])

    assert (run["run"], run["branch"], run["kind"]) == (report["run_id"], "main", "evaluation")
    assert (run["status"], run["outcome"]) == ("ok", "failed")
    assert report["event"]["head"].startswith(run["commit"])
    assert told["flaws"] == []
    assert stderr == ""
    (whole,) = told["parts"]["run"]
    spends = {line["side"]: line["spend"] for line in report["spend"]}
    for figure, name in (("calls", "calls"), ("tokens_in", "tokens_in"), ("tokens_out", "tokens_out")):
        assert whole[figure] == sum(spend[name] for spend in spends.values())
        for row in told["parts"]["side"]:
            assert row[figure] == spends[row["side"]][name]
    assert Decimal(whole["cost_usd"]) == sum(Decimal(spend["cost_usd"]) for spend in spends.values())
    assert whole["p95_ms"] >= whole["p50_ms"] > 0


def test_a_training_is_held_against_the_estimate_of_the_gate(repository: Repository) -> None:
    repository.branch("replay")
    repository.move_to("replay")
    repository.commit()
    mist_ci("gate", "--base", "main", "--head", "replay", cwd=repository.path)
    (path,) = (repository.path / "mist-results").glob("*/report.json")
    report = json.loads(path.read_text())
    (estimate,) = report["training"]
    table = repository.path / "job.csv"
    table.write_text(
        f"base_model,tokens,data_hash\nbase,{estimate['tokens']},{report['data'][0]['data_hash']}\n"
    )

    (training,) = trace(repository.path, "record", "job.csv")[0]["trainings"]

    assert f"{estimate['tokens']:,} tokens estimated" in training["estimate"]
    assert "(+0.0%)" in training["estimate"]
    assert training["attrs"]["mist.commit"] == repository.git("rev-parse", "HEAD").strip()
    assert [run["kind"] for run in trace(repository.path, "list")[0]["runs"]] == ["evaluation", "training"]
