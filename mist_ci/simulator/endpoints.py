"""What each endpoint does, by GitHub's own operation ids."""

from collections.abc import Callable

from mist_ci.simulator import payloads
from mist_ci.simulator.exchange import Call, Refusal, Reply, invalid, missing, page_of
from mist_ci.simulator.rules import unmet_check
from mist_ci.simulator.state import Comment, PostedStatus, Pull

MAX_DESCRIPTION = 140
MAX_COMMENT = 65_536
MAX_STATUSES = 1000
NOT_MERGEABLE = "Pull Request is not mergeable"

Endpoint = Callable[[Call], Reply]


def create_status(call: Call) -> Reply:
    """201, with the limits that the description lacks."""
    sha, body, state = call.path["sha"], call.body, call.state
    if not state.repository.has_commit(sha):
        raise Refusal(422, f"No commit found for SHA: {sha}")
    description = body.get("description")
    if description and len(description) > MAX_DESCRIPTION:
        text = f"description is too long (maximum is {MAX_DESCRIPTION} characters)"
        raise invalid("Status", "description", text)
    context = body.get("context", "default")
    if sum(s.context.lower() == context.lower() for s in state.statuses_of(sha)) >= MAX_STATUSES:
        text = "This SHA and context has reached the maximum number of statuses."
        raise invalid("Status", "context", text)
    status = PostedStatus(
        state.next_id(), sha, context, body["state"], description, body.get("target_url"),
        call.token.account, state.now(),
    )  # fmt: skip
    state.statuses.append(status)
    return Reply(201, payloads.status(call, status))


def list_statuses(call: Call) -> Reply:
    """The whole history, newest first."""
    return page_of(call, [payloads.status(call, s) for s in call.state.statuses_of(_commit_of(call))])


def combined_status(call: Call) -> Reply:
    """The newest status of each context, a page of them, and what they come to together."""
    sha = _commit_of(call)
    standing = list(call.state.standing(sha).values())
    shown = page_of(call, [payloads.simple_status(call, value) for value in standing])
    return Reply(200, payloads.combined(call, sha, standing, shown.body), shown.headers)


def list_pulls(call: Call) -> Reply:
    """Newest first."""
    wanted = call.query.get("state", "open")
    pulls = sorted(call.state.pulls.values(), key=lambda pull: -pull.number)
    shown = [pull for pull in pulls if wanted == "all" or pull.is_open == (wanted == "open")]
    return page_of(call, [payloads.pull_in_list(call, pull) for pull in shown])


def list_pulls_of_commit(call: Call) -> Reply:
    """Of a commit, or of a branch's tip. Commits that only a fork has are unknown here, as on GitHub."""
    sha = call.state.repository.resolve(call.path["commit_sha"])
    is_known = sha is not None and call.state.repository.is_reachable_from_branch(sha)
    pulls = call.state.pulls_of(sha) if sha and is_known else []
    return page_of(call, [payloads.pull_in_list(call, pull) for pull in pulls])


def get_pull(call: Call) -> Reply:
    """404 for a number that nobody has."""
    return Reply(200, payloads.pull(call, _pull(call, call.path["pull_number"])))


def merge_pull(call: Call) -> Reply:
    """A real merge in the repository, if the rulesets allow it."""
    pull, state = _pull(call, call.path["pull_number"]), call.state
    if call.body.get("sha", pull.head_sha) != pull.head_sha:
        raise Refusal(409, "Head branch was modified. Review and try the merge again.")
    if not pull.is_open:
        raise Refusal(405, NOT_MERGEABLE)
    if problem := unmet_check(state, pull):
        raise Refusal(405, problem)
    method = call.body.get("merge_method", "merge")
    if method == "rebase":
        raise Refusal(405, "Rebase merges are not allowed on this repository.")
    title = f"{pull.title} (#{pull.number})" if method == "squash" else f"Merge pull request #{pull.number}"
    commit = state.merge(pull, call.body.get("commit_title", title), squash=method == "squash")
    if commit is None:
        raise Refusal(405, NOT_MERGEABLE)
    return Reply(200, {"sha": commit, "merged": True, "message": "Pull Request successfully merged"})


def list_comments(call: Call) -> Reply:
    """Oldest first."""
    number = _pull(call, call.path["issue_number"]).number
    return page_of(call, [payloads.comment(call, c) for c in call.state.comments_of(number)])


def create_comment(call: Call) -> Reply:
    """403 on a locked pull request, 422 for a text that is too long."""
    pull = _pull(call, call.path["issue_number"])
    if pull.is_locked:
        raise Refusal(403, "Unable to create comment because issue is locked.")
    body = _comment_text(call)
    comment = call.state.add_comment(pull.number, body, call.token.account)
    return Reply(201, payloads.comment(call, comment))


def get_comment(call: Call) -> Reply:
    """One comment by its id."""
    return Reply(200, payloads.comment(call, _comment(call)))


def update_comment(call: Call) -> Reply:
    """The new text; who may write here may change every comment."""
    comment = _comment(call)
    comment.body, comment.updated_at = _comment_text(call), call.state.now()
    return Reply(200, payloads.comment(call, comment))


def delete_comment(call: Call) -> Reply:
    """204."""
    del call.state.comments[_comment(call).id]
    return Reply(204)


def list_rulesets(call: Call) -> Reply:
    """In short, as GitHub lists them: without rules."""
    short = ("id", "name", "target", "source_type", "source", "enforcement", "node_id", "_links",
             "created_at", "updated_at")  # fmt: skip
    return page_of(call, [{name: value[name] for name in short} for value in call.state.rulesets.values()])


def get_ruleset(call: Call) -> Reply:
    """With rules."""
    found = call.state.rulesets.get(call.path["ruleset_id"])
    if found is None:
        raise missing()
    return Reply(200, found)


def create_ruleset(call: Call) -> Reply:
    """A name is unique."""
    state = call.state
    if any(known["name"] == call.body["name"] for known in state.rulesets.values()):
        raise invalid("RepositoryRuleset", "name", "Name must be unique")
    ruleset_id = state.next_id()
    moment = payloads.stamp(state.now())
    base = call.description.example("repository-ruleset") | {"bypass_actors": [], "rules": []}
    origin = {"id": ruleset_id, "source": state.full_name, "source_type": "Repository"}
    state.rulesets[ruleset_id] = (
        base | origin | dict(call.body) | {"created_at": moment, "updated_at": moment}
    )
    return Reply(201, state.rulesets[ruleset_id])


def update_ruleset(call: Call) -> Reply:
    """What is not named stays."""
    known = get_ruleset(call).body
    known |= dict(call.body) | {"updated_at": payloads.stamp(call.state.now())}
    return Reply(200, known)


def get_user(call: Call) -> Reply:
    """403 for a job's token, which belongs to no person."""
    if call.token.account.app_slug:
        raise Refusal(403, "Resource not accessible by integration")
    example = call.description.example("private-user-response-with-public-profile-information")
    return Reply(200, example | {"login": call.token.account.login, "id": call.token.account.id})


def get_repository(call: Call) -> Reply:
    """GitHub's example under our name."""
    return Reply(200, payloads.repository(call))


def get_environment(call: Call) -> Reply:
    """404 for one that `state.environments` does not have."""
    name = call.path["environment_name"]
    if name not in call.state.environments:
        raise missing()
    example = call.description.example("environment")
    return Reply(200, example | {"name": name} | call.state.environments[name])


def list_codeowners_errors(call: Call) -> Reply:
    """404 where there is no CODEOWNERS file."""
    if call.state.codeowners_errors is None:
        raise missing()
    return Reply(200, {"errors": call.state.codeowners_errors})


ENDPOINTS: dict[str, Endpoint] = {
    "repos/get": get_repository,
    "repos/get-environment": get_environment,
    "repos/codeowners-errors": list_codeowners_errors,
    "repos/create-commit-status": create_status,
    "repos/list-commit-statuses-for-ref": list_statuses,
    "repos/get-combined-status-for-ref": combined_status,
    "repos/list-pull-requests-associated-with-commit": list_pulls_of_commit,
    "pulls/list": list_pulls,
    "pulls/get": get_pull,
    "pulls/merge": merge_pull,
    "issues/list-comments": list_comments,
    "issues/create-comment": create_comment,
    "issues/get-comment": get_comment,
    "issues/update-comment": update_comment,
    "issues/delete-comment": delete_comment,
    "repos/get-repo-rulesets": list_rulesets,
    "repos/get-repo-ruleset": get_ruleset,
    "repos/create-repo-ruleset": create_ruleset,
    "repos/update-repo-ruleset": update_ruleset,
    "users/get-authenticated": get_user,
}


def _commit_of(call: Call) -> str:
    sha = call.state.repository.resolve(call.path["ref"])
    if sha is None:
        raise missing()
    return sha


def _pull(call: Call, number: int) -> Pull:
    pull = call.state.pulls.get(number)
    if pull is None:
        raise missing()
    return pull


def _comment(call: Call) -> Comment:
    comment = call.state.comments.get(call.path["comment_id"])
    if comment is None:
        raise missing()
    return comment


def _comment_text(call: Call) -> str:
    text = str(call.body["body"])
    if len(text) > MAX_COMMENT:
        message = f"Body is too long (maximum is {MAX_COMMENT} characters)"
        error = {"resource": "IssueComment", "code": "unprocessable", "field": "data", "message": message}
        raise Refusal(422, "Validation Failed", error)
    return text
