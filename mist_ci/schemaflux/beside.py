"""Files beside a data set that say how a trainer reads it."""

from collections.abc import Mapping, Sequence

from mist_ci.errors import Where
from mist_ci.ports.sources import Opened
from mist_ci.schemaflux.asking import ask
from mist_ci.schemaflux.dataset_info import DatasetInfo
from mist_ci.schemaflux.files import head_of, whole
from mist_ci.schemaflux.formats.detection import sample
from mist_ci.schemaflux.inspection import Inspection
from mist_ci.schemaflux.ledger import Ledger
from mist_ci.schemaflux.message import Object
from mist_ci.schemaflux.rules import INFO_RULES


def judge_beside(asked: Inspection, ledger: Ledger) -> None:
    """What does not fit the rows; known where base has the same problem with its own rows."""
    rules = [rule for rule in INFO_RULES if asked.selection.takes(rule.META)]
    if not asked.infos or not rules:
        return
    samples, before = _samples(asked.head), _samples(asked.base) if asked.infos_before else {}
    for path, content in sorted(asked.infos.items()):
        where, infos = Where(path), asked.infos_before
        for rule in rules:
            earlier = [DatasetInfo(path, infos[path], before)] if path in infos else []
            known = [one for info in earlier for one in ask(rule, where, rule.check, info)]
            places = {(one.field, one.consequence) for one in known}
            for problem in ask(rule, where, rule.check, DatasetInfo(path, content, samples)):
                is_known = (problem.field, problem.consequence) in places
                ledger.note(rule.META, problem, where, is_known=is_known)


def _samples(opened: Sequence[Opened]) -> Mapping[str, Sequence[Object]]:
    """The first rows of every file that can be read."""
    return {source.path: sample(head_of(source, None).content) for source in whole(opened)}
