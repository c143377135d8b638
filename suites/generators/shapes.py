"""JSON Schemas, and the question that asks for JSON that fits one."""

import json
from typing import Any

from suites.generators.growing import Item

Schema = dict[str, Any]
TEXT: Schema = {"type": "string"}
COUNT: Schema = {"type": "integer", "minimum": 0}


def record(properties: Schema) -> Schema:
    """An object with exactly these members."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def list_of(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def case(text: str, schema: Schema, value: object) -> Item:
    """The answer has to fit the schema that is shown, and to say what the text says."""
    return Item(f"Text: {text}\n\nJSON Schema: {json.dumps(schema)}", {**schema, "const": value})
