"""One fake GitHub per test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.github.hosting import Hosted, hosted


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Hosted]:
    """A fake that fails the test when a request or reply is not as GitHub describes it."""
    with hosted(tmp_path / "models.git") as host:
        yield host
