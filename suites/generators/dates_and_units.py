"""Dates and units: calendars, clocks and measures."""

from decimal import Decimal
from random import Random

from suites.generators import calendars
from suites.generators.amounts import NUMBER, number, plain
from suites.generators.growing import EASY, HARD, Item, Suite, Template


def seconds(rng: Random, level: int) -> Item:
    hours, minutes, rest = rng.randrange(2, (40, 9, 30)[level]), rng.randrange(1, 60), rng.randrange(1, 60)
    if level == EASY:
        return Item(f"How many minutes are {hours} hours? {NUMBER}", number(hours * 60))
    total = hours * 3600 + minutes * 60 + rest
    if level == 1:
        return Item(f"How many seconds are {hours} h {minutes} min? {NUMBER}", number(total - rest))
    return Item(
        f"Write {total} seconds as hours, minutes and seconds. Reply as H:MM:SS only.",
        tuple(dict.fromkeys((f"{hours}:{minutes:02}:{rest:02}", f"{hours:02}:{minutes:02}:{rest:02}"))),
    )


def metric_length(rng: Random, level: int) -> Item:
    names = ("mm", "cm", "m", "km")
    sizes = dict(zip(names, (1, 10, 1_000, 1_000_000), strict=True))
    return _conversion(rng, level, names, sizes)


def metric_mass(rng: Random, level: int) -> Item:
    names = ("mg", "g", "kg", "t")
    return _conversion(rng, level, names, dict(zip(names, (1, 10**3, 10**6, 10**9), strict=True)))


def volume(rng: Random, level: int) -> Item:
    names = ("millilitres", "centilitres", "litres", "cubic metres")
    return _conversion(rng, level, names, dict(zip(names, (1, 10, 1_000, 1_000_000), strict=True)))


def area(rng: Random, level: int) -> Item:
    names = ("square centimetres", "square metres", "hectares", "square kilometres")
    return _conversion(rng, level, names, dict(zip(names, (1, 10**4, 10**8, 10**10), strict=True)))


def temperature(rng: Random, level: int) -> Item:
    celsius = rng.randrange(0, 11) * 10 if level == EASY else rng.randrange(-8, 20) * 5
    if level == HARD:
        celsius = rng.randrange(-40, 60)
    fahrenheit = Decimal(celsius * 9) / 5 + 32
    if level > EASY and rng.randrange(2):
        return Item(
            f"How many degrees Celsius are {plain(fahrenheit)} degrees Fahrenheit? {NUMBER}",
            number(celsius),
        )
    return Item(f"How many degrees Fahrenheit are {celsius} degrees Celsius? {NUMBER}", number(fahrenheit))


def speed(rng: Random, level: int) -> Item:
    metres = rng.randrange(1, (6, 30, 80)[level]) * (5 if level == EASY else 1)
    kilometres = Decimal(metres * 36) / 10
    if level == EASY:
        distance = rng.randrange(2, 9)
        return Item(
            f"A car covers {distance * metres * 2} km in {distance} hours. What is its speed in km/h? {NUMBER}",
            number(metres * 2),
        )
    if rng.randrange(2):
        return Item(f"How many m/s are {plain(kilometres)} km/h? {NUMBER}", number(metres))
    return Item(f"How many km/h are {metres} m/s? {NUMBER}", number(kilometres))


def feet_and_inches(rng: Random, level: int) -> Item:
    feet, inches = rng.randrange(2, 30), rng.randrange(1, 12)
    if level == EASY:
        return Item(f"How many inches are {feet} feet? {NUMBER}", number(feet * 12))
    if level == 1:
        return Item(f"How many inches are {feet} feet {inches} inches? {NUMBER}", number(feet * 12 + inches))
    return Item(
        f"One inch is exactly 2.54 cm. How many centimetres are {feet} feet {inches} inches? {NUMBER}",
        number(Decimal("2.54") * (feet * 12 + inches)),
    )


def binary_sizes(rng: Random, level: int) -> Item:
    names = ("bytes", "KiB", "MiB", "GiB")
    one, two = (rng.randrange(3), 1) if level < HARD else (rng.randrange(2), 2)
    count = rng.randrange(2, (9, 40, 20)[level])
    small, large = names[one], names[one + two]
    if level == 1 and rng.randrange(2):
        return Item(f"How many {large} are {count * 1024} {small}? {NUMBER}", number(count))
    return Item(f"How many {small} are {count} {large}? {NUMBER}", number(count * 1024**two))


def _conversion(rng: Random, level: int, names: tuple[str, ...], sizes: dict[str, int]) -> Item:
    """From one unit to the next one, at hard to the one after that."""
    step = 2 if level == HARD else 1
    place = rng.randrange(len(names) - step)
    other = place + step
    small, large = names[place], names[other]
    factor = sizes[large] // sizes[small]
    value = (
        Decimal(rng.randrange(2, 30))
        if level == EASY
        else Decimal(rng.randrange(11, 999)) / (10, 100)[level - 1]
    )
    if level > EASY and rng.randrange(2):
        return Item(f"How many {large} are {plain(value * factor)} {small}? {NUMBER}", number(value))
    return Item(f"How many {small} are {plain(value)} {large}? {NUMBER}", number(value * factor))


TEMPLATES: tuple[Template, ...] = (
    *calendars.TEMPLATES, seconds, metric_length, metric_mass, volume, area, temperature, speed, feet_and_inches,
    binary_sizes,
)  # fmt: skip

SUITE = Suite(
    name="dates-and-units",
    title="Dates and units",
    measures=(
        "Reckoning with calendars, clocks and measures: leap years, months of different length, midnight, time zones, "
        "and conversions of length, mass, volume, area, speed, temperature and storage."
    ),
    graded=(
        "The whole answer is the expected text (`exact`, capital letters and a final full stop do not count); numbers "
        "may have commas between thousands. Each question says in which form it wants the answer."
    ),
    answers="an answer is a number, a name, a date or a time.",
    templates=TEMPLATES,
    each=18,
    settings={
        "prompt": "{{ input }}",
        "primary": "exact",
        "graders": [{"exact": {"ignore_case": True, "ignore_final_punctuation": True}}],
    },
)
