"""promptfoo's tests: a configuration in YAML or JSON, a list of tests, or CSV with `__expected` (docs/suites.md)."""

import itertools
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from mist_ci.errors import Code, ConfigError
from mist_ci.matchspec.complaints import Complain
from mist_ci.matchspec.reading import promptfoo_csv
from mist_ci.matchspec.reading.content import Content, Material, entries, line_of
from mist_ci.matchspec.reading.library import Library
from mist_ci.matchspec.reading.opening import open_content
from mist_ci.matchspec.reading.promptfoo_files import insert_files, insert_schemas
from mist_ci.matchspec.reading.promptfoo_prompts import prompt_settings
from mist_ci.models.suite import SourceRow
from mist_ci.parsing.document import nearest
from mist_ci.parsing.safe_yaml import Document, Path, Plain

_CONFIG_KEYS = {"prompts", "tests", "defaultTest"}
_HOW_TO_RUN = {
    "$schema", "description", "tags", "providers", "targets", "env", "outputPath", "sharing", "evaluateOptions",
    "commandLineOptions", "writeLatestResults", "metadata", "derivedMetrics",
}  # fmt: skip
"""What says how promptfoo runs, and nothing about what is asked or right."""
_TEST_KEYS = {"vars", "assert", "threshold", "metadata", "description"}
_TEST_IGNORED = {"providers", "provider"}
MOST_COMBINATIONS = 10_000
"""Of the variables of one test: twenty lists of ten are more than there is memory."""
MOST_CHARS = 2**28
"""Of all rows together: a default test may put one large file into each of them."""


@dataclass(slots=True)
class _Reading:
    """What the tests of one suite have in common."""

    library: Library
    complain: Complain
    default: Document
    default_is_good: bool = True
    seen: set[str] = field(default_factory=set)
    count: int = 0
    chars: int = 0


def read(content: Content, library: Library, complain: Complain, *, has_prompt: bool) -> Material:
    """Each test as a row whose expectation is its assertions. Raises ConfigError for what is no such file."""
    config = content.document if content.document and isinstance(content.document.value, dict) else None
    if config is not None:
        _check_keys(config, _CONFIG_KEYS, _HOW_TO_RUN, complain)
    default = _part(config, "defaultTest") if config else Document(content.file, {}, {})
    if isinstance(default.value, str):
        path = library.find(default.value, default.where(()))
        found = open_content(library.tree, path, default.where(()), complain).document
        default = found or Document(path, {}, {})
    _check_keys(default, _TEST_KEYS, _TEST_IGNORED | _harmless_options(default), complain)
    reading = _Reading(library, complain, default)
    reading.default_is_good = _check_asserts(default, reading)
    rows = [row for test in _tests(content, config, reading) for row in _rows(test, reading)]
    settings = {} if has_prompt else prompt_settings(config or Document(content.file, {}, {}), library)
    return Material(
        tuple(rows),
        {**settings, "graders": ("assertions",)},
        tuple(dict.fromkeys(library.read_files)),
        templates_in_expected=True,
    )


def _part(document: Document, key: str) -> Document:
    """The value of a key, as a document of its own; empty when it is not there."""
    value = document.value.get(key, {}) if isinstance(document.value, dict) else {}
    places = {path[1:]: place for path, place in document.positions.items() if path[:1] == (key,)}
    return Document(document.file, value, places)


def _check_keys(document: Document, known: set[str], ignored: set[str], complain: Complain) -> None:
    value = document.value if isinstance(document.value, dict) else {}
    for key in value:
        if key not in known | ignored:
            close = nearest(key, sorted(known)) or ""
            hint = close if close.startswith("did") else "take it out, or write the suite with what it gives"
            message = f"promptfoo's {key!r} is not understood here"
            complain(ConfigError(Code.NOT_AVAILABLE, message, where=document.where((key,)), hint=hint))


def _tests(content: Content, config: Document | None, reading: _Reading) -> Iterator[Document]:
    """Every test, those of files that are named among them."""
    if config is not None:
        listed = _part(config, "tests")
        if isinstance(listed.value, str):
            yield from _of_file(listed, reading)
            return
        if not isinstance(listed.value, list):
            hint = "promptfoo's file has `tests:`, a list"
            raise ConfigError(
                Code.MISSING_KEY, "there are no tests", where=config.where(("tests",)), hint=hint
            )
        yield from _of_list(config, ("tests",), reading)
    elif content.document is not None:
        yield from _of_list(content.document, (), reading)
    else:
        yield from promptfoo_csv.tests(content, reading.complain)


def _of_list(document: Document, prefix: Path, reading: _Reading) -> Iterator[Document]:
    for one in entries(document, prefix):
        if isinstance(one.value, str):
            yield from _of_file(one, reading)
        else:
            yield one


def _of_file(named: Document, reading: _Reading) -> Iterator[Document]:
    where = named.where(())
    path = reading.library.find(str(named.value), where)
    content = open_content(reading.library.tree, path, where, reading.complain)
    if content.document is None:
        yield from promptfoo_csv.tests(content, reading.complain)
    elif isinstance(content.document.value, list):
        yield from entries(content.document, ())
    else:
        raise ConfigError(Code.WRONG_VALUE, "holds no list of tests", where=content.document.where(()))


def _rows(test: Document, reading: _Reading) -> Iterator[SourceRow]:
    """One row, or several where a variable is a list: promptfoo asks every combination."""
    reading.count += 1
    try:
        told = _told(test, reading)
    except ConfigError as error:
        reading.complain(error)
        return
    if told is None:
        return
    variables = told.pop("vars")
    choices = _choices(variables if isinstance(variables, dict) else {})
    if math.prod(map(len, choices.values())) > MOST_COMBINATIONS:
        message = f"the variables have more than {MOST_COMBINATIONS:,} combinations"
        reading.complain(ConfigError(Code.BAD_SAMPLE, message, where=test.where(("vars",))))
        return
    combinations = [
        dict(zip(choices, chosen, strict=True)) for chosen in itertools.product(*choices.values())
    ]
    name = _name(test, reading)
    cluster = {"cluster": name} if len(combinations) > 1 else {}
    places: dict[Path, tuple[int, int]] = {}
    if ("assert",) in test.positions:
        places["expected",] = test.positions["assert",]
    for number, chosen in enumerate(combinations, start=1):
        identity = name if len(combinations) == 1 else f"{name[:190]}-{number}"
        row = {"id": identity, "vars": chosen, **cluster, **told}
        text = json.dumps(row, ensure_ascii=False)
        reading.chars += len(text)
        if reading.chars > MOST_CHARS:
            message = f"the tests with their variables are more than {MOST_CHARS:,} characters"
            raise ConfigError(Code.UNSAFE_DOCUMENT, message, where=test.where(()), hint="split the suite")
        yield SourceRow(test.file, line_of(test), text, places)


def _name(test: Document, reading: _Reading) -> str:
    """The description where it is the only one of its kind: people know tests by it."""
    described = test.value.get("description") if isinstance(test.value, dict) else None
    name = described[:200] if isinstance(described, str) and described.strip() else f"test-{reading.count}"
    name = name if name not in reading.seen else f"test-{reading.count}"
    reading.seen.add(name)
    return name


def _told(test: Document, reading: _Reading) -> dict[str, object] | None:
    """What a test and the default one say together; None where an assertion cannot be checked."""
    if not isinstance(test.value, dict):
        raise ConfigError(Code.WRONG_VALUE, "a test must be a mapping", where=test.where(()))
    _check_keys(test, _TEST_KEYS, _TEST_IGNORED | _harmless_options(test), reading.complain)
    good = _check_asserts(test, reading) and reading.default_is_good
    default = reading.default.value if isinstance(reading.default.value, dict) else {}
    variables = {**_variables(reading.default, reading), **_variables(test, reading)}
    asserts = [*_asserts(reading.default, reading), *_asserts(test, reading)]
    threshold = test.value.get("threshold", default.get("threshold"))
    expected = {"assert": asserts, **({} if threshold is None else {"threshold": threshold})}
    if not asserts:
        hint = "add `assert:` to it or to defaultTest, or `__expected` to the table"
        raise ConfigError(Code.BAD_SAMPLE, "the test asserts nothing", where=test.where(()), hint=hint)
    return {"vars": variables, "expected": expected, **_labels(test)} if good else None


def _harmless_options(test: Document) -> set[str]:
    """An empty `options` says nothing."""
    return {"options"} if isinstance(test.value, dict) and not test.value.get("options") else set()


def _labels(test: Document) -> dict[str, object]:
    """Tags and cluster out of the metadata; the rest of it says nothing here."""
    metadata = test.value.get("metadata") if isinstance(test.value, dict) else None
    metadata = metadata if isinstance(metadata, dict) else {}
    tags, cluster = metadata.get("tags"), metadata.get("cluster")
    tags = [tags] if isinstance(tags, str) else tags
    return {
        **({"tags": tags} if isinstance(tags, list) else {}),
        **({"cluster": cluster} if isinstance(cluster, str) else {}),
    }


def _check_asserts(document: Document, reading: _Reading) -> bool:
    """Complains about each assertion that cannot be checked, at its line."""
    value = document.value if isinstance(document.value, dict) else {}
    listed = value.get("assert")
    if not listed:
        return True
    from mist_ci.matchspec.graders.assertions import problems  # noqa: PLC0415 - most suites are not promptfoo's

    good = True
    for path, reason in problems({"assert": insert_schemas(listed, document, reading.library)}):
        good = False
        where = document.where(path)
        reading.complain(ConfigError(Code.BAD_SAMPLE, reason, where=where))
    return good


def _asserts(document: Document, reading: _Reading) -> list[Plain]:
    value = document.value.get("assert") if isinstance(document.value, dict) else None
    found = insert_schemas(value, document, reading.library) if value else []
    return found if isinstance(found, list) else []


def _variables(document: Document, reading: _Reading) -> Mapping[str, Plain]:
    value = document.value.get("vars") if isinstance(document.value, dict) else None
    return insert_files(value, document, reading.library) if value else {}


def _choices(variables: Mapping[str, Plain]) -> Mapping[str, list[Plain]]:
    """A list of texts is one text after the other; any other list is a value."""
    return {
        name: value if isinstance(value, list) and value and isinstance(value[0], str) else [value]
        for name, value in variables.items()
    }
