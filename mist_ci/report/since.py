"""What changed since the last push, from two snapshots."""

from decimal import Decimal

from mist_ci.models.figures import count, money, points
from mist_ci.report.state import Snapshot, SuiteState

Change = dict[str, str]
"""`label` is ours, `name` is of others; what stands there `before` and `after`."""

_WORTH_TELLING = Decimal("0.1")


def since(before: Snapshot, now: Snapshot) -> list[Change]:
    """Everything that is different, the gate's verdict first; empty when nothing is."""
    changes = []
    if before.outcome is not now.outcome:
        changes.append(_change("verdict", "", before.outcome.value, now.outcome.value))
    changes += _suite_changes(before, now)
    if before.findings != now.findings:
        changes.append(_change("new data findings", "", count(before.findings), count(now.findings)))
    if _moved(before.cost_usd, now.cost_usd):
        changes.append(_change("cost of evaluation", "", money(before.cost_usd), money(now.cost_usd)))
    return changes


def _suite_changes(before: Snapshot, now: Snapshot) -> list[Change]:
    """Suites that both runs know; when only one of them evaluated anything, that is all there is to say."""
    if bool(before.suites) != bool(now.suites):
        told = ["no suite", "no suite"]
        told[bool(now.suites)] = count(max(len(before.suites), len(now.suites)), "suite")
        return [_change("evaluated", "", *told)]
    several = len({one[0] for one in (*before.suites, *now.suites)}) > 1
    old = {(model, suite): one for one in before.suites for model, suite in [one[:2]]}
    changes = []
    for one in now.suites:
        model, suite = one[:2]
        then = old.get((model, suite))
        name = f"{model}/{suite}" if several else suite
        if then is not None and _said(then) != _said(one):
            changes.append(_change("", name, *_told(then, one)))
    return changes


def _said(one: SuiteState) -> tuple[str, str]:
    return one[2].value, points(one[3])


def _told(then: SuiteState, one: SuiteState) -> tuple[str, str]:
    """The words only where they differ, so that a score that moved stands out."""
    (old_word, old_score), (new_word, new_score) = _said(then), _said(one)
    if old_word == new_word:
        return old_score, new_score
    if old_score == new_score:
        return old_word, new_word
    return f"{old_word} at {old_score}", f"{new_word} at {new_score}"


def _change(label: str, name: str, before: str, after: str) -> Change:
    return {"label": label, "name": name, "before": before, "after": after}


def _moved(before: Decimal | None, now: Decimal | None) -> bool:
    """Money always differs a little: a tenth is worth telling."""
    if before is None or now is None:
        return before is not now
    return abs(now - before) > before * _WORTH_TELLING
