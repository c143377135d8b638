"""The example for GitLab is valid, and what runs it in `make e2e` is locked by hash."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "gitlab" / ".gitlab-ci.yml"
TOOLS = ROOT / "tests" / "docker" / "gitlab"


def _job() -> dict[str, Any]:
    job: dict[str, Any] = yaml.safe_load(EXAMPLE.read_text())["mist-ci"]
    return job


@pytest.mark.slow
def test_the_example_is_valid() -> None:
    # The transform resolves what GitLab adds to YAML, `!reference`.
    command = ["--builtin-schema", "vendor.gitlab-ci", "--data-transform", "gitlab-ci", str(EXAMPLE)]
    done = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", *command], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_the_program_returns_decides_about_the_merge() -> None:
    """`|| true`, or a pipe behind the gate, would take its exit code away; so would an allowed failure."""
    job = _job()
    assert re.search(r" -m mist_ci gate --base \S+ --head \S+$", job["script"][-1])
    assert job["allow_failure"] is False
    assert job["artifacts"]["when"] == "always"


def test_the_lock_holds_names_versions_and_hashes_only() -> None:
    wanted = json.loads((TOOLS / "package.json").read_text())
    lock = json.loads((TOOLS / "package-lock.json").read_text())["packages"]
    del lock[""]
    versions = {name.removeprefix("node_modules/"): entry["version"] for name, entry in lock.items()}
    assert versions == wanted["dependencies"] | wanted["optionalDependencies"]
    for entry in lock.values():
        assert entry["integrity"].startswith("sha512-")
        assert "resolved" not in entry
