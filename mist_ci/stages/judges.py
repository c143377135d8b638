"""Which judges the base branch vouches for, before a token is spent on suites that they decide."""

from collections.abc import Iterator, Sequence

from mist_ci import gate, planning
from mist_ci.errors import Code, CouldNotRun
from mist_ci.models.config import Gate
from mist_ci.models.judges import Judges
from mist_ci.models.suite import Suite
from mist_ci.ports.files import Tree


def vouched_for(suites: Sequence[Suite], base: Tree, policy_path: str, bar: Gate) -> Judges:
    """The checks of mist-judges.json on base. Raises ConfigError for a broken one.

    Raises CouldNotRun MC313 where a suite has to be decided, and its judge is one that people have not checked, or
    found wanting: asking would cost money, and nothing would come of it.
    """
    judged = [suite for suite in suites if suite.judge is not None]
    if not judged:
        return Judges()
    judges = planning.read_judges(base, policy_path)
    for suite in judged:
        why, demand = gate.why_advisory(suite, judges), gate.who_demands(suite, bar)
        if why is not None and demand is not None:
            message = f"{suite.name} is advisory, and {demand}: {why}"
            raise CouldNotRun(Code.JUDGE_UNCHECKED, message, hint=gate.WHAT_TO_DO)
    return judges


def without_bar(suite: Suite, base: Tree, policy_path: str) -> Suite:
    """A suite that head changes, without its floor where a model decides it that nobody vouches for."""
    if suite.judge is None or gate.why_advisory(suite, planning.read_judges(base, policy_path)) is None:
        return suite
    return suite.model_copy(update={"floor": None})


def judge_cautions(suite: Suite, judges: Judges, bar: Gate) -> Iterator[str]:
    """What to know before a suite is asked that a model decides."""
    if suite.judge is None:
        return
    why, demand = gate.why_advisory(suite, judges), gate.who_demands(suite, bar)
    if why is not None and demand is not None:
        yield f"{suite.name} is advisory ({why}), and {demand}: the gate would end with {Code.JUDGE_UNCHECKED}"
    elif why is not None:
        yield f"{suite.name} is advisory and decides nothing: {why}"
