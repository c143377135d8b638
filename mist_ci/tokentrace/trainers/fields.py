"""Fields of a document that somebody else wrote: each is what it should be, or an error says which one is not."""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Never

from mist_ci.errors import Code, ConfigError, Where

MAX_COUNT = 10**15
"""More tokens, steps or seconds than this are a mistake."""
MAX_TEXT = 500
_SMALLEST, _LARGEST, _DIGITS = -18, 40, 60
"""Powers of ten that a number may have; written out it would be a text of that length."""
_CLOCKS_NS = 946_684_800 * 10**9
"""The year 2000. What is before it comes from a clock that nobody set."""


@dataclass(frozen=True, slots=True)
class Fields:
    """An object of a file. `line` counts from 1, where the format has lines."""

    file: str
    values: dict[str, object]
    line: int | None = None
    inside: str = ""

    def text(self, name: str) -> str | None:
        """A text that is not empty, or None where there is none."""
        value = self.values.get(name)
        if value is None or value == "":
            return None
        if not isinstance(value, str):
            self.refuse(name, "must be a text")
        return value[:MAX_TEXT]

    def needed_text(self, name: str, hint: str | None = None) -> str:
        """A text that has to be there."""
        value = self.text(name)
        return self.missing(name, hint) if value is None else value

    def number(self, name: str) -> Decimal | None:
        """A finite number that is not negative, exactly as it was written; CSV has it as a text."""
        value = self.values.get(name)
        if value is None or value == "":
            return None
        if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
            self.refuse(name, "must be a number")
        try:
            found = Decimal(value)
        except InvalidOperation:
            self.refuse(name, "must be a number")
        if not found.is_finite():
            self.refuse(name, "must be a finite number")
        if found < 0:
            self.refuse(name, f"must not be negative, and is {found}")
        if found and not (
            _SMALLEST <= found.adjusted() <= _LARGEST and len(found.as_tuple().digits) <= _DIGITS
        ):
            self.refuse(name, "is beyond any training: too large, too small or too many digits")
        return found

    def count(self, name: str) -> int | None:
        """A whole number that is not negative; trainers write some of them as `1200.0`."""
        found = self.number(name)
        if found is None:
            return None
        if found > MAX_COUNT or found != found.to_integral_value():
            self.refuse(name, f"must be a whole number up to {MAX_COUNT:,}, and is {found}")
        return int(found)

    def moment_ns(self, name: str) -> int | None:
        """Unix nanoseconds from Unix seconds or from an ISO 8601 text, which is UTC where it does not say."""
        value = self.values.get(name)
        if value is None or value == "":
            return None
        if isinstance(value, str) and not value.replace(".", "", 1).isdigit():
            try:
                moment = datetime.fromisoformat(value)
            except ValueError:
                self.refuse(name, "must be a time such as 2026-11-26T12:00:00Z")
            aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
            whole_s = round((aware.replace(microsecond=0) - datetime.fromtimestamp(0, UTC)).total_seconds())
            return self._set(name, whole_s * 10**9 + aware.microsecond * 1000)
        seconds = self.number(name)
        if seconds is None or seconds > 10**11:
            self.refuse(name, "must be Unix seconds")
        return self._set(name, int(seconds * 10**9))

    def _set(self, name: str, moment_ns: int) -> int:
        return (
            moment_ns
            if moment_ns >= _CLOCKS_NS
            else self.refuse(name, "is before the year 2000: no clock was set")
        )

    def object(self, name: str) -> "Fields | None":
        """An object inside."""
        value = self.values.get(name)
        if value is None:
            return None
        if not isinstance(value, dict):
            self.refuse(name, "must be an object")
        return Fields(self.file, value, self.line, f"{self.inside}{name}.")

    def objects(self, name: str) -> "list[Fields]":
        """Objects of a list inside; none where there is no list."""
        value = self.values.get(name)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            self.refuse(name, "must be a list of objects")
        return [
            Fields(self.file, one, self.line, f"{self.inside}{name}[{index}].")
            for index, one in enumerate(value)
        ]

    def missing(self, name: str, hint: str | None = None) -> Never:
        """Raises ConfigError MC115 for a field that is not there."""
        self.refuse(name, "is missing", hint)

    def refuse(self, name: str, why: str, hint: str | None = None) -> Never:
        """Raises ConfigError MC115 for a field."""
        where = Where(self.file, self.line, field=f"{self.inside}{name}")
        raise ConfigError(
            Code.BAD_TRACE, why, where=where, hint=hint or "hand over the file as the trainer wrote it"
        )
