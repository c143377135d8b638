"""One job, from its event to what is told about it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from mist_ci.delivery import Judged, Statuses, deliver, worst_statuses
from mist_ci.errors import Code, CouldNotRun, ExitCode, MistError, cancelled, unexpected
from mist_ci.job.desk import Desk, Settings
from mist_ci.job.questions import Question, Questions, ask, questions
from mist_ci.job.verifying import bypassed, verify_status
from mist_ci.models.event import Mode, Occasion
from mist_ci.models.report import VERIFY, Report, Status
from mist_ci.pipeline import find_cases, run_gates
from mist_ci.ports.code_host import Pending


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a job. `troubles` are sentences about what could not be delivered."""

    exit_code: ExitCode
    reports: tuple[Report, ...] = ()
    statuses: tuple[Status | Pending, ...] = ()
    alarms: tuple[str, ...] = ()
    troubles: tuple[str, ...] = ()
    nothing: str | None = None
    """Why there was nothing to do."""


@dataclass
class Job:
    """`occasion` is not one to ignore, and `desk.to` is about the commit that it judges."""

    desk: Desk
    occasion: Occasion
    settings: Settings
    _announced: list[str] = field(default_factory=list)
    _troubles: list[str] = field(default_factory=list)

    def run(self) -> Result:
        """Judges whatever the event is about, and delivers. Raises MistError where not even a report can be made.

        Whatever stops it, no status stays pending: it becomes an error.
        """
        with self._abandoning():
            asked = questions(self.occasion, self.desk, self.settings)
            answers = {question: self._judge(question) for question in dict.fromkeys(asked.values())}
            judged = {number: answers[question] for number, question in asked.items()}
        reports = tuple(one for several in answers.values() for one in several)
        if not reports:
            return Result(ExitCode.PASSED, nothing=self._nothing(asked))
        with self.desk.world.interrupts.watched():  # a second signal must not tear the delivery apart
            return self._deliver(judged, reports)

    def finalize(self) -> Result:
        """Sets an error for every gate that this run was to judge and has not. Posts nothing where all is well."""
        desk = self.desk
        if desk.host is None:
            return Result(ExitCode.PASSED, nothing="without a token there is no status to look after")
        message = "the run ended without a verdict"
        ended = CouldNotRun(Code.CANCELLED, message, hint="look at its log, and run it again")
        posted, troubles = Statuses(desk.host, desk.to).abandon(self._labels(), ended)
        code = ExitCode.COULD_NOT_RUN if posted else ExitCode.PASSED
        nothing = None if posted else "every status has its verdict"
        return Result(code, statuses=posted, troubles=tuple(troubles), nothing=nothing)

    def _labels(self) -> set[str]:
        """The gates that guard what this run is about, as far as they can be told."""
        labels: set[str] = set()
        # Stale statuses are found without this; a clone that is not there must not keep them from being set.
        with suppress(MistError):
            for question in questions(self.occasion, self.desk, self.settings).values():
                _, cases = find_cases(self.desk.world, ask(question, self.desk, self.settings))
                labels |= {case.label for case in cases}
        return {VERIFY} if labels and self.occasion.writes_verify else labels

    def _judge(self, question: Question) -> tuple[Report, ...]:
        return run_gates(self.desk.world, ask(question, self.desk, self.settings), self._announce)

    def _announce(self, labels: Sequence[str]) -> None:
        if self.occasion.writes_verify and labels:
            labels = [VERIFY]
        fresh = [label for label in labels if label not in self._announced]
        self._announced += fresh
        if self.desk.host is not None:
            self._troubles += Statuses(self.desk.host, self.desk.to).announce(fresh)

    def _deliver(self, judged: Judged, reports: tuple[Report, ...]) -> Result:
        desk, occasion = self.desk, self.occasion
        alarms: tuple[str, ...] = ()
        statuses = worst_statuses(judged)
        if occasion.writes_verify:
            if occasion.mode is Mode.VERIFY_PUSH and desk.host is not None:
                alarms = bypassed(desk.host, desk.to.sha, occasion.base_ref or "", reports)
            statuses = (verify_status(reports, alarms),)
        code = max((one.decision.outcome for one in reports), key=lambda outcome: outcome.rank).exit_code
        if alarms and code is ExitCode.PASSED:
            code = ExitCode.FAILED
        troubles = deliver(
            desk.host, desk.runner, desk.world.results, desk.to, judged, statuses, self.settings.comments
        )
        return Result(code, reports, statuses, alarms, (*self._troubles, *troubles))

    def _nothing(self, asked: Questions) -> str:
        if not asked:
            return "no open pull request has this commit as its head"
        branches = ", ".join(sorted({question.base_ref or question.base for question in asked.values()}))
        return f"no gate guards {branches}"

    @contextmanager
    def _abandoning(self) -> Iterator[None]:
        try:
            yield
        except (Exception, KeyboardInterrupt) as error:
            with self.desk.world.interrupts.watched():
                if self.desk.host is not None:
                    labels = [VERIFY] if self.occasion.writes_verify else self._announced
                    Statuses(self.desk.host, self.desk.to).abandon(labels, _as_mist_error(error))
            raise


def _as_mist_error(error: BaseException) -> MistError:
    match error:
        case MistError():
            return error
        case Exception():
            return unexpected(error)
        case _:
            return cancelled()
