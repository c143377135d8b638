"""Claims: what trainers leave is read as it is, and what cannot be used is one error with its place and a next step."""

import json
from decimal import Decimal
from typing import Any

import pytest

from mist_ci.errors import Code, ConfigError, UsageError
from mist_ci.models.result_file import ResultFile
from mist_ci.models.training import Training, TrainingCost, TrainingStatus
from mist_ci.tokentrace import Rates, Ties, hash_of, priced, read_training, tied, training_span

STATE: dict[str, Any] = {
    "epoch": 3.0,
    "global_step": 120,
    "max_steps": 120,
    "num_input_tokens_seen": 51_234,
    "total_flos": 1.25e18,
    "log_history": [{"loss": 1.2, "step": 10}, {"train_runtime": 7200.0, "train_loss": 0.4, "step": 120}],
}
OPENAI: dict[str, Any] = {
    "object": "fine_tuning.job",
    "id": "ftjob-abc123",
    "model": "gpt-4o-mini-2024-07-18",
    "created_at": 1_790_000_000,
    "finished_at": 1_790_003_600,
    "estimated_finish": None,
    "fine_tuned_model": "ft:gpt-4o-mini-2024-07-18:acme::7p4lURel",
    "status": "succeeded",
    "trained_tokens": 5768,
    "training_file": "file-abc123",
    "hyperparameters": {"n_epochs": 4, "batch_size": 1},
    "error": {},
}
TOGETHER: dict[str, Any] = {
    "id": "ft-01234567",
    "status": "completed",
    "model": "meta-llama/Llama-2-7b-hf",
    "model_output_name": "me/Llama-2-7b-hf-support",
    "created_at": "2026-05-17T17:35:45.123Z",
    "updated_at": "2026-05-17T18:46:23.456Z",
    "total_price": 4_250_000_000,
    "token_count": 850_000,
    "n_epochs": 3,
    "training_file": "file-0123",
    "events": [{"type": "JOB_PENDING", "message": "waiting"}],
}
TABLE = (
    "base_model,tokens,cost,currency,data_hash\nllama-3,1000,1.10,USD,sha256:aa\nllama-3,,2.20,,sha256:bb\n"
)


def file(content: object, path: str = "job.json") -> ResultFile:
    return ResultFile(path, content.encode() if isinstance(content, str) else json.dumps(content).encode())


def only(content: object) -> Training:
    (found,) = read_training(file(content))
    return found


def refused(content: object) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        read_training(file(content))
    assert caught.value.code is Code.BAD_TRACE
    assert caught.value.hint
    assert caught.value.where is not None
    assert caught.value.where.file == "job.json"
    return caught.value


def test_a_hugging_face_run_has_tokens_time_and_work() -> None:
    found = only(STATE)
    assert (found.trainer, found.status) == ("hugging-face", TrainingStatus.SUCCEEDED)
    assert (found.tokens, found.steps, found.epochs) == (51_234, 120, Decimal(3))
    assert (found.runtime_s, found.flops) == (Decimal(7200), Decimal("1.25e18"))


@pytest.mark.parametrize(("state", "tokens"), [
    ({"num_input_tokens_seen": 0}, None),
    ({"num_input_tokens_seen": 0, "log_history": [{"num_tokens": 900.0}, {"train_runtime": 2.5}]}, 900),
])  # fmt: skip
def test_tokens_that_a_trainer_did_not_count_are_unknown_and_not_zero(
    state: dict[str, Any], tokens: int | None
) -> None:
    assert only({**STATE, **state}).tokens == tokens


def test_a_run_that_stopped_early_is_incomplete() -> None:
    assert only({**STATE, "max_steps": 200}).status is TrainingStatus.INCOMPLETE
    assert only({**STATE, "max_steps": 0, "log_history": []}).status is TrainingStatus.INCOMPLETE


def test_not_a_number_in_a_log_of_losses_is_nothing_to_us() -> None:
    text = json.dumps({**STATE, "log_history": [{"grad_norm": float("nan")}, *STATE["log_history"]]})
    assert "NaN" in text
    assert only(text).tokens == 51_234


def test_an_openai_job_has_billed_tokens_and_no_cost() -> None:
    found = only(OPENAI)
    assert (found.trainer, found.job, found.tokens, found.epochs) == (
        "openai",
        "ftjob-abc123",
        5768,
        Decimal(4),
    )
    assert found.end_ns == 1_790_003_600 * 10**9
    assert (found.cost_usd, found.cost_basis, found.error) == (None, TrainingCost.UNKNOWN, None)


def test_epochs_of_an_openai_job_may_be_in_its_method_or_auto() -> None:
    moved = {"type": "supervised", "supervised": {"hyperparameters": {"n_epochs": 2}}}
    assert only({**OPENAI, "hyperparameters": None, "method": moved}).epochs == 2
    assert only({**OPENAI, "hyperparameters": {"n_epochs": "auto"}}).epochs is None
    assert only({**OPENAI, "hyperparameters": {"n_epochs": -1}}).epochs is None  # Azure


def test_a_together_job_says_its_price_in_billionths() -> None:
    found = only(TOGETHER)
    assert (found.trainer, found.tokens, found.cost_usd) == ("together", 850_000, Decimal("4.25"))
    assert found.cost_basis is TrainingCost.REPORTED
    assert found.end_ns is not None
    assert found.end_ns % 10**9 == 456_000_000


@pytest.mark.parametrize(("job", "status", "error"), [
    ({**OPENAI, "status": "failed", "trained_tokens": None, "error": {"code": "x", "message": "bad file"}},
     TrainingStatus.FAILED, "bad file"),
    ({**OPENAI, "status": "cancelled", "trained_tokens": None}, TrainingStatus.CANCELLED, None),
    ({**TOGETHER, "status": "user_error", "token_count": None,
      "events": [{"type": "JOB_ERROR", "message": "no rows"}]}, TrainingStatus.FAILED, "no rows"),
    ({**TOGETHER, "status": "cancelled"}, TrainingStatus.CANCELLED, None),
])  # fmt: skip
def test_jobs_that_failed_or_were_cancelled_are_kept_as_such(
    job: dict[str, Any], status: TrainingStatus, error: str | None
) -> None:
    found = only(job)
    assert (found.status, found.error) == (status, error)
    assert training_span(found, 1).status == "error"


def test_a_table_has_a_training_in_each_row() -> None:
    first, second = read_training(file(TABLE))
    assert (first.tokens, first.cost_usd, first.data_hash) == (1000, Decimal("1.10"), "sha256:aa")
    assert (second.tokens, second.cost_usd) == (None, Decimal("2.20"))
    assert training_span(first, 1).trace_id != training_span(second, 1).trace_id
    assert only({"base_model": "m", "gpu_hours": 2.5}).gpu_hours == Decimal("2.5")


@pytest.mark.parametrize(("content", "field", "said"), [
    ({**STATE, "global_step": -1}, "global_step", "negative"),
    ({**STATE, "num_input_tokens_seen": -5}, "num_input_tokens_seen", "negative"),
    ({**STATE, "num_input_tokens_seen": 1.5}, "num_input_tokens_seen", "whole number"),
    ({**STATE, "epoch": "many"}, "epoch", "number"),
    ({**STATE, "log_history": [{"train_runtime": float("inf")}]}, "log_history[0].train_runtime", "finite"),
    ({**STATE, "log_history": 3}, "log_history", "list"),
    ({**OPENAI, "trained_tokens": None}, "trained_tokens", "missing"),
    ({**OPENAI, "trained_tokens": -1}, "trained_tokens", "negative"),
    ({**OPENAI, "status": "running"}, "status", "not ended"),
    ({**OPENAI, "status": None}, "status", "missing"),
    ({**OPENAI, "finished_at": 1_700_000_000}, "finished_at", "before"),
    ({**OPENAI, "created_at": 5}, "created_at", "before the year 2000"),
    ({"base_model": "m", "cost": 1, "finished_at": "1960-01-01"}, "finished_at", "before the year 2000"),
    ({"base_model": "m", "cost": 10**12}, "cost", "less than $1,000,000,000,000"),
    ({**TOGETHER, "status": "uploading"}, "status", "not ended"),
    ({**TOGETHER, "updated_at": "yesterday"}, "updated_at", "time"),
    ({"base_model": "m", "tokens": 1, "colour": "red"}, "colour", "nobody knows"),
    ({"base_model": "m", "tokens": 1, "status": "fine"}, "status", "no way"),
    ({"base_model": "m", "tokens": ""}, "tokens", "missing"),
    ({"base_model": "m", "cost": 3, "currency": "EUR"}, "currency", "US dollars"),
    ({"object": "list", "data": [OPENAI, {**OPENAI, "id": None}]}, "[1].id", "missing"),
    ('{"base_model": "m", "cost": 1, "cost": 2}', "cost", "twice"),
])  # fmt: skip
def test_a_field_that_cannot_be_used_is_named(content: object, field: str, said: str) -> None:
    error = refused(content)
    assert error.where is not None
    assert error.where.field == field
    assert said in error.message


@pytest.mark.parametrize(("content", "line", "said"), [
    ('{"a":\n1', 2, "no JSON"),
    ("base_model,tokens\nm,1,2\n", 2, "cells"),
    ("base_model,tokens\nm,-1\n", 2, "negative"),
    ("base_model,cost\nm,1e999999999\n", 2, "beyond any training"),
    ("base_model,tokens,tokens\nm,1,2\n", 1, "more than once"),
    ("Base_Model,tokens\nm,1\n", 1, "'base_model'"),
    (TABLE + "llama-3,5,1,EUR,\n", 4, "two currencies"),
    ('base_model,tokens\nm,"1\n', None, "CSV"),
])  # fmt: skip
def test_a_line_that_cannot_be_used_is_named(content: str, line: int | None, said: str) -> None:
    error = refused(content)
    assert error.where is not None
    assert line is None or error.where.line == line
    assert said in error.message


@pytest.mark.parametrize(
    "content", ["", "{}", "[]", "[1]", "name,score\na,1\n", '{"loss": 3}', "[" * 100_000]
)
def test_what_nobody_knows_is_refused(content: str) -> None:
    refused(content)


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(ConfigError, match="UTF-8"):
        read_training(ResultFile("x", b"\xff\xfe{}"))


def test_hours_of_gpus_cost_their_price() -> None:
    state = only(STATE)
    by_time = priced(state, Rates(gpus=4, gpu_price=Decimal("2.10")), "f")
    assert (by_time.gpu_hours, by_time.cost_usd) == (Decimal(8), Decimal("16.8"))
    assert by_time.cost_basis is TrainingCost.GPU_HOURS
    given = priced(state, Rates(gpu_hours=Decimal("1.5"), gpu_price=Decimal(2)), "f")
    assert given.cost_usd == 3
    assert priced(only(OPENAI), Rates(gpus=2, gpu_price=Decimal(1)), "f").gpu_hours == 2


def test_tokens_cost_their_price_exactly() -> None:
    found = priced(only(OPENAI), Rates(price_per_mtok=Decimal("3.00")), "f")
    assert (found.cost_usd, found.cost_basis) == (Decimal("0.017304"), TrainingCost.TOKENS)
    assert training_span(found, 1).attrs["cost_usd"] == "0.017304"


def test_one_cost_and_no_second_one() -> None:
    with pytest.raises(UsageError, match="both"):
        priced(only(OPENAI), Rates(cost=Decimal(1), gpu_price=Decimal(1)), "f")
    with pytest.raises(UsageError, match="both"):
        priced(only(STATE), Rates(gpu_hours=Decimal(1), gpus=1), "f")
    with pytest.raises(ConfigError, match="itself says"):
        priced(only(TOGETHER), Rates(cost=Decimal(1)), "f")


@pytest.mark.parametrize(
    "rates", [Rates(price_per_mtok=Decimal(1)), Rates(gpu_price=Decimal(1)), Rates(gpus=2)]
)
def test_a_price_without_what_it_multiplies_is_an_error(rates: Rates) -> None:
    bare = only({**STATE, "num_input_tokens_seen": 0, "log_history": []})
    with pytest.raises(ConfigError, match="missing"):
        priced(bare, rates, "f")


def test_a_file_that_says_something_else_than_the_command_line_is_an_error() -> None:
    with pytest.raises(ConfigError, match="command line"):
        tied(only(OPENAI), Ties(base_model="gpt-4o"), "f")
    assert tied(only(STATE), Ties(base_model="llama"), "f").base_model == "llama"


def test_the_same_file_is_the_same_span() -> None:
    assert training_span(only(OPENAI), 1).span_id == training_span(only(OPENAI), 2).span_id
    assert hash_of([b"a", b"b"]) != hash_of([b"ab"])


def test_a_training_is_itself_however_its_file_is_written() -> None:
    def spans(content: object, **more: str) -> list[str]:
        return [
            training_span(tied(one, Ties(**more), "f"), 1).trace_id for one in read_training(file(content))
        ]

    assert spans(OPENAI) == spans(json.dumps({**OPENAI, "metadata": None}, indent=4))
    assert spans(STATE) == spans(STATE, base_model="llama")
    assert spans(TABLE) == spans(TABLE + "llama-3,7,1,USD,\n")[:2]
    costs = spans("base_model,cost\nm,1\nm,2\n")
    assert costs[0] != costs[1]


def test_a_name_of_two_lines_in_a_table_keeps_both() -> None:
    assert only('base_model,tokens\n"a\nb",1\n').base_model == "a\nb"


def test_a_page_of_togethers_jobs_is_a_list_of_them() -> None:
    assert only({"data": [TOGETHER]}).job == "ft-01234567"
    told = [{"type": "job_user_error", "message": "bad file"}]
    assert only({**TOGETHER, "status": "user_error", "events": told}).error == "bad file"
