"""Pure numerics of the gate: intervals, tests and planning. Standard library only; no I/O, no randomness.

Start at imputed_interval (one suite), imputed_overall (the suites together), holm_adjusted (many tests) and
spent_p_value (many looks).
Scores lie in [0, 1], differences are head minus base in [-1, 1], every alpha is one-sided in (0, 0.5].
Invalid arguments raise ValueError. Each function names its source; the verdicts are made in the gate.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
