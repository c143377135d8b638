"""Writes tests/data/vendors/: JSON Schemas of what vendors take and give, out of their own Python packages.

    make servers            installs the packages and runs this

OpenAI and Anthropic generate the types of their packages from their API descriptions; Google publishes protocol
buffers. Descriptions and defaults are left out, and an object takes no key that the vendor does not name.
"""

import gzip
import json
import sys
import warnings
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

NOTHING_TO_CHECK = {"title", "description", "default", "format", "discriminator"}


def without_words(schema: Any, *, closed: bool) -> Any:
    """The schema with what validates only; `closed` adds that nobody may add keys."""
    if isinstance(schema, list):
        return [without_words(one, closed=closed) for one in schema]
    if not isinstance(schema, dict):
        return schema
    bare = {}
    for key, value in schema.items():
        if key in {"properties", "$defs"}:
            bare[key] = {name: without_words(inner, closed=closed) for name, inner in value.items()}
        elif key not in NOTHING_TO_CHECK:
            bare[key] = without_words(value, closed=closed)
    if closed and "properties" in bare:
        bare.setdefault("additionalProperties", False)
    return bare


def of_type(kind: Any, *, closed: bool) -> Any:
    """The schema of a type that pydantic understands."""
    return without_words(TypeAdapter(kind).json_schema(mode="validation"), closed=closed)


def openai() -> dict[str, Any]:
    """Chat, completions and responses."""
    from openai.types import Completion
    from openai.types import completion_create_params as completions
    from openai.types.chat import ChatCompletion
    from openai.types.chat import completion_create_params as chat
    from openai.types.responses import Response
    from openai.types.responses import response_create_params as responses

    return {
        "openai": (chat.CompletionCreateParamsNonStreaming, ChatCompletion),
        "openai-completions": (completions.CompletionCreateParamsNonStreaming, Completion),
        "openai-responses": (responses.ResponseCreateParamsNonStreaming, Response),
    }


def anthropic() -> dict[str, Any]:
    """Messages."""
    from anthropic.types import Message, message_create_params

    return {"anthropic": (message_create_params.MessageCreateParamsNonStreaming, Message)}


SCALARS = {1: "number", 2: "number", 8: "boolean", 9: "string", 12: "string"}
OPEN = {"google.protobuf.Struct": {"type": "object"}, "google.protobuf.Value": {}}


def of_field(field: Any, defs: dict[str, Any]) -> Any:
    """The schema of one field as proto3's JSON mapping writes it."""
    if field.message_type is not None and field.message_type.GetOptions().map_entry:
        return {
            "type": "object",
            "additionalProperties": of_field(field.message_type.fields_by_name["value"], defs),
        }
    if field.message_type is not None:
        name = field.message_type.full_name
        if name in OPEN:
            one = OPEN[name]
        elif name.startswith("google.protobuf."):
            one = {"type": "string"}
        else:
            of_message(field.message_type, defs)
            one = {"$ref": f"#/$defs/{name}"}
    elif field.enum_type is not None:
        one = {"enum": [value.name for value in field.enum_type.values]}
    else:
        one = {"type": SCALARS.get(field.type, "integer")}
    return {"type": "array", "items": one} if field.is_repeated else one


def of_message(message: Any, defs: dict[str, Any]) -> None:
    """Adds the message, and those inside of it."""
    if message.full_name in defs:
        return
    defs[message.full_name] = schema = {"type": "object", "additionalProperties": False, "properties": {}}
    for field in message.fields:
        schema["properties"][field.json_name] = of_field(field, defs)


def of_protocol(message: Any) -> Any:
    """The schema of a message. The model of a request is in its address."""
    defs: dict[str, Any] = {}
    of_message(message.pb().DESCRIPTOR, defs)
    return {"$ref": f"#/$defs/{message.pb().DESCRIPTOR.full_name}", "$defs": defs}


def main(target: Path) -> None:
    """One compressed file for each wire format, with the packages that it comes from."""
    from google.ai.generativelanguage_v1beta import types as gemini
    from google.genai.types import ThinkingLevel

    warnings.simplefilter("ignore")
    target.mkdir(parents=True, exist_ok=True)
    found = {}
    for package, kinds in (("openai", openai()), ("anthropic", anthropic())):
        for name, (request, reply) in kinds.items():
            schemas = {"request": of_type(request, closed=True), "reply": of_type(reply, closed=False)}
            found[name] = {"from": f"{package} {version(package)}", **schemas}
    request, reply = of_protocol(gemini.GenerateContentRequest), of_protocol(gemini.GenerateContentResponse)
    # The protocol buffers are older than the levels of thinking, which Google's newer package knows.
    thinking = request["$defs"]["google.ai.generativelanguage.v1beta.ThinkingConfig"]
    thinking["properties"]["thinkingLevel"] = {"enum": [one.value for one in ThinkingLevel]}
    packages = " and ".join(
        f"{one} {version(one)}" for one in ("google-ai-generativelanguage", "google-genai")
    )
    found["gemini"] = {"from": packages, "request": request, "reply": reply}
    for name, schemas in found.items():
        text = json.dumps(schemas, sort_keys=True, separators=(",", ":")).encode()
        path = target / f"{name}.json.gz"
        path.write_bytes(gzip.compress(text, mtime=0))
        sys.stdout.write(
            f"{path.name}: {schemas['from']}, {len(text):,} bytes, {path.stat().st_size:,} compressed\n"
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
