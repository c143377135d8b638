"""Claims: a program sees its files and PATH and nothing else of ours, and cannot outlast or outtalk its limits."""

import fcntl
import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import anyio
import pytest

from mist_ci.adapters.programs import MOST_OUTPUT_BYTES, ChildPrograms
from mist_ci.ports.programs import Program, Ran

PYTHON = sys.executable


def run(
    code: str, text: bytes = b"", timeout_s: float = 20.0, files: Mapping[str, bytes] | None = None
) -> Ran:
    program = Program((PYTHON, "-I", "-c", code), timeout_s, files or {})
    return anyio.run(ChildPrograms(os.environ.get("PATH")).run, program, text)


def test_a_program_reads_its_input_and_what_it_writes_is_given_back() -> None:
    text = os.urandom(300_000)
    ran = run("import sys; sys.stdout.buffer.write(sys.stdin.buffer.read())", text)
    assert ran == Ran(text)


def test_a_program_that_reads_nothing_is_no_problem() -> None:
    assert run("print(1)", b"x" * 1_000_000) == Ran(b"1\n")


def test_a_program_finds_its_files_and_no_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "secret.txt").write_text("x")
    files = {"graders/one.py": b"print('ran')", "words.txt": b"a b"}
    code = (
        "import os; print(sorted(os.listdir()), os.listdir('graders'), open('words.txt').read(), os.getcwd())"
    )
    ran = run(code, files=files)
    assert ran.output.startswith(b"['graders', 'words.txt'] ['one.py'] a b ")
    assert str(tmp_path).encode() not in ran.output


def test_a_program_sees_no_variable_of_the_job(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    ran = run("import os; print(sorted(os.environ))")
    assert ran.output.decode().strip() == "['HOME', 'LC_ALL', 'PATH']"


def test_its_directory_goes_with_the_one_who_made_it() -> None:
    programs = ChildPrograms(None)
    program = Program((PYTHON, "-c", "import os; print(os.getcwd())"), 20.0, {"a": b""})
    first, second = (anyio.run(programs.run, program, b"") for _ in range(2))
    assert first == second
    home = Path(first.output.decode().strip())
    assert home.is_dir()
    assert home.stat().st_mode & 0o077 == 0
    del programs
    assert not home.exists()


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("import sys; print(1); sys.exit('no model at hand')", "ended with status 1: no model at hand"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "ended with status -9"),
        (f"print('x' * {MOST_OUTPUT_BYTES + 1})", "wrote more than 1,048,576 bytes"),
    ],
)
def test_what_goes_wrong_is_said(code: str, words: str) -> None:
    ran = run(code)
    assert ran.problem is not None
    assert words in ran.problem
    assert ran.output == b""


def test_a_program_that_does_not_exist_is_said() -> None:
    ran = anyio.run(ChildPrograms(None).run, Program(("no-such-program",), 1.0), b"")
    assert ran.problem == "it cannot start: No such file or directory"


def test_at_the_time_limit_the_program_and_its_children_are_gone(tmp_path: Path) -> None:
    """Whoever lives holds a lock."""
    mark = tmp_path / "mark"
    child = f"import fcntl, time; held = open({str(mark)!r}, 'w'); fcntl.flock(held, fcntl.LOCK_EX); time.sleep(60)"
    code = (
        f"import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', {child!r}]); time.sleep(60)"
    )
    started = time.monotonic()
    assert run(code, timeout_s=1.0).problem == "it took longer than 1 s"
    assert time.monotonic() - started < 10
    time.sleep(0.1)
    with mark.open("a") as free:
        fcntl.flock(free, fcntl.LOCK_EX | fcntl.LOCK_NB)
