"""What is simulated: six suites, what became of them, and how often each model is asked."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from multiprocessing import get_context

import numpy as np

from benchmarks.simulation.population import SPREAD, Skill, draw
from benchmarks.simulation.procedure import Procedure
from benchmarks.simulation.rules import RULES
from benchmarks.simulation.tally import Tally
from mist_ci.models.suite import AttemptCounts

SIZES = (100, 150, 200, 300, 400, 600)
ACCURACIES = (0.5, 0.58, 0.66, 0.74, 0.82, 0.9)
MARGIN = 0.05
STRESS_ACCURACIES = (0.95, 0.12)
HIT_BY_TEN, HIT_BY_FIVE = SIZES.index(200), SIZES.index(400)
DRAWN = {"base": 5, "head": 3}
"""Attempts that are drawn for each setting, so that all of them judge the same models."""
CHUNK, PROCESSES = 20, 2

ESCALATES, STORED, SINGLE = "escalates", "stored", "single"
SETTINGS = {
    SINGLE: AttemptCounts(),
    STORED: AttemptCounts(base=5),
    ESCALATES: AttemptCounts(base=5, head=1, max_head=3),
}
PLAIN = tuple(Skill(n, accuracy) for n, accuracy in zip(SIZES, ACCURACIES, strict=True))


@dataclass(frozen=True, slots=True)
class Cell:
    """One scenario under one setting. The seed hangs on the scenario alone: settings judge the same draws."""

    scenario: str
    setting: str
    skills: tuple[Skill, ...]
    has_anchor: bool = False
    with_rules: bool = False


def _shifted(number: int | None, shift: float, skills: Sequence[Skill] = PLAIN) -> tuple[Skill, ...]:
    """One suite's head better by `shift`, or that of all."""
    return tuple(
        replace(skill, shift=shift if number in (None, at) else 0.0) for at, skill in enumerate(skills)
    )


MAIN = {
    "no-change": PLAIN,
    "minus-10": _shifted(HIT_BY_TEN, -0.10),
    "minus-5": _shifted(HIT_BY_FIVE, -0.05),
    "all-minus-3": _shifted(None, -0.03),
}
STRESS = [(phi, accuracy) for phi in SPREAD for accuracy in STRESS_ACCURACIES]
SCENARIOS = (*MAIN, "anchor", "stress")


def main_cells(scenario: str) -> list[Cell]:
    """A scenario of design page 3 §3.6 under each setting."""
    return [Cell(scenario, setting, MAIN[scenario], with_rules=setting == SINGLE) for setting in SETTINGS]


def anchor_cell() -> Cell:
    """Nothing has changed, and head is held against an anchor as well."""
    return Cell("anchor", ESCALATES, PLAIN, has_anchor=True)


def stress_cells(phi: float, accuracy: float) -> tuple[Cell, Cell]:
    """All suites hard or easy: nothing has changed, and every suite has lost exactly its margin."""
    skills = tuple(Skill(n, accuracy, phi=phi) for n in SIZES)
    name = f"stress-{phi}-{accuracy}"
    lost = _shifted(None, -MARGIN, skills)
    return Cell(name, ESCALATES, skills), Cell(f"{name}-margin", ESCALATES, lost)


def simulate(cells: Sequence[Cell], reps: int, seed: int) -> Iterator[Tally]:
    """Each cell's counts, in order, from a few processes; the same ones whatever their number."""
    jobs = [
        (at, cell, seed, start, min(start + CHUNK, reps))
        for at, cell in enumerate(cells)
        for start in range(0, reps, CHUNK)
    ]
    tallies = [Tally(len(cell.skills)) for cell in cells]
    with get_context("spawn").Pool(PROCESSES) as pool:
        for at, tally in pool.imap(_run, jobs):
            tallies[at].merge(tally)
    yield from tallies


def _run(job: tuple[int, Cell, int, int, int]) -> tuple[int, Tally]:
    at, cell, seed, start, stop = job
    return at, repeat(cell, seed, range(start, stop))


def repeat(cell: Cell, seed: int, reps: range) -> Tally:
    """Some repetitions of a cell; each has dice of its own."""
    procedure = _procedure(cell.setting, cell.has_anchor)
    drawn = {**DRAWN, "anchor": DRAWN["base"]} if cell.has_anchor else DRAWN
    tally = Tally(len(cell.skills))
    for rep in reps:
        dice = np.random.default_rng([seed, rep, *cell.scenario.encode()])
        answers = [draw(skill, dice, drawn) for skill in cell.skills]
        tally.add(procedure.judge(answers))
        if cell.with_rules:
            for name, rule in RULES.items():
                tally.add_rule(name, [rule(said["base"][0], said["head"][0]) for said in answers])
    return tally


@lru_cache(maxsize=2)
def _procedure(setting: str, has_anchor: bool) -> Procedure:
    """Made once in each process: its records are many."""
    return Procedure(SIZES, SETTINGS[setting], has_anchor=has_anchor)
