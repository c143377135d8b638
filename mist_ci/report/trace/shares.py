"""A whole ledger in parts, as a table."""

from collections.abc import Sequence

from mist_ci.models.ledger_parts import By
from mist_ci.models.share import Share
from mist_ci.report.sheet import Sheet
from mist_ci.report.spreadsheet import Value

NOT_KNOWN = "(none)"
_ITERATION = ("iteration", "model", "data")
_COMMIT_DIGITS, _HASH_DIGITS = 12, 19
FIGURES = (
    *(
        "runs",
        "calls",
        "tokens_in",
        "tokens_out",
        "cost_usd",
        "unpriced_calls",
        "stored_answers",
        "saved_usd",
        "failed",
    ),
    *("score", "trainings", "training_tokens", "training_usd"),
)
_OPTIONAL = (
    "unpriced_calls",
    "stored_answers",
    "saved_usd",
    "failed",
    "score",
    "trainings",
    "training_tokens",
)


def parts_of_ledger(shares: Sequence[Share], by: By, *, for_people: bool) -> Sheet:
    """A row for each part: what evaluations and trainings took, and the mean score of what was graded.

    An iteration without a training that was recorded has unknown costs of training, any other part none. People see
    the beginnings of hashes.
    """
    rows = [_row(share, by, for_people=for_people) for share in shares]
    has_trained = any(share.trainings for share in shares)
    columns = _ITERATION if by is By.ITERATION else (by.value.replace("-", "_"),)
    optional = _OPTIONAL if has_trained else (*_OPTIONAL, "training_usd")
    return Sheet(f"by {by.value}", (*columns, *FIGURES), rows, optional)


def _row(share: Share, by: By, *, for_people: bool) -> tuple[Value, ...]:
    totals = share.totals
    is_known = bool(share.trainings) or by is not By.ITERATION
    return (
        *_named(share.name, by, for_people=for_people),
        len(share.runs),
        totals.calls,
        totals.tokens_in,
        totals.tokens_out,
        totals.cost.known_usd,
        totals.cost.unknown,
        totals.reused_calls,
        totals.saved.known_usd,
        totals.failed,
        totals.score,
        share.trainings,
        None if share.uncounted or not is_known else share.training_tokens,
        share.training_cost.known_usd if is_known else None,
    )


def _named(name: tuple[str, ...], by: By, *, for_people: bool) -> tuple[Value, ...]:
    if not for_people:
        return tuple(part or None for part in name)
    if by is not By.ITERATION:
        return (name[0] or NOT_KNOWN,)
    commit, model, data = name
    return commit[:_COMMIT_DIGITS] or None, model or NOT_KNOWN, data[:_HASH_DIGITS] or None
