"""An opener for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from mist_ci.adapters.sources import Opener


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    place = tmp_path / "scratch"
    place.mkdir()
    return place


@pytest.fixture
def opener(scratch: Path) -> Iterator[Opener]:
    with Opener(scratch=scratch) as opened:
        yield opened
