"""Claims: the fake is strict. What GitHub would not understand, or would never say, fails the test that did it."""

import json
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mist_ci.errors import Code, UsageError
from mist_ci.simulator import FORK_TOKEN, JOB_TOKEN, FakeGitHub, description
from mist_ci.simulator.description import SLICE, Breach, Description
from mist_ci.simulator.state import Account, Token
from tests.contract.github.hosting import commit, make_repository

REPO = "/repos/acme/models"


@pytest.fixture
def fake(tmp_path: Path) -> Iterator[FakeGitHub]:
    make_repository(tmp_path / "models.git")
    with FakeGitHub(tmp_path / "models.git", writes_per_minute=20) as fake:
        fake.state.open_pull_request("topic")
        yield fake


def ask(
    fake: FakeGitHub, method: str, path: str, body: object = None, token: str = JOB_TOKEN
) -> tuple[int, Any]:
    data = None if body is None else json.dumps(body).encode()
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    request = urllib.request.Request(fake.url + path, data, headers, method=method)
    try:
        with urllib.request.urlopen(request) as response:
            return response.status, json.loads(response.read() or b"null")
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.loads(error.read())


def head(fake: FakeGitHub) -> str:
    return fake.state.pulls[1].head_sha


@pytest.mark.parametrize(
    ("method", "path", "body", "complaint"),
    [
        ("POST", f"{REPO}/statuses/SHA", {"state": "green"}, "is not one of"),
        ("POST", f"{REPO}/statuses/SHA", {"context": "x"}, "'state' is a required property"),
        ("POST", f"{REPO}/statuses/SHA", {"state": "success", "descripton": "x"}, "unknown descripton"),
        ("POST", f"{REPO}/statuses/SHA", {"state": "success", "target_url": 5}, "target_url"),
        ("POST", f"{REPO}/issues/1/comments", None, "needs a body"),
        ("POST", f"{REPO}/issues/one/comments", {"body": "x"}, "issue_number"),
        ("GET", f"{REPO}/pulls?state=green", None, "is not one of"),
        ("GET", f"{REPO}/pulls?author=me", None, "unknown query parameter author"),
        ("GET", f"{REPO}/pulls/1", {"x": 1}, "takes no body"),
        ("GET", f"{REPO}/branches", None, "no business"),
        ("DELETE", f"{REPO}/pulls/1", None, "no business"),
        ("POST", f"{REPO}/rulesets", {"name": "x", "enforcement": "on"}, "enforcement"),
    ],
)
def test_a_wrong_request_is_caught(
    fake: FakeGitHub, method: str, path: str, body: object, complaint: str
) -> None:
    status, reply = ask(fake, method, path.replace("SHA", head(fake)), body)
    assert status == 400
    assert complaint in reply["message"]
    assert len(fake.breaches) == 1
    fake.breaches.clear()


def test_a_breach_fails_the_block(tmp_path: Path) -> None:
    make_repository(tmp_path / "models.git")
    with (
        pytest.raises(AssertionError, match="not as GitHub describes it"),
        FakeGitHub(tmp_path / "models.git") as fake,
    ):
        ask(fake, "GET", "/nowhere")


def test_a_wrong_reply_is_caught() -> None:
    description = Description()
    operation = description.find("GET", f"{REPO}/issues/1/comments")
    assert operation is not None
    good = description.example("issue-comment-items")
    description.check_reply(operation, 200, good)
    description.check_reply(operation, 502, {"message": "Server Error", "documentation_url": ""})
    wrongs: tuple[Any, ...] = (
        good[0],
        [good[0] | {"id": "1"}],
        [good[0] | {"created_at": "yesterday"}],
        [{}],
        None,
    )
    for wrong in wrongs:
        with pytest.raises(Breach):
            description.check_reply(operation, 200, wrong)
    with pytest.raises(Breach, match="never answers 204"):
        description.check_reply(operation, 204, None)


def test_the_description_is_githubs_own_and_small() -> None:
    document = json.loads(SLICE.read_text())
    assert document["info"]["license"]["name"] == "MIT"
    assert document["info"]["x-cut-from"].startswith("@octokit/openapi ")
    assert "license" in SLICE.with_suffix(".LICENSE").read_text().lower()
    assert SLICE.stat().st_size < 400_000


def test_limits_that_the_description_lacks(fake: FakeGitHub) -> None:
    statuses = f"{REPO}/statuses/{head(fake)}"
    comments = f"{REPO}/issues/1/comments"
    assert ask(fake, "POST", statuses, {"state": "success", "description": "x" * 140})[0] == 201
    assert ask(fake, "POST", statuses, {"state": "success", "description": "x" * 141})[0] == 422
    assert ask(fake, "POST", comments, {"body": "x" * 65_536})[0] == 201
    assert ask(fake, "POST", comments, {"body": "x" * 65_537})[0] == 422
    for _ in range(16):
        assert ask(fake, "POST", statuses, {"state": "success"})[0] == 201
    status, reply = ask(fake, "POST", statuses, {"state": "success"})
    assert status == 403
    assert "secondary rate limit" in reply["message"]


def test_who_asks_matters(fake: FakeGitHub) -> None:
    statuses = f"{REPO}/statuses/{head(fake)}"
    assert ask(fake, "POST", statuses, {"state": "success"}, FORK_TOKEN)[0] == 403
    assert ask(fake, "GET", f"{REPO}/pulls/1", None, FORK_TOKEN)[0] == 200
    assert ask(fake, "GET", f"{REPO}/pulls/1", None, "stolen")[0] == 401
    assert ask(fake, "GET", "/repos/acme/secrets/pulls/1")[0] == 404
    assert ask(fake, "GET", "/user")[0] == 403
    fake.state.tokens["ghp_1"] = Token(Account("octocat", 1))
    assert ask(fake, "GET", "/user", None, "ghp_1")[1]["login"] == "octocat"


def test_the_combined_status_is_the_worst(fake: FakeGitHub) -> None:
    path = f"{REPO}/commits/{head(fake)}/status"
    seen = [ask(fake, "GET", path)[1]["state"]]
    for context, state in (("a", "success"), ("b", "pending"), ("b", "success"), ("a", "error")):
        ask(fake, "POST", f"{REPO}/statuses/{head(fake)}", {"state": state, "context": context})
        seen.append(ask(fake, "GET", path)[1]["state"])
    assert seen == ["pending", "success", "pending", "success", "failure"]


def test_a_commits_own_list_misses_forks(fake: FakeGitHub) -> None:
    """As GitHub's does: why the adapter lists the open pull requests instead."""
    main = fake.state.repository.tip("refs/heads/main") or ""
    sha = commit(fake.state.repository.path, "fork", None, main)
    fake.state.open_pull_request("patch", fork="mallory/models", sha=sha)
    assert ask(fake, "GET", f"{REPO}/commits/{sha}/pulls") == (200, [])
    assert [p["number"] for p in ask(fake, "GET", f"{REPO}/commits/{head(fake)}/pulls")[1]] == [1]


def test_a_merge_is_a_real_merge(fake: FakeGitHub) -> None:
    repository = fake.state.repository
    assert ask(fake, "PUT", f"{REPO}/pulls/1/merge", {"sha": "f" * 40})[0] == 409
    status, reply = ask(fake, "PUT", f"{REPO}/pulls/1/merge", {"sha": head(fake)})
    assert (status, reply["sha"]) == (200, repository.tip("refs/heads/main"))
    assert repository.tip(f"{reply['sha']}^2") == head(fake)


@pytest.mark.parametrize("method", ["merge", "squash"])
def test_a_merged_pull_request_is_found_by_what_it_brought(fake: FakeGitHub, method: str) -> None:
    before = fake.state.repository.tip("refs/heads/main")
    merged = ask(fake, "PUT", f"{REPO}/pulls/1/merge", {"merge_method": method})[1]["sha"]
    parents = {"merge": [before, head(fake)], "squash": [before, None]}[method]
    assert [fake.state.repository.tip(f"{merged}^{number}") for number in (1, 2)] == parents
    for sha in (merged, head(fake), "main"):
        (pull,) = ask(fake, "GET", f"{REPO}/commits/{sha}/pulls")[1]
        assert (pull["number"], pull["state"], pull["merge_commit_sha"]) == (1, "closed", merged)
        assert pull["merged_at"]
    assert ask(fake, "GET", f"{REPO}/commits/{before}/pulls") == (200, [])


def test_a_pull_request_that_was_only_closed_is_not_found(fake: FakeGitHub) -> None:
    assert ask(fake, "GET", f"{REPO}/commits/{head(fake)}/pulls")[1][0]["merged_at"] is None
    fake.state.pulls[1].is_open = False
    assert ask(fake, "GET", f"{REPO}/commits/{head(fake)}/pulls") == (200, [])


def test_a_rebase_is_refused_and_changes_nothing(fake: FakeGitHub) -> None:
    status, reply = ask(fake, "PUT", f"{REPO}/pulls/1/merge", {"merge_method": "rebase"})
    assert (status, reply["message"]) == (405, "Rebase merges are not allowed on this repository.")
    assert fake.state.pulls[1].is_open


def test_another_base_is_what_counts_from_then_on(fake: FakeGitHub) -> None:
    path = fake.state.repository.path
    commit(path, "production", "production", fake.state.repository.tip("refs/heads/main") or "")
    fake.state.retarget(1, "production")
    assert ask(fake, "GET", f"{REPO}/pulls/1")[1]["base"]["ref"] == "production"


def test_statuses_are_asked_for_by_commit_branch_or_tag(fake: FakeGitHub) -> None:
    fake.state.repository.set_ref("refs/heads/team/topic", head(fake))
    fake.state.repository.set_ref("refs/tags/v1", head(fake))
    for context in ("a", "b"):
        ask(fake, "POST", f"{REPO}/statuses/{head(fake)}", {"state": "success", "context": context})
    for ref in (head(fake), "topic", "heads/topic", "team/topic", "team%2Ftopic", "v1"):
        assert ask(fake, "GET", f"{REPO}/commits/{ref}/status")[1]["sha"] == head(fake)
        assert len(ask(fake, "GET", f"{REPO}/commits/{ref}/statuses")[1]) == 2
    assert ask(fake, "GET", f"{REPO}/commits/nowhere/status")[0] == 404
    second = ask(fake, "GET", f"{REPO}/commits/topic/status?per_page=1&page=2")[1]
    assert (second["total_count"], [one["context"] for one in second["statuses"]]) == (2, ["a"])


def test_the_repository_its_environments_and_its_owners(fake: FakeGitHub) -> None:
    fake.state.default_branch = "trunk"
    repository = ask(fake, "GET", REPO)[1]
    assert (repository["full_name"], repository["default_branch"]) == ("acme/models", "trunk")
    assert ask(fake, "GET", f"{REPO}/environments/eval")[0] == 404
    fake.state.environments["eval"] = {"protection_rules": []}
    environment = ask(fake, "GET", f"{REPO}/environments/eval")[1]
    assert (environment["name"], environment["protection_rules"]) == ("eval", [])
    assert ask(fake, "GET", f"{REPO}/codeowners/errors")[0] == 404
    fake.state.codeowners_errors = []
    assert ask(fake, "GET", f"{REPO}/codeowners/errors") == (200, {"errors": []})


def test_without_jsonschema_one_error_says_what_to_install(
    fake: FakeGitHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "jsonschema", None)
    description._draft4_validators.cache_clear()
    with pytest.raises(UsageError) as caught:
        FakeGitHub(fake.state.repository.path)
    description._draft4_validators.cache_clear()
    assert caught.value.code is Code.EXTRA_MISSING
    assert caught.value.hint == 'pip install "mist-ci[simulate]"'


def test_a_conflict_is_not_mergeable(fake: FakeGitHub) -> None:
    path = fake.state.repository.path
    commit(path, "something else", "main", fake.state.repository.tip("refs/heads/main") or "")
    assert ask(fake, "PUT", f"{REPO}/pulls/1/merge", {})[0] == 405


def test_comments_can_be_read_changed_and_deleted_one_by_one(fake: FakeGitHub) -> None:
    made = ask(fake, "POST", f"{REPO}/issues/1/comments", {"body": "one"})[1]
    path = f"{REPO}/issues/comments/{made['id']}"
    assert ask(fake, "PATCH", path, {"body": "two"})[1]["body"] == "two"
    assert ask(fake, "GET", path)[1]["performed_via_github_app"]["slug"] == "github-actions"
    assert ask(fake, "DELETE", path) == (204, None)
    assert ask(fake, "GET", path)[0] == 404


def test_graphql_knows_our_documents_only(fake: FakeGitHub) -> None:
    reply = ask(fake, "POST", "/graphql", {"query": "query { viewer { login email } }", "variables": {}})[1]
    assert "errors" in reply
