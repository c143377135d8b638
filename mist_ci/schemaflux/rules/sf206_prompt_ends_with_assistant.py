"""The prompt of a preference row ends with the assistant.

What it finds: preference data whose prompt already ends with an answer, where the target wants the two answers that
it compares to come next.

Why it matters: Together rejects the row. Elsewhere the model learns to speak twice.

What to do: take the last message out of the prompt, or make it the beginning of both answers.
"""

from collections.abc import Iterator

from mist_ci.models.finding import Consequence, Severity
from mist_ci.models.target import Fact, Target
from mist_ci.parsing.strict_json import JsonValue
from mist_ci.schemaflux.example import rows
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Problem, RuleMeta
from mist_ci.schemaflux.stated import problem, when_true
from mist_ci.schemaflux.trait import Trait

_ASK: JsonValue = {"role": "user", "content": "What is 2+2?"}
_ANSWERS: dict[str, JsonValue] = {
    "preferred_output": [{"role": "assistant", "content": "It is 4."}],
    "non_preferred_output": [{"role": "assistant", "content": "It is 5."}],
}
META = RuleMeta(
    code="SF206",
    name="prompt-ends-with-assistant",
    severity=Severity.ERROR,
    consequence=Consequence.REJECTED,
    since="0.1.0",
    needs=Trait.SIDES,
    target="together",
    bad=rows({"input": {"messages": [_ASK, {"role": "assistant", "content": "Let me see."}]}, **_ANSWERS}),
    good=rows({"input": {"messages": [_ASK]}, **_ANSWERS}),
)


def facts(target: Target, /) -> tuple[Fact[bool], ...]:
    """That prompts of preference data end with somebody else."""
    return when_true(target.turns.prompt_not_assistant)


def check(row: Row, target: Target, /) -> Iterator[Problem]:
    """At most one problem per row."""
    for fact in facts(target):
        if row.sides and row.messages and row.messages[-1].role == "assistant":
            last = row.messages[-1]
            yield problem(
                fact,
                f"the prompt ends with the assistant; {target.title} wants the answers to come next",
                f"take {last.field} out of the prompt",
                last.at_role,
            )
