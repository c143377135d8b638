"""Claims: what can be looked up in a commit is looked up, and what cannot be is never called done."""

from dataclasses import replace

import pytest

from mist_ci.cli.init import starter_files
from mist_ci.models.config import Policy
from mist_ci.parsing import document
from mist_ci.planning import codeowners
from mist_ci.planning.checklist import Standing, Task, checklist
from mist_ci.planning.origin import repository_of
from mist_ci.planning.protection import compare, wanted_rulesets
from mist_ci.planning.workflows import gating_workflows
from tests.fakes import Commit, MemoryTree

POLICY = """\
version: 1
models: {bot: models/bot.yml}
suites: [suites/*.yml]
gates: {release: {branches: [main]}}
"""
WORKFLOW = """\
on: {pull_request_target: {}, push: {}}
jobs:
  other: {runs-on: x, steps: [{run: make}]}
  gate: {runs-on: x, environment: paid, steps: [{uses: "mist-ci/mist-ci@v1"}]}
"""
FILES: Commit = {
    "mist.yml": POLICY,
    "suites/qa.yml": "x",
    "suites/qa.jsonl": "x",
    "models/bot.yml": "x",
    ".github/workflows/gate.yml": WORKFLOW,
    ".github/CODEOWNERS": "*\n/mist.yml @o/team\n/suites/ @o/team\n/models/ @o/team\n/.github/ @o/team\n",
}
LIST = (
    "rulesets", "bypass", "workflow", "approval", "permissions", "environment", "owners", "review", "creation", "app",
)  # fmt: skip


def tasks(
    files: Commit = FILES, app_id: int | None = 12, bypass: int | None = 0, applied: bool = True
) -> dict[str, Task]:
    policy, source = document.parse(Policy, POLICY.encode(), "mist.yml")
    wanted = wanted_rulesets(policy, source, "mist.yml", app_id=app_id)
    present = [replace(one, id=1, bypass_actors=bypass) for one in wanted] if applied else []
    tree = MemoryTree(files)
    protection = compare(wanted, present, "mist.yml", tree.exists)
    return dict(zip(LIST, checklist(tree, policy, "mist.yml", protection), strict=True))


def without(*paths: str) -> Commit:
    return {path: content for path, content in FILES.items() if path not in paths}


def test_a_repository_with_everything_has_only_settings_left_that_a_person_must_look_at() -> None:
    standings = {name: task.standing for name, task in tasks().items()}
    by_hand = {"approval", "permissions", "environment", "review"}
    assert {name for name, standing in standings.items() if standing is Standing.BY_HAND} == by_hand
    assert {name for name, standing in standings.items() if standing is Standing.DONE} == set(LIST) - by_hand


def test_every_task_names_its_level_and_its_place() -> None:
    for task in tasks().values():
        assert {"L1", "L2"}.issuperset(task.level.split(", "))
        assert task.where.startswith(("Settings → ", ".github/"))


@pytest.mark.parametrize(
    ("name", "given", "standing", "found"),
    [
        ("rulesets", {"applied": False}, Standing.OPEN, ""),
        ("bypass", {"applied": False}, Standing.OPEN, "a new ruleset starts with an empty one"),
        ("bypass", {"bypass": None}, Standing.BY_HAND, ""),
        ("bypass", {"bypass": 2}, Standing.OPEN, "2 on the list"),
        ("app", {"app_id": None}, Standing.OPEN, "anybody with write access can post it"),
        ("app", {"app_id": 15368}, Standing.OPEN, "App 15368 is GitHub Actions"),
        ("app", {"applied": False}, Standing.OPEN, "App 12, as soon as"),
        ("app", {}, Standing.DONE, "App 12"),
        ("owners", {"files": without(".github/CODEOWNERS")}, Standing.OPEN, "there is no such file"),
        ("owners", {"files": {**FILES, ".github/CODEOWNERS": "/mist.yml @o/t\n"}}, Standing.OPEN,
         "nobody owns suites/qa.jsonl, suites/qa.yml, models/bot.yml and 3 more"),
        ("workflow", {"files": without(".github/workflows/gate.yml")}, Standing.OPEN, "no workflow runs the gate"),
        ("workflow", {"files": {**FILES, ".github/workflows/gate.yml": "a: &x b"}}, Standing.BY_HAND,
         "cannot be read: .github/workflows/gate.yml"),
        ("environment", {"files": without(".github/workflows/gate.yml")}, Standing.OPEN, "no workflow runs the gate"),
        ("environment", {"files": {**FILES, ".github/workflows/gate.yml": WORKFLOW.replace("environment: paid, ", "")}},
         Standing.OPEN, "no job with the gate names an environment"),
        ("environment", {}, Standing.BY_HAND, "a job runs in paid"),
    ],
)  # fmt: skip
def test_what_is_looked_up_decides(
    name: str, given: dict[str, Commit], standing: Standing, found: str
) -> None:
    task = tasks(**given)[name]  # type: ignore[arg-type]
    assert task.standing is standing
    assert task.found.startswith(found)


@pytest.mark.parametrize(
    ("workflow", "is_trusted"),
    [
        (WORKFLOW, True),
        (WORKFLOW.replace("{pull_request_target: {}, push: {}}", "pull_request_target"), True),
        (WORKFLOW.replace("pull_request_target: {}", "pull_request_target: {}, pull_request: {}"), False),
        (WORKFLOW.replace("pull_request_target", "pull_request"), False),
        (WORKFLOW.replace("push: {}", "merge_group: {}"), False),
        (WORKFLOW.replace("{pull_request_target: {}, push: {}}", "[push]"), False),
        (WORKFLOW.replace('uses: "mist-ci/mist-ci@v1"', "run: python -m mist_ci action"), True),
        (WORKFLOW.replace('uses: "mist-ci/mist-ci@v1"', "uses: ./gate, with: {config: mist.yml}"), True),
    ],
)
def test_a_workflow_is_trusted_when_no_event_takes_it_from_the_pull_request(
    workflow: str, is_trusted: bool
) -> None:
    (found,), unread = gating_workflows(MemoryTree({".github/workflows/a.yaml": workflow}), "mist.yml")
    assert (found.is_trusted, unread) == (is_trusted, ())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "on: push",
        "jobs: []",
        "jobs: {a: 1}",
        "jobs: {a: {steps: 1}}",
        "a",
        'jobs: {a: {steps: [{run: "grep version mist_ci/__init__.py"}]}}',
    ],
)
def test_a_workflow_without_a_gate_is_not_ours(text: str) -> None:
    assert gating_workflows(MemoryTree({".github/workflows/a.yml": text}), "mist.yml") == ((), ())


@pytest.mark.parametrize(
    ("lines", "path", "is_owned"),
    [
        ("* @t", "a/b.yml", True),
        ("*.yml @t", "a/b.yml", True),
        ("/mist.yml @t", "a/mist.yml", False),
        ("mist.yml @t", "a/mist.yml", True),
        ("/suites/ @t", "suites/deep/a.yml", True),
        ("suites/ @t", "x/suites/a.yml", True),
        ("/suites @t", "suites/a.yml", True),
        ("/suites/ @t", "suites", False),
        ("/suites/* @t", "suites/a.yml", True),
        ("/suites/* @t", "suites/deep/a.yml", False),
        ("/suites/** @t", "suites/deep/a.yml", True),
        ("**/suites @t", "x/suites/a.yml", True),
        ("* @t\n/suites/", "suites/a.yml", False),
        ("/suites/ @t\n* @u", "suites/a.yml", True),
        ("* @t\n/suites/ # @u", "suites/a.yml", False),
        ("# * @t", "a", False),
        ("!a @t", "a", False),
        ("[a] @t", "a", False),
    ],
)
def test_the_last_pattern_that_matches_names_the_owners(lines: str, path: str, is_owned: bool) -> None:
    assert codeowners.unowned(lines, [path]) == (() if is_owned else (path,))


@pytest.mark.parametrize(("command", "is_ours"), [("finalize", False), ("verify", False), ("action", True)])
def test_a_job_that_only_tidies_up_needs_no_environment(command: str, is_ours: bool) -> None:
    step = f'{{uses: "mist-ci/mist-ci@v1", with: {{command: {command}}}}}'
    text = WORKFLOW.replace("environment: paid, ", "").replace('{uses: "mist-ci/mist-ci@v1"}', step)
    assert bool(gating_workflows(MemoryTree({".github/workflows/a.yml": text}), "mist.yml")[0]) is is_ours


@pytest.mark.parametrize(("level", "standing"), [("L1", Standing.OPEN), ("L2", Standing.DONE)])
def test_the_workflows_that_init_writes_are_what_the_list_asks_for(level: str, standing: Standing) -> None:
    written = starter_files({"base_url": "http://x/v1", "model": "m", "key_env": "KEY"}, level)
    workflows = {path: text for path, text in written.items() if path.startswith(".github/workflows/")}
    found = tasks({**without(".github/workflows/gate.yml"), **workflows})
    assert found["workflow"].standing is standing
    assert found["environment"].standing is Standing.BY_HAND


def test_the_first_of_three_places_counts() -> None:
    everywhere = dict.fromkeys(codeowners.PLACES, "")
    assert codeowners.place(MemoryTree(everywhere)) == ".github/CODEOWNERS"
    assert codeowners.place(MemoryTree({"docs/CODEOWNERS": ""})) == "docs/CODEOWNERS"
    assert codeowners.place(MemoryTree({})) is None


@pytest.mark.parametrize(
    ("remote", "api", "name"),
    [
        ("https://github.com/acme/models.git", "https://api.github.com", "acme/models"),
        ("https://me:secret@github.com/acme/models", "https://api.github.com", "acme/models"),
        ("git@github.com:acme/models.git", "https://api.github.com", "acme/models"),
        ("ssh://git@ssh.github.com:443/acme/models.git", "https://api.github.com", "acme/models"),
        ("git@ghe.example.com:acme/models.v2", "https://ghe.example.com/api/v3", "acme/models.v2"),
        ("https://acme.ghe.com/o/r", "https://api.acme.ghe.com", "o/r"),
        ("https://gitlab.com/acme/models", "https://api.github.com", None),
        ("https://github.com/acme/models", "https://ghe.example.com/api/v3", None),
        ("https://github.com/acme/sub/models", "https://api.github.com", None),
        ("/srv/models.git", "https://api.github.com", None),
        ("file:///srv/models.git", "https://api.github.com", None),
        ("", "https://api.github.com", None),
        ("https://[x/acme/models", "https://api.github.com", None),
    ],
)
def test_a_clone_tells_its_repository_only_for_its_own_host(remote: str, api: str, name: str | None) -> None:
    assert repository_of(remote, api) == name


@pytest.mark.parametrize(
    ("branches", "standing"), [("[main]", Standing.DONE), ('[main, "release/*"]', Standing.BY_HAND)]
)
def test_a_branch_that_a_pattern_guards_must_not_be_anybodys_to_make(
    branches: str, standing: Standing
) -> None:
    policy, source = document.parse(Policy, POLICY.replace("[main]", branches).encode(), "mist.yml")
    protection = compare(
        wanted_rulesets(policy, source, "mist.yml", app_id=12), [], "mist.yml", lambda _: True
    )
    listed = dict(zip(LIST, checklist(MemoryTree(FILES), policy, "mist.yml", protection), strict=True))
    assert listed["creation"].standing is standing
