"""Findings as text: as they are found, with the line they are about, and a summary at the end."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mist_ci.models.finding import DataReport, Finding, RuleCount

_MESSAGE_CHARS = 400


class FindingPrinter:
    """Prints the first `limit` findings, each once, as soon as it is told of them."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._shown: set[Finding] = set()

    def show(self, finding: "Finding") -> None:
        """Prints a finding, unless there were enough or it is known from base."""
        if len(self._shown) < self._limit and not finding.known and finding not in self._shown:
            self._shown.add(finding)
            print_finding(finding)

    def finish(self, report: "DataReport") -> None:
        """Prints what was found late, and what there is in all."""
        from mist_ci.cli.output import say
        from mist_ci.models.figures import count

        for finding in report.findings:
            self.show(finding)
        new = sum(one.count for one in report.counts if not one.known)
        known = sum(one.count for one in report.counts if one.known)
        if new > len(self._shown):
            more = count(new - len(self._shown), "more finding")
            say(
                f"… {more}, counted below: --show N prints more, --format json has the first 1,000 of each kind\n"
            )
        for line in (*_totals(report.counts), *_matrix(report)):
            say(line)
        before = f" and {known:,} that base has already" if known else ""
        say(
            f"{count(report.rows, 'row')} in {count(len(report.files), 'file')}{_formats(report)}, "
            f"{count(report.tokens, 'token')} ({report.token_basis}), {count(new, 'finding')}{before}"
        )
        if report.figures is not None and report.figures.total:
            say(report.figures.sentence)
            for trainer in report.figures.trainers:
                say(trainer.sentence)
        for notice in report.notices:
            say(f"note: {notice}")
        if new:
            worst = min(
                (one for one in report.counts if not one.known),
                key=lambda one: (one.severity.rank, -one.count),
            )
            say(f"more: mist-ci explain {worst.code}")


def print_finding(finding: "Finding") -> None:
    """One finding with its frame."""
    from mist_ci.cli.output import say
    from mist_ci.report.text import plain

    target = f" for {finding.target}" if finding.target else ""
    say(f"{finding.where}: {finding.severity} {finding.code} {finding.name}{target} [{finding.consequence}]")
    say(f"  {plain(finding.message, _MESSAGE_CHARS)}")
    frame = finding.frame
    if frame is not None:
        number = str(finding.where.line or "")
        say(f"  {number} | {frame.text}")
        say(f"  {' ' * len(number)} | {' ' * _width(frame.text[: frame.start])}{'^' * min(frame.length, 60)}")
    elif finding.snippet:
        say(f"    {plain(finding.snippet, 160)}")
    say(f"  next: {plain(finding.hint, _MESSAGE_CHARS)}\n")


def _width(text: str) -> int:
    """Columns of a terminal: characters of East Asia take two, marks none."""
    from rich.cells import cell_len

    return cell_len(text)


def _totals(counts: "tuple[RuleCount, ...]") -> list[str]:
    new = [one for one in counts if not one.known]
    rows = sorted(new, key=lambda one: (one.severity.rank, -one.count, one.code))
    return [
        f"{one.count:9,} × {one.severity:7} {one.code}  {one.name}{f' ({one.target})' if one.target else ''}"
        for one in rows
    ]


def _matrix(report: "DataReport") -> list[str]:
    """Rows × targets; nothing when no target was named."""
    if not report.targets:
        return []
    width = max(6, *(len(one.target) for one in report.targets))
    head = "".join(f"{name:>13}" for name in ("rejected", "dropped", "cut", "mis-trained", "fine"))
    lines = ["", f"{'target':{width}}{head}"]
    for one in report.targets:
        numbers = (one.rejected, one.dropped, one.truncated, one.mistrained, one.fine)
        lines.append(f"{one.target:{width}}{''.join(f'{n:>13,}' for n in numbers)}  {one.verdict}")
    return [*lines, ""]


def _formats(report: "DataReport") -> str:
    found = sorted({one.format.value for one in report.details if one.format is not None})
    return f" ({', '.join(found)})" if found else ""
