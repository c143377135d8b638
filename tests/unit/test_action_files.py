"""The action, the workflows and the update settings are valid and carry no known weakness."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from mist_ci.cli import cli
from mist_ci.cli.init import starter_files
from mist_ci.delivery.verdicts import OUTPUTS

ROOT = Path(__file__).parents[2]
SCHEMAS = {
    "action.yml": "vendor.github-actions",
    "composite/action.yml": "vendor.github-actions",
    ".github/workflows/ci.yml": "vendor.github-workflows",
    ".github/workflows/gate.yml": "vendor.github-workflows",
    ".github/workflows/release.yml": "vendor.github-workflows",
    ".github/dependabot.yml": "vendor.dependabot",
    "examples/sharding/mist-sharded.yml": "vendor.github-workflows",
}
SHARDED = "examples/sharding/mist-sharded.yml"
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def _run(*command: str) -> None:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_workflow_has_a_schema() -> None:
    assert {path.relative_to(ROOT).as_posix() for path in WORKFLOWS} <= set(SCHEMAS)


@pytest.mark.slow
@pytest.mark.parametrize("name", SCHEMAS)
def test_the_file_is_valid(name: str) -> None:
    _run(sys.executable, "-m", "check_jsonschema", "--builtin-schema", SCHEMAS[name], name)


VALUES = {"base_url": "http://x/v1", "model": "m", "key_env": "KEY"}


@pytest.fixture(params=["L1", "L2"])
def shipped(request: pytest.FixtureRequest, tmp_path: Path) -> list[Path]:
    """The workflows that init writes."""
    files = starter_files(VALUES, request.param)
    found = []
    for path, text in files.items():
        if path.startswith(".github"):
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(text)
            found.append(tmp_path / path)
    return found


@pytest.mark.slow
def test_the_workflows_that_init_writes_are_valid(shipped: list[Path]) -> None:
    names = [str(path) for path in shipped]
    _run(sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows", *names)


def test_an_auditor_finds_nothing_in_the_workflows_that_init_writes(shipped: list[Path]) -> None:
    """Ours is pinned by whoever uses it; what is ignored says why on its line."""
    for path in shipped:
        path.write_text(
            path.read_text().replace("mist-ci/mist-ci@v0", f"mist-ci/mist-ci@{'a' * 40} # v0.1.0")
        )
    zizmor = Path(sys.executable).parent / "zizmor"
    _run(str(zizmor), "--offline", "--persona", "auditor", "--strict-collection", str(shipped[0].parents[1]))


def test_the_workflows_that_init_writes_end_with_finalize(shipped: list[Path]) -> None:
    for path in shipped:
        jobs = yaml.safe_load(path.read_text())["jobs"]
        *others, last = jobs
        assert last == "finalize"
        assert "always()" in jobs[last]["if"]
        needs = jobs[last]["needs"]
        assert set([needs] if isinstance(needs, str) else needs) == set(others)


ON_PUSH = "!cancelled() && github.event_name == 'push'"
ON_TRUSTED = "always() && (github.event_name == 'push' || github.event_name == 'pull_request_target')"


def _caches(job: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Kind and step: restore or save, never the action that does both."""
    steps = [step for step in job["steps"] if "actions/cache" in step.get("uses", "")]
    return [(step["uses"].partition("@")[0].rpartition("/")[2], step) for step in steps]


def test_stored_outputs_are_never_in_the_workspace_and_no_job_saves_unasked(shipped: list[Path]) -> None:
    for path in shipped:
        jobs = yaml.safe_load(path.read_text())["jobs"].values()
        caches = [found for job in jobs for found in _caches(job)]
        assert {kind for kind, _ in caches} <= {"restore", "save"}
        assert "restore" in {kind for kind, _ in caches}
        assert {step["with"]["path"] for _, step in caches} == {"${{ runner.temp }}/mist-outputs"}
        assert {step["if"] for kind, step in caches if kind == "save"} <= {ON_PUSH, ON_TRUSTED}


def _workflow(name: str, level: str) -> dict[Any, Any]:
    found: dict[Any, Any] = yaml.safe_load(starter_files(VALUES, level)[f".github/workflows/{name}"])
    return found


@pytest.mark.parametrize("name", ["mist.yml", "mist-forks.yml"])
def test_at_l1_only_a_push_saves_what_models_answered(name: str) -> None:
    """There `pull_request` takes the workflow from the change."""
    jobs = _workflow(name, "L1")["jobs"]
    saves = [step["if"] for job in jobs.values() for kind, step in _caches(job) if kind == "save"]
    assert saves == ([ON_PUSH] if name == "mist.yml" else [])
    assert not [job for job in jobs.values() if "cache-mode" in job]


def test_at_l2_every_job_that_asks_models_saves_also_when_it_is_cancelled() -> None:
    workflow = _workflow("mist.yml", "L2")
    assert set(workflow[True]) == {"pull_request_target", "push"}  # `on`, as YAML 1.1 reads it
    for name, job in workflow["jobs"].items():
        asks = any("outputs" in step.get("with", {}) for step in job["steps"])
        kinds = [kind for kind, _ in _caches(job)]
        assert kinds == (["restore", "restore", "save"] if asks else []), name
        assert job.get("cache-mode") == ("write" if asks else None)
        assert [step["if"] for kind, step in _caches(job) if kind == "save"] == ([ON_TRUSTED] if asks else [])


def _filled(text: str, pull: int | None, run: int, attempt: int) -> str:
    values = {
        "github.event.pull_request.number || github.run_id": pull or run,
        "github.run_id": run,
        "github.run_attempt": attempt,
    }
    for expression, value in values.items():
        text = text.replace(f"${{{{ {expression} }}}}", str(value))
    assert "${{" not in text
    return text


def test_at_l2_a_run_finds_what_its_pull_request_saved_last_and_no_two_saves_have_one_key() -> None:
    jobs = _workflow("mist.yml", "L2")["jobs"]
    runs = [
        (pull, run, attempt) for pull, run in ((7, 100), (7, 107), (71, 7), (None, 77)) for attempt in (1, 2)
    ]
    saved: dict[str, tuple[str, int]] = {}
    for name in ("gate", "approved"):
        (everybody, _), (own, _), (save, _) = [(step["with"], kind) for kind, step in _caches(jobs[name])]
        for pull, run, attempt in runs:
            key = _filled(save["key"], pull, run, attempt)
            assert key not in saved
            assert {_filled(one["key"], pull, run, attempt) for one in (everybody, own)} == {key}
            assert key.startswith(everybody["restore-keys"])
            prefix = _filled(own["restore-keys"], pull, run, attempt)
            assert {saved[one] for one in saved if one.startswith(prefix)} <= {(name, pull or run)}
            saved[key] = (name, pull or run)
            assert key.startswith(prefix)


def test_no_workflow_that_init_writes_checks_head_out(shipped: list[Path]) -> None:
    for path in shipped:
        workflow = yaml.safe_load(path.read_text())
        steps = [step for job in workflow["jobs"].values() for step in job["steps"]]
        checkouts = [step for step in steps if "checkout" in step.get("uses", "")]
        assert checkouts
        assert all(step["with"] == {"persist-credentials": False} for step in checkouts)
        assert not [step for step in steps if "run" in step]


def test_an_auditor_finds_nothing() -> None:
    zizmor = Path(sys.executable).parent / "zizmor"
    files = ("action.yml", "composite/action.yml", ".github", SHARDED)
    _run(str(zizmor), "--offline", "--persona", "auditor", "--strict-collection", *files)


@pytest.mark.parametrize("path", [*WORKFLOWS, ROOT / SHARDED], ids=lambda path: path.name)
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


COMMANDS = ("action", "finalize", "verify")


def _params(command: str, *arguments: str) -> dict[str, Any]:
    found = cli.get_command(click.Context(cli), command)
    assert found is not None
    return found.make_context(command, list(arguments)).params


def test_every_input_of_the_action_reaches_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    action = _action()
    variables = action["runs"]["env"]
    passed = {*variables.values(), *action["runs"]["args"]}
    assert passed == {f"${{{{ inputs.{name} }}}}" for name in action["inputs"]}
    for variable in variables:
        monkeypatch.setenv(variable, f"value-of-{variable}")
    monkeypatch.setenv("MIST_CI_SPEND", "all")
    monkeypatch.setenv("MIST_CI_COMMENT", "off")
    given = _params("action")
    assert given.pop("repository") == Path()
    wanted = {f"value-of-{variable}" for variable in variables} | {"all", "off"}
    # The token is read by the desk, as every token of a job.
    wanted -= {"value-of-GITHUB_TOKEN", "value-of-MIST_CI_SPEND", "value-of-MIST_CI_COMMENT"}
    values = {" ".join(value) if isinstance(value, tuple) else str(value) for value in given.values()}
    assert values == wanted


def test_several_policies_are_parted_by_white_space(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIST_CI_CONFIGS", "a/mist.yml\n services/*/mist.yml\n")
    assert [_params(name)["configs"] for name in COMMANDS] == [("a/mist.yml", "services/*/mist.yml")] * 3


@pytest.mark.parametrize("name", COMMANDS)
def test_an_empty_input_counts_as_not_given(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in _action()["runs"]["env"]:
        monkeypatch.setenv(variable, "")
    given = _params(name)
    assert given["configs"] == ("mist.yml",)
    assert given["gate_name"] is None
    assert given.get("spend", "own") == "own"


def test_the_defaults_of_the_action_are_those_of_the_command() -> None:
    given = _params("action")
    given["config"], given["gate"] = " ".join(given["configs"]), given["gate_name"]
    inputs = _action()["inputs"]
    for name in inputs.keys() - {"command", "github-token"}:
        assert inputs[name]["default"] == str(given[name.replace("-", "_")] or ""), name
    assert inputs["command"]["default"] in COMMANDS
    assert inputs["github-token"]["default"] == "${{ github.token }}"


def test_the_outputs_of_the_action_are_those_that_are_written() -> None:
    told = {name: entry["description"] for name, entry in _action()["outputs"].items()}
    assert told == OUTPUTS


def test_the_twin_without_docker_has_the_same_inputs_and_outputs() -> None:
    action, twin = _action(), _action("composite/action.yml")
    assert twin["inputs"] == action["inputs"]
    told = {name: entry["description"] for name, entry in action["outputs"].items()}
    assert {name: entry["description"] for name, entry in twin["outputs"].items()} == told
    # A container writes its outputs itself; the twin's have to be named.
    values = {name: entry["value"] for name, entry in twin["outputs"].items()}
    assert values == {name: f"${{{{ steps.gate.outputs.{name} }}}}" for name in told}


def test_the_twin_gives_the_command_what_the_container_gives_it() -> None:
    action = _action()
    (step,) = _action("composite/action.yml")["runs"]["steps"]
    assert step["id"] == "gate"
    (command,) = action["runs"]["args"]
    assert step["env"] == action["runs"]["env"] | {"MIST_CI_COMMAND": command}
    assert step["run"].rstrip().endswith('-m mist_ci "$MIST_CI_COMMAND"')


@pytest.mark.parametrize("name", COMMANDS)
def test_the_twin_tells_the_command_where_the_repository_is(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It does not start in the workspace, where head's files are."""
    (step,) = _action("composite/action.yml")["runs"]["steps"]
    assert 'MIST_CI_REPOSITORY="$GITHUB_WORKSPACE"' in step["run"]
    monkeypatch.setenv("MIST_CI_REPOSITORY", "the workspace")
    assert str(_params(name)["repository"]) == "the workspace"


@pytest.mark.parametrize("name", [name for name in SCHEMAS if name.endswith(("action.yml", "release.yml"))])
def test_no_value_becomes_part_of_a_script(name: str) -> None:
    document = _action(name)
    jobs = document.get("jobs", {"": document.get("runs")}).values()
    scripts = [step["run"] for job in jobs for step in job.get("steps", ()) if "run" in step]
    assert [script for script in scripts if "${{" in script] == []


def test_the_container_reads_no_python_setting_of_the_workflow() -> None:
    (entry,) = re.findall(r"^ENTRYPOINT (.*)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert yaml.safe_load(entry)[:2] == ["/opt/mist-ci/bin/python", "-I"]
