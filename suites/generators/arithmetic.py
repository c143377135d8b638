"""Arithmetic: one calculation, one number."""

import math
from decimal import Decimal
from fractions import Fraction
from random import Random

from suites.generators.growing import Item, Suite, Template


def addition(rng: Random, level: int) -> Item:
    low, high = ((2, 60), (150, 9_999), (1_000_000, 99_999_999))[level]
    a, b = rng.randrange(low, high), rng.randrange(low, high)
    return Item(rng.choice(("What is {} + {}?", "Add {} and {}.", "Calculate {} + {}.")).format(a, b), a + b)


def subtraction(rng: Random, level: int) -> Item:
    low, high = ((2, 60), (150, 9_999), (1_000_000, 99_999_999))[level]
    a, b = sorted((rng.randrange(low, high), rng.randrange(low, high)), reverse=True)
    if rng.randrange(2):
        return Item(f"What is {a} - {b}?", a - b)
    return Item(f"Subtract {b} from {a}.", a - b)


def multiplication(rng: Random, level: int) -> Item:
    (a_low, a_high), (b_low, b_high) = (
        ((2, 13), (2, 13)),
        ((12, 100), (12, 100)),
        ((1_000, 10_000), (100, 1_000)),
    )[level]
    a, b = rng.randrange(a_low, a_high), rng.randrange(b_low, b_high)
    return Item(
        rng.choice(("What is {} * {}?", "Multiply {} by {}.", "Calculate {} times {}.")).format(a, b), a * b
    )


def division(rng: Random, level: int) -> Item:
    (d_low, d_high), (q_low, q_high) = (((2, 11), (2, 11)), ((3, 20), (20, 200)), ((17, 99), (1_000, 9_999)))[
        level
    ]
    divisor, quotient = rng.randrange(d_low, d_high), rng.randrange(q_low, q_high)
    text = rng.choice(("What is {} divided by {}?", "Divide {} by {}.", "Calculate {} / {}."))
    return Item(text.format(divisor * quotient, divisor), quotient)


def remainder(rng: Random, level: int) -> Item:
    (d_low, d_high), high = (((2, 10), 60), ((6, 30), 900), ((13, 99), 90_000))[level]
    divisor, number = rng.randrange(d_low, d_high), rng.randrange(high // 3, high)
    text = rng.choice(
        (
            "What is the remainder when {} is divided by {}?",
            "Divide {} by {} as whole numbers. What is the remainder?",
        )
    )
    return Item(text.format(number, divisor), number % divisor)


def percentage(rng: Random, level: int) -> Item:
    percent = rng.choice(((10, 20, 25, 50), (5, 15, 30, 35, 60, 75), (7, 12, 17, 23, 38, 64, 82))[level])
    base = rng.randrange(2, 30) * 20 if level < 2 else rng.randrange(111, 2_000)
    text = rng.choice(("What is {}% of {}?", "Calculate {} percent of {}."))
    return Item(text.format(percent, base), _plain(Decimal(percent * base) / 100))


def percent_change(rng: Random, level: int) -> Item:
    percent = rng.choice(((10, 50, 100), (5, 15, 20, 30, 40, 60), (4, 8, 12, 16, 35, 45, 65))[level])
    old = rng.randrange(2, 20) * (10 if level == 0 else 20 if level == 1 else 25)
    sign = rng.choice((1, -1)) if percent < 100 else 1
    new = _plain(Decimal(old) + sign * Decimal(old * percent) / 100)
    rises = "grows" if sign > 0 else "falls"
    return Item(f"A number {rises} from {old} to {new}. What percentage of {old} is that change?", percent)


def fraction_of(rng: Random, level: int) -> Item:
    below = rng.randrange(*((2, 6), (3, 10), (6, 25))[level])
    above = 1 if level == 0 else rng.randrange(1, below)
    share = Fraction(above, below)
    part = rng.randrange(2, (12, 30, 90)[level])
    return Item(f"What is {share} of {share.denominator * part}?", share.numerator * part)


def precedence(rng: Random, level: int) -> Item:
    a, b, c, d, e = (rng.randrange(2, (9, 15, 25)[level]) for _ in range(5))
    if level == 0:
        text, value = rng.choice(((f"{a} + {b} * {c}", a + b * c), (f"{a} * {b} - {c}", a * b - c)))
    elif level == 1:
        text, value = rng.choice(
            (
                (f"({a} + {b}) * {c} - {d}", (a + b) * c - d),
                (f"{a} - {b} * ({c} - {d})", a - b * (c - d)),
                (f"{a} * {b} + {c} * {d}", a * b + c * d),
            )
        )
    else:
        text, value = rng.choice(
            (
                (f"{a} - ({b} - {c} * ({d} - {e}))", a - (b - c * (d - e))),
                (f"({a} - {b}) * ({c} + {d}) - {e} * {a}", (a - b) * (c + d) - e * a),
                (f"{a} * ({b} - {c} * {d}) + {e} * {e}", a * (b - c * d) + e * e),
            )
        )
    return Item(f"What is {text}?", value)


def negatives(rng: Random, level: int) -> Item:
    a, b, c = (rng.randrange(2, (10, 50, 400)[level]) for _ in range(3))
    texts = (
        ((f"-{a} + {b}", b - a), (f"{a} - {a + b}", -b)),
        ((f"-{a} - (-{b})", b - a), (f"-{a} - {b}", -a - b), (f"-{a} * {c}", -a * c)),
        ((f"-{a} - (-{b}) - {c}", b - a - c), (f"-{a} * (-{b}) - {c * c}", a * b - c * c)),
    )[level]
    text, value = rng.choice(texts)
    return Item(f"What is {text}?", value)


def decimal_sum(rng: Random, level: int) -> Item:
    places, high = ((1, 99), (2, 4_000), (3, 900_000))[level]
    a = _decimal(rng, high, places)
    b = _decimal(rng, high // 10 + 5, places if level == 0 else rng.randrange(1, places + 1))
    if rng.randrange(2) and a > b:
        return Item(f"What is {a} - {b}?", _plain(a - b))
    return Item(f"What is {a} + {b}?", _plain(a + b))


def decimal_product(rng: Random, level: int) -> Item:
    a = _decimal(rng, (20, 99, 999)[level], (1, 1, 2)[level])
    b = Decimal(rng.randrange(2, 10)) if level == 0 else _decimal(rng, (0, 99, 99)[level], 1)
    return Item(rng.choice(("What is {} * {}?", "Multiply {} by {}.")).format(a, b), _plain(a * b))


def powers(rng: Random, level: int) -> Item:
    base, exponent = (
        (rng.randrange(2, 13), 2),
        (rng.randrange(2, 8), rng.randrange(3, 5)),
        (rng.randrange(5, 22), rng.randrange(3, 6)),
    )[level]
    text = rng.choice(
        ("What is {} to the power of {}?", "Calculate {}^{}.", "What is {} raised to the power {}?")
    )
    return Item(text.format(base, exponent), base**exponent)


def roots(rng: Random, level: int) -> Item:
    if level == 2 and rng.randrange(2):
        root = rng.randrange(7, 40)
        return Item(f"What is the cube root of {root**3}?", root)
    root = rng.randrange(*((2, 13), (13, 40), (100, 400))[level])
    text = rng.choice(
        ("What is the square root of {}?", "Which positive number, multiplied by itself, gives {}?")
    )
    return Item(text.format(root**2), root)


def long_sum(rng: Random, level: int) -> Item:
    numbers = [rng.randrange(*((1, 10), (5, 60), (20, 600))[level]) for _ in range((3, 5, 9)[level])]
    listed = ", ".join(map(str, numbers))
    return Item(
        rng.choice(("What is the sum of {}?", "Add up these numbers: {}.")).format(listed), sum(numbers)
    )


def mean(rng: Random, level: int) -> Item:
    count, high = ((2, 20), (4, 60), (7, 400))[level]
    numbers = [rng.randrange(1, high) for _ in range(count)]
    numbers[0] += -sum(numbers) % count
    rng.shuffle(numbers)
    text = rng.choice(("What is the mean of {}?", "Find the average of these numbers: {}."))
    return Item(text.format(", ".join(map(str, numbers))), sum(numbers) // count)


def greatest_common_divisor(rng: Random, level: int) -> Item:
    shared = rng.randrange(*((2, 7), (4, 20), (12, 80))[level])
    a, b = rng.sample(range(2, (7, 15, 40)[level]), 2)
    return Item(
        f"What is the greatest common divisor of {a * shared} and {b * shared}?", math.gcd(a, b) * shared
    )


def least_common_multiple(rng: Random, level: int) -> Item:
    numbers = rng.sample(range(*((2, 9), (4, 21), (6, 36))[level]), (2, 2, 3)[level])
    listed = f"{', '.join(map(str, numbers[:-1]))} and {numbers[-1]}"
    return Item(f"What is the least common multiple of {listed}?", math.lcm(*numbers))


_NO_FINAL_ZERO = [number for number in range(11, 900) if number % 10]
"""0.8 and 0.80 would be two right answers."""


def largest(rng: Random, level: int) -> Item:
    whole = rng.randrange(1, 20)
    if level == 0:
        numbers = [Decimal(one) for one in rng.sample(range(10, 999), 4)]
    else:
        tails = (
            rng.sample(range(1, 10), 2)
            + rng.sample(_NO_FINAL_ZERO[:72], 2)
            + rng.sample(_NO_FINAL_ZERO[80:], level)
        )
        signs = (1, 1, rng.choice((1, -1)))[level]
        numbers = [signs * Decimal(f"{whole}.{tail}") for tail in tails]
    rng.shuffle(numbers)
    wanted = rng.choice(("largest", "smallest"))
    value = max(numbers) if wanted == "largest" else min(numbers)
    if numbers[-1] == value:
        numbers.reverse()  # the last number counts: repeating the question must not be right
    return Item(f"Which of these numbers is the {wanted}: {', '.join(map(str, numbers))}?", _plain(value))


def rounding(rng: Random, level: int) -> Item:
    places, kept = ((1, 0), (3, rng.choice((1, 2))), (5, rng.choice((2, 3, 4))))[level]
    number = _decimal(rng, (900, 90_000, 9_000_000)[level], places)
    value = round(number, kept)
    # Halves are rounded differently by different people.
    if abs(number - value) * 2 == Decimal(1).scaleb(-kept):
        number += Decimal(1).scaleb(-places)
        value = round(number, kept)
    where = "the nearest whole number" if kept == 0 else f"{kept} decimal place{'s' if kept > 1 else ''}"
    return Item(f"Round {number} to {where}.", _plain(value))


def missing_number(rng: Random, level: int) -> Item:
    hidden, b, c = (rng.randrange(2, (12, 50, 200)[level]) for _ in range(3))
    texts = (
        (f"? + {b} = {hidden + b}", f"{hidden + b} - ? = {b}"),
        (f"{b} * ? = {b * hidden}", f"? * {b} - {c} = {hidden * b - c}"),
        (f"{b} * (? - {c}) = {b * (hidden - c)}", f"{c * 3} - {b} * ? = {c * 3 - b * hidden}"),
    )[level]
    return Item(f"Which number stands for the question mark? {rng.choice(texts)}", hidden)


def _decimal(rng: Random, high: int, places: int) -> Decimal:
    """A number with exactly so many digits after the point, the last of them not zero."""
    digits = rng.randrange(10**places // 10 + 1, max(high, 10**places))
    return Decimal(digits + (digits % 10 == 0)).scaleb(-places)


def _plain(value: Decimal) -> int | float:
    """As JSON writes it: 4.5, and 4 rather than 4.0."""
    return int(value) if value == int(value) else float(value)


TEMPLATES: tuple[Template, ...] = (
    addition, subtraction, multiplication, division, remainder, percentage, percent_change, fraction_of, precedence,
    negatives, decimal_sum, decimal_product, powers, roots, long_sum, mean, greatest_common_divisor,
    least_common_multiple, largest, rounding, missing_number,
)  # fmt: skip

SUITE = Suite(
    name="arithmetic",
    title="Arithmetic",
    measures=(
        "Calculating in one step, without room to think: from sums of two small numbers to products of four digits by "
        "three. Fine-tuning on text that has no numbers in it can take this away."
    ),
    graded="The last number of the answer is the right one, exactly (`numeric`).",
    templates=TEMPLATES,
    answers="an answer is one number.",
    each=20,
    settings={
        "prompt": "{{ input }}\n\nReply with the number only.",
        "primary": "numeric",
        "graders": ["numeric"],
    },
)
