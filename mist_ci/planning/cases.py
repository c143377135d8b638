"""Which gates there are to judge: one case for each gate of each policy. A monorepo may have several policies."""

from collections.abc import Sequence
from dataclasses import dataclass

from mist_ci.errors import Code, ConfigError, UsageError
from mist_ci.models.config import Policy
from mist_ci.models.report import gate_label
from mist_ci.parsing.glob import matches
from mist_ci.planning.plan import gate_names
from mist_ci.planning.policy import gates_of_a_broken_policy, no_policy, read_policy
from mist_ci.ports.files import Tree

MAX_POLICIES = 64
"""A pull request can add files that a pattern matches, and every gate is a status."""

_WILD = frozenset("*?")


@dataclass(frozen=True, slots=True)
class Case:
    """One gate. `policy` is None where the base branch has none yet, or has one that cannot be read."""

    gate: str
    config: str
    policy: Policy | None = None
    broken: ConfigError | None = None

    @property
    def label(self) -> str:
        """The gate as its status names it."""
        return gate_label(self.gate, self.config)


def find_cases(
    base: Tree, head: Tree, configs: Sequence[str], base_ref: str, chosen: str | None, *, guarded_only: bool
) -> tuple[Case, ...]:
    """Every gate that guards the branch, policies in order of their paths.

    `configs` are paths or patterns (`services/*/mist.yml`). A policy counts as it is on the base branch; one
    that only head has is adopted by the merge. Raises UsageError MC101 for a path or pattern that is nowhere,
    and MC106 when no policy has the chosen gate.
    """
    found: list[Case] = []
    refused: UsageError | None = None
    for config in _paths(base, head, configs):
        try:
            found += _cases(base, head, config, base_ref, chosen, guarded_only=guarded_only)
        except UsageError as error:
            refused = refused or error
    if refused is not None and not found:
        raise refused
    return tuple(found)


def _paths(base: Tree, head: Tree, configs: Sequence[str]) -> list[str]:
    everywhere = sorted({*base.paths(), *base.irregular(), *head.paths()})
    paths: list[str] = []
    for config in configs:
        if _WILD.isdisjoint(config):
            paths.append(config)
        elif matching := [path for path in everywhere if matches(config, path)]:
            paths += matching
        else:
            raise no_policy(config, base)
    found = list(dict.fromkeys(paths))
    if len(found) > MAX_POLICIES:
        hint = "name the policies one by one, or with a pattern that matches fewer files"
        message = f"{len(found)} files are policies by these patterns, and {MAX_POLICIES} are the limit"
        raise UsageError(Code.USAGE, message, hint=hint)
    return found


def _cases(
    base: Tree, head: Tree, config: str, base_ref: str, chosen: str | None, *, guarded_only: bool
) -> list[Case]:
    try:
        policy = read_policy(base, config)
        adopted = read_policy(head, config) if policy is None else policy
    except ConfigError as error:
        names = (chosen,) if chosen else gates_of_a_broken_policy(base, config)
        return [Case(name, config, broken=error) for name in names]
    if adopted is None:
        raise no_policy(config, base)
    names = gate_names(adopted, base_ref, chosen, guarded_only=guarded_only)
    return [Case(name, config, policy) for name in names]
