"""SchemaFlux: turns training data into findings, before it costs a training run."""

from mist_ci.schemaflux.explain import codes, page
from mist_ci.schemaflux.prompts import normalise_prompt
from mist_ci.schemaflux.run import validate

__all__ = ["codes", "normalise_prompt", "page", "validate"]
