"""What holds for the repository as a whole: nothing private in it, nothing unfinished, nothing too large."""

import ast
import re
import runpy
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = sorted((ROOT / "mist_ci").rglob("*.py"))
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
DECISIONS = ROOT / "docs" / "decisions"

# Built from parts, so that this file does not contain what it looks for.
HOSTS = tuple(
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("python" + "hosted", "org"),
        ("registry", "npmjs"),
        ("registry", "yarnpkg"),
        ("deb", "debian", "org"),
        ("archive", "ubuntu", "com"),
        ("docker", "io"),
        ("ghcr", "io"),
        ("conda", "anaconda", "org"),
    )
)
MACHINE_PATH = re.compile(r"(?<![\w./~-])/(?:home|Users|root|work)/\w")
UNFINISHED = re.compile(r"\b(?:" + "|".join(("TO" + "DO", "FIX" + "ME", "X" * 3, "HA" + "CK")) + r")\b")
LOCK_LINE = re.compile(
    r"""
    (?: [a-z0-9][a-z0-9.-]* (?: \[ [a-z0-9,-]+ \] )? == \S+ (?: [ ];[ ] [^\\]+ )? [ ]\\
      | [ ]{4} --hash=sha256:[0-9a-f]{64} (?: [ ]\\ )?
      | [ ]{4} \#[ ] .*
    )""",
    re.VERBOSE,
)


def _tracked() -> list[Path]:
    """Files that are, or would be, committed."""
    # The clone may belong to another user than the one who tests.
    command = [
        "git",
        "-c",
        "safe.directory=*",
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
    ]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout
    paths = [ROOT / name for name in listed.decode().split("\0") if name]
    return [path for path in paths if path.is_file() and not path.is_symlink()]


def _texts() -> dict[str, str]:
    contents = {path.relative_to(ROOT).as_posix(): path.read_bytes() for path in _tracked()}
    return {name: data.decode(errors="replace") for name, data in contents.items() if b"\0" not in data}


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    return _texts()


def test_no_file_names_a_package_registry(texts: dict[str, str]) -> None:
    assert [(name, host) for name, text in texts.items() for host in HOSTS if host in text] == []


def test_no_file_names_a_path_of_somebodys_machine(texts: dict[str, str]) -> None:
    roots = ("/home", "/Users", "/root", "/work")
    suspects = {name: text for name, text in texts.items() if any(root in text for root in roots)}
    assert [
        (name, match[0]) for name, text in suspects.items() for match in MACHINE_PATH.finditer(text)
    ] == []


@pytest.mark.slow
def test_nothing_is_marked_unfinished(texts: dict[str, str]) -> None:
    allowed = {"Makefile"}  # its `check` greps for the marks
    marked = [(name, match[0]) for name, text in texts.items() for match in UNFINISHED.finditer(text)]
    assert [(name, mark) for name, mark in marked if name not in allowed] == []


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_a_lock_holds_names_versions_and_hashes_only(lock: Path) -> None:
    lines = lock.read_text().splitlines()
    assert lines
    assert [line for line in lines if not LOCK_LINE.fullmatch(line)] == []


def test_a_package_has_the_same_versions_in_all_locks() -> None:
    """One, or two that markers tell apart (by Python version, say)."""
    seen: dict[str, set[frozenset[str]]] = {}
    for lock in LOCKS:
        versions: dict[str, set[str]] = {}
        for name, version in re.findall(r"^([a-z0-9.-]+)==(\S+)", lock.read_text(), re.MULTILINE):
            versions.setdefault(name, set()).add(version)
        for name, found in versions.items():
            seen.setdefault(name, set()).add(frozenset(found))
    assert {name: found for name, found in seen.items() if len(found) > 1} == {}


def test_modules_and_functions_stay_small() -> None:
    assert PACKAGE
    assert [found for path in PACKAGE for found in _too_large(path)] == []


def _too_large(path: Path) -> Iterator[tuple[str, str, int]]:
    """File, function (empty for the module) and lines of what is too long."""
    source, name = path.read_text(), path.relative_to(ROOT).as_posix()
    if (lines := len(source.splitlines())) > 300:
        yield name, "", lines
    for node in _statements(ast.parse(source)) if lines > 50 else ():
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > 50:
                yield name, node.name, length


def _statements(node: ast.AST) -> Iterator[ast.AST]:
    """What may hold a function; expressions are most of a tree, and hold none."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.expr):
            yield child
            yield from _statements(child)


def test_every_decision_is_listed_and_short() -> None:
    listed = re.findall(r"\]\((\d{4}-[a-z0-9-]+\.md)\)", (DECISIONS / "README.md").read_text())
    assert listed == sorted(path.name for path in DECISIONS.glob("[0-9]*.md"))
    assert [name for name in listed if len((DECISIONS / name).read_text().splitlines()) > 60] == []


def test_generated_pages_are_current() -> None:
    pages = runpy.run_path(str(ROOT / "docs" / "generate.py"))["pages"]()
    for name, text in pages.items():
        assert (ROOT / name).read_text() == text, f"{name} is out of date: run `make docs`"


def test_no_name_says_nothing() -> None:
    """`utils` and its kin collect what nobody placed."""
    empty_names = {"utils", "helpers", "common", "manager", "misc"}
    assert [path for path in PACKAGE if {path.stem, path.parent.name} & empty_names] == []
