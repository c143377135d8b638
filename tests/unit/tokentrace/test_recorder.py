"""Claims: an attempt's spans are there the moment it is, whatever ends the run; alerts are told once and have a run."""

from contextlib import suppress
from decimal import Decimal

from mist_ci.errors import Code, CouldNotRun, MistError
from mist_ci.models.attempt import Attempt, Side
from mist_ci.models.message import TraceAlert, TraceSpan
from mist_ci.tokentrace import Gauge, Recorder
from tests.fakes import MemoryStore, RecordedProgress, spans_in, world
from tests.unit.gate.building import attempt, make_suite

SUITE = make_suite("skill", 3)


class Watched(MemoryStore):
    """Looks at itself after each write, as a reader of a killed run does."""

    behind: tuple[int, ...] = ()

    def record(self, attempt: Attempt) -> None:
        super().record(attempt)
        self._look()

    def spans(self, lines: bytes) -> None:
        super().spans(lines)
        self._look()

    def _look(self) -> None:
        written = sum(span.operation == "mist.attempt" for span in self.tree)
        self.behind = (*self.behind, len(self.attempts) - written)


def recorder(store: MemoryStore, progress: RecordedProgress | None = None) -> Recorder:
    outside = world()
    return Recorder(store, progress or outside.progress, outside.clock)


def kept(store: MemoryStore, end: Exception | None = None) -> TraceSpan:
    """The run's own span, after three attempts."""
    run = recorder(store)
    with suppress(MistError), run.run({"mist.gate": "release"}):
        for sample in SUITE.samples:
            run.record(attempt(SUITE, sample, Side.HEAD, 1.0))
        if end is not None:
            raise end
    (root,) = (span for span in store.tree if span.operation == "mist.run")
    return root


def test_the_spans_of_an_attempt_follow_it_and_nothing_is_more_than_one_behind() -> None:
    store = Watched("run")
    kept(store)
    assert store.behind[:6] == (1, 0, 1, 0, 1, 0)


def test_a_run_that_an_error_ends_has_its_sums_and_says_which_error_it_was() -> None:
    root = kept(MemoryStore("run"), CouldNotRun(Code.CANCELLED, "the run was stopped from outside"))
    assert root.status == "error"
    assert root.attrs["mist.outcome"] == Code.CANCELLED.value
    assert (root.attrs["calls"], root.attrs["cost_usd"]) == (3, "0.0003")
    whole = kept(MemoryStore("run"))
    assert (whole.status, whole.attrs["mist.outcome"]) == ("ok", "finished")


def test_an_alert_is_written_with_its_run_and_shown_once() -> None:
    store, progress = MemoryStore("run"), RecordedProgress()
    run = recorder(store, progress)
    run.record(attempt(SUITE, SUITE.samples[0], Side.HEAD, 1.0))
    for spent in ("0.85", "0.90", "1.00"):
        run.heed([Gauge("eval_usd", Decimal(spent), Decimal(1))])
    alerts = store.messages["trace.alert"]
    assert [one.level for one in alerts if isinstance(one, TraceAlert)] == ["warning", "critical"]
    assert {one.model_dump()["trace_id"] for one in alerts} == {spans_in(store.traced[0])[0].trace_id}
    assert progress.told == [
        ("say", "warning: eval_usd: $0.8500 of $1.0000 are used (85%)"),
        ("say", "critical: eval_usd: $1.0000 of $1.0000 are used up"),
    ]
