"""Short texts about people, orders, meetings and trips, as JSON."""

from random import Random

from suites.generators.growing import EASY, HARD, Item, Template
from suites.generators.shapes import COUNT, TEXT, Schema, case, list_of, record
from suites.generators.words import COLOURS, NAMES, THINGS, TOWNS


def person(rng: Random, level: int) -> Item:
    name, town, age = rng.choice(NAMES), rng.choice(TOWNS), rng.randrange(19, 80)
    text, value = f"{name} is {age} years old.", {"person": name, "years_old": age}
    fields: Schema = {"person": TEXT, "years_old": {"type": "integer", "minimum": 0}}
    if level > EASY:
        member = bool(rng.randrange(2))
        text += f" {name} lives in {town} and is {'a' if member else 'not a'} member of the club."
        fields |= {"town": TEXT, "is_member": {"type": "boolean"}}
        value |= {"town": town, "is_member": member}
    if level == HARD:
        since = rng.randrange(1990, 2024)
        text += f" The house there was bought in {since}; nobody knows the telephone number."
        fields["home"] = record(
            {
                "town": fields.pop("town"),
                "since": {"type": "integer", "description": "year in which the house was bought"},
                "phone": {"type": ["string", "null"]},
            }
        )
        value["home"] = {"town": value.pop("town"), "since": since, "phone": None}
    return case(text, record(fields), value)


def order(rng: Random, level: int) -> Item:
    things = rng.sample(THINGS, (1, 2, 4)[level])
    lines = [(thing, rng.randrange(2, 40), rng.randrange(1, 90) * 5) for thing in things]
    number = f"B-{rng.randrange(1_000, 9_999)}"
    if level == EASY:
        thing, count, _ = lines[0]
        one = record({"order": TEXT, "thing": TEXT, "count": COUNT})
        return case(
            f"Order {number}: {count} {thing}.", one, {"order": number, "thing": thing, "count": count}
        )
    text = (
        f"Order {number}: "
        + ", ".join(f"{count} {thing} at {cents} cents each" for thing, count, cents in lines)
        + "."
    )
    item: Schema = {"thing": TEXT, "count": COUNT, "cents_each": {"type": "integer"}}
    items = [{"thing": thing, "count": count, "cents_each": cents} for thing, count, cents in lines]
    schema: Schema = {"order": TEXT, "items": list_of(record(item))}
    value: Schema = {"order": number, "items": items}
    if level == HARD:
        express, name = bool(rng.randrange(2)), rng.choice(NAMES)
        text += f" To be sent {'by express' if express else 'by normal mail'}; the customer is {name}."
        schema |= {"shipping": {"enum": ["standard", "express"]}, "customer": record({"name": TEXT})}
        value |= {"shipping": "express" if express else "standard", "customer": {"name": name}}
    return case(text, record(schema), value)


def meeting(rng: Random, level: int) -> Item:
    topic, room = rng.choice(("budget", "new hires", "roof repair", "summer party")), rng.randrange(100, 400)
    year, month, day = rng.randrange(2020, 2030), rng.randrange(1, 13), rng.randrange(1, 29)
    months = ("Jan", "Feb", "March", "April", "May", "June", "July", "Aug", "Sept", "Oct", "Nov", "Dec")
    text = f"Meeting about the {topic} on {months[month - 1]} {day}, {year}, in room {room}."
    fields: Schema = {"topic": TEXT, "date": {"type": "string", "format": "date"}}
    value: Schema = {"topic": topic, "date": f"{year}-{month:02}-{day:02}"}
    if level > EASY:
        fields["room"], value["room"] = (
            {"type": "string", "pattern": "^R[0-9]{3}$", "description": "R and the number"},
            f"R{room}",
        )
    if level == HARD:
        people = rng.sample(NAMES, 4)
        text += f" {people[0]} chairs it. {people[1]} and {people[2]} take part, {people[3]} sent apologies."
        fields["people"] = record({"chair": TEXT, "others_present": list_of(TEXT), "absent": list_of(TEXT)})
        value["people"] = {"chair": people[0], "others_present": people[1:3], "absent": people[3:]}
    return case(text, record(fields), value)


def weather(rng: Random, level: int) -> Item:
    towns = rng.sample(TOWNS, (1, 2, 3)[level])
    skies = {"sunny": "the sun shines", "rain": "it rains", "snow": "it snows", "fog": "there is fog"}
    rows = [
        (town, sky := rng.choice(list(skies)), rng.randrange(-9, 1 if sky == "snow" else 35))
        for town in towns
    ]
    text = " ".join(
        f"In {town} {skies[sky]} at {degrees} degree{'' if degrees in (1, -1) else 's'}."
        for town, sky, degrees in rows
    )
    fields: Schema = {"town": TEXT, "sky": {"enum": sorted(skies)}, "celsius": {"type": "integer"}}
    values = [{"town": town, "sky": sky, "celsius": degrees} for town, sky, degrees in rows]
    if level == EASY:
        return case(text, record(fields), values[0])
    if level == 1:
        return case(text, list_of(record(fields)), values)
    coldest = min(rows, key=lambda row: row[2])
    if sum(row[2] == coldest[2] for row in rows) > 1:
        return weather(rng, level)
    by_town = {
        "type": "object",
        "additionalProperties": record({key: fields[key] for key in ("sky", "celsius")}),
    }
    schema = record(
        {"towns": by_town, "coldest": {"type": "string", "description": "name of the coldest town"}}
    )
    value = {
        "towns": {one["town"]: {"sky": one["sky"], "celsius": one["celsius"]} for one in values},
        "coldest": coldest[0],
    }
    return case(text, schema, value)


def book(rng: Random, level: int) -> Item:
    title = f"The {rng.choice(COLOURS).title()} {rng.choice(('River', 'Door', 'Winter', 'Island', 'Clock'))}"
    author, year, pages = rng.choice(NAMES), rng.randrange(1950, 2024), rng.randrange(90, 700)
    text = f'"{title}" by {author} came out in {year}.'
    fields: Schema = {"title": TEXT, "author": TEXT, "year": {"type": "integer"}}
    value: Schema = {"title": title, "author": author, "year": year}
    if level > EASY:
        languages = rng.sample(("Dutch", "Greek", "Polish", "Turkish", "Welsh"), 2)
        text += f" It has {pages} pages and was translated into {languages[0]} and {languages[1]}."
        fields |= {"pages": {"type": "integer"}, "translations": list_of(TEXT)}
        value |= {"pages": pages, "translations": languages}
    if level == HARD:
        second = year + rng.randrange(2, 20)
        text += f" A second edition followed in {second}, a third was never made. Copies cost $12.50 and later $18."
        edition = record(
            {"number": {"type": "integer"}, "year": {"type": "integer"}, "price": {"type": "number"}}
        )
        fields = {"work": record(fields), "editions": list_of(edition)}
        value = {
            "work": value,
            "editions": [
                {"number": 1, "year": year, "price": 12.5},
                {"number": 2, "year": second, "price": 18},
            ],
        }
    return case(text, record(fields), value)


def trip(rng: Random, level: int) -> Item:
    stops = rng.sample(TOWNS, (2, 3, 4)[level])
    by = [rng.choice(("train", "bus", "ferry")) for _ in stops[1:]]
    minutes = [rng.randrange(3, 50) * 5 for _ in stops[1:]]
    legs = list(zip(stops, stops[1:], by, minutes, strict=False))
    text = " ".join(f"From {a} to {b} by {how}: {time} minutes." for a, b, how, time in legs)
    leg: Schema = {
        "from": TEXT,
        "to": TEXT,
        "by": {"enum": ["bus", "ferry", "train"]},
        "minutes": {"type": "integer"},
    }
    values = [dict(zip(leg, one, strict=True)) for one in legs]
    if level == EASY:
        return case(text, record(leg), values[0])
    schema, value = {"legs": list_of(record(leg))}, {"legs": values}
    if level == HARD:
        schema["total_minutes"], value["total_minutes"] = {"type": "integer"}, sum(minutes)  # type: ignore[assignment]
        schema["changes"], value["changes"] = {"type": "integer"}, len(legs) - 1  # type: ignore[assignment]
    return case(text, record(schema), value)


TEMPLATES: tuple[Template, ...] = (person, order, meeting, weather, book, trip)
