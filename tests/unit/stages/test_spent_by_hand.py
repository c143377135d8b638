"""Claims: whatever ends a calibration or a check of a judge, what it took is in its spans and in the ledger alike."""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import pytest

from mist_ci.adapters.kept_ledger import LedgerDirectory
from mist_ci.errors import Code, CouldNotRun
from mist_ci.matchspec import load, read, read_labels
from mist_ci.models.config import Gate, Policy
from mist_ci.models.ledger import KIND, LedgerRun
from mist_ci.models.modelref import ModelReference
from mist_ci.models.suite import ChatMessage, Suite
from mist_ci.ports.model_client import NoAnswer
from mist_ci.stages import Subject, calibrate
from mist_ci.stages.judge_check import check_judge
from mist_ci.tokentrace import Recorder, read_ledger
from tests.fakes import (
    Answer,
    FakeModels,
    InlineExecutor,
    MemoryStores,
    MemoryTree,
    SignalDuring,
    TickingClock,
    jsonl,
    world,
)
from tests.judging import JUDGE, contains, criteria_judge, longer, pair_judge

POLICY = Policy.model_validate_json(
    '{"version": 1, "providers": {"prod": {"type": "openai", "base_url": "https://llm.example.com/v1", "limits": '
    '{"connections": 2}, "prices": {"input_per_mtok": 500, "output_per_mtok": 2500, "as_of": "2026-11-01"}}}, '
    '"gates": {"release": {"branches": ["main"]}}}'
)
"""A cent for a call of 10 tokens in and 2 out."""
REFERENCE = ModelReference(version=1, provider="prod", model="bot-1")
NOW_NS = 1_800_000_000 * 10**9
SAMPLES = 12
CRITERIA = f"judge: {{provider: prod, model: {JUDGE}, criteria: ['Does it say yes?']}}"
PAIRS = f"pairwise: {{provider: prod, model: {JUDGE}}}"
Judge = Callable[[str, Sequence[ChatMessage]], Answer]


def suite(grader: str) -> Suite:
    rows = jsonl(f'{{"id": "q{number}", "input": "question {number}"}}' for number in range(SAMPLES))
    text = f"version: 1\nname: qa\ngraders:\n  - {grader}\ndata: qa.jsonl\n"
    return load(read(MemoryTree({"qa.yml": text, "qa.jsonl": rows}), "qa.yml"), InlineExecutor())


@dataclass
class Spending:
    """A run that somebody starts by hand, with a ledger that is kept."""

    kept: Path
    judge: Judge
    stop_after: int | None = None
    models: FakeModels = field(init=False)
    results: MemoryStores = field(default_factory=MemoryStores)

    def __post_init__(self) -> None:
        def answer(model: str, messages: Sequence[ChatMessage]) -> Answer:
            if self.is_stopped():
                time.sleep(0.06)  # until somebody looks whether a signal came
            return self.judge(model, messages) if model == JUDGE else f"yes, {self.paid}"

        self.models = FakeModels(answer)
        ledger = LedgerDirectory(self.kept, self.kept / "results", TickingClock())
        stop = SignalDuring(self.is_stopped)
        self.world = world(models=self.models, results=self.results, interrupts=stop, ledger=ledger)

    def is_stopped(self) -> bool:
        return self.stop_after is not None and self.paid >= self.stop_after

    @property
    def paid(self) -> int:
        return len(self.models.asked)

    def check(self, grader: str = CRITERIA, max_usd: str | None = None) -> None:
        asked, pairs = suite(grader), grader is PAIRS
        labels = [
            {"sample": f"q{number}", "output": f"yes {number} of it", "label": "better" if pairs else "pass"}
            | ({"other": "no"} if pairs else {})
            for number in range(SAMPLES)
        ]
        text = "\n".join(map(json.dumps, labels)).encode()
        told = read_labels(text, "labels.jsonl", asked, pairs=pairs)
        ceiling = None if max_usd is None else Decimal(max_usd)
        store = Recorder.create(self.world, "judge-1")
        with store.run({KIND: "judge check"}):
            check_judge(
                self.world, store, asked, asked.graders[0], told, POLICY, pass_from=0.5, ceiling_usd=ceiling
            )

    def calibrate(self, max_usd: str | None = None) -> None:
        subject = Subject("models/bot.yml", REFERENCE, "release", Gate(branches=("main",)), POLICY)
        store = Recorder.create(self.world, "calibrate-1")
        ceiling = None if max_usd is None else Decimal(max_usd)
        with store.run({KIND: "calibration"}):
            calibrate(self.world, store, subject, [suite(CRITERIA)], 2, ceiling, 2)

    @property
    def spent(self) -> LedgerRun:
        """What the ledger says, which is what the spans say, also of those who answered and who judged."""
        (mine,) = read_ledger(b"".join(self.results.only.traced).splitlines(keepends=True), NOW_NS).runs
        (found,) = read_ledger(
            (self.kept / "ledger.jsonl").read_bytes().splitlines(keepends=True), NOW_NS
        ).runs
        assert mine.flaws == found.flaws == []
        assert mine.total().figures == found.total().figures
        assert {name: one.figures for name, one in mine.by("side").items()} == {
            name: one.figures for name, one in found.by("side").items()
        }
        assert (mine.total().score is None) == (mine.kind == "judge check"), "labels say nothing of a model"
        for name in ("run_id", "kind", "start_ns", "status"):
            assert getattr(mine, name) == getattr(found, name)
        return found


@pytest.mark.parametrize("grader", [CRITERIA, PAIRS])
def test_a_check_is_in_the_ledger_as_a_judging_of_no_call(tmp_path: Path, grader: str) -> None:
    judge = pair_judge(longer) if grader is PAIRS else criteria_judge(contains)
    run = Spending(tmp_path, judge)
    run.check(grader)
    found = run.spent
    assert (found.kind, list(found.by("side")), list(found.by("model"))) == (
        "judge check", ["head (judging)"], [JUDGE],
    )  # fmt: skip
    assert (found.total().calls, found.total().cost.known_usd) == (run.paid, Decimal("0.01") * run.paid)
    assert not run.results.only.attempts, "people's labels are nobody's results"


def test_a_check_that_is_stopped_or_out_of_money_or_without_a_server_has_spent_what_it_paid(
    tmp_path: Path,
) -> None:
    judge = criteria_judge(contains)
    busy: list[Answer] = []

    def dying(model: str, messages: Sequence[ChatMessage]) -> Answer:
        busy.append("")
        gone = NoAnswer("refused", retries=0, server_gone=True, tried=("refused",), tried_s=((0.0, 0.1),))
        return judge(model, messages) if len(busy) <= 4 else gone

    endings = {
        Code.CANCELLED: (Spending(tmp_path / "a", judge, stop_after=5), None, 0),
        Code.NOT_COMPARABLE: (Spending(tmp_path / "b", judge), "5.2", 0),
        Code.SERVER_GONE: (Spending(tmp_path / "c", dying), None, 3),
    }
    for code, (run, max_usd, lost) in endings.items():
        with pytest.raises(CouldNotRun) as caught:
            run.check(max_usd=max_usd)
        assert caught.value.code is code
        total = run.spent.total()
        assert 0 < total.calls <= run.paid - lost
        assert total.calls < SAMPLES
        assert sum(one.attrs.get("reason") == "refused" for one in run.results.only.tree) == lost


def test_a_calibration_is_in_the_ledger_with_its_judge_whatever_ends_it(tmp_path: Path) -> None:
    judge = criteria_judge(contains)
    whole, poor = Spending(tmp_path / "a", judge), Spending(tmp_path / "b", judge)
    stopped = Spending(tmp_path / "c", judge, stop_after=5)
    whole.calibrate()
    for run, max_usd in ((poor, "10.4"), (stopped, None)):
        with pytest.raises(CouldNotRun):
            run.calibrate(max_usd)
    for run in (whole, poor, stopped):
        found = run.spent
        assert found.kind == "calibration"
        assert list(found.by("side")) == ["head", "head (judging)"]
        assert 0 < found.total().calls <= run.paid
    assert whole.spent.total().calls == whole.paid == 2 * 2 * SAMPLES
