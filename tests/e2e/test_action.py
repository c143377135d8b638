"""The action on GitHub's events: a shallow clone, real models, and a GitHub that checks every request.

The stand-in for GitHub holds requests and replies against GitHub's own API description.
"""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mist_ci.simulator import JOB_TOKEN, FakeGitHub
from tests.e2e.conftest import ROOT, ModelServer, Repository, mist_ci
from tests.e2e.jobs import Job, payload


@pytest.fixture
def open_job(
    tmp_path: Path, new_repository: Callable[[str], Repository], model_server: ModelServer
) -> Iterator[Callable[..., Job]]:
    """Opens pull requests from branches that move the reference, and checks out the way a workflow does."""
    repository = new_repository(model_server.base_url)
    opened: list[FakeGitHub] = []

    def open_one(*models: str, fork: bool = False) -> Job:
        for model in models:
            repository.branch(model)
            repository.move_to(model)
            repository.commit()
        bare, work = tmp_path / "origin.git", tmp_path / "work"
        subprocess.run(["git", "clone", "--quiet", "--bare", str(repository.path), str(bare)], check=True)
        subprocess.run(
            ["git", "clone", "--quiet", "--depth=1", "--branch", "main", f"file://{bare}", str(work)],
            check=True,
        )
        github = FakeGitHub(bare).__enter__()
        opened.append(github)
        job = Job(github, repository, bare, work, tmp_path)
        for model in models:
            sha = job.tip(model) if fork else ""
            github.state.open_pull_request(
                model, title=f"Move to {model}", fork="stranger/models" if fork else None, sha=sha
            )
        return job

    yield open_one
    for github in opened:
        github.__exit__(None, None, None)


def test_a_forgetful_fine_tune_gets_a_failure_a_comment_and_a_summary(open_job: Callable[..., Job]) -> None:
    job = open_job("naive")

    done = job.run(1)

    assert done.returncode == 1, done.stdout + done.stderr
    assert job.standing(job.github.state.pulls[1].head_sha) == {"mist/release": "failure"}
    sha = job.github.state.pulls[1].head_sha
    posted = [status for status in job.github.state.statuses_of(sha) if status.context == "mist/release"]
    assert {status.state for status in posted} == {"pending", "failure"}
    assert all(len(status.description or "") <= 140 for status in posted)
    (comment,) = job.github.state.comments_of(1)
    assert "3 suites regressed" in comment.body.replace("&#8203;", "")
    assert "MIST CI" in (job.place / "summary.md").read_text()
    output = (job.place / "output.txt").read_text()
    assert "outcome<<mist-" in output
    assert "\nfailed\n" in output
    assert JOB_TOKEN not in done.stdout + done.stderr


def test_a_second_run_updates_the_one_comment_and_the_status(open_job: Callable[..., Job]) -> None:
    job = open_job("replay")

    first, second = job.run(1), job.run(1, attempt=2)

    assert (first.returncode, second.returncode) == (0, 0), second.stdout + second.stderr
    assert job.standing(job.github.state.pulls[1].head_sha) == {"mist/release": "success"}
    assert len([one for one in job.github.state.comments_of(1) if not one.is_minimized]) == 1


def test_what_cannot_be_delivered_changes_no_verdict(open_job: Callable[..., Job]) -> None:
    job = open_job("naive")

    done = job.run(1, token="ghs_unknown00000000000000000000000000000")

    assert done.returncode in (1, 3)
    assert "Traceback" not in done.stdout + done.stderr


def test_without_a_token_the_exit_code_and_the_summary_carry_the_verdict(
    open_job: Callable[..., Job],
) -> None:
    job = open_job("naive")

    done = job.run(1, token=None)

    assert done.returncode == 1, done.stdout + done.stderr
    assert job.standing(job.github.state.pulls[1].head_sha) == {}
    assert "MIST CI" in (job.place / "summary.md").read_text()


def test_an_event_that_is_not_ours_is_left_alone(tmp_path: Path) -> None:
    event = tmp_path / "event.json"
    event.write_text((ROOT / "tests" / "data" / "webhooks" / "issue_comment.created.json").read_text())

    done = mist_ci(
        "action", cwd=tmp_path, env={"GITHUB_EVENT_NAME": "issue_comment", "GITHUB_EVENT_PATH": str(event)}
    )

    assert done.returncode == 0, done.stderr
    assert "nothing to do" in done.stdout


def test_a_pull_request_that_changes_words_gets_a_status_and_no_comment(open_job: Callable[..., Job]) -> None:
    job = open_job()
    job.origin.branch("words")
    job.origin.write("NOTES.md", "words\n")
    job.origin.commit()
    job.push()
    job.github.state.open_pull_request("words")

    done = job.run(1)

    assert done.returncode == 0, done.stdout + done.stderr
    assert job.standing(job.tip("words")) == {"mist/release": "success"}
    assert job.github.state.comments_of(1) == []


def test_a_fork_is_judged_by_the_trusted_job_after_approval(open_job: Callable[..., Job]) -> None:
    job = open_job("naive", fork=True)
    head = job.tip("naive")

    own = job.run(1)  # the fork's own job, whose token can only read
    assert job.github.state.statuses_of(head) == []
    assert own.returncode == 3, own.stdout + own.stderr
    waiting = job.run(1, "pull_request_target")
    assert (waiting.returncode, job.standing(head)) == (3, {"mist/release": "pending"})
    assert "needs-approval<<mist-" in (job.place / "output.txt").read_text()
    approved = job.run(1, "pull_request_target", env={"MIST_CI_SPEND": "all"})

    assert approved.returncode == 1, approved.stdout + approved.stderr
    assert job.standing(head) == {"mist/release": "failure"}


def test_a_head_that_moved_on_is_left_to_its_own_run(open_job: Callable[..., Job]) -> None:
    job = open_job("naive", fork=True)
    old = job.github.state.pulls[1].head_sha
    body = payload("pull_request.synchronize")
    body["pull_request"]["head"]["sha"] = old
    body["pull_request"]["head"]["repo"]["id"] = 7
    body["number"] = body["pull_request"]["number"] = 1
    body["pull_request"]["base"]["ref"] = "main"
    job.github.state.pulls[1].head_sha = job.tip("main")

    done = job.send("pull_request_target", body, env={"MIST_CI_SPEND": "all"})

    assert (done.returncode, job.standing(old)) == (0, {})
    assert "no open pull request" in done.stdout


def open_to_a_lax_branch(job: Job, head: str) -> None:
    """A second pull request from `head`, to a branch whose policy lets half of everything go."""
    origin = job.origin
    origin.git("switch", "--quiet", "main")
    origin.replace("mist.yml", "branches: [main]", 'branches: [main, "release/*"]')
    origin.commit("Guard release branches")
    origin.branch("release/lax")
    origin.replace("mist.yml", "    budgets:", "    defaults: {margin: 0.5}\n    budgets:")
    origin.commit()
    job.push()
    job.github.state.open_pull_request(head, "release/lax")


def test_a_retargeted_pull_request_is_judged_for_its_new_branch(open_job: Callable[..., Job]) -> None:
    """One head in a lax and in a strict pull request: the worst verdict counts, and says whose it is."""
    job = open_job("light")
    open_to_a_lax_branch(job, "light")
    strict, lax = job.github.state.pulls[1], job.github.state.pulls[2]
    strict.is_open = False
    head = job.tip("light")
    assert job.run(2, run_id=1).returncode == 0
    assert job.standing(head) == {"mist/release": "success"}
    strict.is_open = True

    body = payload("pull_request.opened")
    body |= {"action": "edited", "changes": {"base": {"ref": {"from": "release/lax"}}}, "number": lax.number}
    body["pull_request"]["head"]["sha"] = head
    body["pull_request"]["number"] = lax.number
    body["pull_request"]["base"]["ref"] = "main"
    lax.base_ref = "main"
    strict.is_open = False
    done = job.send("pull_request", body, run_id=2)

    assert done.returncode == 1, done.stdout + done.stderr
    assert job.standing(head) == {"mist/release": "failure"}


def test_one_head_in_two_pull_requests_carries_the_worse_verdict(open_job: Callable[..., Job]) -> None:
    job = open_job("light")
    open_to_a_lax_branch(job, "light")

    done = job.run(2)

    assert done.returncode == 1, done.stdout + done.stderr
    (last,) = job.github.state.standing(job.tip("light")).values()
    assert (last.state, (last.description or "").partition(":")[0]) == ("failure", "#1")
    assert len(job.github.state.comments_of(1)) == len(job.github.state.comments_of(2)) == 1


def test_a_merge_group_is_judged(open_job: Callable[..., Job]) -> None:
    job = open_job("naive")
    body = payload("merge_group.checks_requested")
    group = body["merge_group"]
    group |= {"head_sha": job.tip("naive"), "base_sha": job.tip("main"), "base_ref": "refs/heads/main"}

    done = job.send("merge_group", body)

    assert done.returncode == 1, done.stdout + done.stderr
    assert job.standing(job.tip("naive")) == {"mist/release": "failure"}


def merge(job: Job, number: int) -> tuple[str, str]:
    """Merges as an administrator who may go round every rule; what main was before, and is now."""
    state = job.github.state
    pull, before = state.pulls[number], job.tip("main")
    merged = state.merge(pull, f"Merge #{number}")
    assert merged
    return before, merged


def test_a_merge_that_passed_its_gate_is_verified(open_job: Callable[..., Job]) -> None:
    job = open_job("replay")
    assert job.run(1).returncode == 0
    before, after = merge(job, 1)

    done = job.pushed(before, after)

    assert done.returncode == 0, done.stdout + done.stderr
    assert job.standing(after) == {"mist/verify": "success"}


@pytest.mark.parametrize(("model", "exit_code"), [("replay", 1), ("naive", 1)])
def test_a_merge_that_went_round_the_gate_raises_the_alarm(
    model: str, exit_code: int, open_job: Callable[..., Job]
) -> None:
    job = open_job(model)
    before, after = merge(job, 1)

    done = job.pushed(before, after)

    assert done.returncode == exit_code, done.stdout + done.stderr
    assert job.standing(after) == {"mist/verify": "failure"}
    assert "alarm: went round the gate: nobody set mist/release" in done.stdout


def test_answers_of_a_verified_push_are_reused_from_the_runners_own_directory(
    open_job: Callable[..., Job], tmp_path: Path
) -> None:
    """Never from the workspace: what head has committed lies there."""
    job = open_job("replay", "naive")
    env = {"RUNNER_TEMP": str(tmp_path / "temp"), "MIST_CI_OUTPUTS": "mist-outputs"}
    before, after = merge(job, 1)
    job.pushed(before, after, env=env)
    stored = list((tmp_path / "temp" / "mist-outputs").glob("*.jsonl"))
    assert stored
    assert not (job.work / "mist-outputs").exists()
    (job.work / "mist-outputs").mkdir()

    job.run(2, env=env)

    (comment,) = job.github.state.comments_of(2)
    assert "stored answers reused" in comment.body
    assert list((tmp_path / "temp" / "mist-outputs").glob("*.jsonl")) == stored


def test_a_run_by_hand_compares_what_it_is_told_and_touches_no_gate(open_job: Callable[..., Job]) -> None:
    job = open_job("naive")
    body = payload("workflow_dispatch") | {"inputs": {"base": "main", "head": "naive"}}
    body["repository"]["default_branch"] = "main"

    done = job.send("workflow_dispatch", body, env={"GITHUB_SHA": job.tip("main")})

    assert done.returncode == 1, done.stdout + done.stderr
    assert job.standing(job.tip("naive")) == {"mist/verify": "failure"}


def test_finalize_after_a_job_that_never_began(open_job: Callable[..., Job]) -> None:
    job = open_job("naive")

    done = job.run(1, command="finalize")

    assert done.returncode == 3, done.stdout + done.stderr
    assert job.standing(job.tip("naive")) == {"mist/release": "error"}
    assert job.run(1, attempt=2).returncode == 1
    assert job.standing(job.tip("naive")) == {"mist/release": "failure"}
    assert job.run(1, command="finalize", attempt=2).returncode == 0


def test_a_github_that_is_not_there_is_could_not_run(open_job: Callable[..., Job]) -> None:
    job = open_job("naive")

    done = job.run(1, env={"GITHUB_API_URL": "http://127.0.0.1:9"})

    assert done.returncode == 3, done.stdout + done.stderr
    assert "MC320" in done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_a_full_gate_needs_ten_requests(open_job: Callable[..., Job]) -> None:
    job = open_job("replay")
    assert job.run(1).returncode == 0
    assert len(job.github.seen) <= 12, job.github.requests()
