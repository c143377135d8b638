"""cleanlab as a judge of labels: finds most labels that were changed, leaves clean data alone, heeds no order."""

import random

import pytest

from mist_ci.adapters.labels import CleanlabJudge
from mist_ci.schemaflux.example import chat, rows
from mist_ci.schemaflux.rules import sf811_label_error
from tests.unit.schemaflux.checking import check

pytest.importorskip("cleanlab")
JUDGE = CleanlabJudge()
Row = tuple[str, str]


def mails(seed: int, count: int, *, wrong: float = 0.0, classes: int = 4) -> tuple[list[Row], set[int]]:
    """Texts of which half of the words are their class's own, and the places of labels that were changed."""
    chance = random.Random(seed)
    own = {f"class{number}": [f"w{number}x{word}" for word in range(15)] for number in range(classes)}
    common = [f"z{word}" for word in range(200)]
    made: list[Row] = []
    changed = set()
    for place in range(count):
        label = chance.choice(list(own))
        words = [chance.choice(own[label])]
        words += [chance.choice(chance.choice((common, own[label]))) for _ in range(chance.randint(5, 15))]
        if chance.random() < wrong:
            label = chance.choice([one for one in own if one != label])
            changed.add(place)
        made.append((" ".join(words), label))
    return made, changed


@pytest.mark.parametrize(("count", "classes"), [(400, 2), (1000, 4), (2000, 12)])
def test_most_changed_labels_are_found_and_hardly_any_other(count: int, classes: int) -> None:
    made, changed = mails(count, count, wrong=0.05, classes=classes)
    found = {one.position for one in JUDGE.doubts(made)}
    assert len(found & changed) >= 0.5 * len(changed)
    assert len(found & changed) >= 0.95 * len(found)


def test_the_suggestion_is_the_label_before_it_was_changed() -> None:
    made, changed = mails(3, 1000, wrong=0.05)
    for one in JUDGE.doubts(made):
        if one.position in changed:
            assert f"w{one.suggested.removeprefix('class')}x" in made[one.position][0]
            assert one.likelihood > one.given_likelihood


@pytest.mark.parametrize("count", [60, 300, 2000])
def test_clean_labels_are_left_alone(count: int) -> None:
    made, _ = mails(count, count)
    assert JUDGE.doubts(made) == []


def test_labels_that_cannot_be_learnt_are_left_alone() -> None:
    chance = random.Random(5)
    made = [(text, chance.choice("abc")) for text, _ in mails(5, 600)[0]]
    assert JUDGE.doubts(made) == []


@pytest.mark.parametrize("made", [[], [("a", "x")], [("a", "x")] * 60, [("", "x"), ("", "y")] * 30])
def test_there_may_be_nothing_to_learn(made: list[Row]) -> None:
    assert JUDGE.doubts(made) == []


def test_the_order_of_rows_does_not_matter() -> None:
    made, _ = mails(6, 500, wrong=0.05)
    numbered = [(f"{text} n{place}", label) for place, (text, label) in enumerate(made)]
    expected = {(numbered[one.position], one.suggested, one.likelihood) for one in JUDGE.doubts(numbered)}
    assert expected
    random.Random(7).shuffle(numbered)
    assert {
        (numbered[one.position], one.suggested, one.likelihood) for one in JUDGE.doubts(numbered)
    } == expected


def test_the_examples_of_the_rule_hold_for_the_real_judge() -> None:
    meta = sf811_label_error.META
    assert [one.code for one in check(meta.bad, labels=JUDGE).findings] == ["SF811"]
    assert check(meta.good, labels=JUDGE).findings == ()


def test_answers_of_chats_are_labels_too() -> None:
    made, changed = mails(8, 400, wrong=0.05, classes=2)
    content = rows(*(chat(("user", text), ("assistant", label)) for text, label in made))
    lines = {one.where.line for one in check(content, labels=JUDGE).findings if one.code == "SF811"}
    assert lines
    assert lines <= {place + 1 for place in changed}
