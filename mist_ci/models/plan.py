"""What changed, and what therefore runs, each item with its reason."""

from enum import StrEnum

from pydantic import Field

from mist_ci.models.base import Model
from mist_ci.models.config import Dataset, Gate, Policy
from mist_ci.models.modelref import ModelReference
from mist_ci.models.suite import SourceRow, SuiteFile


class Event(Model):
    """Two commits to compare. Policy comes from `base` (the tip), changes are measured from `merge_base`."""

    name: str
    base_ref: str
    """The base as it was named, for example `main`: gates match it against their branch patterns."""
    base: str
    head: str
    merge_base: str
    other_merge_bases: tuple[str, ...] = ()
    """More than one where branches were merged criss-cross; a change against any of them is a change."""


class ChangeKind(StrEnum):
    """How a path differs between merge-base and head."""

    ADDED = "added"
    MODIFIED = "modified"
    DELETED = "deleted"


class Change(Model):
    """One changed path."""

    path: str
    kind: ChangeKind


class StepKind(StrEnum):
    """The things a gate can do."""

    VALIDATE = "validate"
    EVALUATE = "evaluate"
    SELF_CHECK = "self-check"
    SUITE_REMOVED = "suite-removed"
    LINT_POLICY = "lint-policy"


class Step(Model):
    """One thing to do and why. `subject` names a data set, model or suite, or is `mist.yml`."""

    kind: StepKind
    subject: str
    reason: str


class ModelChange(Model):
    """A reference that is evaluated: who is compared with whom."""

    name: str
    path: str
    base: ModelReference | None
    """None at first adoption: floors only, "no baseline"."""
    base_label: str
    head: ModelReference
    anchor: ModelReference | None = None
    """Who else head is compared with, where the gate has an anchor that is not base itself."""
    anchor_label: str = ""


class SuiteDocument(Model):
    """A suite file that was parsed, with where it came from; its data is not loaded yet."""

    path: str
    file: SuiteFile
    """As it is written, with what its data brings along: a prompt, graders."""
    data_path: str | None
    rows: tuple[SourceRow, ...]
    more_files: tuple[str, ...] = ()
    """What else was read for it: files that its data names."""
    templates_in_expected: bool = False
    """True where expectations may name variables of their sample, as promptfoo's assertions do."""

    def depends_on(self, path: str) -> bool:
        """True for each file whose change changes the suite."""
        return path in {self.path, self.data_path, *self.more_files}


class Plan(Model):
    """Everything one gate will do for one event."""

    event: Event
    gate_name: str
    gate: Gate
    policy: Policy
    steps: tuple[Step, ...]
    datasets: dict[str, Dataset]
    """Those to look at, as the base branch's policy has them."""
    models: tuple[ModelChange, ...]
    notices: tuple[str, ...]
    moved: dict[str, Dataset] = Field(default_factory=dict)
    """Of these, what head's policy finds elsewhere: judged as base says, and read where head has them."""

    @property
    def changes_what_judges(self) -> tuple[str, ...]:
        """Reasons of the steps about policy, baseline and removed suites: each takes effect after the merge."""
        own = (StepKind.LINT_POLICY, StepKind.SUITE_REMOVED)
        return tuple(step.reason for step in self.steps if step.kind in own)

    @property
    def changes_later_gates(self) -> bool:
        """True when suites or policy change, so that head's have to fit together too."""
        own = {StepKind.SELF_CHECK, StepKind.SUITE_REMOVED, StepKind.LINT_POLICY}
        return any(step.kind in own for step in self.steps)

    @property
    def asks_models(self) -> bool:
        """True when carrying it out means calls to a provider, and so money."""
        return bool(self.models or self.changed_suites)

    @property
    def changed_suites(self) -> tuple[str, ...]:
        """Paths of the suite files at head that need a self-check."""
        return tuple(step.subject for step in self.steps if step.kind is StepKind.SELF_CHECK)
