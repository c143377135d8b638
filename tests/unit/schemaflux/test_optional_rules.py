"""Claims about rules that only run where somebody asks for them: SF515 and SF903."""

import pytest

from mist_ci.models.finding import Severity
from mist_ci.parsing.strict_json import JsonValue
from mist_ci.schemaflux.example import chat, rows
from mist_ci.schemaflux.rules import sf515_completion_hygiene, sf903_person_name
from mist_ci.schemaflux.selection import Selection
from tests.unit.schemaflux.checking import check

HYGIENE = Selection(select=("SF515",))
NAMES = Selection(select=("SF903",))


def pairs(*texts: tuple[str, str]) -> list[JsonValue]:
    return [{"prompt": prompt, "completion": completion} for prompt, completion in texts]


def said(*values: JsonValue) -> str:
    return " ".join(one.message for one in check(rows(*values), selection=HYGIENE).findings)


def test_nobody_is_told_who_did_not_ask() -> None:
    for rule in (sf515_completion_hygiene, sf903_person_name):
        assert check(rule.META.bad).findings == ()
        (finding,) = check(rule.META.bad, selection=Selection(extend=(rule.META.code,))).findings
        assert (finding.code, finding.severity) == (rule.META.code, Severity.INFO)


def test_each_fault_of_plain_completions_is_told_by_itself() -> None:
    good = [(f"{n} and {n} ->", f" {2 * n}\n") for n in range(9)]
    assert said(*pairs(*good)) == ""
    assert said(*pairs(*((a, b.strip()) for a, b in good[:4]))) == ""
    assert "no ending in common" in said(*pairs(*((a, b.strip()) for a, b in good)))
    assert "separates" not in said(*pairs(*((a[:-3], b) for a, b in good)))
    assert "all prompts are the same" in said(*pairs(*(("Go on:", b) for _, b in good)))
    assert "% of all letters are capitals" in said(*pairs(*((f"ADD {a}", b) for a, b in good)))
    apart = [(f"{n}{'?!.:;'[n % 5]}", f"{n}\n") for n in range(9)]
    assert "nothing separates one from the other" in said(*pairs(*apart))


def test_rows_that_are_no_plain_completions_are_left_out() -> None:
    assert said(*[chat(("user", "SAY IT"), ("assistant", "IT"))] * 9) == ""
    talk: JsonValue = {"prompt": [{"role": "user", "content": "A"}], "completion": [{}]}
    assert said(*[talk] * 9) == ""


@pytest.mark.parametrize(
    ("text", "is_named"),
    [
        ("Full name: Åse Müller-Østby, born 1971", True),
        ("Dear Dr. Amara O’Neill,", True),
        ("Patient: Mrs. Maria T. Castillo", True),
        ("My name is Bond", False),
        ("Patient: Has Fever", True),  # who asks for names takes such ones into account
        ("My name is John Smith.", False),
        ("Full name: as in the passport", False),
        ("my name is not important", False),
        ("Ingrid Solheim wrote this.", False),  # nothing says that this is one
    ],
)
def test_a_name_is_found_where_words_say_that_it_is_one(text: str, is_named: bool) -> None:
    report = check(rows(chat(("user", text), ("assistant", "Yes."))), selection=NAMES)
    assert bool(report.findings) is is_named
    assert all("Castillo" not in one.message + one.snippet for one in report.findings)
