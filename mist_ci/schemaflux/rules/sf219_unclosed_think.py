"""Thinking that is not closed, or not opened.

What it finds: an answer that starts with `<think>` and has no `</think>`, or has a second `<think>` before
it; and, as a warning, an answer with `</think>` after a sentence, or at the end of a line, and no `<think>`
before it. A prompt may open the thinking: models whose chat template writes `<think>` itself are trained on
answers that only close it. Tags in the middle of a sentence, or in code, are text.

Why it matters: chat templates split the answer at these tags. An answer that never closes its thinking
teaches the model to think for ever; one that never opens it is trained with its thinking in the answer, or
loses it.

What to do: close the tag. An answer that was cut in the middle of its thinking has to go.
"""

from collections.abc import Iterator

from mist_ci.models.finding import Consequence, Severity
from mist_ci.schemaflux.example import chat, rows
from mist_ci.schemaflux.message import Message
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Problem, RuleMeta, quote

META = RuleMeta(
    code="SF219",
    name="unclosed-think",
    severity=Severity.ERROR,
    consequence=Consequence.MISTRAINED,
    since="0.1.0",
    trigger=rb"</?think>",
    bad=rows(chat(("user", "What is 2+2?"), ("assistant", "<think>Two and two, so 4."))),
    good=rows(chat(("user", "What is 2+2?"), ("assistant", "<think>Two and two.</think>4"))),
)
_OPEN, _CLOSE = "<think>", "</think>"
_ENDS = (".", "!", "?", "…", "\n", "。")
_SHOWN = 40


def check(row: Row, /) -> Iterator[Problem]:
    """One problem per answer."""
    is_open = False
    for message in row.said:
        text = message.text
        if message.role == "assistant":
            problem = _problem(message, text, is_open=is_open)
            if problem:
                yield problem
        is_open = text.rstrip().endswith(_OPEN)


def _problem(message: Message, text: str, *, is_open: bool) -> Problem | None:
    stripped = text.lstrip()
    if stripped.startswith(_OPEN):
        thought, closed, _ = stripped[len(_OPEN) :].partition(_CLOSE)
        if not closed:
            return _say(
                message,
                "starts with <think> and never closes it",
                "add </think>, or remove the row",
                stripped,
            )
        if thought.lstrip().startswith(_OPEN):
            return _say(message, "opens <think> twice", "remove one of the two tags", stripped)
        return None
    before, closed, after = text.partition(_CLOSE)
    if closed and not is_open and _OPEN not in before and _ends_a_thought(before, after):
        hint = "add <think> at its start, unless the chat template writes it"
        return _say(
            message, "closes </think> and never opens it", hint, before[-_SHOWN:] + _CLOSE, Severity.WARNING
        )
    return None


def _ends_a_thought(before: str, after: str) -> bool:
    """False for a tag inside of a sentence or of code."""
    if before.count("```") % 2:
        return False
    before, after = before.rstrip(" \t"), after.lstrip(" \t")
    return not before or before.endswith(_ENDS) or not after or after.startswith(("\n", "\r"))


def _say(message: Message, what: str, hint: str, shown: str, severity: Severity = Severity.ERROR) -> Problem:
    return Problem(
        f"the answer {what}", hint, field=message.at_content, snippet=quote(shown), severity=severity
    )
