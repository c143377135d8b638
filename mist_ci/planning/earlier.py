"""What an earlier run of the gate found out, as far as it helps to plan the next one."""

from collections.abc import Iterator, Mapping
from datetime import date
from math import sqrt

from pydantic import ValidationError

from mist_ci.errors import Code, ConfigError, Where
from mist_ci.models.outlook import EarlierSuite
from mist_ci.models.report import Report
from mist_ci.models.verdict import ModelVerdict


def read_earlier(text: bytes, file: str) -> dict[tuple[str, str], EarlierSuite]:
    """(path of the reference, suite) → what a report.json says about spread and answers. Raises ConfigError MC104."""
    try:
        report = Report.model_validate_json(text)
    except ValidationError:
        hint = "name the report.json of a run of this version of mist-ci"
        raise ConfigError(Code.WRONG_VALUE, "is no report of a gate", where=Where(file), hint=hint) from None
    day = date.fromisoformat(report.started_at[:10])
    return {(model.path, one.suite): one for model in report.decision.models for one in _suites(model, day)}


def read_all_earlier(reports: Mapping[str, bytes]) -> dict[tuple[str, str], EarlierSuite]:
    """Of several reports by file name; where two speak of the same suite, the later one counts."""
    found: dict[tuple[str, str], EarlierSuite] = {}
    for file, text in reports.items():
        for key, one in read_earlier(text, file).items():
            if key not in found or found[key].ran_on <= one.ran_on:
                found[key] = one
    return found


def _suites(model: ModelVerdict, day: date) -> Iterator[EarlierSuite]:
    for suite in model.suites:
        numbers, interval = suite.numbers, suite.numbers.interval
        if numbers.base is None or interval is None:
            continue
        spends = numbers.base.spend, numbers.head.spend
        calls = sum(spend.calls for spend in spends)
        yield EarlierSuite(
            suite=numbers.suite,
            ran_on=day,
            base_model=model.base_model or "",
            head_model=model.head_model,
            sd=interval.se * sqrt(interval.n),
            tokens_in=sum(spend.tokens_in for spend in spends) / calls if calls else None,
            tokens_out=sum(spend.tokens_out for spend in spends) / calls if calls else None,
        )
