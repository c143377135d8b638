"""Lines that are no rows: there is always a rule that says why."""

from mist_ci.errors import Code, CouldNotRun, Where
from mist_ci.models.finding import Finding
from mist_ci.parsing.strict_json import JsonProblem, parse
from mist_ci.schemaflux.asking import ask
from mist_ci.schemaflux.ledger import Ledger
from mist_ci.schemaflux.rule import BadLine, FileHead
from mist_ci.schemaflux.rules import LINE_RULES

_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


def note_bad_line(line: BadLine, ledger: Ledger) -> list[Finding]:
    """Why a line cannot be read: what is worth showing of it. Raises CouldNotRun MC900 when no rule knows."""
    where, is_explained = Where(line.file, line.line), False
    shown: list[Finding] = []
    for rule in LINE_RULES:
        for problem in ask(rule, where, rule.check, line):
            is_explained = True
            noted = ledger.note(rule.META, problem, where, is_known=line.is_known, raw=line.raw)
            shown += [noted] if noted else []
    if not is_explained:
        raise CouldNotRun(Code.INTERNAL, f"no rule explains {line.problem.kind}", where=where)
    return shown


def note_utf16(head: FileHead, ledger: Ledger, *, is_known: bool) -> bool:
    """True when the file is UTF-16, which has no lines of bytes: said once."""
    if not head.content.startswith(_UTF16_MARKS):
        return False
    try:
        parse(head.content)
    except JsonProblem as problem:
        note_bad_line(BadLine(1, head.path, head.content, problem, is_known), ledger)
    return True
