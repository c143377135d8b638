"""Word problems: a short story, a few steps, one number."""

import math
from random import Random

from suites.generators import stories
from suites.generators.growing import EASY, HARD, Item, Suite, Template
from suites.generators.words import COLOURS, NAMES, THINGS, TOWNS


def saving(rng: Random, level: int) -> Item:
    name, weekly, weeks = rng.choice(NAMES), rng.randrange(5, 30), rng.randrange(3, 15)
    if level == EASY:
        return Item(
            f"{name} saves ${weekly} every week. How many dollars is that after {weeks} weeks?",
            weekly * weeks,
        )
    start = rng.randrange(10, 100)
    if level == 1:
        text = f"{name} has ${start} and saves ${weekly} every week."
        question = f"After how many weeks does {name} have ${start + weekly * weeks}?"
        return Item(f"{text} {question}", weeks)
    spent, goal = rng.randrange(2, 5), rng.randrange(150, 400)
    text = f"{name} has ${start}. At the end of every week, ${weekly} come in and ${spent} are spent."
    question = f"After how many whole weeks does {name} have at least ${goal} for the first time?"
    return Item(f"{text} {question}", max(0, -(-(goal - start) // (weekly - spent))))


def tickets(rng: Random, level: int) -> Item:
    adult, child = rng.randrange(9, 20), rng.randrange(3, 9)
    adults, children = rng.randrange(2, (5, 30, 60)[level]), rng.randrange(2, (5, 30, 60)[level])
    text = f"A ticket costs ${adult} for adults and ${child} for children."
    money = adult * adults + child * children
    if level == EASY:
        return Item(f"{text} How many dollars do {adults} adults and {children} children pay?", money)
    if level == 1:
        text = f"{text} {adults} adults and some children paid ${money} together."
        return Item(f"{text} How many children were there?", children)
    text = f"{text} {adults + children} tickets were sold for ${money} in all."
    return Item(f"{text} How many of them were tickets for children?", children)


def catching_up(rng: Random, level: int) -> Item:
    one, two = rng.sample(NAMES, 2)
    slow, hours = rng.randrange(4, 15), rng.randrange(2, 6)
    if level == EASY:
        other = slow + rng.randrange(1, 6)
        speeds = f"{one} at {slow} and {two} at {other} km per hour"
        text = f"{one} and {two} start together and cycle the same way, {speeds}."
        return Item(f"{text} How many kilometres are they apart after {hours} hours?", (other - slow) * hours)
    if level == 1:
        other, apart = rng.randrange(4, 15), 0
        apart = (slow + other) * hours
        text = f"{one} and {two} are {apart} km apart and cycle towards each other, at {slow} and {other} km per hour."
        return Item(f"{text} After how many hours do they meet?", hours)
    lead = rng.randrange(1, 5)
    faster = rng.choice([slow + gain for gain in range(1, slow * lead + 1) if slow * lead % gain == 0])
    later = f"{lead} hour{'s' if lead > 1 else ''} later"
    text = f"{one} sets out at {slow} km per hour. {two} follows {later} on the same road, at {faster} km per hour."
    return Item(
        f"{text} How many hours does {two} need to catch up with {one}?", slow * lead // (faster - slow)
    )


def average_score(rng: Random, level: int) -> Item:
    name, count = rng.choice(NAMES), (2, 3, 4)[level]
    scores = [rng.randrange(40, 96) for _ in range(count)]
    scores[0] += -sum(scores) % count
    listed = f"{', '.join(map(str, scores[:-1]))} and {scores[-1]}"
    average = sum(scores) // count
    if level < HARD:
        return Item(f"{name} scored {listed} points in {count} tests. What is the average score?", average)
    wanted = average + rng.randrange(1, 4)
    text = f"{name} scored {listed} points in {count} tests and wants the average to be {wanted} after the next one."
    return Item(
        f"{text} How many points does the next test have to bring?", wanted * (count + 1) - sum(scores)
    )


def bus_stops(rng: Random, level: int) -> Item:
    riding = rng.randrange(10, 40)
    text = f"A bus leaves the depot with {riding} passengers."
    for stop in rng.sample(TOWNS, level + 1):
        off, on = rng.randrange(2, min(riding, 9) + 1), rng.randrange(2, 12)
        riding += on - off
        text = f"{text} In {stop}, {off} people get off and {on} people get on."
    if level == HARD and (riding % 3 or not riding):
        return bus_stops(rng, level)
    if level == HARD:
        text = f"{text} At the market a third of the passengers get off, and nobody gets on."
        riding -= riding // 3
    return Item(f"{text} How many passengers are on the bus now?", riding)


def reading_a_book(rng: Random, level: int) -> Item:
    name, daily, days = rng.choice(NAMES), rng.randrange(8, 35), rng.randrange(4, 15)
    if level == EASY:
        return Item(f"{name} reads {daily} pages a day. How many pages is that in {days} days?", daily * days)
    done = rng.randrange(10, 90)
    if level == 1:
        text = f"A book has {done + daily * days} pages. {name} has read {done} and reads {daily} a day from now on."
        return Item(f"{text} In how many days is the book finished?", days)
    weekend = daily + rng.randrange(5, 30)
    weeks = rng.randrange(2, 5)
    text = (
        f"{name} reads {daily} pages on each day from Monday to Friday and {weekend} pages on Saturday and on Sunday. "
        f"The book has {weeks * (5 * daily + 2 * weekend) + done} pages, and {name} starts on a Monday."
    )
    return Item(f"{text} How many pages are left after {weeks} whole weeks?", done)


def packing(rng: Random, level: int) -> Item:
    size, boxes, rest = rng.randrange(4, 25), rng.randrange(3, (9, 30, 90)[level]), rng.randrange(1, 4)
    thing = rng.choice(("jars", "bulbs", "mugs", "books", "bottles"))
    if level == EASY:
        return Item(
            f"{size * boxes} {thing} are packed in boxes of {size}. How many boxes are filled?", boxes
        )
    text = f"{size * boxes + rest} {thing} have to be packed in boxes that hold {size} each."
    if level == 1:
        return Item(f"{text} How many boxes are needed to pack all of them?", boxes + 1)
    stack = rng.randrange(3, 9)
    text = f"{text} The boxes are stacked on pallets, {stack} boxes on each pallet."
    return Item(f"{text} How many pallets are needed for all of them?", math.ceil((boxes + 1) / stack))


def commission(rng: Random, level: int) -> Item:
    name, pay, percent = rng.choice(NAMES), rng.randrange(10, 30) * 100, rng.choice((2, 4, 5, 10))
    sold = rng.randrange(2, 40) * 1_000
    bonus = sold * percent // 100
    if level == EASY:
        return Item(
            f"{name} earns ${pay // 100} an hour. How many dollars is that for {percent + 3} hours?",
            pay // 100 * (percent + 3),
        )
    text = f"{name} earns ${pay} a month, and {percent}% of what was sold in that month on top."
    if level == 1:
        return Item(
            f"{text} This month {name} sold goods for ${sold}. How many dollars is the pay?", pay + bonus
        )
    return Item(
        f"{text} Last month the pay was ${pay + bonus}. For how many dollars did {name} sell goods?", sold
    )


def handshakes(rng: Random, level: int) -> Item:
    if level == EASY:
        tables, seats = rng.randrange(3, 12), rng.randrange(2, 9)
        return Item(
            f"A hall has {tables} tables with {seats} chairs each. How many chairs are there?", tables * seats
        )
    people = rng.randrange(4, (12, 25)[level - 1])
    if level == 1:
        text = f"{people} people meet, and each shakes hands with each of the others once."
        return Item(f"{text} How many handshakes are there?", math.comb(people, 2))
    teams = rng.randrange(3, 9)
    text = (
        f"In a league of {people} teams, every team plays every other team twice, at home and away. "
        f"{teams} further games decide the cup."
    )
    return Item(f"{text} How many games are played in all?", people * (people - 1) + teams)


def beside_the_point(rng: Random, level: int) -> Item:
    one, two = rng.sample(NAMES, 2)
    thing, colour = rng.choice(THINGS), rng.choice(COLOURS)
    bags, inside, other = rng.randrange(3, 12), rng.randrange(4, 20), rng.randrange(2, 9)
    year = rng.randrange(1950, 2015)
    text = f"{one}'s shop, which opened in {year}, has {bags} {colour} bags with {inside} {thing} in each."
    if level == EASY:
        return Item(f"{text} How many {thing} are in the bags?", bags * inside)
    sold = rng.randrange(2, bags)
    text = f"{text} {two}, who lives {other} km away, buys {sold} of the bags and pays ${sold * 3}."
    if level == 1:
        return Item(f"{text} How many {thing} are in the bags that are left?", (bags - sold) * inside)
    taken = rng.randrange(1, inside)
    text = (
        f"{text} On the way home {taken} {thing} fall out of one of {two}'s bags, and {other} people walk by."
    )
    return Item(f"{text} How many {thing} does {two} bring home?", sold * inside - taken)


TEMPLATES: tuple[Template, ...] = (
    *stories.TEMPLATES, saving, tickets, catching_up, average_score, bus_stops, reading_a_book, packing, commission,
    handshakes, beside_the_point,
)  # fmt: skip

SUITE = Suite(
    name="word-problems",
    title="Word problems",
    measures=(
        "Finding the calculation in a short story, and carrying it out: one step at easy, two at medium, three or an "
        "equation at hard. One template tells things that do not matter. Steps may be written down."
    ),
    graded="The last number of the answer is the right one, exactly (`numeric`).",
    answers="an answer is between one number and two hundred tokens of steps: set `max_tokens` to at least 512.",
    templates=TEMPLATES,
    each=15,
    settings={
        "prompt": (
            "{{ input }}\n\nWrite down the steps if that helps. End with a line that has nothing but the final number."
        ),
        "primary": "numeric",
        "graders": ["numeric"],
    },
)
