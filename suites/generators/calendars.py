"""Calendars and clocks."""

from datetime import date, datetime, timedelta
from random import Random

from suites.generators.amounts import NUMBER, number
from suites.generators.growing import EASY, HARD, Item, Template

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_DATE = "Reply with the date only, as YYYY-MM-DD."
_TIME = "Reply with the time only, as HH:MM on a 24-hour clock."


def weekday_later(rng: Random, level: int) -> Item:
    today, days = rng.randrange(7), rng.randrange(*((1, 6), (8, 40), (100, 1_000))[level])
    back = level > EASY and rng.randrange(2)
    landed = _DAYS[(today + (-days if back else days)) % 7]
    ask = (
        f"which day of the week was it {days} days ago"
        if back
        else f"which day of the week is it in {days} days"
    )
    if days == 1:
        ask = "which day of the week is it tomorrow"
    return Item(f"Today is {_DAYS[today]}: {ask}? Reply with the name of the day only.", landed)


def weekday_of_date(rng: Random, level: int) -> Item:
    known = _date(rng)
    if level == HARD:
        return Item(
            f"Which day of the week is {_long(known)}? Reply with the name of the day only.",
            _DAYS[known.weekday()],
        )
    day = rng.randrange(1, 28)
    known = known.replace(day=day)
    wanted = known + timedelta(days=rng.randrange(2, 7) if level == EASY else rng.randrange(15, 80))
    text = f"{_long(known)} is a {_DAYS[known.weekday()]}. Which day of the week is {_long(wanted)}?"
    return Item(f"{text} Reply with the name of the day only.", _DAYS[wanted.weekday()])


def days_between(rng: Random, level: int) -> Item:
    start = _date(rng)
    if level == EASY:
        start = start.replace(day=rng.randrange(1, 15))
        end = start.replace(day=rng.randrange(start.day + 1, 29))
    else:
        end = start + timedelta(days=rng.randrange(*((20, 90), (200, 1_200))[level - 1]))
    text = f"How many days after {_long(start)} is {_long(end)}?"
    return Item(f"{text} The day after it would be 1. {NUMBER}", number((end - start).days))


def date_plus_days(rng: Random, level: int) -> Item:
    start = _date(rng)
    if level == EASY:
        start, days = start.replace(day=rng.randrange(1, 15)), rng.randrange(2, 14)
    else:
        days = rng.randrange(*((10, 60), (90, 500))[level - 1])
    if level == HARD and rng.randrange(2):
        return Item(f"Which date is {days} days before {start}? {_DATE}", str(start - timedelta(days=days)))
    return Item(f"Which date is {days} days after {start}? {_DATE}", str(start + timedelta(days=days)))


def months_later(rng: Random, level: int) -> Item:
    month, count = rng.randrange(12), rng.randrange(*((1, 5), (6, 24), (30, 400))[level])
    back = level > EASY and rng.randrange(2)
    answer = _MONTHS[(month + (-count if back else count)) % 12]
    way = "before" if back else "after"
    months = "month" if count == 1 else "months"
    return Item(
        f"Which month is {count} {months} {way} {_MONTHS[month]}? Reply with the name of the month only.",
        answer,
    )


def length_of_month(rng: Random, level: int) -> Item:
    year, month = rng.randrange(1890, 2110), rng.randrange(1, 13)
    if level == EASY:
        month = rng.choice([one for one in range(1, 13) if one != 2])
        text = rng.choice(("How many days does {} have?", "What is the number of days in {}?"))
        return Item(f"{text.format(_MONTHS[month - 1])} {NUMBER}", number(_days(2001, month)))
    if level == 1:
        year = rng.choice((year, year, rng.randrange(16, 25) * 100))
        return Item(f"How many days does February {year} have? {NUMBER}", number(_days(year, 2)))
    first, last = rng.randrange(1, 5), rng.randrange(7, 13)
    days = sum(_days(year, one) for one in range(first, last + 1))
    text = f"How many days do the months from {_MONTHS[first - 1]} to {_MONTHS[last - 1]} {year} have in all,"
    return Item(f"{text} these two included? {NUMBER}", number(days))


def day_of_year(rng: Random, level: int) -> Item:
    start = _date(rng)
    start = start.replace(
        month=(1, rng.randrange(2, 5), rng.randrange(5, 13))[level], day=rng.randrange(1, 29)
    )
    count = start.timetuple().tm_yday
    if level == HARD and rng.randrange(2):
        return Item(
            f"Which date is day number {count} of {start.year}? January 1 is day number 1. {_DATE}",
            str(start),
        )
    return Item(
        f"January 1 is day number 1 of its year. Which number does {_long(start)} have? {NUMBER}",
        number(count),
    )


def date_formats(rng: Random, level: int) -> Item:
    day = _date(rng)
    if level == EASY:
        return Item(f"Write {_long(day)} as YYYY-MM-DD. Reply with the date only.", str(day))
    if level == 1:
        text = f"{day.day:02}/{day.month:02}/{day.year}"
        return Item(f"The date {text} is written as day/month/year. {_DATE}", str(day))
    text = f"{day.month}/{day.day}/{day.year % 100:02}"
    century = day.year // 100
    return Item(
        f"A date in the years {century}00 to {century}99 is written {text}, as month/day/year. "
        f"Write the day before it as YYYY-MM-DD. Reply with the date only.",
        str(day - timedelta(days=1)),
    )


def age_on_a_day(rng: Random, level: int) -> Item:
    born = _date(rng)
    years = rng.randrange(5, 80)
    on = date(
        born.year + years, *((12, 31) if level == EASY else (rng.randrange(1, 13), rng.randrange(1, 29)))
    )
    age = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    if level < HARD:
        return Item(
            f"Somebody was born on {_long(born)}. How old is this person, in whole years, on {_long(on)}? {NUMBER}",
            number(age),
        )
    if (born.month, born.day) == (2, 29):
        return age_on_a_day(rng, level)
    birthday = f"{_MONTHS[born.month - 1]} {born.day}"
    text = f"On {_long(on)}, somebody whose birthday is on {birthday} is {age} years old."
    return Item(f"{text} In which year was this person born? {NUMBER}", (str(born.year),))


def clock_plus(rng: Random, level: int) -> Item:
    start = _clock(rng)
    hours, minutes = rng.randrange(0, 3 + 9 * level), rng.randrange(1, 60)
    if level == EASY:
        start, hours, minutes = start.replace(hour=rng.randrange(8, 20), minute=0), 0, rng.randrange(5, 60)
    amount = f"{hours} h {minutes} min" if hours else f"{minutes} minutes"
    end = start + timedelta(hours=hours, minutes=minutes)
    if level == HARD and rng.randrange(2):
        end = start - timedelta(hours=hours, minutes=minutes)
        return Item(
            f"A train arrives at {start:%H:%M} after a trip of {amount}. When did it leave? {_TIME}",
            f"{end:%H:%M}",
        )
    return Item(f"It is {start:%H:%M}. What time is it {amount} later? {_TIME}", f"{end:%H:%M}")


def duration(rng: Random, level: int) -> Item:
    start = _clock(rng)
    minutes = rng.randrange(5, 55) if level == EASY else rng.randrange(70, (600, 1_300)[level - 1])
    if level == EASY:
        start = start.replace(minute=0)
    end = start + timedelta(minutes=minutes)
    night = " of the next day" if end.date() > start.date() else " of the same day"
    return Item(
        f"How many minutes are there from {start:%H:%M} to {end:%H:%M}{night}? {NUMBER}", number(minutes)
    )


def twelve_hours(rng: Random, level: int) -> Item:
    moment = _clock(rng)
    if level == EASY:
        moment = moment.replace(minute=rng.choice((0, 15, 30, 45)), hour=rng.randrange(13, 23))
    if level == HARD:
        moment = moment.replace(hour=rng.choice((0, 12)))
    half = "a.m." if moment.hour < 12 else "p.m."
    twelve = f"{(moment.hour - 1) % 12 + 1}:{moment:%M} {half}"
    return Item(f"Write {twelve} on a 24-hour clock. Reply with the time only, as HH:MM.", f"{moment:%H:%M}")


def time_zones(rng: Random, level: int) -> Item:
    moment = _clock(rng)
    here = rng.randrange(-8, 9)
    there = rng.choice([one for one in range(-8, 11) if one != here])
    if level == EASY:
        ahead = rng.randrange(2, 6)
        moment = moment.replace(hour=rng.randrange(6, 18), minute=0)
        text = (
            f"In one town it is {moment:%H:%M}. Another town is {ahead} hours ahead. What time is it there?"
        )
        return Item(f"{text} {_TIME}", f"{moment + timedelta(hours=ahead):%H:%M}")
    half = 30 * (level == HARD)
    then = moment + timedelta(hours=there - here, minutes=half)
    zone = f"UTC{there:+d}" if there else "UTC"
    if half:
        zone = f"UTC{'+' if there >= 0 else '-'}{there if there >= 0 else -there - 1}:30"
    text = f"It is {moment:%H:%M} in the time zone UTC{here:+d}. What time is it in the time zone {zone}?"
    return Item(f"{text} {_TIME}", f"{then:%H:%M}")


def _date(rng: Random) -> date:
    return date(rng.randrange(1950, 2040), 1, 1) + timedelta(days=rng.randrange(365))


def _long(day: date) -> str:
    return f"{_MONTHS[day.month - 1]} {day.day}, {day.year}"


def _clock(rng: Random) -> datetime:
    return datetime(2024, 5, 14, rng.randrange(24), rng.randrange(60))  # noqa: DTZ001 - a clock on a wall


def _days(year: int, month: int) -> int:
    following = date(year + month // 12, month % 12 + 1, 1)
    return (following - date(year, month, 1)).days


TEMPLATES: tuple[Template, ...] = (
    weekday_later, weekday_of_date, days_between, date_plus_days, months_later, length_of_month, day_of_year,
    date_formats, age_on_a_day, clock_plus, duration, twelve_hours, time_zones,
)  # fmt: skip
