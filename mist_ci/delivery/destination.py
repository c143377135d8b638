"""Where a verdict goes."""

from dataclasses import dataclass
from datetime import datetime

from mist_ci.models.pull_request import RunOrder


@dataclass(frozen=True, slots=True)
class Destination:
    """A commit, the page of this run, and which run is the newer one.

    `verifies`: the run is about a push and has `mist/verify` to set, else about a change and has `mist/<gate>`.
    """

    sha: str
    run_url: str | None
    order: RunOrder
    started_at: datetime | None = None
    """When this attempt began, by our clock."""
    verifies: bool = False
