"""The report: its numbers, what is new, what leaks, and that nothing is lost on the way."""

import hashlib
import random
import sys
import unicodedata
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mist_ci.errors import Code, CouldNotRun
from mist_ci.models.finding import DataReport, Severity
from mist_ci.models.suite import ChatMessage
from mist_ci.schemaflux import scan
from mist_ci.schemaflux.example import GOOD, chat, rows
from mist_ci.schemaflux.prompts import ends, fold, normalise_prompt, normalise_text
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Problem, RuleMeta
from mist_ci.schemaflux.rules import sf006_not_an_object
from tests.fakes import InlineExecutor
from tests.unit.schemaflux.checking import check

BAD = rows(chat(("user", "a"), ("assistant", "")))
ONE = rows(chat(("user", "one"), ("assistant", "1")))
TWO = rows(chat(("user", "two"), ("assistant", "2")))
NO_SYSTEM = (
    "{% for m in messages %}{% if m.role == 'system' %}{{ raise_exception('no system') }}{% endif %}"
    "{{ m.content }}<|end|>{% endfor %}"
)


def codes(report: DataReport) -> list[tuple[str, str, int | None, bool]]:
    return [(f.code, f.where.file, f.where.line, f.known) for f in report.findings]


def test_the_numbers() -> None:
    files = {"b.jsonl": GOOD + b"\n" + b"{oops\n", "a.jsonl": ONE}
    report = check(files, known={"a.jsonl": ONE})
    assert report.files == ("a.jsonl", "b.jsonl")
    assert (report.rows, report.rows_new) == (3, 2)
    assert report.tokens == 2 + 4
    assert report.token_basis == "words of tiny"
    lines = "".join(f"{path}\0{hashlib.sha256(files[path]).hexdigest()}\n" for path in ("a.jsonl", "b.jsonl"))
    assert report.data_hash == "sha256:" + hashlib.sha256(lines.encode()).hexdigest()


@pytest.mark.slow
def test_findings_do_not_depend_on_the_order_of_files() -> None:
    files = {
        f"{name}.jsonl": content
        for name, content in zip("abcde", (BAD, GOOD, BAD, b"", ONE + ONE), strict=True)
    }
    expected = check(files)
    names = list(files)
    for seed in range(5):
        random.Random(seed).shuffle(names)
        assert check({name: files[name] for name in names}) == expected
    assert codes(expected) == [
        ("SF212", "a.jsonl", 1, False),
        ("SF212", "c.jsonl", 1, False),
        ("SF801", "c.jsonl", 1, False),
        ("SF001", "d.jsonl", None, False),
        ("SF801", "e.jsonl", 2, False),
    ]


@pytest.mark.slow
def test_all_findings_are_counted_and_the_first_are_kept() -> None:
    content = b"".join(rows(chat(("user", f"{n}"), ("assistant", ""))) for n in range(3_000))
    report = check(content)
    assert [(one.code, one.count) for one in report.counts] == [("SF212", 3_000)]
    assert report.count_gating(Severity.ERROR) == 3_000
    assert [one.where.line for one in report.findings] == [*range(1, 1_001)]


def test_what_base_has_is_known_and_does_not_gate() -> None:
    report = check(BAD + ONE, known={"train.jsonl": ONE + BAD})
    assert [one for one in codes(report) if one[0] != "SF822"] == [("SF212", "train.jsonl", 1, True)]
    assert report.gating(Severity.WARNING) == ()
    assert report.rows_new == 0


def test_a_row_that_moved_to_another_file_is_known() -> None:
    report = check({"new.jsonl": BAD}, known={"old.jsonl": BAD})
    assert codes(report) == [("SF212", "new.jsonl", 1, True), ("SF822", "support", None, False)]


def test_what_a_change_does_to_the_rows() -> None:
    base = {"a.jsonl": ONE + TWO + GOOD, "b.jsonl": BAD}
    head = {
        "a.jsonl": TWO + rows(chat(("user", "one"), ("assistant", "uno"))),
        "c.jsonl": BAD + ONE.replace(b"one", b"new"),
    }
    change = check(head, known=base).change
    assert change is not None
    assert (change.rows_unchanged, change.rows_moved) == (1, 1)
    assert (change.rows_added, change.rows_removed, change.rows_changed) == (1, 1, 1)
    assert check(base, known=base).change is None
    assert check(base).change is None


def test_a_second_copy_of_a_known_row_is_new() -> None:
    report = check(ONE + ONE, known={"train.jsonl": ONE})
    assert codes(report) == [("SF801", "train.jsonl", 2, False)]
    assert report.rows_new == 1


def test_a_copy_in_an_earlier_file_does_not_hide_behind_the_original() -> None:
    report = check({"a.jsonl": ONE, "z.jsonl": ONE}, known={"z.jsonl": ONE})
    assert codes(report) == [("SF801", "a.jsonl", 1, False)]
    assert "z.jsonl:1" in report.findings[0].message


def test_a_conflict_is_found_at_the_new_row() -> None:
    other = rows(chat(("user", "ONE "), ("assistant", "uno")))
    report = check({"a.jsonl": other, "z.jsonl": ONE}, known={"z.jsonl": ONE})
    assert codes(report) == [("SF810", "a.jsonl", 1, False)]


def test_short_sentences_that_differ_are_a_warning() -> None:
    said = [rows(chat(("user", "Hi"), ("assistant", text))) for text in ("Hello!", "Hey! What's up?")]
    assert [f.severity for f in check(b"".join(said)).findings] == [Severity.WARNING]


def test_long_answers_that_differ_are_information() -> None:
    poems = [
        rows(chat(("user", "A poem!"), ("assistant", f"{n} roses are red, and violets are blue, they say")))
        for n in range(2)
    ]
    assert [f.severity for f in check(b"".join(poems)).findings] == [Severity.INFO]


def test_the_same_question_after_another_talk_is_no_conflict() -> None:
    talks = [
        rows(chat(("user", topic), ("assistant", "ok"), ("user", "why?"), ("assistant", topic)))
        for topic in "ab"
    ]
    assert check(b"".join(talks)).findings == ()


def test_a_file_finding_is_known_when_the_file_had_it_at_base() -> None:
    assert codes(check({"a": b"", "b": b""}, known={"a": b"\n", "b": ONE})) == [
        ("SF001", "a", None, True),
        ("SF001", "b", None, False),
    ]


def test_a_data_set_without_files_is_an_error_unless_it_always_was() -> None:
    assert codes(check({}, known={"a": ONE})) == [("SF001", "support", None, False)]
    assert codes(check({})) == [("SF001", "support", None, True)]


def test_leaked_samples_are_listed_by_suite() -> None:
    talk = rows(
        chat(
            ("user", "What is\n 2+2?"),
            ("assistant", "4"),
            ("user", "CAPITAL of Norway"),
            ("assistant", "Oslo"),
        )
    )
    prompt = normalise_prompt(
        [ChatMessage(role="system", content="x"), ChatMessage(role="user", content="what IS 2+2?")]
    )
    suites: dict[str, dict[str, tuple[str, ...]]] = {
        "maths": {"k2": (prompt,), "k1": ("", prompt), "k3": ("3+3?",)},
        "cities": {
            "k9": (normalise_prompt([ChatMessage(role="user", content="Capital of Norway")]),),
            "k0": ("",),
        },
    }
    report = check(talk + ONE, suite_prompts=suites, known={"train.jsonl": talk})
    assert report.leaked == {"cities": ("k9",), "maths": ("k1", "k2")}
    assert [(f.code, f.where.field, f.known) for f in report.findings] == [
        ("SF804", "messages[0].content", True),
        ("SF804", "messages[2].content", True),
    ]
    assert "maths" in report.findings[0].message


def test_a_prompt_without_a_user_is_empty() -> None:
    assert normalise_prompt([ChatMessage(role="system", content="x")]) == ""


def test_only_rows_without_errors_are_rendered() -> None:
    executor = InlineExecutor()
    content = GOOD + BAD + rows(chat(("human", "a"), ("gpt", "b"))) + b"{oops\n"
    check(content, template="x", executor=executor)
    assert [conversation.messages for conversation in executor.conversations] == [
        [{"role": "user", "content": "What is 2+2?"}, {"role": "assistant", "content": "4"}]
    ]
    assert executor.conversations[0].prompt_length == 1
    assert executor.conversations[0].tools is None


def test_a_template_that_refuses_all_rows_is_one_finding_at_the_template() -> None:
    system = [rows(chat(("system", n), ("user", n), ("assistant", n))) for n in "abc"]
    assert codes(check(b"".join(system), template=NO_SYSTEM)) == [("SF601", "chat.jinja", None, False)]
    assert codes(check(b"".join(system) + GOOD, template=NO_SYSTEM)) == [
        ("SF601", "train.jsonl", n, False) for n in (1, 2, 3)
    ]


@pytest.mark.parametrize("template_changed", [False, True])
@pytest.mark.parametrize("extra", [b"", GOOD])
def test_old_rows_that_a_new_template_refuses_are_new_findings(extra: bytes, template_changed: bool) -> None:
    system = b"".join(rows(chat(("system", n), ("user", n), ("assistant", n))) for n in "ab") + extra
    report = check(
        system, known={"train.jsonl": system}, template=NO_SYSTEM, template_changed=template_changed
    )
    assert {f.known for f in report.findings} == {not template_changed}


class Crashing:
    META: RuleMeta = sf006_not_an_object.META
    __doc__ = "Always crashes."

    def check(self, row: Row, /) -> Iterator[Problem]:
        raise ZeroDivisionError(row.line)


def test_a_rule_that_crashes_is_never_a_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan, "ROW_RULES", (Crashing(),))
    with pytest.raises(CouldNotRun, match="SF006 crashed: ZeroDivisionError") as caught:
        check(BAD)
    assert caught.value.code is Code.INTERNAL
    assert str(caught.value.where) == "train.jsonl:1"


def test_what_was_trained_on_and_then_deleted_is_still_leaked() -> None:
    leak = rows(chat(("user", "What is 2+2?"), ("assistant", "4")))
    suites = {"maths": {"k1": ("what is 2+2?",)}}
    report = check(ONE, suite_prompts=suites, known={"train.jsonl": leak + ONE})
    assert report.leaked == {"maths": ("k1",)}
    assert report.findings == ()


def test_a_question_with_characters_that_nobody_sees_is_the_same_question() -> None:
    talk = rows(chat(("user", "What is\u200b 2+2?"), ("assistant", "4")))
    report = check(talk, suite_prompts={"maths": {"k1": ("what is 2+2?",)}})
    assert report.leaked == {"maths": ("k1",)}


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(
    st.text(max_size=30)
    | st.text("aB \u00ad\u200b\u3042\u0628\u06dd\U000e0041\u0130\ufeff\u2028", max_size=12)
)
def test_folding_is_normalising_without_white_space(text: str) -> None:
    blanks = {ord(char): None for char in text if char.isspace()}
    ours = fold(text.translate(blanks))
    assert ours == "".join(normalise_text(text.translate(blanks)).split()).encode("utf-8", "surrogatepass")


@pytest.mark.slow
def test_every_format_character_is_taken_out() -> None:
    for code in range(sys.maxunicode + 1):
        if unicodedata.category(chr(code)) == "Cf":
            assert fold(f"a{chr(code)}é") == "aé".encode()


LONG = st.text("aB \u00e9\u3042\u0301\ufb01\t", max_size=700) | st.text("aB \u00e9\0", max_size=300)


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(LONG, st.integers(0, 700), st.text(" \t\n\u200b", max_size=300))
def test_texts_that_fold_to_the_same_have_the_same_ends(text: str, place: int, blanks: str) -> None:
    other, upper = text[:place] + blanks + text[place:], text.upper()
    for one, same in ((text, other), (upper, upper.swapcase())):
        if fold(one) == fold(same):
            assert ends("before", one) == ends("before", same)
            assert ends(one, "after") == ends(same, "after")
