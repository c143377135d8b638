"""Claims: SQL over a ledger comes to what a report says, sees nothing but the ledger, and is told what was left out."""

import csv
import json
import sys
from collections.abc import Sequence
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from mist_ci.errors import Code, UsageError
from mist_ci.models.message import TraceAlert, encode
from tests.unit.cli.test_trace import FIRST, SECOND, loaded, place, trace

pytest.importorskip("duckdb")
__all__ = ["place"]


def asked(sql: str, *more: str) -> list[dict[str, Any]]:
    rows = loaded("query", sql, *more)["rows"]
    assert isinstance(rows, list)
    return rows


def test_sql_comes_to_what_the_report_says() -> None:
    (whole,) = loaded("report", FIRST)["parts"]["run"]
    sums = "count(*) AS n, sum(calls)::BIGINT AS calls, sum(tokens_in)::BIGINT AS tokens_in, sum(cost_usd) AS cost_usd"
    (calls,) = asked(f"SELECT {sums} FROM calls WHERE run_id = '{FIRST}'")
    (run,) = asked(f"SELECT * FROM runs WHERE run_id = '{FIRST}'")
    for found in (calls, run):
        assert (found["calls"], found["tokens_in"]) == (whole["calls"], whole["tokens_in"])
        assert Decimal(found["cost_usd"]) == Decimal(whole["cost_usd"])
    assert [run["branch"] for run in asked("FROM runs ORDER BY started_at")] == ["main", "release/1"]
    (training,) = asked("SELECT tokens, cost_usd, base_model, month FROM trainings")
    assert (training["tokens"], training["cost_usd"], training["month"]) == (5768, "0.017304", "2026-09")


def test_every_shape_is_exact() -> None:
    sql = "SELECT 0.1::DECIMAL(38, 18) AS cost_usd, '=1' AS name, 1 AS name, [1] AS many, TRUE AS yes, NULL AS none"
    (row,) = asked(sql)
    assert row == {"cost_usd": "0.1", "name": "=1", "name:3": 1, "many": "[1]", "yes": True, "none": None}
    (cells,) = csv.DictReader(StringIO(trace("query", sql, "--format", "csv").stdout))
    assert (cells["cost_usd"], cells["name"], cells["none"]) == ("0.1", "'=1", "")
    assert "0.1" in trace("query", sql).stdout
    assert trace("query", sql, "--format", "markdown").stdout.startswith("| cost |")


def test_an_answer_that_is_too_large_for_memory_is_one_clear_error() -> None:
    with pytest.raises(UsageError, match="needs more memory than 400MB") as error:
        trace("query", "SELECT string_agg(repeat('x', 1000), '') FROM range(2000000)")
    assert error.value.code == Code.USAGE


def test_alerts_and_what_was_left_out_are_there() -> None:
    path = Path("mist-results") / FIRST / "trace.jsonl"
    trace_id = json.loads(path.read_bytes().splitlines()[0])["payload"]["trace_id"]
    alert = TraceAlert(
        level="warning", metric="eval_usd", value=0.8, threshold=0.8, message="80%", trace_id=trace_id
    )
    line = encode("0" * 32, "trace.alert", 1, alert)
    path.write_bytes(path.read_bytes() + line + b"\nnonsense\n" + b'{"version"')
    told = trace("query", "SELECT run_id, message FROM alerts", "--format", "json")
    assert json.loads(told.stdout)["rows"] == [{"run_id": FIRST, "message": "80%"}]
    assert "1 damaged" in told.stderr
    assert "cut off" in told.stderr


def test_money_with_more_digits_than_a_column_has_is_told() -> None:
    path = Path("mist-results") / FIRST / "trace.jsonl"
    text = path.read_bytes().replace(b'"cost_usd":"0.', b'"cost_usd":"0.00000000000000000000', 1)
    path.write_bytes(text.replace(b'"checksum": ', b'"checksum": 0, "was": '))
    told = trace("query", "SELECT count(*) FROM spans WHERE cost_usd IS NULL")
    assert "1 amounts have more than 18 digits" in told.stderr


ATTACKS = (
    *(
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_text('/etc/passwd')",
        "FROM '/etc/passwd'",
    ),
    *("SELECT * FROM glob('/etc/*')", "COPY spans TO 'stolen.csv'", "INSTALL httpfs", "ATTACH 'other.db'"),
    *("SELECT * FROM read_json('http://localhost:9/x')", "SET enable_external_access = true", "LOAD httpfs"),
    *("SELECT 1; COPY spans TO 'stolen.csv'", "EXPORT DATABASE 'stolen'", "DROP TABLE spans", "FROM names"),
    *("SELECT getenv('HOME')", "SELECT * FROM read_blob('mist-results/ledger.jsonl')", ""),
)


@pytest.mark.parametrize("sqls", [ATTACKS])
def test_sql_reaches_no_file_and_no_network_and_changes_nothing(sqls: Sequence[str]) -> None:
    before = sorted(Path().rglob("*"))
    names = [{"a": 1}]  # a variable of Python is no table
    for sql in sqls:
        with pytest.raises(UsageError) as caught:
            trace("query", sql)
        assert caught.value.code is Code.USAGE, sql
    assert sorted(Path().rglob("*")) == before
    assert names


def test_a_mistake_is_one_message_with_its_place() -> None:
    with pytest.raises(UsageError) as caught:
        trace("query", "SELECT model,\n nope\nFROM calls")
    assert str(caught.value).startswith("MC201 SQL:2: Binder Error: Referenced column")
    assert "(at `nope`)" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_without_the_extra_the_way_to_get_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(UsageError) as caught:
        trace("query", "SELECT 1")
    assert caught.value.code is Code.EXTRA_MISSING
    assert caught.value.hint == "pip install 'mist-ci[query]'"


def test_the_same_span_of_two_files_is_one_row() -> None:
    run = Path("mist-results") / SECOND
    copies = ["--from", str(run), "--from", str(run / "trace.jsonl"), "--from", "copy"]
    Path("copy").mkdir()
    (Path("copy") / "trace.jsonl").write_bytes((run / "trace.jsonl").read_bytes())
    (once,) = asked("SELECT count(*) AS n FROM spans", "--from", str(run))
    (twice,) = asked("SELECT count(*) AS n FROM spans", *copies)
    assert once == twice
