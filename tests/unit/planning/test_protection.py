"""Claims: each gate gets its ruleset, an update only adds, and nobody else's ruleset is looked at."""

from dataclasses import replace

import pytest

from mist_ci.errors import Code, ConfigError
from mist_ci.models.config import Policy
from mist_ci.parsing import document
from mist_ci.planning.protection import ActionKind, Protection, compare, own_checks, wanted_rulesets
from mist_ci.ports.code_host import RequiredCheck, Ruleset

POLICY = """\
version: 1
gates:
  release: {branches: [main, "release/**"]}
  nightly: {branches: [next]}
"""
RELEASE = Ruleset(
    name="mist-ci: release",
    branches=("refs/heads/main", "refs/heads/release/**/*"),
    checks=(RequiredCheck("mist/release"),),
)
NIGHTLY = Ruleset("mist-ci: nightly", ("refs/heads/next",), (RequiredCheck("mist/nightly"),))
THERE = replace(RELEASE, id=7)
LINT = RequiredCheck("lint", 99)
BOUND = RequiredCheck("mist/release", 12)


def wanted(text: str = POLICY, config: str = "mist.yml", **options: int | None) -> tuple[Ruleset, ...]:
    policy, source = document.parse(Policy, text.encode(), config)
    return wanted_rulesets(
        policy, source, config, app_id=options.get("app_id"), strict=bool(options.get("strict"))
    )


def held_against(*present: Ruleset, needs: Ruleset = RELEASE) -> Protection:
    return compare([needs], present, "mist.yml", lambda path: path == "services/a/mist.yml")


def test_each_gate_gets_a_ruleset_for_its_branches() -> None:
    assert wanted() == (RELEASE, NIGHTLY)


def test_a_policy_elsewhere_has_its_path_in_name_and_status() -> None:
    (release, _) = wanted(config="services/a/mist.yml")
    assert release.name == "mist-ci: release (services/a/mist.yml)"
    assert release.checks == (RequiredCheck("mist/release (services/a/mist.yml)"),)


def test_options_bind_the_status_to_an_app_and_ask_for_branches_that_are_up_to_date() -> None:
    (release, _) = wanted(app_id=12, strict=1)
    assert release == replace(RELEASE, checks=(BOUND,), must_be_up_to_date=True)


def test_branches_that_no_ruleset_can_name_are_refused_at_their_place() -> None:
    with pytest.raises(ConfigError, match="stands alone") as caught:
        wanted('version: 1\ngates:\n  release:\n    branches:\n      - main\n      - "rel**"\n')
    assert (caught.value.code, str(caught.value.where)) == (
        Code.WRONG_VALUE,
        "mist.yml:6:9: gates.release.branches[1]",
    )


def test_a_missing_ruleset_is_created() -> None:
    (action,) = held_against().actions
    assert (action.kind, action.ruleset) == (ActionKind.CREATE, RELEASE)
    assert action.differences == (
        "+ on refs/heads/main",
        "+ on refs/heads/release/**/*",
        "+ requires mist/release, posted by whoever can write",
    )
    assert not action.is_settled


def test_what_is_as_wanted_is_left_alone() -> None:
    found = held_against(THERE)
    (action,) = found.actions
    assert (action.kind, action.differences, action.notes) == (ActionKind.IN_PLACE, (), ())
    assert found.is_settled


@pytest.mark.parametrize(
    ("present", "needs", "becomes", "differences"),
    [
        pytest.param(
            replace(THERE, branches=("refs/heads/main",)), RELEASE, THERE, ["+ on refs/heads/release/**/*"],
            id="a branch is missing",
        ),
        pytest.param(
            replace(THERE, checks=(LINT,)), RELEASE, replace(THERE, checks=(LINT, *RELEASE.checks)),
            ["+ requires mist/release, posted by whoever can write"], id="the check is missing, another is kept",
        ),
        pytest.param(
            replace(THERE, checks=(*RELEASE.checks, LINT)), replace(RELEASE, checks=(BOUND,)),
            replace(THERE, checks=(LINT, BOUND)),
            ["- requires mist/release, posted by whoever can write", "+ requires mist/release, posted by only App 12"],
            id="an App is asked for",
        ),
        pytest.param(
            replace(THERE, checks=(RequiredCheck("MIST/Release", 3), BOUND)), replace(RELEASE, checks=(BOUND,)),
            replace(THERE, checks=(BOUND,)), ["- requires MIST/Release, posted by only App 3"],
            id="another App's check of the same name goes, in whatever case",
        ),
        pytest.param(
            THERE, replace(RELEASE, must_be_up_to_date=True), replace(THERE, must_be_up_to_date=True),
            ["+ branches must be up to date before merging"], id="strict is asked for",
        ),
    ],
)  # fmt: skip
def test_an_update_adds_what_is_missing(
    present: Ruleset, needs: Ruleset, becomes: Ruleset, differences: list[str]
) -> None:
    (action,) = held_against(present, needs=needs).actions
    assert (action.kind, action.ruleset, list(action.differences)) == (
        ActionKind.UPDATE,
        becomes,
        differences,
    )


@pytest.mark.parametrize(
    ("present", "note"),
    [
        (replace(THERE, branches=(*THERE.branches, "refs/heads/old")), "also on refs/heads/old"),
        (replace(THERE, excluded_branches=("refs/heads/release/x",)), "not on refs/heads/release/x"),
        (replace(THERE, bypass_actors=2), "may be bypassed: 2"),
        (replace(THERE, is_enforced=False), "is not enforced"),
        (replace(THERE, checks=(BOUND, LINT), must_be_up_to_date=True), None),
    ],
)
def test_what_a_maintainer_set_stays_and_is_told(present: Ruleset, note: str | None) -> None:
    (action,) = held_against(present).actions
    assert (action.kind, action.ruleset, action.differences) == (ActionKind.IN_PLACE, present, ())
    assert [found.startswith(note or "-") for found in action.notes] == ([True] if note else [])
    assert action.is_settled == present.is_enforced


@pytest.mark.parametrize(
    ("excluded", "is_settled"),
    [
        ("refs/heads/release/x", True),
        ("refs/heads/main-old", True),
        ("refs/heads/main", False),
        ("refs/heads/m*", False),
        ("refs/heads/release/**/*", False),
        ("~DEFAULT_BRANCH", False),
        ("~ALL", False),
    ],
)
def test_an_exclusion_of_what_the_gate_guards_stays_and_is_never_called_in_place(
    excluded: str, is_settled: bool
) -> None:
    present = replace(THERE, excluded_branches=(excluded,))
    (action,) = held_against(present).actions
    assert action.ruleset == present
    assert action.is_settled is is_settled
    assert ("takes out what the gate guards" in action.notes[0]) is not is_settled


@pytest.mark.parametrize(
    ("name", "is_gone"),
    [
        ("mist-ci: old", True),
        ("mist-ci: release (services/a/mist.yml)", False),
        ("mist-ci: release (services/gone/mist.yml)", True),
        ("mist-ci: two words", False),
        ("MIST CI: release", False),
        ("main", False),
    ],
)
def test_only_our_names_without_a_gate_are_gone(name: str, is_gone: bool) -> None:
    found = held_against(THERE, Ruleset(name, ("refs/heads/main",), (), id=8))
    assert found.gone == ((name,) if is_gone else ())
    assert found.is_settled is not is_gone
    assert len(found.actions) == 1


def test_the_gates_own_check_is_told_from_others() -> None:
    assert own_checks(replace(THERE, checks=(LINT, BOUND))) == (BOUND,)
