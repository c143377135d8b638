"""Rows rendered by the chat template, and what the rules say about the result."""

from collections.abc import Sequence
from dataclasses import dataclass

from mist_ci.errors import Where
from mist_ci.ports.executor import Dialect, Executor
from mist_ci.schemaflux.asking import ask
from mist_ci.schemaflux.ledger import Ledger
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Problem
from mist_ci.schemaflux.rules import RENDER_RULES, sf601_template_error


@dataclass(slots=True)
class Renderings:
    """How all renderings went: enough to say once what is true of all rows."""

    count: int = 0
    error: str | None = None
    """The error of all of them so far; None when they differ."""
    is_same: bool = True
    is_known: bool = True

    def add(self, error: str | None, *, is_known: bool) -> None:
        """Takes in one rendering."""
        self.is_same = self.is_same and (self.count == 0 or error == self.error)
        self.count, self.error, self.is_known = self.count + 1, error, self.is_known and is_known

    def merge(self, later: "Renderings") -> None:
        """Takes in the renderings of a later part."""
        if later.count:
            self.is_same = self.is_same and later.is_same and (self.count == 0 or later.error == self.error)
            self.error, self.is_known = later.error, self.is_known and later.is_known
            self.count += later.count


def render_rows(
    renderings: Renderings,
    ledger: Ledger,
    template: str,
    rows: Sequence[Row],
    executor: Executor,
    *,
    template_changed: bool,
) -> None:
    """Renders rows without errors and asks the rules about each of them."""
    results = executor.render(template, [_context(row) for row in rows], Dialect.CHAT)
    for row, rendered in zip(rows, results, strict=True):
        is_known = row.is_known and not template_changed
        renderings.add(rendered.error, is_known=is_known)
        where = Where(row.file, row.line)
        for rule in RENDER_RULES:
            for problem in ask(rule, where, rule.check, row, rendered):
                ledger.note(rule.META, problem, where, is_known=is_known)


def say_it_once(renderings: Renderings, ledger: Ledger, path: str) -> None:
    """When all rows fail in the same way it is the template, or something that all rows share."""
    if renderings.count > 1 and renderings.is_same and renderings.error is not None:
        error = renderings.error
        ledger.drop(sf601_template_error.META.code)
        problem = Problem(
            f"all {renderings.count:,} rows fail to render: {error}", sf601_template_error.hint(error)
        )
        ledger.note(sf601_template_error.META, problem, Where(path), is_known=renderings.is_known)


def _context(row: Row) -> dict[str, object]:
    """What a trainer hands to `apply_chat_template`."""
    context: dict[str, object] = {
        "messages": [dict(message.value) for message in row.messages],
        "add_generation_prompt": False,
    }
    return context | ({"tools": row.object["tools"]} if "tools" in row.object else {})
