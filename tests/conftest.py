"""How hypothesis runs: without deadlines, which only measure the machine, and the same examples every time in CI."""

import os

from hypothesis import settings

settings.register_profile("mist", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("mist")
