"""mist.yml, the policy. Read from the tip of the base branch only: a pull request cannot weaken its own gate."""

import re
from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from mist_ci.models.address import DataAddress, DataPlace
from mist_ci.models.base import Digest, Model, Name, TreePath, inside_the_tree
from mist_ci.models.data_format import DataFormat
from mist_ci.models.finding import Severity
from mist_ci.models.provider import Limits, Money, PriceList, Provider

__all__ = ["Limits", "Money", "PriceList", "Provider"]  # written next door, and read as part of the policy

_REF = re.compile(r"refs/(?:tags|heads)/[A-Za-z0-9][A-Za-z0-9._/-]{0,199}")
RuleCode = Annotated[str, Field(pattern=r"^SF[0-9]{0,3}$")]
"""A data rule, or the beginning of its code."""
Margin = Annotated[float, Field(gt=0, lt=1)]


class OnInconclusive(StrEnum):
    """What an undecided suite means for the verdict."""

    WARN = "warn"
    BLOCK = "block"


class Sequential(StrEnum):
    """Whether a suite may be decided before all of its samples were asked."""

    OBF = "obf"
    """O'Brien-Fleming bounds: at a third and two thirds of the samples only what is plain is decided."""
    NONE = "none"


class Dataset(Model):
    """One body of training data: files of the repository, or one object outside of it."""

    path: TreePath | None = None
    """A pattern of paths in the repository."""
    uri: DataAddress | None = None
    """Where the data lies, if not in the repository; then `sha256` says what has to arrive."""
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None
    lfs: bool = False
    """Git LFS keeps what `path` matches: its objects are fetched."""
    format: DataFormat | None = None
    targets: tuple[TreePath, ...] = ()
    """Who trains on it: names of targets that ship with MIST CI, or YAML files of the base branch."""
    trainer: TreePath | None = None
    select: tuple[RuleCode, ...] = ()
    """Only these rules: codes, or beginnings of codes."""
    extend_select: tuple[RuleCode, ...] = ()
    ignore: tuple[RuleCode, ...] = ()
    per_file_ignores: dict[str, tuple[RuleCode, ...]] = Field(default_factory=dict)
    """Pattern of paths → rules that are ignored there."""
    baseline: TreePath | None = None
    """Findings that the team knows of, in a file of the base branch: they are shown, and never gate."""
    model: Name | None = None
    epochs: Annotated[int, Field(ge=1, le=1000)] = 1

    @property
    def place(self) -> tuple[str | None, str | None, str | None, bool]:
        """What says where the data is. Everything else says how it is judged."""
        return self.path, self.uri, self.sha256, self.lfs

    def placed_as(self, other: "Dataset") -> "Dataset":
        """The same data set with its data where another one has it."""
        path, uri, sha256, lfs = other.place
        return self.model_copy(update={"path": path, "uri": uri, "sha256": sha256, "lfs": lfs})


class Defaults(Model):
    """Margin in score points as a fraction (0.05 is five points), one-sided error rates, and looks on the way."""

    margin: Margin = 0.05
    alpha: Annotated[float, Field(gt=0, le=0.2)] = 0.05
    anchor_alpha: Annotated[float, Field(gt=0, le=0.2)] = 0.01
    """The error rate against the anchor, which has a correction of its own."""
    sequential: Sequential = Sequential.OBF


Ratio = Annotated[float, Field(ge=0, le=10**6)]
"""0.20 allows a fifth more."""
Tokens = Annotated[int, Field(ge=0, le=10**15)]
Minutes = Annotated[float, Field(ge=0, le=10**6)]


class Budgets(Model):
    """Ceilings that are part of the verdict. docs/budgets.md says what counts in each, and when it is checked."""

    eval_usd: Money | None = None
    """US dollars that one run may spend on asking models, judges included. Stored answers cost nothing."""
    eval_tokens: Tokens | None = None
    """Tokens in and out, together, of the calls that one run makes, judges included."""
    eval_minutes: Minutes | None = None
    """How long one run may start calls: wall time of asking, on a clock that nobody sets."""
    pull_request_usd: Money | None = None
    """US dollars of all runs of this gate for one pull request, as the ledger has them."""
    pull_request_tokens: Tokens | None = None
    """Tokens of the same."""
    pull_request_minutes: Minutes | None = None
    """Minutes of asking of the same."""
    month_usd: Money | None = None
    """US dollars of the calendar month, in UTC: every run and every recorded training of the ledger."""
    month_tokens: Tokens | None = None
    """Tokens in and out of the month's calls. What was trained on is in `training_tokens`."""
    month_minutes: Minutes | None = None
    """Minutes of asking of the month's runs."""
    training_usd: Money | None = None
    """US dollars of one iteration: recorded trainings on the same data, else the estimate."""
    training_tokens: Tokens | None = None
    """Trained tokens of one iteration, all epochs."""
    training_hours: Annotated[float, Field(ge=0, le=10**7)] | None = None
    """GPU-hours of one iteration, as they were recorded: no estimate has any."""
    cost_per_request_increase: Ratio | None = None
    """What an answer may cost more at head than at base, on the same samples, whoever paid for it."""
    tokens_per_request_increase: Ratio | None = None
    """How many more tokens, in and out, it may take."""
    latency_increase: Ratio | None = None
    """How much longer half of the answers may take at head: the median of those that both sides gave now."""

    def of(self, *beginnings: str) -> tuple[str, ...]:
        """Names of the budgets that are set and begin like one of these."""
        return tuple(name for name in self.model_dump(exclude_none=True) if name.startswith(beginnings))

    @property
    def needs_ledger(self) -> bool:
        """True where earlier runs or recorded trainings count."""
        return bool(self.of("pull_request_", "month_", "training_"))


class DataPolicy(Model):
    """The least severe finding that fails the gate."""

    fail_on: Severity = Severity.ERROR


def _ref_or_path(value: str) -> str:
    if value.startswith("refs/"):
        if not _REF.fullmatch(value) or ".." in value or value.endswith((".lock", "/", ".")):
            raise ValueError("must be a full ref of a tag or a branch, such as refs/tags/released")
        return value
    return inside_the_tree(value)


class Gate(Model):
    """One required status: which branches and models it guards, and what is good enough."""

    branches: Annotated[tuple[str, ...], Field(min_length=1)]
    models: tuple[Name, ...] = ()
    compare_to: str = "base"
    anchor: Annotated[str, AfterValidator(_ref_or_path)] | None = None
    """A fixed model that head is held against as well: a full ref (`refs/tags/released`), whose tree has the
    reference under its own path, or the path of another reference on the base branch."""
    require: tuple[Name, ...] = ()
    defaults: Defaults = Defaults()
    on_inconclusive: OnInconclusive = OnInconclusive.WARN
    budgets: Budgets = Budgets()
    data: DataPolicy = DataPolicy()

    @property
    def anchor_ref(self) -> str | None:
        """The anchor where it is a ref."""
        return self.anchor if self.anchor is not None and self.anchor.startswith("refs/") else None


class Waiver(Model):
    """A failure that the team accepts, for one suite and one model, until a day."""

    gate: Name
    suite: Name
    model_digest: Digest
    reason: Annotated[str, Field(min_length=1, max_length=500)]
    expires: date


READY_MADE = "mist:"
"""What the name of a suite that ships with MIST CI begins with, where a policy lists suites."""


class Policy(Model):
    """All of mist.yml."""

    version: Literal[1]
    providers: dict[Name, Provider] = Field(default_factory=dict)
    models: dict[Name, TreePath] = Field(default_factory=dict)
    datasets: dict[Name, Dataset] = Field(default_factory=dict)
    data_hosts: tuple[DataPlace, ...] = ()
    """Hosts and buckets, beside those of a `uri`, that data may come from: where a redirect or Git LFS leads, and
    where a change may move data to."""
    suites: tuple[str, ...] = ()
    """Patterns of suite files, and ready-made suites: `mist:arithmetic`, or `mist:*` for all of them."""
    gates: Annotated[dict[Name, Gate], Field(min_length=1)]
    waivers: tuple[Waiver, ...] = ()

    @property
    def suite_files(self) -> tuple[str, ...]:
        """The patterns of suite files in the repository, without ready-made suites."""
        return tuple(pattern for pattern in self.suites if not pattern.startswith(READY_MADE))

    def guarded_models(self, gate: Gate) -> dict[str, str]:
        """Name → reference path of the models that `gate` guards (all of them when it names none)."""
        return {name: path for name, path in self.models.items() if not gate.models or name in gate.models}
