"""A whole ledger in parts: by iteration, branch, model, suite, month or pull request."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from mist_ci.models.ledger import Attributes, Group, LedgerRun
from mist_ci.models.ledger_parts import By
from mist_ci.models.share import Share

Name = tuple[str, ...]
_COMMITS = {"base": "mist.base_commit", "head": "mist.commit"}
"""What a run says of both, where its calls are only sums."""
_OF_RUNS = (By.BRANCH, By.MONTH, By.PULL_REQUEST)
"""Parts that a run has by itself, also where it asked nobody."""
_NOBODY = Group("", "", "", "", "", "")
_LAST_NS = 253_370_764_800 * 10**9
"""The year 9999: a clock that says more says nothing."""


def shares(runs: Sequence[LedgerRun], by: By) -> list[Share]:
    """Parts in the order in which they first came, months in their own; together they are all calls and all trainings.

    A training belongs to the iteration of the model that came out of it: name and hash of the data tell, those that
    both know, and where there are none the commit. One whose model nobody asked is a part of its own.
    """
    found: dict[Name, Share] = {}
    for run in runs:
        for group, totals in run.groups.items():
            share = _at(found, _name(run, group, by))
            share.runs.add(run.trace_id)
            share.totals.add(totals)
        if not run.groups and not run.is_training and by in _OF_RUNS:
            _at(found, _name(run, _NOBODY, by)).runs.add(run.trace_id)
    for run in runs:
        for training in run.trainings:
            for share in _trained(found, run, training, by):
                share.train(training)
    parts = list(found.values())
    return sorted(parts, key=lambda share: share.name) if by is By.MONTH else parts


def month_of(moment_ns: int) -> str:
    """`2026-11`, in UTC; empty for a time that cannot be right."""
    if not 0 < moment_ns < _LAST_NS:
        return ""
    return f"{datetime.fromtimestamp(moment_ns / 1e9, UTC):%Y-%m}"


def _at(found: dict[Name, Share], name: Name) -> Share:
    """An iteration is its model and its data, where that is known, and its name has the commit that came first."""
    key = name[1:] if name[-1] and len(name) > 1 else name
    return found.setdefault(key, Share(name))


def _name(run: LedgerRun, group: Group, by: By) -> Name:
    match by:
        case By.ITERATION:
            return _iteration(run, group)
        case By.MODEL:
            return (group.model,)
        case By.SUITE:
            return (group.suite,)
        case By.MONTH:
            return (month_of(run.start_ns),)
        case By.BRANCH:
            return (_about(run, "mist.branch"),)
        case By.PULL_REQUEST:
            return (_about(run, "mist.pull_requests"),)


def _iteration(run: LedgerRun, group: Group) -> Name:
    """What was judged is part of the iteration that gave the answers, whoever judged."""
    if group.is_judging:
        answered = [
            one for one in run.groups if one.side == group.answered and one.iteration == group.iteration
        ]
        group = answered[0] if answered else group
    commit = group.iteration or _about(run, _COMMITS.get(group.answered, ""))
    return commit, group.model, group.data_hash


def _trained(found: dict[Name, Share], run: LedgerRun, training: Attributes, by: By) -> Iterator[Share]:
    """The part, or the newest of the iterations, that a training belongs to."""
    model, data = _text(training, "model"), _text(training, "mist.data_hash")
    match by:
        case By.ITERATION:
            known = _came_out(found, model, data, _text(training, "mist.commit"))
            yield known or _at(found, (_text(training, "mist.commit"), model, data))
        case By.MODEL:
            yield _at(found, (model,))
        case By.MONTH:
            yield _at(found, (month_of(run.end_ns),))
        case By.BRANCH:
            yield _at(found, (_text(training, "mist.branch"),))
        case By.PULL_REQUEST | By.SUITE:
            yield _at(found, ("",))


def _came_out(found: dict[Name, Share], model: str, data: str, commit: str) -> Share | None:
    """The first iteration of that model: later ones are the same model, asked again."""
    fitting: list[Share] = []
    for share in found.values():
        pairs = ((model, share.name[1]), (data, share.name[2]))
        agreed = [mine == yours for mine, yours in pairs if mine and yours]
        if agreed and all(agreed):
            return share
        if not agreed and commit and commit == share.name[0]:
            fitting.append(share)
    return fitting[0] if fitting else None


def _about(run: LedgerRun, key: str) -> str:
    return _text(run.about, key)


def _text(attrs: Attributes, key: str) -> str:
    value = attrs.get(key)
    return "" if value is None else str(value)
