"""Logic puzzles about people and things: their answers are found by going through every possibility."""

from collections.abc import Callable, Sequence
from itertools import pairwise, permutations, product
from random import Random

from suites.generators.growing import EASY, HARD, Item
from suites.generators.words import ANIMALS, COLOURS, NAMES


def choice(rng: Random, question: str, right: str, wrong: Sequence[str], most: int = 5) -> Item:
    """A multiple-choice question; the right answer stands anywhere."""
    others = list(dict.fromkeys(one for one in wrong if one != right))
    choices = [right, *rng.sample(others, min(most - 1, len(others)))]
    rng.shuffle(choices)
    return Item(question, right, {"choices": choices})


def ranking(rng: Random, level: int) -> Item:
    people = rng.sample(NAMES, (3, 4, 6)[level])
    more, most, less = rng.choice((("taller", "tallest", "shorter"), ("older", "oldest", "younger")))
    clues = [
        f"{a} is {more} than {b}." if rng.randrange(2) else f"{b} is {less} than {a}."
        for a, b in pairwise(people)
    ]
    rng.shuffle(clues)
    place = rng.randrange(0, (1, len(people), len(people))[level])
    ask = f"Who is the {most}?" if place == 0 else f"Sorted from the {most} down, who is number {place + 1}?"
    return choice(rng, f"{' '.join(clues)} {ask}", people[place], people, 6)


def seats(rng: Random, level: int) -> Item:
    people = rng.sample(NAMES, (3, 4, 5)[level])
    clues = _clues(rng, people, list(permutations(people)), _seat_clues)
    seated = clues[1]
    place = rng.randrange(len(people))
    row = f"{_listed(sorted(people))} sit in a row of {len(people)} seats, numbered from left to right."
    return choice(rng, f"{row} {' '.join(clues[0])} Who sits in seat {place + 1}?", seated[place], people)


def pets(rng: Random, level: int) -> Item:
    count = (3, 3, 4)[level]
    people, animals = rng.sample(NAMES, count), rng.sample(ANIMALS, count)
    clues, owned = _clues(rng, people, list(permutations(animals)), _pet_clues)
    place = rng.randrange(count)
    text = f"{_listed(people)} own one animal each: {_listed(['a ' + one for one in animals])}. {' '.join(clues)}"
    if level > EASY and rng.randrange(2):
        return choice(rng, f"{text} Who owns the {owned[place]}?", people[place], people)
    return choice(rng, f"{text} Which animal does {people[place]} own?", owned[place], animals)


def knights_and_knaves(rng: Random, level: int) -> Item:
    people = rng.sample(NAMES, (2, 2, 3)[level])
    while True:
        said = [_statement(rng, index, people, level) for index in range(len(people))]
        worlds = [
            world
            for world in product((True, False), repeat=len(people))
            if all(world[index] == claim(world) for index, (_, claim) in enumerate(said))
        ]
        if len(worlds) == 1:
            break
    text = " ".join(f'{name} says: "{words}"' for name, (words, _) in zip(people, said, strict=True))
    rule = "On an island, everybody either always tells the truth or always lies."
    answers = [_truthful(people, world) for world in product((True, False), repeat=len(people))]
    return choice(rng, f"{rule} {text} Who tells the truth?", _truthful(people, worlds[0]), answers)


def swaps(rng: Random, level: int) -> Item:
    count = (3, 4, 5)[level]
    people, colours = rng.sample(NAMES, count), rng.sample(COLOURS, count)
    held = dict(zip(people, colours, strict=True))
    text = f"{_listed([f'{name} has the {colour} ball' for name, colour in held.items()])}."
    for step in range((1, 3, 6)[level]):
        one, two = rng.sample(people, 2)
        held[one], held[two] = held[two], held[one]
        text += f" {('First', 'Then', 'After that')[min(step, 2)]} {one} and {two} swap balls."
    if rng.randrange(2):
        name = rng.choice(people)
        return choice(rng, f"{text} Which ball does {name} have at the end?", held[name], colours)
    name = rng.choice(people)
    return choice(rng, f"{text} Who has the {held[name]} ball at the end?", name, people)


def switches(rng: Random, level: int) -> Item:
    lamps = rng.sample(COLOURS, 3)
    lit = set[str]()
    text = f"There are three lamps, {_listed(lamps)}, and all of them are off."
    for _ in range((2, 5, 9)[level]):
        lamp = rng.choice(lamps)
        if level == HARD and not rng.randrange(3):
            lit = set(lamps) - lit
            text += " All three switches are pressed."
        else:
            lit ^= {lamp}
            text += f" The switch of the {lamp} lamp is pressed."
    rule = "Pressing the switch of a lamp turns it on when it is off, and off when it is on."
    answers = [_lit(lamps, chosen) for chosen in product((True, False), repeat=3)]
    right = _lit(lamps, tuple(lamp in lit for lamp in lamps))
    return choice(rng, f"{text} {rule} Which lamps are on now?", right, answers)


def orders(rng: Random, level: int) -> Item:
    tasks = rng.sample(("wash", "dry", "fold", "iron", "pack", "weigh", "label", "ship"), (3, 4, 5)[level])
    pairs = [(a, b) for index, a in enumerate(tasks) for b in tasks[index + 1 :]]
    rules = rng.sample(pairs, (2, 4, 6)[level])
    every = list(permutations(tasks))
    rng.shuffle(every)
    good = [one for one in every if all(one.index(a) < one.index(b) for a, b in rules)]
    bad = [one for one in every if one not in good]
    named = sorted(tasks)
    text = f"Five steps have to be done one after the other: {_listed(named)}.".replace(
        "Five", _count(len(tasks))
    )
    clues = " ".join(f"{a.capitalize()} comes before {b}." for a, b in rng.sample(rules, len(rules)))
    shown = [", ".join(one) for one in bad[:4]]
    return choice(rng, f"{text} {clues} Which of these orders is allowed?", ", ".join(good[0]), shown)


def turns(rng: Random, level: int) -> Item:
    compass = ("north", "east", "south", "west")
    facing = rng.randrange(4)
    east, north = 0, 0
    text = f"Somebody stands at a lamp post and faces {compass[facing]}."
    for _ in range((2, 3, 5)[level]):
        turn = rng.choice((("right", 1), ("left", -1), ("around", 2)))
        steps = rng.randrange(2, 9)
        facing = (facing + turn[1]) % 4
        east, north = east + (0, steps, 0, -steps)[facing], north + (steps, 0, -steps, 0)[facing]
        text += f" Then they turn {turn[0]}{'' if turn[0] == 'around' else ' by 90 degrees'} and walk {steps} steps."
    if level < HARD:
        return choice(rng, f"{text} Which way do they face at the end?", compass[facing], compass)
    away = abs(east) + abs(north)
    near = [str(away + by) for by in (-3, -2, -1, 1, 2, 3) if away + by >= 0]
    ask = "Along a grid of streets, how many steps is the shortest way back to the lamp post?"
    return choice(rng, f"{text} {ask}", str(away), near)


_Clue = tuple[str, Callable[[tuple[str, ...]], bool]]


def _clues(
    rng: Random,
    people: list[str],
    worlds: list[tuple[str, ...]],
    kinds: Callable[[Random, list[str], tuple[str, ...]], _Clue],
) -> tuple[list[str], tuple[str, ...]]:
    """Clues that leave one world and none of which is idle, and that world."""
    world = rng.choice(worlds)
    left, chosen = worlds, list[_Clue]()
    while len(left) > 1:
        clue = kinds(rng, people, world)
        still = [one for one in left if clue[1](one)]
        if len(still) < len(left):
            left, chosen = still, [*chosen, clue]
    for clue in list(chosen):
        others = [one for one in chosen if one is not clue]
        if sum(all(holds(one) for _, holds in others) for one in worlds) == 1:
            chosen = others
    return [text for text, _ in chosen], world


def _seat_clues(rng: Random, people: list[str], world: tuple[str, ...]) -> _Clue:
    one, two = rng.sample(people, 2)
    a, b = world.index(one), world.index(two)
    kind = rng.randrange(3)
    if kind == 0 and abs(a - b) == 1:
        side = "left" if a < b else "right"
        return (
            f"{one} sits directly to the {side} of {two}.",
            lambda row: row.index(one) - row.index(two) == a - b,
        )
    if kind == 1:
        return f"{one} does not sit in seat {b + 1}.", lambda row: row.index(one) != b
    side = "left" if a < b else "right"
    return (
        f"{one} sits somewhere to the {side} of {two}.",
        lambda row: (row.index(one) < row.index(two)) == (a < b),
    )


def _pet_clues(rng: Random, people: list[str], world: tuple[str, ...]) -> _Clue:
    place = rng.randrange(len(people))
    name = people[place]
    other, third = rng.sample([one for one in world if one != world[place]], 2)
    if rng.randrange(3):
        return f"{name} does not own the {other}.", lambda owned: owned[place] != other
    kept = rng.choice((other, third))
    return (
        f"{name} owns the {world[place]} or the {kept}.",
        lambda owned: owned[place] in (world[place], kept),
    )


def _statement(
    rng: Random, index: int, people: list[str], level: int
) -> tuple[str, Callable[[tuple[bool, ...]], bool]]:
    other = rng.choice([one for one in range(len(people)) if one != index])
    kinds: list[tuple[str, Callable[[tuple[bool, ...]], bool]]] = [
        (f"{people[other]} lies.", lambda world: not world[other]),
        ("At least one of us lies.", lambda world: not all(world)),
    ]
    if level > EASY:
        kinds += [
            (f"{people[other]} and I are of the same kind.", lambda world: world[index] == world[other]),
            ("Exactly one of us tells the truth.", lambda world: sum(world) == 1),
            (f"{people[other]} tells the truth.", lambda world: world[other]),
        ]
    return rng.choice(kinds)


def _truthful(people: Sequence[str], world: tuple[bool, ...]) -> str:
    told = [name for name, truth in zip(people, world, strict=True) if truth]
    return "nobody" if not told else f"only {told[0]}" if len(told) == 1 else _listed(told)


def _lit(lamps: Sequence[str], on: tuple[bool, ...]) -> str:
    chosen = [lamp for lamp, is_on in zip(lamps, on, strict=True) if is_on]
    return "none" if not chosen else f"only {chosen[0]}" if len(chosen) == 1 else _listed(chosen)


def _listed(things: Sequence[str]) -> str:
    return f"{', '.join(things[:-1])} and {things[-1]}" if len(things) > 1 else things[0]


def _count(number: int) -> str:
    return ("Three", "Four", "Five")[number - 3]
