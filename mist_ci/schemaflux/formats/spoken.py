"""Contents whose parts have no `type`, as Amazon and Google write them, read as contents that have one."""

from mist_ci.parsing.strict_json import JsonValue
from mist_ci.schemaflux.message import indexed_objects

_SILENT = (
    "toolUse",
    "toolResult",
    "reasoningContent",
    "cachePoint",
    "functionCall",
    "functionResponse",
    "function_call",
    "function_response",
)
"""Parts that are read as calls, results and reasoning."""


def spoken(field: str, content: JsonValue) -> tuple[JsonValue, str]:
    """What the parts say, and its path: one text as a string, more as a list of parts, nothing as None.

    Parts of a list stay where they are, so that their positions are those in the file.
    """
    if not isinstance(content, list):
        return content, field
    parts = [(index, part) for index, part in indexed_objects(content) if part.keys().isdisjoint(_SILENT)]
    if len(parts) == 1 and isinstance(parts[0][1].get("text"), str):
        return parts[0][1]["text"], f"{field}[{parts[0][0]}].text"
    if not parts and content:
        return None, field
    return [_typed(part) for part in content], field


def _typed(part: JsonValue) -> JsonValue:
    """A part with a type: the key that it has."""
    if not isinstance(part, dict) or "type" in part:
        return part
    return {"type": next(iter(part), ""), **part}
