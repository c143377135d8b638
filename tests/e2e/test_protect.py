"""`mist-ci protect` on a real clone and a GitHub that checks every request; a merge is tried before and after."""

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mist_ci.models.report import Status
from mist_ci.models.verdict import State
from tests.contract.github.hosting import Hosted, hosted
from tests.e2e.conftest import Repository, mist_ci

Protect = Callable[..., "subprocess.CompletedProcess[str]"]
CONTEXT = "mist/release"
GREEN = Status(context=CONTEXT, state=State.SUCCESS, description="fine")


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Hosted]:
    with hosted(tmp_path / "models.git") as host:
        yield host


@pytest.fixture
def clone(tmp_path: Path, new_repository: Callable[[str], Repository]) -> Repository:
    """A clone of the example, with a policy in its working tree that nobody committed."""
    origin = new_repository("http://127.0.0.1:9/v1")
    path = tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", str(origin.path), str(path)], check=True)
    clone = Repository(path)
    clone.replace("mist.yml", "branches: [main]", "branches: [nothing]")
    return clone


@pytest.fixture
def protect(clone: Repository, host: Hosted) -> Protect:
    def run(*arguments: str, **environ: str) -> "subprocess.CompletedProcess[str]":
        return mist_ci("protect", *arguments, cwd=clone.path, env=host.environment() | environ)

    return run


def test_a_plan_changes_nothing_then_apply_makes_the_merge_wait_for_the_gate(
    protect: Protect, host: Hosted, clone: Repository
) -> None:
    planned = protect()
    assert planned.returncode == 1, planned.stderr
    assert f"mist.yml of origin/HEAD ({clone.git('rev-parse', 'main')[:7]})" in planned.stdout
    assert "create    mist-ci: release\n            + on refs/heads/main\n" in planned.stdout
    assert "mist-ci protect --apply" in planned.stdout
    assert host.github.rulesets() == ()

    applied = protect("--apply", "--strict")
    assert applied.returncode == 0, applied.stdout + applied.stderr
    assert "created   mist-ci: release" in applied.stdout
    assert "whoever can write can post mist/release themselves: see --app-id" in applied.stdout
    assert "1. DONE, L1, L2" in applied.stdout
    assert host.merge() == (405, f'Required status check "{CONTEXT}" is expected.')

    again = protect()
    assert again.returncode == 0, again.stdout
    assert "in place  mist-ci: release" in again.stdout
    assert protect("--apply").returncode == 0
    (ruleset,) = host.github.rulesets()
    assert ruleset.must_be_up_to_date  # a later run without --strict does not take it back

    host.github.set_status(host.head, GREEN)
    assert host.merge() == (200, "Pull Request successfully merged")


def test_what_a_maintainer_added_survives(protect: Protect, host: Hosted) -> None:
    assert protect("--apply").returncode == 0
    (ours,) = host.fake.state.rulesets.values()
    checks = ours["rules"][0]["parameters"]["required_status_checks"]
    checks[:] = [{"context": "lint"}]
    review = {"type": "deletion"}
    ours["rules"].append(review)
    ours["conditions"]["ref_name"]["exclude"] = ["refs/heads/main-old"]

    assert protect().returncode == 1
    done = protect("--apply", "--app-id", "99")

    assert done.returncode == 0, done.stdout + done.stderr
    assert (
        "updated   mist-ci: release\n            + requires mist/release, posted by only App 99"
        in done.stdout
    )
    assert "! not on refs/heads/main-old, excluded by hand" in done.stdout
    (ours,) = host.fake.state.rulesets.values()
    assert review in ours["rules"]
    assert ours["conditions"]["ref_name"]["exclude"] == ["refs/heads/main-old"]
    (seen,) = host.github.rulesets()
    assert [(one.context, one.integration_id) for one in seen.checks] == [("lint", None), (CONTEXT, 99)]
    host.github.set_status(host.head, GREEN.model_copy(update={"context": "lint"}))
    host.github.set_status(host.head, GREEN)  # by another App
    assert host.merge() == (405, f'Required status check "{CONTEXT}" is expected.')


def test_what_only_a_person_can_settle_is_told_and_left_alone(protect: Protect, host: Hosted) -> None:
    assert protect("--apply").returncode == 0
    (ours,) = host.fake.state.rulesets.values()
    ours["enforcement"] = "evaluate"
    host.fake.state.rulesets[9] = ours | {"id": 9, "name": "mist-ci: old", "enforcement": "active"}

    done = protect("--apply", "--format", "json")

    assert done.returncode == 1
    told: dict[str, Any] = json.loads(done.stdout)
    assert told["exit_code"] == 1
    assert told["gone"] == ["mist-ci: old"]
    (ruleset,) = told["rulesets"]
    assert (ruleset["name"], ruleset["action"], ruleset["done"]) == ("mist-ci: release", "in place", False)
    assert "is not enforced" in ruleset["notes"][0]
    assert {task["level"] for task in told["tasks"]} == {"L1", "L2", "L1, L2"}
    assert [one["enforcement"] for one in host.fake.state.rulesets.values()] == ["evaluate", "active"]
    text = protect().stdout
    assert "gone      mist-ci: old" in text
    assert "needs a person" in text


@pytest.mark.parametrize(
    ("arguments", "environ", "code", "said"),
    [
        ([], {"GITHUB_TOKEN": ""}, 2, "GITHUB_TOKEN is not set"),
        ([], {"GITHUB_REPOSITORY": ""}, 2, "the remote origin does not tell"),
        (["--base", "nowhere"], {}, 2, "no commit is named 'nowhere'"),
        (["--config", "other.yml"], {}, 2, "is not in origin/HEAD"),
        (["--app-id", "0"], {}, 2, "--app-id"),
        (["--repo", "acme/other"], {}, 3, "administration: write"),
        ([], {"GITHUB_TOKEN": "ghs_unknown0000000000000000000000000000000"}, 3, "MC320"),
    ],
)
def test_what_stops_it_is_told(
    protect: Protect, arguments: list[str], environ: dict[str, str], code: int, said: str
) -> None:
    done = protect("--apply", *arguments, **environ)
    assert (done.returncode, said in done.stderr) == (code, True), done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_a_token_that_only_reads_may_plan_and_is_told_what_it_lacks_to_apply(
    protect: Protect, host: Hosted
) -> None:
    token = host.environment(host.read_only_token)["GITHUB_TOKEN"]
    assert protect(GITHUB_TOKEN=token).returncode == 1
    done = protect("--apply", GITHUB_TOKEN=token)
    assert done.returncode == 3
    assert "administration: write" in done.stderr
    assert host.github.rulesets() == ()
