"""A weight of a message is not read, or refused.

What it finds: a message with weight 0 for a target that trains on it all the same; a weight on a message that is
not the assistant's where only those are read; and a weight on a message with a picture where that is refused.

Why it matters: who writes weight 0 has a reason: an answer that is wrong, or only there for the context. TRL,
LLaMA-Factory, torchtune and Axolotl (unless told otherwise) do not look at the key, and the model learns the answer.

What to do: split the conversation so that the answer is not in it, or switch the message off the way the target
reads: in Axolotl by `message_field_training`.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from mist_ci.models.finding import Consequence, Severity
from mist_ci.models.target import Fact, Target, WeightUse
from mist_ci.parsing.strict_json import JsonValue
from mist_ci.schemaflux.example import rows
from mist_ci.schemaflux.images import images_of
from mist_ci.schemaflux.message import Message
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Problem, RuleMeta
from mist_ci.schemaflux.stated import problem, when, when_false
from mist_ci.schemaflux.trait import Trait

_TURNS: list[JsonValue] = [{"role": "user", "content": "What is 2+2?"}]
_MORE: list[JsonValue] = [{"role": "user", "content": "Sure?"}, {"role": "assistant", "content": "It is 4."}]
META = RuleMeta(
    code="SF215",
    name="weight-not-read",
    severity=Severity.WARNING,
    consequence=Consequence.MISTRAINED,
    since="0.1.0",
    needs=Trait.WEIGHTS,
    target="trl",
    bad=rows({"messages": [*_TURNS, {"role": "assistant", "content": "5", "weight": 0}, *_MORE]}),
    good=rows({"messages": [*_TURNS, {"role": "assistant", "content": "4", "weight": 1}, *_MORE]}),
)


def facts(target: Target, /) -> tuple[Fact[Any], ...]:
    """What becomes of weights, where it is not what the file says."""
    uses = when(target.turns.weights, WeightUse.ASSISTANT, WeightUse.IGNORED, WeightUse.REFUSED)
    return (*uses, *when_false(target.images.weighted))


def check(row: Row, target: Target, /) -> Iterator[Problem]:
    """The first message of a row only, for each reason."""
    weighted = [message for message in row.said if message.weight is not None]
    for fact in when(target.turns.weights):
        yield from (found for found in (_found(fact, message, target) for message in weighted) if found)
    for image_fact in when_false(target.images.weighted):
        for message in weighted:
            if message.weight != 0 and any(images_of(message)):
                found = problem(
                    image_fact,
                    f"{message.field} has a picture and a weight; {target.title} takes weight 0 there only",
                    "remove the weight, or write 0",
                    f"{message.field}.weight",
                )
                yield replace(found, severity=Severity.ERROR, consequence=Consequence.REJECTED)


def _found(fact: Fact[WeightUse], message: Message, target: Target) -> Problem | None:
    at, title = f"{message.field}.weight", target.title
    if fact.value is WeightUse.REFUSED:
        found = problem(fact, f"{title} takes no weight of a message", "remove it", at)
        return replace(found, severity=Severity.ERROR, consequence=Consequence.REJECTED)
    if fact.value is WeightUse.IGNORED and message.weight == 0 and message.role == "assistant":
        return problem(
            fact,
            f"{title} does not read weights: {message.field} is trained although its weight is 0",
            "split the conversation before this message, or switch it off the way the trainer reads",
            at,
        )
    if fact.value is WeightUse.ASSISTANT and message.role not in (None, "assistant"):
        found = problem(
            fact,
            f"{title} reads the weight of the assistant's messages only; {message.field} is a {message.role} message",
            "remove the weight",
            at,
        )
        return replace(found, severity=Severity.INFO)
    return None
