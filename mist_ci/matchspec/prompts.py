"""From rows to the messages that are sent. Templates run in the isolated child only."""

from collections.abc import Sequence

from mist_ci.errors import Code, ConfigError, Where
from mist_ci.models.suite import ChatMessage, SampleRow, SuiteFile
from mist_ci.ports.executor import Dialect, Executor

_IDENTITY = {"{{ input }}", "{{input}}"}
"""Templates that are the input itself: no child process is needed for them."""


def render_prompts(
    suite: SuiteFile, rows: Sequence[tuple[int, SampleRow]], file: str, executor: Executor
) -> list[tuple[ChatMessage, ...]]:
    """Messages of each row. The expectation is not in a template's context: a prompt cannot give it away.

    Raises ConfigError MC110 with the row's line when a template cannot be rendered.
    """
    system = (ChatMessage(role="system", content=suite.system),) if suite.system else ()
    templates = suite.messages or (ChatMessage(role="user", content=suite.prompt or "{{ input }}"),)
    columns = [_column(template.content, rows, file, executor) for template in templates]
    prompts = []
    for (_, row), texts in zip(rows, zip(*columns, strict=True), strict=True):
        rendered = tuple(
            ChatMessage(role=template.role, content=text)
            for template, text in zip(templates, texts, strict=True)
        )
        prompts.append(system + (row.messages or rendered))
    return prompts


def _column(template: str, rows: Sequence[tuple[int, SampleRow]], file: str, executor: Executor) -> list[str]:
    """One template rendered for every row."""
    if template in _IDENTITY:
        return [row.input or "" for _, row in rows]
    contexts = [{**row.vars, "input": row.input or "", "choices": list(row.choices or ())} for _, row in rows]
    texts = []
    rendered = executor.render(template, contexts, Dialect.PROMPT)
    for (line, _), result in zip(rows, rendered, strict=True):
        if result.text is None:
            where = Where(file, line, None, "prompt")
            hint = "a prompt template may use `input`, `choices` and the names in `vars`"
            message = f"the prompt cannot be rendered: {result.error}"
            raise ConfigError(Code.BAD_SAMPLE, message, where=where, hint=hint)
        texts.append(result.text)
    return texts
