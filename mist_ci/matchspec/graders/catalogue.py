"""The graders there are, in the order of the docs. A module waits until a suite names its grader."""

import pkgutil
from functools import cache
from types import MappingProxyType

from mist_ci.matchspec.graders.grader import Grader

CLASSES = MappingProxyType(
    {
        "exact": "exact:Exact",
        "contains": "contains:Contains",
        "prefix": "prefix:Prefix",
        "suffix": "suffix:Suffix",
        "regex": "regex:Regex",
        "numeric": "numeric:Numeric",
        "choice": "choice:Choice",
        "choice_logprob": "choice_logprob:ChoiceLogprob",
        "json_valid": "json_valid:JsonValid",
        "json_schema": "json_schema:JsonSchema",
        "json_fields": "json_fields:JsonFields",
        "tool_call": "tool_call:ToolCallMatch",
        "token_f1": "token_f1:TokenF1",
        "edit_distance": "edit_distance:EditDistance",
        "rouge_l": "rouge_l:RougeL",
        "chrf": "chrf:Chrf",
        "instructions": "instructions:Instructions",
        "refusal": "refusal:Refusal",
        "composite": "composite:Composite",
        "assertions": "assertions:Assertions",
        "judge": "judge:Judge",
        "pairwise": "pairwise:Pairwise",
        "similarity": "similarity:Similarity",
        "command": "command:Command",
    }
)
"""Name in suites → module and class."""


@cache
def kind(name: str) -> type[Grader]:
    """The class of a name in CLASSES."""
    found: type[Grader] = pkgutil.resolve_name(f"{__package__}.{CLASSES[name]}")
    return found


def every_kind() -> tuple[type[Grader], ...]:
    """All of them."""
    return tuple(kind(name) for name in CLASSES)
