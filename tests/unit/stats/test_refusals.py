"""Invalid arguments are refused by name, never computed with."""

import math
from collections.abc import Callable

import pytest

from mist_ci.stats import (
    Interval,
    critical_t,
    critical_z,
    guarded_mean,
    holm_adjusted,
    imputed_interval,
    imputed_overall,
    mcnemar_midp,
    mean_lower_bound,
    minimum_detectable_effect,
    n_for_zero_discordance,
    n_required,
    normal_cdf,
    normal_quantile,
    overall_interval,
    paired_interval,
    paired_t_interval,
    student_cdf,
    student_quantile,
    tango_bounds,
    tango_z,
    wilson_interval,
    wilson_lower_bound,
)

NAN = math.nan
SUITE = Interval(10, 0.0, -0.1, 0.1, 0.05, 0.5, 0.5, "t")

TAKES_ALPHA: list[Callable[[float], object]] = [
    critical_z,
    lambda alpha: critical_t(alpha, 5),
    lambda alpha: tango_bounds(1, 2, 10, alpha=alpha),
    lambda alpha: paired_interval([0.0, 1.0], alpha=alpha),
    lambda alpha: paired_t_interval([0.0, 0.5], alpha=alpha),
    lambda alpha: imputed_interval([(0.0, 1.0)], alpha=alpha),
    lambda alpha: overall_interval([SUITE, SUITE], alpha=alpha),
    lambda alpha: wilson_lower_bound(1, 2, alpha=alpha),
    lambda alpha: mean_lower_bound([0.0, 1.0], alpha=alpha),
    lambda alpha: n_required(0.4, 0.05, alpha=alpha, power=0.8),
    lambda alpha: minimum_detectable_effect(9, 0.4, alpha=alpha, power=0.8),
    lambda alpha: n_for_zero_discordance(0.05, alpha=alpha),
]

REFUSED: list[tuple[str, Callable[[], object]]] = [
    ("differences must not be empty", lambda: paired_interval([], alpha=0.05)),
    ("differences must not be empty", lambda: paired_t_interval([], alpha=0.05)),
    (r"differences\[1\].*nan", lambda: paired_interval([0.0, NAN], alpha=0.05)),
    (r"differences\[0\].*inf", lambda: paired_interval([math.inf], alpha=0.05)),
    (r"differences\[0\].*1.5", lambda: paired_interval([1.5, 0.0], alpha=0.05)),
    (r"differences\[0\].*-1.1", lambda: guarded_mean([-1.1])),
    ("2 items need as many", lambda: paired_interval([0.0, 1.0], alpha=0.05, clusters=["a"])),
    ("at least 2 items or clusters", lambda: paired_interval([0.5], alpha=0.05)),
    ("at least 2 items or clusters", lambda: paired_interval([0.5, 0.1], alpha=0.05, clusters=["a", "a"])),
    ("pairs must not be empty", lambda: imputed_interval([], alpha=0.05)),
    ("no pair has a score", lambda: imputed_interval([(None, None)], alpha=0.05)),
    (r"pairs\[0\] head score.*nan", lambda: imputed_interval([(0.0, NAN)], alpha=0.05)),
    (r"pairs\[1\] base score.*2", lambda: imputed_interval([(0.0, 0.0), (2.0, None)], alpha=0.05)),
    ("1 items need as many", lambda: imputed_interval([(0.0, 1.0)], alpha=0.05, clusters=[])),
    ("at least 2 suites", lambda: overall_interval([SUITE], alpha=0.05)),
    ("at least 2 suites", lambda: imputed_overall([], alpha=0.05)),
    (
        "se must be finite",
        lambda: overall_interval([SUITE, Interval(9, 0.0, 0.0, 0.0, 0.0, 0.5, 0.5, "t")], alpha=0.05),
    ),
    (
        r"estimates\[1\].*nan",
        lambda: overall_interval([SUITE, Interval(9, NAN, 0.0, 0.0, 0.1, 0.5, 0.5, "t")], alpha=0.05),
    ),
    (r"p_values\[1\].*nan", lambda: holm_adjusted([0.1, NAN])),
    (r"p_values\[0\].*1.2", lambda: holm_adjusted([1.2])),
    ("n must be at least 1", lambda: tango_bounds(0, 0, 0, alpha=0.05)),
    ("must not be negative", lambda: tango_bounds(-1, 0, 5, alpha=0.05)),
    ("must not be negative", lambda: mcnemar_midp(3, -1)),
    ("must not exceed n", lambda: tango_z(3, 3, 5, 0.0)),
    ("difference must be in", lambda: tango_z(1, 1, 5, NAN)),
    ("must not exceed n", lambda: wilson_lower_bound(6, 5, alpha=0.05)),
    ("must not be negative", lambda: wilson_interval(6, 5)),
    ("level must be in", lambda: wilson_interval(1, 5, level=1.0)),
    ("scores must not be empty", lambda: mean_lower_bound([], alpha=0.05)),
    (r"scores\[0\].*-0.1", lambda: mean_lower_bound([-0.1, 0.0], alpha=0.05)),
    ("at least 2 items or clusters", lambda: mean_lower_bound([1.0], alpha=0.05)),
    ("z must be a number", lambda: normal_cdf(NAN)),
    ("probability must be in", lambda: normal_quantile(1.0)),
    ("probability must be in", lambda: student_quantile(0.0, 5)),
    ("t must be a number", lambda: student_cdf(NAN, 5)),
    ("df must be in", lambda: student_cdf(1.0, 0)),
    ("df must be in", lambda: student_quantile(0.5, NAN)),
    ("margin must be in", lambda: n_required(0.4, 0.0, alpha=0.05, power=0.8)),
    ("margin must be in", lambda: n_for_zero_discordance(1.0, alpha=0.05)),
    ("sd must be finite", lambda: n_required(0.0, 0.05, alpha=0.05, power=0.8)),
    ("sd must be finite", lambda: minimum_detectable_effect(5, math.inf, alpha=0.05, power=0.8)),
    ("power must be in", lambda: n_required(0.4, 0.05, alpha=0.05, power=1.0)),
    ("n must be at least 1", lambda: minimum_detectable_effect(0, 0.4, alpha=0.05, power=0.8)),
]


@pytest.mark.parametrize("call", TAKES_ALPHA)
@pytest.mark.parametrize("alpha", [0.0, -0.05, 0.51, 1.0, NAN])
def test_alpha_outside_its_range_is_refused(call: Callable[[float], object], alpha: float) -> None:
    with pytest.raises(ValueError, match="alpha must be in"):
        call(alpha)


@pytest.mark.parametrize(("message", "call"), REFUSED)
def test_invalid_arguments_are_refused_by_name(message: str, call: Callable[[], object]) -> None:
    with pytest.raises(ValueError, match=message):
        call()
