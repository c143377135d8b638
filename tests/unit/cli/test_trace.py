"""Claims: runs are listed, shown in parts and compared with exact sums; names that nothing has are errors."""

import csv
import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from msgspec.structs import replace

from mist_ci.cli import cli
from mist_ci.errors import Code, ConfigError, UsageError
from mist_ci.models.message import TraceAlert, encode
from mist_ci.tokentrace.span_ids import hex_of
from tests.unit.tokentrace.test_ledger import some
from tests.unit.tokentrace.test_trainers import OPENAI
from tests.unit.tokentrace.trees import spans

FIRST, SECOND = "20261126T120000Z-aaaaaaaa", "20261126T130000Z-bbbbbbbb"
START = 1_790_000_000 * 10**9


def keep(run_id: str, times: int, start_ns: int) -> None:
    attempts = [replace(one, tokens_in=one.tokens_in * times) for one in some()]
    path = Path("mist-results") / run_id / "trace.jsonl"
    path.parent.mkdir(parents=True)
    about = {"mist.branch": "main" if times == 1 else "release/1", "mist.commit": "c0ffee" * 6}
    about["mist.tokens"] = f"tokens in {times}% above\n+5.0 by another tokenizer"
    about |= {"mist.gate": "release"} if times == 1 else {}
    tree = spans(run_id, attempts, start_ns, start_ns + 10**9, about)
    path.write_bytes(b"".join(encode("0" * 32, "trace.span", 1, span) + b"\n" for span in tree))


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    keep(FIRST, 1, START)
    keep(SECOND, 3, START + 10**12)
    Path("job.json").write_text(json.dumps({**OPENAI, "created_at": 1_790_002_000}))
    trace("record", "job.json", "--price-per-mtok", "3")
    return tmp_path


def trace(*arguments: str) -> Result:
    told = CliRunner().invoke(cli, ["trace", *arguments], standalone_mode=False)
    if told.exception is not None:
        raise told.exception
    return told


def loaded(*arguments: str) -> Any:
    return json.loads(trace(*arguments, "--format", "json").stdout)


def test_runs_and_trainings_are_listed_oldest_first() -> None:
    runs = loaded("list")["runs"]
    assert [run["kind"] for run in runs] == ["evaluation", "evaluation", "training"]
    assert [run["run"] for run in runs[:2]] == [FIRST, SECOND]
    assert runs[2]["tokens"] == 5768
    assert runs[2]["cost_usd"] == "0.017304"
    assert "5,768" in trace("list").stdout


def test_a_list_is_as_short_as_asked_for() -> None:
    assert [run["run"] for run in loaded("list", "--branch", "release/1")["runs"]] == [SECOND]
    assert [run["kind"] for run in loaded("list", "--kind", "training")["runs"]] == ["training"]
    assert [run["run"] for run in loaded("list", "--kind", "evaluation", "--last", "1")["runs"]] == [SECOND]


def test_a_whole_ledger_is_shown_in_parts() -> None:
    listed = loaded("list")["runs"]
    for by in ("iteration", "branch", "model", "suite", "month", "pull-request"):
        parts = loaded("report", "--by", by)["parts"]
        assert sum(part["calls"] for part in parts) == sum(run["calls"] for run in listed)
        assert sum(part["trainings"] for part in parts) == 1
    assert "0.0173" in trace("report", "--by", "branch", "--format", "csv").stdout
    (part,) = loaded("report", FIRST, "--by", "branch")["parts"]
    assert (part["branch"], part["score"]) == ("main", 1.0)
    assert "by month" in trace("report", "--by", "month").stdout


def test_filters_are_those_of_runs() -> None:
    for options, runs in (
        (["--gate", "release"], [FIRST]),
        (["--model", "assistant-2", "--last", "1"], [SECOND]),
        (["--model", "nobody"], []),
        (["--since", "2026-09-21", "--kind", "evaluation"], [FIRST, SECOND]),
        (["--since", "2026-09-21T14:20:00", "--kind", "evaluation"], [SECOND]),
    ):
        assert [run["run"] for run in loaded("list", *options)["runs"]] == runs
    assert loaded("report", "--gate", "release")["run"] == FIRST


def test_every_part_of_a_report_comes_to_the_whole() -> None:
    parts = loaded("report", FIRST)["parts"]
    (whole,) = parts["run"]
    for part in ("suite", "side", "model"):
        for figure in ("calls", "tokens_in", "tokens_out"):
            assert sum(row[figure] for row in parts[part]) == whole[figure]
    rows = list(csv.DictReader(StringIO(trace("report", FIRST, "--format", "csv").stdout)))
    assert sum(int(row["tokens_in"]) for row in rows) == whole["tokens_in"]


def test_a_report_shows_the_alerts_of_its_run_and_no_export_stumbles_over_them() -> None:
    alert = TraceAlert(
        level="warning", metric="eval_usd", value=0.8, threshold=1, message="80% of $1",
        trace_id=hex_of(32, FIRST),
    )  # fmt: skip
    with (Path("mist-results") / FIRST / "trace.jsonl").open("ab") as file:
        file.write(encode("0" * 32, "trace.alert", 1, alert) + b"\n")
    (shown,) = loaded("report", FIRST)["parts"]["alerts"]
    assert (shown["level"], shown["message"]) == ("warning", "80% of $1")
    assert "80% of $1" in trace("report", FIRST).stdout
    assert "80% of $1" not in trace("export", "--to", "csv").stdout
    assert trace("export", "--to", "csv").stderr == ""


def test_a_report_reads_well_in_text_and_markdown() -> None:
    text = trace("report", FIRST).stdout
    assert "by suite" in text
    assert "tokens cached" not in text
    assert "| <code>head</code> |" in trace("report", FIRST, "--format", "markdown").stdout


def test_what_sums_do_not_tell_of_tokens_is_a_sentence_below() -> None:
    told = trace("report", FIRST).stdout.splitlines()
    assert told[-2:] == ["tokens in 1% above", "+5.0 by another tokenizer"]
    assert "* <code>tokens in 1% above</code>" in trace("report", FIRST, "--format", "markdown").stdout
    assert "tokenizer" not in trace("report", FIRST, "--format", "csv").stdout
    assert f"{SECOND}: tokens in 3% above" in trace("diff", FIRST, SECOND).stdout


def test_a_training_has_a_report_too() -> None:
    told = loaded("report", "training-")
    assert told["parts"]["run"][0]["tokens"] == 5768
    assert "gpt-4o-mini" in trace("report", "training-").stdout
    assert "5768" in trace("report", "training-", "--format", "csv").stdout


def test_a_difference_has_both_sides_and_the_change() -> None:
    changes = loaded("diff", FIRST, SECOND)["changes"]
    tokens = next(row for row in changes if row["part"] == "run" and row["figure"] == "tokens_in")
    assert tokens["second"] == 3 * tokens["first"]
    assert tokens["change"] == 2 * tokens["first"]
    assert tokens["change_percent"] == "+200.0%"
    assert "+200.0%" in trace("diff", FIRST, SECOND).stdout
    assert {row["part"] for row in changes} == {"run", "suite", "side", "model"}


def test_the_beginning_of_an_id_is_enough_where_only_one_has_it() -> None:
    assert loaded("report", "20261126T13")["run"] == SECOND
    assert loaded("report")["run"].startswith("training-")
    for wanted in ("2026", "nothing"):
        with pytest.raises(UsageError) as caught:
            trace("report", wanted)
        assert caught.value.code is Code.UNKNOWN_NAME


def test_a_place_that_is_not_there_is_an_error_and_an_empty_one_is_not(tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        trace("list", "--from", "elsewhere")
    (tmp_path / "empty").mkdir()
    told = trace("list", "--from", "empty")
    assert "no span" in told.stderr


def test_a_torn_last_line_and_a_damaged_one_are_told() -> None:
    path = Path("mist-results") / FIRST / "trace.jsonl"
    whole = path.read_bytes()
    path.write_bytes(b"nonsense\n" + whole[:-30])
    told = trace("report", FIRST)
    assert "the last line was cut off" in told.stderr
    assert "1 damaged" in told.stderr
    assert "the calls" in told.stderr  # the sums above no longer agree, and that is said


def test_hostile_names_are_inert() -> None:
    path = Path("mist-results") / FIRST / "trace.jsonl"
    hostile = path.read_bytes().replace(b'"provider":"', b'"provider":"=cmd|x\\u001b[31m')
    Path("hostile.jsonl").write_bytes(hostile.replace(b'"checksum": ', b'"checksum": 0, "was": '))
    rows = trace("report", "--from", "hostile.jsonl", "--format", "csv").stdout
    assert "\x1b" not in rows
    assert ",=cmd" not in rows
