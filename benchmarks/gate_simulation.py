"""False alarms and power of the gate and of the rules that others use, over made-up models (design page 3 §3.6).

Six suites, two processes, under five minutes on two cores without options. Exit code 1 when a target is missed by
more than three standard errors.
"""

import argparse
import sys

from benchmarks.simulation.cells import (
    MAIN,
    SCENARIOS,
    STRESS,
    anchor_cell,
    main_cells,
    simulate,
    stress_cells,
)
from benchmarks.simulation.tables import (
    Target,
    main_table,
    main_targets,
    print_population,
    print_targets,
    stress_table,
    stress_targets,
)

REPS, SEED = 200, 7


def main() -> int:
    """Print everything, and say whether all targets are met."""
    options = _options()
    chosen = options.scenario or SCENARIOS
    targets: list[Target] = []
    print(f"seed {options.seed}, {options.reps} repetitions each, half as many under stress")
    print_population()
    cells = [cell for name in MAIN if name in chosen for cell in main_cells(name)]
    cells += [anchor_cell()] if "anchor" in chosen else []
    counted = simulate(cells, options.reps, options.seed)
    tallies = {(cell.scenario, cell.setting): one for cell, one in zip(cells, counted, strict=True)}
    if tallies:
        main_table(tallies)
        targets += main_targets(tallies)
    if "stress" in chosen:
        targets += _stress(options.reps // 2, options.seed)
    return print_targets(targets)


def _stress(reps: int, seed: int) -> list[Target]:
    pairs = {place: stress_cells(*place) for place in STRESS}
    cells = [cell for pair in pairs.values() for cell in pair]
    counted = list(simulate(cells, reps, seed))
    stressed = {place: (counted[2 * at], counted[2 * at + 1]) for at, place in enumerate(pairs)}
    stress_table(stressed)
    return stress_targets(stressed)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reps", type=int, default=REPS, help="repetitions of each scenario")
    parser.add_argument("--scenario", action="append", choices=SCENARIOS, help="may be given more than once")
    parser.add_argument("--seed", type=int, default=SEED)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
