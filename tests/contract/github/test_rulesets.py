"""Claims: a ruleset that `protect` sets makes GitHub refuse the merge, and leaves other people's rules alone."""

import json
import urllib.error
import urllib.request
from dataclasses import replace
from typing import Any

import pytest

from mist_ci.errors import CouldNotRun
from mist_ci.models.report import Status
from mist_ci.models.verdict import State
from mist_ci.ports.code_host import Pending, RequiredCheck, Ruleset
from mist_ci.simulator import JOB_TOKEN
from tests.contract.github.hosting import Hosted

WANTED = Ruleset(
    name="MIST CI: release",
    branches=("refs/heads/main", "refs/heads/release/*"),
    checks=(RequiredCheck("mist/release", 15368),),
    excluded_branches=("refs/heads/release/old",),
    must_be_up_to_date=True,
)


def merge(host: Hosted, number: int = 1) -> tuple[int, str]:
    """Presses the merge button; the status and GitHub's message."""
    url = f"{host.fake.url}/repos/acme/models/pulls/{number}/merge"
    headers = {"Authorization": f"Bearer {JOB_TOKEN}", "Content-Type": "application/json"}
    request = urllib.request.Request(url, b"{}", headers, method="PUT")
    try:
        with urllib.request.urlopen(request) as response:
            return response.status, json.loads(response.read())["message"]
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.loads(error.read())["message"]


def test_a_ruleset_comes_back_as_it_was_sent(host: Hosted) -> None:
    made = host.github.create_ruleset(WANTED)
    assert made.id is not None
    assert replace(made, id=None) == WANTED
    assert host.github.rulesets() == (made,)
    assert host.github.update_ruleset(replace(made, is_enforced=False)) == replace(made, is_enforced=False)


def test_a_merge_needs_the_required_status_in_green(host: Hosted) -> None:
    host.github.create_ruleset(WANTED)
    context = "mist/release"
    assert merge(host) == (405, f'Required status check "{context}" is expected.')
    host.github.set_status(host.head, Pending(context, "evaluating"))
    assert merge(host) == (405, f'Required status check "{context}" is pending.')
    host.github.set_status(host.head, Status(context=context, state=State.FAILURE, description="forgot"))
    assert merge(host) == (405, f'Required status check "{context}" is failing.')
    host.github.set_status(host.head, Status(context=context, state=State.SUCCESS, description="fine"))
    assert merge(host) == (200, "Pull Request successfully merged")
    assert not host.github.pull_request(1).is_open
    assert merge(host) == (405, "Pull Request is not mergeable")


def test_a_status_by_another_app_does_not_count(host: Hosted) -> None:
    host.github.create_ruleset(replace(WANTED, checks=(RequiredCheck("mist/release", 99),)))
    host.github.set_status(host.head, Status(context="mist/release", state=State.SUCCESS, description="fine"))
    assert merge(host) == (405, 'Required status check "mist/release" is expected.')


def test_rules_of_other_kinds_and_people_who_may_bypass_survive_an_update(host: Hosted) -> None:
    made = host.github.create_ruleset(WANTED)
    stored: dict[str, Any] = host.fake.state.rulesets[made.id or 0]
    actors = [{"actor_id": 5, "actor_type": "RepositoryRole", "bypass_mode": "always"}]
    stored["rules"].insert(0, {"type": "non_fast_forward"})
    stored["bypass_actors"] = actors
    host.github.update_ruleset(replace(made, checks=(RequiredCheck("mist/strict"),)))
    after = host.fake.state.rulesets[made.id or 0]
    assert [rule["type"] for rule in after["rules"]] == ["non_fast_forward", "required_status_checks"]
    assert after["bypass_actors"] == actors
    (seen,) = host.github.rulesets()
    assert seen.checks == (RequiredCheck("mist/strict"),)


def test_rulesets_without_checks_are_not_ours_to_show(host: Hosted) -> None:
    made = host.github.create_ruleset(WANTED)
    host.fake.state.rulesets[made.id or 0]["rules"] = [{"type": "deletion"}]
    assert host.github.rulesets() == ()


def test_a_second_ruleset_of_the_same_name_is_an_error(host: Hosted) -> None:
    host.github.create_ruleset(WANTED)
    with pytest.raises(CouldNotRun, match="Name must be unique"):
        host.github.create_ruleset(WANTED)
