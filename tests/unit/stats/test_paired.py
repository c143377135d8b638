"""One interval per suite: which branch, which invariances, and agreement with scipy's paired t."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from mist_ci.stats import Interval, guarded_mean, paired_interval, paired_t_interval

BINARY = st.lists(st.sampled_from([-1.0, 0.0, 1.0]), min_size=1, max_size=60)
GRADED = st.lists(st.integers(-100, 100).map(lambda points: points / 100.0), min_size=2, max_size=60)
ANY = st.one_of(BINARY, GRADED)
LABELS = ["math", "code", "tone", "facts", "style"]


@st.composite
def clustered(draw: st.DrawFn) -> tuple[list[float], list[str]]:
    differences = draw(GRADED)
    labels = [LABELS[index % 5] for index in draw(st.permutations(range(len(differences))))]
    return differences, labels


def mirrored(interval: Interval) -> Interval:
    return Interval(
        interval.n,
        0.0 - interval.estimate,
        -interval.high,
        -interval.low,
        interval.se,
        interval.p_improved,
        interval.p_regressed,
        interval.method,
    )


def same(one: Interval, other: Interval) -> bool:
    numbers = [
        (
            interval.estimate,
            interval.low,
            interval.high,
            interval.se,
            interval.p_regressed,
            interval.p_improved,
        )
        for interval in (one, other)
    ]
    close = numbers[0] == pytest.approx(numbers[1], abs=1e-12)
    return bool(close) and (one.n, one.method) == (other.n, other.method)


def graded(n: int) -> list[float]:
    return [math.sin(7.0 * index) / 2.0 for index in range(1, n + 1)]


def one_sample_p(differences: list[float], alternative: str) -> float:
    if alternative == "less":
        return float(stats.ttest_1samp(differences, 0.0, alternative="less").pvalue)
    return float(stats.ttest_1samp(differences, 0.0, alternative="greater").pvalue)


@pytest.mark.parametrize("n", [20, 57, 400])
@pytest.mark.parametrize("alpha", [0.001, 0.05, 0.3])
def test_without_clusters_and_guard_it_is_the_ordinary_paired_t(n: int, alpha: float) -> None:
    differences = graded(n)
    found = paired_interval(differences, alpha=alpha)
    expected = stats.ttest_1samp(differences, 0.0).confidence_interval(1.0 - 2.0 * alpha)
    assert found.method == "t"
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=1e-12)
    assert found.p_regressed == pytest.approx(one_sample_p(differences, "less"), rel=1e-10, abs=0.0)
    assert found.p_improved == pytest.approx(one_sample_p(differences, "greater"), rel=1e-10, abs=0.0)


def test_pass_fail_differences_take_the_score_interval() -> None:
    assert paired_interval([1.0, -1.0, 0.0, 0.0], alpha=0.05).method == "tango"
    assert paired_interval([1, -1, 0, 0], alpha=0.05).method == "tango"


def test_one_graded_difference_moves_the_suite_to_the_t_interval() -> None:
    assert paired_interval([1.0, -1.0, 0.0, 0.5], alpha=0.05).method == "t+guard"


def test_clusters_move_pass_fail_differences_to_the_t_interval() -> None:
    labels = [str(index) for index in range(40)]
    assert paired_interval([1.0, -1.0] * 20, alpha=0.05, clusters=labels).method == "t"


def test_a_single_pass_fail_item_still_has_an_interval() -> None:
    found = paired_interval([-1.0], alpha=0.05)
    assert (found.low, found.method, found.n) == (-1.0, "tango", 1)
    assert -1.0 < found.high < 1.0
    assert found.se > 0.0


@pytest.mark.parametrize(("nonzero", "method"), [(19, "t+guard"), (20, "t")])
def test_the_guard_stands_below_twenty_nonzero_differences(nonzero: int, method: str) -> None:
    differences = graded(nonzero) + [0.0, 1e-13] * 30
    assert paired_interval(differences, alpha=0.05).method == method


@pytest.mark.parametrize("clusters", [None, ["a", "b"] * 20])
def test_equal_differences_never_give_a_width_of_zero(clusters: list[str] | None) -> None:
    found = paired_interval([-0.1] * 40, alpha=0.05, clusters=clusters)
    assert found.method == "t+guard"
    assert found.low < found.estimate < found.high


def test_pseudo_items_do_not_count_as_degrees_of_freedom() -> None:
    assert guarded_mean([0.5, 0.0, 0.0]).df == 2
    assert guarded_mean([0.5, 0.0, 0.0], clusters=["a", "a", "b"]).df == 1


def test_pseudo_items_are_the_items_plus_one_and_minus_one() -> None:
    padded = [0.5, 0.0, -0.25, 1.0, -1.0]
    found = guarded_mean(padded[:3])
    assert (found.center, found.se) == pytest.approx((sum(padded) / 5, float(stats.sem(padded))))


def test_items_that_repeat_each_other_in_a_cluster_add_no_evidence() -> None:
    differences = graded(40)
    single = paired_interval(differences, alpha=0.05)
    doubled = paired_interval(differences * 2, alpha=0.05, clusters=[str(index) for index in range(40)] * 2)
    assert (doubled.low, doubled.high, doubled.se) == pytest.approx((single.low, single.high, single.se))


def test_one_label_per_item_equals_no_clusters_in_the_t_interval() -> None:
    differences = graded(33)
    labels = [str(index) for index in range(33)]
    plain = paired_interval(differences, alpha=0.05)
    assert same(plain, paired_interval(differences, alpha=0.05, clusters=labels))


def test_the_error_of_a_pass_fail_suite_is_that_of_the_t_interval() -> None:
    differences = [1.0] * 12 + [-1.0] * 15 + [0.0] * 40
    assert paired_interval(differences, alpha=0.05).se == paired_t_interval(differences, alpha=0.05).se


@given(ANY, st.floats(1e-4, 0.5))
def test_swapping_sides_mirrors_the_interval(differences: list[float], alpha: float) -> None:
    swapped = paired_interval([0.0 - d for d in differences], alpha=alpha)
    assert same(swapped, mirrored(paired_interval(differences, alpha=alpha)))


@given(ANY, st.data())
def test_the_order_of_items_does_not_matter(differences: list[float], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(differences))
    assert paired_interval(shuffled, alpha=0.05) == paired_interval(differences, alpha=0.05)


@given(clustered())
def test_the_order_of_clustered_items_does_not_matter(data: tuple[list[float], list[str]]) -> None:
    differences, labels = data
    if len(set(labels)) > 1:
        one = paired_interval(differences, alpha=0.05, clusters=labels)
        assert one == paired_interval(differences[::-1], alpha=0.05, clusters=labels[::-1])


@given(clustered(), st.permutations(LABELS))
def test_the_names_of_clusters_do_not_matter(data: tuple[list[float], list[str]], names: list[str]) -> None:
    differences, labels = data
    if len(set(labels)) > 1:
        renamed = [names[LABELS.index(label)] for label in labels]
        one = paired_interval(differences, alpha=0.05, clusters=labels)
        assert one == paired_interval(differences, alpha=0.05, clusters=renamed)


@given(ANY, st.floats(1e-4, 0.15))
def test_the_interval_holds_the_estimate_at_any_usual_level(differences: list[float], alpha: float) -> None:
    found = paired_interval(differences, alpha=alpha)
    assert found.estimate == pytest.approx(sum(differences) / len(differences), abs=1e-12)
    assert found.low <= found.estimate <= found.high


@given(ANY)
def test_p_values_of_both_directions_add_up_to_one(differences: list[float]) -> None:
    found = paired_interval(differences, alpha=0.05)
    assert found.p_regressed + found.p_improved == pytest.approx(1.0, abs=1e-12)


@given(ANY, st.floats(0.001, 0.4))
def test_the_interval_excludes_zero_exactly_when_the_test_rejects(
    differences: list[float], alpha: float
) -> None:
    found = paired_interval(differences, alpha=alpha)
    assert (found.high < 0.0) == (found.p_regressed < alpha) or math.isclose(found.p_regressed, alpha)
    assert (found.low > 0.0) == (found.p_improved < alpha) or math.isclose(found.p_improved, alpha)


@pytest.mark.slow
@given(BINARY.filter(lambda differences: max(differences) > -1.0), st.data())
@settings(max_examples=60)
def test_one_more_loss_never_helps(differences: list[float], data: st.DataObject) -> None:
    index = data.draw(st.sampled_from([i for i, d in enumerate(differences) if d > -1.0]))
    worse = [-1.0 if i == index else d for i, d in enumerate(differences)]
    before, after = paired_interval(differences, alpha=0.05), paired_interval(worse, alpha=0.05)
    assert after.low <= before.low + 1e-13
    assert after.high <= before.high + 1e-13
    assert after.p_regressed <= before.p_regressed + 1e-13
