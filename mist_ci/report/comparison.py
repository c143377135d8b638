"""Results of two runs, compared without a repository: the part of the comment that is about models."""

from collections.abc import Sequence
from dataclasses import asdict

from mist_ci.models.verdict import Decision
from mist_ci.report.comment import Detail, squeeze
from mist_ci.report.rendering import render
from mist_ci.report.view import decision_view


def comparison(decision: Decision, notices: Sequence[str] = ()) -> str:
    """Markdown of a decision that no pull request belongs to."""
    context = decision_view(decision) | {"notices": list(notices), "most": asdict(Detail(5, 20))}
    return squeeze(render("comparison.md.j2", context))
