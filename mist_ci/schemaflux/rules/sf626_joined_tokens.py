"""The prompt and the completion share a token.

What it finds: rows of prompt and completion, both plain texts, where the prompt ends with a blank and the completion
begins with a letter or digit, or where the border is inside of a word.

Why it matters: tokenizers put a blank to the word behind it. The trainer counts the tokens of the prompt to know what
is learnt; together with the completion there are others, so that the first token of the answer is masked, or one of
the prompt is learnt. TRL says so once, in its log. In production the prompt without the completion reads otherwise.

What to do: let the prompt end with a mark or a line break, and move the blank to the beginning of the completion.
"""

from collections.abc import Iterator

from mist_ci.models.data_format import DataFormat
from mist_ci.models.finding import Consequence, Severity
from mist_ci.schemaflux.example import rows
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Problem, RuleMeta, quote

META = RuleMeta(
    code="SF626",
    name="joined-tokens",
    severity=Severity.INFO,
    consequence=Consequence.MISTRAINED,
    since="0.1.0",
    formats=frozenset({DataFormat.PROMPT_COMPLETION}),
    bad=rows({"prompt": "The capital of Norway is ", "completion": "Oslo."}),
    good=rows({"prompt": "The capital of Norway is", "completion": " Oslo."}),
)
_SHOWN = 20


def check(row: Row, /) -> Iterator[Problem]:
    """At most one problem per row."""
    prompt, completion = row.object.get("prompt"), row.object.get("completion")
    if not (isinstance(prompt, str) and isinstance(completion, str) and prompt.strip() and completion):
        return
    if not _is_of_a_word(completion[0]):
        return
    if prompt.endswith((" ", "\t")):
        what, hint = "the prompt ends with a blank", "move the blank to the beginning of the completion"
    elif _is_of_a_word(prompt[-1]):
        what, hint = (
            "the prompt ends inside of a word",
            "begin the completion with a blank, or end the prompt with a line",
        )
    else:
        return
    yield Problem(
        f"{what}, so that it shares a token with the completion",
        hint,
        field="prompt",
        snippet=f"{quote(prompt[-_SHOWN:])} + {quote(completion[:_SHOWN])}",
    )


def _is_of_a_word(char: str) -> bool:
    """True in scripts that put blanks between words; others have no border inside of a word to miss."""
    return char.isalnum() and char < "\u0590"
