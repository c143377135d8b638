"""The README's workflow in nektos act, with the container action as released and with its twin without Docker."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.docker.conftest import Forge, add_workflow, readme_workflow, set_traps
from tests.docker.test_release import script
from tests.e2e.conftest import ROOT

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


REQUIRED = {
    "name": "mist-ci: release",
    "target": "branch",
    "enforcement": "active",
    "conditions": {"ref_name": {"include": ["refs/heads/main"], "exclude": []}},
    "rules": [
        {
            "type": "required_status_checks",
            "parameters": {
                "required_status_checks": [{"context": "mist/release"}],
                "strict_required_status_checks_policy": False,
            },
        }
    ],
}


@pytest.mark.parametrize("model", VERDICTS)
def test_the_workflow_of_the_readme_blocks_the_forgetful_and_lets_the_good_one_merge(
    model: str, forge: Forge, released: Path, base: str, act: Act
) -> None:
    add_workflow(forge, readme_workflow())
    assert forge.ask("POST", "rulesets", REQUIRED)[0] == 201
    request = forge.open_pull_request(model, lambda repository: repository.move_to(model))
    merge = f"pulls/{request.number}/merge"
    refused = forge.ask("PUT", merge, {})
    assert (refused[0], refused[1]["message"]) == (405, 'Required status check "mist/release" is expected.')

    done = act(request, base, released)

    exit_code, state = VERDICTS[model]
    assert done.returncode == exit_code, done.stdout + done.stderr
    _, statuses = forge.ask("GET", f"commits/{request.head}/statuses")
    assert [(one["context"], one["state"]) for one in statuses] == [
        ("mist/release", state),
        ("mist/release", "pending"),
    ]
    _, comments = forge.ask("GET", f"issues/{request.number}/comments")
    (comment,) = comments
    assert "MIST CI: gate" in comment["body"]
    code, answer = forge.ask("PUT", merge, {})
    assert code == (200 if state == "success" else 405), answer


@pytest.mark.parametrize("model", VERDICTS)
def test_the_twin_without_docker_says_the_same(model: str, forge: Forge, checkout: Path, act: Act) -> None:
    add_workflow(forge, readme_workflow().replace("mist-ci/mist-ci@v0", "mist-ci/mist-ci/composite@v0"))
    request = forge.open_pull_request(model, lambda repository: repository.move_to(model))

    done = act(request, ON_THIS_MACHINE, checkout)

    exit_code, state = VERDICTS[model]
    assert done.returncode == exit_code, done.stdout + done.stderr
    assert request.standing() == {"mist/release": state}


def test_the_twin_runs_nothing_of_the_workspace(
    forge: Forge, checkout: Path, act: Act, tmp_path: Path
) -> None:
    add_workflow(forge, readme_workflow().replace("mist-ci/mist-ci@v0", "mist-ci/mist-ci/composite@v0"))
    witness = tmp_path / "SPRUNG"
    request = forge.open_pull_request("trapped", lambda repository: set_traps(repository, str(witness)))

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
