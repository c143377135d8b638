"""A budget is told once when it is nearly used up, and once when it is."""

from decimal import Decimal

from mist_ci.tokentrace import Alarm, Gauge


def test_a_budget_has_one_warning_and_one_critical_alert_at_most() -> None:
    alarm = Alarm()
    spent = ("0.10", "0.79", "0.80", "0.95", "1.00", "1.20", "0.90")
    told = [
        alert.model_dump(include={"level", "message"})
        for amount in spent
        for alert in alarm.alerts([Gauge("eval_usd", Decimal(amount), Decimal(1))])
    ]
    assert told == [
        {"level": "warning", "message": "eval_usd: $0.8000 of $1.0000 are used (80%)"},
        {"level": "critical", "message": "eval_usd: $1.0000 of $1.0000 are used up"},
    ]


def test_budgets_of_two_metrics_do_not_hide_each_other() -> None:
    gauges = [Gauge("run_tokens", 1_200, 1_000, "tokens"), Gauge("run_seconds", 54.25, 60, "seconds")]
    levels = [(one.level, one.message) for one in Alarm().alerts(gauges)]
    assert levels == [
        ("critical", "run_tokens: 1,200 tokens of 1,000 tokens are passed"),
        ("warning", "run_seconds: 54.2 s of 60.0 s are used (90%)"),
    ]


def test_a_budget_of_nothing_is_used_up_from_the_start() -> None:
    (alert,) = Alarm().alerts([Gauge("eval_usd", Decimal(0), Decimal(0))])
    assert alert.level == "critical"
