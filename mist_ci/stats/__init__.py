"""Pure numerics of the gate: intervals, tests and planning. Standard library only; no I/O, no randomness.

Start at imputed_interval (one suite), imputed_overall (the suites together), holm_adjusted (many tests) and
spent_p_value (many looks).
Scores lie in [0, 1], differences are head minus base in [-1, 1], every alpha is one-sided in (0, 0.5].
Invalid arguments raise ValueError. Each function names its source; the verdicts are made in the gate.
"""

from mist_ci.stats.holm import holm_adjusted
from mist_ci.stats.interval import Bounds, Interval
from mist_ci.stats.looks import nominal_alpha, spent_p_value
from mist_ci.stats.mcnemar import mcnemar_midp
from mist_ci.stats.missing import ImputedInterval, ScorePair, imputed_interval
from mist_ci.stats.normal import critical_z, normal_cdf, normal_quantile
from mist_ci.stats.overall import Overall, imputed_overall, overall_interval
from mist_ci.stats.paired import paired_interval
from mist_ci.stats.paired_t import GuardedMean, guarded_mean, paired_t_interval
from mist_ci.stats.power import minimum_detectable_effect, n_for_zero_discordance, n_required
from mist_ci.stats.proportion import mean_lower_bound, wilson_interval, wilson_lower_bound
from mist_ci.stats.spending import obf_boundaries, obf_spent
from mist_ci.stats.student import critical_t, student_cdf, student_quantile
from mist_ci.stats.tango import tango_bounds, tango_z

__all__ = [
    "Bounds",
    "GuardedMean",
    "ImputedInterval",
    "Interval",
    "Overall",
    "ScorePair",
    "critical_t",
    "critical_z",
    "guarded_mean",
    "holm_adjusted",
    "imputed_interval",
    "imputed_overall",
    "mcnemar_midp",
    "mean_lower_bound",
    "minimum_detectable_effect",
    "n_for_zero_discordance",
    "n_required",
    "nominal_alpha",
    "normal_cdf",
    "normal_quantile",
    "obf_boundaries",
    "obf_spent",
    "overall_interval",
    "paired_interval",
    "paired_t_interval",
    "spent_p_value",
    "student_cdf",
    "student_quantile",
    "tango_bounds",
    "tango_z",
    "wilson_interval",
    "wilson_lower_bound",
]
