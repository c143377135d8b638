"""One answer is the beginning of the other, or the prompt ends inside of a word.

What it finds: preference data in which one side, of 20 characters or more, is the beginning of the other.
Sides without a prompt of their own that begin alike up to the middle of a word are shown as information.

Why it matters: two answers that were written are never so alike. One of them was cut off, or had something
appended, and the model learns about ends. Without a prompt, TRL's DPO takes what both sides begin with: of
"The sky is blue" and "The sky is black" the prompt is "The sky is bl".

What to do: write whole answers. Write the prompt as `"prompt"`.
"""

from collections.abc import Iterator

from mist_ci.models.finding import Consequence, Severity
from mist_ci.schemaflux.example import rows
from mist_ci.schemaflux.pairs import implicit_strings, pair, shared_start
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Problem, RuleMeta, quote
from mist_ci.schemaflux.trait import Trait

_WHOLE = "The sky is blue because air scatters blue light more than red light."
META = RuleMeta(
    code="SF502",
    name="prefix-side",
    severity=Severity.WARNING,
    consequence=Consequence.MISTRAINED,
    since="0.1.0",
    needs=Trait.SIDES,
    bad=rows({"prompt": "Why is the sky blue?", "chosen": _WHOLE, "rejected": _WHOLE[:40]}),
    good=rows({"prompt": "Why is the sky blue?", "chosen": _WHOLE, "rejected": "It is painted."}),
)
_SHOWN = 30
_SHORTEST = 20


def check(row: Row, /) -> Iterator[Problem]:
    """At most one problem per row. Equal sides are SF501, sides with different beginnings SF505."""
    sides = pair(row)
    if sides is None or any(message.calls or message.parts for side in sides for message in side.messages):
        return
    chosen, rejected = (side.text.strip() for side in sides)
    short, long = sorted((chosen, rejected), key=len)
    if not short or short == long:
        return
    strings = implicit_strings(row)
    if long.startswith(short) and (strings or len(short) >= _SHORTEST):
        cut = sides[short == rejected]
        yield Problem(
            f"the {cut.name} answer is only the beginning of the other one",
            "write whole answers",
            field=cut.field,
            snippet=quote(short[-_SHOWN:]),
        )
    elif strings and (end := _inside_word(*strings)):
        yield Problem(
            "both sides begin alike up to the middle of a word, where TRL's DPO ends the prompt",
            'write the prompt as "prompt", and the answers without it',
            field=sides[0].field,
            snippet=quote(strings[0][max(0, end - _SHOWN) : end]),
            severity=Severity.INFO,
        )


def _inside_word(chosen: str, rejected: str) -> int:
    """Where the shared beginning ends, when that is inside of a word; else 0."""
    end = shared_start(chosen, rejected)
    is_inside = 0 < end < min(len(chosen), len(rejected)) and chosen[end - 1].isalpha()
    return end if is_inside and (chosen[end].isalpha() or rejected[end].isalpha()) else 0
