"""The room keeps its walls: standard library only, frozen results, one door."""

import ast
import dataclasses
import sys
from pathlib import Path

import pytest

from mist_ci import stats

DOOR = {"lazy_loader"}
"""It opens the door, and computes nothing."""
MODULES = sorted(Path(stats.__file__).parent.glob("*.py"))


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_nothing_but_the_standard_library_is_imported(module: Path) -> None:
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        for name in names:
            assert name.startswith("mist_ci.stats.") or name.split(".")[0] in sys.stdlib_module_names | DOOR


def test_the_door_lists_what_it_offers_in_order() -> None:
    assert stats.__all__ == sorted(stats.__all__)
    assert all(hasattr(stats, name) for name in stats.__all__)


@pytest.mark.parametrize("name", [name for name in stats.__all__ if isinstance(getattr(stats, name), type)])
def test_results_are_frozen_and_slotted(name: str) -> None:
    result = getattr(stats, name)
    assert dataclasses.is_dataclass(result)
    assert vars(result)["__dataclass_params__"].frozen
    assert "__slots__" in vars(result)


@pytest.mark.parametrize("name", [name for name in stats.__all__ if name[0].islower()])
def test_every_public_function_shows_an_example(name: str) -> None:
    assert ">>>" in (getattr(stats, name).__doc__ or "")
