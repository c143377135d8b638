"""A YAML loader for files that strangers write.

Accepts the part of YAML that configuration needs: mappings, lists and plain values of the YAML 1.2 core
schema, so `on`, `no`, `1:30` and `2026-11-01` are the strings they look like. Anchors, aliases and tags are
refused (that ends billion-laughs documents), duplicate keys are errors, depth and size are bounded.
"""

import re
from dataclasses import dataclass

import yaml

from mist_ci.errors import Code, ConfigError, Where

MAX_BYTES = 2**20
MAX_DEPTH = 32

Plain = None | bool | int | float | str | list["Plain"] | dict[str, "Plain"]
"""What a document is made of."""

Path = tuple[str | int, ...]

_INT = re.compile(r"[-+]?[0-9]+\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_WORDS: dict[str, Plain] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed file: its value, and where each part of it stands."""

    file: str
    value: Plain
    positions: dict[Path, tuple[int, int]]
    """Path of a value → (line, column) of its key, or of itself inside a list; both count from 1."""

    def where(self, path: Path) -> Where:
        """The place of `path`, or of its nearest ancestor that has one."""
        for length in range(len(path), -1, -1):
            if path[:length] in self.positions:
                line, column = self.positions[path[:length]]
                return Where(self.file, line, column, field_name(path) or None)
        return Where(self.file, field=field_name(path) or None)


def field_name(path: Path) -> str:
    """`gates.release.branches[0]` for `("gates", "release", "branches", 0)`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else (f".{part}" if text else part)
    return text


def load(text: bytes, file: str) -> Document:
    """Parses one YAML document. Raises ConfigError MC102, MC108 or MC109 with line and column."""
    if len(text) > MAX_BYTES:
        raise ConfigError(
            Code.UNSAFE_DOCUMENT, f"{len(text)} bytes, the limit is {MAX_BYTES}", where=Where(file)
        )
    try:
        decoded = text.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"byte {error.start} (0x{text[error.start]:02x}) is not UTF-8"
        raise ConfigError(Code.SYNTAX, message, where=Where(file)) from None
    try:
        _refuse_unsafe_events(decoded, file)
        node = yaml.compose(decoded, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        raise _syntax(error, file) from None
    except yaml.YAMLError as error:
        raise ConfigError(Code.SYNTAX, str(error).splitlines()[0], where=Where(file)) from None
    positions: dict[Path, tuple[int, int]] = {}
    value = _build(node, (), positions, file) if node is not None else None
    return Document(file, value, positions)


def _syntax(error: yaml.MarkedYAMLError, file: str) -> ConfigError:
    mark = error.problem_mark or error.context_mark
    where = Where(file, mark.line + 1, mark.column + 1) if mark else Where(file)
    reason = " ".join(part for part in (error.context, error.problem) if part)
    return ConfigError(Code.SYNTAX, f"not valid YAML: {reason}", where=where)


def _refuse_unsafe_events(text: str, file: str) -> None:
    """Looks at the event stream, which is linear in the text even where the document would not be."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise _unsafe("anchors and aliases are not allowed", event, file)
        if tag := getattr(event, "tag", None):
            raise _unsafe(f"tags such as {tag!r} are not allowed", event, file)
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise _unsafe(f"nested deeper than {MAX_DEPTH}", event, file)


def _unsafe(message: str, event: yaml.Event, file: str) -> ConfigError:
    line, column = _place(event)
    return ConfigError(Code.UNSAFE_DOCUMENT, message, where=Where(file, line, column))


def _place(item: yaml.Event | yaml.Node) -> tuple[int, int]:
    """Line and column, both from 1."""
    mark = item.start_mark
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


def _build(node: yaml.Node, path: Path, positions: dict[Path, tuple[int, int]], file: str) -> Plain:
    positions.setdefault(path, _place(node))
    if isinstance(node, yaml.MappingNode):
        return _build_mapping(node, path, positions, file)
    if isinstance(node, yaml.SequenceNode):
        return [_build(child, (*path, index), positions, file) for index, child in enumerate(node.value)]
    return _scalar(node)


def _build_mapping(
    node: yaml.MappingNode, path: Path, positions: dict[Path, tuple[int, int]], file: str
) -> dict[str, Plain]:
    built: dict[str, Plain] = {}
    for key_node, value_node in node.value:
        line, column = _place(key_node)
        where = Where(file, line, column)
        if not isinstance(key_node, yaml.ScalarNode):
            raise ConfigError(Code.SYNTAX, "a key must be plain text", where=where)
        key = str(key_node.value)
        if key in built:
            raise ConfigError(Code.DUPLICATE, f"the key {key!r} appears twice", where=where)
        positions[(*path, key)] = (line, column)
        built[key] = _build(value_node, (*path, key), positions, file)
    return built


def _scalar(node: yaml.Node) -> Plain:
    text = str(node.value)
    if getattr(node, "style", None) is not None:  # quoted or block text is always text
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INT.match(text) and len(text) <= 19:  # noqa: PLR2004 - longer than any 64-bit integer: keep the digits
        return int(text)
    return float(text) if _FLOAT.match(text) and len(text) < 64 else text  # noqa: PLR2004
