"""The public golden vectors, taken apart: a field is a path such as "expect.L"; a list of numbers is one."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

VECTORS: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "data" / "gate-vectors.json").read_text(encoding="utf-8")
)
GIVEN = frozenset({"input", "name", "role", "margin"})

Fields = dict[str, Any]


def taken_apart(value: object, path: str = "") -> Iterator[tuple[str, object]]:
    """Every expected leaf of a vector by its path; suites go by their names."""
    if isinstance(value, Mapping):
        for key, part in value.items():
            if key not in GIVEN:
                yield from taken_apart(part, f"{path}.{key}".lstrip("."))
    elif isinstance(value, list) and isinstance(value[0], Mapping):
        for part in value:
            yield from taken_apart(part, f"{path}.{part['name']}")
    else:
        yield path, value


EXPECTED: dict[str, Fields] = {name: dict(taken_apart(vector)) for name, vector in VECTORS.items()}
