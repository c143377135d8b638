"""Asking the models that graders ask: through the providers of the policy, stored, counted, and never twice."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import anyio
import anyio.lowlevel

from mist_ci.errors import Code, ConfigError, CouldNotRun
from mist_ci.matchspec.bill import Bill
from mist_ci.matchspec.budget import DEFAULT_OUTPUT_TOKENS, MESSAGE_TOKENS, Budget, most_usd
from mist_ci.matchspec.graders.modelled import Judged, ModelGrader, UnreadableReplyError
from mist_ci.matchspec.line import Line
from mist_ci.matchspec.reuse import ALIAS_AGE, completion_of, identity_of, lasts, to_store
from mist_ci.matchspec.timing import Span
from mist_ci.models.ceilings import NOTHING, Charge
from mist_ci.models.config import Provider
from mist_ci.models.output import RequestIdentity
from mist_ci.ports import World
from mist_ci.ports.model_client import Completion, ModelClient, NoAnswer, Request

TRIES = 2
"""A reply that cannot be read is asked for once more."""
LOOK_AGAIN_S = 0.02
REMEMBERED = 4_096
"""Replies of this run that stand in for the same question again: base and head often say the same."""


class OutOfMoneyError(Exception):
    """The budget is used up, and a judge would have to be asked."""


@dataclass(frozen=True, slots=True)
class Question:
    """What a grader wants to know: its requests, and how it reads the replies.

    `commit` is the head whose gate asks. `fresh` where an alias is not to be answered for by a stored reply. The
    reply to a probe stands in for no later question.
    """

    grader: ModelGrader
    requests: tuple[Request, ...]
    read: Callable[[Sequence[Completion]], Judged]
    commit: str | None = None
    fresh: bool = False
    is_probe: bool = False


@dataclass(frozen=True, slots=True)
class Asks:
    """A model that will be asked: at which provider, and by what name the policy has that."""

    name: str
    provider: Provider
    model: str


class Judging:
    """The models that the graders of one run ask. One event loop, so no locks."""

    def __init__(
        self,
        world: World,
        providers: Mapping[str, Provider],
        run_id: str,
        budget: Budget | None = None,
    ) -> None:
        self._world = world
        self._providers = providers
        self._run_id = run_id
        self._budget = budget or Budget()
        self._lines: dict[tuple[str, bool], Line] = {}
        self._borrowed: set[tuple[str, bool]] = set()
        self._replies: OrderedDict[str, tuple[Completion, bool]] = OrderedDict()
        """Each with whether it was asked although another one was stored."""
        self._under_way: dict[str, anyio.Event] = {}

    def provider(self, grader: ModelGrader) -> Provider:
        """The grader's provider. Raises ConfigError MC106 where the policy has none of that name."""
        if grader.provider not in self._providers:
            known = ", ".join(sorted(self._providers)) or "none"
            message = (
                f"grader {grader.name} asks provider {grader.provider!r}, which the policy does not have"
            )
            raise ConfigError(Code.UNKNOWN_NAME, message, hint=f"known here: {known}")
        return self._providers[grader.provider]

    def models(self, graders: Iterable[ModelGrader]) -> Iterator[Asks]:
        """Who will be asked, for the prices. Raises ConfigError MC106."""
        for one in graders:
            yield Asks(one.provider, self.provider(one), one.model)

    def open(self, graders: Sequence[ModelGrader], clients: Mapping[str, ModelClient]) -> None:
        """Opens what the graders need, before the first question; `clients` are those that are open already."""
        for grader in graders:
            place = (grader.provider, grader.embeds)
            if place in self._lines:
                continue
            provider = self.provider(grader)
            if grader.provider in clients and not grader.embeds:
                self._borrowed.add(place)
                self._lines[place] = Line(clients[grader.provider])
            elif grader.embeds:
                self._lines[place] = Line(self._world.models.open_embedder(grader.provider, provider))
            else:
                self._lines[place] = Line(self._world.models.open(grader.provider, provider))

    async def aclose(self) -> None:
        """Gives back the connections that were opened here."""
        for place, line in self._lines.items():
            if place not in self._borrowed:
                await line.client.aclose()

    def bill(self) -> Bill:
        """An empty one, that begins now."""
        return Bill(self._world, self._world.clock.now_ns())

    async def judge(self, question: Question, bill: Bill) -> Judged | str:
        """What the replies come to, or why there is no score: no reply, or none that can be read at the second try.

        Raises OutOfMoneyError when one would have to be asked and nothing is left, and CouldNotRun when the judge's
        server is gone or refuses for good.
        """
        grader = question.grader
        bill.models[grader.model] = None
        replies: list[Completion] = []
        for request in question.requests:
            reply = await self._reply(question, request, 0, bill)
            if isinstance(reply, NoAnswer):
                return _failed(bill, f"no reply: {reply.reason}")
            replies.append(reply)
        tries = [1] * len(replies)
        while True:
            try:
                return question.read(replies)
            except UnreadableReplyError as error:
                index, reason = error.index, error.reason
            except Exception as error:  # noqa: BLE001 - a grader's own mistake is one missing score
                return crashed(error)
            if tries[index] >= TRIES:
                return _failed(bill, f"{reason}, twice")
            again = await self._reply(question, question.requests[index], tries[index], bill)
            if isinstance(again, NoAnswer):
                return _failed(bill, f"{reason}, and then no reply: {again.reason}")
            replies[index] = again
            tries[index] += 1

    async def _reply(
        self, question: Question, request: Request, number: int, bill: Bill
    ) -> Completion | NoAnswer:
        """The reply: that of this run, else a stored one, else a new one."""
        provider = self.provider(question.grader)
        identity = identity_of(question.grader, request, provider, number)
        key = identity.key
        while key in self._under_way:
            await self._under_way[key].wait()
        known = self._recall(question, identity)
        if known is not None:
            await (
                anyio.lowlevel.checkpoint()
            )  # thousands of stored replies in a row must not keep a signal waiting
            bill.add(request, known, provider, asked=False, is_text=not question.grader.embeds)
            return known
        done = self._under_way[key] = anyio.Event()
        try:
            return await self._pay(question, request, identity, bill)
        finally:
            del self._under_way[key]
            done.set()

    async def _pay(
        self, question: Question, request: Request, identity: RequestIdentity, bill: Bill
    ) -> Completion | NoAnswer:
        """A new reply, with what it may take set aside. When that does not fit, others may give some back."""
        grader = question.grader
        provider = self.provider(grader)
        tokens = self._expected(request, provider, is_text=not grader.embeds)
        charge = Charge(self._price(request.model, provider, tokens), sum(tokens))
        while (reservation := self._budget.reserve(charge)) is None:
            if not self._budget.under_way or self._budget.is_used_up():
                raise OutOfMoneyError
            await anyio.sleep(LOOK_AGAIN_S)
        try:
            held = replace(request, tokens=sum(tokens), may_retry=reservation.renew)
            reply = await self._ask(grader, held, bill)
            if isinstance(reply, Completion):
                is_asked = not reply.replayed
                usd, taken = bill.add(request, reply, provider, asked=is_asked, is_text=not grader.embeds)
                cost = Charge(charge.usd if usd is None else usd, taken)
                reservation.settle(cost if is_asked else NOTHING)
                self._keep(question, identity, reply)
            elif reply.may_cost:
                reservation.settle(reservation.held)
            return reply
        finally:
            reservation.settle(NOTHING)  # nothing, where it was settled already

    def _expected(self, request: Request, provider: Provider, *, is_text: bool) -> tuple[int, int]:
        """Tokens of input as counted here, and the most of output; nothing where nobody wants to know."""
        if not self._budget.counts_tokens and provider.limits.tpm is None:
            return 0, 0
        count = self._world.tokens.count
        counted = sum(count(message.content, request.model) + MESSAGE_TOKENS for message in request.messages)
        return counted, (request.parameters.max_tokens or DEFAULT_OUTPUT_TOKENS) if is_text else 0

    def _price(self, model: str, provider: Provider, tokens: tuple[int, int]) -> Decimal:
        if not self._budget.counts_money:
            return Decimal(0)
        return most_usd(provider, model, tokens, self._world)

    def _doubts(self, question: Question) -> bool:
        """True when stored replies do not count: the judge may be another model by now."""
        return question.fresh and not lasts(self.provider(question.grader), question.grader.model)

    def _recall(self, question: Question, identity: RequestIdentity) -> Completion | None:
        reply, is_fresh = self._replies.get(identity.key, (None, False))
        doubts = self._doubts(question)
        if reply is not None and (is_fresh or not doubts):
            return reply
        if doubts:
            return None
        oldest = (
            None
            if lasts(self.provider(question.grader), identity.model)
            else self._world.clock.now() - ALIAS_AGE
        )
        stored = self._world.outputs.get(identity, oldest)
        if stored is None:
            return None
        reply = completion_of(stored)
        self._remember(identity.key, reply, fresh=False)
        return reply

    def _keep(self, question: Question, identity: RequestIdentity, reply: Completion) -> None:
        """For this run and for later ones, the moment it is there."""
        doubts = self._doubts(question)
        self._remember(identity.key, reply, fresh=doubts)
        if not question.is_probe:
            now = self._world.clock.now()
            stored = to_store(reply, now, self._run_id, question.commit, renewed=doubts)
            self._world.outputs.put(identity, stored)

    async def _ask(self, grader: ModelGrader, request: Request, bill: Bill) -> Completion | NoAnswer:
        line = self._lines[grader.provider, grader.embeds]
        asked_ns, asked_s = self._world.clock.now_ns(), anyio.current_time()
        try:
            reply = await line.client.complete(request)
        except CouldNotRun as error:
            raise _of_grader(grader, request, error) from None
        span = Span.of(asked_ns, asked_s, anyio.current_time(), reply)
        bill.lose(zip(reply.tried, span.tried_ns, strict=False))
        line.take(reply)
        if line.trouble and isinstance(reply, NoAnswer):
            raise CouldNotRun(
                Code.SERVER_GONE,
                f"the model server of provider {grader.provider!r} ({self.provider(grader).place}), which grader "
                f"{grader.name} asks, {line.trouble}: {reply.reason}",
                hint="answers that were given are kept: see to the server, and run this again",
            )
        return reply

    def _remember(self, key: str, reply: Completion, *, fresh: bool) -> None:
        self._replies[key] = reply, fresh
        self._replies.move_to_end(key)
        if len(self._replies) > REMEMBERED:
            self._replies.popitem(last=False)


def _of_grader(grader: ModelGrader, request: Request, error: CouldNotRun) -> CouldNotRun:
    """A refusal says whose question was refused."""
    hint = error.hint
    if error.code is Code.PROVIDER_REFUSED and request.reply_schema is not None:
        more = f"a server that takes no JSON Schema wants `structured: false` of grader {grader.name}"
        hint = f"{hint}; {more}" if hint else more
    return CouldNotRun(error.code, f"grader {grader.name}: {error.message}", where=error.where, hint=hint)


def crashed(error: Exception) -> str:
    """What a grader's own mistake is called."""
    return f"crashed: {type(error).__name__}: {error}"


def _failed(bill: Bill, reason: str) -> str:
    bill.failed = True
    return reason
