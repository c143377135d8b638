"""Claims: whoever stops reading, or has no room for what is told, is never told that a gate has failed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mist_ci.errors import ExitCode

COMMAND = [sys.executable, "-m", "mist_ci", "explain", "SF201"]


def test_a_reader_who_left_is_no_failed_gate() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(COMMAND, stdout=writing, stderr=subprocess.PIPE, check=False)
    os.close(writing)
    assert (done.returncode, done.stderr) == (ExitCode.COULD_NOT_RUN, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_behind_stdout_is_told_as_one() -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(COMMAND, stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.returncode == ExitCode.COULD_NOT_RUN
    assert done.stderr.startswith(b"error MC309: No space left on device")
