"""Rows, and what transformers itself makes of them: the other side of the comparison."""

import itertools
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from typing import Any

from tokenizers import Tokenizer, models
from transformers import PreTrainedTokenizerFast
from transformers.utils import chat_template_utils

from mist_ci.models.chat_template import ChatTemplate
from mist_ci.ports.executor import Conversation

NOW = datetime(2026, 2, 3, 4, 5, 6)  # noqa: DTZ001 - templates see local time
TEXTS = (
    "Paris",
    "  padded \n",
    "a\n\nb\t'\"\\ </s> <|im_end|> {{ x }} {% if %}",
    "héé 日本 \U0001f600 \u2028 العربية",
    "",
)
TOOLS: list[Any] = [
    {
        "type": "function",
        "function": {
            "name": "weather",
            "description": "The <weather> & more",
            "parameters": {
                "type": "object",
                "properties": {"city": {"type": "string"}, "n": {"type": "integer"}},
                "required": ["city"],
            },
        },
    }
]
ARGUMENTS: tuple[Any, ...] = ('{"city": "Oslø", "n": 1}', {"city": "Oslø", "n": 1}, {}, "{}", "no json", None)
CONTENTS: tuple[dict[str, Any], ...] = ({"content": None}, {"content": ""}, {}, {"content": "Let me look."})


def plain_rows() -> Iterator[list[Any]]:
    """Users and assistants, with a system prompt or without, in and out of order."""
    for text, other in itertools.product(TEXTS, TEXTS[:3]):
        yield [{"role": "user", "content": text}, {"role": "assistant", "content": other}]
        yield [
            {"role": "system", "content": other},
            {"role": "user", "content": text},
            {"role": "assistant", "content": "one"},
            {"role": "user", "content": other},
            {"role": "assistant", "content": text},
        ]
    for roles in (
        "u",
        "a",
        "s",
        "uu",
        "ua",
        "aua",
        "sua",
        "usa",
        "uua",
        "uaa",
        "dua",
        "ssua",
        "uasua",
        "uau",
        "ta",
    ):
        names = {"u": "user", "a": "assistant", "s": "system", "d": "developer", "t": "tool"}
        yield [{"role": names[role], "content": f"text {n}"} for n, role in enumerate(roles)]


def rich_rows() -> Iterator[list[Any]]:
    """Tool calls in every spelling, reasoning under every name, parts, and what is not right at all."""
    ask = {"role": "user", "content": "Weather?"}
    tell = {"role": "assistant", "content": "Rain."}
    for content, arguments in itertools.product(CONTENTS, ARGUMENTS):
        call = {"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": arguments}}
        said = {"role": "assistant", **content, "tool_calls": [call]}
        answer = {"role": "tool", "tool_call_id": "call_1", "name": "weather", "content": "rain & <wind>"}
        yield [ask, said, answer, tell]
        yield [ask, said]
        yield [ask, {**said, "tool_calls": [call, {**call, "id": "abcDEF123"}]}, answer, answer, tell]
    for name in ("reasoning_content", "reasoning", "thinking"):
        yield [ask, {**tell, name: "Because."}, ask, {**tell, name: "So."}]
        yield [ask, {**tell, name: None}]
        yield [ask, {**tell, name: ""}]
    yield [ask, {"role": "assistant", "content": "<think>\nhm\n</think>\n\nRain."}, ask, tell]
    yield [{"role": "user", "content": [{"type": "text", "text": "Look"}, {"type": "image"}]}, tell]
    part = {"type": "text", "text": "Look"}
    yield [{"role": "user", "content": [part]}, {"role": "assistant", "content": [part, part]}]
    yield [{**ask, "name": "ann", "weight": 1}, {**tell, "refusal": None, "tool_calls": None, "audio": None}]
    odd: Any
    for odd in (5, 1.5, True, None, {"a": 1}, ["x"], [[]]):
        yield [{"role": "user", "content": odd}, {"role": "assistant", "content": odd}]
    yield [{"role": None, "content": "x"}, {"role": 7, "content": "x"}]
    yield [{}, {"from": "human", "value": "x"}]


def conversations() -> list[Conversation]:
    """All rows, with tools and without, as whole conversations with their prompts."""
    found = [Conversation(row, prompt_length=max(1, len(row) - 1)) for row in plain_rows()]
    for row, tools in itertools.product(rich_rows(), (None, TOOLS, [])):
        found.append(Conversation(row, tools=tools, prompt_length=max(1, len(row) - 1)))
    ask = [{"role": "user", "content": "x"}, {"role": "assistant", "content": "y"}]
    more = (
        {"enable_thinking": False},
        {"enable_thinking": True, "bos_token": "<B>"},
        {"x": {"y": [1, None]}},
    )
    found += [Conversation(ask, kwargs=kwargs, prompt_length=1) for kwargs in more]
    found.append(Conversation(ask, documents=[{"title": "t", "text": "d"}], prompt_length=1))
    return found


@cache
def tokenizer() -> Any:
    """A tokenizer of transformers with nothing in it."""
    return PreTrainedTokenizerFast(tokenizer_object=Tokenizer(models.BPE()))  # type: ignore[no-untyped-call]


class Frozen(datetime):
    """The clock of the comparison."""

    @classmethod
    def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
        del tz
        return NOW


def theirs(template: ChatTemplate, row: Conversation, *, prompt: bool) -> str | None:
    """What `apply_chat_template` gives; None where it raises."""
    names: Mapping[str, Any] = {**template.special_tokens, **row.kwargs}  # type: ignore[dict-item]
    messages: Any = row.messages[: row.prompt_length] if prompt else row.messages
    try:
        return str(
            tokenizer().apply_chat_template(
                messages,
                tools=row.tools,
                documents=row.documents,
                chat_template=template.tool_text
                if template.tool_text and row.tools is not None
                else template.text,
                add_generation_prompt=prompt,
                tokenize=False,
                **names,
            )
        )
    except Exception:  # noqa: BLE001 - whatever is raised, it is an error
        return None


def their_spans(template: ChatTemplate, row: Conversation) -> tuple[tuple[int, int], ...]:
    """The generation indices that the assistant mask is made of."""
    messages: Any = [{k: v for k, v in m.items() if v is not None} for m in row.messages]  # type: ignore[attr-defined]
    names: Mapping[str, Any] = {**template.special_tokens, **row.kwargs}  # type: ignore[dict-item]
    text = template.tool_text if template.tool_text and row.tools is not None else template.text
    spans: Any = chat_template_utils.render_jinja_template(
        conversations=[messages],
        tools=row.tools,  # type: ignore[arg-type]
        documents=row.documents,  # type: ignore[arg-type]
        chat_template=text,
        return_assistant_tokens_mask=True,
        **names,
    )
    return tuple((start, end) for start, end in spans[1][0])
