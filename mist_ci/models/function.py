"""A function as people write it: plainly, or wrapped as in OpenAI's formats."""

from typing import Any

from pydantic import GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from mist_ci.models.base import Model


class Function(Model):
    """What may also be written as `{type: function, function: {…}}`, and means the same then."""

    @model_validator(mode="before")
    @classmethod
    def _unwrapped(cls, value: object) -> object:
        if not isinstance(value, dict) or value.get("type") != "function":
            return value
        around = {key: inner for key, inner in value.items() if key not in {"type", "function"}}
        inside = value.get("function", {})
        if not isinstance(inside, dict):
            raise ValueError("has no mapping as `function`")  # noqa: TRY004 - pydantic wants this
        plain = {**around, **inside}
        if not plain.get("strict"):
            plain.pop("strict", None)  # what it is without being said
        if unknown := sorted(plain.keys() - cls.model_fields.keys()):
            known = ", ".join(cls.model_fields)
            raise ValueError(f"has {unknown[0]!r} in its function, and known there are {known}")
        return plain

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Both ways of writing it, for editors."""
        plain: dict[str, Any] = handler.resolve_ref_schema(handler(schema))
        own = {key: value for key, value in plain.items() if key not in {"title", "description"}}
        optional = {name: one for name, one in own["properties"].items() if name == "id"}
        wrapped = {
            "type": "object",
            "properties": {**optional, "type": {"const": "function"}, "function": own},
            "required": ["type", "function"],
            "additionalProperties": False,
        }
        about = {key: value for key, value in plain.items() if key not in own}
        return {**about, "anyOf": [own, wrapped]}
