"""Claims: docs/suites.md names every key there is, and its examples load."""

import re
from pathlib import Path

import pytest

from mist_ci.matchspec import examine, linting, load, read
from mist_ci.matchspec.graders import every_kind
from mist_ci.matchspec.reading import KINDS
from mist_ci.models.suite import DataFormat, SampleRow, SuiteFile
from tests.fakes import InlineExecutor, MemoryTree

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "suites.md").read_text(encoding="utf-8")


def block(kind: str, containing: str) -> str:
    found: list[str] = re.findall(rf"```{kind}\n(.*?)```", PAGE, re.DOTALL)
    return next(text for text in found if containing in text)


def section(title: str) -> str:
    return PAGE.split(f"## {title}\n")[1].split("\n## ")[0]


@pytest.mark.parametrize(("title", "model"), [("One file", SuiteFile), ("Samples", SampleRow)])
def test_every_key_stands_in_its_table_and_no_other(
    title: str, model: type[SuiteFile] | type[SampleRow]
) -> None:
    assert re.findall(r"^\| `(\w+)` \|", section(title), re.MULTILINE) == list(model.model_fields)


def test_every_kind_of_file_and_every_format_is_there() -> None:
    assert re.findall(r"`(\.\w+)`", section("Kinds of files")) == list(KINDS)
    written = section("Suites that other tools wrote").split("### ")[0]
    formats = re.findall(r"^\| `([\w-]+)` \|", written, re.MULTILINE)
    assert ["rows", *formats] == list(DataFormat)


def test_every_warning_of_lint_is_there() -> None:
    told = re.findall(
        r"`([a-z-]+)`", " ".join(re.findall(r"^\| (.*?) \|", section("What lint looks for"), re.MULTILINE))
    )
    source = Path(linting.__file__).read_text(encoding="utf-8")
    named = re.findall(r'Remark\(\s*"([a-z-]+)"', source) + re.findall(
        r'^\s*\("([a-z-]+)", "', source, re.MULTILINE
    )
    assert set(told) == {*named, "too-few-samples"}


def test_the_example_loads_without_an_error() -> None:
    found = examine(MemoryTree({"s.yml": block("yaml", "support-qa")}), "s.yml", InlineExecutor())
    assert found.errors == ()
    assert found.suite is not None


def test_the_table_loads() -> None:
    files = {"s.yml": "version: 1\nname: s\ngraders: [exact]\ndata: t.csv\n", "t.csv": block("csv", "rain")}
    (sample,) = load(read(MemoryTree(files), "s.yml"), InlineExecutor()).samples
    assert sample.tags == ("weather", "short")


def test_graders_that_the_page_names_exist() -> None:
    names = {grader.name for grader in every_kind()}
    assert set(re.findall(r"graders: \[(\w+)\]", PAGE)) <= names
