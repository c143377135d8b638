"""Short stories about quantities: shopping, sharing, travelling, working, mixing."""

from random import Random

from suites.generators.growing import EASY, HARD, Item, Template
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
    found = rng.randrange(5, 30)
    if level == HARD:
        found += (left + found) % 2  # half of it goes away
    if level > EASY:
        text, left = f"{text} Later {name} finds {found} more.", left + found
    if level == HARD:
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


TEMPLATES: tuple[Template, ...] = (
    shopping, leftovers, sharing, travelling, ages, working_together, mixing, discount, recipe, gardens,
)  # fmt: skip
