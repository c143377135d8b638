"""The first line of our comments: whose comment it is, and how new.

    <!-- mist-ci gate=release run=20261123-0a1b2c3d head=<sha> pr=12 order=8123456789.1 -->

The report writes gate, run and head; `pr` and `order` are added here, when the comment is sent. Only line 1 is
ever read: whatever a pull request gets into the rest of a comment means nothing.
"""

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote

from pydantic import ValidationError

from mist_ci.models.pull_request import RunOrder

_LINE = re.compile(r"<!-- mist-ci((?: [a-z]+=[^\s<>=]+)+) -->")
_ORDER = re.compile(r"([0-9]{1,18})\.([0-9]{1,6})")
_REPORTED = {"gate", "run", "head"}
_SENT = {"pr", "order"}


@dataclass(frozen=True, slots=True)
class Marker:
    """A marker that was sent."""

    gate: str
    """As the host and the caller know it; in the line it is percent-encoded."""
    run: str
    head: str
    pull_number: int
    order: RunOrder

    def __str__(self) -> str:
        """Line 1 of the comment."""
        fields = f"gate={quote(self.gate)} run={self.run} head={self.head} pr={self.pull_number} order={self.order}"
        return f"<!-- mist-ci {fields} -->"


def read(body: str) -> Marker | None:
    """The marker on line 1, or None when line 1 is anything else. Never raises."""
    fields = _fields(body)
    if set(fields) != _REPORTED | _SENT or not re.fullmatch(r"[0-9]{1,18}", fields["pr"]):
        return None
    order = _order(fields["order"])
    if order is None:
        return None
    return Marker(unquote(fields["gate"]), fields["run"], fields["head"], int(fields["pr"]), order)


def stamp(body: str, gate: str, pull_number: int, order: RunOrder) -> tuple[Marker, str]:
    """The marker to send and the whole text with it on line 1.

    Raises ValueError when line 1 of `body` is not the report's marker for this gate.
    """
    fields = _fields(body)
    if set(fields) != _REPORTED or unquote(fields["gate"]) != gate:
        raise ValueError(f"a comment must begin with the marker of gate {gate}")
    marker = Marker(gate, fields["run"], fields["head"], pull_number, order)
    return marker, "\n".join([str(marker), *_rest(body)])


def says_the_same(one: str, other: str) -> bool:
    """True when two sent comments are about one commit and differ in nothing but run and order."""
    first, second = read(one), read(other)
    if first is None or second is None or first.head != second.head:
        return False
    return _text(one) == _text(other)


def _fields(body: str) -> dict[str, str]:
    """The fields of line 1; empty when it is no marker, or names one twice."""
    match = _LINE.fullmatch(body.partition("\n")[0].removesuffix("\r"))
    pairs = [part.split("=") for part in match[1].split()] if match else []
    fields = {pair[0]: pair[1] for pair in pairs}
    return fields if len(fields) == len(pairs) else {}


def _order(text: str) -> RunOrder | None:
    match = _ORDER.fullmatch(text)
    try:
        return RunOrder(run_id=int(match[1]), attempt=int(match[2])) if match else None
    except ValidationError:
        return None


def _rest(body: str) -> list[str]:
    _, newline, rest = body.partition("\n")
    return [rest] if newline else []


def _text(body: str) -> str:
    """Without the marker, and as the host may give it back: line ends and the last blank are not kept."""
    return "\n".join(_rest(body)).replace("\r\n", "\n").rstrip()
