"""One model against base and anchor: look by look, until every suite is decided or asked in full."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from mist_ci import gate
from mist_ci.gate import Standing
from mist_ci.matchspec import ImportedSuite, Portion, attempts_of
from mist_ci.models.attempt import Attempt, Side
from mist_ci.models.comparison import ModelComparison
from mist_ci.models.config import Gate, Provider
from mist_ci.models.figures import count
from mist_ci.models.judges import NO_JUDGES, Judges
from mist_ci.models.modelref import ModelReference
from mist_ci.models.plan import ModelChange
from mist_ci.models.suite import AttemptCounts, Suite
from mist_ci.ports import World

NOT_THE_ANCHOR = "a pairwise judge holds head against base, and nobody else"


@dataclass(frozen=True, slots=True)
class ChangedSuite:
    """A suite as head has it, and what the base models answered to it, by the digest of their reference."""

    suite: Suite
    answers: Mapping[str, tuple[Attempt, ...]]


def suite_by_base_rules(changed: Suite, suites: Sequence[Suite]) -> Suite:
    """Head's suite with base's margin and attempts: a change does not choose its own bar, nor what asking costs."""
    own = next((one for one in suites if one.name == changed.name), None)
    rules = (
        {"margin": own.margin, "attempts": own.attempts}
        if own
        else {"margin": None, "attempts": AttemptCounts()}
    )
    return changed.model_copy(update=rules)


class Asker(Protocol):
    """How a stage gets answers. They are recorded and paid for; some may be missing where money ran out."""

    def ask(
        self, portions: Sequence[Portion], sides: Mapping[Side, ModelReference], label: str
    ) -> tuple[Attempt, ...]:
        """What the portions want of the sides, told under a label."""
        ...

    def forget(self, label: str, is_wrong: Callable[[Attempt], bool]) -> None:
        """Takes attempts out of what reports are made from."""
        ...

    @property
    def complete(self) -> bool:
        """False when the money ran out."""
        ...


@dataclass
class ModelStage:
    """One changed reference with everything that its comparison needs."""

    change: ModelChange
    gate: Gate
    asker: Asker
    world: World
    leaked: Mapping[str, tuple[str, ...]]
    waived: frozenset[str]
    imported: Sequence[ImportedSuite] = ()
    """Suites that another runner has asked."""
    commit: str | None = None
    """The head, where stored answers to its own gate are not doubted."""
    judges: Judges = NO_JUDGES
    """Whom people have checked, of the models that decide suites."""
    providers: Mapping[str, Provider] = field(default_factory=dict)
    """Those of the policy, by name."""
    attempts: list[Attempt] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    _fresh: frozenset[Side] = frozenset()
    _probed: set[Side] = field(default_factory=set)

    @property
    def sides(self) -> dict[Side, ModelReference]:
        """Who is asked."""
        change = self.change
        sides = {Side.BASE: change.base, Side.HEAD: change.head, Side.ANCHOR: change.anchor}
        return {side: reference for side, reference in sides.items() if reference is not None}

    def compare(self, suites: Sequence[Suite], changed: Sequence[ChangedSuite]) -> ModelComparison:
        """The whole comparison; what head adds to suites comes last, when the rest is decided."""
        suites = self._that_can_be_asked(suites)
        elsewhere = {one.suite.name for one in self.imported}
        self.attempts += [one for suite in self.imported for one in suite.attempts]
        standings = [self._first_look(suite) for suite in suites if suite.name not in elsewhere]
        self._ask([Portion(one.seen, one.seen.samples, _attempts(one)) for one in standings])
        standings += [Standing.whole(one.suite, one.obstacle, one.anchor_obstacle) for one in self.imported]
        self._look_for_drift(standings)
        compared = self._compared(standings)
        while onward := self._undecided(compared, standings):
            answered = len(self.attempts)
            self._ask([_difference(one, one.next()) for one in onward])
            if not self.asker.complete:
                # A look that the money did not reach is none; the one before it is still told.
                del self.attempts[answered:]
                break
            standings = [one.next() if one in onward else one for one in standings]
            self._look_for_drift(standings)
            compared = self._compared(standings)
        added = [cohort for one in changed if (cohort := self._ask_added(one, suites)) is not None]
        return self._compared(standings, added) if added else compared

    def _compared(self, standings: Sequence[Standing], added: Sequence[Suite] = ()) -> ModelComparison:
        """What the answers say so far."""
        return gate.compare(
            self.change,
            standings,
            self.attempts,
            self.gate,
            self.leaked,
            self.waived,
            added,
            self.judges,
        )

    def _that_can_be_asked(self, suites: Sequence[Suite]) -> list[Suite]:
        """Without those that compare two answers, where there is no base to compare with."""
        if self.change.base is not None:
            return list(suites)
        for suite in suites:
            if suite.is_pairwise:
                self.notices.append(
                    f"{suite.name} compares head with base, and there is no base: it was not asked"
                )
        return [suite for suite in suites if not suite.is_pairwise]

    def _first_look(self, suite: Suite) -> Standing:
        if suite.imported:
            return Standing.whole(suite, "its results are imported: hand them over with --results")
        standing = gate.first_look(suite, self.gate, has_baseline=self.change.base is not None)
        return replace(standing, anchor_obstacle=NOT_THE_ANCHOR) if suite.is_pairwise else standing

    def _undecided(self, compared: ModelComparison, standings: Sequence[Standing]) -> list[Standing]:
        """Suites that have looks left and need them."""
        onward = [one for one in standings if not one.is_last]
        if not onward or not self.asker.complete:
            return []
        settled = gate.settled(compared, self.gate)
        return [one for one in onward if one.suite.name not in settled]

    def _ask(self, portions: Iterable[Portion], sides: Iterable[Side] = Side) -> None:
        asked = [replace(portion, fresh=self._fresh) for portion in portions if portion.samples]
        if not asked:
            return
        chosen = {side: reference for side, reference in self.sides.items() if side in set(sides)}
        self.attempts += self.asker.ask(asked, chosen, self.change.name)

    def _ask_added(self, changed: ChangedSuite, suites: Sequence[Suite]) -> Suite | None:
        """The samples that no suite of base has, on both models; None where there is none, or no baseline."""
        base = self.change.base
        known = {sample.key for suite in suites for sample in suite.samples}
        new = tuple(sample for sample in changed.suite.samples if sample.key not in known)
        if base is None or not new or not self.asker.complete:
            return None
        keys = {sample.key for sample in new}
        answered = [one for one in changed.answers.get(base.digest, ()) if one.key in keys]
        if Side.BASE in self._fresh and any(one.reused for one in answered):
            answered = []  # given by the model that it was
        self.attempts += answered
        sides = (Side.HEAD,) if answered else (Side.BASE, Side.HEAD)
        cohort = changed.suite.model_copy(update={"samples": new})
        self._ask([Portion(cohort, new, attempts_of(cohort, range(cohort.attempts.head)))], sides)
        return cohort

    def _look_for_drift(self, standings: Sequence[Standing]) -> None:
        """Once for each side, as soon as it has answers that somebody may doubt."""
        for side, reference in self.sides.items():
            if side in self._probed or not self.asker.complete:
                continue
            pairwise = {one.suite.name for one in standings if one.suite.is_pairwise}
            mine = [one for one in self.attempts if one.side is side and one.suite not in pairwise]
            may_move = _in_moving_hands([one.suite for one in standings], self.providers)
            doubted = gate.doubtful(mine, self.world.clock.now(), self.commit, may_move)
            stored = gate.to_ask_again(doubted)
            if stored:
                self._probed.add(side)
                self._ask_again(side, reference, stored, standings)

    def _ask_again(
        self,
        side: Side,
        reference: ModelReference,
        stored: Sequence[Attempt],
        standings: Sequence[Standing],
    ) -> None:
        wanted = {(one.suite, one.key) for one in stored}
        portions = [
            Portion(one.suite, chosen, {side: range(1)}, frozenset({side}), is_probe=True)
            for one in standings
            if (chosen := [s for s in one.seen.samples if (one.suite.name, s.key) in wanted])
        ]
        label = f"{self.change.name}: {side.value} once more"
        found = gate.drift(stored, self.asker.ask(portions, {side: reference}, label))
        if found is None or not found.is_shown:
            return
        self.notices.append(
            f"stored answers of {reference.model} are not what it says now ({count(found.samples, 'answer')} "
            f"asked again, p = {found.p_value:.2g}): none of them was used for {side.value}"
        )
        self._fresh |= {side}
        is_outdated = _outdated(side, self.attempts, standings)
        outdated = [one for one in self.attempts if is_outdated(one)]
        self.attempts = [one for one in self.attempts if not is_outdated(one)]
        self.asker.forget(self.change.name, is_outdated)
        self._ask(_same_questions(outdated, standings), {one.side for one in outdated})


def _in_moving_hands(suites: Sequence[Suite], providers: Mapping[str, Provider]) -> Callable[[Attempt], bool]:
    """Whether who answered, or who judged, has a name that can mean another model tomorrow: a deployment, a program."""
    moving = {name for name, provider in providers.items() if not provider.has_lasting_names}
    judged = {
        suite.name
        for suite in suites
        if any(spec.asks is not None and spec.options.get("provider") in moving for spec in suite.graders)
    }
    return lambda one: one.provider in moving or one.suite in judged


def _outdated(
    side: Side, attempts: Sequence[Attempt], standings: Sequence[Standing]
) -> Callable[[Attempt], bool]:
    """What a model that has moved said before; of pairs, also what the other side said: both are judged anew."""
    pairwise = {one.suite.name for one in standings if one.suite.is_pairwise}
    moved = {
        (one.suite, one.key, one.attempt)
        for one in attempts
        if one.side is side and one.reused and one.suite in pairwise
    }

    def is_outdated(one: Attempt) -> bool:
        return (one.side is side and one.reused) or (one.suite, one.key, one.attempt) in moved

    return is_outdated


def _same_questions(attempts: Sequence[Attempt], standings: Sequence[Standing]) -> list[Portion]:
    """Portions that ask for these very attempts."""
    suites = {one.suite.name: one.seen for one in standings}
    wanted: defaultdict[tuple[str, int, Side], set[str]] = defaultdict(set)
    for one in attempts:
        wanted[one.suite, one.attempt, one.side].add(one.key)
    return [
        Portion(
            suites[name],
            [sample for sample in suites[name].samples if sample.key in keys],
            {side: range(number, number + 1)},
        )
        for (name, number, side), keys in wanted.items()
    ]


def _attempts(standing: Standing) -> Mapping[Side, range]:
    return attempts_of(standing.suite, range(standing.look.head_attempts))


def _difference(before: Standing, after: Standing) -> Portion:
    """What the next look needs that is not there yet: more samples, or more attempts of head at all of them."""
    suite, start = before.suite, before.look.samples
    if after.look.samples > start:
        return Portion(suite, suite.samples[start : after.look.samples], _attempts(after))
    more = range(before.look.head_attempts, after.look.head_attempts)
    return Portion(suite, suite.samples, {Side.HEAD: more})
