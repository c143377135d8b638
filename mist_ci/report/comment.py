"""The pull-request comment and the job summary, from the same Report and the same parts."""

import re
from dataclasses import dataclass
from urllib.parse import quote

from markupsafe import Markup

from mist_ci.models.report import Report
from mist_ci.models.verdict import Outcome
from mist_ci.report.rendering import render
from mist_ci.report.status import headline

MAX_COMMENT_CHARACTERS = 65_000
MAX_COMMENT_BYTES = 200_000
MAX_SUMMARY_BYTES = 1_000_000

_CLOSE = "\n</details>\n"
_REST = _CLOSE + "\nThe rest does not fit here: it is in `report.json`.\n"

_ICONS = {
    Outcome.NOTHING_TO_GATE: "⚪", Outcome.NOT_GATED_YET: "⚪", Outcome.PASSED: "✅", Outcome.NOT_PROVEN: "🟡",
    Outcome.FAILED: "❌", Outcome.CONFIG_ERROR: "⚠️", Outcome.COULD_NOT_RUN: "⚠️",
}  # fmt: skip
_WORDS = {Outcome.NOT_PROVEN: "passed, but something is not proven", Outcome.PASSED: "passed"}


@dataclass(frozen=True, slots=True)
class _Detail:
    """How much is shown. Samples go first, then findings; the verdict never goes."""

    flips: int
    findings: int


_COMMENT_LEVELS = (
    _Detail(5, 20),
    _Detail(3, 20),
    _Detail(1, 10),
    _Detail(0, 10),
    _Detail(0, 3),
    _Detail(0, 0),
)
_SUMMARY_LEVELS = (_Detail(25, 500), _Detail(10, 200), *_COMMENT_LEVELS)


def comment(report: Report) -> str:
    """Markdown that fits into a GitHub comment; detail is shed until it does."""
    marker = f"<!-- mist-ci gate={quote(report.label)} run={report.run_id} head={report.event.head} -->\n"
    return _fit(report, "comment.md.j2", _COMMENT_LEVELS, MAX_COMMENT_CHARACTERS, MAX_COMMENT_BYTES, marker)


def summary(report: Report) -> str:
    """Markdown for the job summary: the comment with more detail."""
    return _fit(report, "summary.md.j2", _SUMMARY_LEVELS, MAX_SUMMARY_BYTES, MAX_SUMMARY_BYTES)


def _fit(
    report: Report, template: str, levels: tuple[_Detail, ...], characters: int, octets: int, marker: str = ""
) -> str:
    text, context = "", _context(report)
    for detail in levels:
        shown = {"max_flips": detail.flips, "max_findings": detail.findings}
        text = marker + _squeeze(render(template, context | shown))
        if len(text) <= characters and len(text.encode()) <= octets:
            return text
    return _cut(text, characters, octets)


def _cut(markdown: str, characters: int, octets: int) -> str:
    """The beginning, up to the end of a line, and what says that there was more."""
    room = characters - len(_REST), octets - len(_REST.encode())
    start = markdown[: room[0]].encode()[: room[1]].decode(errors="ignore")
    start = start[: start.rfind("\n") + 1]
    is_open = start.count("<details>") > start.count("</details>")
    return start + (_REST if is_open else _REST.removeprefix(_CLOSE))


def _squeeze(markdown: str) -> str:
    """Runs of blank lines become one; inside a fence there are none, because we show answers as code spans."""
    return re.sub(r"\n{3,}", "\n\n", markdown).strip() + "\n"


def _context(report: Report) -> dict[str, object]:
    """Plain dictionaries and scalars only: a template in a sandbox must find nothing to climb on."""
    outcome = report.decision.outcome
    return {
        "report": report.model_dump(mode="json"),
        "label": report.label,
        "icon": Markup(_ICONS[outcome]),  # noqa: S704 - ours, and escaping takes its colour
        "title": _WORDS.get(outcome, outcome.value),
        "headline": headline(report),
    }
