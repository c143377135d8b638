"""Following a JSON Schema: what a short text says, in exactly the shape that is asked for."""

from random import Random

from suites.generators import forms
from suites.generators.growing import EASY, HARD, Item, Suite, Template
from suites.generators.shapes import COUNT, TEXT, Schema, case, list_of, record
from suites.generators.words import NAMES, TOWNS


def settings(rng: Random, level: int) -> Item:
    dark, size = bool(rng.randrange(2)), rng.randrange(9, 25)
    text = f"The dark theme is {'on' if dark else 'off'} and the font has {size} points."
    fields: Schema = {"dark_theme": {"type": "boolean"}, "font_points": {"type": "integer"}}
    value: Schema = {"dark_theme": dark, "font_points": size}
    if level > EASY:
        sound = rng.choice(("none", "quiet", "loud"))
        text += {
            "none": " There is no sound.",
            "quiet": " The sound is quiet.",
            "loud": " The sound is loud.",
        }[sound]
        fields["sound"], value["sound"] = {"enum": ["none", "quiet", "loud"]}, sound
    if level == HARD:
        hours = sorted(rng.sample(range(1, 23), 2))
        text += f" Do not disturb from {hours[0]} to {hours[1]} o'clock (24 hours), at weekends only. Backups: never."
        fields["quiet_hours"] = {
            "type": "array",
            "prefixItems": [{"type": "integer"}] * 2,
            "items": False,
            "minItems": 2,
        }
        fields["quiet_days"] = {"type": "array", "items": {"enum": ["weekday", "weekend"]}, "minItems": 1}
        fields["backup_every_days"] = {"type": ["integer", "null"]}
        value |= {"quiet_hours": hours, "quiet_days": ["weekend"], "backup_every_days": None}
    return case(text, record(fields), value)


def message_kind(rng: Random, level: int) -> Item:
    number, days, name = f"C{rng.randrange(1_000, 9_999)}", rng.randrange(2, 30), rng.choice(NAMES)
    kinds = {
        "complaint": f"My parcel {number} arrived broken {days} days ago, and nobody answers me.",
        "praise": f"Parcel {number} came within {days} days, everything was perfect, thank you!",
        "question": f"Could you tell me whether parcel {number} will be here within {days} days?",
    }
    kind = rng.choice(sorted(kinds))
    text = f"{kinds[kind]} {name}"
    fields: Schema = {"kind": {"enum": sorted(kinds)}, "parcel": TEXT}
    value: Schema = {"kind": kind, "parcel": number}
    if level > EASY:
        fields |= {"days": {"type": "integer"}, "sender": TEXT}
        value |= {"days": days, "sender": name}
    if level == HARD:
        fields |= {
            "needs_answer": {"type": "boolean", "description": "true for complaints and questions"},
            "digits": {"type": "string", "pattern": "^[0-9]{4}$", "description": "of the parcel"},
        }
        value |= {"needs_answer": kind != "praise", "digits": number[1:]}
    return case(text, record(fields), value)


def payment(rng: Random, level: int) -> Item:
    cents, digits = rng.randrange(500, 90_000), f"{rng.randrange(0, 9_999):04}"
    is_card = bool(rng.randrange(2))
    text = f"{rng.choice(NAMES)} paid {cents / 100:.2f} euros " + (
        f"with a card ending in {digits}." if is_card else "in cash."
    )
    if level == EASY:
        schema = record({"cents": {"type": "integer"}, "method": {"enum": ["card", "cash"]}})
        return case(text, schema, {"cents": cents, "method": "card" if is_card else "cash"})
    card = record({"method": {"const": "card"}, "last_digits": {"type": "string", "pattern": "^[0-9]{4}$"}})
    value: Schema = {"method": "card", "last_digits": digits} if is_card else {"method": "cash"}
    how = {"oneOf": [card, record({"method": {"const": "cash"}})]}
    fields, whole = {"cents": {"type": "integer"}, "how": how}, {"cents": cents, "how": value}
    if level == HARD:
        back = rng.randrange(1, 5) * 100
        text += f" {back / 100:.2f} euros of it were paid back later the same way."
        fields["refunds"] = list_of(record({"cents": {"type": "integer", "exclusiveMinimum": 0}, "how": how}))
        whole["refunds"] = [{"cents": back, "how": value}]
    return case(text, record(fields), whole)


def left_out(rng: Random, level: int) -> Item:
    name = rng.choice(NAMES)
    known = {
        "email": (f"write to {name.lower()}@{rng.choice(TOWNS).lower().split()[0]}.example", "email"),
        "phone": (f"call 555-{rng.randrange(1_000, 9_999)}", "phone"),
        "street": (f"come to Mill Lane {rng.randrange(2, 99)}", "street"),
        "room": (f"look in room {rng.randrange(10, 99)}", "room"),
    }
    chosen = rng.sample(sorted(known), (1, 2, 2)[level])
    text = f"To reach {name}, {' or '.join(known[one][0] for one in chosen)}."
    value: Schema = {"name": name} | {
        one: known[one][0].split(" ", 2)[2 if one in ("email", "street", "room") else 1] for one in chosen
    }
    if "phone" in value:
        value["phone"] = known["phone"][0].removeprefix("call ")
    if "room" in value:
        value["room"] = known["room"][0].removeprefix("look in room ")
    schema = record({"name": TEXT} | dict.fromkeys(sorted(known), TEXT))
    schema["required"] = ["name"]
    schema["description"] = "Leave out what the text does not say."
    if level == HARD:
        text += f" {rng.choice([one for one in NAMES if one != name])} cannot be reached."
        other = text.rsplit(". ", 1)[1].split(" ")[0]
        return case(text, list_of(schema), [value, {"name": other}])
    return case(text, schema, value)


def measurements(rng: Random, level: int) -> Item:
    values = [rng.randrange(100, 999) / 10 for _ in range((2, 3, 5)[level])]
    text = "The scale showed " + ", then ".join(f"{one} kg" for one in values) + "."
    schema: Schema = {"kilograms": {"type": "array", "items": {"type": "number"}, "minItems": 1}}
    value: Schema = {"kilograms": values}
    if level > EASY:
        schema |= {"count": COUNT, "largest": {"type": "number"}}
        value |= {"count": len(values), "largest": max(values)}
    if level == HARD:
        text += " The last one is not valid."
        schema["kilograms"] = list_of(record({"value": {"type": "number"}, "valid": {"type": "boolean"}}))
        valid = values[:-1]
        value = {
            "kilograms": [
                {"value": one, "valid": one_is}
                for one, one_is in zip(values, [True] * len(valid) + [False], strict=True)
            ]
        }
        schema["largest"] = {"type": "number", "description": "of the valid ones"}
        value |= {"count": len(values), "largest": max(valid)}
    return case(text, record(schema), value)


def tree(rng: Random, level: int) -> Item:
    names = rng.sample(NAMES, 7)
    leaf = record({"name": TEXT})
    if level == EASY:
        text = f"{names[0]} has two children, {names[1]} and {names[2]}."
        schema = record({"name": TEXT, "children": list_of(leaf)})
        return case(text, schema, {"name": names[0], "children": [{"name": one} for one in names[1:3]]})
    inner = record({"name": TEXT, "children": list_of(leaf)})
    text = f"{names[0]} has two children, {names[1]} and {names[2]}. {names[1]} has one child, {names[3]}."
    text += f" {names[2]} has none."
    first: Schema = {"name": names[1], "children": [{"name": names[3]}]}
    second: Schema = {"name": names[2], "children": list[Schema]()}
    schema = record({"name": TEXT, "children": list_of(inner)})
    value: Schema = {"name": names[0], "children": [first, second]}
    if level == HARD:
        text = text.replace(f"{names[2]} has none", f"{names[2]} has {names[4]} and {names[5]}")
        text += f" {names[6]} is married to {names[0]}."
        second["children"] = [{"name": one} for one in names[4:6]]
        schema["properties"] |= {"partner": {"type": ["string", "null"]}, "grandchildren": COUNT}
        schema["required"] = list(schema["properties"])
        value |= {"partner": names[6], "grandchildren": 3}
    return case(text, schema, value)


TEMPLATES: tuple[Template, ...] = (
    *forms.TEMPLATES, settings, message_kind, payment, left_out, measurements, tree,
)  # fmt: skip

SUITE = Suite(
    name="json-schema",
    title="Following a JSON Schema",
    measures=(
        "Writing what a short text says as JSON in exactly the shape of a schema: types, enumerations, patterns, "
        "dates, nested objects and lists, null for what is not known, members that are left out, alternatives."
    ),
    graded=(
        "The answer is JSON, in a fenced block or not, that fits the schema and has the values of the text "
        "(`json_schema`; `expected` is the schema that was shown, with the one right value as `const`). Lists are in "
        "the order of the text. `json_valid` is a diagnostic: it tells broken JSON from wrong content."
    ),
    answers="an answer is a JSON value of ten to two hundred tokens.",
    templates=TEMPLATES,
    each=20,
    settings={
        "prompt": (
            "Write down what the text says as JSON that fits the schema. Use the words of the text; lists keep its "
            "order.\n\n{{ input }}\n\nReply with the JSON only."
        ),
        "primary": "json_schema",
        "graders": [{"json_schema": {"fenced": True}}, {"json_valid": {"fenced": True}}],
    },
)
