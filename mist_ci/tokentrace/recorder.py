"""The records of a run with their spans and alerts, written the moment that they are known."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from mist_ci.errors import MistError
from mist_ci.models.attempt import Attempt, Side
from mist_ci.models.message import Payload
from mist_ci.ports import World
from mist_ci.ports.clock import Clock
from mist_ci.ports.progress import Progress
from mist_ci.ports.results import ResultStore
from mist_ci.tokentrace.alerts import Alarm, Gauge
from mist_ci.tokentrace.spans import UNKNOWN, Attribute, Origin, Status, Tracer

FINISHED = "finished"
"""The outcome of a run that decides nothing."""


@dataclass
class Recorder:
    """Implements ports.ResultStore: what it is given goes to `store`, and the spans of each attempt right after it.

    So whatever ends the process, the spans of one attempt are missing at most. What was recorded stays in the spans,
    also where reports leave it out later.
    """

    store: ResultStore
    progress: Progress
    clock: Clock
    origins: dict[Side, Origin] = field(default_factory=dict)
    """Of those who are asked now."""
    about: Mapping[str, Attribute] = field(default_factory=dict)
    """What its run says of itself, once it has begun."""
    start_ns: int = 0
    """When the run began, in Unix nanoseconds."""
    _alarm: Alarm = field(default_factory=Alarm)

    def __post_init__(self) -> None:
        self._tracer = Tracer(self.store.run_id)

    @classmethod
    def create(cls, world: World, run_id: str) -> "Recorder":
        """One with a new store. Raises CouldNotRun MC309."""
        return cls(world.results.create(run_id), world.progress, world.clock)

    @property
    def run_id(self) -> str:
        """The store's."""
        return self.store.run_id

    @property
    def location(self) -> str:
        """The store's."""
        return self.store.location

    def record(self, attempt: Attempt) -> None:
        """The attempt, and its spans."""
        self.store.record(attempt)
        self.trace_one(attempt)

    def trace_one(self, attempt: Attempt) -> None:
        """Only its spans."""
        self.store.spans(self._tracer.attempt(attempt, self.origins.get(attempt.side, UNKNOWN)))

    def trace(self, imported: Iterable[Attempt]) -> None:
        """Only the spans of what another runner asked."""
        for one in imported:
            origin = self.origins.get(one.side, UNKNOWN)
            self.store.spans(self._tracer.attempt(one, origin, imported=True))

    def message(self, kind: str, payload: Payload) -> None:
        """As the store does."""
        self.store.message(kind, payload)

    def spans(self, lines: bytes) -> None:
        """As the store does."""
        self.store.spans(lines)

    def save(self, name: str, text: str) -> None:
        """As the store does."""
        self.store.save(name, text)

    def heed(self, gauges: Iterable[Gauge]) -> None:
        """Writes and shows the alerts that are new."""
        for alert in self._alarm.alerts(gauges):
            self.progress.say(f"{alert.level}: {alert.message}")
            self.store.message("trace.alert", alert.model_copy(update={"trace_id": self._tracer.trace_id}))

    @contextmanager
    def run(self, about: Mapping[str, Attribute]) -> Iterator[None]:
        """A run from here on. It ends with the block; an error that ends it is told in its span, and raised."""
        self.about, self.start_ns = about, self.clock.now_ns()
        try:
            yield
        except BaseException as error:
            outcome = error.code.value if isinstance(error, MistError) else type(error).__name__
            with suppress(MistError):  # a full disk does not hide what ended the run
                told = {**about, "mist.outcome": outcome, "mist.complete": False}
                self.end(self.start_ns, self.clock.now_ns(), told, "error")
            raise
        told = {**about, "mist.outcome": FINISHED, "mist.complete": True}
        self.end(self.start_ns, self.clock.now_ns(), told, "ok")

    def end(self, start_ns: int, end_ns: int, about: Mapping[str, Attribute], status: Status) -> None:
        """What is above the attempts, with its sums: the run is over, however it ended."""
        for lines in self._tracer.end(start_ns, end_ns, about, status):
            self.store.spans(lines)
