"""Tool calls: the right tools with the right arguments, and none where none fits."""

from datetime import timedelta
from random import Random

from suites.generators import errands
from suites.generators.growing import EASY, HARD, Item, Suite, Template
from suites.generators.tools import Call, in_words, some_day, wanted
from suites.generators.words import NAMES, THINGS, TOWNS

_ROOMS = ("kitchen", "bedroom", "bathroom", "hall")
_CURRENCIES = {
    "euros": "EUR",
    "US dollars": "USD",
    "British pounds": "GBP",
    "yen": "JPY",
    "Swiss francs": "CHF",
}


def weather(rng: Random, level: int) -> Item:
    towns, day = rng.sample(TOWNS, 3), some_day(rng)
    near = () if level == EASY else ("get_time",)
    if level == EASY:
        text = rng.choice(
            ("What is the weather like in {}?", "Does it rain in {} at the moment?", "How warm is it in {}?")
        )
        return wanted(rng, level, text.format(towns[0]), [("get_weather", {"town": towns[0]})], near)
    if level == 1:
        text = f"What will the weather be like in {towns[0]} on {in_words(day)}?"
        return wanted(rng, level, text, [("get_weather", {"town": towns[0], "date": str(day)})], near)
    text = f"Compare the weather in {towns[0]}, {towns[1]} and {towns[2]} on {in_words(day)}."
    return wanted(
        rng, level, text, [("get_weather", {"town": town, "date": str(day)}) for town in towns], near
    )


def timers(rng: Random, level: int) -> Item:
    minutes, dish = rng.randrange(2, 50), rng.choice(("pasta", "rice", "eggs", "cake", "tea"))
    near = () if level == EASY else ("cancel_timer", "set_alarm")
    if level == EASY:
        return wanted(
            rng,
            level,
            f"Set a timer for {minutes} minutes, please.",
            [("set_timer", {"seconds": minutes * 60})],
            near,
        )
    if level == 1:
        seconds = minutes * 60 + 30
        text = f"Start a timer of {minutes} and a half minutes with the label {dish}."
        return wanted(rng, level, text, [("set_timer", {"seconds": seconds, "label": dish})], near)
    other = rng.choice([one for one in ("pasta", "rice", "eggs", "cake", "tea") if one != dish])
    text = f"Stop the timer with the label {dish}, start one of an hour and {minutes} minutes with the label {other}."
    calls: list[Call] = [
        ("cancel_timer", {"label": dish}),
        ("set_timer", {"seconds": 3600 + minutes * 60, "label": other}),
    ]
    return wanted(rng, level, text, calls, near)


def messages(rng: Random, level: int) -> Item:
    name, other = rng.sample(NAMES, 2)
    said = rng.choice(
        (
            "I am late",
            "The key is under the mat",
            "Dinner is ready",
            "The meeting is cancelled",
            "Bring the map",
        )
    )
    if level == EASY:
        return wanted(
            rng, level, f'Send {name} the message "{said}".', [("send_message", {"to": name, "text": said})]
        )
    if level == 1:
        text = f'Write "{said}" to {name}. Mark it as urgent.'
        calls: list[Call] = [("send_message", {"to": name, "text": said, "urgent": True})]
        return wanted(rng, level, text, calls, ("call_person",))
    text = f'{name} and {other} both have to get the message "{said}", and please ring {other} as well.'
    both = [("send_message", {"to": one, "text": said}) for one in (name, other)]
    return wanted(rng, level, text, [*both, ("call_person", {"name": other})])


def currencies(rng: Random, level: int) -> Item:
    one, two, three = rng.sample(sorted(_CURRENCIES), 3)
    amount = rng.randrange(5, 900) if level == EASY else rng.randrange(500, 90_000) / 100
    shown = str(amount) if level == EASY else f"{amount:.2f}"
    first = ("convert_currency", {"amount": amount, "from": _CURRENCIES[one], "to": _CURRENCIES[two]})
    if level == HARD:
        text = f"What are {shown} {one} worth in {two}, and what in {three}?"
        return wanted(rng, level, text, [first, ("convert_currency", {**first[1], "to": _CURRENCIES[three]})])
    text = rng.choice(("Convert {} {} to {}.", "How much are {} {} in {}?")).format(shown, one, two)
    return wanted(rng, level, text, [first])


def appointments(rng: Random, level: int) -> Item:
    day, title = (
        some_day(rng),
        rng.choice(("Dentist", "Budget review", "Choir", "Piano lesson", "Team lunch")),
    )
    people, hour = rng.sample(NAMES, 2), rng.randrange(1, 12)
    if level == EASY:
        text = f'Put "{title}" into my calendar for {day}.'
        return wanted(rng, level, text, [("create_event", {"title": title, "date": str(day)})])
    if level == 1:
        text = f'Make an appointment "{title}" on {in_words(day)} at {hour} p.m.'
        return wanted(
            rng,
            level,
            text,
            [("create_event", {"title": title, "date": str(day), "time": f"{hour + 12}:00"})],
            ("set_alarm", "move_event"),
        )
    text = f'Invite {people[0]} and {people[1]} to "{title}" on {in_words(day)} at half past {hour} in the morning.'
    call = {"title": title, "date": str(day), "time": f"{hour:02}:30", "people": people}
    return wanted(rng, level, text, [("create_event", call)], ("set_alarm", "move_event", "send_message"))


def rescheduling(rng: Random, level: int) -> Item:
    number, other = rng.sample(range(10, 900), 2)
    day = some_day(rng)
    if level == EASY:
        return wanted(rng, level, f"Delete appointment number {number}.", [("delete_event", {"id": number})])
    near = ("create_event", "delete_event")
    if level == 1:
        text = f"Appointment {number} has to be moved to {in_words(day)}."
        return wanted(rng, level, text, [("move_event", {"id": number, "date": str(day)})], near)
    days = rng.randrange(2, 20)
    text = f"Appointment {number} is on {in_words(day)}: put it {days} days later. Number {other} can be deleted."
    calls: list[Call] = [
        ("move_event", {"id": number, "date": str(day + timedelta(days=days))}),
        ("delete_event", {"id": other}),
    ]
    return wanted(rng, level, text, calls, near)


def lights(rng: Random, level: int) -> Item:
    one, two = rng.sample(_ROOMS, 2)
    percent, on = rng.randrange(1, 10) * 10, bool(rng.randrange(2))
    if level == EASY:
        text = f"Turn the light in the {one} {'on' if on else 'off'}."
        return wanted(rng, level, text, [("set_light", {"room": one, "on": on})])
    if level == 1:
        text = f"Light in the {one}, please, at {percent} percent."
        return wanted(
            rng,
            level,
            text,
            [("set_light", {"room": one, "on": True, "brightness": percent})],
            ("set_heating",),
        )
    degrees = rng.randrange(34, 46) / 2
    text = f"I go to the {one} now: light there at {percent} percent and {degrees} degrees, and no light in the {two}."
    calls: list[Call] = [
        ("set_light", {"room": one, "on": True, "brightness": percent}),
        ("set_heating", {"room": one, "celsius": degrees}),
        ("set_light", {"room": two, "on": False}),
    ]
    return wanted(rng, level, text, calls)


def no_tool_fits(rng: Random, level: int) -> Item:
    name, thing, town = rng.choice(NAMES), rng.choice(THINGS), rng.choice(TOWNS)
    a, b = rng.randrange(2, 30), rng.randrange(2, 30)
    texts = (
        (f"Hello, my name is {name}!", f"Thank you, {name}, that was all.", f"What is {a} plus {b}?"),
        (
            f"Write a sentence about {thing}.",
            f"Which word is longer, {town} or {name}?",
            f"Is {a} a larger number than {b}?",
        ),
        (
            f"Do not send anything to {name} yet. What would be a friendly way to say no?",
            f"What is a timer of {a} minutes good for in a kitchen?",
            f"Explain in a sentence what the weather has to do with the price of {thing}.",
        ),
    )
    near = (("get_time",), ("send_message", "translate"), ("send_message", "set_timer", "get_weather"))[level]
    return wanted(rng, level, rng.choice(texts[level]), [], near)


def look_alikes(rng: Random, level: int) -> Item:
    hour, minute, minutes = rng.randrange(13, 23), rng.randrange(1, 60), rng.randrange(5, 55)
    name, artist = rng.choice(NAMES), rng.choice(NAMES)
    near = ("set_timer", "set_alarm", "create_event", "call_person", "send_message", "get_time", "play_music")
    if level == EASY:
        return wanted(rng, level, f"Ring {name} for me.", [("call_person", {"name": name})], near[3:5])
    if level == 1:
        text, call = rng.choice(
            (
                (f"Wake me at {hour - 12}:{minute:02} p.m.", ("set_alarm", {"time": f"{hour}:{minute:02}"})),
                (f"Wake me in {minutes} minutes.", ("set_timer", {"seconds": minutes * 60})),
            )
        )
        return wanted(rng, level, text, [call], near[:3])
    text = f"Play {artist} in random order, and ring an alarm at {hour}:{minute:02}. Nothing goes into the calendar."
    calls: list[Call] = [
        ("play_music", {"artist": artist, "shuffle": True}),
        ("set_alarm", {"time": f"{hour}:{minute:02}"}),
    ]
    return wanted(rng, level, text, calls, near)


TEMPLATES: tuple[Template, ...] = (
    weather, timers, messages, currencies, appointments, rescheduling, lights, no_tool_fits, look_alikes,
    *errands.TEMPLATES,
)  # fmt: skip

SUITE = Suite(
    name="tool-calls",
    title="Tool calls",
    measures=(
        "Calling the tools that a request needs, with the arguments that it gives: one call at easy, optional and "
        "nested arguments at medium, several calls among many tools at hard; and calling nothing where no tool "
        "fits. Fine-tuning on plain conversations easily takes this away."
    ),
    graded=(
        "The calls are the expected ones with exactly the expected arguments, in any order (`tool_call`; capital "
        "letters and spaces around texts do not count). `expected: []` means that nothing may be called. A model that "
        "cannot call tools scores only there."
    ),
    answers="an answer is one to three calls.",
    templates=TEMPLATES,
    each=16,
    settings={
        "system": (
            "Call the tools that the request needs, all of them at once and without asking back. Leave out arguments "
            "that the request does not give. When no tool is needed, answer in a sentence."
        ),
        "prompt": "{{ input }}",
        "primary": "tool_call",
        "graders": [{"tool_call": {"ignore_case": True}}],
    },
)
