"""One gate looked at from before: what its models will be asked, suite by suite, and what that can show."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import prod

from mist_ci import gate, matchspec, planning, tokentrace
from mist_ci.gate import Hypotheses, Standing
from mist_ci.models.attempt import Side
from mist_ci.models.calibration import Calibration, SuiteCalibration
from mist_ci.models.config import Gate, Policy
from mist_ci.models.judges import NO_JUDGES, Judges
from mist_ci.models.modelref import ModelReference
from mist_ci.models.outlook import (
    NOTHING,
    EarlierSuite,
    ExtraOutlook,
    JudgeOutlook,
    ModelOutlook,
    Outlay,
    Range,
    SuiteOutlook,
)
from mist_ci.models.plan import ModelChange
from mist_ci.models.suite import Suite
from mist_ci.ports import World
from mist_ci.ports.files import Tree
from mist_ci.stages.judges import judge_cautions
from mist_ci.tokentrace import Lengths

Earlier = Mapping[tuple[str, str], EarlierSuite]
"""What earlier runs have seen, by reference and suite."""


@dataclass
class Ahead:
    """One gate; collects on the way what its figures rest on, and what to warn of."""

    world: World
    policy: Policy
    gate: Gate
    calibration: Calibration
    earlier: Earlier
    judges: Judges = NO_JUDGES
    assumptions: dict[str, None] = field(default_factory=dict)
    warnings: dict[str, None] = field(default_factory=dict)

    def guarded_references(self, tree: Tree) -> dict[str, ModelReference]:
        """Name → reference of the guarded models that are there. Raises ConfigError."""
        return {
            name: planning.read_reference(tree, path, self.policy)
            for name, path in self.policy.guarded_models(self.gate).items()
            if tree.exists(path)
        }

    def base_path(self, path: str) -> str:
        """The reference that a model is compared to: its own, or the one that the gate names."""
        return path if self.gate.compare_to == "base" else self.gate.compare_to

    def model(self, change: ModelChange, suites: Sequence[Suite]) -> ModelOutlook:
        """A reference that is evaluated, on all suites."""
        tests = Hypotheses.of([one for one in suites if gate.why_advisory(one, self.judges) is None])
        self.warn(told for one in suites for told in judge_cautions(one, self.judges, self.gate))
        found = tuple(
            self._suite(suite, change, tests) for suite in sorted(suites, key=lambda suite: suite.name)
        )
        told = [one.prospects for one in found if one.prospects is not None]
        model = ModelOutlook(
            model=change.name,
            path=change.path,
            base_model=change.base.model if change.base else None,
            head_model=change.head.model,
            anchor_model=change.anchor.model if change.anchor else None,
            suites=found,
            hypotheses=tests.hypotheses,
            clean_blocked=gate.clean_blocked(told, tests, self.gate.defaults.alpha) if told else None,
            clean_certified=prod(one.certified for one in told) if told else None,
        )
        self.warn(gate.cautions(model))
        if change.anchor is not None:
            alpha = self.gate.defaults.anchor_alpha
            self._assume([f"the chances are those against base; the anchor's own error rate is {alpha:.0%}"])
        return model

    def extras(
        self, changed: Sequence[Suite], current: Mapping[str, ModelReference]
    ) -> Iterator[ExtraOutlook]:
        """Suites that head changes, tried on the models in use."""
        for suite in changed:
            if suite.is_pairwise:  # it compares two answers, and here is one
                continue
            for name, reference in current.items():
                times = Range(least=suite.attempts.base, most=suite.attempts.base)
                outlay = self._with_judges(suite, times, reference, pairs=0)
                yield ExtraOutlook(suite=suite.name, model=name, reason="self-check", outlay=outlay)

    def added(
        self, change: ModelChange, changed: Sequence[Suite], suites: Sequence[Suite]
    ) -> Iterator[ExtraOutlook]:
        """Samples that only head has, which both models answer: base in the self-check, where there is one."""
        known = {sample.key for suite in suites for sample in suite.samples}
        for suite in changed if change.base else ():
            new = tuple(sample for sample in suite.samples if sample.key not in known)
            if not new:
                continue
            cohort = suite.model_copy(update={"samples": new})
            times = Range(least=suite.attempts.head, most=suite.attempts.head)
            outlay = self._with_judges(cohort, times, change.head, pairs=times.most)
            yield ExtraOutlook(
                suite=suite.name, model=change.name, reason="samples that only head has", outlay=outlay
            )

    def warn(self, sentences: Iterable[str]) -> None:
        """Keeps warnings, each once."""
        self.warnings.update(dict.fromkeys(sentences))

    def _assume(self, sentences: Iterable[str]) -> None:
        self.assumptions.update(dict.fromkeys(sentences))

    def _suite(self, suite: Suite, change: ModelChange, tests: Hypotheses) -> SuiteOutlook:
        measured = self._measured(suite, change)
        earlier = self.earlier.get((change.path, suite.name)) if change.base else None
        is_compared = change.base is not None and not suite.imported
        advisory = gate.why_advisory(suite, self.judges)
        decides = is_compared and advisory is None
        standing = gate.first_look(suite, self.gate, has_baseline=is_compared)
        lengths = Lengths.known(measured, earlier)
        sides = self._sides(standing, change, lengths)
        ahead = SuiteOutlook(
            suite=suite.name,
            role=suite.role,
            must_improve=suite.must_improve,
            samples=len(suite.samples),
            clusters=gate.count_clusters(suite),
            margin=gate.margin_of(suite, self.gate),
            base_attempts=suite.attempts.base,
            head_attempts=Range(least=standing.looks[0].head_attempts, most=standing.looks[-1].head_attempts),
            base=sides[Side.BASE],
            head=sides[Side.HEAD] or NOTHING,
            anchor=sides[Side.ANCHOR],
            judges=self._judged(suite, standing, change, lengths),
            imported=suite.imported,
            advisory=advisory,
            prospects=gate.prospects(suite, self.gate, tests, measured, earlier) if decides else None,
        )
        if is_compared:
            self._tell(suite, standing, measured, earlier)
            self.warn(gate.measured_cautions(ahead, measured))
        if is_compared and earlier is None:
            self.warn(gate.attempts_advice(suite, self.gate, tests, measured))
        return ahead

    def _sides(
        self, standing: Standing, change: ModelChange, lengths: Lengths | None
    ) -> dict[Side, Outlay | None]:
        """What each side takes; those that are not there are None."""
        suite, first, last = standing.suite, standing.looks[0], standing.looks[-1]
        samples = Range(least=first.samples, most=last.samples)
        others = Range(least=suite.attempts.base, most=suite.attempts.base)
        head = Range(least=first.head_attempts, most=last.head_attempts)
        sides: tuple[tuple[Side, ModelReference | None, Range], ...] = (
            (Side.BASE, change.base, others),
            (Side.HEAD, change.head, head),
            (Side.ANCHOR, None if suite.is_pairwise else change.anchor, others),
        )
        return {
            side: self._outlay(suite, samples, times, reference, lengths) if reference else None
            for side, reference, times in sides
        }

    def _judged(
        self, suite: Suite, standing: Standing, change: ModelChange, lengths: Lengths | None
    ) -> tuple[JudgeOutlook, ...]:
        """What its graders ask models about the answers of all sides."""
        first, last = standing.looks[0], standing.looks[-1]
        others = [one for one in (change.base, None if suite.is_pairwise else change.anchor) if one]
        work = tokentrace.ToJudge(
            samples=Range(least=first.samples, most=last.samples),
            answers=suite.attempts.base * len(others) + last.head_attempts,
            pairs=suite.attempts.base if change.base else 0,
            longest=max(self._longest(one, lengths) for one in (*others, change.head)),
        )
        return tuple(self._judges(suite, work))

    def _with_judges(self, suite: Suite, times: Range, reference: ModelReference, pairs: int) -> Outlay:
        """One side of a whole suite, and what its graders ask models about that."""
        work = tokentrace.ToJudge(_all(suite), times.most, pairs, self._longest(reference, None))
        judged = [one.outlay for one in self._judges(suite, work)]
        return sum(judged, self._outlay(suite, _all(suite), times, reference))

    def _judges(self, suite: Suite, work: tokentrace.ToJudge) -> Iterator[JudgeOutlook]:
        for asked in matchspec.questions_of_judges(suite):
            provider = self.policy.providers[asked.provider]
            self._assume(tokentrace.judge_assumptions(asked, provider, self._accounts))
            found = tokentrace.judge_outlay(asked, work, provider, self._accounts)
            self._doubt_price(asked.model, found)
            yield JudgeOutlook(grader=asked.grader, model=asked.model, outlay=found)

    def _longest(self, reference: ModelReference, lengths: Lengths | None) -> int:
        """Tokens of an answer at most."""
        provider = self.policy.providers[reference.provider]
        return tokentrace.Answers.expected(reference, provider, lengths).tokens_out[1]

    def _tell(
        self,
        suite: Suite,
        standing: Standing,
        measured: SuiteCalibration | None,
        earlier: EarlierSuite | None,
    ) -> None:
        """What the figures of a suite that is compared rest on."""
        self._assume(gate.spread_told(suite, measured, earlier))
        if standing.looks[0].samples < standing.looks[-1].samples:
            self._assume(
                [
                    "suites of 200 samples or more may be decided after a third of them; not targets, nor with a floor"
                ]
            )

    def _measured(self, suite: Suite, change: ModelChange) -> SuiteCalibration | None:
        """A calibration of this very suite on the model that is in use; one that is out of date is told."""
        if change.base is None:
            return None
        path = self.base_path(change.path)
        stale = self.calibration.stale(suite.name, suite.digest, path, change.base.digest)
        if stale:
            self.warn([f"{stale}: it is ignored; `mist-ci calibrate {path}` measures again"])
        return self.calibration.of(suite.name, suite.digest, change.base.digest)

    def _outlay(
        self,
        suite: Suite,
        samples: Range,
        attempts: Range,
        reference: ModelReference,
        lengths: Lengths | None = None,
    ) -> Outlay:
        provider = self.policy.providers[reference.provider]
        answers = tokentrace.Answers.expected(reference, provider, lengths)
        if suite.samples:  # an imported suite asks nothing here
            self._assume(tokentrace.assumptions(suite, answers, self._accounts, lengths))
        found = tokentrace.outlay(suite, samples, attempts, answers, self._accounts)
        self._doubt_price(reference.model, found)
        return found

    @property
    def _accounts(self) -> tokentrace.Accounts:
        return tokentrace.Accounts(self.world.tokens, self.world.prices, self.world.clock.now().date())

    def _doubt_price(self, model: str, found: Outlay) -> None:
        names = [one for one in self.gate.budgets.of("eval_", "pull_", "month_") if one.endswith("_usd")]
        if found.usd_most is None and names:
            self.warn(
                [f"{names[0]} is set and the price of {model!r} is unknown: the gate would end with MC306"]
            )


def _all(suite: Suite) -> Range:
    return Range(least=len(suite.samples), most=len(suite.samples))
