"""Are stored answers still what the model says? A few are asked again and compared (page 3 §4.9)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from mist_ci.models.attempt import Attempt
from mist_ci.models.pinning import is_pinned
from mist_ci.stats import drift_p_value

OLD = timedelta(days=7)
"""From then on answers of a pinned model are doubted, too; those of an alias always are."""
ALPHA = 0.01
"""Two-sided: so rarely answers of an unchanged model are asked again for nothing."""
AT_LEAST = 30
SHARE = 0.1


@dataclass(frozen=True, slots=True)
class Drift:
    """What a second look at stored answers has shown. `p_value` is two-sided."""

    samples: int
    p_value: float

    @property
    def is_shown(self) -> bool:
        """True when stored answers must not be used any more."""
        return self.p_value <= ALPHA


def _never(_: Attempt) -> bool:
    return False


def doubtful(
    attempts: Sequence[Attempt],
    now: datetime,
    commit: str | None = None,
    may_move: Callable[[Attempt], bool] = _never,
) -> list[Attempt]:
    """First attempts whose answers were stored, where the model may have moved since: an alias, or long ago.

    `may_move` tells of an attempt whether somebody can point the names in it at other models, dated ones too.
    What was answered to the gate of this very `commit` is not doubted: it is what this change was judged by, and
    whoever starts the run again would have a chance of other answers.
    """
    others = [one for one in attempts if commit is None or one.stored_for != commit]
    stored = [one for one in others if one.reused and one.attempt == 0]
    old = any(one.stored_at is not None and now - one.stored_at > OLD for one in stored)
    alias = any(not is_pinned(model) for one in stored for model in _models(one))
    return stored if old or alias or any(map(may_move, stored)) else []


def _models(one: Attempt) -> tuple[str, ...]:
    """Who said something about it: a judge that is an alias may have moved as well."""
    return (one.model, *(one.judgement.models if one.judgement else ()))


def to_ask_again(stored: Sequence[Attempt]) -> list[Attempt]:
    """A tenth of them, and 30 at least, by their hashes: nobody chooses which."""
    wanted = max(AT_LEAST, -(-len(stored) // int(1 / SHARE)))
    return sorted(stored, key=lambda one: (one.key, one.suite))[:wanted]


def drift(stored: Sequence[Attempt], fresh: Sequence[Attempt]) -> Drift | None:
    """The same questions, answered then and now; None where fewer than two scores can be compared."""
    now: Mapping[tuple[str, str], Attempt] = {(one.suite, one.key): one for one in fresh}
    differences = []
    for one in stored:
        again = now.get((one.suite, one.key))
        if again is not None and again.score is not None and one.score is not None:
            differences.append(again.score - one.score)
    if len(differences) < 2:  # noqa: PLR2004 - a single difference has no spread
        return None
    return Drift(len(differences), drift_p_value(differences))
