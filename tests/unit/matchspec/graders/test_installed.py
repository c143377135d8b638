"""Claims: a package that names a grader as an entry point is found by its metadata, and by nothing else."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from mist_ci.errors import Code, ConfigError, Where
from mist_ci.matchspec.graders import grader, plugged, specify

HERE = Where("suites/qa.yml")
SOURCE = '''
from mist_ci.matchspec.graders import Grader


class Politeness(Grader):
    """1 when the answer says please."""

    name = "politeness"
    version = 2

    def grade(self, answer, sample):
        return float("please" in answer.text)
'''


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    plugged._points.cache_clear()
    (tmp_path / "politeness_package.py").write_text(SOURCE)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield tmp_path
    plugged._points.cache_clear()


def test_a_package_with_an_entry_point_brings_its_grader(site: Path) -> None:
    metadata = site / "politeness_package-1.2.3.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: politeness-package\nVersion: 1.2.3\n")
    points = "[mist_ci.graders]\npoliteness = politeness_package:Politeness\n"
    (metadata / "entry_points.txt").write_text(points)
    spec = specify("politeness", HERE)
    assert spec.fingerprint == 'politeness@2{"options":{}} of politeness-package 1.2.3'
    assert [grader(spec).score(text, "x") for text in ("please", "now")] == [1, 0]


def test_a_module_beside_us_without_metadata_brings_nothing(site: Path) -> None:
    assert (site / "politeness_package.py").exists()
    with pytest.raises(ConfigError) as caught:
        specify("politeness", HERE)
    assert caught.value.code is Code.UNKNOWN_NAME
