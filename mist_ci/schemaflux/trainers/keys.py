"""Values of a trainer's configuration, each of the type it has to have, remembered as evidence."""

import json
from collections.abc import Mapping
from typing import TypeVar

from mist_ci.errors import Code, ConfigError
from mist_ci.parsing.safe_yaml import Document, Path, Plain

T = TypeVar("T")


class Keys:
    """Reads keys such as `cutoff_len` and `tokenizer.max_seq_len`. All raise ConfigError MC104 for a wrong type."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self.read: list[str] = []
        """What was found, as `cutoff_len: 512`, in the order of asking."""

    def path_of(self, key: str) -> Path:
        """`tokenizer.max_seq_len` as a path into the document."""
        return tuple(key.split("."))

    def has(self, key: str) -> bool:
        """True when the file has the key, whatever its value."""
        return self._found(key) is not _MISSING

    def number(self, key: str, default: int | None, *, may_be_null: bool = False) -> int | None:
        """A whole number; null is a value of its own where it may be one."""
        value = self._found(key)
        if value is _MISSING or (value is None and not may_be_null):
            return default
        if value is None or (isinstance(value, int) and not isinstance(value, bool)):
            self._note(key, value)
            return value
        raise self._wrong(key, value, "a whole number", "write it without quotes and without a decimal point")

    def flag(self, key: str, default: bool | None = False) -> bool | None:
        """True or false; null is the default."""
        value = self._found(key)
        if value is _MISSING or value is None:
            return default
        if isinstance(value, bool):
            self._note(key, value)
            return value
        raise self._wrong(
            key, value, "true or false", "write true or false: not yes, no, on, off or a quoted word"
        )

    def choice(self, key: str, names: Mapping[str, T], default: T) -> T:
        """One of some names, in any case; null is the default."""
        value = self._found(key)
        if value is _MISSING or value is None:
            return default
        if isinstance(value, str) and value.lower() in names:
            self._note(key, value)
            return names[value.lower()]
        raise self._wrong(key, value, f"one of {', '.join(names)}", None)

    def text(self, key: str) -> str:
        """A name; empty where there is none."""
        value = self._found(key)
        if isinstance(value, str):
            self._note(key, value)
            return value
        if value is _MISSING or value is None:
            return ""
        raise self._wrong(key, value, "a name", None)

    def texts(self, key: str, inner: str) -> list[str]:
        """The different values of one key in a list of objects, sorted; whatever is no text is left out."""
        value = self._found(key)
        parts = value if isinstance(value, list) else []
        found = {part[inner] for part in parts if isinstance(part, dict) and isinstance(part.get(inner), str)}
        self.read += [f"{key}[].{inner}: {one}" for one in sorted(map(str, found))]
        return sorted(map(str, found))

    def _found(self, key: str) -> object:
        value: object = self._document.value
        for part in self.path_of(key):
            if not isinstance(value, dict) or part not in value:
                return _MISSING
            value = value[part]
        return value

    def _note(self, key: str, value: Plain) -> None:
        self.read.append(f"{key}: {value if isinstance(value, str) else json.dumps(value)}")

    def _wrong(self, key: str, value: object, wanted: str, hint: str | None) -> ConfigError:
        where = self._document.where(self.path_of(key))
        return ConfigError(Code.WRONG_VALUE, f"{value!r:.60} is not {wanted}", where=where, hint=hint)


_MISSING = object()
