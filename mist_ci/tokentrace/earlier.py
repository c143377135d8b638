"""What was spent before a run: of its pull request, of its month, and on trainings, out of the ledger.

A ledger that is damaged says nothing for certain, and what is not certain is not $0: it is an error.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal

from mist_ci.errors import Code, CouldNotRun, Where
from mist_ci.models.ledger import Attributes, Ledger, LedgerRun
from mist_ci.models.spent import NOTHING_SPENT, EarlierSpend, RecordedTraining, Spent
from mist_ci.tokentrace.ledger.reading import TWICE

PULL_REQUESTS = "mist.pull_requests"
"""Of a run's span: the pull requests that it was for, parted by spaces."""
ASKING_S = "mist.asking_s"
"""Of a run's span: seconds of asking."""
OWN_USD, OWN_TOKENS = "mist.own_usd", "mist.own_tokens"
"""Of a run's span: what counted against its budgets. That is its calls, with tries that may have been billed and
brought nothing, and without what another runner paid for. Where it is not there, the calls count."""


def earlier_spend(
    ledger: Ledger, started: datetime, gate: Mapping[str, str], pull_requests: str, place: str
) -> EarlierSpend:
    """Everything that counts for a run that started then. `gate` has the attributes that tell its gate.

    A run counts in the month in which it began, a training in the one in which it ended, both in UTC. Runs that began
    later, or have not written anything yet, are not seen. Raises CouldNotRun MC324 for a damaged ledger.
    """
    _refuse_damaged(ledger, place)
    month, mine = NOTHING_SPENT, NOTHING_SPENT
    own = set(pull_requests.split())
    trainings: list[RecordedTraining] = []
    for run in ledger.runs:
        trained = [_recorded(run, attrs) for attrs in run.trainings]
        trainings += trained
        spent = _spent(run)
        is_ours = bool(own & set(str(run.about.get(PULL_REQUESTS) or "").split()))
        is_ours = is_ours and all(run.about.get(key) == value for key, value in gate.items())
        is_now = _month(run.end_ns if run.is_training else run.start_ns) == _month(started)
        if run.flaws and (is_ours or is_now):
            raise _damaged(place, f"{_name(run)}: {run.flaws[0]}")
        month += _with(spent, trained) if is_now else NOTHING_SPENT
        mine += spent if is_ours else NOTHING_SPENT
    return EarlierSpend(month, mine if own else None, tuple(trainings))


def _spent(run: LedgerRun) -> Spent:
    """Calls alone. Stored answers were paid for by another run, and trainings are no calls."""
    if not run.groups:
        return NOTHING_SPENT
    total, own_usd = run.total(), _amount(run.about.get(OWN_USD))
    own_tokens, seconds = _count(run.about.get(OWN_TOKENS)), run.about.get(ASKING_S)
    lasted = (run.end_ns - run.start_ns) / 1e9
    return Spent(
        usd=total.cost.usd if own_usd is None else own_usd,
        tokens=total.tokens_in + total.tokens_out if own_tokens is None else own_tokens,
        seconds=float(seconds) if isinstance(seconds, int | float) else max(0.0, lasted),
        runs=1,
        unpriced=(_name(run),) if total.cost.unknown and own_usd is None else (),
    )


def _with(spent: Spent, trainings: list[RecordedTraining]) -> Spent:
    """With money of trainings. Their tokens are of another kind, and nobody waits for them to end."""
    for one in trainings:
        unknown = (one.name,) if one.usd is None else ()
        spent += Spent(usd=one.usd or Decimal(0), runs=1, unpriced=unknown)
    return spent


def _recorded(run: LedgerRun, attrs: Attributes) -> RecordedTraining:
    data_hash = attrs.get("mist.data_hash")
    return RecordedTraining(
        name=_name(run),
        data_hash=data_hash if isinstance(data_hash, str) else None,
        usd=_amount(attrs.get("cost_usd")),
        tokens=_count(attrs.get("training.tokens")),
        gpu_hours=_amount(attrs.get("training.gpu_hours")),
    )


def _refuse_damaged(ledger: Ledger, place: str) -> None:
    for why in sorted(why for why, number in ledger.left_out.items() if number and why != TWICE):
        raise _damaged(place, f"lines {why}: {ledger.left_out[why]:,}")


def _damaged(place: str, what: str) -> CouldNotRun:
    hint = f"`mist-ci trace list --from {place}` says what is there; mend it, or begin a new ledger elsewhere"
    message = f"the ledger is damaged, so nobody knows what was spent: {what}"
    return CouldNotRun(Code.LEDGER, message, where=Where(place), hint=hint)


def _name(run: LedgerRun) -> str:
    return run.run_id or run.trace_id


def _month(moment: int | datetime) -> tuple[int, int]:
    at = moment if isinstance(moment, datetime) else datetime.fromtimestamp(moment / 1e9, UTC)
    return at.year, at.month


def _amount(value: object) -> Decimal | None:
    return Decimal(value) if isinstance(value, str) else None


def _count(value: object) -> int | None:
    return value if isinstance(value, int) else None


def names_of(unpriced: tuple[str, ...]) -> Iterator[str]:
    """The first few, for a message."""
    yield from unpriced[:3]
    if len(unpriced) > 3:  # noqa: PLR2004 - as above
        yield f"{len(unpriced) - 3} more"
