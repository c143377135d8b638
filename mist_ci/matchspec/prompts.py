"""From rows to the messages that are sent. Templates run in the isolated child only."""

from collections.abc import Sequence

from mist_ci.errors import Code, ConfigError, Where
from mist_ci.models.suite import ChatMessage, SampleRow, SuiteFile
from mist_ci.ports.executor import Dialect, Executor

_IDENTITY = {None, "{{ input }}", "{{input}}"}


def render_prompts(
    suite: SuiteFile, rows: Sequence[tuple[int, SampleRow]], file: str, executor: Executor
) -> list[tuple[ChatMessage, ...]]:
    """Messages of each row. The expectation is not in a template's context: a prompt cannot give it away.

    Raises ConfigError MC110 with the row's line when a template cannot be rendered.
    """
    system = (ChatMessage(role="system", content=suite.system),) if suite.system else ()
    texts = _user_texts(suite, rows, file, executor)
    return [
        system + (row.messages or (ChatMessage(role="user", content=text),))
        for (_, row), text in zip(rows, texts, strict=True)
    ]


def _user_texts(
    suite: SuiteFile, rows: Sequence[tuple[int, SampleRow]], file: str, executor: Executor
) -> list[str]:
    if suite.prompt in _IDENTITY or suite.prompt is None:
        return [row.input or "" for _, row in rows]
    contexts = [{"input": row.input or "", "choices": list(row.choices or ())} for _, row in rows]
    texts = []
    rendered = executor.render(suite.prompt, contexts, Dialect.PROMPT)
    for (line, _), result in zip(rows, rendered, strict=True):
        if result.text is None:
            where = Where(file, line, None, "prompt")
            hint = "a prompt template may use `input` and `choices`"
            raise ConfigError(
                Code.BAD_SAMPLE, f"the prompt cannot be rendered: {result.error}", where=where, hint=hint
            )
        texts.append(result.text)
    return texts
