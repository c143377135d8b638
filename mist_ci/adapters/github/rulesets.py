"""Rulesets of branches: which checks must be green before a merge."""

from typing import Any

from pydantic import BaseModel, Field

from mist_ci.adapters.github.client import Client
from mist_ci.ports.code_host import RequiredCheck, Ruleset

_CHECKS = "required_status_checks"


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
    required_status_checks: list[_Check]
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

    def value(self) -> Ruleset | None:
        """As the rest of the program knows it; None when it requires no checks."""
        found = [rule.parameters for rule in self.rules if rule.type == _CHECKS]
        if not found:
            return None
        parameters = _Parameters.model_validate(found[0])
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
            is_enforced=self.enforcement == "active",
        )


def listed(client: Client) -> tuple[Ruleset, ...]:
    """Those of the repository that require checks. The listing has names only: one call more for each."""
    repos = client.api.repos
    names = client.pages(_Name, "list the rulesets", repos.get_repo_rulesets, includes_parents=False)
    own = [name.id for name in names if name.source_type == "Repository" and name.target == "branch"]
    values = [_one(client, ruleset_id).value() for ruleset_id in own]
    return tuple(value for value in values if value is not None)


def create(client: Client, ruleset: Ruleset) -> Ruleset:
    """A new one. Sent once: two of the same name would be an error."""
    client.manners.wait_for_turn()
    what = f"create the ruleset {ruleset.name}"
    made = client.get(_Ruleset, what, client.api.repos.create_repo_ruleset, **_body(ruleset, []))
    return made.value() or ruleset


def update(client: Client, ruleset: Ruleset) -> Ruleset:
    """Sets it; rules of other kinds that a maintainer added to it are sent back as they were."""
    if ruleset.id is None:
        raise ValueError("only a ruleset that the host has can be updated")
    others = [rule for rule in _one(client, ruleset.id).rules if rule.type != _CHECKS]
    what = f"update the ruleset {ruleset.name}"
    operation = client.api.repos.update_repo_ruleset
    made = client.get(_Ruleset, what, operation, ruleset_id=ruleset.id, **_body(ruleset, others))
    return made.value() or ruleset


def _one(client: Client, ruleset_id: int) -> _Ruleset:
    operation = client.api.repos.get_repo_ruleset
    what = f"show ruleset {ruleset_id}"
    return client.get(_Ruleset, what, operation, ruleset_id=ruleset_id, includes_parents=False)


def _body(ruleset: Ruleset, others: list[_Rule]) -> dict[str, object]:
    checks = [
        {"context": check.context}
        | ({} if check.integration_id is None else {"integration_id": check.integration_id})
        for check in ruleset.checks
    ]
    parameters = {
        "required_status_checks": checks,
        "strict_required_status_checks_policy": ruleset.must_be_up_to_date,
    }
    patterns = {"include": list(ruleset.branches), "exclude": list(ruleset.excluded_branches)}
    kept = [rule.model_dump(exclude_none=True) for rule in others]
    return {
        "name": ruleset.name,
        "target": "branch",
        "enforcement": "active" if ruleset.is_enforced else "disabled",
        "conditions": {"ref_name": patterns},
        "rules": [*kept, {"type": _CHECKS, "parameters": parameters}],
    }
