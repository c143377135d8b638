"""The data stage: one data set of the plan, as it is at head and as it was at base."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mist_ci import planning, schemaflux, tokentrace
from mist_ci.errors import Code, CouldNotRun
from mist_ci.models.config import Dataset
from mist_ci.models.finding import DataReport
from mist_ci.models.modelref import ModelReference
from mist_ci.models.plan import Plan
from mist_ci.models.report import TrainingEstimate
from mist_ci.models.suite import Suite
from mist_ci.parsing.glob import matches
from mist_ci.ports import World
from mist_ci.ports.files import Tree
from mist_ci.ports.sources import BytesSource, Source


@dataclass(frozen=True, slots=True)
class DataStage:
    """A data set with the model it trains; `trees` holds `base` and `head`."""

    name: str
    plan: Plan
    trees: Mapping[str, Tree]
    world: World

    @property
    def dataset(self) -> Dataset:
        """What the policy says about it."""
        return self.plan.datasets[self.name]

    def validate(self, suites: Sequence[Suite]) -> DataReport:
        """Findings, tokens and leakage at head; rows that base already has are known."""
        reference = self._reference("head")
        template, path = self._template()
        asked = schemaflux.Inspection(
            self.name,
            self._sources("head"),
            self._sources("base"),
            format=self.dataset.format,
            model=reference.model if reference else "",
            template=template,
            template_path=path,
            template_changed=template != self._template_of("base")[0],
            suite_prompts={
                suite.name: {one.key: schemaflux.telling_texts(one) for one in suite.samples}
                for suite in suites
            },
        )
        return schemaflux.validate(asked, schemaflux.Means(self.world.executor, self.world.tokens))

    def training_estimate(self, found: DataReport) -> TrainingEstimate:
        """Tokens and cost of training on the data at head."""
        reference = self._reference("head")
        prices = self.plan.policy.providers[reference.provider].prices if reference else None
        return tokentrace.training_estimate(found, self.dataset, prices)

    def notices(self, found: DataReport) -> list[str]:
        """What the model reference says about this data and what is not so."""
        reference = self._reference("head")
        said = reference.trained_on if reference else None
        if said is None or said.dataset != self.name or said.data_hash in (None, found.data_hash):
            return []
        return [f"the model reference says that it was trained on other data than {self.name} holds at head"]

    def refuse_pointers(self, found: DataReport) -> None:
        """A Git LFS pointer is not data: nobody knows whether what it points to is good. Raises MC305."""
        for finding in found.findings:
            if finding.code == schemaflux.POINTER:
                hint = "commit the data itself: the gate reads git objects, and does not fetch from LFS yet"
                raise CouldNotRun(Code.DATA_UNVERIFIED, finding.message, where=finding.where, hint=hint)

    def _sources(self, side: str) -> list[Source]:
        tree, pattern = self.trees[side], self.dataset.path or ""
        return [BytesSource(path, tree.read(path)) for path in tree.paths() if matches(pattern, path)]

    def _reference(self, side: str) -> ModelReference | None:
        """The reference of the model that the data set trains."""
        path = self.plan.policy.models.get(self.dataset.model or "")
        if path is None or not self.trees[side].exists(path):
            return None
        return planning.read_reference(self.trees[side], path, self.plan.policy)

    def _template(self) -> tuple[str | None, str | None]:
        """The chat template of the model and its path: head's, or base's where head drops it.

        A change that takes the template away does not free its data from being rendered.
        """
        head = self._template_of("head")
        return head if head[0] is not None else self._template_of("base")

    def _template_of(self, side: str) -> tuple[str | None, str | None]:
        reference = self._reference(side)
        if reference is None or reference.chat_template is None:
            return None, None
        path = reference.chat_template
        return self.trees[side].read(path).decode("utf-8", "replace"), path
