"""Pure numerics of the gate: intervals, tests and planning. Standard library only; no I/O, no randomness.

Start at imputed_interval (one suite), imputed_overall (the suites together), holm_adjusted (many tests) and
spent_p_value (many looks).
Scores lie in [0, 1], differences are head minus base in [-1, 1], every alpha is one-sided in (0, 0.5].
Invalid arguments raise ValueError. Each function names its source; the verdicts are made in the gate.
"""

from mist_ci.stats.agreement import Agreement, cohens_kappa
from mist_ci.stats.betting import Wealth, bet_on_within_margin, bet_on_worse
from mist_ci.stats.drift import drift_p_value
from mist_ci.stats.exact_proportion import clopper_pearson_interval, jeffreys_interval
from mist_ci.stats.false_discovery import benjamini_hochberg_adjusted
from mist_ci.stats.forgetting import Forgetting, forgetting_between
from mist_ci.stats.holm import holm_adjusted
from mist_ci.stats.interval import Bounds, Interval
from mist_ci.stats.judge import Rectified, rectified_difference, unattenuated_difference
from mist_ci.stats.looks import nominal_alpha, spent_p_value
from mist_ci.stats.mcnemar import mcnemar_exact, mcnemar_midp
from mist_ci.stats.missing import ImputedInterval, ScorePair, imputed_interval
from mist_ci.stats.normal import critical_z, normal_cdf, normal_quantile
from mist_ci.stats.overall import Overall, imputed_overall, overall_interval
from mist_ci.stats.paired import paired_interval
from mist_ci.stats.paired_mean import paired_mean_bounds
from mist_ci.stats.paired_quantile import paired_quantile_bounds, quantile
from mist_ci.stats.paired_t import GuardedMean, guarded_mean, paired_t_interval
from mist_ci.stats.power import minimum_detectable_effect, n_for_zero_discordance, n_required
from mist_ci.stats.proportion import mean_lower_bound, wilson_interval, wilson_lower_bound
from mist_ci.stats.prospects import (
    chance_to_certify,
    chance_to_certify_pass_fail,
    findable_drop,
    sd_with_attempts,
)
from mist_ci.stats.repeated import difference_sd, pass_all_k, pass_at_k, within_variance
from mist_ci.stats.spending import obf_boundaries, obf_spent
from mist_ci.stats.student import critical_t, student_cdf, student_quantile
from mist_ci.stats.tango import tango_bounds, tango_z
from mist_ci.stats.transfer import backward_transfer, forgetting_mean, forgetting_sum

__all__ = [
    "Agreement",
    "Bounds",
    "Forgetting",
    "GuardedMean",
    "ImputedInterval",
    "Interval",
    "Overall",
    "Rectified",
    "ScorePair",
    "Wealth",
    "backward_transfer",
    "benjamini_hochberg_adjusted",
    "bet_on_within_margin",
    "bet_on_worse",
    "chance_to_certify",
    "chance_to_certify_pass_fail",
    "clopper_pearson_interval",
    "cohens_kappa",
    "critical_t",
    "critical_z",
    "difference_sd",
    "drift_p_value",
    "findable_drop",
    "forgetting_between",
    "forgetting_mean",
    "forgetting_sum",
    "guarded_mean",
    "holm_adjusted",
    "imputed_interval",
    "imputed_overall",
    "jeffreys_interval",
    "mcnemar_exact",
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
    "paired_mean_bounds",
    "paired_quantile_bounds",
    "paired_t_interval",
    "pass_all_k",
    "pass_at_k",
    "quantile",
    "rectified_difference",
    "sd_with_attempts",
    "spent_p_value",
    "student_cdf",
    "student_quantile",
    "tango_bounds",
    "tango_z",
    "unattenuated_difference",
    "wilson_interval",
    "wilson_lower_bound",
    "within_variance",
]
