"""Which runs of a ledger are meant, where not all are: the same for every command that shows several."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import wraps
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from mist_ci.models.ledger import LedgerRun


class Moment(click.ParamType[datetime]):
    """A day, or a moment, in UTC where it does not say."""

    name = "date"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """The moment. Raises click.BadParameter."""
        try:
            found = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is no date: write 2026-11-01, or 2026-11-01T12:00:00", param, ctx)
        return found if found.tzinfo else found.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Filters:
    """What a run has to be; None asks nothing."""

    branch: str | None = None
    gate: str | None = None
    model: str | None = None
    since: datetime | None = None

    def has(self, run: "LedgerRun") -> bool:
        """True for a run or a training that is all of it."""
        return (
            self.branch in (None, run.about.get("mist.branch"))
            and self.gate in (None, run.about.get("mist.gate"))
            and (self.since is None or run.start_ns >= self.since.timestamp() * 10**9)
            and (self.model is None or self.model in _models(run))
        )


def filtered(command: Callable[..., int]) -> Callable[..., int]:
    """Adds the options, and hands them over as `filters`."""

    @click.option("--branch", metavar="NAME", help="Only runs against this branch, and trainings on it.")
    @click.option("--gate", metavar="NAME", help="Only runs of this gate.")
    @click.option(
        "--model", metavar="ID", help="Only runs that asked this model, and trainings of or from it."
    )
    @click.option(
        "--since", type=Moment(), metavar="DATE",
        help="Only what began then or later: 2026-11-01, in UTC.",
    )  # fmt: skip
    @wraps(command)
    def wrapped(
        branch: str | None,
        gate: str | None,
        model: str | None,
        since: datetime | None,
        **others: Any,  # noqa: ANN401 - click's own values
    ) -> int:
        return command(filters=Filters(branch, gate, model, since), **others)

    return wrapped


def _models(run: "LedgerRun") -> set[object]:
    found: set[object] = {group.model for group in run.groups}
    found.update(one.get(key) for one in run.trainings for key in ("model", "training.base_model"))
    return found - {None, ""}
