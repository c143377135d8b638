"""One suite file looked at from all sides: every error in it, and what it gives cause to think about."""

from dataclasses import dataclass

from mist_ci.errors import Code, ConfigError, Where
from mist_ci.matchspec.graders import TrustedPrograms
from mist_ci.matchspec.linting import Remark, remarks
from mist_ci.matchspec.loading import load
from mist_ci.matchspec.suite import read
from mist_ci.models.suite import Suite, SuiteFile
from mist_ci.parsing import document, safe_yaml
from mist_ci.ports.executor import Executor
from mist_ci.ports.files import Tree


@dataclass(frozen=True, slots=True)
class Examination:
    """What was found. `suite` is there where no error is."""

    path: str
    errors: tuple[ConfigError, ...]
    remarks: tuple[Remark, ...] = ()
    suite: Suite | None = None


def examine(tree: Tree, path: str, executor: Executor) -> Examination:
    """All errors of a suite and its data, not the first one only; never raises ConfigError."""
    errors: list[ConfigError] = []
    try:
        found = safe_yaml.load(tree.read(path), path)
        errors += [_empty(path)] if found.value is None else document.problems(SuiteFile, found)
        if errors:
            return Examination(path, tuple(errors))
        source = read(tree, path, errors.append)
        if any(one.where and (one.where.field or "").startswith("graders") for one in errors):
            return Examination(path, tuple(errors))  # nobody is there to look at the samples
        if errors and not (source.file.graders and source.rows):
            return Examination(path, tuple(errors))  # nobody to look, or nothing to look at
        suite = load(source, executor, errors.append, TrustedPrograms(tree))
    except ConfigError as error:
        return Examination(path, tuple(sorted([*errors, error], key=_place)))
    if errors:
        return Examination(path, tuple(sorted(errors, key=_place)))
    return Examination(path, (), tuple(remarks(suite, source)), suite)


def _empty(path: str) -> ConfigError:
    hint = "`mist-ci suite new` writes one to begin with"
    return ConfigError(Code.SYNTAX, "the file is empty", where=Where(path), hint=hint)


def _place(error: ConfigError) -> tuple[str, int]:
    return (error.where.file, error.where.line or 0) if error.where else ("", 0)
