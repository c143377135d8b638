"""A line is not UTF-8.

What it finds: bytes that are not UTF-8, for example from a spreadsheet that saved in Windows-1252 or
UTF-16.

Why it matters: trainers stop at such a line, or replace the characters and train on the damage.

What to do: convert the file once, for example with `iconv -f WINDOWS-1252 -t UTF-8`, and save as UTF-8
from then on.
"""

from collections.abc import Iterator

from mist_ci.models.finding import Consequence, Severity
from mist_ci.parsing.strict_json import JsonProblemKind
from mist_ci.schemaflux.example import GOOD, chat, rows
from mist_ci.schemaflux.rule import BadLine, Problem, RuleMeta

META = RuleMeta(
    code="SF003",
    name="not-utf8",
    severity=Severity.ERROR,
    consequence=Consequence.REJECTED,
    since="0.1.0",
    bad=rows(chat(("user", "Un café?"), ("assistant", "Oui."))).decode().encode("cp1252") + GOOD,
    good=rows(chat(("user", "Un café?"), ("assistant", "Oui."))),
)
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")

_SAMPLE_BYTES = 1 << 16
_ASCII = 0x7F
_WESTERN = 0.2


def check(line: BadLine, /) -> Iterator[Problem]:
    """Guesses the real encoding for the hint; the guess is never used to read on."""
    if line.problem.kind is not JsonProblemKind.ENCODING:
        return
    guess = _guess(line.raw)
    hint = f"convert the file: iconv -f {guess} -t UTF-8" if guess else "save the file as UTF-8"
    looks = f" (looks like {guess})" if guess else ""
    yield Problem(f"{line.problem.message}{looks}", hint, column=line.problem.column)


def _guess(raw: bytes) -> str | None:
    """Western text has few letters outside of ASCII; anything else is compared with what languages look like."""
    if raw.startswith(_UTF16_MARKS):
        return "UTF-16"
    sample = raw[:_SAMPLE_BYTES]
    if sum(byte > _ASCII for byte in sample) <= len(sample) * _WESTERN:
        try:
            return "WINDOWS-1252" if sample.decode("cp1252").strip().isprintable() else None
        except UnicodeDecodeError:
            pass
    from charset_normalizer import from_bytes  # noqa: PLC0415 - only where something is wrong

    best = from_bytes(sample).best()
    return None if best is None else best.encoding.replace("_", "-").upper()
