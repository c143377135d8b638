"""The page of a target: what it takes, what becomes of data that does not fit, and how each of that is known."""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from mist_ci.models.finding import Consequence
from mist_ci.models.target import Fact, Target
from mist_ci.schemaflux.kinds import Rule
from mist_ci.schemaflux.matrix import WORST_FIRST
from mist_ci.schemaflux.rules import RULES

_HEADINGS = {
    Consequence.REJECTED: "What it rejects",
    Consequence.DROPPED: "What it leaves out without a word",
    Consequence.TRUNCATED: "What it cuts",
    Consequence.MISTRAINED: "What it trains wrongly",
    Consequence.NONE: "What it leaves alone",
}

_OWN = """\
## A target of your own

Only what is known needs to be stated, each fact with where it was found and how: `executed`, `code` or `docs`.
Editors know the keys by [the schema](../schemas/target.yaml.schema.json). Use it as `--for our-trainer.yaml`.

```yaml
version: 1
name: our-trainer
title: "Our trainer"
kind: trainer
as_of: 2026-11-26
summary: "What our own trainer takes."
formats: [openai-chat]
limits:
  rows_min: {value: 50, source: "train.py: check_size", confidence: code}
turns:
  alternate: {value: true, source: "our wiki", confidence: docs, consequence: dropped}
```"""


def page(target: Target) -> str:
    """All about one target as Markdown."""
    parts = [
        f"# {target.title}",
        target.summary,
        f"`--for {target.name}` · {target.kind} · as of {target.as_of:%Y-%m-%d}",
        _takes(target),
        *_consequences(target),
        _facts(target),
        *_disagreements(target),
        *_notes(target),
    ]
    return "\n\n".join(parts) + "\n"


def index(targets: Sequence[Target]) -> str:
    """The list of all targets as Markdown."""
    rows = [
        f"| [{one.name}]({one.name}.md) | {one.title} | {one.kind} | {one.as_of:%Y-%m-%d} | "
        f"{', '.join(one.formats)} | {len(one.facts)} | {sum(bool(f.contradicts) for f in one.facts.values())} |"
        for one in targets
    ]
    head = ["| name | target | kind | as of | formats | facts | disputed |", "|---|---|---|---|---|---|---|"]
    text = (
        "What providers and trainers take, as dated data: `mist-ci validate --for together,trl` holds data against "
        "them, and `mist-ci targets` shows them. A rule is silent where a target states nothing."
    )
    return "\n".join(["# Targets", "", text, "", *head, *rows, "", _OWN]) + "\n"


def pages(targets: Sequence[Target]) -> dict[str, str]:
    """Path → text of every generated page, with the index."""
    return {
        "docs/targets/index.md": index(targets),
        **{f"docs/targets/{target.name}.md": page(target) for target in targets},
    }


def _takes(target: Target) -> str:
    rows = [f"| {one} | {_cell(target.formats_from.get(one, ''))} |" for one in target.formats]
    kinds = f"Files: {', '.join(target.containers)}; compression: {', '.join(target.compressions)}."
    return "\n".join(["## What it takes", "", kinds, "", "| format | source |", "|---|---|", *rows])


def _consequences(target: Target) -> Iterator[str]:
    told = [*_by_facts(target), *_by_stances(target), *_by_overflow(target)]
    for consequence in WORST_FIRST:
        rows = [row for one, row in told if one is consequence]
        if rows:
            head = ["| rule | finds | because |", "|---|---|---|"]
            yield "\n".join([f"## {_HEADINGS[consequence]}", "", *head, *rows])


def _by_facts(target: Target) -> Iterator[tuple[Consequence, str]]:
    paths = {id(fact): path for path, fact in target.facts.items()}
    for rule in RULES:
        for fact in _judged(rule, target):
            because = f"`{paths[id(fact)]}`: {_value(fact.value)}"
            yield fact.consequence or rule.META.consequence, _row(rule, because)


def _judged(rule: Rule, target: Target) -> Iterable[Fact[Any]]:
    """The facts by which a rule would judge data for the target; none for a rule that holds for everybody."""
    facts = getattr(rule, "facts", None)
    return () if facts is None else facts(target)


def _by_stances(target: Target) -> Iterator[tuple[Consequence, str]]:
    for rule in RULES:
        stance = target.rules.get(rule.META.code)
        if stance is not None:
            because = _cell(f"{stance.severity} here: {stance.source}")
            yield stance.consequence or rule.META.consequence, _row(rule, because)


def _by_overflow(target: Target) -> Iterator[tuple[Consequence, str]]:
    limits = target.limits
    if limits.overflow is not None:
        more = f"more than {limits.row_tokens.value:,} tokens" if limits.row_tokens else "too many tokens"
        yield limits.overflow.value, f"| – | A row with {more} | `limits.overflow` |"


def _row(rule: Rule, because: str) -> str:
    title = (rule.__doc__ or "").strip().split("\n")[0]
    return f"| [{rule.META.code}](../rules/{rule.META.code}.md) | {title} | {because} |"


def _facts(target: Target) -> str:
    rows = [
        f"| `{path}` | {_value(fact.value)} | {_cell(fact.source)} | {fact.confidence} "
        f"| {target.dated(fact):%Y-%m-%d} |"
        for path, fact in target.facts.items()
    ]
    head = ["| fact | value | source | known from | as of |", "|---|---|---|---|---|"]
    return "\n".join(["## Every fact, and where it is from", "", *head, *rows])


def _disagreements(target: Target) -> Iterator[str]:
    rows = [
        f"| `{path}` | {_value(fact.value)} | {_value(claim.value)} | {_cell(claim.source)} |"
        for path, fact in target.facts.items()
        for claim in fact.contradicts
    ]
    if rows:
        head = ["| fact | taken as | but | says |", "|---|---|---|---|"]
        yield "\n".join(["## Where sources disagree", "", *head, *rows])


def _notes(target: Target) -> Iterator[str]:
    if target.notes:
        rows = [
            f"- {note.value} ({note.source}; {note.confidence}, {target.dated(note):%Y-%m-%d})"
            for note in target.notes
        ]
        yield "\n".join(["## What no rule checks", "", *rows])


def _value(value: object) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case int():
            return f"{value:,}"
        case tuple():
            return ", ".join(map(_value, value)) or "none"
        case str():
            return _code(str(value))
        case _:
            return str(value)


def _code(text: str) -> str:
    """Between backticks, in one cell of a table."""
    return f"`{_cell(json.dumps(text, ensure_ascii=False)[1:-1])}`" if text else "none"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
