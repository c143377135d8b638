"""A text holds a token that begins or ends a turn.

What it finds: `<|im_end|>`, `<|eot_id|>`, `<end_of_turn>`, `[INST]`, `</s>` and their like inside of a message. Code
is left alone (fenced, or between backticks), and so is `</s>` behind a `<s>`, which is HTML: a text that talks about
templates is not one. axolotl's `segments` are left alone too: no template is applied to them. Whether the token is one
of the model that is trained, only its tokenizer knows: SF611 says it when a template with its special tokens is given.

Why it matters: tokenizers make a control token of it wherever it stands. The turn ends in the middle of a sentence,
and what follows is said by nobody.

What to do: remove the token, or put a blank into it (`<|im_end |>`). It is mostly left over from another template.
"""

from collections.abc import Iterator

from mist_ci.models.finding import Consequence, Severity
from mist_ci.schemaflux.example import GOOD, chat, rows
from mist_ci.schemaflux.markers import CHAT_FORMATS, ROLE_SWITCHING, first_token, prose, templated
from mist_ci.schemaflux.message import Message
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Problem, RuleMeta

META = RuleMeta(
    code="SF609",
    name="special-token-in-content",
    severity=Severity.WARNING,
    consequence=Consequence.MISTRAINED,
    since="0.1.0",
    bad=rows(chat(("user", "What is 2+2?"), ("assistant", "It is four.<|im_end|>"))),
    good=GOOD,
    trigger=r"<\|[a-z_]+\|>|<(?:start|end)_of_turn>|\[/?INST\]|</s>|<｜".encode(),  # noqa: RUF001 - as DeepSeek has it
    formats=CHAT_FORMATS,
)


def check(row: Row, /) -> Iterator[Problem]:
    """The first token of each message."""
    if "segments" in row.object:  # axolotl's input_output: no template is applied to them
        return
    for message in row.said:
        token = _token(message)
        if token is not None:
            said = f"the {message.role} message holds {token}, with which models begin or end a turn"
            yield Problem(said, f"remove {token}, or put a blank into it", field=message.at_content)


def _token(message: Message) -> str | None:
    text = message.text
    if ("<" not in text and "[" not in text) or templated(text):  # that is SF610
        return None
    words = prose(text)
    token = first_token(words, ROLE_SWITCHING)
    if token == "</s>" and "<s>" in words:  # noqa: S105 - struck out, in HTML
        token = first_token(words.replace("</s>", ""), ROLE_SWITCHING)
    return token
