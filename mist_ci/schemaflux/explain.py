"""Manual pages of the rules, made from the rules themselves: `mist-ci explain CODE` and docs/rules/."""

import inspect
from collections.abc import Iterable

from mist_ci.models.finding import Consequence, DataReport
from mist_ci.schemaflux.fixing import FIXABLE
from mist_ci.schemaflux.kinds import Rule
from mist_ci.schemaflux.rules import RULES

SECTIONS = ("What it finds", "Why it matters", "What to do")
_CONSEQUENCES = {
    Consequence.REJECTED: "the training job is rejected",
    Consequence.DROPPED: "the example is dropped without a word",
    Consequence.TRUNCATED: "the example is cut without a word",
    Consequence.MISTRAINED: "the model learns something wrong",
    Consequence.NONE: "nothing happens",
}

_FIXABLE = " · `mist-ci validate --fix` repairs it where that is safe"


def codes() -> tuple[str, ...]:
    """All rule codes, in order."""
    return tuple(rule.META.code for rule in RULES)


def page(code: str) -> str:
    """The manual page of a rule as Markdown. Raises KeyError for a code that is no rule."""
    rule = {rule.META.code: rule for rule in RULES}[code.upper()]
    meta = rule.META
    title, *paragraphs = _paragraphs(rule)
    facts = f"Severity: **{meta.severity}** · if nobody acts, **{_CONSEQUENCES[meta.consequence]}**"
    parts = [
        f"# {meta.code} {meta.name}",
        title,
        f"{facts} · since {meta.since}{_FIXABLE if meta.code in FIXABLE else ''}",
        *(_section(paragraph) for paragraph in paragraphs),
        _example("Bad", meta.bad),
        _example("Good", meta.good),
    ]
    if meta.template:
        parts.append(f"The chat template of both:\n\n```jinja\n{meta.template.text}\n```")
    if meta.trainer:
        parts.append(
            f"The trainer's configuration (here, a token is a word):\n\n```yaml\n{meta.trainer.decode().strip()}\n```"
        )
    if meta.max_tokens:
        parts.append(f"A row may have {meta.max_tokens} tokens (a token is a word).")
    if meta.suite_prompt:
        parts.append(f"A suite asks: `{meta.suite_prompt}`")
    return "\n\n".join(parts) + "\n"


def manual(reports: Iterable[DataReport]) -> dict[str, str]:
    """Code → manual page of every rule that found something."""
    found = {one.code for report in reports for one in report.findings}
    return {code: page(code) for code in codes() if code in found}


def index() -> str:
    """The list of all rules as Markdown."""
    lines = [
        "# Rules for training data",
        "",
        "| code | name | severity | finds |",
        "| --- | --- | --- | --- |",
    ]
    for rule in RULES:
        meta = rule.META
        lines.append(
            f"| [{meta.code}]({meta.code}.md) | {meta.name} | {meta.severity} | {_paragraphs(rule)[0]} |"
        )
    return "\n".join(lines) + "\n"


def pages() -> dict[str, str]:
    """Path → text of every generated page, with the index."""
    return {"docs/rules/index.md": index()} | {f"docs/rules/{code}.md": page(code) for code in codes()}


def _paragraphs(rule: Rule) -> list[str]:
    return inspect.cleandoc(rule.__doc__ or "").split("\n\n")


def _section(paragraph: str) -> str:
    heading, colon, text = paragraph.partition(": ")
    if not colon or heading not in SECTIONS:
        return paragraph
    return f"## {heading}\n\n{text[:1].upper()}{text[1:]}"


def _example(heading: str, content: bytes) -> str:
    text = content.decode("utf-8", "backslashreplace").replace("\ufeff", "\\ufeff").strip("\n")
    return f"## {heading}\n\n```json\n{text or '(an empty file)'}\n```"
