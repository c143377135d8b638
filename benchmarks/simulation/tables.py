"""The simulation in print: who was simulated, what came of it, and whether that is good enough."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.simulation.cells import (
    ESCALATES,
    HIT_BY_FIVE,
    HIT_BY_TEN,
    PLAIN,
    SETTINGS,
    SINGLE,
    SIZES,
    STORED,
    STRESS,
)
from benchmarks.simulation.population import Skill, draw
from benchmarks.simulation.rules import RULES
from benchmarks.simulation.tally import CERTIFIED, Estimate, Tally, share
from mist_ci.models.verdict import Verdict

NOISE = 3.0
"""Standard errors by which a target has to be missed before that counts as shown."""
ONE_PASS = sum(SIZES)
MEASURED_ON = 40_000
TITLES = {
    SINGLE: "ours, one attempt each",
    STORED: "ours, base 5 stored, head 1",
    ESCALATES: "ours, base 5 stored, head 1 to 3",
}
NOTHING = "–"


@dataclass(frozen=True, slots=True)
class Target:
    """A number that must not be above its limit, or not below it."""

    name: str
    got: Estimate
    limit: float
    is_ceiling: bool

    @property
    def excess(self) -> float:
        """By how much it is missed; negative when it is met."""
        return self.got.value - self.limit if self.is_ceiling else self.limit - self.got.value

    @property
    def is_missed(self) -> bool:
        """True when chance does not explain it."""
        return self.excess > NOISE * self.got.error

    def __str__(self) -> str:
        """One line."""
        sign = "<=" if self.is_ceiling else ">="
        told = "yes" if self.excess <= 0.0 else "NO" if self.is_missed else "no, within three standard errors"
        return f"  {self.name:52} {self.got!s:>12} %   {sign} {100 * self.limit:g} %   {told}"


def print_population() -> None:
    """The models as they came out, on many samples of each kind."""
    print(
        "\nModels: correlation of single attempts (phi) and of a model with itself (icc), sd of differences"
    )
    print(
        f"  {'wanted phi':>10} {'accuracy':>8} {'phi':>6} {'icc':>6}   sd(D) at base/head attempts 1/1, 5/1, 5/3"
    )
    seen = [*((0.65, skill.accuracy) for skill in PLAIN), *STRESS]
    for phi, accuracy in seen:
        dice = np.random.default_rng([int(1000 * phi), int(1000 * accuracy)])
        said = draw(Skill(MEASURED_ON, accuracy, phi=phi), dice, {"base": 5, "head": 3})
        base, head = said["base"], said["head"]
        achieved = np.corrcoef(base[0], head[0])[0, 1], np.corrcoef(base[0], base[1])[0, 1]
        spreads = [
            np.std(head[:many].mean(axis=0) - base[:stored].mean(axis=0))
            for stored, many in ((1, 1), (5, 1), (5, 3))
        ]
        deviations = "  ".join(f"{one:.3f}" for one in spreads)
        print(f"  {phi:10} {accuracy:8} {achieved[0]:6.3f} {achieved[1]:6.3f}   {deviations}")


def main_table(tallies: Mapping[tuple[str, str], Tally]) -> None:
    """Rules and settings by scenarios, percent with one standard error."""
    print("\nSix suites, percent of pull requests (found: this very suite was flagged)")
    titles = (
        "blocked, no change",
        "pass/inconcl.",
        "-10 found (n=200)",
        "-5 found (n=400)",
        "all -3 blocked",
        "head calls",
    )
    print(f"  {'':34}" + "".join(f"{title:>19}" for title in titles))
    for name in RULES:
        _print_row(name, _rule_row(name, tallies))
    for setting in SETTINGS:
        _print_row(TITLES[setting], _our_row(setting, tallies))
    if (anchored := tallies.get(("anchor", ESCALATES))) is not None:
        base, anchor = anchored.share(anchored.blocked), anchored.share(anchored.anchor_blocked)
        either = anchored.share(anchored.either_blocked)
        print(
            f"  With an anchor, no change: blocked by base {base}, by the anchor {anchor}, by either {either} %"
        )


def _print_row(title: str, columns: Sequence[str]) -> None:
    print(f"  {title:34}" + "".join(f"{column:>19}" for column in columns))


def _rule_row(rule: str, tallies: Mapping[tuple[str, str], Tally]) -> list[str]:
    def flagged(scenario: str, number: int | None) -> str:
        tally = tallies.get((scenario, SINGLE))
        return NOTHING if tally is None else str(share(tally.rules[rule, number], tally.reps))

    return [
        flagged("no-change", None),
        NOTHING,
        flagged("minus-10", HIT_BY_TEN),
        flagged("minus-5", HIT_BY_FIVE),
        flagged("all-minus-3", None),
        "100",
    ]


def _our_row(setting: str, tallies: Mapping[tuple[str, str], Tally]) -> list[str]:
    numbers = our_numbers(setting, tallies)
    row = [str(numbers[name]) if name in numbers else NOTHING for name in NUMBERS]
    tally = tallies.get(("no-change", setting))
    split = NOTHING if tally is None else _split(tally)
    return [row[0], split, *row[1:]]


def _split(tally: Tally) -> str:
    passed, open_ = tally.mean_share(CERTIFIED), tally.mean_share([Verdict.INCONCLUSIVE])
    return f"{100 * passed:.1f}/{100 * open_:.1f}"


NUMBERS = ("no change", "-10", "-5", "all -3", "calls")


def our_numbers(setting: str, tallies: Mapping[tuple[str, str], Tally]) -> dict[str, Estimate]:
    """What is known of NUMBERS under a setting."""
    numbers: dict[str, Estimate] = {}
    if (tally := tallies.get(("no-change", setting))) is not None:
        numbers |= {"no change": tally.share(tally.blocked), "calls": tally.head_calls(ONE_PASS)}
    if (tally := tallies.get(("minus-10", setting))) is not None:
        numbers["-10"] = tally.found(HIT_BY_TEN)
    if (tally := tallies.get(("minus-5", setting))) is not None:
        numbers["-5"] = tally.found(HIT_BY_FIVE)
    if (tally := tallies.get(("all-minus-3", setting))) is not None:
        numbers["all -3"] = tally.share(tally.blocked)
    return numbers


def main_targets(tallies: Mapping[tuple[str, str], Tally]) -> list[Target]:
    """What issue and design ask of the escalation defaults, and of every setting where nothing has changed."""
    wanted = {
        "no change": ("blocked at no change", 0.05, True),
        "-10": ("-10 in 200 samples found", 0.95, False),
        "-5": ("-5 in 400 samples found", 0.85, False),
        "all -3": ("all -3 blocked", 0.90, False),
        "calls": ("head calls at no change", 1.50, True),
    }
    numbers = our_numbers(ESCALATES, tallies)
    targets = [
        Target(name, numbers[key], limit, up) for key, (name, limit, up) in wanted.items() if key in numbers
    ]
    for setting in (SINGLE, STORED):
        numbers = our_numbers(setting, tallies)
        if "no change" in numbers:
            targets.append(
                Target(
                    f"blocked at no change ({TITLES[setting]})", numbers["no change"], 0.05, is_ceiling=True
                )
            )
    if (anchored := tallies.get(("anchor", ESCALATES))) is not None:
        either = anchored.share(anchored.either_blocked)
        targets.append(Target("blocked at no change, base or anchor", either, 0.05, is_ceiling=True))
    return targets


Stressed = Mapping[tuple[float, float], tuple[Tally, Tally]]
"""By phi and accuracy: nothing has changed, and every suite has lost its margin."""


def stress_table(stressed: Stressed) -> None:
    """False blocks, and false passes of each suite."""
    print("\nStress: blocked at no change; passes of suites that lost exactly their margin, by size")
    print(f"  {'phi':>5} {'accuracy':>8} {'blocked':>13}   " + "".join(f"{size:>12}" for size in SIZES))
    for (phi, accuracy), (same, lost) in stressed.items():
        passes = "".join(f"{lost.certified(number)!s:>12}" for number in range(len(SIZES)))
        print(f"  {phi:5} {accuracy:8} {same.share(same.blocked)!s:>13}   {passes}")


def stress_targets(stressed: Stressed) -> list[Target]:
    """Of each stress the worst. The highest of many uncertain numbers is too high: sizes are told together as well."""
    blocked = max((same.share(same.blocked) for same, _ in stressed.values()), key=_value)
    passes = [lost.certified(number) for _, lost in stressed.values() for number in range(len(SIZES))]
    together = Tally(len(SIZES))
    for _, lost in stressed.values():
        together.merge(lost)
    by_size = max((together.certified(number) for number in range(len(SIZES))), key=_value)
    return [
        Target("blocked at no change, worst stress", blocked, 0.05, is_ceiling=True),
        Target("false pass at the margin, worst size of 6", by_size, 0.08, is_ceiling=True),
        Target(
            f"false pass at the margin, highest of {len(passes)}",
            max(passes, key=_value),
            0.08,
            is_ceiling=True,
        ),
    ]


def _value(estimate: Estimate) -> float:
    return estimate.value


def print_targets(targets: Sequence[Target]) -> int:
    """One line each; 1 when one is missed."""
    print("\nTargets (escalation defaults unless said otherwise)")
    for target in targets:
        print(target)
    return int(any(target.is_missed for target in targets))
