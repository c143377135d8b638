"""Claims: git gets what it needs and no key; a directory is read like a commit and never left."""

from pathlib import Path

import pytest

from mist_ci.adapters.directory import DirectoryTree
from mist_ci.adapters.git import GitRepository
from mist_ci.errors import Code, ConfigError


@pytest.fixture
def git_that_tells_its_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A `git` on PATH that prints what it was given."""
    program = tmp_path / "bin" / "git"
    program.parent.mkdir()
    program.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\nenv\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    return program


@pytest.mark.usefixtures("git_that_tells_its_environment")
def test_git_sees_no_key_and_no_variable_that_could_lead_it_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("OPENAI_API_KEY", "GIT_DIR", "GIT_EXTERNAL_DIFF", "ACTIONS_RUNTIME_TOKEN", "LD_PRELOAD_X"):
        monkeypatch.setenv(name, "canary")
    told = GitRepository(tmp_path).run("version").decode()
    assert "canary" not in told
    assert "GIT_NO_REPLACE_OBJECTS=1" in told
    assert "GIT_TERMINAL_PROMPT=0" in told
    assert "GIT_ALLOW_PROTOCOL=\n" in told
    assert "LC_ALL=C\n" in told


@pytest.mark.usefixtures("git_that_tells_its_environment")
def test_a_safe_directory_that_the_job_declares_reaches_git(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    declared = {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "safe.directory",
        "GIT_CONFIG_VALUE_0": "/workspace",
    }
    for name, value in declared.items():
        monkeypatch.setenv(name, value)
    told = GitRepository(tmp_path).run("version").decode().splitlines()
    assert {f"{name}={value}" for name, value in declared.items()} <= set(told)


def test_a_directory_lists_its_files_sorted_and_leaves_out_what_is_not_the_projects(tmp_path: Path) -> None:
    for name in (
        "b.yml",
        "a/c.yml",
        ".git/config",
        ".venv/x.py",
        "node_modules/y.js",
        "é.yml",
        "new\nline.yml",
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    tree = DirectoryTree(tmp_path)
    assert list(tree.paths()) == ["a/c.yml", "b.yml", "é.yml"]
    assert tree.read("a/c.yml") == b"a/c.yml"
    assert tree.exists("b.yml")
    assert not tree.exists("a")


def test_a_file_whose_name_is_no_text_is_not_listed(tmp_path: Path) -> None:
    try:
        (tmp_path / "bad\udcff.jsonl").touch()
    except OSError:
        pytest.skip("this file system has Unicode names only")
    assert list(DirectoryTree(tmp_path).paths()) == []


@pytest.mark.parametrize("path", ["../outside.txt", "link", "../../etc/passwd"])
def test_a_directory_is_never_left(tmp_path: Path, path: str) -> None:
    (tmp_path / "outside.txt").write_text("secret")
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "link").symlink_to(tmp_path / "outside.txt")
    with pytest.raises(ConfigError) as caught:
        DirectoryTree(inside).read(path)
    assert caught.value.code is Code.UNSAFE_PATH


def test_a_file_that_cannot_be_read_is_an_error_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "directory").mkdir()
    for path in ("gone", "directory"):
        with pytest.raises(ConfigError) as caught:
            DirectoryTree(tmp_path).read(path)
        assert (caught.value.code, str(caught.value.where)) == (Code.FILE_MISSING, path)
