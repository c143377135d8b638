"""Findings as text: as they are found, with the line they are about, and a summary at the end."""

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mist_ci.models.finding import DataReport, Finding, RuleCount, Severity

_MESSAGE_CHARS = 400
_LEAST_OF_A_RULE = 5
_COLOURS = {"error": "red", "warning": "yellow", "info": "blue"}


class FindingPrinter:
    """Prints the first findings, each once, as soon as it is told of them.

    At most `limit`, and of one rule a tenth of them or five: a defect that all rows have must not hide the others. The
    first finding of a rule is always shown, unless the limit is 0.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._shown: set[Finding] = set()
        self._of_rule: Counter[tuple[str, str]] = Counter()

    def show(self, finding: "Finding") -> None:
        """Prints a finding, unless there were enough or it is known from base."""
        rule = finding.code, finding.target
        if self._has_room(self._of_rule[rule]) and not finding.known and finding not in self._shown:
            self._shown.add(finding)
            self._of_rule[rule] += 1
            print_finding(finding)

    def _has_room(self, of_rule: int) -> bool:
        if not self._limit or not of_rule:
            return bool(self._limit)
        return len(self._shown) < self._limit and of_rule < max(_LEAST_OF_A_RULE, self._limit // 10)

    def finish(self, report: "DataReport", *, is_repaired: bool) -> None:
        """Prints what was found late, and what there is in all; and what `--fix` may do, unless that was done."""
        from mist_ci.cli.output import say
        from mist_ci.models.figures import count

        for finding in report.findings:
            self.show(finding)
        new = sum(one.count for one in report.counts if not one.known)
        known = sum(one.count for one in report.counts if one.known)
        if new > len(self._shown):
            more = count(new - len(self._shown), "more finding")
            say(f"… {more}, counted below: --show N prints more, --show all the first 1,000 of each kind\n")
        for line in (*_totals(report.counts), *_matrix(report)):
            say(line)
        before = f" and {known:,} that are known" if known else ""
        say(
            f"{count(report.rows, 'row')} in {count(len(report.files), 'file')}{_formats(report)}, "
            f"{count(report.tokens, 'token')} ({report.token_basis}), {count(new, 'finding')}{before}"
        )
        for line in (*_change(report), *_tokens(report)):
            say(line)
        for notice in report.notices:
            say(f"note: {notice}")
        if new:
            worst = min(
                (one for one in report.counts if not one.known),
                key=lambda one: (one.severity.rank, -one.count),
            )
            say(f"more: mist-ci explain {worst.code}")
        if not is_repaired and (codes := _repairable(report)):
            say(
                f"repairs: --fix repairs {codes} where that is safe, and --fix --diff shows it without writing"
            )


def _repairable(report: "DataReport") -> str:
    from mist_ci.schemaflux.fixing import FIXABLE

    return ", ".join(sorted({one.code for one in report.counts if not one.known} & FIXABLE))


def show(report: "DataReport", output_format: str, fail_on: "Severity") -> None:
    """The whole report in a format for machines. Nothing in it can command a CI runner that was not meant to."""
    import click

    from mist_ci import __version__, schemaflux
    from mist_ci.cli.output import show_json
    from mist_ci.report import annotations_of_data, junit_of_data, sarif_of_data, workflow_safe

    match output_format:
        case "sarif":
            pages = schemaflux.manual([report])
            click.echo(sarif_of_data((report,), __version__, pages).replace("##", "#\\u0023"), nl=False)
        case "junit":
            click.echo(workflow_safe(junit_of_data(report, fail_on)), nl=False)
        case "github":
            for line in annotations_of_data(report, fail_on):
                click.echo(line)
        case _:
            show_json(report.model_dump(mode="json"))


def print_finding(finding: "Finding") -> None:
    """One finding with its frame."""
    from mist_ci.cli.output import say, say_coloured
    from mist_ci.report.text import plain

    target = f" for {finding.target}" if finding.target else ""
    code = f"{finding.severity} {finding.code}"
    head = f"{finding.where}: {code} {finding.name}{target} [{finding.consequence}]"
    say_coloured(head, code, _COLOURS[finding.severity.value])
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


def _change(report: "DataReport") -> list[str]:
    """What became of the rows since base; nothing where there is none."""
    if report.change is None:
        return []
    return [report.change.sentence, *(f"drift: {one.sentence}" for one in report.change.drift)]


def _tokens(report: "DataReport") -> list[str]:
    """How many tokens rows have, which of them teach nothing, and what each trainer makes of the rows."""
    figures = report.figures
    if figures is None or not figures.total:
        return []
    places = (
        (figures.unlearnt, "rows without an answer that is learnt"),
        (figures.duplicates, "copies of rows"),
    )
    wasted = [f"{number:,} in {place}" for number, place in places if number]
    return [
        figures.sentence,
        *([f"wasted tokens: {', '.join(wasted)}"] if wasted else []),
        *(trainer.sentence for trainer in figures.trainers),
    ]


def _formats(report: "DataReport") -> str:
    found = sorted({one.format.value for one in report.details if one.format is not None})
    return f" ({', '.join(found)})" if found else ""
