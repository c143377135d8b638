"""Claims about files as a whole: what a target does not state is not held against a file."""

from dataclasses import replace
from datetime import date

import pytest

from mist_ci.adapters.targets import load_targets, shipped_targets
from mist_ci.models.data_format import Compression, Container
from mist_ci.models.finding import Consequence, Severity
from mist_ci.models.target import Claim, Target
from mist_ci.schemaflux.file_facts import EXAMPLE, FileFactRule, FileFacts
from mist_ci.schemaflux.rule import Problem
from mist_ci.schemaflux.rules import (
    sf007_blank_line,
    sf010_extension,
    sf011_file_too_big,
    sf012_row_count,
    sf114_format_not_taken,
    sf115_container_not_taken,
    sf906_target_retired,
)
from mist_ci.schemaflux.rules.of_targets import FILE_FACT_RULES

every_rule = pytest.mark.parametrize("rule", FILE_FACT_RULES, ids=lambda rule: rule.META.code)


def target(name: str) -> Target:
    return load_targets([name])[0]


def one(rule: FileFactRule, facts: FileFacts, name: str) -> Problem | None:
    found = list(rule.check(facts, target(name)))
    assert len(found) <= 1
    return found[0] if found else None


@every_rule
def test_the_bad_example_is_found_and_the_good_one_is_silent(rule: FileFactRule) -> None:
    meta = rule.META
    assert meta.target is not None
    found = one(rule, rule.BAD, meta.target)
    assert found is not None
    assert found.hint
    assert (found.severity or meta.severity) is meta.severity
    assert one(rule, rule.GOOD, meta.target) is None
    assert (meta.bad, meta.good) == (rule.BAD.shown(), rule.GOOD.shown())


@every_rule
def test_a_target_that_states_nothing_has_nothing_against_an_ordinary_file(rule: FileFactRule) -> None:
    silent = target("trl").model_copy(update={"limits": target("torchtune").limits})
    assert list(rule.check(replace(EXAMPLE, file_bytes=10**15, rows=10**9, blank_count=3), silent)) == []


@pytest.mark.parametrize("one_target", shipped_targets(), ids=lambda one: one.name)
def test_no_shipped_target_minds_a_thousand_rows_of_its_own_format(one_target: Target) -> None:
    facts = replace(EXAMPLE, format=one_target.formats[0], today=date(2026, 1, 1))
    found = [problem.message for rule in FILE_FACT_RULES for problem in rule.check(facts, one_target)]
    assert found == []


def test_a_limit_that_sources_dispute_holds_as_it_was_executed_or_read_in_code() -> None:
    size = 60_000_000_000  # the client refuses it, the documentation says 100 GB
    found = one(sf011_file_too_big, replace(EXAMPLE, file_bytes=size), "together")
    assert found is not None
    assert found.severity is None


def test_a_limit_of_documentation_that_another_source_permits_is_a_warning() -> None:
    docs = target("vertex")
    assert docs.limits.file_bytes is not None
    claim = Claim[int](value=10**10, source="another page")
    disputed = docs.limits.file_bytes.model_copy(update={"contradicts": (claim,)})
    limits = docs.limits.model_copy(update={"file_bytes": disputed})
    doubted = docs.model_copy(update={"limits": limits})
    (found,) = sf011_file_too_big.check(replace(EXAMPLE, file_bytes=5 * 10**9), doubted)
    assert found.severity is Severity.WARNING


def test_more_than_one_upload_takes_is_a_warning() -> None:
    found = one(sf011_file_too_big, replace(EXAMPLE, file_bytes=200_000_000), "azure")
    assert found is not None
    assert found.severity is Severity.WARNING


def test_too_many_rows_are_told_and_no_rows_are_left_to_another_rule() -> None:
    assert one(sf012_row_count, replace(EXAMPLE, rows=20_001), "bedrock-nova") is not None
    assert one(sf012_row_count, replace(EXAMPLE, rows=20_000), "bedrock-nova") is None
    assert one(sf012_row_count, replace(EXAMPLE, rows=0), "azure") is None
    single = one(sf012_row_count, replace(EXAMPLE, rows=1), "azure")
    assert single is not None
    assert single.message.startswith("1 row; ")


def test_extensions_are_those_of_the_file_not_of_its_directory() -> None:
    assert one(sf010_extension, replace(EXAMPLE, path="a.jsonl/train.json"), "together") is not None
    assert one(sf010_extension, replace(EXAMPLE, path="a.b/train.v2.jsonl"), "together") is None
    found = one(sf010_extension, replace(EXAMPLE, path="data/train.json"), "together")
    assert found is not None
    assert found.hint == "rename it to train.jsonl"


def test_a_blank_line_is_shown_where_it_is() -> None:
    found = one(sf007_blank_line, replace(EXAMPLE, blank_lines=(4, 9), blank_count=2), "mistral")
    assert found is not None
    assert (found.line, found.message.split(";")[0]) == (4, "2 blank lines")
    assert one(sf007_blank_line, replace(EXAMPLE, blank_lines=(4,), blank_count=1), "together") is None


def test_kinds_of_files() -> None:
    array, packed = (
        replace(EXAMPLE, container=Container.JSON_ARRAY),
        replace(EXAMPLE, compression=Compression.GZIP),
    )
    assert one(sf115_container_not_taken, array, "azure") is not None
    assert one(sf115_container_not_taken, array, "trl") is None
    found = one(sf115_container_not_taken, packed, "azure")
    assert found is not None
    assert "compressed (gzip)" in found.message
    assert one(sf115_container_not_taken, packed, "axolotl") is None


def test_a_format_that_is_not_taken_names_those_that_are() -> None:
    found = one(sf114_format_not_taken, sf114_format_not_taken.BAD, "vertex")
    assert found is not None
    assert found.message == "the rows are sharegpt; Gemini on Vertex AI takes vertex"


@pytest.mark.parametrize(
    ("today", "severity"),
    [
        (date(2026, 5, 6), None),
        (date(2026, 5, 7), Severity.WARNING),  # existing customers only
        (date(2026, 11, 26), Severity.WARNING),  # ends soon
        (date(2027, 1, 5), Severity.WARNING),
        (date(2027, 1, 6), Severity.WARNING),  # sources dispute the day
        (date(2027, 1, 7), Severity.ERROR),
    ],
)
def test_a_target_that_ends_is_a_warning_before_and_an_error_after(
    today: date, severity: Severity | None
) -> None:
    found = one(sf906_target_retired, replace(EXAMPLE, today=today), "openai")
    told = (found.severity or sf906_target_retired.META.severity) if found else None
    assert told == severity


def test_all_that_is_rejected_says_so() -> None:
    assert {rule.META.consequence for rule in FILE_FACT_RULES} == {Consequence.REJECTED}
