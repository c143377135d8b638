"""Near-duplicates: what is one, what is none, and that neither order nor parts decide about it."""

import random
from collections.abc import Sequence

import pytest

from mist_ci.models.finding import DataReport
from mist_ci.parsing.strict_json import JsonValue
from mist_ci.schemaflux import lines, near
from mist_ci.schemaflux.example import call, chat, rows, tool
from mist_ci.schemaflux.selection import Selection
from mist_ci.schemaflux.wording import GRAM_WORDS, Wording, _grams
from tests.unit.schemaflux.checking import check


def words_of(text: str) -> list[str]:
    return text.split()


NEAR = Selection(select=("SF803",))
WORDS = [a + b + c for a in ("ba", "ke", "lo", "mi", "nu") for b in ("da", "so", "ti") for c in ("n", "st")]
COMMON = words_of("of the and to in is that it for on are with as this have from or by not but")


def text(chance: random.Random, count: int) -> list[str]:
    return [chance.choice(chance.choice((WORDS, COMMON))) for _ in range(count)]


def talk(asked: Sequence[str], told: Sequence[str]) -> JsonValue:
    return chat(("user", " ".join(asked)), ("assistant", " ".join(told)))


def found(*values: JsonValue, selection: Selection = NEAR) -> list[int]:
    return [one.where.line or 0 for one in check(rows(*values), selection=selection).findings]


def planted(seed: int, count: int) -> tuple[list[JsonValue], list[JsonValue]]:
    """Rows that differ, and copies of as many of them with one word changed."""
    chance = random.Random(seed)
    first, copies = [], []
    for _ in range(count):
        asked, told = text(chance, 40), text(chance, 60)
        first.append(talk(asked, told))
        place = chance.randrange(40)
        copies.append(talk([*asked[:place], "changed", *asked[place + 1 :]], told))
    return first, copies


def test_rows_with_a_word_changed_are_found_and_others_are_not() -> None:
    first, copies = planted(1, 40)
    assert found(*first) == []
    assert found(*first, *copies) == list(range(41, 81))


def test_the_message_says_where_and_what_differs() -> None:
    first, copies = planted(2, 1)
    (finding,) = check(rows(first[0], copies[0]), selection=NEAR).findings
    assert "train.jsonl:1 are the same; only here: changed" in finding.message


def test_equal_rows_are_the_business_of_another_rule() -> None:
    first, _ = planted(3, 1)
    assert found(first[0], first[0]) == []


ASKED = words_of(
    "how do i get from the main station to the old town when no tram runs late at night please tell me"
)
TOLD = words_of(
    "take the night bus from the stop in front of the station it runs every half hour until the morning"
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ([*ASKED, "49"], [*ASKED, "12"]),
        (["1", *ASKED], ["2", *ASKED]),
    ],
)
def test_rows_with_other_figures_are_others(one: list[str], other: list[str]) -> None:
    assert found(talk(one, TOLD), talk(other, TOLD)) == []
    assert found(talk(ASKED, TOLD), talk(["now", *ASKED], TOLD)) == [2]


def test_rows_with_other_answers_are_others() -> None:
    assert found(talk(ASKED, ["bus"]), talk([*ASKED, "now"], ["tram"])) == []
    assert found(talk(ASKED * 3, TOLD), talk(ASKED * 3, [*reversed(TOLD[:9])])) == []


def test_rows_that_call_for_something_else_are_others() -> None:
    def calling(asked: Sequence[str], city: str) -> JsonValue:
        return {
            "messages": [
                {"role": "user", "content": " ".join(asked)},
                call("tram", f'{{"city": "{city}"}}'),
            ]
        }

    assert found(calling(ASKED, "Oslo"), calling([*ASKED, "now"], "Bergen")) == []
    assert found(calling(ASKED, "Oslo"), calling([*ASKED, "now"], "Oslo")) == [2]


FILLED = ("delays", "refunds", "prices", "seats", "bikes", "dogs", "children", "luggage", "tickets", "passes")


@pytest.mark.parametrize("count", [3, 4, 6, 10])
def test_rows_of_one_template_are_not_the_same(count: int) -> None:
    values = [
        talk(
            [*ASKED, *ASKED[::-1], "about", word, "in", "trams"],
            ["this", "is", "a", "question", "of", "service"],
        )
        for word in FILLED[:count]
    ]
    assert found(*values) == []


def test_three_copies_with_changes_at_different_places_are_found() -> None:
    one = [*ASKED, *ASKED[::-1], *TOLD]
    copies = [[*one[:place], "changed", *one[place + 1 :]] for place in (8, 25, 45)]
    assert found(talk(one, TOLD), *(talk(copy, TOLD) for copy in copies)) == [2, 3, 4]


def test_short_rows_are_left_alone() -> None:
    assert found(talk(ASKED[:5], TOLD[:8]), talk(ASKED[:5], [*TOLD[:7], "so"])) == []


def test_scripts_without_spaces_are_compared_by_character() -> None:
    asked = "请用一段话详细解释植物如何通过光合作用把阳光水和二氧化碳变成糖和氧气以及为什么这对地球上的生命如此重要"
    told = "植物的叶子里有叶绿体它们吸收阳光的能量并用这些能量把水分解同时把二氧化碳固定成糖氧气则被释放出来供动物呼吸"
    other = told.replace("动物", "人们")
    assert found(chat(("user", asked), ("assistant", told)), chat(("user", asked), ("assistant", other))) == [
        2
    ]


def report(values: Sequence[JsonValue]) -> DataReport:
    return check(rows(*values), selection=NEAR)


def test_the_order_of_rows_does_not_change_how_many_are_found() -> None:
    first, copies = planted(4, 12)
    values = [*first, *copies]
    for seed in range(4):
        random.Random(seed).shuffle(values)
        assert len(report(values).findings) == 12


def test_the_parts_of_a_file_do_not_change_what_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    first, copies = planted(5, 12)
    whole = report([*first, *copies])
    monkeypatch.setattr(lines, "_FIRST_SPAN", 700)
    assert report([*first, *copies]).findings == whole.findings


def test_what_base_has_is_the_original() -> None:
    first, copies = planted(6, 3)
    found = check(
        {"a.jsonl": rows(*copies), "b.jsonl": rows(*first)}, known={"b.jsonl": rows(*first)}, selection=NEAR
    ).findings
    assert {(one.where.file, one.known) for one in found} == {("a.jsonl", False)}


def test_much_data_is_searched_only_when_somebody_asks_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(near, "SMALL_BYTES", 1_000)
    first, copies = planted(7, 4)
    content = rows(*first, *copies)
    default = check(content)
    assert "SF803" not in {one.code for one in default.findings}
    assert any("--extend-select SF803" in notice for notice in default.notices)
    for selection in (Selection(extend=("SF803",)), Selection(select=("sf803",))):
        asked = check(content, selection=selection)
        assert sum(one.code == "SF803" for one in asked.findings) == 4
        assert asked.notices == ()
    assert check(content, selection=Selection(select=("SF8",))).notices == default.notices
    assert check(content, selection=Selection(ignore=("SF8",))).notices == ()


def test_the_number_of_comparisons_is_limited_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(near, "MOST_COMPARED", 2)
    first, copies = planted(8, 5)
    seen = report([*first, *copies])
    assert len(seen.findings) == 2
    assert seen.notices == (
        "near-duplicates (SF803): of the rows that have phrases in common with others, 2 were compared and 3 were not",
    )


def test_findings_beyond_those_that_are_kept_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    first, copies = planted(9, 5)
    monkeypatch.setattr("mist_ci.schemaflux.inspection.KEEP", 2)
    assert sum(one.count for one in report([*first, *copies]).counts) == 5


def test_a_hash_of_a_shingle_depends_on_its_five_words_and_their_order_alone() -> None:
    chance = random.Random(10)
    words = [word.encode() for word in text(chance, 300)]
    seen: dict[tuple[bytes, ...], int] = {}
    grams = list(_grams(words))
    assert len(grams) == len(words) - GRAM_WORDS + 1
    for place, gram in enumerate(grams):
        assert seen.setdefault(tuple(words[place : place + GRAM_WORDS]), gram) == gram
    assert len(set(seen.values())) == len(seen)
    turned = Wording(words[::-1], b"", b"").grams
    assert len(turned & set(grams)) < 3


def under(number: int, value: JsonValue) -> JsonValue:
    assert isinstance(value, dict)
    return {"id": number, **value}


def test_a_copy_under_another_id_is_no_near_duplicate_but_the_same_conversation() -> None:
    both = Selection(select=("SF801", "SF802", "SF803"))
    long, short = talk(ASKED, TOLD), talk(["why"], ["so"])
    values = [under(1, long), under(2, long), under(3, short), under(4, short), under(4, short)]
    findings = check(rows(*values), selection=both).findings
    said = [(one.where.line, one.code) for one in findings]
    assert said[:2] == [(2, "SF802"), (4, "SF802")]
    assert said[2:] == [(5, "SF801"), (5, "SF802")]
    assert 'differs from it in "id" only' in findings[0].message


def test_the_same_words_with_other_tools_are_another_conversation() -> None:
    value = talk(["why"], ["so"])
    assert isinstance(value, dict)
    values = [{"id": number, **value, "tools": [tool(name)]} for number, name in enumerate(("a", "b"))]
    assert found(*values, selection=Selection(select=("SF802",))) == []
