"""What a `mist-ci eval` was about: written beside its attempts, so that a part is never taken for the whole."""

from typing import Annotated, Literal

from pydantic import Field

from mist_ci.models.base import Model

EVAL_FILE = "eval.json"
"""Its name in a results directory."""
WHOLE = "whole"
"""What attempts of a run say that asked everything."""


class Shard(Model):
    """One of `count` parts that together are everything; `index` counts from 1."""

    index: Annotated[int, Field(ge=1)]
    count: Annotated[int, Field(ge=1, le=10_000)]

    def __str__(self) -> str:
        return f"{self.index}/{self.count}"


class Selection(Model):
    """Which samples of each suite are asked: by tags and names first, then the first so many, then the shard."""

    tags: tuple[str, ...] = ()
    """Samples with any of them; all samples where there is none."""
    not_tags: tuple[str, ...] = ()
    samples: tuple[str, ...] = ()
    """Their ids or keys."""
    limit: Annotated[int, Field(ge=1)] | None = None
    """The first of each suite, in hash order."""
    shard: Shard | None = None

    @property
    def label(self) -> str:
        """What attempts say of themselves: `whole`, or `tags a,b; limit 20; shard 1/4`."""
        parts = [
            f"{name} {','.join(values)}"
            for name, values in (("tags", self.tags), ("not tags", self.not_tags))
            if values
        ]
        parts += [f"{len(self.samples)} chosen samples"] if self.samples else []
        parts += [f"limit {self.limit}"] if self.limit is not None else []
        parts += [f"shard {self.shard}"] if self.shard is not None else []
        return "; ".join(parts) or WHOLE

    @property
    def unsharded(self) -> "Selection":
        """What all shards together ask."""
        return self.model_copy(update={"shard": None})


class EvalSuite(Model):
    """One suite of a run."""

    name: str
    digest: str
    samples: int
    """In the whole suite."""
    selected: int
    """What all shards together ask."""
    asked: int
    """In this run."""
    attempts: int
    """At each sample."""


class EvalRun(Model):
    """Who was asked what. Runs of the same reference, suites and selection are shards of one another."""

    version: Literal[1]
    run: str
    reference: str
    reference_digest: str
    provider: str
    model: str
    selection: Selection
    suites: tuple[EvalSuite, ...]
    finished: bool
    """False where something ended the run before its last sample."""
    merged: tuple[str, ...] = ()
    """The runs that this one was made of."""
