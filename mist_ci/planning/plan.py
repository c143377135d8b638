"""Changes and policy become a Plan: the table "what changed → what runs" of page 0, as one pure function."""

from collections.abc import Mapping, Sequence
from contextlib import suppress

from mist_ci.errors import Code, ConfigError, UsageError, Where
from mist_ci.models.config import Dataset, Gate, Policy
from mist_ci.models.modelref import ModelReference
from mist_ci.models.plan import Change, ChangeKind, Event, ModelChange, Plan, Step, StepKind, SuiteDocument
from mist_ci.parsing import safe_yaml
from mist_ci.parsing.document import nearest
from mist_ci.parsing.glob import matches, matches_any
from mist_ci.planning.checks import check_baseline, check_paths, check_required, guarded_datasets
from mist_ci.planning.moved import moved_data
from mist_ci.planning.policy import read_policy, read_reference
from mist_ci.ports.files import Tree


def gate_names(
    policy: Policy, base_ref: str, chosen: str | None, *, guarded_only: bool = False
) -> tuple[str, ...]:
    """The gates that guard a base branch. `chosen` picks one by name, whatever its branches are.

    A base that no gate guards (a commit id, say) is unambiguous only when there is a single gate. Where
    `guarded_only`, the base is known to be a branch, and one that no gate guards has none.
    Raises UsageError MC106.
    """
    if chosen is not None:
        if chosen not in policy.gates:
            hint = nearest(chosen, list(policy.gates))
            raise UsageError(Code.UNKNOWN_NAME, f"no gate is named {chosen!r}", hint=hint)
        return (chosen,)
    if guarded_only:
        return guarding(policy, base_ref)
    branch = base_ref
    for prefix in ("refs/heads/", "refs/remotes/", "origin/"):
        branch = branch.removeprefix(prefix)
    found = guarding(policy, branch)
    if found or len(policy.gates) == 1:
        return found or tuple(policy.gates)
    hint = f"choose one with --gate: {', '.join(policy.gates)}"
    raise UsageError(Code.UNKNOWN_NAME, f"no gate guards {base_ref!r}", hint=hint)


def guarding(policy: Policy, branch: str) -> tuple[str, ...]:
    """The gates that guard a branch, by its name as the code host has it."""
    return tuple(name for name, gate in policy.gates.items() if matches_any(gate.branches, branch))


def make_plan(
    event: Event,
    gate_name: str,
    policy: Policy,
    policy_path: str,
    changes: Sequence[Change],
    suites: Sequence[SuiteDocument] | None,
    trees: Mapping[str, Tree],
) -> Plan:
    """What one gate will do for one event. Raises ConfigError.

    `trees` holds `base` (the tip), `head`, and `anchor` where the gate's anchor is a ref. `suites` are those of the
    base tip; None when they are broken, which only some changes need to care about.
    """
    gate = policy.gates[gate_name]
    changed = {change.path: change.kind for change in changes}
    source = safe_yaml.load(trees["base"].read(policy_path), policy_path)
    check_paths(policy, gate, source, {side: trees[side] for side in ("base", "head")})
    if suites is not None:
        check_required(gate, gate_name, source, suites)
    check_baseline(gate, gate_name, source, trees["base"])
    models, model_notices = _changed_models(event, gate, policy, changed, trees)
    moved, move_notices = moved_data(policy, policy_path, gate, changed, trees["head"])
    policy_steps, policy_notices = _policy_steps(policy_path, gate, changed, trees)
    steps = [
        *policy_steps,
        *_provider_steps(policy, policy_path, changed, trees["head"]),
        *_data_steps(gate, policy, changed, models, trees["head"], moved),
        *_suite_steps(policy, suites or (), changed),
        *(
            Step(kind=StepKind.EVALUATE, subject=model.name, reason=f"{model.path} changed")
            for model in models
        ),
    ]
    wanted = {step.subject for step in steps if step.kind is StepKind.VALIDATE}
    return Plan(
        event=event,
        gate_name=gate_name,
        gate=gate,
        policy=policy,
        steps=tuple(steps),
        datasets={name: policy.datasets[name] for name in sorted(wanted)},
        models=models,
        notices=(*model_notices, *policy_notices, *move_notices),
        moved={name: dataset for name, dataset in moved.items() if name in wanted},
    )


def _policy_steps(
    path: str, gate: Gate, changed: Mapping[str, ChangeKind], trees: Mapping[str, Tree]
) -> tuple[list[Step], list[str]]:
    """Changes of what judges: they are looked at, and take effect after the merge."""
    steps, notices = [], []
    if changed.get(path) is ChangeKind.DELETED:
        reason = "policy removed: takes effect after merge, and nothing is gated from then on"
        steps.append(Step(kind=StepKind.LINT_POLICY, subject=path, reason=reason))
    elif path in changed and (new := read_policy(trees["head"], path)) is not None:
        reason = "policy change: takes effect after merge, the base branch's policy judges this one"
        steps.append(Step(kind=StepKind.LINT_POLICY, subject=path, reason=reason))
        notices += [
            f"the new policy looks for {name} at {moved}, where the base branch has no baseline yet"
            for name, moved in new.models.items()
            if not trees["base"].exists(moved)
        ]
    reason = "change of what models are compared to: takes effect after merge"
    steps += [
        Step(kind=StepKind.LINT_POLICY, subject=fixed, reason=reason)
        for fixed in dict.fromkeys((gate.compare_to, gate.anchor))
        if fixed is not None and fixed in changed
    ]
    return steps, notices


def _provider_steps(policy: Policy, path: str, changed: Mapping[str, ChangeKind], head: Tree) -> list[Step]:
    """Changes of files that answer. Raises ConfigError where head's own policy would miss one after the merge."""
    touched = [one for provider in policy.providers.values() for one in provider.files if one in changed]
    if touched:
        read_policy(head, path)
    reason = "file of a provider: takes effect after merge, the base branch's answers here"
    return [Step(kind=StepKind.LINT_POLICY, subject=one, reason=reason) for one in dict.fromkeys(touched)]


def _data_steps(
    gate: Gate,
    policy: Policy,
    changed: Mapping[str, ChangeKind],
    models: Sequence[ModelChange],
    head: Tree,
    moved: Mapping[str, Dataset],
) -> list[Step]:
    evaluated = {model.name for model in models}
    steps = []
    for name, dataset in guarded_datasets(policy, gate).items():
        if name in moved:
            reason = "the new policy has other data for it"
            steps.append(Step(kind=StepKind.VALIDATE, subject=name, reason=reason))
        elif (touched := [path for path in changed if _belongs(path, dataset)]) or (
            touched := [path for path in _read_with(dataset, policy, head) if path in changed]
        ):
            steps.append(Step(kind=StepKind.VALIDATE, subject=name, reason=f"{_some(touched)} changed"))
        elif evaluated and (dataset.model is None or dataset.model in evaluated):
            reason = "training data of what is evaluated: looked through for leaked samples"
            steps.append(Step(kind=StepKind.VALIDATE, subject=name, reason=reason))
    return steps


def _belongs(path: str, dataset: Dataset) -> bool:
    return dataset.path is not None and matches(dataset.path, path)


def _read_with(dataset: Dataset, policy: Policy, head: Tree) -> list[str]:
    """What else decides about the data at head: its trainer's configuration, its model's template and tokenizer."""
    found = [dataset.trainer]
    path = policy.models.get(dataset.model or "")
    if path is not None and head.exists(path):
        # Errors are said where the reference matters: when it changed, or its data.
        with suppress(ConfigError):
            reference = read_reference(head, path, policy)
            found += [reference.chat_template, reference.tokenizer]
    return [one for one in found if one is not None]


def _some(paths: list[str]) -> str:
    return paths[0] if len(paths) == 1 else f"{paths[0]} and {len(paths) - 1} more"


def _suite_steps(
    policy: Policy, suites: Sequence[SuiteDocument], changed: Mapping[str, ChangeKind]
) -> list[Step]:
    """Self-checks of suites that head adds, edits or removes. Their data may change without the YAML file."""
    steps = []
    for path, kind in changed.items():
        if matches_any(policy.suite_files, path):
            removed = kind is ChangeKind.DELETED
            gone = f"{path} is removed: the suite still decides here, until the merge"
            reason = gone if removed else f"{path} changed"
            step_kind = StepKind.SUITE_REMOVED if removed else StepKind.SELF_CHECK
            steps.append(Step(kind=step_kind, subject=path, reason=reason))
    named = {step.subject for step in steps}
    for suite in suites:
        moved = next((path for path in changed if suite.depends_on(path)), None)
        if moved is not None and suite.path not in named:
            reason = f"{moved} changed"
            steps.append(Step(kind=StepKind.SELF_CHECK, subject=suite.path, reason=reason))
    return steps


def _changed_models(
    event: Event, gate: Gate, policy: Policy, changed: Mapping[str, ChangeKind], trees: Mapping[str, Tree]
) -> tuple[tuple[ModelChange, ...], list[str]]:
    """Guarded references that differ at head: the reference at the base TIP against the one at head."""
    models: list[ModelChange] = []
    notices: list[str] = []
    baseline = None if gate.compare_to == "base" else gate.compare_to
    for name, path in policy.guarded_models(gate).items():
        if path not in changed:
            continue
        if changed[path] is ChangeKind.DELETED:
            message = f"is deleted at head, and this gate guards {name}"
            hint = (
                f"keep the file, or first take {name} out of `models` in the policy, with a change of its own"
            )
            raise ConfigError(Code.FILE_MISSING, message, where=Where(path), hint=hint)
        base_path = baseline or path
        head = read_reference(trees["head"], path, policy)
        base = read_reference(trees["base"], base_path, policy) if trees["base"].exists(base_path) else None
        if base is None:
            notices.append(f"no baseline for {name}: {base_path} is not on the base branch, floors only")
        anchor, anchor_notice = _anchor(gate, name, path, policy, trees)
        notices += anchor_notice
        models.append(
            ModelChange(
                name=name,
                path=path,
                base=base,
                base_label=f"{base_path} at {event.base[:7]}",
                head=head,
                # Against base by a laxer error rate is all that this could show.
                anchor=None if base is not None and anchor and anchor.digest == base.digest else anchor,
                anchor_label=gate.anchor or "",
            )
        )
    return tuple(models), notices


def _anchor(
    gate: Gate, name: str, path: str, policy: Policy, trees: Mapping[str, Tree]
) -> tuple[ModelReference | None, list[str]]:
    """The reference of the anchor. A model that the anchor does not know yet is told, and has none."""
    if gate.anchor is None:
        return None, []
    tree, where = (trees["anchor"], path) if gate.anchor_ref else (trees["base"], gate.anchor)
    if not tree.exists(where):
        return None, [f"no anchor for {name}: {where} is not at {gate.anchor}"]
    try:
        return read_reference(tree, where, policy), []
    except ConfigError as error:  # head may have a file of this name, and nothing that is wrong with it
        message = f"as it is at the anchor, {gate.anchor}: {error.message}"
        raise ConfigError(error.code, message, where=error.where, hint=error.hint) from None
