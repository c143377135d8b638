"""GitHub's own OpenAPI description, as a judge of requests and replies."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from mist_ci.errors import Code, UsageError

SLICE = Path(__file__).parent / "github-openapi.json"
FIRST_ERROR = 400
WITH_SLASHES = "ref"
"""The one path value that may hold slashes, as the names of branches do."""

Json = Any


def _is_moment(value: object) -> bool:
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


def _is_address(value: object) -> bool:
    return not isinstance(value, str) or bool(urlsplit(value).scheme)


@cache
def _draft4_validators() -> Callable[[Json], Json]:
    """Makes a validator of a schema. jsonschema is imported here, since only this room needs it."""
    try:
        import jsonschema  # type: ignore[import-untyped]  # noqa: PLC0415 - an extra
    except ImportError:
        message = "the stand-in for GitHub needs jsonschema, which is not installed"
        raise UsageError(Code.EXTRA_MISSING, message, hint='pip install "mist-ci[simulate]"') from None
    formats = jsonschema.FormatChecker(formats=())
    formats.checks("date-time", raises=ValueError)(_is_moment)
    formats.checks("uri", raises=ValueError)(_is_address)
    return lambda schema: jsonschema.Draft4Validator(schema, format_checker=formats)


class Breach(Exception):
    """A request or a reply is not as GitHub describes it."""


@dataclass(frozen=True)
class Operation:
    """An endpoint that was asked, with the values from its path, typed."""

    id: str
    document: Mapping[str, Any]
    path_values: Mapping[str, Any]


class Description:
    """The description; make one per file and keep it. Raises UsageError MC205 without jsonschema."""

    def __init__(self, path: Path = SLICE) -> None:
        self._make = _draft4_validators()
        self._document = json.loads(path.read_text(encoding="utf-8"))
        schemas = self._document["components"]["schemas"]
        for form in ("pull-request", "pull-request-simple"):
            # GitHub does send null, once the fork was deleted; its description does not say so.
            schemas[form]["properties"]["head"]["properties"]["repo"] |= {"nullable": True}
        self._components = {"schemas": _draft4(schemas)}
        self._paths = [(_pattern(template), item) for template, item in self._document["paths"].items()]
        self._validator = cache(self._make_validator)

    def example(self, name: str) -> Json:
        """A fresh copy of one of GitHub's example values."""
        return json.loads(json.dumps(self._document["components"]["examples"][name]["value"]))

    def find(self, method: str, path: str) -> Operation | None:
        """The endpoint, or None when the description has none. Raises Breach for ill-typed path values."""
        for pattern, item in self._paths:
            match = pattern.fullmatch(path)
            if match and method.lower() in item:
                document = item[method.lower()]
                given = {name: unquote(value) for name, value in match.groupdict().items()}
                return Operation(document["operationId"], document, self._values(document, "path", given))
        return None

    def query(self, operation: Operation, given: Mapping[str, str]) -> dict[str, Any]:
        """The query's values, typed. Raises Breach for unknown names and wrong values."""
        return self._values(operation.document, "query", given)

    def check_body(self, operation: Operation, body: Json) -> None:
        """Raises Breach unless the request's body is as described; keys that nobody described are breaches."""
        described = operation.document.get("requestBody")
        if described is None:
            if body is not None:
                raise Breach(f"{operation.id} takes no body")
            return
        if body is None and described.get("required"):
            raise Breach(f"{operation.id} needs a body")
        schema = described["content"]["application/json"]["schema"]
        self._check(f"{operation.id} request", schema, body)
        if unknown := sorted(set(body or {}) - set(schema.get("properties", {}))):
            raise Breach(f"{operation.id} request: unknown {', '.join(unknown)}")

    def check_reply(self, operation: Operation, status: int, body: Json) -> None:
        """Raises Breach unless the reply is as described. Errors without a described body have GitHub's shape."""
        described = operation.document["responses"].get(str(status))
        content = None if described is None else self._resolved(described).get("content")
        what = f"{operation.id} {status}"
        if content is not None:
            self._check(what, content["application/json"]["schema"], body)
        elif status >= FIRST_ERROR:
            self._check(what, {"$ref": "#/components/schemas/validation-error"}, body)
        elif described is None:
            raise Breach(f"{operation.id} never answers {status}")
        elif body is not None:
            raise Breach(f"{what} has no body")

    def _values(self, document: Mapping[str, Any], place: str, given: Mapping[str, str]) -> dict[str, Any]:
        known = {item["name"]: item for item in map(self._resolved, document.get("parameters", []))}
        values = {}
        for name, text in given.items():
            parameter = known.get(name)
            if parameter is None or parameter["in"] != place:
                raise Breach(f"{document['operationId']}: unknown {place} parameter {name}")
            values[name] = _typed(text, parameter["schema"])
            self._check(f"{document['operationId']} {name}", parameter["schema"], values[name])
        return values

    def _resolved(self, node: dict[str, Any]) -> dict[str, Any]:
        if "$ref" not in node:
            return node
        _, _, kind, name = node["$ref"].split("/")
        found: dict[str, Any] = self._document["components"][kind][name]
        return found

    def _check(self, what: str, schema: Mapping[str, Any], value: Json) -> None:
        validator = self._validator(json.dumps(schema))
        for error in sorted(validator.iter_errors(value), key=lambda error: list(map(str, error.path))):
            place = "/".join(map(str, error.path))
            raise Breach(f"{what}: {place}: {error.message[:300]}")

    def _make_validator(self, schema: str) -> Json:
        """OpenAPI 3.0 schemas are draft 4 with `nullable`."""
        root = {**_draft4(json.loads(schema)), "components": self._components}
        return self._make(root)


def _draft4(node: Json) -> Json:
    """`nullable: true` becomes a choice between the schema and null."""
    if isinstance(node, list):
        return [_draft4(item) for item in node]
    if not isinstance(node, dict):
        return node
    plain = {key: _draft4(value) for key, value in node.items() if key != "nullable" or value is not True}
    return plain if len(plain) == len(node) else {"anyOf": [plain, {"type": "null"}]}


def _pattern(template: str) -> re.Pattern[str]:
    return re.compile("".join(_parts(template)))


def _parts(template: str) -> Iterator[str]:
    for part in re.split(r"(\{\w+\})", template):
        any_of = ".+" if part[1:-1] == WITH_SLASHES else "[^/]+"
        yield f"(?P<{part[1:-1]}>{any_of})" if part.startswith("{") else re.escape(part)


def _typed(text: str, schema: Mapping[str, Any]) -> Json:
    kind = schema.get("type")
    if kind == "integer" and re.fullmatch(r"-?[0-9]+", text):
        return int(text)
    return {"true": True, "false": False}.get(text, text) if kind == "boolean" else text
