"""The walls of the house hold: each is broken once, in a copy, and import-linter has to complain."""

import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
LINT = "from importlinter.cli import lint_imports_command as main; main()"

BREAKS = {
    "a noun knows a port": ("floors", "models", "import mist_ci.ports"),
    "an error knows a noun": ("floors", "errors", "import mist_ci.models.base"),
    "statistics know a room": ("floors", "stats", "import mist_ci.gate"),
    "parsing knows a port": ("floors", "parsing", "import mist_ci.ports"),
    "a room knows its sibling": ("floors", "planning", "import mist_ci.schemaflux"),
    "a room knows an adapter": ("floors", "report", "import mist_ci.adapters"),
    "an adapter knows a room": ("floors", "adapters", "import mist_ci.gate"),
    "the story knows the command line": ("floors", "pipeline", "import mist_ci.cli"),
    "a room without a floor": ("floors", "helpers", ""),
    "the story chooses an adapter": ("wiring", "pipeline", "import mist_ci.adapters"),
    "a command chooses an adapter": ("wiring", "cli", "import mist_ci.adapters"),
    "a room reads the environment": ("world", "gate", "import os"),
    "a room reads a file": ("world", "schemaflux", "import io"),
    "a room opens a path": ("world", "report", "from pathlib import Path"),
    "a noun opens a path": ("world", "models", "from pathlib import Path"),
    "a room asks for the time": ("world", "tokentrace", "import time"),
    "statistics roll dice": ("world", "stats", "import random"),
    "a room runs a program": ("world", "planning", "import subprocess"),
    "a room speaks HTTP": ("world", "matchspec", "import httpx"),
    "a room downloads a tokenizer": ("world", "tokentrace", "import tiktoken"),
    "a room opens a table": ("world", "schemaflux", "import pyarrow"),
    "a room reads from a store": ("world", "stages", "import fsspec"),
    "a room prints": ("world", "report", "import rich.console"),
    "parsing logs": ("world", "parsing", "import logging"),
    "the story reads options": ("world", "pipeline", "import click"),
    "a second asynchronous room": ("async", "gate", "import anyio"),
    "a second adapter speaks to GitHub": ("github", "adapters", "import ghapi"),
    "the stand-in for GitHub knows a port": ("floors", "simulator", "import mist_ci.ports"),
    "the stand-in for GitHub knows an adapter": ("floors", "simulator", "import mist_ci.adapters"),
    "an adapter knows the stand-in for GitHub": ("simulator", "adapters", "import mist_ci.simulator"),
    "another command knows the stand-in for GitHub": ("simulator", "cli", "import mist_ci.simulator"),
    "statistics lean on a library": ("numbers", "stats", "import numpy"),
    "a circle inside a room": ("cycles", "gate", "import mist_ci.gate.outlaw_friend"),
}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    copy = tmp_path_factory.mktemp("house")
    shutil.copytree(ROOT / "mist_ci", copy / "mist_ci", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", copy)
    return copy


@pytest.fixture
def package(house: Path) -> Iterator[Path]:
    """The copied package; what a test adds or changes is undone afterwards."""
    package = house / "mist_ci"
    before = {path: path.read_bytes() for path in package.glob("*.py")}
    yield package
    for path, content in before.items():
        path.write_bytes(content)
    for outlaw in package.rglob("outlaw*.py"):
        outlaw.unlink()
    shutil.rmtree(package / "helpers", ignore_errors=True)


def _lint(house: Path, contract: str | None = None) -> subprocess.CompletedProcess[str]:
    only = ["--contract", contract] if contract else []
    command = [sys.executable, "-c", LINT, "--no-logo", *only]
    return subprocess.run(command, cwd=house, capture_output=True, text=True, check=False, timeout=60)


def _break(package: Path, room: str, line: str) -> str:
    """Put the line where it does not belong; what the complaint has to name."""
    module = package / f"{room}.py"
    if module.exists():
        module.write_text(f"{module.read_text()}\n{line}\n")
        return f"mist_ci.{room}"
    (package / room).mkdir(exist_ok=True)
    (package / room / "__init__.py").touch()
    (package / room / "outlaw.py").write_text(f"{line}\n")
    (package / room / "outlaw_friend.py").write_text(f"import mist_ci.{room}.outlaw\n")
    return "mist_ci.helpers" if room == "helpers" else "outlaw"


def _contracts() -> dict[str, dict[str, Any]]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    return {contract["id"]: contract for contract in settings["tool"]["importlinter"]["contracts"]}


def test_the_house_as_it_stands_keeps_every_wall(house: Path) -> None:
    done = _lint(house)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(_contracts())} kept, 0 broken" in done.stdout


@pytest.mark.parametrize("name", BREAKS)
def test_a_broken_wall_is_noticed(name: str, house: Path, package: Path) -> None:
    contract, room, line = BREAKS[name]
    culprit = _break(package, room, line)
    done = _lint(house, contract)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "0 kept, 1 broken" in done.stdout
    assert culprit in done.stdout


def test_every_contract_is_broken_at_least_once() -> None:
    assert {contract for contract, _, _ in BREAKS.values()} == set(_contracts())


def test_every_module_but_the_worlds_own_is_kept_from_the_world() -> None:
    children = {path.stem for path in (ROOT / "mist_ci").glob("*.py")}
    children |= {path.parent.name for path in (ROOT / "mist_ci").glob("*/__init__.py")}
    walled = {
        f"mist_ci.{child}" for child in children - {"__init__", "__main__", "cli", "adapters", "simulator"}
    }
    assert walled == set(_contracts()["world"]["source_modules"])


def test_statistics_are_kept_from_every_dependency() -> None:
    contracts = _contracts()
    forbidden = {*contracts["numbers"]["forbidden_modules"], *contracts["world"]["forbidden_modules"]}
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    modules = {"pyyaml": "yaml", "backports-zstd": "backports", "google-re2": "re2"}
    names = [re.split(r"[<>=~!\[; ]", text)[0] for text in settings["project"]["dependencies"]]
    known = {modules.get(name, name).replace("-", "_") for name in names}
    assert known - forbidden == {"lazy_loader"}, "it opens the door of a room, and computes nothing"
