"""The capability surface as the templates show it: what was forgotten and gained, and how much of it is noise."""

from mist_ci.models.comparison import Surface
from mist_ci.models.suite import Role
from mist_ci.models.verdict import ModelVerdict, SuiteVerdict

View = dict[str, object]


def surface_view(model: ModelVerdict) -> View:
    """`surface` for all old skills together, `surfaces` suite by suite."""
    return {
        "surface": model.surface and model.surface.model_dump(),
        "surfaces": [
            _row(suite, suite.numbers.surface) for suite in model.suites if suite.numbers.surface is not None
        ],
    }


def _row(suite: SuiteVerdict, surface: Surface) -> View:
    """Net figures below zero are noise, and shown as none; they are kept as they are in report.json."""
    calibrated = suite.numbers.calibrated
    return {
        "suite": suite.numbers.suite,
        "is_target": suite.numbers.role is Role.TARGET,
        **surface.model_dump(),
        "net_forgotten": _at_least_zero(surface.net_forgotten),
        "net_gained": _at_least_zero(surface.net_gained),
        "calibrated": calibrated and calibrated.model_dump(mode="json"),
    }


def _at_least_zero(value: float | None) -> float | None:
    return None if value is None else max(0.0, value)
