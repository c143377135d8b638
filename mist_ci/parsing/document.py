"""From text to one of our frozen models, with errors that say file, line, field, reason and next step."""

import dataclasses
import difflib
import json
import math
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from mist_ci.errors import Code, ConfigError, Where
from mist_ci.parsing import safe_yaml, wording

M = TypeVar("M", bound=BaseModel)
_MOST_NAMES = 20


def parse(model: type[M], text: bytes, file: str) -> tuple[M, safe_yaml.Document]:
    """Parses YAML (so also JSON) into `model`, and gives the document for positions of later errors.

    Raises ConfigError for the first problem in the order of the file.
    """
    document = safe_yaml.load(text, file)
    if document.value is None:
        raise ConfigError(
            Code.SYNTAX, "the file is empty", where=Where(file), hint="`mist-ci init` writes an example"
        )
    return validate(model, document), document


def validate(model: type[M], document: safe_yaml.Document) -> M:
    """The document as `model`. Raises ConfigError MC103, MC104 or MC105."""
    # Through JSON, because strict JSON mode still turns arrays into tuples and text into dates.
    try:
        return model.model_validate_json(json.dumps(document.value))
    except ValidationError as error:
        raise explain_validation(error, model, document) from None


def explain_validation(
    error: ValidationError, model: type[BaseModel], document: safe_yaml.Document
) -> ConfigError:
    """The problem that stands first in the file, as one ConfigError. Misspelt keys go before missing ones."""
    return _explained(error, model, document)[0]


def problems(model: type[BaseModel], document: safe_yaml.Document) -> list[ConfigError]:
    """Every problem of a document, in the order of the file; none when it is a `model`."""
    try:
        model.model_validate_json(json.dumps(document.value))
    except ValidationError as error:
        return _explained(error, model, document)
    return []


def _explained(
    error: ValidationError, model: type[BaseModel], document: safe_yaml.Document
) -> list[ConfigError]:
    def rank(details: ErrorDetails) -> tuple[float, float, float]:
        where = document.where(_known_path(details, document))
        unknown_first = 0.0 if details["type"] == "extra_forbidden" else 1.0
        return (unknown_first, where.line or math.inf, -len(details["loc"]))

    errors = _innermost(error.errors(include_url=False), document)
    found: dict[tuple[safe_yaml.Path, str], ConfigError] = {}
    for details in sorted(errors, key=rank):
        path = _known_path(details, document)
        missing = str(details["loc"][-1]) if details["type"] == "missing" else ""
        if (path, missing) not in found:
            found[path, missing] = _problem(details, errors, model, document)
    return list(found.values())


def _problem(
    details: ErrorDetails, errors: list[ErrorDetails], model: type[BaseModel], document: safe_yaml.Document
) -> ConfigError:
    path = _known_path(details, document)
    where = document.where(path)
    field = str(path[-1]) if path else ""
    match details["type"]:
        case "extra_forbidden":
            keys = _keys_at(model, path[:-1])
            hint = _misplaced(field, keys) or nearest(field, keys)
            return ConfigError(Code.UNKNOWN_KEY, f"unknown key {field!r}", where=where, hint=hint)
        case "missing":
            missing = str(details["loc"][-1])
            place = dataclasses.replace(where, field=safe_yaml.field_name((*path, missing)))
            return ConfigError(Code.MISSING_KEY, f"the key {missing!r} is missing", where=place)
        case _:
            alternatives = [one for one in errors if _known_path(one, document) == path]
            reason = wording.reason([details, *(one for one in alternatives if one is not details)])
            if field == "key_env":
                # Whoever put the key itself there does not want to read it in a log.
                hint = (
                    "such as OPENAI_API_KEY; if this is the key itself, take it out, and let it be replaced"
                )
                return ConfigError(Code.WRONG_VALUE, reason.partition(" (got ")[0], where=where, hint=hint)
            return ConfigError(Code.WRONG_VALUE, reason, where=where, hint=_choices(details))


def _innermost(errors: list[ErrorDetails], document: safe_yaml.Document) -> list[ErrorDetails]:
    """Without what only says that another arm of a union did not fit: the value around a worse one."""
    paths = [_known_path(one, document) for one in errors]

    def surrounds(outer: safe_yaml.Path) -> bool:
        return any(len(path) > len(outer) and path[: len(outer)] == outer for path in paths)

    pairs = zip(errors, paths, strict=True)
    return [one for one, path in pairs if one["type"] == "missing" or not surrounds(path)]


def nearest(word: str, names: list[str]) -> str | None:
    """`did you mean "margin"?`, else the names there are, else None."""
    if close := difflib.get_close_matches(word, names, n=1, cutoff=0.6):
        return f"did you mean {close[0]!r}?"
    known = sorted(set(names))
    more = f", and {len(known) - _MOST_NAMES} more" if len(known) > _MOST_NAMES else ""
    return f"known here: {', '.join(known[:_MOST_NAMES])}{more}" if known else None


def _misplaced(field: str, keys: list[str]) -> str | None:
    if field in {"base_url", "key_env", "api_key"} and "base_url" not in keys:
        return "addresses and keys belong to a provider in mist.yml, which is read from the base branch"
    return None


def _known_path(details: ErrorDetails, document: safe_yaml.Document) -> safe_yaml.Path:
    """Pydantic's location without the parts it adds for unions and constraints, such as `str` or `[key]`."""
    path: list[str | int] = []
    value: Any = document.value
    for part in details["loc"]:
        is_key = isinstance(value, dict) and part in value
        is_index = isinstance(value, list) and isinstance(part, int) and part < len(value)
        if is_key or is_index:
            value = value[part]
            path.append(part)
    return tuple(path)


def _keys_at(model: type[BaseModel], path: safe_yaml.Path) -> list[str]:
    """The field names of the model at `path`, following fields, lists and dictionaries of models."""
    current: type[BaseModel] | None = model
    for part in path:
        if current is None:
            return []
        if part in current.model_fields:
            current = _model_in(current.model_fields[str(part)].annotation)
    return list(current.model_fields) if current else []


def _model_in(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in reversed(getattr(annotation, "__args__", ())):
        if found := _model_in(argument):
            return found
    return None


def _choices(details: ErrorDetails) -> str | None:
    expected = details.get("ctx", {}).get("expected")
    value = details["input"]
    if details["type"] in {"tuple_type", "list_type"} and isinstance(value, str | int | float):
        parts = value.split() if str(details["loc"][-1]) == "command" and isinstance(value, str) else [value]
        return f"write it as a list: [{', '.join(map(str, parts))}]"
    if not isinstance(expected, str) or not isinstance(value, str):
        return None
    names = [part.strip().strip("'") for part in expected.replace(" or ", ", ").split(",")]
    return nearest(value, names)
