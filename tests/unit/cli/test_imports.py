"""A command waits for no library that it does not use: the first finding is on the screen within a second."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

_PROGRAM = """
import json, sys
from mist_ci.cli import cli
try:
    cli.main(sys.argv[1:], standalone_mode=False)
finally:
    print(json.dumps(sorted(sys.modules)), file=sys.stderr)
"""
HEAVY = frozenset({"cleanlab", "genai_prices", "ghapi", "httpx", "jinja2", "pyarrow", "rich.console", "yaml"})
ROW = b'{"messages":[{"role":"user","content":"What is it?"},{"role":"assistant","content":"It is that."}]}\n'


def imported(*command: str) -> set[str]:
    """Every module that a process has loaded when the command ends. (NumPy comes with the counting of tokens.)"""
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, *command], capture_output=True, check=True, encoding="utf-8"
    )
    return set(json.loads(done.stderr.splitlines()[-1]))


def test_help_imports_no_room_at_all() -> None:
    assert not {
        one for one in imported("--help") if one.startswith(("mist_ci.schemaflux", "pydantic", *HEAVY))
    }


@pytest.mark.parametrize("extra", [(), ("--for", "together"), ("--format", "json")])
def test_validate_imports_nothing_that_it_does_not_use(tmp_path: Path, extra: tuple[str, ...]) -> None:
    (tmp_path / "train.jsonl").write_bytes(ROW)
    wanted = HEAVY - ({"yaml"} if extra[:1] == ("--for",) else set())
    assert not wanted & imported("validate", str(tmp_path), *extra)
