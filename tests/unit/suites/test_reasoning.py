"""Claims: each question of logic has exactly one right choice, found by going through all possibilities of its text."""

import re
from collections.abc import Callable, Iterable
from itertools import pairwise, permutations, product
from typing import Any

import pytest

from tests.unit.suites.test_answers import of_cluster

OPEN = "cannot be determined"


def verdict(holds: Iterable[bool]) -> str:
    """`yes` in all worlds, `no` in all worlds, or neither."""
    seen = set(holds)
    assert seen, "there is no such world"
    return OPEN if len(seen) == 2 else "yes" if seen == {True} else "no"


# Syllogisms: a world says which combinations of kinds there are.


def claim(sentence: str, kinds: list[str], world: set[int]) -> bool:
    """Whether a sentence about kinds holds in a world of combinations (bit masks)."""
    named = [kinds.index(one) for one in re.findall(r"\w+", sentence) if one in kinds]
    a, b = named[0], named[-1]

    def exist(wants_b: int) -> bool:
        return any(mask >> a & 1 and (mask >> b & 1) == wants_b for mask in world)

    text = sentence.lower()
    if text.startswith("there are") or len(named) == 1:
        return any(mask >> a & 1 for mask in world)
    if text.startswith("only"):
        return not any(mask >> b & 1 and not mask >> a & 1 for mask in world)
    if "not" in text.split():
        return exist(0)
    if text.startswith("no "):
        return not exist(1)
    return not exist(0) if text.startswith("all") else exist(1)


def syllogism(text: str, _: list[str]) -> object:
    *said, question = re.split(r"[.?] ?", text.rstrip("?"))
    premises = [part for one in said for part in one.split(", and ") if not part.startswith("Nobody knows")]
    asked, __, condition = question.partition(", provided ")
    premises += [condition] if condition else []
    kinds = sorted(
        {one for one in re.findall(r"\b[a-z]+s\b", text) if one not in {"knows", "that", "provided"}}
    )
    asked = re.sub(r"^Are there (\w+) that are not (\w+)", r"some \1 are not \2", asked)
    asked = re.sub(r"^Are (all|some|no) ", r"\1 ", asked)
    combinations = range(1, 2 ** len(kinds))
    worlds = (
        {mask for mask, there in zip(combinations, present, strict=True) if there}
        for present in product((False, True), repeat=len(combinations))
    )
    return verdict(
        claim(asked, kinds, world) for world in worlds if all(claim(one, kinds, world) for one in premises)
    )


def conditional(text: str, _: list[str]) -> object:
    rules = [tuple(rule.split(", ")) for rule in re.findall(r"If ([^.]+)\.", text)]
    given, asked = re.search(r"([^.]+)\. Is it true that (.+)\?$", text).groups()  # type: ignore[union-attr]
    is_not = "not the case" in given
    given = given.replace("It is not the case that", "").strip().lower()
    facts = sorted({fact for rule in rules for fact in rule})
    worlds = (dict(zip(facts, values, strict=True)) for values in product((False, True), repeat=len(facts)))
    return verdict(
        world[asked]
        for world in worlds
        if world[given] != is_not and all(world[b] or not world[a] for a, b in rules)
    )


def formula(text: str, world: dict[str, bool]) -> bool:
    """`not (P and Q)`, `if R, then not S`, `exactly one of P and Q` as Python says it."""
    python = re.sub(r"if (\w), then not (\w)", r"(not \1 or not \2)", text)
    python = re.sub(r"exactly one of (\w) and (\w)", r"(\1 != \2)", python)
    return bool(eval(python, {}, world))


def assignment(text: str) -> dict[str, bool]:
    return {name: value == "true" for name, value in re.findall(r"([PQRS]) is (true|false)", text)}


def how_many_true(text: str, _: list[str]) -> object:
    statements = text.split("true? ")[1].rstrip(".").split("; ")
    assert len(set(statements)) == len(statements)
    return str(sum(formula(one, assignment(text)) for one in statements))


def satisfying(text: str, choices: list[str]) -> object:
    (wanted,) = re.findall('"(.*)"', text)
    (right,) = [choice for choice in choices if formula(wanted, assignment(choice))]
    return right


def ranking(text: str, _: list[str]) -> object:
    pairs = [
        (a, b) if more in ("taller", "older") else (b, a)
        for a, more, b in re.findall(r"(\w+) is (\w+) than (\w+)\.", text)
    ]
    people = sorted({name for pair in pairs for name in pair})
    (order,) = [one for one in permutations(people) if all(one.index(a) < one.index(b) for a, b in pairs)]
    place = re.search(r"number (\d+)\?", text)
    return order[int(place[1]) - 1 if place else 0]


def seats(text: str, _: list[str]) -> object:
    people = re.findall(r"\w+", re.sub(" and ", ", ", text.split(" sit ", maxsplit=1)[0]))
    found = []
    for row in permutations(people):
        at = {name: seat for seat, name in enumerate(row, start=1)}
        rules = [
            at[a] - at[b] == (-1 if side == "left" else 1)
            for a, side, b in re.findall(r"(\w+) sits directly to the (left|right) of (\w+)", text)
        ]
        rules += [
            (at[a] < at[b]) == (side == "left")
            for a, side, b in re.findall(r"(\w+) sits somewhere to the (left|right) of (\w+)", text)
        ]
        rules += [at[a] != int(seat) for a, seat in re.findall(r"(\w+) does not sit in seat (\d)", text)]
        if all(rules):
            found.append(row)
    (row,) = found
    return row[int(re.search(r"sits in seat (\d)\?", text)[1]) - 1]  # type: ignore[index]


def pets(text: str, _: list[str]) -> object:
    who, what = text.split(". ", maxsplit=1)[0].split(" own one animal each: ")
    people, animals = re.findall(r"[A-Z]\w+", who), re.findall(r"a (\w+)", what)
    found = []
    for owned in permutations(animals):
        of = dict(zip(people, owned, strict=True))
        rules = [of[name] != animal for name, animal in re.findall(r"(\w+) does not own the (\w+)", text)]
        rules += [of[name] in (a, b) for name, a, b in re.findall(r"(\w+) owns the (\w+) or the (\w+)", text)]
        if all(rules):
            found.append(of)
    (of,) = found
    if asked := re.search(r"Who owns the (\w+)\?", text):
        return next(name for name, animal in of.items() if animal == asked[1])
    return of[re.search(r"does (\w+) own\?", text)[1]]  # type: ignore[index]


def knights(text: str, _: list[str]) -> object:
    said = re.findall(r'(\w+) says: "([^"]+)"', text)
    people = [name for name, _ in said]
    found = []
    for values in product((True, False), repeat=len(people)):
        world = dict(zip(people, values, strict=True))
        if all(world[name] == _said(words, name, world) for name, words in said):
            found.append([one for one in people if world[one]])
    (truthful,) = found
    if len(truthful) < 2:
        return f"only {truthful[0]}" if truthful else "nobody"
    return f"{', '.join(truthful[:-1])} and {truthful[-1]}"


def _said(words: str, speaker: str, world: dict[str, bool]) -> bool:
    other = words.split(maxsplit=1)[0]
    if "same kind" in words:
        return world[other] == world[speaker]
    if words.startswith("At least one"):
        return not all(world.values())
    if words.startswith("Exactly one"):
        return list(world.values()).count(True) == 1
    return world[other] != ("lies" in words)


def swaps(text: str, _: list[str]) -> object:
    held = dict(re.findall(r"(\w+) has the (\w+) ball", text.split(".", maxsplit=1)[0]))
    for one, two in re.findall(r"(\w+) and (\w+) swap", text):
        held[one], held[two] = held[two], held[one]
    if asked := re.search(r"Who has the (\w+) ball", text):
        return next(name for name, colour in held.items() if colour == asked[1])
    return str(held[re.search(r"does (\w+) have", text)[1]])  # type: ignore[index]


def switches(text: str, _: list[str]) -> object:
    lamps = re.findall(r"\w+", re.search(r"three lamps, (.+), and all", text)[1].replace(" and ", ", "))  # type: ignore[index]
    presses = {lamp: text.count(f"of the {lamp} lamp is pressed") + text.count("All three") for lamp in lamps}
    lit = [lamp for lamp in lamps if presses[lamp] % 2]
    if len(lit) < 2:
        return f"only {lit[0]}" if lit else "none"
    return f"{', '.join(lit[:-1])} and {lit[-1]}"


def orders(text: str, choices: list[str]) -> object:
    rules = [(a.lower(), b) for a, b in re.findall(r"(\w+) comes before (\w+)\.", text)]
    (right,) = [
        one for one in choices if all(one.split(", ").index(a) < one.split(", ").index(b) for a, b in rules)
    ]
    return right


def turns(text: str, _: list[str]) -> object:
    ways = {"north": 1j, "east": 1, "south": -1j, "west": -1}
    facing: complex = ways[re.search(r"faces (\w+)", text)[1]]  # type: ignore[index]
    place: complex = 0
    for turn, steps in re.findall(r"turn (right|left|around).*? walk (\d+) steps", text):
        facing *= {"right": -1j, "left": 1j, "around": -1}[turn]
        place += facing * int(steps)
    if "how many steps" in text:
        return str(round(abs(place.real) + abs(place.imag)))
    return next(name for name, way in ways.items() if abs(way - facing) < 0.1)


def groups(text: str, _: list[str]) -> object:
    total, chess, drums, fourth = map(int, re.findall(r"\d+", text))
    worlds = [(both, total - chess - drums + both) for both in range(min(chess, drums) + 1)]
    (both, neither) = next(one for one in worlds if one["neither. How" in text] == fourth)
    return str(
        drums - both
        if "but not chess" in text
        else neither
        if "people do neither?" in text
        else chess + drums - 2 * both
    )


def days(text: str, _: list[str]) -> object:
    names = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
    said = {"Yesterday": -1, "Tomorrow": 1, "The day before yesterday": -2, "The day after tomorrow": 2,
            "The day before the day before yesterday": -3, "Two days after tomorrow": 3}  # fmt: skip
    words, day, asked = re.search(r"^(.+) (?:was|will be) a (\w+)\. Which day is (.+)\?", text).groups()  # type: ignore[union-attr]
    ahead = {"tomorrow": 1, "the day after tomorrow": 2, "five days from today": 5}[asked]
    return names[(names.index(day) - said[words] + ahead) % 7]


def socks(text: str, _: list[str]) -> object:
    """The worst case: everything that does not help comes first."""
    counts = {
        colour: int(count) for count, colour in re.findall(r"(\d+) ([a-z]+)", text.split(". ", maxsplit=1)[0])
    }
    if "every colour" in text:
        return str(max(sum(counts.values()) - count for count in counts.values()) + 1)
    if "same colour" in text:
        return str(len(counts) + 1)
    wanted = re.search(r"at least one (\w+) sock", text)[1]  # type: ignore[index]
    return str(sum(count for colour, count in counts.items() if colour != wanted) + 1)


def balances(text: str, _: list[str]) -> object:
    weight: dict[str, int] = {}
    for heavy, count, light in reversed(re.findall(r"One (\w+) weighs as much as (\d+) (\w+)s\.", text)):
        weight[heavy] = int(count) * weight.setdefault(light, 1)
    asked, load = re.search(r"How many (\w+)s weigh as much as (.+)\?", text).groups()  # type: ignore[union-attr]
    total = sum(int(count) * weight[fruit] for count, fruit in re.findall(r"(\d+) (\w+?)s?\b", load))
    assert total % weight[asked] == 0
    return str(total // weight[asked])


def sequence(text: str, _: list[str]) -> object:
    numbers = [
        int(one)
        for one in re.findall(
            r"\d+", text.split(", ", 1)[0] + ", " + text.split(", ", 1)[1].rsplit(",", 1)[0]
        )
    ]
    steps = [b - a for a, b in pairwise(numbers)]
    if "same number is added" in text:
        return str(numbers[-1] + steps[0])
    if "grows by 1" in text:
        return str(numbers[-1] + steps[-1] + 1)
    (difference,) = {c - a - b for a, b, c in zip(numbers, numbers[1:], numbers[2:], strict=False)}
    return str(numbers[-1] + numbers[-2] + difference)


FOUND: dict[str, Callable[[str, list[str]], object]] = {
    "syllogism": syllogism, "conditionals": conditional, "how-many-true": how_many_true, "satisfying": satisfying,
    "sequence": sequence, "groups": groups, "days": days, "drawing-socks": socks, "balances": balances,
    "ranking": ranking, "seats": seats, "pets": pets, "knights-and-knaves": knights, "swaps": swaps,
    "switches": switches, "orders": orders, "turns": turns,
}  # fmt: skip
BY_HAND = {"negation", "contrapositive", "relatives"}
"""A handful of forms, read by people: nothing in them is computed."""


@pytest.mark.parametrize("cluster", FOUND)
def test_logic(cluster: str) -> None:
    found: list[tuple[str, Any, object]] = [
        (text, row["expected"], FOUND[cluster](text, row["choices"]))
        for row, text in of_cluster("logic", cluster)
    ]
    assert len(found) == 20
    assert [one for one in found if one[1] != one[2]] == []


def test_every_template_of_logic_is_accounted_for() -> None:
    assert {row["cluster"] for row, _ in of_cluster("logic")} == set(FOUND) | BY_HAND


def test_the_right_choice_is_there_once() -> None:
    for row, _ in of_cluster("logic"):
        assert row["choices"].count(row["expected"]) == 1
        assert 3 <= len(set(row["choices"])) == len(row["choices"]) <= 6
