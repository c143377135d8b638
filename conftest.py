"""How tests run: hypothesis without deadlines, which only measure the machine, and the same examples every time in CI.

`make check` asks with the profile `quick`: a few examples of each claim. `make test` asks with all of them.

What costs every worker time and claims nothing is left out (docs/decisions/0030-what-tests-may-cost.md): looking for
doctests where there are none, and looking through thousands of collected tests for garbage, again and again.
"""

import gc
import os
from collections.abc import Generator
from pathlib import Path

import pytest
from _pytest.doctest import DoctestModule
from hypothesis import settings

_ALWAYS = settings(deadline=None, derandomize=bool(os.environ.get("CI")))
settings.register_profile("mist", _ALWAYS)
settings.register_profile("quick", _ALWAYS, max_examples=15)
settings.load_profile("mist")


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(
    file_path: Path,
) -> Generator[None, list[pytest.Collector], list[pytest.Collector]]:
    """Doctests are looked for in modules that have a prompt in them; looking imports a module and all that it needs."""
    found = yield
    if any(isinstance(one, DoctestModule) for one in found) and b">>> " not in file_path.read_bytes():
        return [one for one in found if not isinstance(one, DoctestModule)]
    return found


def pytest_collection_finish() -> None:
    """What has been imported and collected stays to the end: nothing to look through for garbage again and again."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
