"""What promptfoo's tests take from other files: values of variables, and JSON Schemas of assertions."""

from collections.abc import Mapping

from mist_ci.errors import Code, ConfigError, Where
from mist_ci.matchspec.reading.library import SCHEME, Library
from mist_ci.parsing import safe_yaml
from mist_ci.parsing.safe_yaml import Document, Path, Plain

_TEXTS = (".txt", ".md", ".html", ".xml", ".csv", ".j2")
_VALUES = (".json", ".yaml", ".yml")
_WITH_SCHEMA = frozenset({"is-json", "contains-json", "not-is-json", "not-contains-json"})


def insert_files(variables: Plain, document: Document, library: Library) -> Mapping[str, Plain]:
    """The variables of a test, each `file://` replaced by what the file holds. Raises ConfigError."""
    if isinstance(variables, str) and variables.startswith(SCHEME):
        variables = _value(variables, library, document.where(("vars",)))
    if not isinstance(variables, dict):
        raise ConfigError(Code.WRONG_VALUE, "`vars` must be a mapping", where=document.where(("vars",)))
    return {name: _variable(value, document, ("vars", name), library) for name, value in variables.items()}


def _variable(value: Plain, document: Document, path: Path, library: Library) -> Plain:
    where = document.where(path)
    if isinstance(value, list):
        return [_variable(one, document, (*path, index), library) for index, one in enumerate(value)]
    if isinstance(value, str) and value.startswith(SCHEME):
        return _value(value, library, where)
    if isinstance(value, str) and "{{" in value:
        hint = "promptfoo fills in such values first; write down what it gives"
        raise ConfigError(Code.NOT_AVAILABLE, "a variable names another one", where=where, hint=hint)
    return value


def _value(address: str, library: Library, where: Where) -> Plain:
    """Text as it is; JSON and YAML as the value they are."""
    lowered = address.lower()
    text = library.text(address, where)
    if lowered.endswith(_TEXTS):
        return text.strip()
    if lowered.endswith(_VALUES):
        return safe_yaml.load(text.encode(), library.read_files[-1]).value
    message = f"{address!r} is of no kind that is read here"
    hint = f"understood are: {', '.join(_TEXTS + _VALUES)}"
    raise ConfigError(Code.NOT_AVAILABLE, message, where=where, hint=hint)


def insert_schemas(listed: Plain, document: Document, library: Library, path: Path = ("assert",)) -> Plain:
    """The assertions, each schema that is a file or written as YAML replaced by what it says. Raises ConfigError."""
    if not isinstance(listed, list):
        return listed
    return [_assertion(one, document, library, (*path, index)) for index, one in enumerate(listed)]


def _assertion(one: Plain, document: Document, library: Library, path: Path) -> Plain:
    if not isinstance(one, dict):
        return one
    if "assert" in one:
        return {**one, "assert": insert_schemas(one["assert"], document, library, (*path, "assert"))}
    value, where = one.get("value"), document.where((*path, "value"))
    if not isinstance(value, str):
        return one
    if value.startswith(SCHEME):
        return {**one, "value": _value(value, library, where)}
    if str(one.get("type")) in _WITH_SCHEMA and value.strip():
        return {**one, "value": safe_yaml.load(value.encode(), document.file).value}
    return one
