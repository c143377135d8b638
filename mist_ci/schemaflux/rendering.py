"""Rows rendered by the chat template, and what the rules say about the result."""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from mist_ci.errors import Where
from mist_ci.models.chat_template import ChatTemplate
from mist_ci.models.figures import count
from mist_ci.models.finding import Severity
from mist_ci.models.trainer import TrainerSettings
from mist_ci.ports.executor import ChatRendered, Conversation, Executor
from mist_ci.schemaflux.asking import ask
from mist_ci.schemaflux.conversation import Skip, conversation
from mist_ci.schemaflux.kinds import Rule
from mist_ci.schemaflux.ledger import Ledger
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Problem, RuleMeta
from mist_ci.schemaflux.rules import (
    RENDER_RULES,
    sf601_template_error,
    sf609_special_token_in_content,
    sf611_control_token_in_content,
)
from mist_ci.schemaflux.selection import Selection


@dataclass(slots=True)
class Shared:
    """A problem of the template, and how many rows show it."""

    meta: RuleMeta
    problem: Problem
    first: Where
    count: int
    is_known: bool


@dataclass(slots=True)
class Renderings:
    """How all renderings went: enough to say once what is true of all rows."""

    count: int = 0
    error: str | None = None
    """The error of all of them so far; None when they differ."""
    is_same: bool = True
    is_known: bool = True
    skipped: dict[Skip, int] = field(default_factory=dict)
    """Rows that were not rendered: nobody knows what a trainer would make of them."""
    shared: dict[tuple[str, Severity, str], Shared] = field(default_factory=dict)
    """Rule, severity and message → a problem of the template."""

    def add(self, error: str | None, *, is_known: bool) -> None:
        """Takes in one rendering."""
        self.is_same = self.is_same and (self.count == 0 or error == self.error)
        self.count, self.error, self.is_known = self.count + 1, error, self.is_known and is_known

    def share(self, one: Shared) -> None:
        """Takes in a problem of the template; the first row that shows it is remembered."""
        severity = one.problem.severity or one.meta.severity
        mine = self.shared.setdefault((one.meta.code, severity, one.problem.message), one)
        if mine is not one:
            mine.count += one.count
            mine.is_known = mine.is_known and one.is_known

    def skip(self, reason: Skip, rows: int = 1) -> None:
        """Takes in rows that were not rendered."""
        self.skipped[reason] = self.skipped.get(reason, 0) + rows

    def merge(self, later: "Renderings") -> None:
        """Takes in the renderings of a later part."""
        for reason, rows in later.skipped.items():
            self.skip(reason, rows)
        for one in later.shared.values():
            self.share(one)
        if later.count:
            self.is_same = self.is_same and later.is_same and (self.count == 0 or later.error == self.error)
            self.error, self.is_known = later.error, self.is_known and later.is_known
            self.count += later.count


class Renderer:
    """A template, and what renders it. `template_changed` says that no row was rendered by it before."""

    def __init__(
        self,
        executor: Executor,
        template: ChatTemplate,
        now: datetime,
        selection: Selection,
        *,
        template_changed: bool,
    ) -> None:
        self._executor = executor
        self._template = template
        self._now = now
        self._changed = template_changed
        self._rules = [rule for rule in RENDER_RULES if selection.takes(rule.META)]

    def __call__(self, renderings: Renderings, ledger: Ledger, rows: Iterable[Row]) -> None:
        """Renders rows without errors while they come, and asks the rules about each of them."""
        waiting: deque[Row] = deque()
        talks = self._conversations(rows, waiting, renderings)
        for rendered in self._executor.render_chat(self._template, talks, self._now):
            self._judge(waiting.popleft(), rendered, renderings, ledger)

    def _conversations(
        self, rows: Iterable[Row], waiting: deque[Row], renderings: Renderings
    ) -> Iterator[Conversation]:
        for row in rows:
            talk = conversation(row, self._template)
            if isinstance(talk, Skip):
                renderings.skip(talk)
            else:
                waiting.append(row)
                yield talk

    def _judge(self, row: Row, rendered: ChatRendered, renderings: Renderings, ledger: Ledger) -> None:
        is_known = row.is_known and not self._changed
        renderings.add(rendered.error, is_known=is_known)
        where = Where(row.file, row.line)
        for rule in self._rules:
            for problem in ask(rule, where, rule.check, row, rendered):
                if problem.is_shared:
                    renderings.share(Shared(rule.META, problem, where, 1, is_known))
                else:
                    ledger.note(rule.META, problem, where, is_known=is_known, row=row.raw)


def as_trained(template: ChatTemplate, trainers: Sequence[TrainerSettings]) -> ChatTemplate:
    """The template with what the configurations of trainers say about it."""
    masks = any("assistant_only_loss: true" in settings.evidence for settings in trainers)
    return replace(template, needs_generation=True) if masks else template


def is_superseded(rule: Rule, template: ChatTemplate | None, selection: Selection) -> bool:
    """True for a rule that suspects what another one knows for sure: one defect is one finding."""
    certain = sf611_control_token_in_content
    if rule is not sf609_special_token_in_content or template is None or not selection.takes(certain.META):
        return False
    return bool(template.all_specials) and not template.plain_only  # else some rows are not rendered


def say_it_once(renderings: Renderings, ledger: Ledger, path: str) -> None:
    """What is the template's, or something that all rows share, is said at the template."""
    is_said = any(code == sf601_template_error.META.code for code, _, _ in renderings.shared)
    if renderings.count > 1 and renderings.is_same and renderings.error is not None and not is_said:
        error = renderings.error
        ledger.drop(sf601_template_error.META.code)
        problem = Problem(
            f"all {renderings.count:,} rows fail to render: {error}", sf601_template_error.hint(error)
        )
        ledger.note(sf601_template_error.META, problem, Where(path), is_known=renderings.is_known)
    for reason, skipped in sorted(renderings.skipped.items()):
        message = f"{count(skipped, 'row')} not rendered and so not checked: {reason}"
        problem = Problem(message, "give the template that the model comes with", severity=Severity.INFO)
        ledger.note(sf601_template_error.META, problem, Where(path), is_known=False)
    for one in renderings.shared.values():
        rows = "the row" if one.count == 1 else f"{one.count:,} rows, first"
        message = f"{one.problem.message} ({rows} {one.first})"
        problem = replace(one.problem, message=message, field=None)
        ledger.note(one.meta, problem, Where(path), is_known=one.is_known)
