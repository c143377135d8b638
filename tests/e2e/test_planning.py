"""`mist-ci plan` and `mist-ci calibrate` as a team uses them, on the example's repository with real models."""

import json
from pathlib import Path

import pytest

from tests.e2e.conftest import ASSISTANT, Repository, mist_ci

CALIBRATE = ("calibrate", "models/assistant.yml", "--suite", "lookup", "--attempts", "3", "--splits", "20")


def test_a_plan_of_the_files_needs_no_server_no_key_and_no_repository(tmp_path: Path) -> None:
    done = mist_ci("plan", "--repository", str(ASSISTANT), cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    assert "asks 1,336–2,800 calls, 8,036–18,072 tokens in, 0–44,800 out, $0.0012–$0.030" in done.stdout
    assert "assumed" in done.stdout
    told = done.stdout.partition("rests on\n")[2].strip().splitlines()
    kinds = [line.split()[0] for line in told]
    assert kinds == sorted(kinds), "what is of one kind stands together"
    assert list(tmp_path.iterdir()) == []


def test_a_plan_of_a_change_gives_its_steps_with_reasons_and_asks_nobody(repository: Repository) -> None:
    repository.branch("naive")
    repository.move_to("naive")
    repository.commit()
    repository.replace(
        "mist.yml", "budgets: {eval_usd: 1,", "budgets: {eval_usd: 0,"
    )  # not committed: does not count

    done = mist_ci("plan", "--base", "main", "--head", "naive", cwd=repository.path)
    told = mist_ci("plan", "--base", "main", "--format", "json", cwd=repository.path)

    assert done.returncode == 0, done.stderr
    assert "evaluate assistant: models/assistant.yml changed" in done.stdout
    assert "asks 600 calls" in done.stdout
    assert "lookup finds only collapses: 60 samples find a drop of " in done.stdout
    assert not (repository.path / "mist-results").exists()
    (plan,) = json.loads(told.stdout)["plans"]
    assert plan["event"]["base_ref"] == "main"
    assert plan["total"]["calls"] == {"least": 600, "most": 600}
    assert [(one["base_model"], one["head_model"]) for one in plan["models"]] == [("base", "naive")]


def test_a_change_that_asks_nobody_says_so(repository: Repository) -> None:
    repository.branch("words")
    repository.write("README.md", "words")
    repository.commit()

    done = mist_ci("plan", "--base", "main", cwd=repository.path)

    assert done.returncode == 0
    assert "no model is asked" in done.stdout


def test_warnings_are_no_failure(repository: Repository) -> None:
    repository.replace("suites/lookup.yml", "role: retain", "role: critical")
    repository.replace("mist.yml", "eval_usd: 1,", "eval_usd: 0.0001,")

    done = mist_ci("plan", cwd=repository.path)

    assert done.returncode == 0
    assert "lookup: about 8 in 10 clean pull requests will be blocked, because it is critical" in done.stdout
    assert "the gate will ask nobody, and fail, unless answers are stored" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("plan", "--head", "main"), "MC201"),
        (("plan", "--gate", "relase"), "MC106"),
        (("plan", "--config", "none.yml"), "MC101"),
        (("plan", "--base", "no-such-branch"), "MC203"),
        (("plan", "--repository", "nowhere"), "MC202"),
        (("calibrate", "models/none.yml"), "MC101"),
        (("calibrate", "models/assistant.yml", "--suite", "arithmetik"), "MC106"),
        (("calibrate", "models/assistant.yml", "--gate", "relase"), "MC106"),
    ],
)
def test_what_is_wrong_is_one_message_and_exit_code_2(
    arguments: tuple[str, ...], code: str, repository: Repository
) -> None:
    done = mist_ci(*arguments, cwd=repository.path)

    assert done.returncode == 2
    assert code in done.stderr
    assert "Traceback" not in done.stderr
    assert not (repository.path / "mist-calibration.json").exists()


@pytest.mark.parametrize("value", ["-1", "much", "NaN"])
def test_a_ceiling_that_is_no_sum_of_money_is_refused(value: str, repository: Repository) -> None:
    done = mist_ci(*CALIBRATE, "--max-usd", value, cwd=repository.path)
    assert done.returncode == 2
    assert "is no sum of US dollars" in done.stderr


def test_a_deterministic_model_is_told_that_attempts_buy_nothing_and_the_plan_uses_it(
    repository: Repository,
) -> None:
    done = mist_ci(*CALIBRATE, cwd=repository.path)

    assert done.returncode == 0, done.stderr
    assert "lookup: attempts do not differ: attempts above 1 buy nothing" in done.stdout
    assert "it said regressed 0 times" in done.stdout
    written = json.loads(repository.read("mist-calibration.json"))
    (suite,) = written["suites"]
    assert (suite["suite"], suite["samples"], suite["attempts"], suite["within_variance"]) == (
        "lookup",
        60,
        3,
        0.0,
    )
    planned = mist_ci("plan", cwd=repository.path)
    assert "calibrated on base on" in planned.stdout
    fewer = repository.read("suites/lookup.jsonl").splitlines(keepends=True)[:50]
    repository.write("suites/lookup.jsonl", "".join(fewer))
    stale = mist_ci("plan", cwd=repository.path)
    assert stale.returncode == 0
    assert "the calibration of lookup from" in stale.stdout
    assert "is out of date: the suite has changed: it is ignored" in stale.stdout


def test_a_model_that_samples_is_noisy_and_other_suites_stay_in_the_file(repository: Repository) -> None:
    repository.replace("models/assistant.yml", "temperature: 0,", "temperature: 2,")

    first = mist_ci(*CALIBRATE, cwd=repository.path)
    second = mist_ci(
        "calibrate", "models/assistant.yml", "--suite", "reversal", "--attempts", "2", "--splits", "5",
        "--format", "json",
        cwd=repository.path,
    )  # fmt: skip

    assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr
    assert "attempts do not differ" not in first.stdout
    file = json.loads(second.stdout)
    assert file == json.loads(repository.read("mist-calibration.json"))
    assert [one["suite"] for one in file["suites"]] == ["lookup", "reversal"]
    assert file["suites"][0]["noise_floor"] > 0
    assert file["suites"][0]["alone"]["splits"] == 20


def test_a_calibration_that_costs_too_much_stops_and_leaves_the_old_file(repository: Repository) -> None:
    repository.write("mist-calibration.json", '{"version": 1}')

    done = mist_ci(*CALIBRATE, "--max-usd", "0.0001", cwd=repository.path)

    assert done.returncode == 3
    assert "the money ran out" in done.stderr
    assert "--max-usd" in done.stderr
    assert repository.read("mist-calibration.json") == '{"version": 1}'


def test_a_plan_after_a_run_knows_how_long_answers_are_and_how_they_spread(repository: Repository) -> None:
    repository.branch("light")
    repository.move_to("light")
    repository.commit()
    (report,) = repository.gate("light").results.rglob("report.json")

    done = mist_ci("plan", "--base", "main", "--report", str(report), cwd=repository.path)
    wrong = mist_ci("plan", "--report", "mist.yml", cwd=repository.path)
    missing = mist_ci("plan", "--report", "none.json", cwd=repository.path)

    assert done.returncode == 0, done.stderr
    assert "spread of arithmetic: sd 0." in done.stdout
    assert "as between base and light in the run of" in done.stdout
    assert "as in the run of" in done.stdout
    assert (wrong.returncode, missing.returncode) == (2, 2)
    assert "is no report of a gate" in wrong.stderr
    assert "MC101" in missing.stderr
