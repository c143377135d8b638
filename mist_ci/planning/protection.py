"""Which rulesets the gates of a policy need, and what that means for the rulesets that are there.

Only rulesets that carry our names are changed, and nothing is taken out of them: checks, branches and settings that
a maintainer added stay, and so does a check that is bound to an App.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from mist_ci.models.config import Policy
from mist_ci.models.report import DEFAULT_CONFIG, gate_label
from mist_ci.parsing.glob import matches
from mist_ci.parsing.safe_yaml import Document
from mist_ci.planning.branch_patterns import as_ref_pattern
from mist_ci.ports.code_host import RequiredCheck, Ruleset

PREFIX = "mist-ci: "
ACTIONS_APP = 15368
"""GitHub Actions on github.com. Every workflow of a repository speaks as this App."""
_LABEL = re.compile(r"[^ ]+(?: \((?P<config>.+)\))?")


class ActionKind(StrEnum):
    """What a gate's ruleset needs."""

    CREATE = "create"
    UPDATE = "update"
    IN_PLACE = "in place"


@dataclass(frozen=True, slots=True)
class Action:
    """One gate's ruleset as it shall be. `differences` start with `+` or `-`; `notes` only a person can settle.

    `unguarded` are exclusions that take a branch of the gate out again.
    """

    kind: ActionKind
    ruleset: Ruleset
    differences: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    unguarded: tuple[str, ...] = ()

    @property
    def is_settled(self) -> bool:
        """True when the ruleset is there, as the policy wants it, and enforced on every branch that it names."""
        return self.kind is ActionKind.IN_PLACE and self.ruleset.is_enforced and not self.unguarded


@dataclass(frozen=True, slots=True)
class Protection:
    """All rulesets of a policy. `gone` are those whose gate is not in the policy any more."""

    actions: tuple[Action, ...]
    gone: tuple[str, ...] = ()

    @property
    def is_settled(self) -> bool:
        """True when nothing differs from the policy."""
        return not self.gone and all(action.is_settled for action in self.actions)


def wanted_rulesets(
    policy: Policy, source: Document, config: str, *, app_id: int | None = None, strict: bool = False
) -> tuple[Ruleset, ...]:
    """One ruleset per gate. Raises ConfigError MC104 for branches that a ruleset cannot name."""
    return tuple(
        Ruleset(
            name=PREFIX + gate_label(name, config),
            branches=tuple(
                as_ref_pattern(pattern, source.where(("gates", name, "branches", index)))
                for index, pattern in enumerate(gate.branches)
            ),
            checks=(RequiredCheck(f"mist/{gate_label(name, config)}", app_id),),
            must_be_up_to_date=strict,
        )
        for name, gate in policy.gates.items()
    )


def compare(
    wanted: Sequence[Ruleset], present: Sequence[Ruleset], config: str, exists: Callable[[str], bool]
) -> Protection:
    """What to do. `exists` tells whether another policy, named in brackets in a ruleset's name, is there."""
    by_name = {ruleset.name: ruleset for ruleset in present}
    names = {ruleset.name for ruleset in wanted}
    return Protection(
        actions=tuple(_action(ruleset, by_name.get(ruleset.name)) for ruleset in wanted),
        gone=tuple(name for name in sorted(by_name.keys() - names) if _is_gone(name, config, exists)),
    )


def own_checks(ruleset: Ruleset) -> tuple[RequiredCheck, ...]:
    """Those of its checks that are the gate's status: one, or one for each App that must post it."""
    context = f"mist/{ruleset.name.removeprefix(PREFIX)}".lower()
    return tuple(check for check in ruleset.checks if check.context.lower() == context)


def _action(wanted: Ruleset, present: Ruleset | None) -> Action:
    if present is None:
        empty = Ruleset(wanted.name, (), ())
        return Action(ActionKind.CREATE, wanted, _differences(empty, wanted))
    merged = _merged(present, wanted)
    kind = ActionKind.IN_PLACE if merged == present else ActionKind.UPDATE
    unguarded = tuple(one for one in present.excluded_branches if _takes_out(one, wanted.branches))
    return Action(kind, merged, _differences(present, merged), _notes(present, wanted, unguarded), unguarded)


def _takes_out(excluded: str, branches: Sequence[str]) -> bool:
    """True for an exclusion of everything or of a whole line of the policy; part of a pattern may be meant."""
    return excluded.startswith("~") or any(matches(excluded, branch) for branch in branches)


def _merged(present: Ruleset, wanted: Ruleset) -> Ruleset:
    missing = tuple(branch for branch in wanted.branches if branch not in present.branches)
    checks = present.checks
    for check in wanted.checks:
        checks = _with(checks, check)
    return replace(
        present,
        branches=present.branches + missing,
        checks=checks,
        must_be_up_to_date=present.must_be_up_to_date or wanted.must_be_up_to_date,
    )


def _with(checks: tuple[RequiredCheck, ...], wanted: RequiredCheck) -> tuple[RequiredCheck, ...]:
    """A check that is bound to an App stays bound when no App is asked for."""
    same = [check for check in checks if check.context.lower() == wanted.context.lower()]
    if same and wanted.integration_id is None:
        return checks
    kept = tuple(check for check in checks if check not in same or check == wanted)
    return kept if wanted in kept else (*kept, wanted)


def _differences(present: Ruleset, merged: Ruleset) -> tuple[str, ...]:
    lines = [f"+ on {branch}" for branch in merged.branches if branch not in present.branches]
    lines += [f"- requires {_shown(check)}" for check in present.checks if check not in merged.checks]
    lines += [f"+ requires {_shown(check)}" for check in merged.checks if check not in present.checks]
    if merged.must_be_up_to_date and not present.must_be_up_to_date:
        lines.append("+ branches must be up to date before merging")
    return tuple(lines)


def _shown(check: RequiredCheck) -> str:
    who = "whoever can write" if check.integration_id is None else f"only App {check.integration_id}"
    return f"{check.context}, posted by {who}"


def _notes(present: Ruleset, wanted: Ruleset, unguarded: Sequence[str]) -> tuple[str, ...]:
    """What is left as it is, and may be meant."""
    notes = [
        f"also on {branch}, which the policy does not name: where no gate runs, nothing can be merged"
        for branch in present.branches
        if branch not in wanted.branches
    ]
    notes += [
        f"not on {branch}, excluded by hand"
        + (
            ": it takes out what the gate guards, remove it in Settings → Rules → Rulesets"
            if branch in unguarded
            else ""
        )
        for branch in present.excluded_branches
    ]
    if present.bypass_actors:
        notes.append(f"may be bypassed: {present.bypass_actors} on its bypass list")
    if not present.is_enforced:
        notes.append("is not enforced: set it to Active in Settings → Rules → Rulesets")
    return tuple(notes)


def _is_gone(name: str, config: str, exists: Callable[[str], bool]) -> bool:
    """One of our names, of this policy or of one that is not there any more."""
    label = _LABEL.fullmatch(name.removeprefix(PREFIX))
    if not name.startswith(PREFIX) or label is None:
        return False
    other = label["config"] or DEFAULT_CONFIG
    return other == config or not exists(other)
