"""What a GitHub runner makes of a program's output, for tests: which commands it would carry out.

Facts from actions/runner: ActionCommand.cs (the two syntaxes), OutputManager.cs (both are tried on every line
of stdout and stderr), ProcessInvoker.cs (lines end at CR, LF or CR LF). Where the runner is picky this stays
generous: any command name counts, since `stop-commands` makes any word a command, and invisible characters
may be skipped, because .NET compares strings by culture.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

# System.Char.IsWhiteSpace, which is what String.TrimStart removes.
WHITE_SPACE = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
_DRAWN_AS_NOTHING = "\u034f\u115f\u1160\u3164\uffa0\ufe0e\ufe0f"
_LINE_END = re.compile(r"\r\n|\r|\n")


def commands(output: str) -> list[str]:
    """The names of the commands in this output, in order; an empty list is what a safe text gives."""
    found: list[str] = []
    for line in _LINE_END.split(output):
        for reading in (line, _without_ignorables(line)):
            name = colon_command(reading)
            if name is None:
                name = bracket_command(reading)
            if name is not None:
                found.append(name)
                break
    return found


def colon_command(line: str) -> str | None:
    """`::name key=value,key=value::data`, at the start of a line after any white space."""
    line = line.lstrip(WHITE_SPACE)
    if not line.startswith("::"):
        return None
    info, separator, _data = line[2:].partition("::")
    return info.partition(" ")[0] if separator else None


@dataclass(frozen=True)
class Command:
    """What the runner carries out: a name, its properties and its data, unescaped."""

    name: str
    properties: dict[str, str]
    data: str


def parse(line: str) -> Command | None:
    """One line as ActionCommand.TryParseV2 reads it; None when it is no command in that syntax."""
    line = line.lstrip(WHITE_SPACE)
    if not line.startswith("::"):
        return None
    info, separator, data = line[2:].partition("::")
    if not separator:
        return None
    name, _space, listed = info.partition(" ")
    pairs = [one.split("=", 1) for one in listed.strip(WHITE_SPACE).split(",") if one]
    properties = {pair[0]: _unescaped(pair[1], PROPERTY) for pair in pairs if len(pair) == 2}
    return Command(name, properties, _unescaped(data, DATA))


# The runner replaces one escape after the other, `%25` last.
DATA = {"%0D": "\r", "%0A": "\n", "%25": "%"}
PROPERTY = {"%0D": "\r", "%0A": "\n", "%3A": ":", "%2C": ",", "%25": "%"}


def _unescaped(text: str, escapes: dict[str, str]) -> str:
    for escape, character in escapes.items():
        text = text.replace(escape, character)
    return text


def bracket_command(line: str) -> str | None:
    """`##[name key=value;key=value]data`, anywhere in a line; only the first `##[` is looked at."""
    _before, prefix, rest = line.partition("##[")
    info, bracket, _data = rest.partition("]")
    return info.partition(" ")[0] if prefix and bracket else None


def _without_ignorables(line: str) -> str:
    # All white space stays, also where it is a control character: it is trimmed, not skipped.
    return "".join(character for character in line if not _is_ignorable(character))


@cache
def _is_ignorable(character: str) -> bool:
    if character in WHITE_SPACE:
        return False
    return unicodedata.category(character) in {"Cc", "Cf", "Cs"} or character in _DRAWN_AS_NOTHING
