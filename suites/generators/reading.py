"""Reading and extraction: a text, a question, and an answer that stands in the text."""

from random import Random

from suites.generators import records
from suites.generators.growing import EASY, HARD, Item, Suite, Template
from suites.generators.records import asked, in_commas
from suites.generators.words import ANIMALS, COLOURS, NAMES, TOWNS

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
_PLACES = ("library", "town hall", "harbour office", "school", "theatre", "bakery", "museum", "station")


def who_did_it(rng: Random, level: int) -> Item:
    deeds = ("repaired the roof", "watered the plants", "wrote the report", "painted the fence", "fed the hens",
             "sorted the letters", "cleaned the windows", "baked the bread", "counted the money")  # fmt: skip
    count = (2, 4, 7)[level]
    people, done = rng.sample(NAMES, count), rng.sample(deeds, count)
    told = []
    for name, deed in zip(people, done, strict=True):
        day = rng.choice(_DAYS)
        told.append(
            rng.choice(
                (f"On {day}, {name} {deed}.", f"{name} {deed} on {day}.", f"It was {name} who {deed}.")
            )
        )
    place = rng.randrange(count)
    return asked(" ".join(told), f"Who {done[place]}?", people[place], "the name only")


def opening_hours(rng: Random, level: int) -> Item:
    places = rng.sample(_PLACES, (2, 3, 5)[level])
    hours = {place: (rng.randrange(7, 11), rng.randrange(15, 21)) for place in places}
    lines = [f"The {place} is open from {a:02}:00 to {b:02}:00." for place, (a, b) in hours.items()]
    place = rng.choice(places)
    opens, closes = hours[place]
    if level == EASY or rng.randrange(2):
        which, answer = rng.choice((("open", opens), ("close", closes)))
        return asked(
            " ".join(lines),
            f"At what time does the {place} {which}?",
            f"{answer:02}:00",
            "the time only, as HH:MM",
        )
    later = rng.randrange(1, 3)
    lines.append(
        f"On Fridays, the {place} closes {later} hour{'s' if later > 1 else ''} later than on other days."
    )
    rng.shuffle(lines)
    question = f"At what time does the {place} close on a Friday?"
    return asked(" ".join(lines), question, f"{closes + later:02}:00", "the time only, as HH:MM")


def prices(rng: Random, level: int) -> Item:
    goods = rng.sample(
        ("tea", "coffee", "soup", "cake", "juice", "a sandwich", "a salad", "porridge"), (2, 4, 6)[level]
    )
    cost = dict(zip(goods, rng.sample(range(11, 99), len(goods)), strict=True))
    menu = "; ".join(f"{one}: ${value / 10:.2f}" for one, value in cost.items())
    thing = rng.choice(goods)
    text = f"Today in the café. {menu}."
    if level < HARD:
        return asked(
            text, f"What is the price of {thing} in dollars?", f"{cost[thing] / 10:.2f}", "the number only"
        )
    best = max(cost, key=lambda one: cost[one])
    left = [one for one in goods if one != best]
    text += f" Sold out today: {best}."
    dear = max(left, key=lambda one: cost[one])
    return asked(
        text,
        "Which is the most expensive thing that can still be ordered?",
        _with_article(dear),
        "its name only",
    )


def family_towns(rng: Random, level: int) -> Item:
    a, b, c, d = rng.sample(NAMES, 4)
    towns = rng.sample(TOWNS, 4)
    told = [f"{name} lives in {town}." for name, town in zip((a, b, c, d), towns, strict=True)]
    if level > EASY:
        told += [
            f"{a}'s neighbour at school was {b}.",
            f"{b} is the dentist of {c}.",
            f"{c} once worked for {d}.",
        ]
    rng.shuffle(told)
    question, answer = (
        (f"In which town does {c} live?", towns[2]),
        (f"In which town does the dentist of {c} live?", towns[1]),
        (f"Somebody was at school with the dentist of {c}. In which town does this person live?", towns[0]),
    )[level]
    return asked(" ".join(told), question, answer, "the name of the town only")


def moved_meeting(rng: Random, level: int) -> Item:
    first, second, third = rng.sample(_DAYS, 3)
    room, other = rng.sample(range(100, 400), 2)
    name, colleague = rng.sample(NAMES, 2)
    lines = [f"{name}: The meeting is on {first} in room {room}."]
    if level > EASY:
        lines += [
            f"{colleague}: {first} does not suit me, can we take {second}?",
            f"{name}: Fine, {second} it is.",
        ]
    if level == HARD:
        lines += [
            f"{colleague}: Room {room} is taken then, room {other} is free.",
            f"{name}: Then room {other}.",
        ]
        lines += [
            f"{colleague}: Sorry, I mixed it up, {third} would be right.",
            f"{name}: {third}, same room.",
        ]
    text, day = "\n".join(lines), (first, second, third)[level]
    if rng.randrange(2):
        last = str(other if level == HARD else room)
        return asked(text, "In which room is the meeting in the end?", last, "the number only")
    return asked(text, "On which day is the meeting in the end?", day, "the name of the day only")


def not_stated(rng: Random, level: int) -> Item:
    name, town = rng.choice(NAMES), rng.choice(TOWNS)
    facts = {
        "colour": (f"The boat is {(colour := rng.choice(COLOURS))}.", "What colour is the boat?", colour),
        "length": (
            f"It is {(length := rng.randrange(5, 30))} m long.",
            "How many metres long is the boat?",
            str(length),
        ),
        "year": (
            f"It was built in {(year := rng.randrange(1950, 2020))}.",
            "In which year was the boat built?",
            str(year),
        ),
        "owner": (f"{name} owns it.", "Who owns the boat?", name),
        "harbour": (f"It lies in the harbour of {town}.", "In which town does the boat lie?", town),
        "crew": (
            f"Its crew has {(crew := rng.randrange(2, 9))} people.",
            "How many people are in the crew of the boat?",
            str(crew),
        ),
        "speed": (
            f"It does {(knots := rng.randrange(6, 30))} knots.",
            "How many knots does the boat do?",
            str(knots),
        ),
    }
    told = ["colour", *rng.sample([one for one in facts if one != "colour"], (2, 3, 5)[level])]
    missing = [one for one in facts if one not in told]
    text = " ".join(facts[one][0] for one in told)
    if rng.randrange(2):
        question, answer = facts[rng.choice(missing)][1], "not stated"
    else:
        question, answer = facts[rng.choice(told)][1:]
    return asked(text, question, answer, "the answer only; if the text does not say it, reply: not stated")


def everyone_but(rng: Random, level: int) -> Item:
    people = rng.sample(NAMES, (4, 6, 8)[level])
    absent = sorted(rng.sample(people, (1, 2, 3)[level]))
    there = [name for name in people if name not in absent]
    text = (
        f"The members of the choir are {_listed(people)}. On Tuesday everybody came except {_listed(absent)}."
    )
    if level == HARD:
        late = absent[-1]
        text += f" {late} came after all, an hour late."
        there, absent = [name for name in people if name not in absent[:-1]], absent[:-1]
    if rng.randrange(2):
        return asked(
            text, "How many members of the choir came on Tuesday?", str(len(there)), "the number only"
        )
    question = (
        "Who did not come at all on Tuesday? Give the names in alphabetical order, separated by commas."
    )
    return asked(text, question, in_commas(absent), "the names only")


def in_order(rng: Random, level: int) -> Item:
    towns = rng.sample(TOWNS, (3, 5, 7)[level])
    name = rng.choice(NAMES)
    text = f"{name} set out from {towns[0]}"
    words = (" and drove to {}", ", went on to {}", ", took a ferry to {}", ", walked to {}")
    for town in towns[1:]:
        text += rng.choice(words).format(town)
    text += "."
    if level == HARD:
        skipped = rng.choice([town for town in TOWNS if town not in towns])
        text += f" {skipped} had been planned as well, but there was no time for it."
    question = (
        "Which places were visited, in this order and with the starting point? Separate them by commas."
    )
    return asked(text, question, in_commas(towns), "the names only")


def speakers(rng: Random, level: int) -> Item:
    people = rng.sample(NAMES, (2, 3, 4)[level])
    animals = rng.sample(ANIMALS, len(people))
    lines = [f"{name}: I would rather have a {animal}." for name, animal in zip(people, animals, strict=True)]
    rng.shuffle(lines)
    wish = dict(zip(people, animals, strict=True))
    first, second = people[:2]
    if level > EASY:
        wish[first] = rng.choice([one for one in ANIMALS if one not in animals])
        lines.append(f"{first}: On second thoughts, a {wish[first]} would be better.")
    if level == HARD:
        wish[second] = animals[0]
        lines.append(f"{second}: Then I take what {first} wanted at first.")
    name = rng.choice((first, second) if level else people)
    question = f"Which animal does {name} want at the end?"
    return asked("\n".join(lines), question, _with_article(f"a {wish[name]}"), "the animal only")


def pronouns(rng: Random, level: int) -> Item:
    one, two = rng.sample(("Ada", "Hana", "Lena", "Rosa", "Vera", "Nadia"), 2)
    man = rng.choice(("Bruno", "Emil", "Kofi", "Omar", "Wim"))
    thing = rng.choice(("lamp", "tent", "map", "camera", "violin"))
    forms = (
        (f"{one} lent {man} her {thing}, because he had lost his own.", f"Who had lost a {thing}?", man),
        (f"{one} met {man} at the lake. He gave her a {thing}.", f"Who gave away a {thing}?", man),
        (
            f"{man} looked for {one} everywhere. She was hiding in the {rng.choice(_PLACES)}.",
            "Who was hiding?",
            one,
        ),
    )
    harder = (
        (
            f"{one} thanked {two} for the {thing} that she had received from her.",
            f"Who received a {thing}?",
            one,
        ),
        (
            f"Before {one} called {two}, {man} had told her, {two}, that the {thing} was broken.",
            f"Who heard from {man} that the {thing} was broken?",
            two,
        ),
        (
            f"{one} sold her {thing} to {two}, who gave it to {man} the next day.",
            f"Who had the {thing} at the end?",
            man,
        ),
    )
    hardest = (
        (
            f"{two} wanted to buy the {thing} that {one} had promised to {man}; in the end {one} kept the promise.",
            f"Who got the {thing}?",
            man,
        ),
        (
            f"{one} told {two} that {man} had her own {thing}, {one}'s, and not {two}'s.",
            f"Whose {thing} did {man} have?",
            one,
        ),
        (
            f"Neither {one} nor {two} took the {thing}: the one who did was the brother of {two}, {man}.",
            f"Who took the {thing}?",
            man,
        ),
    )
    text, question, answer = rng.choice((forms, harder, hardest)[level])
    town, day = rng.choice(TOWNS), rng.choice(_DAYS)
    return asked(f"This happened in {town} on a {day}. {text}", question, answer, "the name only")


def _with_article(thing: str) -> tuple[str, ...] | str:
    bare = thing.removeprefix("a ")
    return (bare, f"a {bare}") if thing.startswith("a ") else bare


def _money(dimes: int) -> tuple[str, ...]:
    return (f"{dimes / 10:.2f}", f"${dimes / 10:.2f}", f"{dimes / 10}")


def _listed(names: list[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]


TEMPLATES: tuple[Template, ...] = (
    who_did_it, opening_hours, prices, family_towns, moved_meeting, not_stated, everyone_but, in_order, speakers,
    pronouns, *records.TEMPLATES,
)  # fmt: skip

SUITE = Suite(
    name="reading-and-extraction",
    title="Reading and extraction",
    measures=(
        "Finding what a text says, and only what it says: facts in short stories, letters, tables, logs and settings; "
        "things that were corrected later; answers in two steps; and saying that something is not stated."
    ),
    graded=(
        "The whole answer is the expected text (`exact`; capital letters, runs of spaces and a final full stop do not "
        "count). Where an article may stand before it, both forms are right."
    ),
    answers="an answer is a few words.",
    templates=TEMPLATES,
    each=15,
    settings={
        "prompt": "{{ input }}",
        "primary": "exact",
        "graders": [
            {"exact": {"ignore_case": True, "ignore_whitespace": True, "ignore_final_punctuation": True}},
        ],
    },
)
