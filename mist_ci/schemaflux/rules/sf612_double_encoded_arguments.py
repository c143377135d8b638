r"""The arguments of a tool call are a string inside of JSON.

What it finds: a call whose `arguments` are a string of JSON, as OpenAI has it, and a template that writes them as a
string once more: `"arguments": "{\"city\\": …"` with every quote escaped. Proven by rendering the row with one more
argument in the call.

Why it matters: the model learns to escape. The calls that it makes later do not parse as the object that the server
expects, or parse as a string.

What to do: write `arguments` as an object where this template is used; or use a template that takes both.
"""

from collections.abc import Iterator

from mist_ci.models.chat_template import ChatTemplate
from mist_ci.models.finding import Consequence, Severity
from mist_ci.ports.executor import ChatRendered
from mist_ci.schemaflux.conversation import spoken
from mist_ci.schemaflux.example import ASK, GOOD_CALL, TELL, call, result, rows, tool
from mist_ci.schemaflux.marks import Part, traces
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Problem, RuleMeta, quote

META = RuleMeta(
    code="SF612",
    name="double-encoded-arguments",
    severity=Severity.WARNING,
    consequence=Consequence.MISTRAINED,
    since="0.1.0",
    bad=rows(
        {
            "messages": [ASK, call("weather", '{"city": "Oslo"}'), result("call_1", "light rain"), TELL],
            "tools": [tool("weather"), tool("time")],
        }
    ),
    good=GOOD_CALL,
    template=ChatTemplate(
        "{% for message in messages %}<|{{ message.role }}|>{{ message.content }}"
        "{% for call in message.tool_calls or [] %}"
        "{% if tools | length > 1 %}{{ call.function | tojson }}"
        "{% else %}{{ call.function.name }}({{ call.function.arguments }}){% endif %}"
        "{% endfor %}<|end|>{% endfor %}"
        "{% if add_generation_prompt %}<|assistant|>{% endif %}"
    ),
)


def check(row: Row, rendered: ChatRendered, /) -> Iterator[Problem]:
    """The calls whose mark stands behind an escaped quote."""
    said = spoken(row)
    for trace in traces(rendered.marked_text or ""):
        mark = trace.mark
        if mark.part is not Part.CALL or not trace.is_escaped or mark.message >= len(said):
            continue
        field = f"{said[mark.message].field}.tool_calls[{mark.index}]"
        for one in said[mark.message].calls:
            if one.field == field and isinstance(one.arguments, str):
                yield Problem(
                    "the chat template writes the arguments of this call as a string inside of JSON",
                    "write arguments as an object where this template is used",
                    field=one.at_arguments,
                    snippet=quote(one.arguments),
                )
