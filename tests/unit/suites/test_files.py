"""Claims: the ready-made suites are what their generators write, large enough, and all in the package."""

import json
import tomllib
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mist_ci.models.suite import SampleRow
from suites.generators.files import SUITES, data_files, files
from suites.generators.growing import LEVELS, Suite, rows

ROOT = Path(__file__).parents[3]
NAMES = [suite.name for suite in SUITES]
CHEAP = {"arithmetic", "string-manipulation", "dates-and-units", "logic", "code-reading"}


def committed(name: str) -> list[dict[str, Any]]:
    text = (ROOT / "suites" / name / "samples.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def stale(written: dict[str, str]) -> list[str]:
    return [
        name for name, text in written.items() if (ROOT / "suites" / name).read_text(encoding="utf-8") != text
    ]


@pytest.mark.parametrize("suite", SUITES, ids=NAMES)
def test_committed_samples_are_what_the_generators_write(suite: Suite) -> None:
    """`make suites` writes them."""
    assert stale(data_files(suite)) == []


@pytest.mark.slow  # tokens are counted
def test_committed_pages_are_what_the_generators_write() -> None:
    assert stale(files()) == []


def test_every_directory_is_a_suite_and_is_in_the_wheel() -> None:
    directories = {path.parent.name for path in (ROOT / "suites").glob("*/suite.yml")}
    assert directories == set(NAMES)
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert wheel["force-include"] == {f"suites/{name}": f"mist_ci/suites/{name}" for name in NAMES}


@pytest.mark.parametrize("suite", SUITES, ids=NAMES)
def test_a_suite_is_large_enough_and_its_clusters_mean_something(suite: Suite) -> None:
    samples = committed(suite.name)
    assert len(samples) >= (390 if suite.name in CHEAP else 240)
    clusters = Counter(sample["cluster"] for sample in samples)
    assert len(clusters) >= 12
    assert set(clusters.values()) == {suite.each}
    levels = Counter(level for sample in samples for level in LEVELS if level in sample["tags"])
    assert max(levels.values()) - min(levels.values()) <= len(clusters)


@pytest.mark.parametrize("name", NAMES)
def test_ids_and_questions_are_there_once(name: str) -> None:
    samples = committed(name)
    for key in ("id", "input"):
        assert [one for one, times in Counter(sample[key] for sample in samples).items() if times > 1] == []
    for sample in samples:
        SampleRow.model_validate_json(json.dumps(sample))


@pytest.mark.parametrize("suite", SUITES, ids=NAMES)
def test_another_seed_gives_other_questions_of_the_same_templates(suite: Suite) -> None:
    other = list(rows(replace(suite, seed=2)))
    ours = committed(suite.name)
    assert [row["id"] for row in other] == [row["id"] for row in ours]
    assert sum(one["input"] == two["input"] for one, two in zip(other, ours, strict=True)) < len(ours) / 4
