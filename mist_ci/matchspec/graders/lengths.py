"""How long texts may be where comparing two of them takes a time that grows with both."""

from mist_ci.matchspec.graders.grader import texts
from mist_ci.models.suite import Expected

MOST_EXPECTED = 20_000
"""Characters of an expected text."""
MOST_GIVEN = 200_000
"""Characters of an answer that are looked at: ten times as much as anybody may expect."""


def too_long(expected: Expected) -> str | None:
    """Why an expected text cannot be compared in a reasonable time."""
    if any(len(text) > MOST_EXPECTED for text in texts(expected)):
        return f"an expected text must not be longer than {MOST_EXPECTED:,} characters"
    return None


def shortened(text: str) -> str:
    """The beginning of a very long answer; what is wrong with it shows there."""
    return text[:MOST_GIVEN]
