"""One frozen Report becomes text. Whatever comes from data, models or pull requests comes out inert."""

from mist_ci.report.comment import comment, summary
from mist_ci.report.redact import redact
from mist_ci.report.status import headline, status
from mist_ci.report.text import plain, workflow_safe

__all__ = ["comment", "headline", "plain", "redact", "status", "summary", "workflow_safe"]
