"""From an answer to a status and scores: the outcomes that must never blur (page 3 §4.2)."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from mist_ci.errors import Code, MistError, UsageError
from mist_ci.matchspec.calls import Call, Contestant
from mist_ci.matchspec.graders import Grader, grader
from mist_ci.matchspec.graders.asking import AskingGrader, Judged, ModelGrader, PairingGrader
from mist_ci.matchspec.judging import Judging, OutOfMoneyError, Question
from mist_ci.matchspec.papers import Paper, crashed
from mist_ci.models.attempt import Attempt, Side
from mist_ci.models.suite import Suite
from mist_ci.ports.model_client import Completion, Request

NO_MONEY = "the money ran out before its judge was asked"
NO_PARTNER = "the other side has no answer, so nobody can say which one is better"
ENDED = "the run ended before it was judged"

Read = Callable[[Sequence[Completion]], Judged]


class Grading:
    """The graders of every suite of a run, ready to grade. Those that ask models do so by `judging`."""

    def __init__(self, suites: Iterable[Suite], judging: Judging | None = None) -> None:
        self._graders: Mapping[str, tuple[Grader, ...]] = {
            suite.digest: tuple(grader(spec) for spec in suite.graders) for suite in suites
        }
        self._judging = judging
        self._open: dict[int, Paper] = {}
        self._parked: dict[tuple[str, str, int], Paper] = {}

    @property
    def asking(self) -> tuple[ModelGrader, ...]:
        """The graders that ask models."""
        return tuple(one for many in self._graders.values() for one in many if isinstance(one, ModelGrader))

    def refuse_lonely(self, contestants: Sequence[Contestant]) -> None:
        """Raises UsageError MC201 where two answers have to be compared and only one side is asked."""
        sides = {one.side for one in contestants}
        lonely = next((one.name for one in self.asking if isinstance(one, PairingGrader)), None)
        if lonely is not None and not {Side.BASE, Side.HEAD} <= sides:
            message = f"grader {lonely} compares base with head, and only one model is asked here"
            hint = "leave such suites out with --suite, or compare two models with `mist-ci gate`"
            raise UsageError(Code.USAGE, message, hint=hint)

    async def grade(self, call: Call, answer: Completion, attempt: Attempt) -> tuple[Attempt, ...]:
        """The attempts that are graded now: this one; or none, while it waits for the other side; or both of them.

        Raises OutOfMoneyError when a judge would have to be asked, nothing is left, and the answer cost nothing now.
        """
        paper, graders = Paper(call, answer, attempt), self._graders[call.suite.digest]
        asking = [one for one in graders if isinstance(one, ModelGrader)]
        for one in graders:
            if not isinstance(one, ModelGrader):
                paper.take(one, lambda one=one: one.grade(answer.answer, call.sample))  # type: ignore[misc]
        if not asking:
            return (paper.graded(),)
        paper.bill = self._asker.bill()
        self._open[id(paper)] = paper
        try:
            done = await self._judge(paper, asking)
        except OutOfMoneyError:
            del self._open[id(paper)]
            if attempt.reused and not paper.bill.calls:
                raise
            return (paper.missing(NO_MONEY),)
        for finished in done:
            del self._open[id(finished)]
        return tuple(finished.graded() for finished in done)

    def leave(self, *, ended: bool) -> tuple[Attempt, ...]:
        """Answers that nobody judged are missing: their other side never came, or the run `ended` before that."""
        left = tuple(one.missing(ENDED if ended else NO_PARTNER) for one in self._open.values())
        self._open.clear()
        self._parked.clear()
        return left

    @property
    def _asker(self) -> Judging:
        if self._judging is None:
            raise RuntimeError("a grader asks a model, and nobody can be asked here")
        return self._judging

    async def _judge(self, paper: Paper, graders: Sequence[ModelGrader]) -> tuple[Paper, ...]:
        """The papers that are complete now."""
        pairing: PairingGrader | None = None
        for one in graders:
            if isinstance(one, AskingGrader):
                await self._ask_about(paper, one)
            elif isinstance(one, PairingGrader):
                pairing = one
        return (paper,) if pairing is None else await self._pair(paper, pairing)

    async def _ask_about(self, paper: Paper, one: AskingGrader) -> None:
        answer, sample = paper.answer.answer, paper.call.sample
        found = await self._ask(
            paper,
            one,
            lambda: one.requests(answer, sample),
            lambda replies: one.read(replies, answer, sample),
        )
        paper.hear(one, found)

    async def _pair(self, paper: Paper, one: PairingGrader) -> tuple[Paper, ...]:
        """The first side to come is put aside, and nobody waits; whoever brings the second one has both judged."""
        side = paper.call.contestant.side
        if side is Side.ANCHOR:
            paper.broken[one.name] = NO_PARTNER
            return (paper,)
        other = self._parked.get(paper.place)
        if other is None or other.call.contestant.side is side:
            self._parked[paper.place] = paper
            return ()
        head, base = (paper, other) if side is Side.HEAD else (other, paper)
        first, second, sample = head.answer.answer, base.answer.answer, paper.call.sample
        found = await self._ask(
            paper,
            one,
            lambda: one.requests(first, second, sample),
            lambda replies: one.read(replies, first, second, sample),
        )
        del self._parked[paper.place]
        head.hear(one, found)
        base.hear(one, found if isinstance(found, str) else _of_base(found))
        return (head, base)

    async def _ask(
        self, paper: Paper, one: ModelGrader, requests: Callable[[], Sequence[Request]], read: Read
    ) -> Judged | str:
        if paper.bill is None:
            raise RuntimeError("whoever asks keeps count")
        call = paper.call
        try:
            question = Question(
                one, tuple(requests()), read, call.contestant.commit, call.fresh, call.is_probe
            )
            return await self._asker.judge(question, paper.bill)
        except (MistError, OutOfMoneyError):
            raise
        except Exception as error:  # noqa: BLE001 - a grader's mistake is one missing score
            return crashed(one, error)


def _of_base(found: Judged) -> Judged:
    """A pair is judged from head's side; base has the rest to 1. Who flipped is told once."""
    return Judged(1 - found.score, found.reason)
