"""The pull-request comment and the job summary, from the same Report and the same parts.

A comment says nothing that changes from run to run of one commit (no duration, no run id but on line 1), so
that judging again edits nothing. The summary has those.
"""

import re
from dataclasses import asdict, dataclass
from urllib.parse import quote

from markupsafe import Markup

from mist_ci.models.report import Report
from mist_ci.report import state
from mist_ci.report.rendering import render
from mist_ci.report.since import since
from mist_ci.report.state import Snapshot
from mist_ci.report.view import view

MAX_COMMENT_CHARACTERS = 65_000
MAX_SUMMARY_BYTES = 1_000_000
BYTES_PER_CHARACTER = 3
"""GitHub takes 65,536 characters and 200,000 bytes: the second limit is kept in proportion to the first."""

_CLOSE = "\n</details>\n"
_REST = _CLOSE + "\nThe rest does not fit here: it is in `report.json`.\n"
_OUR_URL = re.compile(
    r"https?://[A-Za-z0-9.-]+(?::[0-9]{1,5})?(?:/[A-Za-z0-9._~/?=%+-]*)?(?:#[A-Za-z0-9._-]*)?"
)
_LINK = re.compile(r"^\[Full report\]\(([^()\s]+)\)$", re.MULTILINE)
_ALL = 1_000_000
MAX_URL = 2_000


@dataclass(frozen=True, slots=True)
class Detail:
    """How much is shown. Samples go first, then findings and the rest, then suites; the verdict never goes."""

    flips: int
    findings: int
    items: int = 100
    """Of each list: remarks, waivers, notices, steps and the like."""
    extras: bool = True
    """The table of tokens and money, budgets that are kept, and what ran and why."""
    suites: int = _ALL
    words: int = 1000
    """Characters of the reason in bold."""


_COMMENT_LEVELS = (
    Detail(5, 20),
    Detail(3, 20),
    Detail(1, 10),
    Detail(0, 10, 50),
    Detail(0, 3, 20),
    Detail(0, 0, 20),
    Detail(0, 0, 5),
    Detail(0, 0, 3, extras=False, words=400),
    Detail(0, 0, 3, extras=False, words=400, suites=100),
    Detail(0, 0, 3, extras=False, words=400, suites=30),
    Detail(0, 0, 3, extras=False, words=400, suites=10),
    Detail(0, 0, 1, extras=False, words=200, suites=3),
    Detail(0, 0, 0, extras=False, words=140, suites=1),
)
_SUMMARY_LEVELS = (Detail(25, 500, 1000), Detail(10, 200, 200), *_COMMENT_LEVELS)


def comment(
    report: Report,
    previous: str | None = None,
    limit: int = MAX_COMMENT_CHARACTERS,
    details_url: str | None = None,
) -> str:
    """Markdown that fits into a GitHub comment; detail is shed until it does.

    `previous` is our last comment of this gate on this pull request: what changed since then is told. The caller
    has checked its author; whatever else is odd about it is as if there were none. About the same commit, and
    with the same numbers, the text is the one of `previous` but for line 1. `limit` counts characters; below
    about 2,000 the verdict alone may take more. `details_url` is the page of the full report; one that is not
    plain http(s) is left out.
    """
    now = state.snapshot(report)
    before = state.predecessor(state.read(previous), now.head) if previous and now else None
    context = view(report) | {"since": since(before, now) if before and now else None}
    context |= {"since_head": before.head if before else "", "volatile": False}
    made = _Comment(report, context, _tail(now, before, limit), limit)
    text = made.text(details_url)
    if previous and (old := _LINK.search(previous)) and _is_of_one_repository(old[1], details_url):
        # The run's page is new with every run: where all else is equal, the link stays.
        kept = made.text(old[1])
        return kept if _body(kept) == _body(previous) else text
    return text


def _is_of_one_repository(old: str, new: str | None) -> bool:
    """Whoever may edit comments could have put another address there."""
    home = (new or "").partition("/actions/")[0]
    return bool(home) and old != new and old.startswith(f"{home}/actions/")


def summary(report: Report) -> str:
    """Markdown for the job summary: the comment with more detail."""
    context = view(report) | {"since": None, "since_head": "", "volatile": True, "details_url": None}
    return _fit("summary.md.j2", context, _SUMMARY_LEVELS, (MAX_SUMMARY_BYTES, MAX_SUMMARY_BYTES))


@dataclass(frozen=True, slots=True)
class _Comment:
    """A comment but for its link."""

    report: Report
    context: dict[str, object]
    tail: str
    limit: int

    def text(self, details_url: str | None) -> str:
        one = self.report
        head = f"<!-- mist-ci gate={quote(one.label)} run={one.run_id} head={one.event.head} -->\n"
        room = self.limit - len(head) - len(self.tail)
        limits = room, BYTES_PER_CHARACTER * self.limit - len(head) - len(self.tail)
        url = _link(details_url)
        context = self.context | {"details_url": url}
        ending = f"\n[Full report]({url})\n" if url else ""
        return head + _fit("comment.md.j2", context, _COMMENT_LEVELS, limits, ending) + self.tail


def _tail(now: Snapshot | None, before: Snapshot | None, limit: int) -> str:
    """A twelfth of the room for each of the two snapshots at most."""
    room = min(state.MAX_SNAPSHOT, limit // 12)
    return f"\n{state.write(now, before, room)}\n" if now else ""


def _link(url: str | None) -> Markup | None:
    """The address as it is, since every character in it is harmless in a link; None for any other."""
    if url is None or len(url) > MAX_URL or not _OUR_URL.fullmatch(url):
        return None
    return Markup(url)  # noqa: S704


def _fit(
    template: str,
    context: dict[str, object],
    levels: tuple[Detail, ...],
    limits: tuple[int, int],
    ending: str = "",
) -> str:
    """The first level that keeps to the limits, which are characters and bytes.

    Where none does, it is the last one, cut; `ending` is what it then ends with.
    """
    text = ""
    for detail in levels:
        text = squeeze(render(template, context | {"most": asdict(detail)}))
        if len(text) <= limits[0] and len(text.encode()) <= limits[1]:
            return text
    return _cut(text, *limits, ending)


def _cut(markdown: str, characters: int, octets: int, ending: str) -> str:
    """The beginning, up to the end of a line, and what says that there was more; three lines in any case."""
    rest = _REST + ending
    room = max(characters - len(rest), 0), max(octets - len(rest.encode()), 0)
    start = markdown[: room[0]].encode()[: room[1]].decode(errors="ignore")
    start = start[: start.rfind("\n") + 1]
    verdict = "".join(markdown.splitlines(keepends=True)[:3])
    start = max(start, verdict, key=len)
    is_open = start.count("<details>") > start.count("</details>")
    return start + (rest if is_open else rest.removeprefix(_CLOSE))


def squeeze(markdown: str) -> str:
    """Runs of blank lines become one; inside a fence there are none, because we show answers as code spans."""
    return re.sub(r"\n{3,}", "\n\n", markdown).strip() + "\n"


def _body(text: str) -> str:
    """Without line 1, as the host may give it back."""
    return text.replace("\r\n", "\n").partition("\n")[2].rstrip()
