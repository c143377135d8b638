"""Claims: the policy chooses rules, targets and what is known; nothing that head brings changes any of it."""

from dataclasses import replace

import pytest

from mist_ci.errors import Code, ConfigError
from mist_ci.models.verdict import Outcome
from mist_ci.ports.sources import BytesSource
from mist_ci.schemaflux import Noted, Selection, Suppressions, read_baseline, write_baseline
from mist_ci.schemaflux.inspection import Inspection, Means
from mist_ci.schemaflux.lines import cuts
from mist_ci.schemaflux.run import validate
from tests.fakes import FakeModels, InlineExecutor, never
from tests.unit.schemaflux.checking import WordCounter
from tests.unit.test_pipeline import BASE, POLICY, Gated, gate, rows

EMPTY = '{"messages": [{"role": "user", "content": "Why?"}, {"role": "assistant", "content": ""}]}\n'
FILE = "data/train.jsonl"
AS_BEFORE = rows(range(1000, 1010))


def dataset(more: str) -> str:
    """The policy, with more about its data set."""
    return POLICY.replace("model: bot}", f"model: bot, {more}}}", 1)


def gated(more: str, change: dict[str, str], **base: str) -> Gated:
    before = {**BASE, "mist.yml": dataset(more) if more else POLICY, **base}
    return gate(change, base=before, models=FakeModels(never))


def baseline_of(content: str) -> str:
    """The baseline file of all that is wrong with a file."""
    noted: Noted = {}
    asked = Inspection("sft", [BytesSource(FILE, content.encode())])
    validate(asked, Means(InlineExecutor(), WordCounter(), noted=noted))
    return write_baseline(noted)


@pytest.mark.slow
def test_an_ignored_rule_is_silent_and_others_are_not() -> None:
    assert gated("", {FILE: EMPTY}).outcome is Outcome.FAILED
    assert gated("ignore: [SF212]", {FILE: EMPTY}).outcome is Outcome.PASSED
    assert gated("select: [SF3]", {FILE: EMPTY}).outcome is Outcome.PASSED
    assert gated("ignore: [SF3]", {FILE: EMPTY}).outcome is Outcome.FAILED


def test_a_rule_is_ignored_in_some_files_only() -> None:
    old = 'per_file_ignores: {"data/old/*.jsonl": [SF2]}'
    here = dataset(old).replace("data/*.jsonl,", "data/**/*.jsonl,")
    for path, outcome in (("data/old/a.jsonl", Outcome.PASSED), ("data/a.jsonl", Outcome.FAILED)):
        assert gate({path: EMPTY}, base={**BASE, "mist.yml": here}).outcome is outcome


def test_a_finding_of_the_baseline_is_known_wherever_its_row_is() -> None:
    known = {"known.txt": baseline_of(EMPTY)}
    done = gated("baseline: known.txt", {FILE: AS_BEFORE + EMPTY}, **known)
    assert done.outcome is Outcome.PASSED
    assert [(one.code, one.known) for one in done.report.data[0].findings] == [("SF212", True)]
    other = EMPTY.replace("Why", "How")
    assert gated("baseline: known.txt", {FILE: EMPTY + other}, **known).outcome is Outcome.FAILED


@pytest.mark.parametrize("more", ["ignore: [SF]", 'per_file_ignores: {"**": [SF]}', "baseline: known.txt"])
def test_head_cannot_excuse_its_own_data(more: str) -> None:
    change = {FILE: EMPTY, "mist.yml": dataset(more), "known.txt": baseline_of(EMPTY)}
    assert gated("", change).outcome is Outcome.FAILED


def test_the_baseline_of_base_counts_and_not_the_one_of_head() -> None:
    empty = write_baseline({})
    change = {FILE: EMPTY, "known.txt": baseline_of(EMPTY)}
    assert gated("baseline: known.txt", change, **{"known.txt": empty}).outcome is Outcome.FAILED
    emptied = {FILE: EMPTY, "known.txt": empty}
    assert (
        gated("baseline: known.txt", emptied, **{"known.txt": baseline_of(EMPTY)}).outcome is Outcome.PASSED
    )


@pytest.mark.parametrize("content", ["", "SF212\n", write_baseline({}) + "all of it\n"])
def test_a_baseline_that_is_none_is_a_configuration_error(content: str) -> None:
    done = gated("baseline: known.txt", {FILE: EMPTY}, **{"known.txt": content})
    assert done.outcome is Outcome.CONFIG_ERROR


def test_a_baseline_that_is_not_on_base_is_a_configuration_error() -> None:
    done = gated("baseline: known.txt", {FILE: EMPTY, "known.txt": baseline_of(EMPTY)})
    assert done.outcome is Outcome.CONFIG_ERROR


@pytest.mark.parametrize("more", ["select: [SF299]", "ignore: [SF4444]", "targets: [togther]"])
def test_a_name_that_nothing_has_is_a_configuration_error(more: str) -> None:
    done = gated(more, {FILE: EMPTY})
    assert done.outcome is Outcome.CONFIG_ERROR


@pytest.mark.parametrize("more", ["baseline: known.txt", "targets: [trl, ours.yaml]"])
def test_a_policy_whose_files_are_not_there_would_lock_out_what_comes_after_it(more: str) -> None:
    problem = gated("", {"mist.yml": dataset(more)}).report.problem
    assert problem is not None
    assert problem.code == Code.FILE_MISSING
    assert problem.where is not None
    assert (problem.where.field or "").startswith("datasets.sft.")


def test_the_nearest_target_is_named() -> None:
    problem = gated("targets: [togther]", {FILE: EMPTY}).report.problem
    assert problem is not None
    assert problem.code == Code.UNKNOWN_NAME
    assert "together" in (problem.hint or "")


def test_every_target_of_the_policy_is_judged() -> None:
    done = gated("targets: [trl, openai]", {FILE: rows(range(2000, 2020))})
    assert [one.target for one in done.report.data[0].targets] == ["trl", "openai"]


def test_what_is_ignored_in_a_file_counts_at_no_target() -> None:
    told = gated("targets: [openai]", {FILE: EMPTY}).report.data[0].targets
    quiet = (
        gated('targets: [openai], per_file_ignores: {"data/*": [SF]}', {FILE: EMPTY}).report.data[0].targets
    )
    assert told[0].verdict != "valid"
    assert quiet[0].verdict == "valid"


def test_a_target_of_ones_own_is_read_from_base() -> None:
    own = (
        "version: 1\nname: ours\ntitle: Ours\nkind: trainer\nas_of: 2026-11-01\nsummary: Ours.\n"
        "formats: [openai-chat]\nlimits: {rows_min: {value: %d, source: wiki, confidence: docs}}\n"
    )
    change = {FILE: rows(range(2000, 2020)), "ours.yaml": own % 1}
    done = gated("targets: [ours.yaml]", change, **{"ours.yaml": own % 1000})
    assert done.outcome is Outcome.FAILED
    assert {(one.code, one.target) for one in done.report.data[0].findings} >= {("SF012", "ours")}


def test_a_baseline_forgives_no_row_that_was_changed_and_the_order_decides_nothing() -> None:
    content = (AS_BEFORE + EMPTY + EMPTY.replace("Why", "How")).encode()
    noted: Noted = {}
    validate(
        Inspection("x", [BytesSource(FILE, content)]), Means(InlineExecutor(), WordCounter(), noted=noted)
    )
    again = b"".join(reversed(content.splitlines(keepends=True)))
    asked = Inspection(
        "x",
        [BytesSource(FILE, again)],
        suppressions=Suppressions(baseline={one: times for one, (_, _, times) in noted.items()}),
    )
    found = validate(asked, Means(InlineExecutor(), WordCounter()))
    assert (found.count_new, found.count_known) == (0, 2)


def test_all_copies_are_known_even_those_that_are_not_kept() -> None:
    content = (AS_BEFORE * 5).encode()
    noted: Noted = {}
    means = Means(InlineExecutor(), WordCounter(), noted=noted)
    before = validate(Inspection("x", [BytesSource(FILE, content)], keep=3), means)
    assert before.count_new == 40
    known = Suppressions(baseline={one: times for one, (_, _, times) in noted.items()})
    asked = Inspection("x", [BytesSource(FILE, content)], keep=3, suppressions=known)
    after = validate(asked, Means(InlineExecutor(), WordCounter()))
    assert (after.count_new, after.count_known) == (0, 40)
    ignored = Suppressions(per_file=((FILE, ("SF801",)),))
    asked = Inspection("x", [BytesSource(FILE, content)], selection=Selection(), suppressions=ignored)
    assert validate(asked, Means(InlineExecutor(), WordCounter())).counts == ()


def copies(number: int, *, base: int = 0) -> tuple[Inspection, ...]:
    """The same empty answer so often, with and without a base that has some of them."""
    before = [BytesSource(FILE, EMPTY.encode() * base)] if base else []
    return (
        Inspection(
            "x", [BytesSource(FILE, EMPTY.encode() * number)], before, selection=Selection(("SF212",))
        ),
    )


@pytest.mark.parametrize("keep", [2, 1000])
@pytest.mark.parametrize("size", [1, 3, 1000])
def test_a_baseline_excuses_as_many_as_it_recorded(
    keep: int, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mist_ci.schemaflux.run.cuts", lambda source: cuts(source, size * len(EMPTY)))
    known = read_baseline(baseline_of(EMPTY * 5).encode(), "known.txt")
    (asked,) = copies(8)
    asked = replace(asked, suppressions=Suppressions(baseline=known), keep=keep)
    found = validate(asked, Means(InlineExecutor(), WordCounter()))
    assert (found.count_new, found.count_known) == (3, 5)
    assert sum(not one.known for one in found.findings) == min(keep, 3)


def test_what_base_has_uses_up_the_baseline_first() -> None:
    known = read_baseline(baseline_of(EMPTY * 5).encode(), "known.txt")
    (asked,) = copies(8, base=5)
    asked = replace(asked, suppressions=Suppressions(baseline=known))
    found = validate(asked, Means(InlineExecutor(), WordCounter()))
    assert found.count_known == 5


def test_a_baseline_without_counts_excuses_any_number() -> None:
    title, line = baseline_of(EMPTY).splitlines()
    old = f"{title[:-1]}1\n{line[:16]}{line[18:]}\n"
    (asked,) = copies(8)
    asked = replace(asked, suppressions=Suppressions(baseline=read_baseline(old.encode(), "known.txt")))
    found = validate(asked, Means(InlineExecutor(), WordCounter()))
    assert (found.count_new, found.count_known) == (0, 8)


@pytest.mark.parametrize(
    "line", ["0123456789abcdef", "0123456789abcdef x SF212 a", "0123456789abcdef -1 SF212 a"]
)
def test_a_count_that_is_none_is_refused(line: str) -> None:
    title = baseline_of(EMPTY).splitlines()[0]
    with pytest.raises(ConfigError) as caught:
        read_baseline(f"{title}\n{line}\n".encode(), "known.txt")
    assert caught.value.code is Code.WRONG_VALUE


def test_a_row_that_says_a_key_twice_is_not_the_row_with_the_last_of_them() -> None:
    twice = EMPTY.replace('{"messages"', '{"messages": [], "messages"')
    known = read_baseline(baseline_of(EMPTY).encode(), "known.txt")
    assert set(read_baseline(baseline_of(twice).encode(), "known.txt")).isdisjoint(known)
    other = EMPTY.replace('{"messages"', '{"messages": [1], "messages"')
    assert read_baseline(baseline_of(twice).encode(), "a") != read_baseline(baseline_of(other).encode(), "a")


@pytest.mark.parametrize(
    ("pattern", "is_matched"),
    [
        ("data/old/*.jsonl", True), ("./data/old/*.jsonl", True), ("/data/old/*.jsonl", True), ("a.jsonl", True),
        ("*.jsonl", True), ("old", True), ("old/", True), ("data/", True), ("data/**/a.jsonl", True),
        ("old/*.jsonl", False), ("data/*.jsonl", False), ("a.jsonl/", False), ("**/old/*.jsonl", True),
        ("/old", False), ("/base/data/old/*", False),
    ],
)  # fmt: skip
def test_a_pattern_of_paths_is_read_as_in_gitignore(pattern: str, is_matched: bool) -> None:
    ignoring = Suppressions(((pattern, ("SF2",)),))
    assert ignoring.ignores("data/old/a.jsonl", "SF212") is is_matched
    assert bool(ignoring.unmatched(["data/old/a.jsonl"])) is not is_matched
    at = replace(ignoring, root="/base")
    assert at.ignores("/base/data/old/a.jsonl", "SF212") is is_matched


def test_a_dataset_info_beside_the_data_is_judged_and_what_base_has_is_known() -> None:
    info, bad = "data/dataset_info.json", '{"sft": {"file_name": "train.jsonl", "formatting": "openai"}}'
    change = {FILE: rows(range(1000, 1011))}
    for added in ({info: bad, **change}, {info: bad}):
        done = gated("", added)
        assert done.outcome is Outcome.FAILED
        assert [(one.code, one.known) for one in done.report.data[0].findings] == [("SF111", False)]
    done = gated("", change, **{info: bad})
    assert [(one.code, one.known) for one in done.report.data[0].findings] == [("SF111", True)]
