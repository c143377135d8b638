"""Claims: a payload tells its event where it can, says so where it cannot, and ours are what GitHub's would be."""

import json
from pathlib import Path

import pytest

from mist_ci import planning
from mist_ci.cli.dev import payloads
from mist_ci.errors import Code, UsageError, Where

WEBHOOKS = Path(__file__).parents[3] / "data" / "webhooks"
NOWHERE = Where("event.json")
EVENTS = (
    "pull_request",
    "pull_request_target",
    "merge_group",
    "workflow_run",
    "push",
    "workflow_dispatch",
    "schedule",
)


@pytest.mark.parametrize("path", sorted(WEBHOOKS.glob("*.json")), ids=lambda path: path.stem)
def test_githubs_own_examples_are_told_apart(path: Path) -> None:
    name = path.name.split(".")[0]
    if name == "issue_comment":
        with pytest.raises(UsageError, match="cannot be told") as caught:
            payloads.from_file(path, None)
        assert "--name" in (caught.value.hint or "")
    else:
        assert payloads.from_file(path, None).name == name


def test_a_name_that_is_given_is_believed() -> None:
    path = WEBHOOKS / "pull_request.opened.json"
    assert payloads.from_file(path, "pull_request_target").name == "pull_request_target"


def test_a_schedule_is_known_by_its_clock() -> None:
    assert payloads.guessed_name({"schedule": "0 3 * * *"}, NOWHERE) == "schedule"


def test_a_review_of_a_pull_request_is_no_pull_request_event() -> None:
    with pytest.raises(UsageError):
        payloads.guessed_name({"action": "submitted", "review": {}, "pull_request": {}}, NOWHERE)


def test_keys_that_somebody_chose_are_shown_as_text() -> None:
    with pytest.raises(UsageError) as caught:
        payloads.guessed_name({"\x1b[2J::error::": 1}, NOWHERE)
    assert "\x1b" not in caught.value.message


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"{", Code.SYNTAX),
        (b'{"a": 1, "a": 2}', Code.SYNTAX),
        (b"[]", Code.WRONG_VALUE),
        (None, Code.FILE_MISSING),
    ],
)
def test_a_file_that_is_no_payload_is_one_error_with_its_place(
    tmp_path: Path, content: bytes | None, code: Code
) -> None:
    path = tmp_path / "event.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UsageError) as caught:
        payloads.from_file(path, None)
    assert (caught.value.code, str(caught.value.where)) == (code, str(path))


def test_a_payload_larger_than_githubs_limit_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(payloads, "MAX_BYTES", 8)
    path = tmp_path / "event.json"
    path.write_text('{"number": 1}')
    with pytest.raises(UsageError, match="larger"):
        payloads.from_file(path, None)


@pytest.mark.parametrize("name", EVENTS)
def test_our_smallest_payloads_are_understood_by_the_action(name: str) -> None:
    template = payloads.smallest(name, "acme/models", "main")
    occasion = planning.read_event(name, json.loads(json.dumps(template.payload)), github_sha="a" * 40)
    assert occasion.mode.name != "IGNORE"
    assert not occasion.is_fork
    if name != "pull_request_target":  # which has the payload of pull_request
        assert payloads.guessed_name(template.payload, NOWHERE) == name


def test_an_event_without_a_template_is_an_error_that_lists_them() -> None:
    with pytest.raises(UsageError) as caught:
        payloads.smallest("check_run", "acme/models", "main")
    assert all(name in (caught.value.hint or "") for name in EVENTS)


def test_putting_a_value_changes_one_place() -> None:
    payload = payloads.smallest("pull_request", "acme/models", "main").payload
    payloads.put(payload, ("pull_request", "head", "sha"), "b" * 40)
    assert payloads.text(payload, "pull_request", "head", "sha") == "b" * 40
    assert payloads.text(payload, "pull_request", "base", "sha") != "b" * 40
    payloads.put(payload, ("inputs", "base"), "main")
    assert payload["inputs"] == {"base": "main"}
    assert payloads.take(payload, "inputs", "nothing", 0) is None
