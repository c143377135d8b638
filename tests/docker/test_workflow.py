"""The README's workflow in nektos act, with the container action as released and with its twin without Docker."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.docker.conftest import (
    add_workflow,
    open_pull_request,
    readme_steps,
    set_traps,
)
from tests.docker.test_release import script
from tests.e2e.conftest import ROOT, Repository

Act = Callable[..., "subprocess.CompletedProcess[str]"]
VERDICTS = {"naive": (1, "failure"), "replay": (0, "success")}
ON_THIS_MACHINE = "-self-hosted"


@pytest.fixture(scope="session")
def base() -> str:
    """The image that plays GitHub's virtual machine: nothing but the action itself runs in it."""
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    return next(line.split()[1] for line in lines if line.startswith("FROM "))


@pytest.fixture
def released(tmp_path: Path, image: str) -> Path:
    """The action as a release leaves it: action.yml names an image and nothing is built."""
    directory = tmp_path / "action"
    directory.mkdir()
    shutil.copy(ROOT / "action.yml", directory)
    # A release takes a digest only, and an image that was never pushed has none.
    pin = [line for line in script("tags", "Pin").splitlines() if not line.startswith("[[")]
    subprocess.run(
        ["bash", "-ec", "\n".join(pin)],
        cwd=directory,
        env={"IMAGE": image, "PATH": "/usr/bin:/bin"},
        check=True,
    )
    return directory


@pytest.mark.parametrize("model", VERDICTS)
def test_the_workflow_of_the_readme_blocks_the_forgetful_and_lets_the_good_one_pass(
    model: str, origin: Repository, released: Path, base: str, act: Act
) -> None:
    add_workflow(origin, readme_steps())
    request = open_pull_request(origin, model, lambda repository: repository.move_to(model))

    done = act(request, base, released)

    exit_code, state = VERDICTS[model]
    assert done.returncode == exit_code, done.stdout + done.stderr
    assert f"mist/release: {state}" in done.stdout


@pytest.mark.parametrize("model", VERDICTS)
def test_the_twin_without_docker_says_the_same(
    model: str, origin: Repository, checkout: Path, act: Act
) -> None:
    add_workflow(origin, readme_steps().replace("mist-ci/mist-ci@v0", "mist-ci/mist-ci/composite@v0"))
    request = open_pull_request(origin, model, lambda repository: repository.move_to(model))

    done = act(request, ON_THIS_MACHINE, checkout)

    exit_code, state = VERDICTS[model]
    assert done.returncode == exit_code, done.stdout + done.stderr
    assert f"mist/release: {state}" in done.stdout


def test_the_twin_runs_nothing_of_the_workspace(
    origin: Repository, checkout: Path, act: Act, tmp_path: Path
) -> None:
    add_workflow(origin, readme_steps().replace("mist-ci/mist-ci@v0", "mist-ci/mist-ci/composite@v0"))
    witness = tmp_path / "SPRUNG"
    request = open_pull_request(origin, "trapped", lambda repository: set_traps(repository, str(witness)))

    done = act(request, ON_THIS_MACHINE, checkout, "--env", f"PYTHONPATH={request.clone.path}")

    assert done.returncode == 0, done.stdout + done.stderr
    assert not witness.exists()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The files of a release that the twin installs from."""
    directory = tmp_path / "checkout"
    for name in ("composite", "mist_ci", "requirements"):
        shutil.copytree(ROOT / name, directory / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, directory)
    return directory
