"""Which suite files a command is about: those that are named, else the policy's, else those that are usual."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mist_ci.errors import Code, UsageError

if TYPE_CHECKING:
    from mist_ci.models.plan import SuiteDocument
    from mist_ci.models.suite import Suite
    from mist_ci.ports.files import Tree

USUAL = ("suites/*.yml", "suites/*.yaml", "suites/*/suite.yml")
READY_MADE = "mist:"


def suite_paths(tree: "Tree", named: Sequence[str], config: Path) -> list[str]:
    """Paths of suite files below the working directory, and ready-made ones by their names, each once.

    Raises UsageError MC101 where there is none.
    """
    from mist_ci.parsing.glob import matches

    patterns = [pattern.removeprefix("./") for pattern in named] or _of_policy(tree, config)
    found: dict[str, None] = {}
    for pattern in patterns:
        if pattern.startswith(READY_MADE):
            found[pattern] = None
            continue
        paths = [path for path in tree.paths() if path == pattern or matches(pattern, path)]
        if not paths and named:
            hint = "name suite files below the working directory, as 'suites/*.yml'"
            raise UsageError(Code.FILE_MISSING, f"no file matches {pattern!r}", hint=hint)
        found.update(dict.fromkeys(paths))
    if not found:
        hint = f"name the files; without a policy they are looked for as {', '.join(USUAL)}"
        raise UsageError(Code.FILE_MISSING, "there are no suite files", hint=hint)
    return list(found)


def _of_policy(tree: "Tree", config: Path) -> list[str]:
    """A policy that cannot be read is somebody else's business: these commands work without one."""
    from mist_ci import planning
    from mist_ci.errors import ConfigError

    try:
        policy = planning.read_policy(tree, config.as_posix()) if tree.exists(config.as_posix()) else None
    except ConfigError:
        policy = None
    own = [one for one in policy.suites if not one.startswith(READY_MADE)] if policy else []
    return own or list(USUAL)


def loaded(tree: "Tree", paths: Sequence[str]) -> "list[Suite]":
    """The suites themselves. Raises ConfigError for the first error."""
    from mist_ci import matchspec
    from mist_ci.cli import wiring

    executor, programs = wiring.executor(), matchspec.TrustedPrograms(tree)
    documents = [one for path in paths for one in _documents(tree, path)]
    return [matchspec.load(one, executor, programs=programs) for one in documents]


def _documents(tree: "Tree", path: str) -> "Sequence[SuiteDocument]":
    from mist_ci import matchspec
    from mist_ci.cli import wiring

    if path.startswith(READY_MADE):
        return matchspec.find(tree, [path], "", wiring.shipped_suites())
    return [matchspec.read(tree, path)]
