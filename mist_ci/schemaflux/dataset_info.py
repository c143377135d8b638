"""LLaMA-Factory's `dataset_info.json`: which key of a row it reads as what, once columns and tags are resolved."""

import json
import posixpath
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mist_ci.schemaflux.message import Object

ALPACA = "alpaca"
FORMATTINGS = (ALPACA, "sharegpt", "openai")
TAGS = {
    "role_tag": "from",
    "content_tag": "value",
    "user_tag": "human",
    "assistant_tag": "gpt",
    "observation_tag": "observation",
    "function_tag": "function_call",
    "system_tag": "system",
}
"""Every tag, with what it is when there are no `tags`."""
_COLUMNS = {"prompt": "instruction", "query": "input", "response": "output", "messages": "conversations"}
"""What columns are when there are no `columns`: the others are not set."""
_ELSEWHERE = frozenset({"hf_hub_url", "ms_hub_url", "om_hub_url", "script_url", "cloud_file_name"})
_OF_DATASETS = frozenset({"builder_name", "citation", "features", "splits"})
"""Keys of a file of the same name that the library `datasets` writes: it is not LLaMA-Factory's."""


@dataclass(frozen=True, slots=True)
class DatasetInfo:
    """The file, with the first rows of the training data that is validated."""

    path: str
    content: bytes
    samples: Mapping[str, Sequence[Object]]
    """Path of a file of training data → its first rows."""

    def parsed(self) -> object:
        """What is in it, as LLaMA-Factory reads it. Raises ValueError for what is no JSON."""
        try:
            return json.loads(self.content.decode())
        except RecursionError:
            raise ValueError("it is nested too deeply") from None

    def rows(self, file_name: str) -> list[Object]:
        """The first rows of what an entry names: a file, or all files of a directory. Empty for other data."""
        wanted = posixpath.normpath(posixpath.join(posixpath.dirname(self.path), file_name))
        return [
            row
            for path, rows in self.samples.items()
            if f"{posixpath.normpath(path)}/".startswith(f"{wanted}/")
            for row in rows
        ]


@dataclass(frozen=True, slots=True)
class Entry:
    """One data set of the file. `columns` and `tags` are what is written, and None where nothing is."""

    name: str
    rows: Sequence[Object]
    formatting: str
    is_ranking: bool
    columns: Mapping[str, Any] | None
    tags: Mapping[str, Any] | None

    def column(self, name: str) -> str | None:
        """The key of a row that is read as this column; None when it is not read."""
        return _text((_COLUMNS if self.columns is None else self.columns).get(name))

    def tag(self, name: str) -> str | None:
        """A tag; None when it is not set."""
        return _text((TAGS if self.tags is None else self.tags).get(name))

    @property
    def keys(self) -> tuple[str, ...]:
        """All keys of its first rows, in order."""
        return tuple(dict.fromkeys(key for row in self.rows for key in row))

    def messages(self) -> Iterator[Object]:
        """Messages of the first rows, and answers that are preferred or not."""
        one = self.column("messages")
        sides = [self.column("chosen"), self.column("rejected")] if self.is_ranking else []
        for row in self.rows:
            talk = row.get(one) if one else None
            turns = talk if isinstance(talk, list) else []
            for value in (*turns, *(row.get(side) for side in sides if side)):
                if isinstance(value, dict):
                    yield value


def is_of_llamafactory(value: Mapping[str, Any]) -> bool:
    """False for the file of the same name that the library `datasets` writes beside its data."""
    return _OF_DATASETS.isdisjoint(value) or any(
        isinstance(one, dict) and ("file_name" in one or not _ELSEWHERE.isdisjoint(one))
        for one in value.values()
    )


def file_of(entry: Mapping[str, Any]) -> str | None:
    """The file or directory that an entry names; None when its data comes from elsewhere."""
    return _text(entry.get("file_name")) if _ELSEWHERE.isdisjoint(entry) else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
