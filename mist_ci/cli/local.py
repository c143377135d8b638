"""The files as they are now, beside a policy: for commands that need no repository."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mist_ci.errors import Code, ConfigError, UsageError, Where

if TYPE_CHECKING:
    from mist_ci.models.config import Policy
    from mist_ci.models.plan import SuiteDocument
    from mist_ci.ports.files import Tree


def refuse_missing(repository: Path) -> None:
    """Raises UsageError MC202 where there is no such directory."""
    if not repository.is_dir():
        hint = "name a clone with --repository DIR"
        raise UsageError(Code.NO_REPOSITORY, "is no directory", where=Where(str(repository)), hint=hint)


def policy_of(tree: "Tree", config: Path) -> "Policy":
    """The policy of a directory. Raises ConfigError where there is none."""
    from mist_ci import planning

    policy = planning.read_policy(tree, config.name)
    if policy is None:
        raise no_policy(config)
    return policy


def no_policy(config: Path) -> ConfigError:
    """Says where one is, if whoever asks is only in the wrong directory."""
    hint = "`mist-ci init` writes one"
    for depth, parent in enumerate(config.resolve().parent.parents, start=1):
        if (parent / config.name).is_file():
            hint = f"run it in {'/'.join(['..'] * depth)}, where a {config.name} is"
            break
        if (parent / ".git").exists():
            break
    return ConfigError(Code.FILE_MISSING, "there is no policy here", where=Where(str(config)), hint=hint)


def missing_reference(path: str, policy: "Policy") -> ConfigError:
    """Of a reference that is not there: with those that the policy knows."""
    from mist_ci.parsing.document import nearest

    hint = nearest(path, list(policy.models.values()))
    return ConfigError(Code.FILE_MISSING, "no such file", where=Where(path), hint=hint)


def inside(reference: Path, root: Path) -> str:
    """A path on the command line as the tree below `root` has it. Raises UsageError MC111."""
    try:
        return reference.resolve().relative_to(root.resolve()).as_posix()
    except ValueError:
        message = f"is not below {root.resolve()}, where the policy is"
        raise UsageError(Code.UNSAFE_PATH, message, where=Where(str(reference))) from None


def suites_of(
    tree: "Tree", policy: "Policy", config: Path, chosen: tuple[str, ...], shipped: "Tree"
) -> "list[SuiteDocument]":
    """The policy's suites, or those that were chosen, as far as there is something to ask.

    Suites whose results are imported are left out, and a note says so. Raises ConfigError MC106 where a gate requires a
    suite that is not there, UsageError MC106 for a name that no suite has, and MC201 where nothing is left or such a
    suite was chosen.
    """
    from mist_ci import matchspec, planning
    from mist_ci.parsing import safe_yaml
    from mist_ci.parsing.document import nearest

    found = matchspec.find(tree, policy.suites, config.name, shipped)
    planning.check_all_required(policy, safe_yaml.load(tree.read(config.name), config.name), found)
    planning.check_judges(policy, tree, found)
    names = [one.file.name for one in found]
    for name in chosen:
        if name not in names:
            raise UsageError(Code.UNKNOWN_NAME, f"no suite is named {name!r}", hint=nearest(name, names))
    wanted = [one for one in found if not chosen or one.file.name in chosen]
    asked = [one for one in wanted if not one.file.imported]
    if len(asked) < len(wanted):
        elsewhere = ", ".join(one.file.name for one in wanted if one.file.imported)
        _tell_of_imported(elsewhere, is_mistake=bool(chosen) or not asked)
    return asked


def _tell_of_imported(names: str, *, is_mistake: bool) -> None:
    from mist_ci.report.text import workflow_safe

    message = f"nothing to ask here, another runner does (imported: true): {names}"
    if is_mistake:
        raise UsageError(
            Code.USAGE, message, hint="`mist-ci gate --results` and `mist-ci compare` take its results"
        )
    click.echo(workflow_safe(f"note: {message}"), err=True)


def read_file(path: Path) -> bytes:
    """A file that is named on the command line. Raises ConfigError MC101."""
    try:
        return path.read_bytes()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ConfigError(Code.FILE_MISSING, reason, where=Where(str(path))) from None
