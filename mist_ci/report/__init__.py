"""One frozen Report becomes text. Whatever comes from data, models or pull requests comes out inert."""

from collections.abc import Sequence

from mist_ci.models.report import Report
from mist_ci.report.comment import comment as _comment
from mist_ci.report.comment import summary
from mist_ci.report.redact import redact
from mist_ci.report.status import headline, status
from mist_ci.report.text import plain, workflow_safe

__all__ = [
    "annotations", "comment", "headline", "junit", "plain", "redact", "sarif", "status", "summary", "workflow_safe",
]  # fmt: skip


def comment(
    one: Report, previous: str | None = None, limit: int = 65_000, details_url: str | None = None
) -> str:
    """Shim."""
    del previous, limit, details_url
    return _comment(one)


def annotations(reports: Sequence[Report]) -> tuple[str, ...]:
    """Shim."""
    del reports
    return ()


def junit(reports: Sequence[Report]) -> str:
    """Shim."""
    del reports
    return ""


def sarif(reports: Sequence[Report]) -> str:
    """Shim."""
    del reports
    return ""
