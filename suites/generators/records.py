"""Reading of letters, tables, logs and settings."""

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random

from suites.generators.growing import EASY, HARD, Item, Template
from suites.generators.words import COLOURS, NAMES, THINGS, TOWNS


def asked(text: str, question: str, answer: object, reply: str) -> Item:
    """A question about a text that says how to answer."""
    return Item(f"{text}\n\n{question} Reply with {reply}.", answer)


def in_commas(things: Sequence[object]) -> tuple[str, ...]:
    """With and without a space after each comma."""
    return tuple(dict.fromkeys(comma.join(map(str, things)) for comma in (", ", ",")))


def addresses(rng: Random, level: int) -> Item:
    people = rng.sample(NAMES, (2, 3, 5)[level])
    roles = rng.sample(
        ("orders", "complaints", "press questions", "bills", "job applications", "returns"), len(people)
    )
    domain = f"{rng.choice(TOWNS).lower().replace(' ', '-')}.example"
    mails = [f"{name.lower()}.{rng.choice('abcdefg')}{rng.randrange(10, 99)}@{domain}" for name in people]
    lines = [
        rng.choice(("For {r}, write to {n} ({m}).", "{n} looks after {r}: {m}.", "Send {r} to {m}; {n} reads them."))
        .format(r=role, n=name, m=mail)
        for name, role, mail in zip(people, roles, mails, strict=True)
    ]  # fmt: skip
    place = rng.randrange(len(people))
    answer = mails[place]
    if level == HARD:
        other = (place + 1) % len(people)
        lines.append(f"While {people[place]} is on holiday, {people[other]} answers in that place.")
        lines.append(f"{people[place]} is on holiday this week.")
        answer = mails[other]
        question = f"To which address do {roles[place]} go this week if somebody is to answer them?"
    else:
        question = f"To which address do {roles[place]} go?"
    return asked(" ".join(lines), question, answer, "the address only")


def reference_numbers(rng: Random, level: int) -> Item:
    kinds = rng.sample(("order", "invoice", "customer", "parcel", "contract"), (2, 3, 4)[level])
    numbers = {
        kind: f"{kind[0].upper()}{rng.randrange(10_000, 99_999)}-{rng.randrange(10, 99)}" for kind in kinds
    }
    thing, name = rng.choice(THINGS), rng.choice(NAMES)
    text = f"Dear {name}, thank you for your letter about the {thing}. "
    text += " ".join(f"Your {kind} number is {number}." for kind, number in numbers.items())
    kind = rng.choice(kinds)
    if level == HARD:
        new = f"{kind[0].upper()}{rng.randrange(10_000, 99_999)}-{rng.randrange(10, 99)}"
        text += f" P.S. There was a mistake in the {kind} number: the right one is {new}."
        numbers[kind] = new
    return asked(
        text,
        f"What is the right {kind} number?",
        numbers[kind],
        "the number only, letters and hyphen included",
    )


def table_cell(rng: Random, level: int) -> Item:
    rows, columns = (3, 5, 9)[level], ("town", "people", "schools", "parks")
    towns = rng.sample(TOWNS, rows)
    schools = [rng.randrange(2, 60) for _ in towns]
    table = [
        (town, rng.randrange(10, 900) * 100, count, rng.randrange(2, 60))
        for town, count in zip(towns, schools, strict=True)
    ]
    text = _markdown(columns, table)
    row = rng.choice(table)
    column = rng.randrange(1, 4)
    if level < HARD:
        question = f"How many {columns[column]} does {row[0]} have?"
        return asked(text, question, str(row[column]), "the number only, as it stands in the table")
    wanted = rng.randrange(5, 40)
    count = sum(one > wanted for one in schools)
    question = f"How many of the towns have more than {wanted} schools?"
    return asked(text, question, str(count), "the number only")


def table_extreme(rng: Random, level: int) -> Item:
    rows = (3, 5, 8)[level]
    names, values = rng.sample(NAMES, rows), rng.sample(range(11, 99), rows)
    teams = [rng.choice(COLOURS[:2]) for _ in range(rows - 2)] + list(COLOURS[:2])
    table = list(zip(names, teams, values, strict=True))
    text = _markdown(("name", "team", "points"), table)
    which, best = rng.choice((("most", max), ("fewest", min)))
    if level == EASY:
        return asked(
            text, f"Who has the {which} points?", best(table, key=lambda row: row[2])[0], "the name only"
        )
    if level == HARD and rng.randrange(2):
        second = sorted(table, key=lambda row: -row[2])[1]
        return asked(text, "Who has the second most points?", second[0], "the name only")
    team = rng.choice(COLOURS[:2])
    members = [row for row in table if row[1] == team]
    question = f"Who has the {which} points in the {team} team?"
    return asked(text, question, best(members, key=lambda row: row[2])[0], "the name only")


def log_lines(rng: Random, level: int) -> Item:
    services = rng.sample(("billing", "search", "mail", "images", "login"), (2, 3, 4)[level])
    minute, lines, errors = rng.randrange(10, 20), list[str](), list[tuple[str, str, str]]()
    for _ in range((4, 7, 12)[level]):
        minute += rng.randrange(1, 4)
        service, moment = rng.choice(services), f"10:{minute:02}"
        if rng.randrange(3):
            lines.append(f"{moment} INFO {service}: done in {rng.randrange(5, 900)} ms")
        else:
            code = f"E{rng.randrange(100, 999)}"
            errors.append((moment, service, code))
            lines.append(f"{moment} ERROR {service}: {code}")
    if not errors:
        return log_lines(rng, level)
    text = "\n".join(lines)
    if level < HARD:
        moment, service, code = rng.choice(errors)
        return asked(text, f"Which error code did {service} report at {moment}?", code, "the code only")
    service = rng.choice(errors)[1]
    last = [code for _, one, code in errors if one == service][-1]
    return asked(text, f"Which error code did {service} report last?", last, "the code only")


def settings_file(rng: Random, level: int) -> Item:
    sections = rng.sample(("server", "cache", "mail", "backup"), (1, 2, 4)[level])
    values = {
        section: {
            "port": str(rng.randrange(1024, 9999)),
            "host": f"{rng.choice(('alpha', 'beta', 'gamma', 'delta'))}{rng.randrange(1, 9)}.internal.example",
            "timeout": f"{rng.randrange(2, 90)}s",
            "retries": str(rng.randrange(1, 9)),
        }
        for section in sections
    }
    blocks = [
        "\n".join([f"[{name}]", *(f"{k} = {v}" for k, v in keys.items())]) for name, keys in values.items()
    ]
    text = "\n\n".join(blocks)
    section = rng.choice(sections)
    key = rng.choice(("port", "host", "timeout", "retries"))
    value = values[section][key]
    if level == HARD:
        override = next(one for one in sections if one != section)
        text += f"\n\n# {section}.{key} is the same as {override}.{key}; what stands above is out of date"
        value = values[override][key]
    return asked(text, f'Which value of "{key}" is in effect for "{section}"?', value, "the value only")


def comma_rows(rng: Random, level: int) -> Item:
    rows = (3, 6, 10)[level]
    ids = rng.sample(range(100, 999), rows)
    table = [
        (
            number,
            rng.choice(NAMES),
            rng.choice(TOWNS),
            rng.randrange(5, 95),
            rng.choice(("paid", "open", "late")),
        )
        for number in ids
    ]
    lines = ["id,customer,town,amount,status", *(",".join(map(str, row)) for row in table)]
    row = rng.choice(table)
    if level == EASY:
        return asked(
            "\n".join(lines),
            f"In which town is the customer of id {row[0]}?",
            row[2],
            "the name of the town only",
        )
    wanted = [one for one in table if one[4] == row[4]]
    if level == HARD:
        total = sum(int(one[3]) for one in wanted)
        return asked(
            "\n".join(lines),
            f"What is the sum of the amounts of all rows with the status {row[4]}?",
            str(total),
            "the number only",
        )
    listed = in_commas([one[0] for one in wanted])
    question = f"Which ids have the status {row[4]}? Give them in the order of the rows, separated by commas."
    return asked("\n".join(lines), question, listed, "the ids only")


def deadlines(rng: Random, level: int) -> Item:
    current = date(2023, 1, 1) + timedelta(days=rng.randrange(700))
    steps = (
        "drawing the plans",
        "getting the permit",
        "buying the ground",
        "raising the walls",
        "laying the roof",
    )
    days, lines = dict[str, date](), list[str]()
    for step in steps[: (2, 3, 5)[level]]:
        current += timedelta(days=rng.randrange(20, 90))
        days[step] = current
        lines.append(f"{step.capitalize()} ends on {current}.")
    rng.shuffle(lines)
    text = f"{rng.choice(NAMES)} builds a house in {rng.choice(TOWNS)}. " + " ".join(lines)
    step = rng.choice(list(days))
    if level == HARD:
        late = rng.randrange(2, 20)
        text += f" All that comes after {steps[1]} ends {late} days later than planned here."
        step = rng.choice(steps[2:])
        days[step] += timedelta(days=late)
    return asked(
        text, f"On which date does {step} really end?", str(days[step]), "the date only, as YYYY-MM-DD"
    )


def _markdown(columns: tuple[str, ...], rows: Sequence[Sequence[object]]) -> str:
    lines = [columns, ("---",) * len(columns), *rows]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)


TEMPLATES: tuple[Template, ...] = (
    addresses, reference_numbers, table_cell, table_extreme, log_lines, settings_file, comma_rows, deadlines,
)  # fmt: skip
