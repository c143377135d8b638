"""Logic of statements: what follows from them, and when they are true."""

from collections.abc import Callable
from itertools import pairwise, product
from random import Random
from typing import TypeVar

from suites.generators.growing import EASY, HARD, Item
from suites.generators.puzzles import choice
from suites.generators.words import COLOURS, NAMES

_YES, _NO, _OPEN = "yes", "no", "cannot be determined"
_KINDS = (
    "blims",
    "corps",
    "dafts",
    "florps",
    "gremms",
    "jilts",
    "kroons",
    "lomps",
    "mirps",
    "nuvs",
    "prants",
    "zells",
)


def syllogism(rng: Random, level: int) -> Item:
    a, b, c, d = rng.sample(_KINDS, 4)
    forms = (
        (
            (f"All {a} are {b}. All {b} are {c}. Are all {a} {c}?", _YES),
            (f"All {a} are {b}. No {b} are {c}. Are some {a} {c}?", _NO),
        ),
        (
            (f"All {a} are {b}. All {c} are {b}. Are all {a} {c}?", _OPEN),
            (f"There are {a}. All {a} are {b}. All {a} are {c}. Are some {b} {c}?", _YES),
            (f"Some {a} are {b}. No {b} are {c}. Are all {a} {c}?", _NO),
            (f"Some {a} are {b}. Some {b} are {c}. Are some {a} {c}?", _OPEN),
        ),
        (
            (f"All {a} are {b}. No {c} are {b}. There are {d}, and all {d} are {c}. Are some {d} {a}?", _NO),
            (
                f"No {a} are {b}. All {c} are {b}. Are there {c} that are not {a}, provided there are {c}?",
                _YES,
            ),
            (f"All {a} are {b}. Some {b} are not {c}. All {c} are {d}. Are some {a} not {c}?", _OPEN),
            (f"Only {b} are {a}. Some {a} are {c}. All {c} are {d}. Are some {b} {d}?", _YES),
            (
                f"All {a} are {b}. All {a} are {c}. Nobody knows whether there are {a}. Are some {b} {c}?",
                _OPEN,
            ),
        ),
    )[level]
    question, right = rng.choice(forms)
    return choice(rng, question, right, (_YES, _NO, _OPEN))


def conditionals(rng: Random, level: int) -> Item:
    facts = rng.sample(
        (
            "the lamp is on",
            "the door is open",
            "the fan runs",
            "the alarm rings",
            "the gate is locked",
            "the heater is warm",
        ),
        (2, 3, 4)[level],
    )
    rules = [f"If {a}, {b}." for a, b in pairwise(facts)]
    shown = " ".join(rng.sample(rules, len(rules)))
    kind = rng.randrange(2 + (level > EASY) * 2)
    first, last = facts[0], facts[-1]
    given, asked, right = (
        (f"{first.capitalize()}.", last, _YES),
        (f"It is not the case that {last}.", first, _NO),
        (f"{last.capitalize()}.", first, _OPEN),
        (f"It is not the case that {first}.", last, _OPEN),
    )[kind]
    text = f"{shown} {given} Is it true that {asked}?"
    return choice(rng, text, right, (_YES, _NO, _OPEN))


def how_many_true(rng: Random, level: int) -> Item:
    values = {name: bool(rng.randrange(2)) for name in "PQRS"[: (2, 3, 4)[level]]}
    statements = _different(lambda: _formula(rng, values, level), (3, 4, 4)[level])
    told = ", ".join(f"{name} is {'true' if value else 'false'}" for name, value in values.items())
    listed = "; ".join(text for text, _ in statements)
    count = sum(value for _, value in statements)
    text = f"{told}. How many of these statements are true? {listed}."
    return choice(rng, text, str(count), [str(number) for number in range(len(statements) + 1)])


def satisfying(rng: Random, level: int) -> Item:
    names = "PQR"[: (2, 3, 3)[level]]
    while True:
        parts = _different(lambda: _clause(rng, names), (2, 2, 4)[level])
        worlds = list(product((True, False), repeat=len(names)))
        good = [world for world in worlds if all(holds(world) for _, holds in parts)]
        bad = [world for world in worlds if world not in good]
        if good and len(bad) >= 3:
            break
    text = " and ".join(f"({words})" for words, _ in parts)
    right = _assigned(names, rng.choice(good))
    question = f'Which of these makes "{text}" true?'
    return choice(rng, question, right, [_assigned(names, world) for world in bad], 4)


def negation(rng: Random, level: int) -> Item:
    thing, colour, other = rng.choice(("doors", "cups", "boats", "coats")), *rng.sample(COLOURS, 2)
    every, some = f"all {thing} are {colour}", f"some {thing} are {colour}"
    none, not_every = f"no {thing} are {colour}", f"at least one of the {thing} is not {colour}"
    if level == EASY:
        said, right, wrong = rng.choice(
            (
                (every, not_every, (none, f"all {thing} are {other}", some)),
                (
                    none,
                    f"at least one of the {thing} is {colour}",
                    (every, f"all {thing} are {other}", not_every),
                ),
            )
        )
    else:
        big = rng.choice(("new", "large", "heavy", "old"))
        said, right, wrong = rng.choice(
            (
                (
                    f"every one of the {thing} is {colour} or {big}",
                    f"at least one of the {thing} is neither {colour} nor {big}",
                    (
                        f"every one of the {thing} is neither {colour} nor {big}",
                        f"at least one of the {thing} is {colour} but not {big}",
                        f"no one of the {thing} is both {colour} and {big}",
                    ),
                ),
                (
                    f"if a thing is one of the {thing}, it is {colour}",
                    f"there is one of the {thing} that is not {colour}",
                    (
                        f"if a thing is not one of the {thing}, it is not {colour}",
                        f"if a thing is {colour}, it is one of the {thing}",
                        f"if a thing is one of the {thing}, it is not {colour}",
                    ),
                ),
                (
                    f"at most two of the {thing} are {big} and {colour}",
                    f"at least three of the {thing} are {big} and {colour}",
                    (
                        f"at least four of the {thing} are {big} and {colour}",
                        f"exactly three of the {thing} are {big} and {colour}",
                        f"at most two of the {thing} are neither {big} nor {colour}",
                    ),
                ),
            )
        )
    place = rng.choice(("harbour", "museum", "workshop", "cellar"))
    text = f'{rng.choice(NAMES)} says about the {place}: "{said[0].upper()}{said[1:]}." This is false.'
    return choice(rng, f"{text} What is certainly true there?", right, wrong)


def contrapositive(rng: Random, level: int) -> Item:
    name, thing = rng.choice(NAMES), rng.choice(("umbrella", "bicycle", "lantern", "raincoat"))
    weather = rng.choice(("it rains", "it is dark", "it is Sunday", "the bus is late"))
    takes, leaves = f"{name} takes the {thing}", f"{name} does not take the {thing}"
    forms = (
        (
            f"Whenever {weather}, {takes}.",
            f"whenever {leaves}, it is not the case that {weather}",
            f"whenever {takes}, {weather}",
        ),
        (f"{takes} only if {weather}.", f"whenever {takes}, {weather}", f"whenever {weather}, {takes}"),
        (f"Unless {weather}, {leaves}.", f"whenever {takes}, {weather}", f"whenever {weather}, {takes}"),
    )
    said, right, wrong = forms[level] if level == EASY else rng.choice(forms[: level + 1])
    others = (
        wrong,
        f"it is not the case that {weather}",
        f"whenever it is not the case that {weather}, {takes}",
        f"{name} never takes the {thing}",
    )
    return choice(rng, f"{said} Which of these certainly follows?", right, others)


_T = TypeVar("_T")


def _different(make: Callable[[], tuple[str, _T]], count: int) -> list[tuple[str, _T]]:
    """So many, no two of them with the same text."""
    made: dict[str, _T] = {}
    while len(made) < count:
        text, meaning = make()
        made.setdefault(text, meaning)
    return list(made.items())


def _formula(rng: Random, values: dict[str, bool], level: int) -> tuple[str, bool]:
    one, two = rng.sample(sorted(values), 2)
    a, b = values[one], values[two]
    simple = [(f"{one} and {two}", a and b), (f"{one} or {two}", a or b), (f"not {one}", not a)]
    if level == EASY:
        return rng.choice(simple)
    more = [
        (f"not ({one} and {two})", not (a and b)),
        (f"{one} and not {two}", a and not b),
        (f"not {one} or {two}", not a or b),
    ]
    if level == HARD:
        third = rng.choice(sorted(values))
        c = values[third]
        more += [
            (f"if {one}, then not {two}", not a or not b),
            (f"({one} or {two}) and not {third}", (a or b) and not c),
            (f"exactly one of {one} and {two}", a != b),
        ]
    return rng.choice(more)


def _clause(rng: Random, names: str) -> tuple[str, Callable[[tuple[bool, ...]], bool]]:
    i, j = rng.sample(range(len(names)), 2)
    p, q = names[i], names[j]
    clauses: tuple[tuple[str, Callable[[tuple[bool, ...]], bool]], ...] = (
        (f"{p} or {q}", lambda world: world[i] or world[j]),
        (f"not {p} or {q}", lambda world: not world[i] or world[j]),
        (f"not {p} or not {q}", lambda world: not world[i] or not world[j]),
        (f"{p} and not {q}", lambda world: world[i] and not world[j]),
    )
    return rng.choice(clauses)


def _assigned(names: str, world: tuple[bool, ...]) -> str:
    return ", ".join(
        f"{name} is {'true' if value else 'false'}" for name, value in zip(names, world, strict=True)
    )
