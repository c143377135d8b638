"""What a data file holds, whoever wrote it: rows, or one document."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from mist_ci.models.suite import SourceRow
from mist_ci.parsing import safe_yaml


@dataclass(frozen=True, slots=True)
class Content:
    """A data file after its own parser: JSON Lines, CSV and Parquet are rows, YAML and JSON one document."""

    file: str
    rows: tuple[SourceRow, ...] = ()
    document: safe_yaml.Document | None = None
    columns: tuple[str, ...] = ()
    """The header of a CSV file."""


@dataclass(frozen=True, slots=True)
class Material:
    """What the data says: rows that are samples, and what it decides where the suite file says nothing."""

    rows: tuple[SourceRow, ...]
    settings: Mapping[str, object] = field(default_factory=dict)
    """Fields of SuiteFile: the prompt, the graders."""
    more_files: tuple[str, ...] = ()
    templates_in_expected: bool = False


def entries(document: safe_yaml.Document, prefix: safe_yaml.Path) -> Iterator[safe_yaml.Document]:
    """The entries of the list at `prefix`, each a document whose positions begin at itself."""
    found: object = document.value
    for step in prefix:
        found = found[step] if isinstance(found, dict | list) else None  # type: ignore[index]
    places: dict[str | int, dict[safe_yaml.Path, tuple[int, int]]] = defaultdict(dict)
    depth = len(prefix)
    for path, place in document.positions.items():
        if len(path) > depth and path[:depth] == prefix:
            places[path[depth]][path[depth + 1 :]] = place
    for index, value in enumerate(found if isinstance(found, list) else []):
        yield safe_yaml.Document(document.file, value, places[index])


def line_of(document: safe_yaml.Document) -> int:
    """Where an entry begins."""
    return document.positions.get((), (1, 1))[0]
