"""How hypothesis runs: without deadlines, which only measure the machine, and the same examples every time in CI.

`make check` asks with the profile `quick`: a few examples of each claim. `make test` asks with all of them.
"""

import os
from collections.abc import Generator

import pytest
from _pytest.doctest import DoctestModule
from hypothesis import settings

_ALWAYS = settings(deadline=None, derandomize=bool(os.environ.get("CI")))
settings.register_profile("mist", _ALWAYS)
settings.register_profile("quick", _ALWAYS, max_examples=15)
settings.load_profile("mist")


@pytest.hookimpl(wrapper=True)
def pytest_collect_file() -> Generator[None, list[pytest.Collector], list[pytest.Collector]]:
    """Tests have no doctests: looking for them takes a fifth of the time that collecting takes."""
    found = yield
    return [one for one in found if not isinstance(one, DoctestModule)]
