"""One job, from its event to what is told about it."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace

from mist_ci.delivery import Judged, Statuses, Verdicts, deliver, worst_statuses
from mist_ci.errors import Code, CouldNotRun, ExitCode, MistError, cancelled, unexpected
from mist_ci.job.desk import Desk, Settings
from mist_ci.job.questions import Question, Questions, ask, fetch_anchors, questions
from mist_ci.job.verifying import bypassed, verify_status
from mist_ci.models.event import Mode, Occasion
from mist_ci.models.plan import Event
from mist_ci.models.report import VERIFY, Report, Status
from mist_ci.pipeline import Ask, find_cases, remember, run_gate
from mist_ci.planning import Case
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


@dataclass(frozen=True, slots=True)
class _Found:
    """A question whose gates are known, and nothing judged yet."""

    ask: Ask
    event: Event
    cases: tuple[Case, ...]


@dataclass
class Job:
    """`occasion` is not one to ignore, and `desk.to` is about the commit that it judges."""

    desk: Desk
    occasion: Occasion
    settings: Settings
    _labels: set[str] | None = field(default=None, init=False)
    """What this run has statuses for; None before that is known."""

    def run(self) -> Result:
        """Judges whatever the event is about, and delivers. Raises MistError where not even a report can be made.

        Every gate is pending before the first is judged. Whatever stops the run, no status stays pending: it
        becomes an error.
        """
        with self._abandoning():
            asked = questions(self.occasion, self.desk, self.settings)
            found = {question: self._find(question, asked) for question in dict.fromkeys(asked.values())}
            troubles = self._announce(found.values())
            answers = {question: self._judge(one) for question, one in found.items()}
            judged = {number: answers[question] for number, question in asked.items()}
            reports = tuple(one for several in answers.values() for one in several)
            verdicts = self._verdicts(judged, reports) if reports else None
        if verdicts is None:
            self.desk.runner.outputs(Verdicts().outputs())
            return Result(ExitCode.PASSED, nothing=self._nothing(asked))
        with self.desk.world.interrupts.watched():  # a second signal must not tear the delivery apart
            troubles += deliver(
                self.desk.host,
                self.desk.runner,
                self.desk.world.results,
                self.desk.to,
                verdicts,
                self.settings.comments,
            )
        troubles += remember(self.desk.world, reports)  # after the verdict is out: others may be writing too
        return Result(verdicts.exit_code, reports, verdicts.statuses, verdicts.alarms, tuple(troubles))

    def finalize(self) -> Result:
        """Sets an error for every gate that this run was to judge and has not. Posts nothing where all is well."""
        if self.desk.host is None:
            return Result(ExitCode.PASSED, nothing="without a token there is no status to look after")
        # What stands pending is found without this; a clone that is not there must not keep it from being set.
        with suppress(Exception):
            asked = questions(self.occasion, self.desk, self.settings)
            self._labels = self._of([self._find(question, asked) for question in set(asked.values())])
        message = "the run ended without a verdict"
        ended = CouldNotRun(Code.CANCELLED, message, hint="look at its log, and run it again")
        posted, troubles = self._statuses().abandon(self._labels, ended)
        code = ExitCode.COULD_NOT_RUN if posted else ExitCode.PASSED
        nothing = None if posted else "every status has its verdict"
        return Result(code, statuses=posted, troubles=tuple(troubles), nothing=nothing)

    def _find(self, question: Question, questions: Questions) -> _Found:
        numbers = [number for number, one in questions.items() if one == question and number is not None]
        asked = ask(question, self.desk, self.settings, numbers)
        event, cases = find_cases(self.desk.world, asked)
        return _Found(replace(asked, anchors=fetch_anchors(cases, event.base, self.desk)), event, cases)

    def _announce(self, found: Iterable[_Found]) -> list[str]:
        self._labels = self._of(found)
        return self._statuses().announce(sorted(self._labels)) if self.desk.host else []

    def _of(self, found: Iterable[_Found]) -> set[str]:
        labels = {case.label for one in found for case in one.cases}
        return {VERIFY} if labels and self.occasion.writes_verify else labels

    def _judge(self, found: _Found) -> tuple[Report, ...]:
        return tuple(run_gate(self.desk.world, found.ask, found.event, case) for case in found.cases)

    def _verdicts(self, judged: Judged, reports: tuple[Report, ...]) -> Verdicts:
        host, occasion = self.desk.host, self.occasion
        if not occasion.writes_verify:
            return Verdicts(judged, worst_statuses(judged))
        alarms: tuple[str, ...] = ()
        if occasion.mode is Mode.VERIFY_PUSH and host is not None:
            alarms = bypassed(host, self.desk.to.sha, occasion.base_ref or "", reports)
        return Verdicts(judged, (verify_status(reports, alarms),), alarms)

    def _nothing(self, asked: Questions) -> str:
        if not asked:
            return "no open pull request with this commit as its head is for this run to judge"
        return f"no gate guards {', '.join(sorted({one.base_ref for one in asked.values()}))}"

    def _statuses(self) -> Statuses:
        if self.desk.host is None:
            raise RuntimeError("there is nobody to tell")
        return Statuses(self.desk.host, self.desk.to, self.settings.configs, self.settings.gate)

    @contextmanager
    def _abandoning(self) -> Iterator[None]:
        try:
            yield
        except (Exception, KeyboardInterrupt) as error:
            with self.desk.world.interrupts.watched():
                if self.desk.host is not None:
                    self._statuses().abandon(self._labels, _as_mist_error(error))
            raise


def _as_mist_error(error: BaseException) -> MistError:
    match error:
        case MistError():
            return error
        case Exception():
            return unexpected(error)
        case _:
            return cancelled()
