"""A model reference: the small file that a pull request changes to move to another model."""

import hashlib
from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field

from mist_ci.models.base import Digest, Model, Name, TreePath


class Parameters(Model):
    """The typed allow-list of generation parameters. They are part of what is being judged and may differ."""

    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    top_p: Annotated[float, Field(gt=0, le=1)] | None = None
    max_tokens: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    stop: tuple[str, ...] | None = None
    seed: int | None = None
    reasoning_effort: Literal["minimal", "low", "medium", "high"] | None = None

    @cached_property
    def given(self) -> dict[str, object]:
        """Those that are set, as JSON."""
        return self.model_dump(mode="json", exclude_none=True)


class TrainedOn(Model):
    """Which data the model says it was trained on."""

    dataset: Name
    data_hash: Digest | None = None


class ModelReference(Model):
    """Provider by name, model id and parameters. Addresses and keys live in the policy, never here."""

    version: Literal[1]
    provider: Name
    model: Annotated[str, Field(min_length=1, max_length=256)]
    parameters: Parameters = Parameters()
    chat_template: TreePath | None = None
    tokenizer: TreePath | None = None
    """The model's tokenizer.json: tokens of training data are counted with it."""
    trained_on: TrainedOn | None = None

    @property
    def digest(self) -> str:
        """`sha256:…` of provider, model and parameters: what a waiver names."""
        identity = self.model_dump_json(include={"provider", "model", "parameters"})
        return "sha256:" + hashlib.sha256(identity.encode()).hexdigest()
