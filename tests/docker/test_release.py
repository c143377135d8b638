"""What a release does to action.yml and to the tags: the workflow's own scripts, against a bare repository."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.docker.conftest import run_script
from tests.e2e.conftest import ROOT

DIGEST = "sha256:" + "3f" * 32
IMAGE = f"images.example.com/octo/mist-ci@{DIGEST}"
Step = Callable[..., "subprocess.CompletedProcess[str]"]


def script(job: str, step: str) -> str:
    workflow: dict[str, Any] = yaml.safe_load((ROOT / ".github" / "workflows" / "release.yml").read_text())
    assert workflow["defaults"]["run"]["shell"] == "bash"
    (found,) = [one["run"] for one in workflow["jobs"][job]["steps"] if one.get("name") == step]
    return str(found)


def git(directory: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=Test", "-c", "user.email=test@example.com")
    done = subprocess.run(
        ["git", *identity, *arguments], cwd=directory, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


@pytest.fixture
def origin(tmp_path: Path) -> Path:
    work = tmp_path / "work"
    work.mkdir()
    shutil.copy(ROOT / "action.yml", work)
    git(work, "init", "--quiet", "--initial-branch=main")
    git(work, "add", "--all")
    git(work, "commit", "--quiet", "--message", "Source")
    git(work, "clone", "--quiet", "--bare", ".", str(tmp_path / "origin.git"))
    return tmp_path / "origin.git"


@pytest.fixture
def release(tmp_path: Path, origin: Path) -> Step:
    """The `tags` job for a version, in a fresh clone."""

    def run(
        version: str, *, image: str = IMAGE, before_push: str = "true"
    ) -> "subprocess.CompletedProcess[str]":
        clone = tmp_path / f"clone for {version}"
        git(tmp_path, "clone", "--quiet", str(origin), str(clone))
        environment = {
            "HOME": str(tmp_path),
            "IMAGE": image,
            "VERSION": version,
            "TOKEN": "t",
            "GITHUB_SERVER_URL": "https://git.example.com",
        }
        meanwhile = f'git() {{ [ "$1" != push ] || {before_push}; command git "$@"; }}'
        done = run_script(script("tags", "Pin"), clone, environment)
        if done.returncode:
            return done
        return run_script(f"{meanwhile}\n{script('tags', 'Commit and push')}", clone, environment)

    return run


def tags(origin: Path) -> dict[str, str]:
    lines = git(origin, "for-each-ref", "--format=%(refname:short) %(objectname)", "refs/tags").splitlines()
    return dict(line.split(" ") for line in lines)


def test_a_release_is_one_commit_that_runs_the_image_by_digest(origin: Path, release: Step) -> None:
    source = git(origin, "rev-parse", "main")

    done = release("0.2.0")

    assert done.returncode == 0, done.stderr
    assert set(tags(origin)) == {"v0.2.0", "v0"}
    assert len(set(tags(origin).values())) == 1
    assert git(origin, "rev-parse", "v0^") == source
    assert git(origin, "rev-parse", "main") == source
    assert git(origin, "diff", "--name-only", "main", "v0") == "action.yml"
    before = yaml.safe_load(git(origin, "show", "main:action.yml"))
    after = yaml.safe_load(git(origin, "show", "v0:action.yml"))
    assert after["runs"].pop("image") == f"docker://{IMAGE}"
    assert before["runs"].pop("image") == "Dockerfile"
    assert after == before


def test_the_major_tag_follows_the_newest_version_and_a_backport_leaves_it(
    origin: Path, release: Step
) -> None:
    for version in ("0.9.0", "0.10.0", "0.9.1", "1.0.0"):
        done = release(version, image=IMAGE.replace("3f3f", f"{len(version)}a3f"))
        assert done.returncode == 0, done.stderr

    now = tags(origin)
    assert now["v0"] == now["v0.10.0"]
    assert now["v1"] == now["v1.0.0"]
    assert set(now) == {"v0", "v1", "v0.9.0", "v0.10.0", "v0.9.1", "v1.0.0"}


def test_a_version_is_never_released_twice(origin: Path, release: Step, tmp_path: Path) -> None:
    release("0.2.0")
    before = tags(origin)
    shutil.rmtree(tmp_path / "clone for 0.2.0")

    done = release("0.2.0", image=IMAGE.replace("3f3f", "aaaa"))

    assert done.returncode != 0
    assert tags(origin) == before


def test_two_releases_at_once_leave_no_half_of_one(origin: Path, release: Step) -> None:
    release("0.2.0")
    before = tags(origin)
    elsewhere = git(origin, "rev-parse", "main")
    move = f"command git -C '{origin}' update-ref refs/tags/v0 {elsewhere}"

    done = release("0.3.0", before_push=move)

    assert done.returncode != 0
    assert tags(origin) == before | {"v0": elsewhere}


@pytest.mark.parametrize(
    "image", ["", "images.example.com/octo/mist-ci:0.2.0", f"a@{DIGEST}|e id", f"{IMAGE}0"]
)
def test_only_a_digest_is_pinned(origin: Path, release: Step, image: str) -> None:
    assert release("0.2.0", image=image).returncode != 0
    assert tags(origin) == {}


def test_the_image_is_pushed_before_the_tags_and_each_job_may_do_its_own_part_only() -> None:
    workflow: dict[str, Any] = yaml.safe_load((ROOT / ".github" / "workflows" / "release.yml").read_text())
    image, tagging = workflow["jobs"]["image"], workflow["jobs"]["tags"]
    assert workflow["permissions"] == {}
    assert tagging["needs"] == "image"
    assert tagging["permissions"] == {"contents": "write"}
    assert image["permissions"]["contents"] == "read"
    names = [step.get("name") or step["uses"].partition("@")[0] for step in image["steps"]]
    assert names[-2:] == ["Push", "actions/attest-build-provenance"]
