"""Stand-ins for the ports that SchemaFlux uses, and one short way to call it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NoReturn

import jinja2

from mist_ci.models.finding import DataReport
from mist_ci.ports.executor import Dialect, Executor, Rendered
from mist_ci.ports.sources import BytesSource
from mist_ci.schemaflux.lines import MAX_LINE_BYTES
from mist_ci.schemaflux.prompts import SuitePrompts
from mist_ci.schemaflux.run import Inspection, Means, validate


class WordCounter:
    """A token is a word."""

    def basis(self, model: str) -> str:
        return f"words of {model}"

    def count(self, text: str, model: str) -> int:
        del model
        return len(text.split())

    def count_many(self, texts: Sequence[str], model: str) -> list[int]:
        return [self.count(text, model) for text in texts]


def _raise(message: str) -> NoReturn:
    raise jinja2.TemplateError(message)


@dataclass
class InlineExecutor:
    """Renders in this process; remembers the contexts."""

    contexts: list[Mapping[str, object]] = field(default_factory=list)

    def render(
        self, template: str, contexts: Sequence[Mapping[str, object]], dialect: Dialect
    ) -> tuple[Rendered, ...]:
        assert dialect is Dialect.CHAT
        self.contexts += contexts
        return tuple(self._one(template, context) for context in contexts)

    def _one(self, template: str, context: Mapping[str, object]) -> Rendered:
        try:
            return Rendered(jinja2.Template(template).render(context, raise_exception=_raise))
        except (jinja2.TemplateError, TypeError) as error:
            return Rendered(None, str(error))


def check(
    files: bytes | Mapping[str, bytes],
    *,
    known: Mapping[str, bytes] | None = None,
    template: str | None = None,
    suite_prompts: SuitePrompts | None = None,
    template_changed: bool = False,
    executor: Executor | None = None,
    longest_line: int | None = None,
) -> DataReport:
    """Validates a data set; bytes are its only file, `train.jsonl`."""
    asked = Inspection(
        "support",
        _sources({"train.jsonl": files} if isinstance(files, bytes) else files),
        _sources(known or {}),
        model="tiny",
        template=template,
        template_path=None if template is None else "chat.jinja",
        template_changed=template_changed,
        suite_prompts=suite_prompts or {},
        longest_line=longest_line or MAX_LINE_BYTES,
    )
    return validate(asked, Means(executor or InlineExecutor(), WordCounter()))


def _sources(files: Mapping[str, bytes]) -> list[BytesSource]:
    return [BytesSource(path, content) for path, content in files.items()]
