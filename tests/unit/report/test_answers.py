"""Claims: what an answer costs is told where it moved; the summary tells time as well, and a comment never does."""

from html import unescape

from mist_ci.models.difference import InferenceDifference, Moved
from mist_ci.models.report import Report
from mist_ci.models.token_check import Sums, TokenCheck
from mist_ci.report import comment, summary
from tests.unit.report.cases import improved

TABLE = "What an answer of"


def told(**figures: object) -> Report:
    steady = Moved(base=20.0, head=20.0, low=0.0, high=0.0, samples=120)
    fields: dict[str, object] = {
        "model": "assistant",
        "tokens_in": steady,
        "tokens_out": steady,
        "usd_per_1000": steady,
        "p50_ms": Moved(base=431.0, head=399.0, low=-60.0, high=-4.0, samples=120),
        "p95_ms": None,
    }
    one = InferenceDifference.model_validate(fields | figures)
    return improved().model_copy(update={"inference": (one,)})


def test_what_did_not_move_is_in_the_summary_alone() -> None:
    assert TABLE not in comment(told())
    assert TABLE in summary(told())


def test_time_is_never_in_a_comment_for_the_next_run_takes_another() -> None:
    slow = Moved(base=20.0, head=30.0, low=9.0, high=11.0, samples=120)
    report = told(tokens_out=slow)
    assert TABLE in comment(report)
    assert "p50" not in comment(report)
    assert (
        "| p50 of time | 431&nbsp;ms | 399&nbsp;ms | **−32&nbsp;ms**&nbsp;[−60&nbsp;ms,&nbsp;−4&nbsp;ms] |"
        in summary(report)
    )
    assert "| p95 of time | unknown | unknown | unknown |" in summary(report)


def test_a_cost_that_nobody_knows_is_unknown_and_not_zero() -> None:
    assert "| 1,000 requests | unknown | unknown | unknown |" in summary(told(usd_per_1000=None))


def test_a_small_sum_keeps_its_digits_and_its_sign() -> None:
    cheaper = Moved(base=0.0042, head=0.0031, low=-0.0012, high=-0.001, samples=120)
    expected = "| 1,000 requests | $0.0042 | $0.0031 | **−$0.0011**&nbsp;[−$0.0012,&nbsp;−$0.0010] |"
    assert expected in comment(told(usd_per_1000=cheaper))


def test_too_few_answers_have_no_interval() -> None:
    one = Moved(base=20.0, head=30.0, low=None, high=None, samples=1)
    assert "| tokens of an answer | 20.0 | 30.0 | **+10.0** |" in comment(told(tokens_out=one))


def test_why_the_same_prompts_are_longer_is_a_sentence_below() -> None:
    told_in = unescape(comment(told(prompts="the tokenizer differs", lengths="+5.0 by another tokenizer")))
    assert "the tokenizer differs." in told_in
    assert "+5.0 by another tokenizer." in told_in


def test_reports_that_are_apart_from_counts_are_a_line_of_the_comment_and_names_in_it_are_harmless() -> None:
    alike = Sums(reported=100, counted=100)
    check = TokenCheck(
        provider="prod",
        model="<b>@all",
        counter="o200k_base",
        is_own=True,
        answers=32,
        messages=1,
        silent=0,
        tokens_in=Sums(reported=1120, counted=1000),
        tokens_out=alike,
        around=None,
    )
    quiet = check.model_copy(update={"tokens_in": alike, "model": "quiet"})
    report = told().model_copy(update={"token_checks": (check, quiet)})
    shown = comment(report)
    assert "tokens in 12% above what is counted (a chat template, or another tokenizer)" in unescape(shown)
    assert "<b>" not in shown
    assert "@all" not in shown
    assert "quiet" not in shown
    assert len(report.about_tokens) == 2
