"""Word problems: a short story, a few steps, one number."""

import math
from random import Random

from suites.generators.growing import EASY, HARD, Item, Suite, Template
from suites.generators.words import COLOURS, NAMES, THINGS, TOWNS


def shopping(rng: Random, level: int) -> Item:
    name, first, second = (
        rng.choice(NAMES),
        rng.choice(THINGS),
        rng.choice(("loaves of bread", "bags of rice")),
    )
    count, price = rng.randrange(2, 9), rng.randrange(2, 9)
    more, dear = rng.randrange(2, 6), rng.randrange(4, 15)
    text = f"{name} buys {count} {first} for ${price} each"
    total = count * price
    if level > EASY:
        text, total = f"{text} and {more} {second} for ${dear} each", total + more * dear
    if level < HARD:
        return Item(f"{text}. How many dollars does {name} pay in total?", total)
    paid = -(-(total + 1) // 50) * 50
    off = rng.randrange(2, 6)
    text = f"{text}. A voucher takes ${off} off the whole bill, and {name} pays with ${paid} in cash."
    return Item(f"{text} How many dollars of change does {name} get?", paid - total + off)


def leftovers(rng: Random, level: int) -> Item:
    name, other, thing = *rng.sample(NAMES, 2), rng.choice(THINGS)
    start = rng.randrange(20, 90) * (1, 2, 4)[level]
    given, lost = rng.randrange(3, 15), rng.randrange(2, 6)
    text, left = f"{name} has {start} {thing} and gives {given} of them to {other}.", start - given
    if level > EASY:
        found = rng.randrange(5, 30)
        text, left = f"{text} Later {name} finds {found} more.", left + found
    if level == HARD:
        left += left % 2
        text = text.replace(f"finds {found} more", f"finds {found + (start - given + found) % 2} more")
        text = f"{text} After that, half of what {name} then has goes to a school, and {lost} of the rest get lost."
        left = left // 2 - lost
    return Item(f"{text} How many {thing} does {name} have now?", left)


def sharing(rng: Random, level: int) -> Item:
    thing, friends = rng.choice(THINGS), rng.randrange(3, (6, 9, 13)[level])
    share, rest = rng.randrange(3, (9, 20, 40)[level]), rng.randrange(1, friends)
    total = friends * share + rest
    if level == EASY:
        return Item(
            f"{friends * share} {thing} are shared equally by {friends} friends. How many does each get?",
            share,
        )
    text = f"{friends} friends share {total} {thing} so that everybody gets the same number, as many as possible."
    if level == HARD:
        back = rng.randrange(1, share - 1)
        text = f"{text} Then each of the friends puts {back} back into the box with the leftovers."
        return Item(f"{text} How many {thing} are in the box then?", rest + friends * back)
    return Item(f"{text} How many {thing} are left over?", rest)


def travelling(rng: Random, level: int) -> Item:
    start, end = rng.sample(TOWNS, 2)
    speed, hours = rng.randrange(4, 12) * 10, rng.randrange(2, 6)
    if level == EASY:
        return Item(
            f"A train travels for {hours} hours at {speed} km per hour. How many kilometres does it cover?",
            speed * hours,
        )
    if level == 1:
        text = (
            f"From {start} to {end} it is {speed * hours} km. A bus drives {speed} km per hour all the way."
        )
        return Item(f"{text} How many minutes does the trip take?", hours * 60)
    slow, more = rng.randrange(3, 9) * 10, rng.randrange(1, 4)
    stop = rng.choice((15, 20, 30, 45))
    text = (
        f"A lorry drives from {start} to {end}: {hours} hours at {speed} km per hour, then a break of {stop} minutes, "
        f"then the remaining {slow * more} km at {slow} km per hour."
    )
    return Item(f"{text} How many minutes pass from departure to arrival?", (hours + more) * 60 + stop)


def ages(rng: Random, level: int) -> Item:
    one, two, three = rng.sample(NAMES, 3)
    age, gap = rng.randrange(6, 20), rng.randrange(2, 9)
    if level == EASY:
        return Item(f"{one} is {age} years old. {two} is {gap} years older. How old is {two}?", age + gap)
    years = rng.randrange(3, 15)
    if level == 1:
        text = f"{one} is twice as old as {two}, who is {age} years old now."
        return Item(f"{text} How old will {one} be in {years} years?", 2 * age + years)
    text = (
        f"In {years} years, {one} will be twice as old as {two} will be then. {two} is {age} years old now, "
        f"and {three} is {gap} years younger than {one}."
    )
    return Item(f"{text} How old is {three} now?", 2 * (age + years) - years - gap)


def working_together(rng: Random, level: int) -> Item:
    rate, hours = rng.randrange(3, 15), rng.randrange(2, 9)
    if level == EASY:
        return Item(
            f"A machine makes {rate} parts per minute. How many parts does it make in {hours} minutes?",
            rate * hours,
        )
    if level == 1:
        other = rng.randrange(3, 15)
        text = f"One machine makes {rate} parts per minute, another one makes {other}."
        question = f"How many minutes do both together need for {(rate + other) * hours} parts?"
        return Item(f"{text} {question}", hours)
    fast, slow, both = rng.choice(
        ((3, 6, 2), (4, 12, 3), (6, 12, 4), (6, 30, 5), (10, 15, 6), (12, 24, 8), (20, 30, 12))
    )
    one, two = rng.sample(NAMES, 2)
    job = rng.choice(("paint a fence", "pick a field of berries", "sort an archive", "lay a floor"))
    text = f"Alone, {one} needs {fast} hours to {job}, and {two} needs {slow} hours."
    return Item(f"{text} Working side by side at these rates, how many hours do they need?", both)


def mixing(rng: Random, level: int) -> Item:
    a, b = rng.sample(range(2, 7), 2)
    one, two = rng.sample(COLOURS, 2)
    parts = rng.randrange(2, (6, 12, 20)[level])
    if level == EASY:
        text = f"For every {a} litres of {one} paint, {b} litres of {two} paint are used."
        return Item(
            f"{text} How many litres of {two} paint go with {a * parts} litres of {one} paint?", b * parts
        )
    text = f"A painter mixes {one} and {two} paint in the ratio {a} to {b}."
    if level == 1:
        return Item(
            f"{text} How many litres of {one} paint are in {(a + b) * parts} litres of the mixture?",
            a * parts,
        )
    more = rng.randrange(2, 9)
    text = f"{text} There are {(a + b) * parts} litres of the mixture. Then {more} litres of {one} paint are poured in."
    return Item(f"{text} How many litres of {one} paint does the mixture contain now?", a * parts + more)


def discount(rng: Random, level: int) -> Item:
    price, percent = rng.randrange(2, 20) * 20, rng.choice((10, 20, 25, 30, 40))
    thing = rng.choice(("coat", "bicycle", "lamp", "tent", "printer", "kettle"))
    after = price * (100 - percent) // 100
    if level == EASY:
        return Item(
            f"A {thing} costs ${price}. It is sold for ${percent // 5} less. What is the new price in dollars?",
            price - percent // 5,
        )
    if level == 1:
        return Item(
            f"A {thing} costs ${price} and is reduced by {percent}%. What is the new price in dollars?", after
        )
    price *= 5
    after = price * (100 - percent) // 100
    text = f"A {thing} costs ${price}. First it is reduced by {percent}%, a week later the new price by another 10%."
    if after % 10:
        return discount(rng, level)
    return Item(f"{text} What does it cost in the end, in dollars?", after * 9 // 10)


def recipe(rng: Random, level: int) -> Item:
    people, grams = rng.choice((2, 4, 5)), rng.randrange(4, 20) * 20
    food = rng.choice(("flour", "rice", "lentils", "pasta", "potatoes"))
    text = f"A recipe for {people} people takes {grams} g of {food}."
    if level == EASY:
        return Item(f"{text} How many grams are needed for {people * 2} people?", grams * 2)
    guests = people + rng.randrange(1, 9)
    if grams * guests % people:
        return recipe(rng, level)
    needed = grams * guests // people
    if level == 1:
        return Item(f"{text} How many grams are needed for {guests} people?", needed)
    pack = rng.choice((250, 400, 500))
    question = f"The shop has packs of {pack} g. How many packs have to be bought for {guests} people?"
    return Item(f"{text} {question}", -(-needed // pack))


def gardens(rng: Random, level: int) -> Item:
    long, wide = rng.randrange(6, 40), rng.randrange(3, 20)
    text = f"A rectangular garden is {long} m long and {wide} m wide."
    if level == EASY:
        return Item(f"{text} What is its area in square metres?", long * wide)
    if level == 1:
        gate = rng.randrange(1, 3)
        text = f"{text} A fence goes all around it, except for a gate that is {gate} m wide."
        return Item(f"{text} How many metres of fence are there?", 2 * (long + wide) - gate)
    path = rng.randrange(1, 4)
    text = f"{text} Outside of it, a path that is {path} m wide runs all the way around, with square corners."
    return Item(
        f"{text} What is the area of the path in square metres?",
        (long + 2 * path) * (wide + 2 * path) - long * wide,
    )


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
        text = f"{one} cycles {slow} km per hour and {two} {other} km per hour, side by side at first, the same way."
        return Item(f"{text} How many kilometres are they apart after {hours} hours?", (other - slow) * hours)
    if level == 1:
        other, apart = rng.randrange(4, 15), 0
        apart = (slow + other) * hours
        text = f"{one} and {two} are {apart} km apart and cycle towards each other, at {slow} and {other} km per hour."
        return Item(f"{text} After how many hours do they meet?", hours)
    lead = rng.randrange(1, 5)
    faster = rng.choice([slow + gain for gain in range(1, slow * lead + 1) if slow * lead % gain == 0])
    text = f"{one} sets out at {slow} km per hour. {two} follows {lead} hours later on the same road, at {faster}."
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
    shopping, leftovers, sharing, travelling, ages, working_together, mixing, discount, recipe, gardens, saving,
    tickets, catching_up, average_score, bus_stops, reading_a_book, packing, commission, handshakes, beside_the_point,
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
