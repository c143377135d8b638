"""Tokens of a data set: counted once, added up exactly, and followed to every trainer."""

import pickle
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mist_ci.adapters.targets import load_targets
from mist_ci.models.finding import Consequence, DataReport, Severity
from mist_ci.models.token_figures import TokenFigures
from mist_ci.models.trainer import Trainer
from mist_ci.schemaflux.example import chat, rows
from mist_ci.schemaflux.metering import Meter
from mist_ci.schemaflux.reading import RowReader
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.row_tokens import Destination, destinations
from mist_ci.schemaflux.rules import TOKEN_RULES
from mist_ci.schemaflux.scan import Scan
from mist_ci.schemaflux.token_summary import TokenTally, quantiles
from mist_ci.schemaflux.trainers import DEFAULTS
from mist_ci.schemaflux.trainers.settings import read_settings
from tests.fakes import InlineExecutor
from tests.unit.schemaflux.checking import WordCounter, check
from tests.unit.schemaflux.test_rules import row_of


def words(number: int) -> str:
    return " ".join(f"w{index}" for index in range(number))


def figures(report: DataReport) -> TokenFigures:
    assert report.figures is not None
    return report.figures


def sentences(report: DataReport) -> list[str]:
    return [one.sentence for one in figures(report).trainers]


LONG = chat(("user", words(2000)), ("assistant", words(50)))
SHORT = chat(("system", words(5)), ("user", words(10)), ("assistant", words(20)))


CUT = "TRL (max_length 1024): the last 1,026 of 2,050 tokens are cut"


def test_figures_add_up() -> None:
    unlearnt: Any = {
        "messages": [{"role": "user", "content": "a b"}, {"role": "assistant", "content": "c", "weight": 0}]
    }
    found = figures(check(rows(LONG, SHORT, SHORT, unlearnt)))
    assert (found.rows, found.total, found.trainable) == (4, 2050 + 35 + 35 + 3, 50 + 20 + 20)
    assert (found.unlearnt, found.messages) == (3, 2 + 3 + 3 + 2)
    assert (found.shortest_hundredth, found.median, found.p95, found.longest) == (3, 35, 2050, 2050)
    assert found.duplicates == found.total // 4
    assert found.sentence == (
        "tokens per row: 3 (1%), 35 (50%), 2,050 (95%), 2,050 (99%), 2,050 at most; 4.2% of all are answers"
    )


def test_calls_tools_and_reasoning_are_tokens_too() -> None:
    call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": '{"a": 1}'}}
    row: Any = {
        "messages": [
            {"role": "user", "content": "one two"},
            {"role": "assistant", "content": None, "tool_calls": [call]},
            {"role": "tool", "tool_call_id": "c", "content": "three"},
            {"role": "assistant", "content": "four"},
        ],
        "tools": [{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}],
    }
    assert figures(check(rows(row))).total == 2 + 3 + 1 + 1 + 1


def test_a_trainer_that_keeps_everything_says_so_once() -> None:
    report = check(rows(SHORT), trainer=b"stage: sft\ncutoff_len: 100\n")
    assert report.findings == ()
    assert sentences(report) == ["LLaMA-Factory (cutoff_len 100): nothing is lost"]


@pytest.mark.parametrize(
    ("trainer", "sentence", "severity", "consequence", "message"),
    [
        (
            "dataset_name: x\n",
            "TRL (max_length 1024): 1 row loses its whole answer and stays",
            Severity.ERROR,
            Consequence.TRUNCATED,
            f"{CUT}: the whole answer is lost, and the rest is learnt",
        ),
        (
            "dataset_name: x\nassistant_only_loss: true\n",
            "TRL (max_length 1024): 1 row loses its whole answer and is dropped",
            Severity.ERROR,
            Consequence.DROPPED,
            f"{CUT}, and nothing to learn is left: the row is dropped",
        ),
        (
            "base_model: x\nsequence_len: 2000\n",
            "axolotl (sequence_len 2000): 1 row is dropped",
            Severity.ERROR,
            Consequence.DROPPED,
            "axolotl (sequence_len 2000): it has 2,050 tokens: the row is dropped",
        ),
        (
            "base_model: x\nsequence_len: 2000\nexcess_length_strategy: raise\n",
            "axolotl (sequence_len 2000): 1 row stops the run",
            Severity.ERROR,
            Consequence.REJECTED,
            "axolotl (sequence_len 2000): it has 2,050 tokens: the run stops with an error",
        ),
        (
            "stage: sft\n",
            "LLaMA-Factory (cutoff_len 2048): 1 row is cut",
            Severity.WARNING,
            Consequence.TRUNCATED,
            "LLaMA-Factory (cutoff_len 2048): 2 of 2,050 tokens are cut",
        ),
    ],
)  # fmt: skip
def test_what_becomes_of_a_long_row(
    trainer: str, sentence: str, severity: Severity, consequence: Consequence, message: str
) -> None:
    report = check(rows(SHORT, LONG), trainer=trainer.encode())
    (finding,) = report.findings
    assert sentences(report) == [sentence]
    assert (finding.code, finding.severity, finding.consequence) == ("SF621", severity, consequence)
    assert (finding.message, finding.where.line) == (message, 2)
    assert "train/sft.yaml" in finding.hint


def test_the_message_that_is_cut_is_named() -> None:
    talk = chat(("user", words(10)), ("assistant", words(10)), ("user", words(10)), ("assistant", words(10)))
    (finding,) = check(rows(talk), max_tokens=25).findings
    assert (finding.code, finding.where.field) == ("SF620", "messages[2]")
    assert finding.message == (
        "the row has 40 tokens and the limit is 25: 5 of the 10 tokens of the user message fit"
    )
    (finding,) = check(rows(talk), trainer=b"dataset_name: x\nmax_length: 35\n").findings
    assert (finding.code, finding.where.field) == ("SF621", "messages[3]")


def test_a_row_whose_learnt_answer_alone_is_cut_has_nothing_left() -> None:
    row: Any = {
        "messages": [
            {"role": "user", "content": words(5)},
            {"role": "assistant", "content": words(5), "weight": 0},
            {"role": "user", "content": words(5)},
            {"role": "assistant", "content": words(5)},
        ]
    }
    (target,) = load_targets(["vertex"])
    openai = Destination("openai", replace(DEFAULTS[Trainer.OPENAI], max_length=15), target=target)
    meter = Meter(WordCounter(), "m", [openai], TOKEN_RULES)
    (found,) = meter.measure([row_of(row)], TokenTally())
    assert found.rule.META.code == "SF622"
    assert found.problem.field == "messages[3]"


def test_targets_bring_their_trainers_and_their_own_file_goes_before_defaults() -> None:
    targets = load_targets(["trl", "axolotl", "vertex", "bedrock-claude", "together"])
    found = destinations(targets, [], None)
    assert {one.name: one.settings and one.settings.max_length for one in found} == {
        "trl": 1024,
        "axolotl": 512,
        "vertex": 131072,
        "bedrock-claude": None,
    }
    own = replace(DEFAULTS[Trainer.TRL], max_length=4096, file="train/sft.yaml")
    first, *others = destinations(targets, [own], 77)
    assert (first.name, first.settings, first.target and first.target.name) == ("train/sft.yaml", own, "trl")
    assert [one.name for one in others] == ["axolotl", "vertex", "bedrock-claude", "max-tokens"]


@pytest.mark.parametrize(
    ("before", "is_new"), [(None, False), ("sequence_len: 4096", True), ("sequence_len: 1024", False)]
)
def test_a_known_row_is_new_when_the_trainer_was_kinder_before(before: str | None, is_new: bool) -> None:
    now = read_settings(b"base_model: x\nsequence_len: 512\n", "a.yml")
    was = read_settings(f"base_model: x\n{before}\n".encode(), "a.yml") if before else now
    meter = Meter(WordCounter(), "m", destinations([], [now], None, {"a.yml": was}), TOKEN_RULES)
    (found,) = meter.measure([row_of(LONG)], TokenTally())
    assert (found.rule.META.code, found.is_new) == ("SF621", is_new)


def test_every_target_gets_its_own_findings_and_its_own_column() -> None:
    report = check(rows(LONG, SHORT), targets=load_targets(["trl", "axolotl"]))
    assert [(one.code, one.target) for one in report.findings if one.code == "SF621"] == [
        ("SF621", "axolotl"),
        ("SF621", "trl"),
    ]
    columns = {one.target: (one.dropped, one.truncated, one.fine) for one in report.targets}
    assert columns == {"axolotl": (1, 0, 1), "trl": (0, 1, 1)}


def test_a_developer_message_stops_llamafactory() -> None:
    row = chat(("developer", "be kind"), ("user", "a"), ("assistant", "b"))
    (finding,) = check(rows(row), trainer=b"stage: sft\n").findings
    assert (finding.code, finding.consequence, finding.where.field) == (
        "SF210",
        Consequence.REJECTED,
        "messages[0].role",
    )


LENGTHS = st.dictionaries(st.integers(0, 500), st.integers(1, 40), min_size=1)


@given(LENGTHS, st.floats(0.001, 1))
def test_a_quantile_is_the_smallest_length_that_enough_rows_do_not_exceed(
    lengths: dict[int, int], share: float
) -> None:
    (found,) = quantiles(lengths, [share])
    every = sorted(length for length, number in lengths.items() for _ in range(number))
    assert sum(length <= found for length in every) >= share * len(every)
    assert all(
        sum(length <= smaller for length in every) < share * len(every)
        for smaller in lengths
        if smaller < found
    )


TALKS = st.lists(
    st.lists(
        st.tuples(st.sampled_from(["system", "user", "assistant"]), st.integers(1, 30)), min_size=1, max_size=4
    ),
    min_size=1,
    max_size=6,
)  # fmt: skip


@pytest.mark.slow
@settings(deadline=None, max_examples=60)
@given(TALKS, st.integers(1, 5))
def test_parts_merge_to_what_the_whole_gives(talks: list[list[tuple[str, int]]], cut: int) -> None:
    def measured(some: list[Row]) -> tuple[TokenTally, list[str]]:
        tally = TokenTally()
        goes_to = [Destination(one.value, replace(DEFAULTS[one], max_length=20)) for one in Trainer]
        problems = Meter(WordCounter(), "m", goes_to, TOKEN_RULES).measure(some, tally)
        return tally, [one.problem.message for one in problems]

    read = [row_of(chat(*((role, words(size)) for role, size in talk))) for talk in talks]
    whole, problems = measured(read)
    first, said = measured(read[:cut])
    rest, more = measured(read[cut:])
    first.merge(rest)
    assert (first, [*said, *more]) == (whole, problems)
    for tally in whole.fates.values():
        assert sum(tally.rows.values()) == len(read)
        assert tally.seen + tally.lost == whole.tokens


@pytest.mark.slow
@settings(deadline=None, max_examples=100)
@given(
    st.lists(st.tuples(st.sampled_from(["user", "assistant"]), st.text(max_size=9)), min_size=1, max_size=4)
)
def test_the_fast_sum_of_a_plain_row_is_the_slow_one(turns: list[tuple[str, str]]) -> None:
    value = chat(*turns)
    fast, slow = TokenTally(), TokenTally()
    list(Meter(WordCounter(), "m", [], ()).measure([row_of(value)], fast))
    plainless = row_of(value)
    plainless.plain = None
    list(Meter(WordCounter(), "m", [], ()).measure([plainless], slow))
    assert fast == slow


def test_a_part_is_the_same_after_it_was_sent_to_another_process() -> None:
    goes_to = destinations([], list(DEFAULTS.values()), 5)
    targets = tuple(load_targets(["trl", "vertex"]))
    scan = Scan(RowReader({}), {}, InlineExecutor(), WordCounter(), targets=targets, goes_to=goes_to)
    part = pickle.loads(pickle.dumps(scan)).new_part("a.jsonl")
    list(Meter(WordCounter(), "m", goes_to, TOKEN_RULES).measure([row_of(LONG)], part.tokens))
    sent = pickle.loads(pickle.dumps(part))
    assert sent.tokens == part.tokens
    assert [fold.rule.META.code for fold in sent.folds] == [fold.rule.META.code for fold in part.folds]


@pytest.mark.parametrize("tokens_changed", [False, True])
def test_rows_that_another_tokenizer_counts_are_judged_anew(tokens_changed: bool) -> None:
    content = rows(chat(("user", "one two three four"), ("assistant", "five six")))
    report = check(content, known={"train.jsonl": content}, max_tokens=3, tokens_changed=tokens_changed)
    assert [(one.code, one.known) for one in report.findings] == [("SF620", not tokens_changed)]
