from .agreement import Agreement, cohens_kappa
from .betting import Wealth, bet_on_within_margin, bet_on_worse
from .drift import drift_p_value
from .exact_proportion import clopper_pearson_interval, jeffreys_interval
from .false_discovery import benjamini_hochberg_adjusted
from .forgetting import Forgetting, forgetting_between
from .holm import holm_adjusted
from .interval import Bounds, Interval
from .judge import Rectified, rectified_difference, unattenuated_difference
from .looks import nominal_alpha, spent_p_value
from .mcnemar import mcnemar_exact, mcnemar_midp
from .missing import ImputedInterval, ScorePair, imputed_interval
from .normal import critical_z, normal_cdf, normal_quantile
from .overall import Overall, imputed_overall, overall_interval
from .paired import paired_interval
from .paired_mean import paired_mean_bounds
from .paired_quantile import paired_quantile_bounds, quantile
from .paired_t import GuardedMean, guarded_mean, paired_t_interval
from .power import minimum_detectable_effect, n_for_zero_discordance, n_required
from .proportion import mean_lower_bound, wilson_interval, wilson_lower_bound
from .prospects import (
    chance_to_certify,
    chance_to_certify_pass_fail,
    findable_drop,
    sd_with_attempts,
)
from .repeated import difference_sd, pass_all_k, pass_at_k, within_variance
from .spending import obf_boundaries, obf_spent
from .student import critical_t, student_cdf, student_quantile
from .tango import tango_bounds, tango_z
from .transfer import backward_transfer, forgetting_mean, forgetting_sum

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
