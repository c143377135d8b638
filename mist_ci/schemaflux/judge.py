"""Asks all row rules about a row, and most of them not at all: fast accept, slow explain."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from mist_ci.errors import Where
from mist_ci.models.data_format import DataFormat
from mist_ci.models.target import Target
from mist_ci.parsing.strict_json import JsonProblem, parse
from mist_ci.schemaflux.asking import ask
from mist_ci.schemaflux.kinds import RowRule, Rule, TargetRule
from mist_ci.schemaflux.orderly import LOOSE, Orderly, Signature
from mist_ci.schemaflux.plain import ESCAPED, STRICT
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Problem
from mist_ci.schemaflux.selection import Selection
from mist_ci.schemaflux.trait import Trait
from mist_ci.schemaflux.triggers import TriggerSet

_MOST_SIGNATURES = 10_000
_LONGEST_SIGNATURE = 100
_STRICT = 0
_LOOSE = 2
_TRIGGERS = 3
"""Patterns before the first trigger."""


@dataclass(frozen=True, slots=True)
class Found:
    """One problem of a row, the rule that found it, and the target that it matters to (None: to all)."""

    rule: Rule
    problem: Problem
    target: Target | None = None


class Glance:
    """Which patterns match a line."""

    __slots__ = ("is_escaped", "is_loose", "is_strict", "triggers")

    def __init__(self, matches: list[int]) -> None:
        self.is_strict = bool(matches) and matches[0] == 0
        self.is_escaped = 1 in matches
        """What the line holds may be written in another way: triggers are sure of its canonical form only."""
        self.is_loose = _LOOSE in matches
        self.triggers = matches[self.is_strict + self.is_escaped + self.is_loose :]


_PLAIN = Glance([_STRICT])


@dataclass(frozen=True, slots=True)
class _Question:
    rule: Rule
    ask: Callable[[Row], Iterable[Problem]]
    target: Target | None
    trigger: bytes | None

    def fits(self, data_format: DataFormat, traits: frozenset[Trait]) -> bool:
        meta = self.rule.META
        if meta.needs is not None and meta.needs not in traits:
            return False
        if self.target is not None and data_format not in self.target.formats:
            return False  # SF114 says so, once per file; what else it would mind does not matter
        return meta.formats is None or data_format in meta.formats


class Judge:
    """Row rules and target rules, prepared for many rows. Not picklable: build it where it is used."""

    def __init__(
        self,
        rules: Sequence[RowRule],
        target_rules: Sequence[TargetRule],
        targets: Sequence[Target],
        selection: Selection,
    ) -> None:
        questions = [
            *(_Question(rule, rule.check, None, rule.META.trigger) for rule in rules),
            *(_about(rule, target) for target in targets for rule in target_rules if _cares(rule, target)),
        ]
        questions = [one for one in questions if selection.takes(one.rule.META)]
        self._shape = [one for one in questions if one.trigger is None]
        self._text = [one for one in questions if one.trigger is not None]
        triggers = [one.trigger for one in self._text if one.trigger is not None]
        self._patterns = TriggerSet([STRICT, ESCAPED, LOOSE, *triggers])
        self._fitting: dict[tuple[DataFormat, frozenset[Trait]], list[_Question]] = {}
        self._clean: set[Signature] = set()
        self._orderly = None if any(one.target for one in self._shape) else Orderly(self._is_clean)

    def glance(self, raw: bytes) -> Glance:
        """One pass over a line for all patterns that there are."""
        matches = self._patterns.matches(raw)
        return _PLAIN if matches == [_STRICT] else Glance(matches)

    def orderly(self, raw: bytes, seen: Glance) -> Signature | None:
        """The signature of a line of openai-chat that is orderly. Targets may mind what others do not."""
        if seen.is_strict or seen.is_loose or self._orderly is None:
            return None
        return self._orderly.signature(raw)

    def _is_clean(self, raw: bytes) -> bool:
        try:
            value = parse(raw)
        except JsonProblem:
            return False
        row = Row(1, "", raw, DataFormat.OPENAI_CHAT)
        row.value = value
        return not self._answers(row, self._fitting_shapes(row))

    def problems(self, row: Row, seen: Glance) -> list[Found]:
        """What is wrong with a row by itself, in the order of the rules. `seen` is the glance at its line."""
        found: list[Found] = []
        signature = row.orderly if row.plain is None else row.plain.roles
        if signature not in self._clean:
            found += self._answers(row, self._fitting_shapes(row))
            if signature is not None and not found:
                self._remember(signature)
        if seen.is_escaped:
            seen = self.glance(row.canonical)
        if seen.triggers:
            questions = [self._text[index - _TRIGGERS] for index in seen.triggers]
            found += self._answers(row, [one for one in questions if one.fits(row.format, row.traits)])
        return found

    def _fitting_shapes(self, row: Row) -> list[_Question]:
        kind = row.format, row.traits
        if kind not in self._fitting:
            self._fitting[kind] = [one for one in self._shape if one.fits(*kind)]
        return self._fitting[kind]

    def _remember(self, signature: Signature) -> None:
        if len(signature) <= _LONGEST_SIGNATURE and len(self._clean) < _MOST_SIGNATURES:
            self._clean.add(signature)

    def _answers(self, row: Row, questions: Sequence[_Question]) -> list[Found]:
        where = Where(row.file, row.line)
        return [
            Found(question.rule, problem, question.target)
            for question in questions
            for problem in ask(question.rule, where, question.ask, row)
        ]


def _cares(rule: TargetRule, target: Target) -> bool:
    """False for a rule that has nothing to say for this target: it states no fact that the rule judges by."""
    facts = getattr(rule, "facts", None)
    if facts is not None and not facts(target):
        return False
    trigger = getattr(rule, "trigger", None)
    return trigger is None or trigger(target) is not None


def _about(rule: TargetRule, target: Target) -> _Question:
    trigger = getattr(rule, "trigger", None)
    pattern = rule.META.trigger if trigger is None else trigger(target)
    return _Question(rule, lambda row: rule.check(row, target), target, pattern)
