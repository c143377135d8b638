"""Claims: a calibration asks afresh, measures from whole runs only, and writes down what it was measured on."""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal

import pytest

from mist_ci.errors import Code, CouldNotRun
from mist_ci.matchspec import load, read
from mist_ci.models.config import Gate, Policy
from mist_ci.models.modelref import ModelReference
from mist_ci.models.suite import ChatMessage, Suite
from mist_ci.ports.model_client import NoAnswer
from mist_ci.stages import Calibrated, Subject, calibrate
from mist_ci.tokentrace import Recorder
from tests.fakes import (
    Answer,
    FakeModels,
    InlineExecutor,
    MemoryTree,
    RecordedProgress,
    jsonl,
    world,
)

REFERENCE = ModelReference(version=1, provider="prod", model="bot-1")
POLICY = Policy.model_validate_json(
    '{"version": 1, "providers": {"prod": {"type": "openai", "base_url": "https://llm.example.com/v1", "prices": '
    '{"input_per_mtok": 1000, "output_per_mtok": 0, "as_of": "2026-11-01"}}}, '
    '"gates": {"release": {"branches": ["main"]}}}'
)
SPLITS = 20
SUBJECT = Subject("models/bot.yml", REFERENCE, "release", Gate(branches=("main",)), POLICY)


def suite(samples: int = 60, name: str = "qa", header: str = "") -> Suite:
    rows = jsonl(f'{{"input": "{name} {number}", "expected": "yes"}}' for number in range(samples))
    text = f"version: 1\nname: {name}\ngraders: [exact]\ndata: qa.jsonl\n{header}"
    return load(read(MemoryTree({"s/qa.yml": text, "s/qa.jsonl": rows}), "s/qa.yml"), InlineExecutor())


def always(_model: str, _messages: Sequence[ChatMessage]) -> Answer:
    return "yes"


def wavering() -> Callable[[str, Sequence[ChatMessage]], Answer]:
    """Every third answer is wrong, whichever question it is."""
    asked = iter(range(10**6))
    return lambda _model, _messages: "no" if next(asked) % 3 == 0 else "yes"


def calibrated(
    *suites: Suite,
    models: FakeModels | None = None,
    attempts: int = 4,
    ceiling_usd: Decimal | None = None,
    progress: RecordedProgress | None = None,
) -> Calibrated:
    looked = world(models=models or FakeModels(always), progress=progress)
    return calibrate(looked, Recorder.create(looked, "run"), SUBJECT, suites, attempts, ceiling_usd, SPLITS)


def test_every_sample_is_asked_so_many_times_and_progress_is_told() -> None:
    models, progress = FakeModels(always), RecordedProgress()
    found = calibrated(suite(60), models=models, attempts=3, progress=progress)
    assert len(models.asked) == found.spend.calls == 180
    assert progress.steps() == 180 + SPLITS


def test_a_model_that_never_wavers_has_no_noise_and_raises_no_alarm() -> None:
    found = calibrated(suite(60))
    (one,) = found.suites
    assert (one.mean, one.noise_floor, one.within_variance, one.sd_noise) == (1, 0, 0, 0)
    assert one.is_noiseless
    assert (found.gate.regressed, found.gate.not_proven, found.gate.blocked) == (0, 0, 0)


@pytest.mark.slow
def test_a_wavering_model_has_the_noise_that_it_has() -> None:
    found = calibrated(suite(90), models=FakeModels(wavering()), attempts=4)
    (one,) = found.suites
    assert one.mean == pytest.approx(2 / 3, abs=0.01)
    assert not one.is_noiseless
    assert one.within_variance == pytest.approx(
        one.noise_floor, abs=1e-6
    )  # of pass/fail answers they are equal
    assert one.alone.not_proven > SPLITS / 2
    assert found.gate.regressed <= SPLITS / 4


def test_what_was_measured_on_what_is_written_down() -> None:
    asked = suite(60, header="attempts: {base: 5, head: 1}\n")
    (one,) = calibrated(asked, attempts=4).suites
    assert (one.suite, one.suite_digest, one.samples, one.attempts) == ("qa", asked.digest, 60, 4)
    assert (one.reference, one.model, one.model_digest) == ("models/bot.yml", "bot-1", REFERENCE.digest)
    assert one.measured_on == date(2026, 11, 20)
    assert (one.alone.splits, one.alone.base_attempts, one.alone.head_attempts) == (SPLITS, 3, 1)
    assert (one.tokens_in, one.tokens_out) == (10, 2)


@pytest.mark.slow
def test_suites_are_in_order_whatever_order_they_came_in() -> None:
    first, second = suite(20, "a"), suite(20, "b")
    assert calibrated(first, second).suites == calibrated(second, first).suites


def test_the_money_that_runs_out_measures_nothing() -> None:
    with pytest.raises(CouldNotRun, match="the money ran out after") as caught:
        calibrated(suite(60), ceiling_usd=Decimal("0.5"))
    assert caught.value.hint is not None
    assert "--max-usd" in caught.value.hint


def test_a_server_that_is_gone_ends_it_and_too_many_missing_answers_do_too() -> None:
    gone = FakeModels(lambda _model, _messages: NoAnswer("refused", retries=1, server_gone=True))
    busy = FakeModels(lambda _model, _messages: NoAnswer("HTTP 503", retries=1, server_gone=False))
    for models, code in ((gone, Code.SERVER_GONE), (busy, Code.NOT_COMPARABLE)):
        with pytest.raises(CouldNotRun) as caught:
            calibrated(suite(20), models=models)
        assert caught.value.code == code
