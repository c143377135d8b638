"""Tests with other evaluators, which `make runners` installs; without them they are skipped, with the reason."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import start_server, stop_server
from tests.runners.running import PLACE, ROOT, Runners

collect_ignore = ["inspect_tasks.py"]
"""Inspect imports it, with a Python that has inspect_ai."""
NUMBERS = pytest.StashKey[list[str]]()
ON_REQUEST = "runs with `make runners`, which installs Inspect, lm-eval and promptfoo"


@pytest.fixture(scope="session")
def runners() -> Iterator[Runners]:
    """The evaluators, and the demo's models behind a real server."""
    if PLACE not in os.environ:
        pytest.skip(ON_REQUEST)
    place = (ROOT / Path(os.environ[PLACE])).resolve()
    server = start_server()
    yield Runners(place, server.base_url)
    stop_server(server)


@pytest.fixture(scope="session")
def measured(pytestconfig: pytest.Config) -> Callable[[str], None]:
    """Writes a line below the test report."""
    return pytestconfig.stash[NUMBERS].append


def pytest_configure(config: pytest.Config) -> None:
    config.stash[NUMBERS] = []


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    for line in config.stash[NUMBERS]:
        terminalreporter.write_line(f"measured: {line}")
