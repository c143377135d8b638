"""What a ledger can be parted by."""

from enum import StrEnum


class By(StrEnum):
    """What a ledger is parted by."""

    ITERATION = "iteration"
    """A model reference as a commit has it: with the trainings it came out of."""
    BRANCH = "branch"
    MODEL = "model"
    SUITE = "suite"
    MONTH = "month"
    """In UTC: of a run when it began, of a training when it ended."""
    PULL_REQUEST = "pull-request"
