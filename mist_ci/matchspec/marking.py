"""Grading the answers of a run: at once, after a model was asked about them, or as soon as the other side is there."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from msgspec.structs import replace

from mist_ci.errors import Code, UsageError
from mist_ci.matchspec.bill import Bill
from mist_ci.matchspec.calls import Call, Contestant
from mist_ci.matchspec.graders import AskingGrader
from mist_ci.matchspec.graders.modelled import AnswerGrader, Judged, ModelGrader, PairingGrader
from mist_ci.matchspec.grading import Graded, Grading
from mist_ci.matchspec.judging import Judging, OutOfMoneyError, Question, crashed
from mist_ci.models.attempt import Attempt, AttemptStatus, Side
from mist_ci.models.suite import Suite
from mist_ci.ports.model_client import Completion, Request
from mist_ci.ports.programs import Programs

NO_MONEY = "the budget ran out before its judge was asked"
NO_PARTNER = "the other side has no answer, so nobody can say which one is better"
ENDED = "the run ended before it was judged"
UNGRADED = Graded(AttemptStatus.GRADER_FAILURE, None, {}, ENDED)
"""What an answer is until it is graded."""

_Read = Callable[[Sequence[Completion]], Judged]


@dataclass(slots=True)
class _Paper:
    """An answer of which a model is asked something, or will be."""

    call: Call
    answer: Completion
    attempt: Attempt
    bill: Bill | None
    """None where no model is asked about it."""
    heard: dict[str, Judged | str] = field(default_factory=dict)

    @property
    def place(self) -> tuple[str, str, str, int]:
        """What the answers of two sides to one question have in common."""
        return self.call.suite.name, self.call.suite.digest, self.call.sample.key, self.call.number

    @property
    def was_paid(self) -> bool:
        return self.bill is not None and self.bill.calls > 0

    @property
    def side(self) -> Side:
        return self.call.contestant.side


class Marking:
    """The graders of every suite of a run, ready to grade. Those that ask models do so by `judging`."""

    def __init__(self, suites: Iterable[Suite], judging: Judging, programs: Programs | None = None) -> None:
        self._grading = Grading(suites, programs)
        self._judging = judging
        self._open: dict[int, _Paper] = {}
        self._parked: dict[tuple[str, str, str, int], _Paper] = {}

    @property
    def asking(self) -> tuple[ModelGrader, ...]:
        """The graders that ask models."""
        return self._grading.of_models

    def refuse_lonely(self, contestants: Sequence[Contestant]) -> None:
        """Raises UsageError MC201 where two answers have to be compared and only one side is asked."""
        sides = {one.side for one in contestants}
        lonely = next((one.name for one in self.asking if isinstance(one, PairingGrader)), None)
        if lonely is not None and not {Side.BASE, Side.HEAD} <= sides:
            message = f"grader {lonely} compares base with head, and only one model is asked here"
            hint = "leave such suites out with --suite, or compare two models with `mist-ci gate`"
            raise UsageError(Code.USAGE, message, hint=hint)

    async def mark(self, call: Call, answer: Completion, attempt: Attempt) -> tuple[Attempt, ...]:
        """The attempts that are graded now: this one; or none, while it waits for the other side; or both of them.

        Raises OutOfMoneyError when a judge would have to be asked, nothing is left, and the answer cost nothing now.
        """
        graders = self._grading.graders(call.suite)
        asking = {title: one for title, one in graders.items() if isinstance(one, ModelGrader)}
        if not asking and not any(isinstance(one, AskingGrader) for one in graders.values()):
            return (_with(attempt, await self._grading.grade(call, answer)),)
        paper = _Paper(call, answer, attempt, self._judging.bill() if asking else None)
        self._open[id(paper)] = paper
        try:
            done = await self._judge(paper, asking)
        except OutOfMoneyError:
            del self._open[id(paper)]
            if attempt.reused and not paper.was_paid:
                raise
            return (_missing(paper, NO_MONEY),)
        finished = [await self._finished(one) for one in done]
        for one in done:
            del self._open[id(one)]
        return tuple(finished)

    def leave(self, *, ended: bool) -> tuple[Attempt, ...]:
        """Answers that nobody judged are missing: their other side never came, or the run `ended` before that."""
        left = tuple(_missing(one, ENDED if ended else NO_PARTNER) for one in self._open.values())
        self._open.clear()
        self._parked.clear()
        return left

    async def _finished(self, paper: _Paper) -> Attempt:
        attempt = _with(paper.attempt, await self._grading.grade(paper.call, paper.answer, paper.heard))
        if paper.bill is None:
            return attempt
        primary = paper.heard.get(paper.call.suite.primary)
        judged = primary if isinstance(primary, Judged) else Judged(0.0)
        record = paper.bill.judgement(judged.reason, order_flipped=judged.order_flipped)
        return replace(attempt, judgement=record)

    async def _judge(self, paper: _Paper, graders: Mapping[str, ModelGrader]) -> tuple[_Paper, ...]:
        """The papers that are complete now."""
        pairing: tuple[str, PairingGrader] | None = None
        for title, one in graders.items():
            if isinstance(one, PairingGrader):
                pairing = title, one
            elif isinstance(one, AnswerGrader):
                paper.heard[title] = await self._ask_about(paper, one)
        return (paper,) if pairing is None else await self._pair(paper, *pairing)

    async def _ask_about(self, paper: _Paper, one: AnswerGrader) -> Judged | str:
        answer, sample = paper.answer.answer, paper.call.sample
        return await self._ask(
            paper,
            one,
            lambda: one.requests(answer, sample),
            lambda replies: one.read(replies, answer, sample),
        )

    async def _pair(self, paper: _Paper, title: str, one: PairingGrader) -> tuple[_Paper, ...]:
        """The first side to come is put aside, and nobody waits; whoever brings the second one has both judged."""
        if paper.side is Side.ANCHOR:
            paper.heard[title] = NO_PARTNER
            return (paper,)
        other = self._parked.get(paper.place)
        if other is None or other.side is paper.side:
            self._parked[paper.place] = paper
            return ()
        head, base = (paper, other) if paper.side is Side.HEAD else (other, paper)
        first, second, sample = head.answer.answer, base.answer.answer, paper.call.sample
        found = await self._ask(
            paper,
            one,
            lambda: one.requests(first, second, sample),
            lambda replies: one.read(replies, first, second, sample),
        )
        del self._parked[paper.place]
        head.heard[title] = found
        # Base has the rest to 1; whether the order decided is told once.
        base.heard[title] = found if isinstance(found, str) else Judged(1 - found.score, found.reason)
        return (head, base)

    async def _ask(
        self, paper: _Paper, one: ModelGrader, requests: Callable[[], Sequence[Request]], read: _Read
    ) -> Judged | str:
        call = paper.call
        try:
            asked = tuple(requests())
        except Exception as error:  # noqa: BLE001 - a grader's own mistake is one missing score
            return crashed(error)
        question = Question(one, asked, read, call.contestant.commit, call.fresh, call.is_probe)
        if paper.bill is None:
            raise RuntimeError("whoever asks a model keeps count")
        return await self._judging.judge(question, paper.bill)


def _with(attempt: Attempt, graded: Graded) -> Attempt:
    return replace(
        attempt, status=graded.status, score=graded.score, scores=graded.scores, reason=graded.reason
    )


def _missing(paper: _Paper, reason: str) -> Attempt:
    """Without a score, which is missing and never a zero."""
    return replace(
        paper.attempt,
        status=AttemptStatus.GRADER_FAILURE,
        score=None,
        scores={},
        reason=reason,
        judgement=paper.bill.judgement() if paper.bill is not None else None,
    )
