"""The action, the workflows and the update settings are valid and carry no known weakness."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from mist_ci.cli import cli
from mist_ci.cli.init import starter_files

ROOT = Path(__file__).parents[2]
SCHEMAS = {
    "action.yml": "vendor.github-actions",
    "composite/action.yml": "vendor.github-actions",
    ".github/workflows/ci.yml": "vendor.github-workflows",
    ".github/workflows/gate.yml": "vendor.github-workflows",
    ".github/workflows/release.yml": "vendor.github-workflows",
    ".github/dependabot.yml": "vendor.dependabot",
}
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def _run(*command: str) -> None:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_workflow_has_a_schema() -> None:
    assert {path.relative_to(ROOT).as_posix() for path in WORKFLOWS} <= set(SCHEMAS)


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_file_is_valid(name: str) -> None:
    _run(sys.executable, "-m", "check_jsonschema", "--builtin-schema", SCHEMAS[name], name)


def test_the_workflow_that_init_writes_is_valid_and_pinned(tmp_path: Path) -> None:
    (text,) = [
        text
        for path, text in starter_files({"base_url": "http://x/v1", "model": "m", "key_env": "KEY"}).items()
        if path.startswith(".github")
    ]
    workflow = tmp_path / "mist.yml"
    workflow.write_text(text)
    _run(
        sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows", str(workflow)
    )
    others = [name for name in re.findall(r"uses: *(\S+)", text) if not name.startswith("mist-ci/")]
    assert all(re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", name) for name in others)


def test_an_auditor_finds_nothing() -> None:
    zizmor = Path(sys.executable).parent / "zizmor"
    files = ("action.yml", "composite/action.yml", ".github")
    _run(str(zizmor), "--offline", "--persona", "auditor", "--strict-collection", *files)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_actions_are_pinned_by_commit(path: Path) -> None:
    # What starts with `./` is part of the commit that is checked out.
    used = [name for name in re.findall(r"\buses: *(\S+)", path.read_text()) if not name.startswith("./")]
    assert used
    assert [name for name in used if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", name)] == []


def _action(name: str = "action.yml") -> dict[str, Any]:
    action: dict[str, Any] = yaml.safe_load((ROOT / name).read_text())
    return action


def test_every_input_of_the_action_is_explained() -> None:
    assert [
        name for name, entry in _action()["inputs"].items() if not entry["description"].endswith(".")
    ] == []


def test_every_input_of_the_action_reaches_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    action = _action()
    variables = action["runs"]["env"]
    assert sorted(variables.values()) == sorted(f"${{{{ inputs.{name} }}}}" for name in action["inputs"])
    for variable, expression in variables.items():
        monkeypatch.setenv(variable, expression)
    (command,) = action["runs"]["args"]
    given = cli.commands[command].make_context(command, []).params
    assert set(variables.values()) <= {str(value) for value in given.values()}


def test_an_empty_input_counts_as_not_given(monkeypatch: pytest.MonkeyPatch) -> None:
    action = _action()
    for variable in action["runs"]["env"]:
        monkeypatch.setenv(variable, "")
    (command,) = action["runs"]["args"]
    given = cli.commands[command].make_context(command, ["--base", "main"]).params
    assert given["head"] == "HEAD"
    assert given["gate_name"] is None


def test_the_defaults_of_the_action_are_those_of_the_command() -> None:
    inputs = _action()["inputs"]
    given = cli.commands["gate"].make_context("gate", ["--base", "main"]).params
    assert inputs["config"]["default"] == given["config"]
    assert inputs["results"]["default"] == str(given["results"])


def test_the_twin_without_docker_has_the_same_inputs_and_outputs() -> None:
    action, twin = _action(), _action("composite/action.yml")
    assert twin["inputs"] == action["inputs"]
    told = {name: entry["description"] for name, entry in action.get("outputs", {}).items()}
    assert {name: entry["description"] for name, entry in twin.get("outputs", {}).items()} == told
    # A container writes its outputs itself; the twin's have to be named.
    values = {name: entry["value"] for name, entry in twin.get("outputs", {}).items()}
    assert values == {name: f"${{{{ steps.gate.outputs.{name} }}}}" for name in told}


def test_the_twin_gives_the_command_what_the_container_gives_it() -> None:
    action = _action()
    (step,) = _action("composite/action.yml")["runs"]["steps"]
    assert step["id"] == "gate"
    assert step["env"] == action["runs"]["env"]
    assert step["run"].rstrip().endswith(" ".join(["-m mist_ci", *action["runs"]["args"]]))


def test_the_twin_tells_the_command_where_the_repository_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """It does not start in the workspace, where head's files are."""
    (step,) = _action("composite/action.yml")["runs"]["steps"]
    assert 'MIST_CI_REPOSITORY="$GITHUB_WORKSPACE"' in step["run"]
    monkeypatch.setenv("MIST_CI_REPOSITORY", "the workspace")
    given = cli.commands["gate"].make_context("gate", ["--base", "main"]).params
    assert str(given["repository"]) == "the workspace"


@pytest.mark.parametrize("name", [name for name in SCHEMAS if name.endswith(("action.yml", "release.yml"))])
def test_no_value_becomes_part_of_a_script(name: str) -> None:
    document = _action(name)
    jobs = document.get("jobs", {"": document.get("runs")}).values()
    scripts = [step["run"] for job in jobs for step in job.get("steps", ()) if "run" in step]
    assert [script for script in scripts if "${{" in script] == []


def test_the_container_reads_no_python_setting_of_the_workflow() -> None:
    (entry,) = re.findall(r"^ENTRYPOINT (.*)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert yaml.safe_load(entry)[:2] == ["/opt/mist-ci/bin/python", "-I"]
