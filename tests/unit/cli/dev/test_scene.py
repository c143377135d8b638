"""Claims: an event is fitted to the repository as GitHub would have sent it, and what does not fit is one error."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from mist_ci import planning
from mist_ci.cli.dev import payloads, scene
from mist_ci.cli.dev.payloads import Template
from mist_ci.cli.dev.scene import Head, Scene, Wishes
from mist_ci.errors import Code, UsageError

WEBHOOKS = Path(__file__).parents[3] / "data" / "webhooks"
MAIN, TOPIC, PRODUCTION, MERGED = ("a" * 40, "b" * 40, "c" * 40, "d" * 40)
WISHES = Wishes(Head(TOPIC, "topic"), "main")


@dataclass
class Repository:
    """Branches by name; every commit that is on one of them is here."""

    branches: dict[str, str] = field(
        default_factory=lambda: {"main": MAIN, "topic": TOPIC, "production": PRODUCTION}
    )
    has_conflicts: bool = False

    def has_commit(self, sha: str) -> bool:
        return sha in self.branches.values()

    def tip(self, ref: str) -> str | None:
        assert ref.isprintable(), "no program takes it"
        return self.branches.get(ref.removeprefix("refs/heads/"))

    def merge_commit(self, base: str, head: str, message: str) -> str | None:
        assert self.has_commit(base)
        assert self.has_commit(head)
        assert message
        return None if self.has_conflicts else MERGED


def webhook(name: str) -> Template:
    return payloads.from_file(WEBHOOKS / f"{name}.json", None)


def make(template: Template, wishes: Wishes = WISHES, here: Repository | None = None) -> Scene:
    made = scene.make(template, wishes, here or Repository(), "main")
    json.dumps(made.payload)
    return made


def fork(**changes: Any) -> Template:
    template = webhook("pull_request.opened")
    template.payload["pull_request"]["head"]["repo"] |= {
        "id": 5,
        "full_name": "mallory/Hello-World",
    } | changes
    return template


@pytest.mark.parametrize(
    "name", sorted(path.stem for path in WEBHOOKS.glob("*.json") if "issue" not in path.name)
)
def test_every_example_is_a_template_for_ones_own_commits(name: str) -> None:
    made = make(webhook(name))
    sha = made.sha or TOPIC
    occasion = planning.read_event(made.name, made.payload, github_sha=sha, github_ref=made.checkout)
    if occasion.mode.name == "IGNORE":
        assert made.pull is None
    elif made.name == "merge_group":
        assert (occasion.head_sha, occasion.base_sha, occasion.base_ref) == (MERGED, MAIN, "main")
    else:
        assert occasion.head_sha == TOPIC
        assert occasion.base_ref in {"main", None}


def test_a_pull_request_gets_head_base_and_a_branch() -> None:
    made = make(webhook("pull_request.synchronize"))
    assert made.pull is not None
    assert (made.pull.head_sha, made.pull.head_ref, made.pull.base_ref, made.pull.fork) == (
        TOPIC,
        "topic",
        "main",
        None,
    )
    assert made.refs == {"refs/heads/topic": TOPIC}
    assert made.payload["after"] == made.payload["pull_request"]["head"]["sha"] == TOPIC
    assert made.payload["pull_request"]["base"]["sha"] == MAIN
    assert made.full_name == "Codertocat/Hello-World"
    assert made.checkout is None, "a pull_request job checks the test merge out"


def test_a_payload_of_this_repository_needs_no_wishes() -> None:
    template = webhook("pull_request.opened")
    template.payload["pull_request"]["head"]["sha"] = TOPIC
    template.payload["pull_request"]["base"]["ref"] = "production"
    made = make(template, Wishes())
    assert made.pull is not None
    assert (made.pull.number, made.pull.head_ref, made.pull.base_ref) == (2, "changes", "production")
    assert made.refs == {"refs/heads/changes": TOPIC}


@pytest.mark.parametrize("name", ["pull_request.opened", "merge_group.checks_requested", "push.new-branch",
                                  "workflow_run.completed"])  # fmt: skip
def test_a_payload_of_another_repository_is_one_error_with_a_next_step(name: str) -> None:
    with pytest.raises(UsageError) as caught:
        make(webhook(name), Wishes())
    assert caught.value.code is Code.UNKNOWN_REVISION
    assert "is not in this repository" in caught.value.message
    assert "--head REV --base BRANCH" in (caught.value.hint or "")
    assert f"{name}.json" in str(caught.value.where)


def test_what_is_wrong_with_a_payload_is_told_with_its_field() -> None:
    template = webhook("pull_request.opened")
    del template.payload["pull_request"]["head"]["sha"]
    with pytest.raises(UsageError) as caught:
        make(template)
    assert caught.value.code is Code.MISSING_KEY
    assert str(caught.value.where).endswith("pull_request.opened.json: pull_request.head.sha")
    assert "GITHUB_EVENT_PATH" not in (caught.value.hint or "")


def test_a_forks_commits_get_no_branch_and_its_own_run_cannot_write() -> None:
    made = make(fork())
    assert made.pull is not None
    assert made.pull.fork == "mallory/Hello-World"
    assert (made.refs, made.can_write) == ({}, False)
    target = fork()
    made = make(Template("pull_request_target", target.payload, target.source))
    assert (made.checkout, made.can_write) == ("refs/heads/main", True)


def test_a_fork_that_is_gone_is_still_a_fork() -> None:
    template = webhook("pull_request.opened")
    template.payload["pull_request"]["head"]["repo"] = None
    made = make(template)
    assert made.pull is not None
    assert made.pull.fork == ""


def test_a_repository_name_that_is_none_is_refused() -> None:
    with pytest.raises(UsageError, match="not owner/name"):
        make(fork(full_name="../../etc"))


@pytest.mark.parametrize("name", ["pull_request.opened", "workflow_run.completed", "push.new-branch"])
def test_a_branch_that_no_program_takes_is_refused(name: str) -> None:
    template, hostile = webhook(name), "a\0b\x1b[2J"
    template.payload["repository"]["default_branch"] = hostile
    for path in (("pull_request", "head", "ref"), ("workflow_run", "head_branch")):
        if path[0] in template.payload:
            payloads.put(template.payload, path, hostile)
            payloads.put(template.payload, (path[0], "head", "sha"), TOPIC)
            payloads.put(template.payload, (path[0], "head_sha"), TOPIC)
    if "after" in template.payload:
        template.payload.update(ref=f"refs/heads/{hostile}", after=TOPIC)
    with pytest.raises(UsageError, match="no name of a branch") as caught:
        make(template, Wishes(base=None if "after" in template.payload else "main"))
    assert "\x1b" not in caught.value.message


def test_a_head_that_is_on_no_branch_gets_one() -> None:
    made = make(webhook("pull_request.opened"), Wishes(Head(TOPIC), "main"))
    assert made.refs == {f"refs/heads/simulated-{TOPIC[:7]}": TOPIC}


def test_a_head_never_moves_the_base_branch() -> None:
    made = make(webhook("pull_request.opened"), Wishes(Head(TOPIC, "main"), "main"))
    assert "refs/heads/main" not in made.refs


def test_a_merge_group_is_a_merge_upon_the_base() -> None:
    made = make(webhook("merge_group.checks_requested"))
    assert made.checkout == f"refs/heads/gh-readonly-queue/main/pr-1-{MAIN}"
    assert made.refs[made.checkout] == MERGED
    with pytest.raises(UsageError, match="conflicts"):
        make(webhook("merge_group.checks_requested"), here=Repository(has_conflicts=True))


def test_after_a_push_the_branch_is_where_it_was_pushed_to() -> None:
    made = make(webhook("push.new-branch"))
    assert made.refs == {"refs/heads/main": TOPIC}
    assert (made.payload["before"], made.payload["after"]) == (MAIN, TOPIC)


def test_a_default_branch_that_is_not_here_is_replaced_in_the_payload() -> None:
    made = make(webhook("pull_request.opened"))
    assert made.payload["repository"]["default_branch"] == made.default_branch == "main"


def test_a_run_by_hand_names_what_was_wished() -> None:
    made = make(webhook("workflow_dispatch"))
    assert made.payload["inputs"] == {"base": "main", "head": TOPIC}
    assert (made.checkout, made.sha) == ("refs/heads/main", None)


def test_a_schedule_without_a_repository_stays_without_one() -> None:
    made = make(Template("schedule", {"schedule": "0 3 * * *"}, "event.json"), Wishes())
    assert "repository" not in made.payload
    assert made.checkout == "refs/heads/main"
