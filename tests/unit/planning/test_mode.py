"""Claims: the Events table of design 4, row by row, over payloads that GitHub really sent."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mist_ci.errors import Code, MistError, UsageError
from mist_ci.models.event import Mode, Occasion
from mist_ci.planning import read_event
from mist_ci.planning.mode import SUPPORTED

PAYLOADS = Path(__file__).parents[2] / "data" / "webhooks"
RUNNER_SHA, RUNNER_REF = "d" * 40, "refs/heads/trunk"
ZEROS, NAMED, GROUP = "0" * 40, "a" * 40, "b" * 64
PULL, PUSH, RUN = "pull_request", "push", "workflow_run"
OPENED, EDITED = "pull_request.opened", {"action": "edited"}
PULL_HEAD, PUSH_HEAD = "ec26c3e57ca3a959ca5aad62de7213c562f8c821", "6113728f27ae82c7b1a177c8d03f9e96e0adf246"
RUN_HEAD = "3484a3fb816e0859fd6e1cea078d76385ff50625"
RETARGETED = {"base": {"ref": {"from": "lax"}, "sha": {"from": NAMED}}}
HOSTILE = "x\n::set-output name=verdict::pass\x1b[2J`$(id)` --upload-pack=id"


def sent(name: str) -> dict[str, Any]:
    payload: dict[str, Any] = json.loads((PAYLOADS / f"{name}.json").read_text(encoding="utf-8"))
    return payload


def changed(payload: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """The payload with other values at dotted paths."""
    payload = copy.deepcopy(payload)
    for path, value in changes.items():
        *parents, last = path.split(".")
        place = payload
        for part in parents:
            place = place.setdefault(part, {})
        place[last] = copy.deepcopy(value)
    return payload


def read(name: str, payload: Any, sha: str | None = RUNNER_SHA, ref: str | None = RUNNER_REF) -> Occasion:
    return read_event(name, payload, github_sha=sha, github_ref=ref)


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("name", [*SUPPORTED, "event"])
def test_only_runs_that_no_change_can_steer_may_store_what_models_answered(mode: Mode, name: str) -> None:
    occasion = Occasion(mode=mode, event_name=name, reason="because")
    trusted = mode is Mode.JUDGE_PULL_REQUEST and name == "pull_request_target"
    assert occasion.may_store_outputs == (trusted or mode is Mode.VERIFY_PUSH)


def judged(name: str = PULL, action: str = "opened", **changes: Any) -> dict[str, Any]:
    known = {"base_ref": "master", "head_sha": PULL_HEAD, "pull_number": 2, "default_branch": "master"}
    about = {"mode": Mode.JUDGE_PULL_REQUEST, "event_name": name, "action": action, "writes_status": True}
    return {**about, **known, **changes}


def group(**changes: Any) -> dict[str, Any]:
    return {
        "mode": Mode.JUDGE_GROUP,
        "event_name": "merge_group",
        "action": "checks_requested",
        "base_ref": "main",
        "base_sha": "380387fbc80638b734a49e1be1c4dfec1c01b33c",
        "head_sha": "2ffea6db159f6b6c47a24e778fb9ef40cf6b1c7d",
        "default_branch": "main",
        "writes_status": True,
        **changes,
    }


def triggered(action: str = "completed", **changes: Any) -> dict[str, Any]:
    about = {"mode": Mode.JUDGE_FOR_TRIGGER, "event_name": RUN, "action": action, "writes_status": True}
    return {**about, "head_sha": RUN_HEAD, "default_branch": "master", **changes}


def verified(**changes: Any) -> dict[str, Any]:
    known = {"base_ref": "master", "head_sha": PUSH_HEAD, "default_branch": "master"}
    return {"mode": Mode.VERIFY_PUSH, "event_name": PUSH, **known, **changes}


def demanded(name: str = "workflow_dispatch", **changes: Any) -> dict[str, Any]:
    known = {"base_ref": "main", "head_sha": RUNNER_SHA, "default_branch": "main"}
    return {"mode": Mode.ON_DEMAND, "event_name": name, **known, **changes}


def ignored(name: str = PULL, action: str | None = None) -> dict[str, Any]:
    about = {"mode": Mode.IGNORE, "event_name": name}
    return about if action is None else {**about, "action": action}


Row = tuple[str, str, dict[str, Any], dict[str, Any], str]
"""Event name, payload, what was changed in it, what it means, and what the reason says."""

TABLE: dict[str, Row] = {
    "opened": (PULL, OPENED, {}, judged(), "was opened"),
    "synchronize": (
        PULL,
        "pull_request.synchronize",
        {},
        judged(action="synchronize"),
        "new head",
    ),
    "reopened": (PULL, "pull_request.reopened", {}, judged(action="reopened"), "opened again"),
    "ready for review": (
        PULL,
        "pull_request.ready_for_review",
        {},
        judged(action="ready_for_review"),
        "ready for review",
    ),
    "edited, another base": (
        PULL,
        OPENED,
        {**EDITED, "changes": RETARGETED, "pull_request.base.ref": "release/2"},
        judged(action="edited", base_ref="release/2", is_retargeted=True),
        "another base",
    ),
    "edited, a title": (PULL, OPENED, {**EDITED, "changes": {"title": {"from": HOSTILE}}}, {}, "only words"),
    "edited, no changes given": (PULL, OPENED, EDITED, {}, "only words"),
    "labeled": (PULL, "pull_request.labeled", {}, {}, "'labeled' changes neither"),
    "closed": (PULL, "pull_request.closed", {}, {}, "'closed' changes neither"),
    "an activity nobody knows yet": (PULL, OPENED, {"action": HOSTILE}, {}, r"'x\n::set-output"),
    "a fork writes only its summary": (
        PULL,
        OPENED,
        {"pull_request.head.repo.id": 7},
        judged(is_fork=True, writes_status=False),
        "was opened",
    ),
    "a fork that was deleted": (
        PULL,
        OPENED,
        {"pull_request.head.repo": None},
        judged(is_fork=True, writes_status=False),
        "was opened",
    ),
    "a fork with the trusted event": (
        "pull_request_target",
        OPENED,
        {"pull_request.head.repo.id": 7},
        judged("pull_request_target", is_fork=True),
        "was opened",
    ),
    "the repository is itself a fork": (
        PULL,
        OPENED,
        {"pull_request.head.repo.fork": True},
        judged(),
        "was opened",
    ),
    "a draft": (PULL, OPENED, {"pull_request.draft": True}, judged(), "was opened"),
    "hostile names": (
        PULL,
        OPENED,
        {"pull_request.title": HOSTILE, "pull_request.head.ref": HOSTILE, "pull_request.base.ref": HOSTILE},
        judged(base_ref=HOSTILE),
        "was opened",
    ),
    "merge group": ("merge_group", "merge_group.checks_requested", {}, group(), "merge queue"),
    "merge group, SHA-256": (
        "merge_group",
        "merge_group.checks_requested",
        {"merge_group.head_sha": GROUP},
        group(head_sha=GROUP),
        "merge queue",
    ),
    "merge group destroyed": (
        "merge_group",
        "merge_group.checks_requested",
        {"action": "destroyed"},
        ignored("merge_group", "destroyed"),
        "asks for no checks",
    ),
    "workflow run": (RUN, "workflow_run.completed", {}, triggered(), "names a head"),
    "workflow run, requested": (RUN, "workflow_run.requested", {}, triggered("requested"), "names a head"),
    "workflow run with a pull request: looked up all the same": (
        RUN,
        "workflow_run.completed-with-pull-request",
        {},
        triggered(),
        "names a head",
    ),
    "workflow run that failed: a trigger like any other": (
        RUN,
        "workflow_run.completed",
        {"workflow_run.conclusion": "failure"},
        triggered(),
        "names a head",
    ),
    "workflow run of another repository": (
        RUN,
        "workflow_run.completed-other-repository",
        {},
        triggered(head_sha="5779607b49aab1200488439f02372c57b4f75444", default_branch="main", is_fork=True),
        "names a head",
    ),
    "workflow run whose head is the base": (
        RUN,
        "workflow_run.completed",
        {"workflow_run.event": "pull_request_target"},
        ignored(RUN, "completed"),
        "run the gate on that event itself",
    ),
    "workflow run, an activity nobody knows yet": (
        RUN,
        "workflow_run.completed",
        {"action": "paused"},
        ignored(RUN, "paused"),
        "'paused'",
    ),
    "push of a new branch": (PUSH, "push.new-branch", {}, verified(), "new branch"),
    "push": (PUSH, "push.new-branch", {"before": NAMED}, verified(base_sha=NAMED), "was pushed"),
    "push to a branch with a slash": (
        PUSH,
        "push.new-branch",
        {"ref": "refs/heads/release/2"},
        verified(base_ref="release/2"),
        "new branch",
    ),
    "push of a tag": (PUSH, "push.new-tag", {}, ignored(PUSH), "only branches"),
    "a tag was deleted": (PUSH, "push.deleted", {}, ignored(PUSH), "deleted"),
    "a branch was deleted": (PUSH, "push.deleted", {"ref": "refs/heads/old"}, ignored(PUSH), "deleted"),
    "a branch was deleted, by its zeros": (
        PUSH,
        "push.new-branch",
        {"after": ZEROS},
        ignored(PUSH),
        "deleted",
    ),
    "by hand": ("workflow_dispatch", "workflow_dispatch", {}, demanded(), "by hand"),
    "by hand, no inputs": ("workflow_dispatch", "workflow_dispatch", {"inputs": None}, demanded(), "by hand"),
    "by hand, empty inputs": (
        "workflow_dispatch",
        "workflow_dispatch",
        {"inputs": {"base": "", "head": "", "other": "kept out"}},
        demanded(),
        "by hand",
    ),
    "by hand, two names": (
        "workflow_dispatch",
        "workflow_dispatch",
        {"inputs": {"base": "release/2", "head": "feature"}},
        demanded(base_ref="release/2", head_sha=None, head_ref="feature"),
        "by hand",
    ),
    "by hand, two commits": (
        "workflow_dispatch",
        "workflow_dispatch",
        {"inputs": {"base": NAMED, "head": GROUP}},
        demanded(base_ref=NAMED, base_sha=NAMED, head_sha=GROUP),
        "by hand",
    ),
    "schedule": ("schedule", "workflow_dispatch", {}, demanded("schedule"), "by a schedule"),
    "an event for something else": (
        "issue_comment",
        "issue_comment.created",
        {},
        ignored("issue_comment"),
        "it knows pull_request, pull_request_target, merge_group",
    ),
}


@pytest.mark.parametrize("row", TABLE.values(), ids=TABLE)
def test_an_event_means(row: Row) -> None:
    name, payload, changes, meaning, reason = row
    occasion = read(name, changed(sent(payload), changes))
    expected = meaning or ignored(name, changed(sent(payload), changes)["action"])
    found = occasion.model_dump(exclude_defaults=True)
    assert reason in found.pop("reason")
    assert found == {
        key: value for key, value in expected.items() if value is not None and value is not False
    }


def test_every_mode_and_every_supported_event_stands_in_the_table() -> None:
    meanings = [row[3].get("mode", Mode.IGNORE) for row in TABLE.values()]
    assert set(meanings) == set(Mode)
    assert {row[0] for row in TABLE.values()} == {*SUPPORTED, "issue_comment"}


def test_a_schedule_of_an_older_server_takes_its_branch_from_the_runner() -> None:
    occasion = read("schedule", {"schedule": "0 4 * * *"})
    assert (occasion.base_ref, occasion.default_branch, occasion.head_sha) == ("trunk", "trunk", RUNNER_SHA)


@pytest.mark.parametrize("row", TABLE.values(), ids=TABLE)
def test_only_a_judged_head_gets_the_required_status(row: Row) -> None:
    name, payload, changes, *_ = row
    occasion = read(name, changed(sent(payload), changes))
    judges = occasion.mode in {Mode.JUDGE_PULL_REQUEST, Mode.JUDGE_GROUP, Mode.JUDGE_FOR_TRIGGER}
    assert occasion.writes_status <= judges
    assert occasion.writes_verify == (occasion.mode in {Mode.VERIFY_PUSH, Mode.ON_DEMAND})
    assert occasion.needs_lookup == (occasion.mode is Mode.JUDGE_FOR_TRIGGER)
    assert (occasion.head_sha is None) == (occasion.mode is Mode.IGNORE or occasion.head_ref is not None)


@pytest.mark.parametrize("row", TABLE.values(), ids=TABLE)
def test_what_is_stored_comes_from_a_push_or_from_the_default_branch_s_own_workflow(row: Row) -> None:
    """Not from `pull_request`, of a fork or not, nor from merge groups, runs after runs, by hand or by the clock."""
    name, payload, changes, *_ = row
    occasion = read(name, changed(sent(payload), changes))
    expected = occasion.mode is not Mode.IGNORE and name in {"push", "pull_request_target"}
    assert occasion.may_store_outputs == expected


@pytest.mark.parametrize("row", TABLE.values(), ids=TABLE)
def test_what_the_runner_checked_out_matters_only_on_demand(row: Row) -> None:
    name, payload, changes, meaning, _ = row
    if meaning.get("mode") is not Mode.ON_DEMAND:
        event = changed(sent(payload), changes)
        assert read(name, event) == read(name, event, sha="no commit\n", ref=None)


BROKEN: dict[str, tuple[str, str, dict[str, Any], Code, str]] = {
    "no head": (PULL, OPENED, {"pull_request.head": None}, Code.WRONG_VALUE, "pull_request.head"),
    "a short id": (PULL, OPENED, {"pull_request.head.sha": "ec26c3e"}, Code.WRONG_VALUE, "head.sha"),
    "an id in capitals": (PULL, OPENED, {"pull_request.head.sha": "A" * 40}, Code.WRONG_VALUE, "head.sha"),
    "an option": (PULL, OPENED, {"pull_request.head.sha": HOSTILE}, Code.WRONG_VALUE, "head.sha"),
    "zeros": (PULL, OPENED, {"pull_request.head.sha": ZEROS}, Code.WRONG_VALUE, "pull_request.head.sha"),
    "true for a number": (PULL, OPENED, {"pull_request.number": True}, Code.WRONG_VALUE, "number"),
    "no such number": (PULL, OPENED, {"pull_request.number": 0}, Code.WRONG_VALUE, "number"),
    "no base branch": (PULL, OPENED, {"pull_request.base.ref": ""}, Code.WRONG_VALUE, "base.ref"),
    "half a character": (PULL, OPENED, {"pull_request.base.ref": "\ud800"}, Code.WRONG_VALUE, "base.ref"),
    "no action": (PULL, OPENED, {"action": None}, Code.WRONG_VALUE, "action"),
    "a head without an id": (PULL, OPENED, {"pull_request.head.repo": {}}, Code.MISSING_KEY, "head.repo.id"),
    "another event's payload": (PUSH, OPENED, {}, Code.MISSING_KEY, "ref"),
    "a list for a commit": (PUSH, "push.new-branch", {"after": [PUSH_HEAD]}, Code.WRONG_VALUE, "after"),
    "a group on nothing": (
        "merge_group",
        "merge_group.checks_requested",
        {"merge_group.base_sha": ZEROS},
        Code.WRONG_VALUE,
        "merge_group.base_sha",
    ),
    "an input that is no text": (
        "workflow_dispatch",
        "workflow_dispatch",
        {"inputs": {"base": True}},
        Code.WRONG_VALUE,
        "inputs.base",
    ),
}


@pytest.mark.parametrize("row", BROKEN.values(), ids=BROKEN)
def test_a_payload_that_is_not_what_its_name_promises_is_refused_with_the_field(
    row: tuple[str, str, dict[str, Any], Code, str],
) -> None:
    name, payload, changes, code, field = row
    with pytest.raises(UsageError) as caught:
        read(name, changed(sent(payload), changes))
    assert caught.value.code is code
    assert caught.value.where is not None
    assert (caught.value.where.field or "").endswith(field)
    assert caught.value.hint is not None
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("payload", [None, [], "text", 1, {}])
@pytest.mark.parametrize("name", [name for name in SUPPORTED if name != "schedule"])
def test_a_payload_that_is_no_object_or_empty_is_refused(name: str, payload: Any) -> None:
    with pytest.raises(UsageError, match=f"{name} event"):
        read(name, payload)


@pytest.mark.parametrize(
    ("sha", "message"), [(None, "is not set"), ("", "is not set"), ("main", "full"), (ZEROS, "full")]
)
def test_a_run_on_demand_without_a_commit_says_what_is_missing(sha: str | None, message: str) -> None:
    with pytest.raises(UsageError, match=f"GITHUB_SHA .*{message}"):
        read("workflow_dispatch", sent("workflow_dispatch"), sha=sha)


def test_a_schedule_without_any_branch_is_refused() -> None:
    with pytest.raises(UsageError, match="GITHUB_REF is not set"):
        read("schedule", {}, ref=None)


def test_half_a_character_from_the_environment_is_spelt_out() -> None:
    assert read("\udcff", {}).event_name == "\\udcff"
    assert read("schedule", {}, ref="refs/heads/\udcff").base_ref == "\\udcff"


HALVES = st.sampled_from("\ud800\udfff")  # a JSON file can hold half a character
TEXT = st.text(st.characters() | HALVES)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
ANY_NAME = st.sampled_from(SUPPORTED) | TEXT


def never_crashes(read_it: Callable[[], Occasion]) -> None:
    refused: MistError | None = None
    try:
        occasion = read_it()
    except MistError as error:
        refused = error
    else:
        assert occasion.reason.isprintable()
        occasion.model_dump_json()
    if refused is not None:
        assert refused.code in {Code.WRONG_VALUE, Code.MISSING_KEY}
        assert refused.where is not None


@pytest.mark.slow
@given(ANY_NAME, JSON, st.none() | TEXT, st.none() | TEXT)
def test_arbitrary_json_never_crashes(name: str, payload: Any, sha: str | None, ref: str | None) -> None:
    never_crashes(lambda: read(name, payload, sha, ref))


@given(st.data())
def test_a_real_payload_with_any_part_replaced_never_crashes(data: st.DataObject) -> None:
    name, payload, changes, *_ = data.draw(st.sampled_from(list(TABLE.values())))
    event = changed(sent(payload), changes)
    place: dict[str, Any] = event
    while True:
        key = data.draw(st.sampled_from(sorted(place)))
        inner = place[key]
        if not (isinstance(inner, dict) and inner and data.draw(st.booleans())):
            break
        place = inner
    if data.draw(st.booleans()):
        del place[key]
    else:
        place[key] = data.draw(JSON)
    never_crashes(lambda: read(name, event))
