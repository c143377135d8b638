"""Claims: a ruleset that `protect` sets makes GitHub refuse the merge, and leaves other people's rules alone."""

from dataclasses import replace
from typing import Any

import pytest

from mist_ci.errors import CouldNotRun
from mist_ci.models.report import Status
from mist_ci.models.verdict import State
from mist_ci.ports.code_host import Pending, RequiredCheck, Ruleset
from tests.contract.github.hosting import Hosted

WANTED = Ruleset(
    name="MIST CI: release",
    branches=("refs/heads/main", "refs/heads/release/*"),
    checks=(RequiredCheck("mist/release", 15368),),
    excluded_branches=("refs/heads/release/old",),
    must_be_up_to_date=True,
)


def test_a_ruleset_comes_back_as_it_was_sent(host: Hosted) -> None:
    made = host.github.create_ruleset(WANTED)
    assert made.id is not None
    assert replace(made, id=None) == WANTED
    assert host.github.rulesets() == (made,)
    assert host.github.update_ruleset(replace(made, is_enforced=False)) == replace(made, is_enforced=False)


def test_a_merge_needs_the_required_status_in_green(host: Hosted) -> None:
    host.github.create_ruleset(WANTED)
    context = "mist/release"
    assert host.merge() == (405, f'Required status check "{context}" is expected.')
    host.github.set_status(host.head, Pending(context, "evaluating"))
    assert host.merge() == (405, f'Required status check "{context}" is pending.')
    host.github.set_status(host.head, Status(context=context, state=State.FAILURE, description="forgot"))
    assert host.merge() == (405, f'Required status check "{context}" is failing.')
    host.github.set_status(host.head, Status(context=context, state=State.SUCCESS, description="fine"))
    assert host.merge() == (200, "Pull Request successfully merged")
    assert not host.github.pull_request(1).is_open
    assert host.merge() == (405, "Pull Request is not mergeable")


def test_a_status_by_another_app_does_not_count(host: Hosted) -> None:
    host.github.create_ruleset(replace(WANTED, checks=(RequiredCheck("mist/release", 99),)))
    host.github.set_status(host.head, Status(context="mist/release", state=State.SUCCESS, description="fine"))
    assert host.merge() == (405, 'Required status check "mist/release" is expected.')


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


def test_other_settings_of_the_rule_and_its_enforcement_survive_an_update(host: Hosted) -> None:
    made = host.github.create_ruleset(WANTED)
    stored: dict[str, Any] = host.fake.state.rulesets[made.id or 0]
    stored["rules"][0]["parameters"]["do_not_enforce_on_create"] = True
    stored["enforcement"] = "evaluate"
    (seen,) = host.github.rulesets()
    assert not seen.is_enforced
    host.github.update_ruleset(replace(seen, must_be_up_to_date=False))
    after = host.fake.state.rulesets[made.id or 0]
    assert after["enforcement"] == "evaluate"
    assert after["rules"][0]["parameters"]["do_not_enforce_on_create"] is True
    assert after["rules"][0]["parameters"]["strict_required_status_checks_policy"] is False


def test_a_ruleset_that_lost_its_checks_is_seen_and_gets_them_again(host: Hosted) -> None:
    made = host.github.create_ruleset(WANTED)
    host.fake.state.rulesets[made.id or 0]["rules"] = [{"type": "deletion"}]
    assert [ruleset.checks for ruleset in host.github.rulesets()] == [()]
    assert host.github.update_ruleset(made) == made


def test_how_many_may_bypass_a_ruleset_is_told_where_the_host_tells_it(host: Hosted) -> None:
    made = host.github.create_ruleset(WANTED)
    stored: dict[str, Any] = host.fake.state.rulesets[made.id or 0]
    assert [ruleset.bypass_actors for ruleset in host.github.rulesets()] == [0]
    stored["bypass_actors"] = [{"actor_id": 5, "actor_type": "RepositoryRole", "bypass_mode": "always"}]
    assert [ruleset.bypass_actors for ruleset in host.github.rulesets()] == [1]
    del stored["bypass_actors"]  # GitHub shows it to those only who may change it
    assert [ruleset.bypass_actors for ruleset in host.github.rulesets()] == [None]


@pytest.mark.parametrize("write", ["create", "update"])
def test_a_token_that_may_not_set_rulesets_is_told_which_permission_it_lacks(
    host: Hosted, write: str
) -> None:
    made = host.github.create_ruleset(WANTED)
    with host.reader() as reader, pytest.raises(CouldNotRun, match="403") as caught:
        reader.update_ruleset(made) if write == "update" else reader.create_ruleset(replace(made, name="b"))
    assert "`administration: write`" in (caught.value.hint or "")


def test_a_second_ruleset_of_the_same_name_is_an_error(host: Hosted) -> None:
    host.github.create_ruleset(WANTED)
    with pytest.raises(CouldNotRun, match="Name must be unique"):
        host.github.create_ruleset(WANTED)
