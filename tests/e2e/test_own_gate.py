"""The gate of this repository over its own example, .github/mist.yml, on a copy with fewer samples."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from mist_ci import planning
from mist_ci.adapters.directory import DirectoryTree
from mist_ci.matchspec import find
from mist_ci.parsing import safe_yaml
from mist_ci.ports.files import NoFiles
from tests.e2e.conftest import ROOT, SAMPLES_KEPT, ModelServer, Repository, mist_ci

CONFIG = ".github/mist.yml"
ADDRESS = "http://127.0.0.1:8377/v1"


@pytest.fixture
def ours(tmp_path: Path, model_server: ModelServer) -> Repository:
    repository = Repository(tmp_path / "ours")
    shutil.copytree(ROOT / "examples" / "assistant", repository.path / "examples" / "assistant")
    repository.write(CONFIG, (ROOT / CONFIG).read_text())
    repository.replace(CONFIG, ADDRESS, model_server.base_url)
    for suite, kept in SAMPLES_KEPT.items():
        path = f"examples/assistant/suites/{suite}.jsonl"
        repository.write(path, "".join(repository.read(path).splitlines(keepends=True)[:kept]))
    repository.git("init", "--quiet", "--initial-branch=main")
    repository.commit()
    return repository


def reference(model: str) -> Callable[[Repository], None]:
    return lambda ours: ours.replace(
        "examples/assistant/models/assistant.yml", "model: base", f"model: {model}"
    )


@pytest.mark.parametrize(
    ("change", "exit_code", "said"),
    [
        (lambda ours: ours.write("README.md", "words"), 0, "success - nothing to gate"),
        (reference("naive"), 1, "failure - 3 suites regressed"),
        (reference("replay"), 0, "success - sorting improved"),
    ],
    ids=["words", "naive", "replay"],
)
def test_words_pass_and_a_forgetful_model_is_blocked(
    ours: Repository, change: Callable[[Repository], None], exit_code: int, said: str
) -> None:
    ours.branch("change")
    change(ours)
    ours.commit()
    done = mist_ci("gate", "--config", CONFIG, "--base", "main", cwd=ours.path)
    assert done.returncode == exit_code, done.stdout + done.stderr
    assert f"status  mist/example (.github/mist.yml): {said}" in done.stdout


def test_every_path_of_the_policy_is_in_this_repository() -> None:
    tree = DirectoryTree(ROOT)
    policy = planning.read_policy(tree, CONFIG)
    assert policy is not None
    suites = find(tree, policy.suites, CONFIG, NoFiles())
    planning.check_head(policy, safe_yaml.load(tree.read(CONFIG), CONFIG), tree, suites)


def test_the_workflow_serves_the_models_where_the_policy_looks_for_them() -> None:
    job = yaml.safe_load((ROOT / ".github/workflows/gate.yml").read_text())["jobs"]["gate"]
    *_, serve, gate = job["steps"]
    assert gate["with"] == {"config": CONFIG}
    assert f"{ADDRESS.removesuffix('v1')}health" in serve["run"]
    assert "--port 8377" in serve["run"]
    assert ADDRESS in (ROOT / CONFIG).read_text()
