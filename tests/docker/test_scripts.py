"""Shell in this repository has no known weakness. shellcheck comes with `make e2e`."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.docker.conftest import ON_REQUEST
from tests.e2e.conftest import ROOT

SCRIPTS = [*sorted((ROOT / "tests" / "docker").glob("*.sh")), ROOT / ".ci" / "run"]
STEPS = [ROOT / "composite" / "action.yml", *sorted((ROOT / ".github" / "workflows").glob("*.yml"))]


@pytest.fixture(scope="module")
def shellcheck() -> str:
    return shutil.which("shellcheck") or pytest.skip(f"shellcheck is not installed; {ON_REQUEST}")


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_is_sound(shellcheck: str, path: Path) -> None:
    done = subprocess.run([shellcheck, str(path)], capture_output=True, text=True, check=False)
    assert done.stdout == ""


@pytest.mark.parametrize("path", STEPS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_the_scripts_of_steps_are_sound(shellcheck: str, path: Path) -> None:
    document: dict[str, Any] = yaml.safe_load(path.read_text())
    jobs = document.get("jobs", {"": document.get("runs")}).values()
    for step in (step for job in jobs for step in job["steps"] if "run" in step):
        text = f"#!/usr/bin/env bash\nset -eo pipefail\n{step['run']}"
        done = subprocess.run([shellcheck, "-"], input=text, capture_output=True, text=True, check=False)
        assert done.stdout == "", step.get("name")
