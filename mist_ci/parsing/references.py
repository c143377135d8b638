"""How large a JSON Schema is when everything that it refers to is written out."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from mist_ci.parsing.strict_json import JsonValue

TOO_LARGE = 1 << 62
_DEEPEST = 200
_DIGITS = 6
_BY_PLACE = ("$dynamicRef", "$recursiveRef")


def expanded_size(schema: JsonValue) -> int:
    """Objects and lists after all references are replaced by what they mean.

    TOO_LARGE for a schema that refers to itself, to another document, or in a way that depends on where it is used.
    """
    return _Expansion(schema).size(schema, 0)


@dataclass(slots=True)
class _Expansion:
    root: JsonValue
    sizes: dict[int, int] = field(default_factory=dict)
    """By identity of a part of the schema; TOO_LARGE while it is being counted, which finds circles."""

    def size(self, node: JsonValue, depth: int) -> int:
        if not isinstance(node, dict | list):
            return 0
        if depth > _DEEPEST:
            return TOO_LARGE
        if id(node) not in self.sizes:
            self.sizes[id(node)] = TOO_LARGE
            total = 1 + sum(self.size(part, depth + 1) for part in self._parts(node))
            self.sizes[id(node)] = min(total, TOO_LARGE)
        return self.sizes[id(node)]

    def _parts(self, node: dict[str, JsonValue] | list[JsonValue]) -> Iterable[JsonValue]:
        if isinstance(node, list):
            return node
        return [self._meaning(key, value) for key, value in node.items()]

    def _meaning(self, key: str, value: JsonValue) -> JsonValue:
        """What is referred to. The whole schema, which makes a circle, for what cannot be followed."""
        if not isinstance(value, str):
            return value
        if key == "$ref":
            return self._target(value)
        return self.root if key in _BY_PLACE else None

    def _target(self, reference: str) -> JsonValue:
        found = self.root
        if not reference.startswith("#/"):
            return self.root
        for step in reference[2:].split("/"):
            name = step.replace("~1", "/").replace("~0", "~")
            match found:
                case dict() if name in found:
                    found = found[name]
                case list() if (
                    name.isascii() and name.isdigit() and len(name) < _DIGITS and int(name) < len(found)
                ):
                    found = found[int(name)]
                case _:
                    return self.root
        return found
