"""Each command as a stranger types it: help, first files, explanations, and what goes wrong."""

import contextlib
import json
import os
import pty
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.conftest import ROOT, ModelServer, Repository, mist_ci

HEAVY = (
    "anyio", "genai_prices", "httpx", "jinja2", "msgspec", "numpy", "pydantic", "requests", "rich", "tiktoken",
    "tokenizers", "yaml",
)  # fmt: skip


@pytest.mark.parametrize("arguments", [["--help"], ["gate", "--help"], ["--version"]])
def test_help_imports_nothing_heavy(arguments: list[str], tmp_path: Path) -> None:
    script = (
        "import sys; from mist_ci.cli import cli\n"
        f"try: cli.main({arguments!r})\n"
        "except SystemExit: pass\n"
        f"heavy = [name for name in {HEAVY!r} if name in sys.modules]\n"
        "assert not heavy, heavy"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_what_init_writes_loads_and_runs(tmp_path: Path, model_server: ModelServer) -> None:
    done = mist_ci(
        "init", "--base-url", model_server.base_url, "--model", "base", "--key-env", "KEY", cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    repository = Repository(tmp_path)
    repository.git("init", "--quiet", "--initial-branch=main")
    repository.commit()
    repository.branch("naive")
    repository.replace("models/assistant.yml", "model: base", "model: naive")
    repository.commit()

    evaluated = mist_ci("eval", "models/assistant.yml", cwd=tmp_path, env={"KEY": "any"})
    gated = mist_ci("gate", "--base", "main", cwd=tmp_path, env={"KEY": "any"})

    assert evaluated.returncode == 0, evaluated.stderr
    assert "basics" in evaluated.stdout
    # Both tiny models know nothing of the starter suite, so nothing can have been lost: 40 ties prove 5 points not.
    assert gated.returncode == 0, gated.stdout + gated.stderr
    assert "not proven" in gated.stdout
    workflow = (tmp_path / ".github" / "workflows" / "mist.yml").read_text()
    assert "KEY: ${{ secrets.KEY }}" in workflow


def test_init_overwrites_nothing(tmp_path: Path) -> None:
    (tmp_path / "mist.yml").write_text("mine")

    done = mist_ci("init", cwd=tmp_path)

    assert done.returncode == 2
    assert "MC204" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["mist.yml"]
    assert (tmp_path / "mist.yml").read_text() == "mine"


def test_a_missing_key_names_its_variable_and_asks_nothing(tmp_path: Path, model_server: ModelServer) -> None:
    mist_ci("init", "--base-url", model_server.base_url, "--key-env", "NO_SUCH_KEY", cwd=tmp_path)

    done = mist_ci("eval", "models/assistant.yml", cwd=tmp_path)

    assert done.returncode == 3
    assert "MC302" in done.stderr
    assert "NO_SUCH_KEY" in done.stderr


def test_eval_gives_scores_and_floors_hold(repository: Repository) -> None:
    repository.replace("suites/sorting.yml", "role: target", "role: target\nfloor: 0.5")

    good = mist_ci(
        "eval", "models/assistant.yml", "--suite", "arithmetic", "--format", "json", cwd=repository.path
    )
    bad = mist_ci("eval", "models/assistant.yml", "--suite", "sorting", cwd=repository.path)
    unknown = mist_ci("eval", "models/assistant.yml", "--suite", "arithmetik", cwd=repository.path)

    (suite,) = json.loads(good.stdout)["suites"]
    assert (good.returncode, suite["head"]["mean"], suite["samples"]) == (0, 1.0, 120)
    assert bad.returncode == 1
    assert "below its floor of 50.0" in bad.stdout
    assert unknown.returncode == 2
    assert "did you mean 'arithmetic'?" in unknown.stderr


def test_validate_finds_the_four_defects_of_the_example_with_file_line_field_and_next_step() -> None:
    arguments = [
        "examples/broken_data",
        "--template",
        "examples/assistant/templates/chat.jinja",
        "--format",
        "json",
    ]
    done = mist_ci("validate", *arguments, cwd=ROOT)

    findings = {one["code"]: one for one in json.loads(done.stdout)["findings"]}
    assert done.returncode == 1
    assert {code: one["where"]["line"] for code, one in findings.items()} == {
        "SF201": 7, "SF104": 14, "SF105": 21, "SF601": 32,
    }  # fmt: skip
    for one in findings.values():
        assert one["where"]["file"] == "examples/broken_data/finetune.jsonl"
        assert one["message"]
        assert one["hint"]
    assert findings["SF105"]["where"]["field"] == "messages[1].content"


def test_validate_passes_good_data_and_says_what_it_saw() -> None:
    done = mist_ci("validate", "examples/assistant/data", cwd=ROOT)

    assert done.returncode == 0, done.stdout
    assert "50 rows in 1 file (openai-chat)," in done.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "exit_code"),
    [
        (["validate", "no-such.jsonl"], "MC101", 2),
        (["validate", "."], "MC101", 2),
        (["eval", "models/none.yml"], "MC101", 2),
        (["gate", "--base", "main"], "MC202", 2),
        (["explain", "SF999"], "MC106", 2),
    ],
)
def test_what_is_missing_is_one_message_and_never_a_traceback(
    arguments: list[str], code: str, exit_code: int, tmp_path: Path
) -> None:
    done = mist_ci(*arguments, cwd=tmp_path)

    assert done.returncode == exit_code
    assert code in done.stderr
    assert "next: " in done.stderr or "more: " in done.stderr
    assert "Traceback" not in done.stderr


def test_an_unknown_revision_says_how_to_get_it(repository: Repository) -> None:
    done = mist_ci("gate", "--base", "main", "--head", "no-such-branch", cwd=repository.path)

    assert done.returncode == 2
    assert "MC203" in done.stderr
    assert "fetch" in done.stderr


@pytest.mark.parametrize("arguments", [["gate"], ["gate", "--bas", "main"], ["nonsense"], ["validate"]])
def test_a_wrong_command_line_exits_with_2(arguments: list[str], tmp_path: Path) -> None:
    done = mist_ci(*arguments, cwd=tmp_path)

    assert done.returncode == 2
    assert "Usage: " in done.stderr
    assert "Traceback" not in done.stderr


def test_explain_knows_every_rule_and_every_error(tmp_path: Path) -> None:
    listed = mist_ci("explain", cwd=tmp_path)

    codes = re.findall(r"^(SF\d{3}|MC\d{3}) ", listed.stdout, flags=re.MULTILINE)
    assert {"SF201", "SF601", "MC103", "MC301"} <= set(codes)
    assert len(codes) == len(set(codes))
    assert "chat template" in mist_ci("explain", "sf601", cwd=tmp_path).stdout
    assert "misspelt" in mist_ci("explain", "MC103", cwd=tmp_path).stdout


@pytest.mark.parametrize(
    ("option", "value", "code"),
    [("--key-env", "", "MC201"), ("--key-env", "FOO-BAR", "MC104"), ("--base-url", "notaurl", "MC104")],
)
def test_init_writes_nothing_that_does_not_load(option: str, value: str, code: str, tmp_path: Path) -> None:
    done = mist_ci("init", option, value, cwd=tmp_path)
    assert done.returncode == 2, done.stdout
    assert code in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_validate_repairs_a_file_and_passes_then(tmp_path: Path) -> None:
    (tmp_path / "train.jsonl").write_bytes(
        b'\xef\xbb\xbf{"messages": [{"role": "human", "content": "a"}, {"role": "gpt", "content": "b"}]}\n'
    )
    diff = mist_ci("validate", "train.jsonl", "--fix", "--diff", cwd=tmp_path, env={"CI": ""})
    (tmp_path / "copy").mkdir()
    shutil.copy(tmp_path / "train.jsonl", tmp_path / "copy")
    subprocess.run(
        ["git", "apply", "-"],
        cwd=tmp_path / "copy",
        input=diff.stdout.encode(),
        check=True,
        capture_output=True,
    )
    done = mist_ci("validate", "train.jsonl", "--fix", cwd=tmp_path)

    assert diff.returncode == 1
    assert done.returncode == 0, done.stdout
    assert "SF004 × 1, SF201 × 1" in done.stderr
    assert (tmp_path / "copy" / "train.jsonl").read_bytes() == (tmp_path / "train.jsonl").read_bytes()


def test_a_terminal_gets_colours_and_a_pipe_does_not(tmp_path: Path) -> None:
    (tmp_path / "train.jsonl").write_text('{"messages": [{"role": "\\u001b[5mx", "content": "a"}]}\n')
    environment = {key: value for key, value in os.environ.items() if key not in ("CI", "NO_COLOR")}
    leader, follower = pty.openpty()
    command = [sys.executable, "-m", "mist_ci", "validate", "train.jsonl"]
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment | {"TERM": "xterm"}, stdout=follower
    ) as process:
        os.close(follower)
        seen = b""
        with contextlib.suppress(OSError):  # Linux says so when the other side has closed
            while piece := os.read(leader, 65_536):
                seen += piece
        assert process.wait() == 1
    os.close(leader)

    assert b"\x1b[31m\x1b[1merror SF201\x1b[0m" in seen
    assert b"\x1b[5m" not in seen
    assert "\x1b" not in mist_ci("validate", "train.jsonl", cwd=tmp_path, env={"CI": ""}).stdout


def test_a_path_that_is_missing_does_not_hide_the_others(tmp_path: Path) -> None:
    (tmp_path / "bad.jsonl").write_text('{"messages": []}\n')
    done = mist_ci("validate", "nothing.jsonl", "bad.jsonl", cwd=tmp_path)
    assert done.returncode == 2
    assert "SF108" in done.stdout
    assert "nothing.jsonl" in done.stderr
    assert "MC101" in done.stderr
