"""The graders there are, listed. A suite names one of them as primary; the others are diagnostics."""

import importlib.util
import json
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import TypeAdapter, ValidationError

from mist_ci.errors import Code, ConfigError, Where
from mist_ci.matchspec.graders import plugged
from mist_ci.matchspec.graders.asking import AskingGrader, Outside, Said
from mist_ci.matchspec.graders.catalogue import CLASSES, every_kind
from mist_ci.matchspec.graders.catalogue import kind as our_kind
from mist_ci.matchspec.graders.command import Command
from mist_ci.matchspec.graders.grader import CannotGrade, Grader
from mist_ci.matchspec.graders.modelled import PairingGrader
from mist_ci.matchspec.graders.trust import TrustedPrograms, identities
from mist_ci.models.base import Name
from mist_ci.models.suite import GraderEntry, GraderOptions, GraderSpec
from mist_ci.parsing import wording
from mist_ci.parsing.document import nearest
from mist_ci.ports.files import Tree

_LABEL: TypeAdapter[str] = TypeAdapter(Name)


def specify(entry: GraderEntry, where: Where) -> GraderSpec:
    """A suite's grader entry as a grader that exists, with all options filled in. Raises ConfigError.

    What a command grader runs is not looked at: `content` does that.
    """
    label, name, options = _parts(entry, where)
    kind, origin = _kind(name, where)
    if kind.library is not None and importlib.util.find_spec(kind.library[0]) is None:
        message = f"grader {name} needs {kind.library[0]}, which is not installed"
        hint = f"it comes with the extra {kind.library[1]!r}: pip install 'mist-ci[{kind.library[1]}]'"
        raise ConfigError(Code.EXTRA_MISSING, message, where=where, hint=hint)
    built = _build(kind, options, where)
    full: GraderOptions = built.model_dump(mode="json", by_alias=True)
    return GraderSpec(
        name=name,
        version=kind.version,
        options=full,
        label=label,
        origin=origin,
        asks=built.asks,
        compares=isinstance(built, PairingGrader),
    )


def content(spec: GraderSpec, programs: TrustedPrograms | None, where: Where) -> Mapping[str, bytes]:
    """The files that a grader needs; none for most of them. Raises ConfigError where its program may not run."""
    one = grader(spec)
    if not isinstance(one, Command):
        return {}
    if programs is None:
        message = "command graders do not run here"
        raise ConfigError(Code.NOT_AVAILABLE, message, where=where)
    return programs.files(one, where)


def files_of(spec: GraderSpec) -> tuple[str, ...]:
    """The files of the repository that a grader runs; none for most of them."""
    one = grader(spec)
    return one.files if isinstance(one, Command) else ()


def trusted(tree: Tree, entries: Iterable[GraderEntry]) -> TrustedPrograms:
    """Programs of a tree, as far as these entries of trusted suites name them."""
    specs = [specify(entry, Where("grader")) for entry in entries]
    return TrustedPrograms(tree, identities(grader(spec) for spec in specs))


def _kind(name: str, where: Where) -> tuple[type[Grader], str | None]:
    """The class of a name, ours or a plug-in's, and where the latter comes from."""
    if name in CLASSES:
        return our_kind(name), None
    if (plugged_in := plugged.find(name, where)) is not None:
        return plugged_in.kind, plugged_in.origin
    hint = nearest(name, [*CLASSES, *plugged.names()])
    raise ConfigError(Code.UNKNOWN_NAME, f"no grader is named {name!r}", where=where, hint=hint)


def _parts(entry: GraderEntry, where: Where) -> tuple[str | None, str, GraderOptions]:
    """The label, the name and the options of an entry."""
    if isinstance(entry, str):
        return None, entry, {}
    label = entry.get("as")
    rest = [(name, options) for name, options in entry.items() if name != "as"]
    if len(rest) != 1:
        raise ConfigError(Code.WRONG_VALUE, "write one grader per list item", where=where)
    name, options = rest[0]
    if isinstance(options, str):
        hint = f"such as `{name}: {{…}}`"
        raise ConfigError(
            Code.WRONG_VALUE, f"the options of {name} must be a mapping", where=where, hint=hint
        )
    return _label(label, where), name, options or {}


def _label(label: object, where: Where) -> str | None:
    try:
        return None if label is None else _LABEL.validate_python(label)
    except ValidationError as error:
        message = f"the name after `as` {wording.reason(error.errors(include_url=False)[:1])}"
        raise ConfigError(Code.WRONG_VALUE, message, where=where) from None


def _build(kind: type[Grader], options: Mapping[str, Any], where: Where) -> Grader:
    nested = {"specify": lambda entry: _nested(entry, where), "grader": grader}
    try:
        return kind.model_validate_json(json.dumps(options), context=nested)
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        option = str(problem["loc"][0]) if problem["loc"] else ""
        if problem["type"] == "extra_forbidden":
            names = [field.alias or name for name, field in kind.model_fields.items()]
            hint = nearest(option, names) or "it has no options"
            raise ConfigError(
                Code.UNKNOWN_KEY, f"grader {kind.name} has no option {option!r}", where=where, hint=hint
            ) from None
        ours = f"docs/graders/{kind.name}.md has all options, and an example"
        page = ours if kind.name in CLASSES else None
        if problem["type"] == "missing":
            message = f"grader {kind.name} needs the option {option!r}"
            raise ConfigError(Code.MISSING_KEY, message, where=where, hint=page) from None
        place = f"{kind.name}.{option}" if option else f"{kind.name}:"
        message = f"{place} {wording.reason([problem])}"
        raise ConfigError(Code.WRONG_VALUE, message, where=where, hint=page) from None


def _nested(entry: object, where: Where) -> GraderSpec:
    """What one entry of a composite stands for."""
    if isinstance(entry, str | dict):
        return specify(entry, where)
    raise ConfigError(Code.WRONG_VALUE, "each of the graders must be a name, or a mapping", where=where)


def grader(spec: GraderSpec) -> Grader:
    """The grader of a spec that `specify` made."""
    where = Where("grader")
    return _build(_kind(spec.name, where)[0], spec.options, where)


__all__ = [
    "AskingGrader",
    "CannotGrade",
    "Grader",
    "Outside",
    "Said",
    "TrustedPrograms",
    "content",
    "every_kind",
    "files_of",
    "grader",
    "specify",
    "trusted",
]
