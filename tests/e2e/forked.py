"""Runs `mist-ci` in processes that have imported everything already: a fork of one that waits, instead of a new Python.

Each command still has a process of its own, with its own directory, environment, output and exit code. What it does not
do again is to import for most of a second, some hundred times in a run of all tests. Whoever tests how Python itself
starts asks for a new one (`tests.e2e.conftest.mist_ci`).
"""

import atexit
import contextlib
import importlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from mist_ci.cli import main

IMPORTED = (
    *("gigatoken", "httpx", "jinja2.sandbox", "numpy", "rich.console", "tiktoken"),
    *(
        "mist_ci.cli.gate",
        "mist_ci.cli.wiring",
        "mist_ci.cli.wiring_data",
        "mist_ci.pipeline",
        "mist_ci.report",
    ),
)
LONGEST_SECONDS = 300


def run(
    arguments: Sequence[str], cwd: Path, environ: Mapping[str, str]
) -> "subprocess.CompletedProcess[str]":
    """What the command left: exit code (below zero: the signal that ended it), standard output and standard error."""
    with tempfile.TemporaryDirectory() as place:
        told = [Path(place) / name for name in ("stdout", "stderr")]
        request = {"arguments": list(arguments), "cwd": str(cwd), "environ": dict(environ)}
        waiting = _waiting()
        assert waiting.stdin is not None
        assert waiting.stdout is not None
        waiting.stdin.write(json.dumps(request | {"told": [str(one) for one in told]}) + "\n")
        waiting.stdin.flush()
        code = int(waiting.stdout.readline())
        texts = [one.read_text(encoding="utf-8") for one in told]
    return subprocess.CompletedProcess(list(arguments), code, *texts)


@cache
def _waiting() -> "subprocess.Popen[str]":
    """The process that waits, one for each process that runs tests. It ends when nobody can ask it any more."""
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "tests.e2e.forked"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    atexit.register(process.communicate)
    return process


def _serve() -> None:
    for name in IMPORTED:
        with contextlib.suppress(ImportError):  # some are extras
            importlib.import_module(name)
    for line in sys.stdin:
        request = json.loads(line)
        child = os.fork()
        if child == 0:
            _become(request)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])}\n")
        sys.stdout.flush()


def _become(request: dict[str, Any]) -> None:
    """The command, in this process, which does not come back."""
    os.chdir(request["cwd"])
    os.environ.clear()
    os.environ.update(request["environ"])
    for number, path in enumerate((os.devnull, *request["told"])):
        os.dup2(os.open(path, os.O_RDONLY if number == 0 else os.O_WRONLY | os.O_CREAT), number)
    sys.stdin = open(0, closefd=False)  # noqa: SIM115 - what the other has read ahead is not for this one
    sys.argv = ["mist-ci", *request["arguments"]]
    signal.alarm(LONGEST_SECONDS)
    main()


if __name__ == "__main__":
    _serve()
