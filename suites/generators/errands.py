"""Requests about flats, parcels, trains, lists and tables that tools are called for."""

from datetime import timedelta
from random import Random

from suites.generators.growing import EASY, Item, Template
from suites.generators.tools import Call, in_words, some_day, wanted
from suites.generators.words import COLOURS, NAMES, THINGS, TOWNS


def flats(rng: Random, level: int) -> Item:
    town, rent, rooms = rng.choice(TOWNS), rng.randrange(5, 30) * 100, rng.randrange(2, 6)
    if level == EASY:
        text = f"Show me flats in {town} for at most {rent} a month."
        return wanted(rng, level, text, [("search_flats", {"town": town, "max_rent": rent})])
    if level == 1:
        text = f"I need a flat in {town} with {rooms} rooms or more and a balcony."
        return wanted(
            rng, level, text, [("search_flats", {"town": town, "min_rooms": rooms, "features": ["balcony"]})]
        )
    first, second = rng.sample(("garden", "lift", "parking"), 2)
    text = f"We look in {town}: more than {rooms} rooms, {first} and {second}. The rent does not matter."
    return wanted(
        rng,
        level,
        text,
        [("search_flats", {"town": town, "min_rooms": rooms + 1, "features": [first, second]})],
    )


def shopping(rng: Random, level: int) -> Item:
    things, counts = rng.sample(THINGS, 4), [rng.randrange(2, 13) for _ in range(4)]
    adds = [
        ("add_to_list", {"thing": thing, "count": count}) for thing, count in zip(things, counts, strict=True)
    ]
    if level == EASY:
        return wanted(rng, level, f"Put {counts[0]} {things[0]} on the shopping list.", adds[:1])
    if level == 1:
        text = f"The shopping list needs {counts[0]} {things[0]} and {counts[1]} {things[1]}."
        return wanted(rng, level, text, adds[:2], ("remove_from_list",))
    text = f"On the list: a dozen {things[0]}, {counts[1]} {things[1]}. Take {things[2]} off it."
    calls: list[Call] = [
        ("add_to_list", {"thing": things[0], "count": 12}),
        adds[1],
        ("remove_from_list", {"thing": things[2]}),
    ]
    return wanted(rng, level, text, calls)


def parcels(rng: Random, level: int) -> Item:
    number, order = f"P{rng.randrange(10_000, 99_999)}", f"B-{rng.randrange(1_000, 9_999)}"
    cents = rng.randrange(300, 9_000)
    if level == EASY:
        return wanted(rng, level, f"Where is my parcel {number}?", [("track_parcel", {"number": number})])
    if level == 1:
        text = f"Pay order {order} back in full."
        return wanted(rng, level, text, [("refund_order", {"order": order})], ("track_parcel",))
    text = f"Parcel {number} never came: look where it is, and pay ${cents / 100:.2f} of order {order} back."
    calls: list[Call] = [
        ("track_parcel", {"number": number}),
        ("refund_order", {"order": order, "cents": cents}),
    ]
    return wanted(rng, level, text, calls)


def trains(rng: Random, level: int) -> Item:
    start, end = rng.sample(TOWNS, 2)
    day, seats = some_day(rng), rng.randrange(2, 7)
    trip = {"from": start, "to": end, "date": str(day), "seats": seats}
    if level == EASY:
        return wanted(
            rng,
            level,
            f"Book {seats} seats on the train from {start} to {end} on {day}.",
            [("book_train", trip)],
        )
    if level == 1:
        text = f"{seats} seats in first class from {start} to {end} on {in_words(day)}, please."
        return wanted(rng, level, text, [("book_train", {**trip, "options": {"class": "first"}})])
    back = day + timedelta(days=rng.randrange(2, 9))
    text = (
        f"We are {seats} people and go by train from {start} to {end} on {in_words(day)}, in second class with a "
        f"bicycle, and back on {in_words(back)}, with no special wishes. Book both."
    )
    there = {**trip, "options": {"class": "second", "bicycle": True}}
    return wanted(
        rng,
        level,
        text,
        [("book_train", there), ("book_train", {**trip, "from": end, "to": start, "date": str(back)})],
    )


def queries(rng: Random, level: int) -> Item:
    town, amount, colour = rng.choice(TOWNS), rng.randrange(10, 900), rng.choice(COLOURS)
    by_town = {"column": "town", "operator": "=", "value": town}
    by_amount = {"column": "amount", "operator": ">", "value": amount}
    if level == EASY:
        text = f"How many customers have {town} as their town? The column is named town."
        return wanted(rng, level, text, [("run_query", {"table": "customers", "conditions": [by_town]})])
    if level == 1:
        text = f"Count the orders whose town is {town} and whose amount is above {amount}. Columns: town, amount."
        return wanted(
            rng, level, text, [("run_query", {"table": "orders", "conditions": [by_town, by_amount]})]
        )
    kilograms = rng.randrange(2, 40)
    text = (
        f"I need two counts: parcels with kilograms below {kilograms} and colour {colour}; orders with an amount above "
        f"{amount}. Columns: kilograms, colour, amount."
    )
    light = {"column": "kilograms", "operator": "<", "value": kilograms}
    chosen = {"column": "colour", "operator": "=", "value": colour}
    calls: list[Call] = [
        ("run_query", {"table": "parcels", "conditions": [light, chosen]}),
        ("run_query", {"table": "orders", "conditions": [by_amount]}),
    ]
    return wanted(rng, level, text, calls)


def translations(rng: Random, level: int) -> Item:
    languages = {"German": "de", "Spanish": "es", "French": "fr", "Italian": "it", "Portuguese": "pt"}
    one, two = rng.sample(sorted(languages), 2)
    said = rng.choice(
        (
            "The door is open",
            "Where is the station?",
            "Two coffees, please",
            "Mind the step",
            f"{rng.choice(NAMES)} is here",
        )
    )
    call = ("translate", {"text": said, "language": languages[one]})
    if level == EASY:
        return wanted(rng, level, f'Translate "{said}" into {one}.', [call])
    if level == 1:
        text = f'How does one say "{said}" in {one} and in {two}? Use the tool.'
        return wanted(rng, level, text, [call, ("translate", {"text": said, "language": languages[two]})])
    name = rng.choice([one for one in NAMES if one not in said])
    text = f'Use the tool to translate "{said}" into {one}, and send the English sentence to {name}.'
    return wanted(rng, level, text, [call, ("send_message", {"to": name, "text": said})])


TEMPLATES: tuple[Template, ...] = (flats, shopping, parcels, trains, queries, translations)
