"""The graders there are, listed. A suite names one of them as primary; the others are diagnostics."""

import json

from pydantic import ValidationError

from mist_ci.errors import Code, ConfigError, Where
from mist_ci.matchspec.graders.asking import PairingGrader
from mist_ci.matchspec.graders.contains import Contains
from mist_ci.matchspec.graders.exact import Exact
from mist_ci.matchspec.graders.grader import Grader
from mist_ci.matchspec.graders.judge import Judge
from mist_ci.matchspec.graders.numeric import Numeric
from mist_ci.matchspec.graders.pairwise import Pairwise
from mist_ci.matchspec.graders.similarity import Similarity
from mist_ci.models.suite import GraderEntry, GraderOptions, GraderSpec
from mist_ci.parsing import wording
from mist_ci.parsing.document import nearest

GRADERS: tuple[type[Grader], ...] = (Exact, Contains, Numeric, Judge, Pairwise, Similarity)
_BY_NAME = {grader.name: grader for grader in GRADERS}


def specify(entry: GraderEntry, where: Where) -> GraderSpec:
    """A suite's grader entry as a grader that exists, with all options filled in. Raises ConfigError."""
    if isinstance(entry, dict) and len(entry) != 1:
        raise ConfigError(Code.WRONG_VALUE, "write one grader per list item", where=where)
    name, options = (entry, {}) if isinstance(entry, str) else next(iter(entry.items()))
    if name not in _BY_NAME:
        raise ConfigError(
            Code.UNKNOWN_NAME, f"no grader is named {name!r}", where=where, hint=nearest(name, list(_BY_NAME))
        )
    grader = _BY_NAME[name]
    built = _build(grader, options or {}, where)
    full: GraderOptions = built.model_dump(mode="json")
    return GraderSpec(
        name=name,
        version=grader.version,
        options=full,
        asks=built.asks,
        compares=isinstance(built, PairingGrader),
    )


def _build(kind: type[Grader], options: GraderOptions, where: Where) -> Grader:
    try:
        return kind.model_validate_json(json.dumps(options))
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        option = str(problem["loc"][0]) if problem["loc"] else ""
        if problem["type"] == "extra_forbidden":
            hint = nearest(option, list(kind.model_fields)) or "it has no options"
            raise ConfigError(
                Code.UNKNOWN_KEY, f"grader {kind.name} has no option {option!r}", where=where, hint=hint
            ) from None
        raise ConfigError(
            Code.WRONG_VALUE, f"{kind.name}.{option} {wording.reason([problem])}", where=where
        ) from None


def grader(spec: GraderSpec) -> Grader:
    """The grader of a spec that `specify` made."""
    return _build(_BY_NAME[spec.name], spec.options, Where("grader"))


__all__ = ["GRADERS", "Grader", "grader", "specify"]
