"""Leaks by words: what gives a sample away, what is only its template, and where the match is."""

from hypothesis import given
from hypothesis import strategies as st

from mist_ci.models.finding import DataReport, Severity
from mist_ci.schemaflux.example import chat, rows
from mist_ci.schemaflux.leaks import suite_index
from mist_ci.schemaflux.prompts import normalise_text
from tests.unit.schemaflux.checking import check

EXAM = "A farmer has seventeen sheep and all but nine of them run away at night, so how many are left in the morning?"
TEMPLATE = "Answer the following question about geography with one word and nothing else please:"
WORDS = st.lists(
    st.sampled_from(["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta"]), max_size=40
)


def found(text: str, *prompts: str, role: str = "user") -> DataReport:
    texts = {f"k{n}": (normalise_text(prompt),) for n, prompt in enumerate(prompts)}
    other = "user" if role == "assistant" else "assistant"
    turns = (("user", text), ("assistant", "Nine.")) if role == "user" else ((other, "Go."), (role, text))
    return check(rows(chat(*turns)), suite_prompts={"riddles": texts})


def test_a_prompt_inside_of_a_longer_text_is_leaked() -> None:
    report = found(f"Think step by step. {EXAM} Explain it.", EXAM)
    assert [(one.code, one.severity) for one in report.findings] == [("SF805", Severity.ERROR)]
    assert report.leaked == {"riddles": ("k0",)}
    assert "characters 21 to 128" in report.findings[0].message
    assert report.findings[0].snippet.startswith('"A farmer has seventeen')


def test_a_prompt_with_a_few_words_changed_is_leaked() -> None:
    assert found(EXAM.replace("at night", "in the dark"), EXAM).leaked == {}
    assert found(EXAM.replace("?", "!").upper(), EXAM).leaked == {"riddles": ("k0",)}


def test_a_part_is_a_warning_and_does_not_count_as_leaked() -> None:
    report = found("They say a farmer has seventeen sheep and all but nine of them run away.", EXAM)
    assert [(one.code, one.severity) for one in report.findings] == [("SF805", Severity.WARNING)]
    assert report.leaked == {}


def test_what_the_assistant_says_leaks_too() -> None:
    assert found(EXAM, EXAM, role="assistant").leaked == {"riddles": ("k0",)}


def test_the_template_of_a_suite_gives_nothing_away() -> None:
    countries = [
        f"{TEMPLATE} what is the capital of {name}?" for name in ("Peru", "Chile", "Cuba", "Fiji", "Togo")
    ]
    assert found(f"{TEMPLATE} what is the highest mountain of Nepal?", *countries).findings == ()
    leaked = found(f"Hello! {countries[3]} Thanks.", *countries)
    assert [one.code for one in leaked.findings] == ["SF805"]
    assert leaked.leaked == {"riddles": ("k3",)}


def test_scripts_without_spaces_are_compared_character_by_character() -> None:
    exam = "农夫有十七只羊除了九只以外都在夜里跑掉了还剩下几只"
    assert found(f"请回答{exam}谢谢。", exam).leaked == {"riddles": ("k0",)}
    assert found("请回答今天的天气怎么样谢谢。", exam).findings == ()


def test_short_prompts_are_looked_for_as_a_whole_only() -> None:
    assert found("What is 2+2? And then?", "What is 2+2?").findings == ()


@given(WORDS, WORDS, WORDS)
def test_the_index_finds_what_a_plain_search_finds(
    before: list[str], exam: list[str], after: list[str]
) -> None:
    index = suite_index({"s": {"k": (" ".join(exam),)}})
    matches = list(index.matches(" ".join((*before, *exam, *after))))
    assert bool(matches) == (len(exam) >= 8)
    for match in matches:
        assert match.coverage == 1.0
        assert 0 < match.jaccard <= 1
