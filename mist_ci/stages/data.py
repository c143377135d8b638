"""The data stage: one data set of the plan, as it is at head and as it was at base."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field

from mist_ci import planning, schemaflux, tokentrace
from mist_ci.errors import Code, ConfigError, CouldNotRun, Where
from mist_ci.models.chat_template import ChatTemplate
from mist_ci.models.config import Dataset
from mist_ci.models.finding import DataReport
from mist_ci.models.modelref import ModelReference
from mist_ci.models.plan import Plan
from mist_ci.models.report import TrainingEstimate
from mist_ci.models.suite import Suite
from mist_ci.models.target import Target
from mist_ci.models.trainer import TrainerSettings
from mist_ci.parsing.chat_template import read_chat_template
from mist_ci.parsing.document import nearest
from mist_ci.ports import World
from mist_ci.ports.accounting import TokenCounter
from mist_ci.ports.datasets import WantedData
from mist_ci.ports.files import Tree
from mist_ci.ports.sources import DATASET_INFO, MAX_INFO_BYTES, Opened


@dataclass(frozen=True, slots=True)
class DataStage:
    """A data set with the model it trains; `trees` holds `base` and `head`."""

    name: str
    plan: Plan
    trees: Mapping[str, Tree]
    world: World
    config: str = ""
    """The policy's path, for what is wrong in it."""
    said: list[str] = field(default_factory=list)
    """What happened on the way that somebody should know."""

    @property
    def dataset(self) -> Dataset:
        """What the policy says about it."""
        return self.plan.datasets[self.name]

    def validate(self, suites: Sequence[Suite]) -> DataReport:
        """Findings, tokens and leakage at head; rows that base already has are known."""
        reference = self._reference("head")
        template = self._template()
        is_new_template, is_recounted = template != self._template_before(), self._is_recounted()
        with ExitStack() as stack:
            head, base = stack.enter_context(self._open("head")), self._known(stack)
            asked = schemaflux.Inspection(
                self.name,
                head,
                base,
                format=self.dataset.format,
                model=reference.model if reference else "",
                template=template,
                template_changed=is_new_template,
                tokens_changed=is_recounted,
                targets=self._targets(),
                trainers=self._trainers(),
                selection=self._selection(),
                suppressions=self._suppressions(),
                trainers_before=self._trainers_before(),
                infos=self._infos("head", head),
                infos_before=self._infos("base", base),
                now=self.world.clock.now(),
                suite_prompts={
                    suite.name: {one.key: schemaflux.telling_texts(one) for one in suite.samples}
                    for suite in suites
                },
            )
            self._say_what_changed(asked)
            means = schemaflux.Means(self.world.executor, self._tokens(), labels=self.world.labels)
            return schemaflux.validate(asked, means)

    def _infos(self, side: str, opened: Sequence[Opened]) -> dict[str, bytes]:
        """The `dataset_info.json` beside every file of the data, unless it is data itself."""
        tree, paths = self.trees[side], {one.path for one in opened}
        beside = {f"{path.rpartition('/')[0]}/{DATASET_INFO}".removeprefix("/") for path in paths}
        found = {path: tree.read(path) for path in sorted(beside - paths) if tree.exists(path)}
        return {path: content for path, content in found.items() if len(content) <= MAX_INFO_BYTES}

    def _tokens(self) -> TokenCounter:
        """Counts with the model's own tokenizer.json, where its reference names one."""
        reference, tree = self._reference("head"), self.trees["head"]
        path = reference.tokenizer if reference else None
        if path is None:
            return self.world.tokens
        return self.world.tokenizers.of_file(tree.read(path), path)

    def _is_recounted(self) -> bool:
        """True when base counts tokens with another tokenizer.json, or for another model's tokenizer."""
        try:
            return self._counting("head") != self._counting("base")
        except ConfigError:  # what base has cannot be read: a change may repair it
            return True

    def _counting(self, side: str) -> bytes | str | None:
        """What tokens are counted by: the content of a tokenizer.json, or the name of a tokenizer that ships."""
        reference, tree = self._reference(side), self.trees[side]
        path = reference.tokenizer if reference else None
        if path is not None:
            return tree.read(path) if tree.exists(path) else None
        return self.world.tokens.basis(reference.model if reference else "")

    def _say_what_changed(self, asked: schemaflux.Inspection) -> None:
        """Rows of base are judged anew where what they are rendered or counted with is not what it was."""
        changed = (
            (asked.template_changed, "the chat template", "rendered"),
            (asked.tokens_changed, "the tokenizer", "counted"),
        )
        self.said.extend(
            f"{self.name}: {what} is not the one of the base branch: its rows are {done} and judged anew"
            for is_changed, what, done in changed
            if is_changed and asked.base
        )

    def _targets(self) -> tuple[Target, ...]:
        """Those of the policy; files of the team's own are the base branch's. Raises what `planning` would have."""
        names, base = self.dataset.targets, self.trees["base"]
        own = {name: base.read(name) for name in names if planning.is_own_target(name)}
        return self.world.targets.load(names, own)

    def _selection(self) -> schemaflux.Selection:
        """The rules that the policy chooses. Raises ConfigError MC106: a rule that is none would check nothing."""
        chosen = self.dataset.select, self.dataset.extend_select, self.dataset.ignore
        for code in (code for codes in (*chosen, *self.dataset.per_file_ignores.values()) for code in codes):
            if not any(rule.startswith(code) for rule in schemaflux.codes()):
                where = Where(self.config, field=f"datasets.{self.name}")
                message, hint = f"no rule is named {code!r}", nearest(code, list(schemaflux.codes()))
                raise ConfigError(Code.UNKNOWN_NAME, message, where=where, hint=hint)
        return schemaflux.Selection(*chosen)

    def _suppressions(self) -> schemaflux.Suppressions:
        """What the policy ignores, and what the base branch's baseline knows: head cannot excuse itself."""
        path, ignored = self.dataset.baseline, self.dataset.per_file_ignores
        known = schemaflux.read_baseline(self.trees["base"].read(path), path) if path else {}
        return schemaflux.Suppressions(tuple(ignored.items()), known)

    def _trainers(self) -> list[TrainerSettings]:
        """What the trainer's own configuration says at head: that is what would be trained with."""
        path = self.dataset.trainer
        if path is None:
            return []
        if not self.trees["head"].exists(path):
            hint = f"commit it, or change datasets.{self.name}.trainer in the policy"
            raise ConfigError(
                Code.FILE_MISSING, "the trainer's configuration is not there", where=Where(path), hint=hint
            )
        return [schemaflux.read_settings(self.trees["head"].read(path), path)]

    def _trainers_before(self) -> dict[str, TrainerSettings | None]:
        """What it said at base; None where that cannot be read either, so that a change may repair it."""
        path, base = self.dataset.trainer, self.trees["base"]
        if path is None:
            return {}
        try:
            return {path: schemaflux.read_settings(base.read(path), path) if base.exists(path) else None}
        except ConfigError:
            return {path: None}

    def training_estimate(self, found: DataReport) -> TrainingEstimate:
        """Tokens and cost of training on the data at head."""
        reference = self._reference("head")
        prices = self.plan.policy.providers[reference.provider].prices if reference else None
        return tokentrace.training_estimate(found, self.dataset, prices)

    def notices(self, found: DataReport) -> list[str]:
        """What the model reference says about this data and what is not so."""
        reference = self._reference("head")
        said = reference.trained_on if reference else None
        told = [*self.said, *(f"{self.name}: {notice}" for notice in found.notices)]
        if said is None or said.dataset != self.name or said.data_hash in (None, found.data_hash):
            return told
        return [
            *told,
            f"the model reference says that it was trained on other data than {self.name} holds at head",
        ]

    def refuse_pointers(self, found: DataReport) -> None:
        """A Git LFS pointer is not data: nobody knows whether what it points to is good. Raises MC305."""
        for finding in found.findings:
            if finding.code == schemaflux.POINTER:
                hint = "set `lfs: true` for this data set in the policy, so that its objects are fetched"
                raise CouldNotRun(Code.DATA_UNVERIFIED, finding.message, where=finding.where, hint=hint)

    def _open(self, side: str) -> AbstractContextManager[Sequence[Opened]]:
        """The data as one side has it. Raises CouldNotRun MC305 when it cannot be had."""
        moved = self.plan.moved.get(self.name) if side == "head" else None
        hosts = self.plan.policy.data_hosts
        return self.world.datasets.open(
            WantedData(moved or self.dataset, self.trees[side], self.trees["base"], hosts)
        )

    def _known(self, stack: ExitStack) -> Sequence[Opened]:
        """What base has. An object that was overwritten or deleted since has no rows: then everything is new."""
        try:
            return stack.enter_context(self._open("base"))
        except CouldNotRun as error:
            if error.code is not Code.DATA_UNVERIFIED:
                raise
            self.said.append(
                f"the data that the base branch names for {self.name} is not there any more, so every row counts as new"
            )
            return ()

    def _reference(self, side: str) -> ModelReference | None:
        """The reference of the model that the data set trains."""
        path = self.plan.policy.models.get(self.dataset.model or "")
        if path is None or not self.trees[side].exists(path):
            return None
        return planning.read_reference(self.trees[side], path, self.plan.policy)

    def _template(self) -> ChatTemplate | None:
        """The chat template of the model: head's, or base's where head drops it.

        A change that takes the template away does not free its data from being rendered.
        """
        return self._template_of("head") or self._template_of("base")

    def _template_before(self) -> ChatTemplate | None:
        """The chat template at base; None where it cannot be read either, so that a change may repair it."""
        try:
            return self._template_of("base")
        except ConfigError:
            return None

    def _template_of(self, side: str) -> ChatTemplate | None:
        reference, tree = self._reference(side), self.trees[side]
        if reference is None or reference.chat_template is None:
            return None
        path = reference.chat_template
        config = f"{path.rpartition('/')[0]}/tokenizer_config.json".removeprefix("/")
        beside = (config, tree.read(config)) if path.endswith(".jinja") and tree.exists(config) else None
        return read_chat_template(path, tree.read(path), beside)
