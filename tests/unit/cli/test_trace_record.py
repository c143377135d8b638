"""Claims: a training is kept once, tied to its data, held against its estimate, and told when it was bought before."""

import json
import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from mist_ci.adapters import ledger as ledger_files
from mist_ci.adapters.sources import Opener, open_paths
from mist_ci.adapters.training_files import read_training_file
from mist_ci.cli import cli
from mist_ci.errors import Code, ConfigError, CouldNotRun, ExitCode, UsageError
from mist_ci.models.message import encode
from mist_ci.models.report import TrainingEstimate
from mist_ci.schemaflux import data_hash
from mist_ci.tokentrace import estimate_span
from tests.unit.tokentrace.test_trainers import OPENAI, STATE

ROW = b'{"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]}\n'


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "train.jsonl").write_bytes(ROW)
    (tmp_path / "sft.yaml").write_text("epochs: 3\n")
    write("job.json", OPENAI)
    return tmp_path


def write(name: str, content: object) -> Path:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))
    return path


def record(*arguments: str) -> Result:
    told = CliRunner().invoke(cli, ["trace", "record", *arguments], standalone_mode=False)
    if told.exception is not None:
        raise told.exception
    return told


def training(*arguments: str) -> dict[str, Any]:
    (one,) = json.loads(record(*arguments, "--format", "json").stdout)["trainings"]
    assert isinstance(one, dict)
    return one


TIED = ("job.json", "--data", "data/train.jsonl", "--config", "sft.yaml")


def test_a_training_is_tied_to_the_data_as_schemaflux_hashes_it() -> None:
    attrs = training(*TIED, "--price-per-mtok", "3")["attrs"]
    with Opener() as opener:
        (source,) = open_paths(opener, [Path("data/train.jsonl")])
        assert attrs["mist.data_hash"] == data_hash([source])  # type: ignore[list-item]
    assert attrs["mist.config_hash"].startswith("sha256:")
    assert Decimal(attrs["cost_usd"]) == Decimal("0.017304")
    assert attrs["training.base_model"] == OPENAI["model"]


def test_the_same_file_twice_is_one_training() -> None:
    assert training(*TIED)["recorded"] is True
    assert training(*TIED)["recorded"] is False
    told = record("job.json")
    assert "was there already" in told.stdout
    assert len(Path("mist-results/ledger.jsonl").read_bytes().splitlines()) == 1
    assert "recorded before with other" in record("job.json", "--cost", "2").stderr


def test_the_same_training_bought_again_is_told() -> None:
    first = training(*TIED)
    write("again.json", {**OPENAI, "id": "ftjob-second"})
    again = training("again.json", *TIED[1:])
    assert again["duplicates"] == [first["run_id"]]
    write("other.json", {**OPENAI, "id": "ftjob-third"})
    assert training("other.json", "--data-hash", "sha256:" + "0" * 64)["duplicates"] == []
    assert "were trained before" in record("again.json", *TIED[1:]).stdout


def test_the_estimate_of_a_run_is_held_against_what_it_took() -> None:
    found = training(*TIED, "--cost", "1.50")
    estimate = TrainingEstimate(
        dataset="d", tokens=5000, token_basis="counted", epochs=4, cost_usd=Decimal("1.5"),
        usd_least=Decimal("1.4"), usd_most=Decimal("1.6"),
    )  # fmt: skip
    span = estimate_span("run-1", estimate, found["attrs"]["mist.data_hash"], 1, 2)
    run = Path("mist-results/run-1/trace.jsonl")
    run.parent.mkdir()
    run.write_bytes(encode("0" * 32, "trace.span", 1, span) + b"\n")
    told = training(*TIED, "--cost", "1.50")["estimate"]
    assert "5,000 tokens estimated, 5,768 trained (+15.4%)" in told
    assert "within the range" in told


def test_a_directory_stands_for_its_state_or_its_last_checkpoint() -> None:
    write("out/checkpoint-9/trainer_state.json", {**STATE, "global_step": 9})
    write("out/checkpoint-10/trainer_state.json", {**STATE, "global_step": 10})
    write("out/checkpoint-10/adapter_config.json", {"base_model_name_or_path": "meta/llama"})
    attrs = training("out")["attrs"]
    assert (attrs["training.steps"], attrs["training.base_model"]) == (10, "meta/llama")
    assert attrs["training.status"] == "incomplete"
    write("out/trainer_state.json", STATE)
    assert training("out")["attrs"]["training.steps"] == 120


def test_a_place_without_a_training_is_an_error() -> None:
    for path in ("nothing.json", "data"):
        with pytest.raises(ConfigError) as caught:
            read_training_file(Path(path))
        assert caught.value.code is Code.FILE_MISSING
    os.mkfifo("pipe")
    with pytest.raises(ConfigError, match="regular"):
        read_training_file(Path("pipe"))


def test_a_tail_that_was_cut_off_is_closed_and_told() -> None:
    record(*TIED)
    book = Path("mist-results/ledger.jsonl")
    whole = book.read_bytes()
    book.write_bytes(whole + whole[:100])
    write("again.json", {**OPENAI, "id": "ftjob-second"})
    told = record("again.json")
    assert "cut off" in told.stderr
    assert book.read_bytes().startswith(whole + whole[:100] + b"\n{")
    assert training("again.json")["recorded"] is False


def test_nothing_is_written_through_a_link() -> None:
    Path("mist-results").mkdir()
    Path("mist-results/ledger.jsonl").symlink_to("/etc/passwd.mist")
    with pytest.raises(CouldNotRun) as caught:
        ledger_files.append(Path("mist-results/ledger.jsonl"), [b"{}"])
    assert caught.value.code is Code.CANNOT_WRITE


@pytest.mark.parametrize("arguments", [
    ("job.json", "--data", "data/train.jsonl", "--data-hash", "sha256:0"),
    ("job.json", "--cost", "1", "--gpu-price", "2"),
    ("table.csv", "--cost", "1"),
])  # fmt: skip
def test_a_command_line_that_contradicts_itself_is_an_error(arguments: tuple[str, ...]) -> None:
    Path("table.csv").write_text("base_model,tokens\nm,1\nm,2\n")
    with pytest.raises(UsageError) as caught:
        record(*arguments)
    assert caught.value.exit_code is ExitCode.CONFIG


@pytest.mark.parametrize(("table", "field", "told"), [
    ("base_model,tokens,finished_at\nllama,5,2999-01-01T00:00:00Z\n", "finished_at", "is in the future"),
    ("tokens,cost\n5,1\n", "base_model", "is missing"),
])  # fmt: skip
def test_what_cannot_be_is_refused_with_its_field(table: str, field: str, told: str) -> None:
    Path("odd.csv").write_text(table)
    with pytest.raises(ConfigError) as caught:
        record("odd.csv")
    assert caught.value.where is not None
    assert (caught.value.where.field, caught.value.message) == (field, told)
    assert not Path("mist-results/ledger.jsonl").exists()
