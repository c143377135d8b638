"""All one-defect files of the benchmark.

The 47 marked `core` repeat the measurement of the design (page 2 §1b). They are a reconstruction: eighteen are
named there, as nobody caught them; the other twenty-nine are taken from what its table says that checkers catch.
"""

from functools import lru_cache

from benchmarks.data import calls, choices, corpora, files, parts, private, rendering, structure, texts, turns
from benchmarks.data.case import Case


@lru_cache(maxsize=1)
def defects() -> tuple[Case, ...]:
    """Every case, in the order of SchemaFlux's families."""
    families = (files, structure, turns, calls, parts, choices, rendering, texts, corpora, private)
    return tuple(case for family in families for case in family.cases())
