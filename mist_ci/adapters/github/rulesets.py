"""Rulesets of branches: which checks must be green before a merge."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from pydantic import BaseModel, Field

from mist_ci.adapters.github.client import Client, Refused
from mist_ci.ports.code_host import RequiredCheck, Ruleset

_CHECKS = "required_status_checks"
_ACTIVE = "active"
_HINTS = {
    403: "the token needs `administration: write` on this repository, which GITHUB_TOKEN of a workflow never has; "
    "a private repository needs a plan with rulesets as well",
    404: "is the repository right? A token without `administration: write` on it may be told that it is not there",
}


class _Name(BaseModel):
    id: int
    source_type: str = "Repository"
    target: str = "branch"


class _Patterns(BaseModel):
    include: list[str] = Field(default_factory=list)
    exclude: list[str] = Field(default_factory=list)


class _Conditions(BaseModel):
    ref_name: _Patterns = Field(default_factory=_Patterns)


class _Check(BaseModel):
    context: str
    integration_id: int | None = None


class _Parameters(BaseModel):
    required_status_checks: list[_Check] = Field(default_factory=list)
    strict_required_status_checks_policy: bool = False


class _Rule(BaseModel):
    type: str
    parameters: dict[str, Any] | None = None


class _Ruleset(BaseModel):
    id: int
    name: str
    enforcement: str
    conditions: _Conditions | None = None
    rules: list[_Rule] = Field(default_factory=list)
    bypass_actors: list[Any] | None = None

    def required(self) -> dict[str, Any]:
        """The parameters of its rule about checks; none when it has no such rule."""
        return next((rule.parameters or {} for rule in self.rules if rule.type == _CHECKS), {})

    def value(self) -> Ruleset:
        """As the rest of the program knows it."""
        parameters = _Parameters.model_validate(self.required())
        patterns = (self.conditions or _Conditions()).ref_name
        return Ruleset(
            id=self.id,
            name=self.name,
            branches=tuple(patterns.include),
            excluded_branches=tuple(patterns.exclude),
            checks=tuple(
                RequiredCheck(c.context, c.integration_id) for c in parameters.required_status_checks
            ),
            must_be_up_to_date=parameters.strict_required_status_checks_policy,
            is_enforced=self.enforcement == _ACTIVE,
            bypass_actors=None if self.bypass_actors is None else len(self.bypass_actors),
        )


def listed(client: Client) -> tuple[Ruleset, ...]:
    """Those of the repository. The listing has names only: one call more for each."""
    operation = client.operation("repos", "get_repo_rulesets")
    with _administration():
        names = list(client.pages(_Name, "list the rulesets", operation, includes_parents=False))
    own = [name.id for name in names if name.source_type == "Repository" and name.target == "branch"]
    return tuple(_one(client, ruleset_id).value() for ruleset_id in own)


def create(client: Client, ruleset: Ruleset) -> Ruleset:
    """A new one. Sent once: two of the same name would be an error."""
    client.manners.wait_for_turn()
    what = f"create the ruleset {ruleset.name}"
    body = _body(ruleset, [], {})
    with _administration():
        return client.get(_Ruleset, what, client.operation("repos", "create_repo_ruleset"), **body).value()


def update(client: Client, ruleset: Ruleset) -> Ruleset:
    """Sets it; what a maintainer added to it is sent back as it was: other rules, other settings of this rule."""
    if ruleset.id is None:
        raise ValueError("only a ruleset that the host has can be updated")
    present = _one(client, ruleset.id)
    others = [rule for rule in present.rules if rule.type != _CHECKS]
    body = _body(ruleset, others, present.required())
    if (present.enforcement == _ACTIVE) == ruleset.is_enforced:
        body["enforcement"] = present.enforcement  # `evaluate` is not enforced either, and stays what it is
    what = f"update the ruleset {ruleset.name}"
    operation = client.operation("repos", "update_repo_ruleset")
    with _administration():
        return client.get(_Ruleset, what, operation, ruleset_id=ruleset.id, **body).value()


@contextmanager
def _administration() -> Iterator[None]:
    """A refusal says which permission was missing: it is none of those that a job has."""
    try:
        yield
    except Refused as error:
        if error.status in _HINTS and error.delay_s is None:
            error.hint = _HINTS[error.status]
        raise


def _one(client: Client, ruleset_id: int) -> _Ruleset:
    operation = client.operation("repos", "get_repo_ruleset")
    what = f"show ruleset {ruleset_id}"
    with _administration():
        return client.get(_Ruleset, what, operation, ruleset_id=ruleset_id, includes_parents=False)


def _body(ruleset: Ruleset, others: list[_Rule], required: Mapping[str, object]) -> dict[str, object]:
    checks = [
        {"context": check.context}
        | ({} if check.integration_id is None else {"integration_id": check.integration_id})
        for check in ruleset.checks
    ]
    parameters = {
        **required,
        "required_status_checks": checks,
        "strict_required_status_checks_policy": ruleset.must_be_up_to_date,
    }
    patterns = {"include": list(ruleset.branches), "exclude": list(ruleset.excluded_branches)}
    kept = [rule.model_dump(exclude_none=True) for rule in others]
    return {
        "name": ruleset.name,
        "target": "branch",
        "enforcement": _ACTIVE if ruleset.is_enforced else "disabled",
        "conditions": {"ref_name": patterns},
        "rules": [*kept, {"type": _CHECKS, "parameters": parameters}],
    }
