"""What is said about the tokens of a run beside their sums: whether reports can be right, and what is in no sum."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from mist_ci import tokentrace
from mist_ci.errors import MistError
from mist_ci.models.attempt import Attempt, Side
from mist_ci.models.figures import count
from mist_ci.models.modelref import ModelReference
from mist_ci.models.plan import ModelChange
from mist_ci.models.suite import Suite
from mist_ci.models.token_check import TokenCheck
from mist_ci.models.usage import TokenBasis
from mist_ci.ports import World
from mist_ci.ports.accounting import TokenCounter
from mist_ci.stages.run import Run
from mist_ci.tokentrace import Ruler

Prompts = Mapping[tuple[str, str], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Sampled:
    """Some answers of one side, and how the tokens of its model are counted."""

    ruler: Ruler
    answers: Sequence[Attempt]


def sampled(change: ModelChange, run: Run) -> dict[Side, Sampled]:
    """Of each side that has answers enough with reported tokens.

    Counted with the tokenizer.json that the reference names, else by the name of the model.
    """
    contents: dict[str, bytes] = {}
    found: dict[Side, Sampled] = {}
    attempts = run.attempts.get(change.name, ())
    for side, reference in _references(change):
        answers = tokentrace.chosen(one for one in attempts if one.side is side)
        if not answers:
            continue
        counter, path = run.world.tokens, reference.tokenizer
        content = _content(run, side, path) if path else None
        if path and content is not None:
            counter = _of_file(content, path, run.world)
        ruler = Ruler.of(_counting(counter, reference.model), counter.basis(reference.model))
        if path and content is not None and contents.setdefault(path, content) != content:
            ruler = Ruler(ruler.count, f"{ruler.name} of {side.value}", ruler.is_own)
        found[side] = Sampled(ruler, answers)
    return found


def _content(run: Run, side: Side, path: str) -> bytes | None:
    """A tokenizer.json as base or head has it; None where it cannot be had, and a name has to do."""
    commits = {Side.BASE: run.event.base, Side.HEAD: run.event.head}
    if side not in commits:
        return None
    try:
        return run.world.files.tree(commits[side], side.value).read(path)
    except MistError:
        return None


def _references(change: ModelChange) -> Iterator[tuple[Side, ModelReference]]:
    for side, reference in (
        (Side.BASE, change.base),
        (Side.HEAD, change.head),
        (Side.ANCHOR, change.anchor),
    ):
        if reference is not None:
            yield side, reference


def _of_file(content: bytes, path: str, world: World) -> TokenCounter:
    """Without the extra for it, a name has to do."""
    try:
        return world.tokenizers.of_file(content, path)
    except MistError:
        return world.tokens


def _counting(counter: TokenCounter, model: str) -> Callable[[str], int]:
    return lambda text: counter.count(text, model)


def token_checks(run: Run, found: Iterable[Mapping[Side, Sampled]]) -> tuple[TokenCheck, ...]:
    """Reports against counts for each model of the run, once where both sides ask the same one."""
    mine: dict[tuple[str, str, str], tuple[Ruler, list[Attempt]]] = {}
    for one in (sample for sides in found for sample in sides.values()):
        first = one.answers[0]
        key = (first.provider, first.model, one.ruler.name)
        mine.setdefault(key, (one.ruler, []))[1].extend(one.answers)
    prompts = _prompts(run.suites, (one for _, several in mine.values() for one in several))
    checks = (tokentrace.token_check(several, prompts, ruler) for ruler, several in mine.values())
    return tuple(one for one in checks if one is not None)


def _prompts(suites: Sequence[Suite], attempts: Iterable[Attempt]) -> Prompts:
    """The texts that were sent, of those samples that offer no tools: how those are written is the server's own."""
    wanted = {(one.suite_digest, one.key) for one in attempts}
    return {
        (suite.digest, sample.key): [message.content for message in sample.messages]
        for suite in suites
        for sample in suite.samples
        if (suite.digest, sample.key) in wanted and not sample.tools
    }


def cautions(run: Run, checks: Sequence[TokenCheck]) -> Iterator[str]:
    """What tokens and money of this run leave out, or have wrong."""
    yield from (caution for one in checks if (caution := one.caution))
    for change in run.plan.models if run.plan else ():
        attempts = run.attempts.get(change.name, ())
        for side, reference in _references(change):
            mine = [one for one in attempts if one.side is side]
            yield from _unseen(reference, mine)
            yield from _unpriced_tiers(reference, mine, run)
        yield from _unlike_tiers(change.name, attempts)


def _unseen(reference: ModelReference, attempts: Sequence[Attempt]) -> Iterator[str]:
    effort = reference.parameters.reasoning_effort
    unreported = sum(one.token_basis is TokenBasis.COUNTED for one in attempts)
    if effort is not None and unreported:
        yield (
            f"{reference.model} reasons (reasoning_effort: {effort}), and {reference.provider} reports no tokens of "
            f"{count(unreported, 'answer')}: what it reasoned is in no count, and in no cost"
        )


def _unpriced_tiers(reference: ModelReference, attempts: Sequence[Attempt], run: Run) -> Iterator[str]:
    """Where the usual price is unknown as well, the tier is not the reason."""
    tiers = {one.tier for one in attempts if one.tier and one.cost_usd is None}
    if not tiers or run.plan is None:
        return
    provider, today = run.plan.policy.providers[reference.provider], run.world.clock.now().date()
    if run.world.prices.cost(provider, reference.model, 1, 1, today).usd is not None:
        named = ", ".join(sorted(tiers))
        yield (
            f"{reference.provider} answered for {reference.model} in the service tier {named}, whose "
            f"price nobody knows, so the cost is unknown: name it in `prices.tiers` of the provider"
        )


def _unlike_tiers(name: str, attempts: Sequence[Attempt]) -> Iterator[str]:
    """A tier has prices of its own, and a model that answers in another one looks cheaper or dearer for that."""
    base, head = (
        {one.tier for one in attempts if one.side is side and one.token_basis}
        for side in (Side.BASE, Side.HEAD)
    )
    if base and head and base != head:
        told = [" and ".join(sorted(tier or "usual" for tier in tiers)) for tiers in (base, head)]
        yield f"{name}: service tiers were {told[0]} at base and {told[1]} at head, so their costs are not alike"
