"""Claims: one comment per gate, ours alone, found on any page, never older than what stands there."""

from collections.abc import Iterable
from urllib.parse import quote

import pytest

from mist_ci.adapters.github import marker
from mist_ci.errors import CouldNotRun
from mist_ci.ports.code_host import CommentOutcome
from mist_ci.simulator import FORK_TOKEN, Account, faults
from mist_ci.simulator.state import ACTIONS, Token
from tests.contract.github.hosting import GATE, Hosted, body, order

MALLORY = Account("mallory", 666)
HUMAN = Account("octocat", 1)
OTHER_BOT = Account("renovate[bot]", 2, 3)


def sent(text: str, run: int, pull: int = 1, gate: str = GATE) -> str:
    """A comment as an earlier run left it."""
    return marker.stamp(body(text, gate=gate), gate, pull, order(run))[1]


def writes(calls: Iterable[str]) -> list[str]:
    return [call for call in calls if not call.startswith("GET") and not call.endswith("/graphql")]


def test_the_first_run_creates_and_the_next_one_updates(host: Hosted) -> None:
    upsert = host.github.upsert_comment
    assert upsert(1, GATE, body("failed"), order(5)) is CommentOutcome.CREATED
    assert upsert(1, GATE, body("passed"), order(6)) is CommentOutcome.UPDATED
    assert host.bodies() == [sent("passed", 6)]


def test_our_newest_comment_is_read_back_and_nobody_elses(host: Hosted) -> None:
    assert host.github.own_comment(1, GATE) is None
    host.fake.state.add_comment(1, sent("passed, says mallory", 9), MALLORY)
    assert host.github.own_comment(1, GATE) is None
    host.github.upsert_comment(1, GATE, body("failed"), order(5))
    assert host.github.own_comment(1, GATE) == sent("failed", 5)
    assert host.github.own_comment(1, "nightly") is None


def test_who_we_are_is_asked_once(host: Hosted) -> None:
    assert host.github.login() == "github-actions[bot]"
    host.github.login()
    host.github.own_comment(1, GATE)
    assert sum(seen.path.endswith("/graphql") for seen in host.fake.seen) == 1


def test_a_gate_of_a_policy_elsewhere_has_its_own_comment(host: Hosted) -> None:
    label = "release (services/a b/mist.yml)"
    line = f"<!-- mist-ci gate={quote(label)} run=r1 head={'c' * 40} -->\ntext"
    assert host.github.upsert_comment(1, label, line, order(5)) is CommentOutcome.CREATED
    assert host.github.upsert_comment(1, GATE, body(), order(5)) is CommentOutcome.CREATED
    assert len(host.bodies()) == 2
    text = host.github.own_comment(1, label)
    assert text is not None
    assert text.endswith("text")


def test_only_writes_wait_for_their_turn(host: Hosted) -> None:
    host.github.upsert_comment(1, GATE, body("failed"), order(5))
    assert host.waits.waited_s == []
    host.github.upsert_comment(1, GATE, body("passed"), order(6))
    turn_s, settling_s = 1.0, 1.0
    assert host.waits.waited_s == [turn_s, settling_s]


def test_gates_and_pull_requests_have_a_comment_each(host: Hosted) -> None:
    host.fake.state.open_pull_request("topic", "production")
    for gate, number in ((GATE, 1), ("nightly", 1), (GATE, 2)):
        outcome = host.github.upsert_comment(number, gate, body(gate=gate), order(5))
        assert outcome is CommentOutcome.CREATED
    assert [len(host.bodies(number)) for number in (1, 2)] == [2, 1]


def test_the_same_words_about_the_same_commit_write_nothing(host: Hosted) -> None:
    host.github.upsert_comment(1, GATE, body(run="r5"), order(5))
    start = len(host.fake.seen)
    assert host.github.upsert_comment(1, GATE, body(run="r6"), order(6)) is CommentOutcome.UNCHANGED
    assert writes(host.calls_since(start)) == []


def test_the_same_words_about_another_commit_are_written(host: Hosted) -> None:
    host.github.upsert_comment(1, GATE, body(), order(5))
    assert host.github.upsert_comment(1, GATE, body(head="d" * 40), order(6)) is CommentOutcome.UPDATED


@pytest.mark.parametrize(("newer", "older"), [(order(9), order(8)), (order(9, 2), order(9, 1))])
def test_an_older_run_leaves_a_newer_comment_alone(host: Hosted, newer: object, older: object) -> None:
    assert isinstance(newer, type(order(1)))
    assert isinstance(older, type(order(1)))
    host.github.upsert_comment(1, GATE, body("newer"), newer)
    start = len(host.fake.seen)
    assert host.github.upsert_comment(1, GATE, body("older"), older) is CommentOutcome.NEWER_EXISTS
    assert writes(host.calls_since(start)) == []
    assert "newer" in host.bodies()[0]


def test_a_run_may_write_again(host: Hosted) -> None:
    host.github.upsert_comment(1, GATE, body("evaluating"), order(5))
    assert host.github.upsert_comment(1, GATE, body("passed"), order(5)) is CommentOutcome.UPDATED
    assert host.bodies() == [sent("passed", 5)]


def test_ours_is_found_among_150_comments(host: Hosted) -> None:
    for number in range(150):
        author, text = (ACTIONS, sent("old", 5)) if number == 120 else (HUMAN, f"comment {number}")
        host.fake.state.add_comment(1, text, author)
    assert host.github.upsert_comment(1, GATE, body("new"), order(6)) is CommentOutcome.UPDATED
    assert len(host.bodies()) == 150
    assert host.bodies()[120] == sent("new", 6)


@pytest.mark.parametrize(
    ("author", "via_app"),
    [
        (MALLORY, None),
        (OTHER_BOT, None),
        (ACTIONS, "other-app"),
        (OTHER_BOT, "github-actions"),
        (Account("github-actions", 7), None),
    ],
    ids=["a person", "another bot", "another app in our name", "another bot by our app", "a look-alike"],
)
def test_a_forged_marker_by_somebody_else_is_ignored(
    host: Hosted, author: Account, via_app: str | None
) -> None:
    forged = sent("APPROVED", 999_999)
    host.fake.state.add_comment(1, forged, author, via_app=via_app)
    assert host.github.upsert_comment(1, GATE, body("failed"), order(5)) is CommentOutcome.CREATED
    assert host.bodies() == [forged, sent("failed", 5)]


@pytest.mark.parametrize(
    "text",
    [f"> {sent('x', 9)}", f"\n{sent('x', 9)}", "hello\n" + sent("x", 9), sent("x", 9, pull=2), body("x")],
    ids=["quoted", "second line", "below text", "another pull request", "never sent"],
)
def test_only_line_1_of_our_own_comments_counts(host: Hosted, text: str) -> None:
    host.fake.state.add_comment(1, text, ACTIONS)
    assert host.github.upsert_comment(1, GATE, body("failed"), order(5)) is CommentOutcome.CREATED
    assert host.bodies() == [text, sent("failed", 5)]


def test_the_newest_of_several_own_ones_stays_and_the_others_go(host: Hosted) -> None:
    for run in (3, 5, 4):
        host.fake.state.add_comment(1, sent(f"run {run}", run), ACTIONS)
    kept = host.fake.state.comments_of(1)[1].id
    assert host.github.upsert_comment(1, GATE, body("new"), order(6)) is CommentOutcome.UPDATED
    assert [(c.id, c.body) for c in host.fake.state.comments_of(1)] == [(kept, sent("new", 6))]


def test_a_duplicate_that_may_not_be_deleted_is_hidden_once(host: Hosted) -> None:
    for run in (3, 4):
        host.fake.state.add_comment(1, sent(f"run {run}", run), ACTIONS)
    refusal = {"message": "Resource not accessible by integration", "documentation_url": "https://x.example"}
    host.fake.faults.add(faults.reply(403, refusal), method="DELETE", times=9)
    host.github.upsert_comment(1, GATE, body("new"), order(6))
    assert host.bodies() == [sent("new", 6)]
    assert [c.is_minimized for c in host.fake.state.comments_of(1)] == [True, False]
    start = len(host.fake.seen)
    host.github.upsert_comment(1, GATE, body("newer"), order(7))
    assert [call.split()[0] for call in writes(host.calls_since(start))] == ["PATCH"]


def test_a_token_that_can_only_read_is_forbidden_and_raises_nothing(host: Hosted) -> None:
    fork = host.adapter(FORK_TOKEN)
    assert fork.upsert_comment(1, GATE, body(), order(5)) is CommentOutcome.FORBIDDEN
    fork.close()
    assert host.bodies() == []


def test_a_locked_conversation_is_forbidden(host: Hosted) -> None:
    host.fake.state.pulls[1].is_locked = True
    assert host.github.upsert_comment(1, GATE, body(), order(5)) is CommentOutcome.FORBIDDEN


def test_a_text_that_is_too_long_is_told_so_before_it_is_sent(host: Hosted) -> None:
    assert host.github.upsert_comment(1, GATE, body("x" * 65_536), order(5)) is CommentOutcome.TOO_LONG
    assert host.fake.seen == []


def test_a_text_that_github_finds_too_long_is_told_so(host: Hosted) -> None:
    error = {"resource": "IssueComment", "code": "unprocessable", "field": "data"}
    text = {"message": "Body is too long (maximum is 65536 characters)"}
    refusal = {"message": "Validation Failed", "documentation_url": "", "errors": [error | text]}
    host.fake.faults.add(faults.reply(422, refusal), method="POST", path="/comments$")
    assert host.github.upsert_comment(1, GATE, body(), order(5)) is CommentOutcome.TOO_LONG


def test_another_422_is_an_error(host: Hosted) -> None:
    refusal = {"message": "Validation Failed", "documentation_url": "", "errors": ["spam"]}
    host.fake.faults.add(faults.reply(422, refusal), method="POST", path="/comments$")
    with pytest.raises(CouldNotRun, match="422: Validation Failed: spam"):
        host.github.upsert_comment(1, GATE, body(), order(5))


def test_a_comment_deleted_under_our_hands_is_made_again(host: Hosted) -> None:
    first = host.fake.state.add_comment(1, sent("old", 3), ACTIONS)
    gone = {"message": "Not Found", "documentation_url": ""}
    host.fake.faults.add(faults.reply(404, gone), method="PATCH")
    host.fake.faults.add(
        faults.Fault(wait=lambda: host.fake.state.comments.pop(first.id, None)), method="PATCH"
    )
    assert host.github.upsert_comment(1, GATE, body("new"), order(5)) is CommentOutcome.UPDATED
    assert host.bodies() == [sent("new", 5)]


def test_a_person_with_a_token_updates_their_own_comment(host: Hosted) -> None:
    host.fake.state.tokens["ghp_octocat"] = Token(HUMAN)
    host.fake.state.add_comment(1, sent("by the job", 3), ACTIONS)
    human = host.adapter("ghp_octocat")
    assert human.upsert_comment(1, GATE, body("one"), order(4)) is CommentOutcome.CREATED
    assert human.upsert_comment(1, GATE, body("two"), order(5)) is CommentOutcome.UPDATED
    assert host.bodies() == [sent("by the job", 3), sent("two", 5)]
    human.close()


def test_what_a_lagging_host_does_not_show_yet_is_not_written_twice(host: Hosted) -> None:
    host.fake.faults.add(faults.reply(200, []), method="GET", path="/comments$", times=3)
    assert host.github.upsert_comment(1, GATE, body(), order(5)) is CommentOutcome.CREATED
    assert len(host.bodies()) == 1
