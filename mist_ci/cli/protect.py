"""mist-ci protect"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mist_ci.cli.options import OUTPUT_FORMAT, SETTINGS
from mist_ci.errors import Code, UsageError, Where

if TYPE_CHECKING:
    from mist_ci.models.config import Policy
    from mist_ci.planning.protection import Protection
    from mist_ci.ports.code_host import CodeHost, Ruleset
    from mist_ci.ports.files import Files, Tree


@click.command(context_settings=SETTINGS)
@click.option("--apply", "is_applied", is_flag=True, help="Set the rulesets; without it, nothing is changed.")
@click.option(
    "--config",
    default="mist.yml",
    show_default=True,
    metavar="PATH",
    help="The policy's path in the repository. One at a time: run it again for another.",
)
@click.option(
    "--base", metavar="REV", help="Where the policy is read from.  [default: origin/HEAD, else HEAD]"
)
@click.option(
    "--app-id", type=click.IntRange(min=1), metavar="N", help="Only this GitHub App may post the statuses."
)
@click.option("--strict", is_flag=True, help="Branches must be up to date before merging.")
@click.option(
    "--repo",
    envvar="GITHUB_REPOSITORY",
    metavar="OWNER/NAME",
    help="The repository on GitHub.  [default: GITHUB_REPOSITORY, else from the remote origin]",
)
@click.option(
    "--repository", type=click.Path(path_type=Path), default=".", show_default=True, help="A clone of it."
)
@OUTPUT_FORMAT
def protect(
    is_applied: bool,
    config: str,
    base: str | None,
    app_id: int | None,
    strict: bool,
    repo: str | None,
    repository: Path,
    output_format: str,
) -> int:
    """Make GitHub require the gates: one ruleset per gate, and a list of what is left to do by hand.

    Shows what would change; --apply does it. The policy is read from a commit, never from the working tree.
    Nothing that a maintainer added to a ruleset is taken out of it. Needs GITHUB_TOKEN, of a user or an App with
    `administration: write` on the repository; GITHUB_API_URL names an Enterprise Server. Exit code 1 when
    something differs from the policy and was not changed.

    \b
    mist-ci protect
    mist-ci protect --apply --app-id 123456
    """
    import os

    from mist_ci.cli import wiring
    from mist_ci.cli.protect_output import Findings, as_json, show
    from mist_ci.planning.checklist import checklist

    if not repository.is_dir():
        hint = "name a clone with --repository DIR"
        raise UsageError(Code.NO_REPOSITORY, "is no directory", where=Where(str(repository)), hint=hint)
    place = _place(wiring.files(repository), base, config)
    wanted = place.rulesets(app_id, strict)
    target = repo or wiring.origin_repository(repository, os.environ)
    if target is None:
        hint = "name it with --repo OWNER/NAME, and the API of an Enterprise Server in GITHUB_API_URL"
        raise UsageError(Code.USAGE, "the remote origin does not tell which repository this is", hint=hint)
    host = wiring.code_host({**os.environ, "GITHUB_REPOSITORY": target})
    if host is None:
        hint = "use a token of a maintainer, or of an App, with `administration: write` on the repository"
        raise UsageError(Code.USAGE, "GITHUB_TOKEN is not set", hint=hint)
    before = after = place.compared(wanted, host)
    if is_applied and _set(before, host):
        after = place.compared(wanted, host)
    tasks = checklist(place.tree, place.policy, config, after)
    findings = Findings(target, place.label, before, after, tasks)
    if output_format == "json":
        click.echo(as_json(findings))
    else:
        show(findings)
    return findings.exit_code


@dataclass(frozen=True)
class _Place:
    """The commit whose policy is to be enforced."""

    label: str
    tree: "Tree"
    policy: "Policy"
    config: str

    def rulesets(self, app_id: int | None, strict: bool) -> "tuple[Ruleset, ...]":
        from mist_ci.parsing import safe_yaml
        from mist_ci.planning.protection import wanted_rulesets

        source = safe_yaml.load(self.tree.read(self.config), self.config)
        return wanted_rulesets(self.policy, source, self.config, app_id=app_id, strict=strict)

    def compared(self, wanted: "tuple[Ruleset, ...]", host: "CodeHost") -> "Protection":
        from mist_ci.planning.protection import compare

        return compare(wanted, host.rulesets(), self.config, self.tree.exists)


def _place(files: "Files", base: str | None, config: str) -> _Place:
    from mist_ci import planning

    revision, commit = _commit(files, base)
    tree = files.tree(commit, revision)
    policy = planning.read_policy(tree, config)
    if policy is None:
        message = f"is not in {tree.label}, and only what is committed can be enforced"
        hint = "commit it there, name another revision with --base, or another policy with --config"
        raise UsageError(Code.FILE_MISSING, message, where=Where(config), hint=hint)
    return _Place(f"{config} of {tree.label}", tree, policy, config)


def _commit(files: "Files", base: str | None) -> tuple[str, str]:
    """A revision and its commit: what was asked for, else the tip of the default branch as the clone knows it."""
    if base is None:
        try:
            return "origin/HEAD", files.event("origin/HEAD", "origin/HEAD").base
        except UsageError as error:
            if error.code is not Code.UNKNOWN_REVISION:
                raise
    revision = base or "HEAD"
    return revision, files.event(revision, revision).base


def _set(protection: "Protection", host: "CodeHost") -> bool:
    """Creates and updates; True when there was anything to do."""
    from mist_ci.planning.protection import ActionKind

    todo = [action for action in protection.actions if action.kind is not ActionKind.IN_PLACE]
    for action in todo:
        if action.kind is ActionKind.CREATE:
            host.create_ruleset(action.ruleset)
        else:
            host.update_ruleset(action.ruleset)
    return bool(todo)
