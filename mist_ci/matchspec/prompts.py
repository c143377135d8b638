"""From rows to the messages that are sent. Templates run in the isolated child only."""

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from pydantic import JsonValue

from mist_ci.errors import Code, ConfigError, Where
from mist_ci.matchspec.complaints import Complain
from mist_ci.models.suite import ChatMessage, Expected, SampleRow, SourceRow, SuiteFile
from mist_ci.ports.executor import Dialect, Executor, Rendered

_IDENTITY = {"{{ input }}", "{{input}}"}
"""Templates that are the input itself: no child process is needed for them."""
_PLAIN_NAME = re.compile(r"\{\{\s*([A-Za-z_]\w*)\s*\}\}")
_IS_TEMPLATE = re.compile(r"\{\{|\{%|\{#")

MOST_TEMPLATES = 200
"""Different templates in the expectations of a suite; each takes a process of its own."""

_NAMED = set(ChatMessage.model_fields)

Rows = Sequence[tuple[SourceRow, SampleRow]]


def render_prompts(
    suite: SuiteFile, path: str, rows: Rows, executor: Executor, complain: Complain
) -> list[tuple[ChatMessage, ...] | None]:
    """Messages of each row. The expectation is not in a template's context: a prompt cannot give it away.

    Complains with MC110 when a template cannot be rendered, with the row's line, or once with the suite's `path` where
    it is the same for every row; such a row has None.
    """
    system = (ChatMessage(role="system", content=suite.system),) if suite.system else ()
    templates = suite.messages or (ChatMessage(role="user", content=suite.prompt or "{{ input }}"),)
    to_render = [one for one in rows if one[1].messages is None]
    fields = (
        ["prompt"] if suite.messages is None else [f"messages[{index}]" for index in range(len(templates))]
    )
    columns = [
        _column(template.content, Where(path, field=field), to_render, executor, complain)
        for template, field in zip(templates, fields, strict=True)
    ]
    rendered = iter(zip(*columns, strict=True))
    prompts: list[tuple[ChatMessage, ...] | None] = []
    for _, row in rows:
        if row.messages is not None:
            prompts.append(system + row.messages)
            continue
        messages = [
            None if text is None else _message(template, text)
            for template, text in zip(templates, next(rendered), strict=True)
        ]
        whole = tuple(message for message in messages if message is not None)
        prompts.append(system + whole if len(whole) == len(messages) else None)
    return prompts


def _message(template: ChatMessage, text: str) -> ChatMessage:
    """As `model_copy` gives it, at a third of its time, and with one set of names for all messages."""
    return ChatMessage.model_construct(
        _NAMED,
        role=template.role,
        content=text,
        tool_calls=template.tool_calls,
        tool_call_id=template.tool_call_id,
    )


def _column(
    template: str, place: Where, rows: Rows, executor: Executor, complain: Complain
) -> list[str | None]:
    """One template rendered for every row."""
    if template in _IDENTITY and all(row.input is not None for _, row in rows):
        return [row.input for _, row in rows]
    rendered = executor.render(template, [_context(row) for _, row in rows], Dialect.PROMPT) if rows else ()
    failed = [(one, result) for one, result in zip(rows, rendered, strict=True) if result.text is None]
    is_its_own = len(failed) == len(rows) > 1 and len({result.error for _, result in failed}) == 1
    for (source, row), result in failed[:1] if is_its_own else failed:
        where = place if is_its_own else Where(source.file, source.line, None, "prompt")
        what = "for every sample the prompt" if is_its_own else "the prompt"
        complain(_not_rendered(what, result, row, where))
    return [result.text for result in rendered]


def _context(row: SampleRow) -> dict[str, JsonValue]:
    given: dict[str, JsonValue] = {} if row.input is None else {"input": row.input}
    return {**row.vars, **given, "choices": list(row.choices or ())}


def _not_rendered(what: str, result: Rendered, row: SampleRow, where: Where) -> ConfigError:
    names = sorted({"input", "choices", *row.vars} - ({"input"} if row.input is None else set()))
    hint = (
        f"a template may use `input`, `choices` and the names in `vars`; this sample has: {', '.join(names)}"
    )
    return ConfigError(Code.BAD_SAMPLE, f"{what} cannot be rendered: {result.error}", where=where, hint=hint)


def render_expected(rows: Rows, executor: Executor, complain: Complain) -> list[tuple[SourceRow, SampleRow]]:
    """Rows whose expectations no longer name variables. A row that names one it does not have is left out.

    Raises ConfigError MC109 for more templates than anybody has time for.
    """
    waiting: dict[str, list[int]] = defaultdict(list)
    made: dict[tuple[int, str], str | None] = {}
    for index, (_, row) in enumerate(rows):
        for text in _templates(row.expected):
            plain = _filled(text, row.vars)
            if plain is None:
                waiting[text].append(index)
            else:
                made[index, text] = plain
    if len(waiting) > MOST_TEMPLATES:
        where = Where(rows[0][0].file)
        message = (
            f"its assertions hold {len(waiting):,} different templates, and {MOST_TEMPLATES} are the most"
        )
        hint = "`{{ name }}` alone is none, whatever the name; write down what the others give"
        raise ConfigError(Code.UNSAFE_DOCUMENT, message, where=where, hint=hint)
    for text, indices in waiting.items():
        contexts = [_context(rows[index][1]) for index in indices]
        for index, result in zip(indices, executor.render(text, contexts, Dialect.PROMPT), strict=True):
            source, row = rows[index]
            made[index, text] = result.text
            if result.text is None:
                line, column = source.places.get(("expected",), (source.line, None))
                where = Where(source.file, line, column, "expected")
                complain(_not_rendered("an assertion", result, row, where))
    lost = {index for (index, _), text in made.items() if text is None}
    told = {place: text for place, text in made.items() if text is not None}
    return [
        (source, _with_expected(row, index, told))
        for index, (source, row) in enumerate(rows)
        if index not in lost
    ]


def _filled(text: str, variables: Mapping[str, JsonValue]) -> str | None:
    """The text with its variables, where it names nothing but texts and numbers; no child is needed for that."""
    names = set(_PLAIN_NAME.findall(text))
    simple = all(isinstance(variables.get(name), str | int) for name in names)
    if not simple or _IS_TEMPLATE.search(_PLAIN_NAME.sub("", text)):
        return None
    return _PLAIN_NAME.sub(lambda found: _as_text(variables[found[1]]), text)


def _as_text(value: JsonValue) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _templates(value: Expected | JsonValue) -> Iterator[str]:
    if isinstance(value, str):
        if _IS_TEMPLATE.search(value):
            yield value
    elif isinstance(value, dict | list | tuple):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _templates(inner)


def _with_expected(row: SampleRow, index: int, told: Mapping[tuple[int, str], str]) -> SampleRow:
    def fill(value: object) -> object:
        if isinstance(value, str):
            return told.get((index, value), value)
        if isinstance(value, dict):
            return {key: fill(inner) for key, inner in value.items()}
        return type(value)(map(fill, value)) if isinstance(value, list | tuple) else value

    return row.model_copy(update={"expected": fill(row.expected)})
