"""A command waits for no library that it does not use: the first finding is on the screen within a second."""

import json
import subprocess
import sys
from pathlib import Path

_PROGRAM = """
import json, sys
from mist_ci.cli import cli
for command in json.loads(sys.argv[1]):
    try:
        cli.main(command, standalone_mode=False)
    finally:
        print(json.dumps(sorted(sys.modules)), file=sys.stderr)
"""
HEAVY = frozenset({"cleanlab", "genai_prices", "ghapi", "httpx", "jinja2", "pyarrow", "rich.console", "yaml"})
ROW = b'{"messages":[{"role":"user","content":"What is it?"},{"role":"assistant","content":"It is that."}]}\n'


def imported(*commands: tuple[str, ...]) -> list[set[str]]:
    """Every module that a process has loaded when a command ends, one command after the other.

    (NumPy comes with the counting of tokens.)
    """
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, json.dumps(commands)],
        capture_output=True,
        check=True,
        encoding="utf-8",
    )
    return [set(json.loads(line)) for line in done.stderr.splitlines() if line.startswith("[")]


def test_help_imports_no_room_at_all() -> None:
    (loaded,) = imported(("--help",))
    assert not [one for one in loaded if one.startswith(("mist_ci.schemaflux", "pydantic", *HEAVY))]


def test_validate_imports_nothing_that_it_does_not_use(tmp_path: Path) -> None:
    (tmp_path / "train.jsonl").write_bytes(ROW)
    command = ("validate", str(tmp_path))
    plain, as_json, for_target = imported(
        command, (*command, "--format", "json"), (*command, "--for", "together")
    )
    assert not HEAVY & plain
    assert not HEAVY & as_json
    assert not HEAVY - {"yaml"} & for_target
