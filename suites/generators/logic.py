"""Logic: what follows, what cannot be, and what nobody can tell."""

from random import Random

from suites.generators import puzzles, statements
from suites.generators.growing import EASY, HARD, Item, Suite, Template
from suites.generators.puzzles import choice
from suites.generators.words import COLOURS, NAMES

_WOMEN = ("Ada", "Dilara", "Farah", "Hana", "Jana", "Lena", "Nadia", "Petra", "Rosa", "Tilda", "Vera")
_MEN = ("Bruno", "Chidi", "Emil", "Goran", "Ivo", "Kofi", "Mateo", "Omar", "Umar", "Wim", "Zeno")


def sequence(rng: Random, level: int) -> Item:
    start, step = rng.randrange(1, 20), rng.randrange(2, 12)
    if level == EASY:
        numbers = [start + step * index for index in range(5)]
        rule = "the same number is added each time"
    elif level == 1:
        numbers = [start]
        for index in range(4):
            numbers.append(numbers[-1] + step + index)
        rule = "what is added grows by 1 each time"
    else:
        numbers = [start, start + step]
        while len(numbers) < 6:
            numbers.append(numbers[-1] + numbers[-2] - (1 if step % 2 else 0))
        rule = "each number comes from the two before it by the same rule"
    shown, right = ", ".join(map(str, numbers[:-1])), numbers[-1]
    wrong = [str(right + by) for by in (-step - 2, -2, -1, 1, 2, step + 2)]
    return choice(rng, f"In the sequence {shown}, {rule}. Which number is next?", str(right), wrong)


def groups(rng: Random, level: int) -> Item:
    both = rng.randrange(2, 9)
    one, two, neither = (both + rng.randrange(2, 12), both + rng.randrange(2, 12), rng.randrange(1, 8))
    total = one + two - both + neither
    text = f"Of {total} people, {one} play chess and {two} play the drums"
    cases = (
        (f"{text}. {both} of them do both. How many people play the drums but not chess?", two - both),
        (f"{text}; {both} do both. How many people do neither?", neither),
        (f"{text}; {neither} do neither. How many people do exactly one of the two?", one + two - 2 * both),
    )
    question, right = cases[level]
    wrong = {
        total - one,
        total - two,
        one - both,
        two - both,
        one + two - both,
        both,
        neither,
        one + two - 2 * both,
        right + 2,
    }
    return choice(rng, question, str(right), [str(number) for number in sorted(wrong)])


def relatives(rng: Random, level: int) -> Item:
    _, b, c, d = rng.sample(NAMES, 4)
    is_woman = rng.randrange(2)
    a = rng.choice([name for name in (_WOMEN if is_woman else _MEN) if name not in (b, c, d)])
    parent, grand = ("mother", "grandmother") if is_woman else ("father", "grandfather")
    child, niece, sibling = ("daughter", "niece", "sister") if is_woman else ("son", "nephew", "brother")
    forms = (
        (
            (f"{a} is the {parent} of {b}. {b} is a parent of {c}.", a, c, grand),
            (
                f"{a} is the {child} of {b}. {b} and {c} are married and have their children together.",
                a,
                c,
                child,
            ),
        ),
        (
            (f"{a} is the {child} of {b}. {b} is a sibling of {c}.", a, c, niece),
            (f"{a} is the {child} of {b}. {c} is another child of {b}.", a, c, sibling),
        ),
        (
            (f"{a} is the {child} of {b}. {b} and {c} are siblings. {d} is a child of {c}.", a, d, "cousin"),
            (
                f"{a} is the {parent} of {b}. {c} is a child of {b}. {d} is a sibling of {c} with the same parents.",
                a,
                d,
                grand,
            ),
            (f"{a} is the {child} of {b}. {b} is a child of {c}, and so is {d}.", a, d, niece),
        ),
    )[level]
    text, one, two, right = rng.choice(forms)
    every = (
        "mother",
        "father",
        "grandmother",
        "grandfather",
        "niece",
        "nephew",
        "sister",
        "brother",
        "daughter",
        "son",
        "cousin",
    )
    return choice(rng, f"{text} What is {one} to {two}?", right, every)


def days(rng: Random, level: int) -> Item:
    names = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
    today = rng.randrange(7)
    said = (
        (("Yesterday", -1, "was"), ("Tomorrow", 1, "will be")),
        (("The day before yesterday", -2, "was"), ("The day after tomorrow", 2, "will be")),
        (("The day before the day before yesterday", -3, "was"), ("Two days after tomorrow", 3, "will be")),
    )[level]
    words, shift, verb = rng.choice(said)
    ask, after = rng.choice((("tomorrow", 1), ("the day after tomorrow", 2), ("five days from today", 5)))
    text = f"{words} {verb} a {names[(today + shift) % 7]}. Which day is {ask}?"
    return choice(rng, text, names[(today + after) % 7], names)


def drawing_socks(rng: Random, level: int) -> Item:
    kinds = rng.sample(COLOURS, (2, 3, 4)[level])
    counts = [rng.randrange(4, 13) for _ in kinds]
    listed = ", ".join(f"{count} {colour}" for count, colour in zip(counts, kinds, strict=True))
    text = f"A drawer holds these single socks: {listed}. Somebody draws socks in the dark."
    if level < HARD and rng.randrange(2):
        wanted = rng.choice(kinds)
        right = sum(counts) - counts[kinds.index(wanted)] + 1
        ask = f"How many have to be drawn to be sure of at least one {wanted} sock?"
    elif level < HARD:
        right = len(kinds) + 1
        ask = "How many have to be drawn to be sure of two socks of the same colour?"
    else:
        right = sum(counts) - min(counts) + 1
        ask = "How many have to be drawn to be sure of at least one sock of every colour?"
    wrong = {
        2,
        3,
        len(kinds),
        len(kinds) + 1,
        max(counts) + 1,
        sum(counts),
        sum(counts) - min(counts),
        right - 1,
        right + 1,
    }
    return choice(rng, f"{text} {ask}", str(right), [str(number) for number in sorted(wrong)])


def balances(rng: Random, level: int) -> Item:
    a, b, c = rng.sample(("apple", "pear", "plum", "fig", "lime"), 3)
    x, y, count = rng.randrange(2, 5), rng.randrange(2, 5), rng.randrange(2, (3, 5, 7)[level])
    text = f"One {a} weighs as much as {x} {b}s."
    if level == EASY:
        right, ask = x * count, f"How many {b}s weigh as much as {count} {a}s?"
        wrong = [count, x + count, right + 1, right - 1]
    else:
        text += f" One {b} weighs as much as {y} {c}s."
        right, ask = x * y * count, f"How many {c}s weigh as much as {count} {a}s?"
        wrong = [x + y + count, x * y, (x + y) * count, y * count + 1, right + 2]
        if level == HARD:
            extra = rng.randrange(1, 4)
            right += extra * y
            ask = f"How many {c}s weigh as much as {count} {a}s and {extra} {b}{'s' if extra > 1 else ''} together?"
    return choice(rng, f"{text} {ask}", str(right), [str(number) for number in wrong])


TEMPLATES: tuple[Template, ...] = (
    statements.syllogism, statements.conditionals, statements.how_many_true, statements.satisfying, statements.negation,
    statements.contrapositive, sequence, groups, relatives, days, drawing_socks,
    balances, puzzles.ranking, puzzles.seats, puzzles.pets, puzzles.knights_and_knaves, puzzles.swaps,
    puzzles.switches, puzzles.orders, puzzles.turns,
)  # fmt: skip

SUITE = Suite(
    name="logic",
    title="Logic",
    measures=(
        "What follows from what was said, what cannot be, and what nobody can tell: syllogisms with invented words, "
        "conditionals, negations, puzzles with one solution, and keeping track of things that change hands."
    ),
    graded=(
        "The answer names the right one of three to six choices, by letter or by text (`choice`). Guessing scores "
        "between a sixth and a third, which the comparison takes into account."
    ),
    answers="an answer is one letter.",
    templates=TEMPLATES,
    each=20,
    settings={
        "prompt": (
            "{{ input }}\n\n{% for choice in choices %}{{ 'ABCDEF'[loop.index0] }}) {{ choice }}\n{% endfor %}\n"
            "Reply with the letter of the right answer only."
        ),
        "primary": "choice",
        "graders": ["choice"],
    },
)
