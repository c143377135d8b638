"""A few rows have another system prompt than all others.

What it finds: a system prompt that at least nine of ten rows with a system prompt share (of at least twenty),
and others that one row in fifty has, or one row.

Why it matters: one system prompt with a typo, or of an older version, is what the model reads in these rows;
in production it is not. Rows of another task are fine.

What to do: look at the rare ones, and write the same prompt where the same is meant.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Self

import xxhash

from mist_ci.models.finding import Consequence, Severity
from mist_ci.schemaflux.example import chat, rows
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Placed, Problem, RuleMeta, quote
from mist_ci.schemaflux.seen import Census

_ASK, _TELL = "What is {}+1?", "{}"
META = RuleMeta(
    code="SF710",
    name="system-prompts",
    severity=Severity.INFO,
    consequence=Consequence.MISTRAINED,
    since="0.1.0",
    bad=rows(
        *(
            chat(
                ("system", "Add numbers." if n else "Ad numbers."),
                ("user", _ASK.format(n)),
                ("assistant", _TELL.format(n + 1)),
            )
            for n in range(20)
        )
    ),
    good=rows(
        *(
            chat(("system", "Add numbers."), ("user", _ASK.format(n)), ("assistant", _TELL.format(n + 1)))
            for n in range(3)
        )
    ),
)
_FEWEST = 20
_DOMINATES = 0.9
_RARE = 0.02
_MOST_PROMPTS = 1_000
_SHOWN_CHARS = 60
_SYSTEM = ("system", "developer")


@dataclass(slots=True)
class _Tally:
    prompts: Census[int] = field(default_factory=lambda: Census(_MOST_PROMPTS))

    def add(self, row: Row, /) -> None:
        if self.prompts.is_full:
            return
        prompt = _prompt(row)
        if prompt:
            key = xxhash.xxh3_64_intdigest(prompt.encode("utf-8", "surrogatepass"))
            self.prompts.add(key, row, prompt[:_SHOWN_CHARS])

    def merge(self, later: Self, /) -> None:
        self.prompts.merge(later.prompts)

    def problems(self) -> Iterator[Placed]:
        prompts = self.prompts
        if prompts.total < _FEWEST:
            return
        (_, most), *others = prompts.by_count()
        rare = [seen for _, seen in others if seen.count <= max(1, _RARE * prompts.total)]
        if rare and most.count >= _DOMINATES * prompts.total:
            first = rare[0]
            problem = Problem(
                f"{most.count:,} of {prompts.total:,} rows have one system prompt, {len(rare):,} others are rare",
                "write the same prompt where the same is meant",
                snippet=quote(first.shown),
            )
            yield Placed(problem, first.file, first.line, all(seen.is_known for seen in rare))


def _prompt(row: Row) -> str | None:
    if row.plain is not None:
        return row.plain.texts[0].strip() if row.plain.roles[0] in _SYSTEM else None
    if row.messages and row.messages[0].role in _SYSTEM:
        return row.messages[0].text.strip()
    return None


def tally() -> _Tally:
    """A new tally."""
    return _Tally()
