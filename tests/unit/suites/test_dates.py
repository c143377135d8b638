"""Claims: what is said about dates, clocks and measures is so, read out of the questions and reckoned again."""

import calendar
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest

from tests.unit.suites.test_answers import numbers, of_cluster

MONTHS = list(calendar.month_name)
DAYS = list(calendar.day_name)


def dates(text: str) -> list[date]:
    """`May 3, 2024` and `2024-05-03`."""
    found = re.findall(rf"({'|'.join(MONTHS[1:])}) (\d+), (\d+)|(\d{{4}}-\d\d-\d\d)", text)
    return [
        date.fromisoformat(iso) if iso else date(int(y), MONTHS.index(m), int(d)) for m, d, y, iso in found
    ]


def clock(text: str) -> datetime:
    hours, minutes = re.search(r"(\d\d):(\d\d)", text).groups()  # type: ignore[union-attr]
    return datetime(2024, 1, 10, int(hours), int(minutes), tzinfo=UTC)


def first(text: str, pattern: str) -> str:
    found = re.search(pattern, text)
    assert found, (text, pattern)
    return found[1]


def weekday_later(text: str) -> str:
    start = DAYS.index(first(text, r"Today is (\w+):"))
    days = 1 if "tomorrow" in text else int(first(text, r"(\d+) days"))
    return DAYS[(start - days if "ago" in text else start + days) % 7]


def date_plus(text: str) -> str:
    days = timedelta(days=int(first(text, r"(\d+) days")))
    return str(dates(text)[0] - days if " before " in text else dates(text)[0] + days)


def month_later(text: str) -> str:
    count, name = int(first(text, r"is (\d+) month")), first(text, r"(?:after|before) (\w+)\?")
    return MONTHS[(MONTHS.index(name) - 1 + (-count if "before" in text else count)) % 12 + 1]


def days_of_months(text: str) -> int:
    named = re.findall("|".join(MONTHS[1:]), text)
    year = int((re.findall(r"\d{4}", text) or ["2001"])[0])
    one, last = MONTHS.index(named[0]), MONTHS.index(named[-1])
    return sum(calendar.monthrange(year, month)[1] for month in range(one, last + 1))


def day_number(text: str) -> str:
    if "Which date" in text:
        number, year = int(first(text, r"day number (\d+) of")), int(first(text, r"of (\d{4})"))
        return str(date(year, 1, 1) + timedelta(days=number - 1))
    return str((dates(text)[0] - date(dates(text)[0].year, 1, 1)).days + 1)


def written_date(text: str) -> str:
    if dates(text):
        return str(dates(text)[0])
    day, month, year = map(int, first(text, r"(\d+/\d+/\d+)").split("/"))
    if "day/month/year" in text:
        return str(date(year, month, day))
    century = int(first(text, r"years (\d\d)00"))
    return str(date(century * 100 + year, day, month) - timedelta(days=1))


def age(text: str) -> int:
    if "In which year" in text:
        on, years = dates(text)[0], int(first(text, r"is (\d+) years old"))
        month, day = first(text, r"birthday is on (\w+ \d+)").split()
        had_it = (MONTHS.index(month), int(day)) <= (on.month, on.day)
        return on.year - years - (not had_it)
    born, on = dates(text)
    until = (on.year, on.month, on.day)
    return max(years for years in range(120) if (born.year + years, born.month, born.day) <= until)


def time_after(text: str) -> str:
    hours = re.search(r"(\d+) h", text)
    minutes = re.search(r"(\d+) min", text)
    amount = timedelta(hours=int(hours[1]) if hours else 0, minutes=int(minutes[1]) if minutes else 0)
    return f"{clock(text) - amount if 'arrives' in text else clock(text) + amount:%H:%M}"


def minutes_between(text: str) -> int:
    start, end = (
        datetime(2024, 1, 1, int(h), int(m), tzinfo=UTC) for h, m in re.findall(r"(\d\d):(\d\d)", text)
    )
    return int((end - start).total_seconds() // 60) + 24 * 60 * ("next day" in text)


def in_24_hours(text: str) -> str:
    hour, minute, half = re.search(r"(\d+):(\d\d) ([ap])\.m\.", text).groups()  # type: ignore[union-attr]
    return f"{int(hour) % 12 + 12 * (half == 'p'):02}:{minute}"


def in_another_zone(text: str) -> str:
    if "hours ahead" in text:
        ahead = timedelta(hours=int(first(text, r"is (\d+) hours")))
        return f"{clock(text) + ahead:%H:%M}"
    offsets = [
        (-1 if sign == "-" else 1) * (60 * int(hours) + int(minutes or 0))
        for sign, hours, minutes in re.findall(
            r"UTC(?:([+-])(\d+)(?::(\d\d))?)?", text.replace("UTC?", "UTC+0?")
        )
    ]
    return f"{clock(text) + timedelta(minutes=offsets[1] - offsets[0]):%H:%M}"


def in_seconds(text: str) -> str:
    given = [int(one) for one in numbers(text)]
    if "How many minutes" in text:
        return str(given[0] * 60)
    if "How many seconds" in text:
        return str(given[0] * 3600 + given[1] * 60)
    minutes, rest = divmod(given[0], 60)
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02}"


UNITS: dict[str, int | Fraction] = {
    "mm": 1, "cm": 10, "m": 10**3, "km": 10**6,
    "mg": 1, "g": 10**3, "kg": 10**6, "t": 10**9,
    "millilitres": 1, "centilitres": 10, "litres": 10**3, "cubic metres": 10**6,
    "square centimetres": 1, "square metres": 10**4, "hectares": 10**8, "square kilometres": 10**10,
    "bytes": 1, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30,
    "km/h": Fraction(5, 18), "m/s": 1,
}  # fmt: skip


def converted(text: str) -> Fraction:
    if "covers" in text:
        return numbers(text)[0] / numbers(text)[1]
    wanted, amount, given = re.search(r"How many (.+) are ([\d.]+) (.+)\?", text).groups()  # type: ignore[union-attr]
    return Fraction(amount) * UNITS[given] / UNITS[wanted]


def in_degrees(text: str) -> Fraction:
    degrees = Fraction(first(text, r"are (-?[\d.]+) degrees"))
    return (degrees - 32) * 5 / 9 if "many degrees Celsius" in text else degrees * 9 / 5 + 32


def in_inches(text: str) -> Fraction:
    feet, inches = Fraction(first(text, r"(\d+) feet")), re.search(r"(\d+) inches\?", text)
    length = feet * 12 + (Fraction(inches[1]) if inches else 0)
    return length * Fraction("2.54") if "centimetres" in text else length


READ: dict[str, Callable[[str], object]] = {
    "weekday-later": weekday_later,
    "weekday-of-date": lambda text: DAYS[dates(text)[-1].weekday()],
    "days-between": lambda text: (dates(text)[1] - dates(text)[0]).days,
    "date-plus-days": date_plus,
    "months-later": month_later,
    "length-of-month": days_of_months,
    "day-of-year": day_number,
    "date-formats": written_date,
    "age-on-a-day": age,
    "clock-plus": time_after,
    "duration": minutes_between,
    "twelve-hours": in_24_hours,
    "time-zones": in_another_zone,
    "seconds": in_seconds,
    "temperature": in_degrees,
    "feet-and-inches": in_inches,
    **dict.fromkeys(("metric-length", "metric-mass", "volume", "area", "speed", "binary-sizes"), converted),
}


@pytest.mark.parametrize("cluster", READ)
def test_dates_and_units(cluster: str) -> None:
    asked = 0
    for row, text in of_cluster("dates-and-units", cluster):
        question = text.split(" Reply ")[0]
        answers = row["expected"] if isinstance(row["expected"], list) else [row["expected"]]
        found = READ[cluster](question)
        for answer in answers:
            plain = answer.replace(",", "")
            plain = plain.removeprefix("0") if plain.count(":") == 2 else plain  # 03:30:23 is right as well
            assert (Fraction(plain) if isinstance(found, Fraction) else plain) == (
                found if isinstance(found, Fraction) else str(found)
            ), (question, found)
        asked += 1
    assert asked == 18


def test_every_template_of_dates_and_units_is_checked() -> None:
    assert {row["cluster"] for row, _ in of_cluster("dates-and-units")} == set(READ)


def test_a_day_of_the_week_that_is_given_is_true() -> None:
    for _, text in of_cluster("dates-and-units", "weekday-of-date"):
        if given := re.search(r"is a (\w+)\. Which", text):
            assert DAYS[dates(text)[0].weekday()] == given[1]
