"""Invalid arguments of what is shown beside a verdict are refused by name, never computed with."""

import math
from collections.abc import Callable

import pytest

from mist_ci.stats import (
    backward_transfer,
    benjamini_hochberg_adjusted,
    bet_on_within_margin,
    bet_on_worse,
    clopper_pearson_interval,
    cohens_kappa,
    difference_sd,
    drift_p_value,
    forgetting_between,
    forgetting_mean,
    forgetting_sum,
    jeffreys_interval,
    mcnemar_exact,
    pass_all_k,
    pass_at_k,
    rectified_difference,
    unattenuated_difference,
    within_variance,
)
from mist_ci.stats.incomplete_beta import beta_cdf, beta_quantile

NAN = math.nan

REFUSED: list[tuple[str, Callable[[], object]]] = [
    ("base must not be empty", lambda: forgetting_between([], [])),
    ("of one length, got 1 and 2", lambda: forgetting_between([[1.0]], [[1.0], [1.0]])),
    ("no head attempt", lambda: forgetting_between([[1.0]], [[]])),
    ("no base attempt", lambda: forgetting_between([[1.0], []], [[1.0], [0.0]])),
    (r"base attempts\[0\].*nan", lambda: forgetting_between([[NAN]], [[1.0]])),
    (r"head attempts\[1\].*1.5", lambda: forgetting_between([[1.0]], [[0.0, 1.5]])),
    ("choices must be at least 2, got 1", lambda: forgetting_between([[1.0]], [[1.0]], choices=1)),
    ("1 samples need as many", lambda: forgetting_between([[1.0]], [[1.0]], choices=[4, 4])),
    ("deltas must not be empty", lambda: backward_transfer([])),
    ("deltas must not be empty", lambda: forgetting_mean([])),
    (r"deltas\[0\].*-2", lambda: forgetting_sum([-2.0])),
    (r"k must be in \[1, 3\], got 4", lambda: pass_at_k(3, 1, 4)),
    (r"k must be in \[1, 0\], got 1", lambda: pass_all_k(0, 0, 1)),
    ("successes must be in", lambda: pass_all_k(3, 4, 1)),
    ("samples must not be empty", lambda: within_variance([])),
    (r"samples\[1\]\[0\].*2", lambda: within_variance([[0.0, 1.0], [2.0]])),
    ("at least 2 pairs", lambda: difference_sd([(0.0, 1.0)])),
    (r"pairs\[1\]\[0\].*-1", lambda: difference_sd([(0.0, 1.0), (-1.0, 0.0)])),
    ("must not exceed n", lambda: clopper_pearson_interval(6, 5)),
    ("level must be in", lambda: clopper_pearson_interval(1, 5, level=0.0)),
    ("level must be in", lambda: jeffreys_interval(1, 5, level=1.0)),
    ("must not be negative", lambda: jeffreys_interval(-1, 5)),
    ("must not be negative", lambda: mcnemar_exact(-1, 5)),
    ("x must be in", lambda: beta_cdf(1.5, 1.0, 1.0)),
    ("a must be finite and above 0", lambda: beta_cdf(0.5, 0.0, 1.0)),
    ("probability must be in", lambda: beta_quantile(0.0, 1.0, 1.0)),
    ("b must be finite and above 0", lambda: beta_quantile(0.5, 1.0, NAN)),
    (r"p_values\[0\].*nan", lambda: benjamini_hochberg_adjusted([NAN])),
    ("table must be square", lambda: cohens_kappa([[1, 2]])),
    ("table must be square", lambda: cohens_kappa([[1]])),
    ("counts must not be negative", lambda: cohens_kappa([[1, -1], [1, 1]])),
    ("must count something", lambda: cohens_kappa([[0, 0], [0, 0]])),
    ("one category only", lambda: cohens_kappa([[9, 0], [0, 0]])),
    ("level must be in", lambda: cohens_kappa([[9, 1], [1, 9]], level=1.0)),
    (r"observed\[0\].*2", lambda: unattenuated_difference(2.0, sensitivity=0.9, specificity=0.9)),
    ("sensitivity and specificity", lambda: unattenuated_difference(0.1, sensitivity=1.1, specificity=0.9)),
    ("no better than chance", lambda: unattenuated_difference(0.1, sensitivity=0.5, specificity=0.5)),
    ("at least 2 judged", lambda: rectified_difference([0.0], [(0.0, 0.0)] * 2, alpha=0.05)),
    ("at least 2 judged", lambda: rectified_difference([0.0] * 2, [(0.0, 0.0)], alpha=0.05)),
    (r"labelled\[1\]\[0\].*nan", lambda: rectified_difference([0.0] * 2, [(0, 0), (NAN, 0)], alpha=0.05)),
    (r"judged\[0\].*3", lambda: rectified_difference([3.0, 0.0], [(0.0, 0.0)] * 2, alpha=0.05)),
    ("alpha must be in", lambda: rectified_difference([0.0] * 2, [(0.0, 0.0)] * 2, alpha=0.0)),
    ("differences must not be empty", lambda: bet_on_worse([], alpha=0.05)),
    (r"differences\[0\].*-2", lambda: bet_on_worse([-2.0], alpha=0.05)),
    ("stakes must be in", lambda: bet_on_worse([0.0], alpha=0.05, stakes=[1.0])),
    ("stakes must be in", lambda: bet_on_worse([0.0], alpha=0.05, stakes=[])),
    ("alpha must be in", lambda: bet_on_worse([0.0], alpha=0.6)),
    ("margin must be in", lambda: bet_on_within_margin([0.0], margin=1.0, alpha=0.05)),
    (r"differences\[0\].*nan", lambda: bet_on_within_margin([NAN], margin=0.1, alpha=0.05)),
    ("differences must not be empty", lambda: drift_p_value([])),
    ("at least 2 items or clusters", lambda: drift_p_value([0.5])),
]


@pytest.mark.parametrize(("message", "call"), REFUSED)
def test_invalid_arguments_are_refused_by_name(message: str, call: Callable[[], object]) -> None:
    with pytest.raises(ValueError, match=message):
        call()
