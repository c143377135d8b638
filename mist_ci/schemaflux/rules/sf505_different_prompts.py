"""The two sides of a preference answer different prompts.

What it finds: preference data whose sides hold their own prompts, and these differ: another question; a
`prompt` that is a string beside sides that are messages and do not repeat it; and, as a warning, strings
without a `prompt` that begin with nothing in common.

Why it matters: trainers take what both sides begin with as the prompt, and a `prompt` only when it is of the
same kind. Here that is nothing, and the model is taught to prefer one question over another.

What to do: write one `prompt`, and two answers to it.
"""

from collections.abc import Iterator

from mist_ci.models.data_format import DataFormat
from mist_ci.models.finding import Consequence, Severity
from mist_ci.schemaflux.example import rows
from mist_ci.schemaflux.pairs import implicit_strings, pair, shared_start, whole
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Problem, RuleMeta, quote
from mist_ci.schemaflux.trait import Trait


def _talk(question: str, answer: str) -> list[dict[str, str]]:
    return [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]


META = RuleMeta(
    code="SF505",
    name="different-prompts",
    severity=Severity.ERROR,
    consequence=Consequence.MISTRAINED,
    since="0.1.0",
    needs=Trait.SIDES,
    formats=frozenset({DataFormat.PREFERENCE}),
    bad=rows({"chosen": _talk("What is 2+2?", "4"), "rejected": _talk("What is 3+3?", "5")}),  # type: ignore[dict-item]
    good=rows({"chosen": _talk("What is 2+2?", "4"), "rejected": _talk("What is 2+2?", "5")}),  # type: ignore[dict-item]
)
_ASKS = ("system", "developer", "user")


def check(row: Row, /) -> Iterator[Problem]:
    """At most one problem per row."""
    sides = pair(row)
    if sides is None:
        return
    one, other = (side.messages[0] for side in sides)
    if one.role in _ASKS and other.role in _ASKS and whole([one]) != whole([other]):
        yield Problem(
            f"the sides answer different prompts: {quote(one.text[:40])} and {quote(other.text[:40])}",
            "write one prompt, and two answers to it",
            field=other.field,
        )
    elif isinstance(row.object.get("prompt"), str) and one.value and row.messages[0].field == "prompt":
        yield Problem(
            "the prompt is a string and the sides are messages without it: TRL trains without a prompt",
            'write the prompt as messages: [{"role": "user", "content": …}]',
            field="prompt",
        )
    elif (strings := implicit_strings(row)) and all(strings) and not shared_start(*strings):
        yield Problem(
            "there is no prompt, and the two sides do not begin alike",
            'write the prompt as "prompt"',
            field=sides[0].field,
            severity=Severity.WARNING,
        )
