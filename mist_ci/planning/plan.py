"""Changes and policy become a Plan: the table "what changed → what runs" of page 0, as one pure function."""

from collections.abc import Iterable, Mapping, Sequence

from mist_ci.errors import Code, ConfigError, CouldNotRun, UsageError, Where
from mist_ci.models.config import Dataset, Gate, Policy
from mist_ci.models.plan import Change, ChangeKind, Event, ModelChange, Plan, Step, StepKind, SuiteDocument
from mist_ci.parsing import safe_yaml
from mist_ci.parsing.document import nearest
from mist_ci.parsing.glob import matches, matches_any
from mist_ci.planning.policy import read_policy, read_reference, unknown_suite
from mist_ci.ports.files import Tree


def gate_names(policy: Policy, base_ref: str, chosen: str | None) -> tuple[str, ...]:
    """The gates that guard a base branch. `chosen` picks one by name, whatever its branches are.

    A base that no gate guards (a commit id, say) is unambiguous only when there is a single gate.
    Raises UsageError MC106.
    """
    if chosen is not None:
        if chosen not in policy.gates:
            hint = nearest(chosen, list(policy.gates))
            raise UsageError(Code.UNKNOWN_NAME, f"no gate is named {chosen!r}", hint=hint)
        return (chosen,)
    branch = base_ref.removeprefix("refs/heads/").removeprefix("origin/")
    guarding = tuple(name for name, gate in policy.gates.items() if matches_any(gate.branches, branch))
    if guarding or len(policy.gates) == 1:
        return guarding or tuple(policy.gates)
    hint = f"choose one with --gate: {', '.join(policy.gates)}"
    raise UsageError(Code.UNKNOWN_NAME, f"no gate guards {base_ref!r}", hint=hint)


def make_plan(
    event: Event,
    gate_name: str,
    policy: Policy,
    policy_path: str,
    changes: Sequence[Change],
    suites: Sequence[SuiteDocument],
    trees: Mapping[str, Tree],
) -> Plan:
    """What one gate will do for one event. `trees` holds `base` (the tip) and `head`. Raises ConfigError."""
    gate = policy.gates[gate_name]
    changed = {change.path: change.kind for change in changes}
    source = safe_yaml.load(trees["base"].read(policy_path), policy_path)
    _check_suites(gate, gate_name, source, suites)
    _check_baseline(gate, gate_name, source, trees["base"])
    models, model_notices = _changed_models(event, gate, policy, changed, trees)
    steps = [
        *_policy_step(policy_path, changed, trees["head"]),
        *_data_steps(gate, policy, changed, models, trees["head"]),
        *_suite_steps(policy, suites, changed),
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
        notices=(*model_notices, *_removed_suites(suites, changed)),
    )


def _check_suites(
    gate: Gate, gate_name: str, source: safe_yaml.Document, suites: Sequence[SuiteDocument]
) -> None:
    names = [suite.file.name for suite in suites]
    for index, name in enumerate(gate.require):
        if name not in names:
            raise unknown_suite(name, names, source.where(("gates", gate_name, "require", index)))


def _check_baseline(gate: Gate, gate_name: str, source: safe_yaml.Document, base: Tree) -> None:
    """A baseline that is named must be there: without one nothing would be compared."""
    if gate.compare_to != "base" and not base.exists(gate.compare_to):
        where = source.where(("gates", gate_name, "compare_to"))
        message = f"{gate.compare_to} is not in {base.label}"
        hint = "name a model reference on the base branch, or write `compare_to: base`"
        raise ConfigError(Code.FILE_MISSING, message, where=where, hint=hint)


def _policy_step(path: str, changed: Mapping[str, ChangeKind], head: Tree) -> list[Step]:
    if path not in changed:
        return []
    if changed[path] is ChangeKind.DELETED:
        return [
            Step(kind=StepKind.LINT_POLICY, subject=path, reason="policy removed: takes effect after merge")
        ]
    read_policy(head, path)
    reason = "policy change: takes effect after merge, the base branch's policy judges this one"
    return [Step(kind=StepKind.LINT_POLICY, subject=path, reason=reason)]


def _data_steps(
    gate: Gate, policy: Policy, changed: Mapping[str, ChangeKind], models: Sequence[ModelChange], head: Tree
) -> list[Step]:
    guarded = policy.guarded_models(gate)
    evaluated = {model.name for model in models}
    steps = []
    for name, dataset in policy.datasets.items():
        if dataset.model is not None and dataset.model not in guarded:
            continue
        if touched := [path for path in changed if _belongs(path, dataset)]:
            _refuse_unreadable((path for path in touched if changed[path] is not ChangeKind.DELETED), head)
            steps.append(Step(kind=StepKind.VALIDATE, subject=name, reason=f"{_some(touched)} changed"))
        elif (template := _template_path(dataset, policy, head)) in changed:
            steps.append(Step(kind=StepKind.VALIDATE, subject=name, reason=f"{template} changed"))
        elif dataset.model in evaluated:
            reason = f"training data of {dataset.model}: looked through for leaked samples"
            steps.append(Step(kind=StepKind.VALIDATE, subject=name, reason=reason))
    return steps


def _belongs(path: str, dataset: Dataset) -> bool:
    return dataset.path is not None and matches(dataset.path, path)


def _refuse_unreadable(paths: Iterable[str], head: Tree) -> None:
    """A trainer follows a link and opens a file of any name: what cannot be validated must not look valid."""
    readable = set(head.paths())
    for path in paths:
        if path not in readable:
            message = "training data that is no regular file with a printable name cannot be validated"
            hint = "commit the file itself, not a link or a submodule, under a plain name"
            raise CouldNotRun(Code.DATA_UNVERIFIED, message, where=Where(path), hint=hint)


def _template_path(dataset: Dataset, policy: Policy, head: Tree) -> str | None:
    """The chat template that the data set is rendered with at head."""
    path = policy.models.get(dataset.model or "")
    if path is None or not head.exists(path):
        return None
    try:
        return read_reference(head, path, policy).chat_template
    except ConfigError:  # said where the reference matters: when it changed, or its data
        return None


def _some(paths: list[str]) -> str:
    return paths[0] if len(paths) == 1 else f"{paths[0]} and {len(paths) - 1} more"


def _suite_steps(
    policy: Policy, suites: Sequence[SuiteDocument], changed: Mapping[str, ChangeKind]
) -> list[Step]:
    """Self-checks of suites that head adds or edits. Their data may change without the YAML file."""
    steps = [
        Step(kind=StepKind.SELF_CHECK, subject=path, reason=f"{path} changed")
        for path, kind in changed.items()
        if kind is not ChangeKind.DELETED and matches_any(policy.suites, path)
    ]
    named = {step.subject for step in steps}
    for suite in suites:
        if suite.data_path in changed and suite.path not in named and suite.path not in changed:
            reason = f"{suite.data_path} changed"
            steps.append(Step(kind=StepKind.SELF_CHECK, subject=suite.path, reason=reason))
    return steps


def _removed_suites(suites: Sequence[SuiteDocument], changed: Mapping[str, ChangeKind]) -> list[str]:
    return [
        f"suite {suite.file.name} is removed by this change: it still decides here, until the merge"
        for suite in suites
        if changed.get(suite.path) is ChangeKind.DELETED
    ]


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
        label = f"{base_path} at {event.base[:7]}"
        models.append(ModelChange(name=name, path=path, base=base, base_label=label, head=head))
    return tuple(models), notices
