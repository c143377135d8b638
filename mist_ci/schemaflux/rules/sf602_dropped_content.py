"""The chat template leaves something out.

What it finds: a text, the name of a speaker, a tool call, or the reasoning before the last answer that is in the row
and not in what the chat template makes of it. Blanks around a text, and the escapes of JSON, do not count. Reasoning of
earlier turns is left alone: many templates drop it on purpose. Tool calls, reasoning and short texts are proven by
marks: the row is rendered once more with a word in each of them that no text has.

Why it matters: nobody is told. The model is trained on a conversation in which the call was never made, or in
which the user did not say what the answer is about.

What to do: use a template that has a place for it, or put it where the template reads it (reasoning in
`reasoning_content`, a system prompt in the first message).
"""

import re
from collections.abc import Iterator

from mist_ci.models.chat_template import ChatTemplate
from mist_ci.models.finding import Consequence, Severity
from mist_ci.ports.executor import ChatRendered
from mist_ci.schemaflux.conversation import rendered_messages, spoken
from mist_ci.schemaflux.example import ASK, GOOD_CALL, TELL, call, result, rows, tool
from mist_ci.schemaflux.marks import Mark, Part, marked, traces
from mist_ci.schemaflux.message import Message
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Problem, RuleMeta, quote
from mist_ci.schemaflux.texts import is_in

META = RuleMeta(
    code="SF602",
    name="dropped-content",
    severity=Severity.WARNING,
    consequence=Consequence.MISTRAINED,
    since="0.1.0",
    bad=rows(
        {
            "messages": [
                {"role": "system", "content": "Answer in one short sentence."},
                ASK,
                call("weather", '{"city": "Oslo"}'),
                result("call_1", "light rain"),
                TELL,
            ],
            "tools": [tool("weather")],
        }
    ),
    good=GOOD_CALL,
    template=ChatTemplate(
        "{% for message in messages %}{% if message.role != 'system' %}"
        "<|{{ message.role }}|>{{ message.content }}"
        "{% for call in message.tool_calls or [] %}"
        "{{ call.function.name }}({{ call.function.arguments }})"
        "{% endfor %}<|end|>"
        "{% endif %}{% endfor %}"
    ),
)
_NAME_READ = re.compile(r"message\.name|message\[.name.\]|\bname\b.*in message")
_NAMES = {Part.CONTENT: "the text", Part.REASONING: "the reasoning", Part.CALL: "the tool call"}


def check(row: Row, rendered: ChatRendered, /) -> Iterator[Problem]:
    """What is gone, by its marks where there are some, else by its text."""
    if rendered.text is None:
        return
    said = spoken(row)
    yield from _names(said, rendered)
    if rendered.marked_text is not None:
        seen = {trace.mark for trace in traces(rendered.marked_text)}
        for mark in marked(rendered_messages(row))[1]:
            if mark not in seen and mark.message < len(said) and _matters(mark, said):
                yield _problem(said[mark.message], mark)
        return
    for number, message in enumerate(said):
        if isinstance(message.content, str) and not is_in(message.content, rendered.text):
            yield _problem(message, Mark(Part.CONTENT, number))


def _names(said: tuple[Message, ...], rendered: ChatRendered) -> Iterator[Problem]:
    """Who speaks: the template's, and so said once. Names of tools stand in their calls."""
    texts = rendered.template.text + (rendered.template.tool_text or "")
    for message in said:
        name = message.value.get("name")
        is_speaker = message.role in ("system", "developer", "user", "assistant")
        if is_speaker and isinstance(name, str) and name.strip() and _reads_no_name(texts, name, rendered):
            yield Problem(
                f"the chat template leaves out the `name` of {message.role} messages",
                "use a template that says who speaks, write it into the text, or remove the names",
                is_shared=True,
            )
            return


def _reads_no_name(texts: str, name: str, rendered: ChatRendered) -> bool:
    return name not in (rendered.text or "") and not _NAME_READ.search(texts)


def _matters(mark: Mark, said: tuple[Message, ...]) -> bool:
    asked = max((number for number, message in enumerate(said) if message.role == "user"), default=-1)
    return mark.part is not Part.REASONING or mark.message > asked


def _problem(message: Message, mark: Mark) -> Problem:
    field, what = message.at_content or message.field, message.content
    if mark.part is Part.CALL:
        field, what = f"{message.field}.tool_calls[{mark.index}]", None
    elif mark.part is Part.REASONING:
        field, what = message.field, message.reasoning
    return Problem(
        f"the chat template leaves out {_NAMES[mark.part]} of the {message.role} message",
        "use a template that has a place for it, or put it where the template reads it",
        field=field,
        snippet="" if what is None else quote(what),
    )
