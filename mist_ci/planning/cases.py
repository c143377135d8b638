"""Which gates there are to judge: one case for each gate of each policy. A monorepo may have several policies.

Anybody with write access can make a branch with a policy of their own, and a pull request into it. So a base branch
counts only when trusted ground says so: it is the default branch, or the default branch's policy guards it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from mist_ci.errors import Code, ConfigError, UsageError, Where
from mist_ci.models.config import Policy
from mist_ci.models.report import folded, gate_label
from mist_ci.parsing.glob import matches
from mist_ci.planning.plan import gate_names, guarding
from mist_ci.planning.policy import gates_of_a_broken_policy, no_policy, read_policy
from mist_ci.ports.files import Tree

MAX_CASES = 64
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

    @property
    def is_adopted(self) -> bool:
        """True when only head has the policy: the merge adopts it."""
        return self.policy is None and self.broken is None


@dataclass(frozen=True, slots=True)
class Ground:
    """The trees of one question. `default` is the default branch's, None where base is trusted as it is."""

    base: Tree
    head: Tree
    default: Tree | None = None


def find_cases(
    trees: Ground, configs: Sequence[str], base_ref: str, chosen: str | None, *, guarded_only: bool
) -> tuple[Case, ...]:
    """Every gate that guards the branch, policies in order of their paths.

    `configs` are paths or patterns (`services/*/mist.yml`). A policy counts as it is on the base branch; one
    that only head has is adopted by the merge, on the default branch. Raises UsageError: MC101 when no policy is
    anywhere, MC106 when none has the chosen gate, MC201 when two gates would share a status.
    """
    found: list[Case] = []
    refused: UsageError | None = None
    for config in _paths(trees, configs):
        try:
            found += _cases(trees, config, base_ref, chosen, guarded_only=guarded_only)
        except UsageError as error:
            if error.code is Code.FILE_MISSING:  # a path that is misspelt must not drop a gate
                raise
            refused = refused or error
    if refused is not None and not found:
        raise refused
    return _each_with_its_own_status(found)


def _each_with_its_own_status(found: Sequence[Case]) -> tuple[Case, ...]:
    """Contexts of statuses are compared without case: what head adds must not share one with what base has."""
    cases: dict[str, Case] = {}
    for case in sorted(found, key=lambda one: one.is_adopted):
        other = cases.setdefault(folded(case.label), case)
        if other is not case and not case.is_adopted:
            message = f"{case.config} and {other.config} name gates whose statuses GitHub cannot tell apart"
            raise UsageError(Code.USAGE, message, hint="rename one gate, or one directory")
    if len(cases) > MAX_CASES:
        hint = "name policies one by one, or with a pattern that matches fewer files"
        raise UsageError(Code.USAGE, f"{len(cases)} gates, and {MAX_CASES} are the limit", hint=hint)
    return tuple(case for case in found if cases[folded(case.label)] is case)


def _paths(trees: Ground, configs: Sequence[str]) -> list[str]:
    """Files of the trees that may say what the policies are; a plain path is one whether it is there or not."""
    sources = [trees.base, trees.head] if trees.default is None else [trees.base, trees.default]
    everywhere = sorted({path for tree in sources for path in (*tree.paths(), *tree.irregular())})
    paths: list[str] = []
    for config in configs:
        is_plain = _WILD.isdisjoint(config)
        paths += [config] if is_plain else [path for path in everywhere if matches(config, path)]
    if not paths:
        raise no_policy(configs[0] if configs else "mist.yml", trees.base)
    return list(dict.fromkeys(paths))


def _cases(
    trees: Ground, config: str, base_ref: str, chosen: str | None, *, guarded_only: bool
) -> list[Case]:
    if trees.default is None:
        return _cases_of_base(trees, config, base_ref, chosen, guarded_only=guarded_only)
    named = _guarding_by(trees.default, config, base_ref)
    if not named:
        return []
    if trees.base.exists(config):
        return _cases_of_base(trees, config, base_ref, chosen, guarded_only=guarded_only)
    message = f"the default branch's policy guards {base_ref!a}, and {base_ref!a} itself has no policy"
    hint = "bring the policy to that branch first, with a change of its own"
    missing = ConfigError(Code.FILE_MISSING, message, where=Where(config), hint=hint)
    return [Case(name, config, broken=missing) for name in named if chosen in (None, name)]


def _guarding_by(default: Tree, config: str, base_ref: str) -> tuple[str, ...]:
    """The gates of the default branch's policy that guard a branch; none where that policy cannot be read."""
    try:
        policy = read_policy(default, config)
    except ConfigError:
        return ()
    return guarding(policy, base_ref) if policy else ()


def _cases_of_base(
    trees: Ground, config: str, base_ref: str, chosen: str | None, *, guarded_only: bool
) -> list[Case]:
    base, head = trees.base, trees.head
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
