"""A suite in pieces, as a matrix of CI jobs runs it: the pieces are the whole, and never taken for it."""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import ASSISTANT, mist_ci, start_server, stop_server

REFERENCE = "models/assistant.yml"
SUITES = ("arithmetic", "lookup")
KEPT = 40


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The example with two short suites, tags, and a model server."""
    root = tmp_path_factory.mktemp("sharded")
    shutil.copytree(ASSISTANT, root, dirs_exist_ok=True)
    server = start_server()
    policy = re.sub(r"base_url: \S+", f"base_url: {server.base_url}", (root / "mist.yml").read_text())
    (root / "mist.yml").write_text(policy.replace(", reversal, lookup, sorting]", ", lookup]"))
    for file in (root / "suites").iterdir():
        if file.stem not in SUITES:
            file.unlink()
    for name in SUITES:
        data = root / "suites" / f"{name}.jsonl"
        rows = [json.loads(line) for line in data.read_text().splitlines()[:KEPT]]
        tagged = [row | {"tags": ["odd" if number % 2 else "even"]} for number, row in enumerate(rows)]
        data.write_text("\n".join(map(json.dumps, tagged)) + "\n")
    yield root
    stop_server(server)


def evaluated(place: Path, out: str, *options: str, reference: str = REFERENCE) -> Path:
    done = mist_ci("eval", reference, "--results-dir", out, *options, cwd=place)
    assert done.returncode == 0, done.stderr
    return place / out


def refused(place: Path, *arguments: str) -> str:
    done = mist_ci(*arguments, cwd=place)
    assert done.returncode == 2, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr


def records(directory: Path) -> list[dict[str, Any]]:
    (file,) = directory.rglob("attempts.jsonl")
    return [json.loads(line) for line in file.read_text().splitlines()]


def normal(directory: Path) -> bytes:
    """The records without what is another in every run: when each call began and ended."""
    (file,) = directory.rglob("attempts.jsonl")
    return re.sub(rb'"(start|end)_ns":\d+', rb'"\1_ns":0', file.read_bytes())


@pytest.fixture(scope="module")
def shards(place: Path) -> list[str]:
    names = [f"shard{number}" for number in (1, 2, 3)]
    for number, name in enumerate(names, start=1):
        evaluated(place, name, "--shard", f"{number}/3")
    return names


@pytest.fixture(scope="module")
def whole(place: Path) -> str:
    evaluated(place, "whole")
    return "whole"


def test_merged_shards_are_byte_for_byte_the_run_that_was_not_cut(
    place: Path, shards: list[str], whole: str
) -> None:
    assert [len(records(place / shard)) for shard in shards] == [28, 26, 26]
    for out, parts in (("merged", shards), ("backwards", shards[::-1]), ("canonical", [whole])):
        done = mist_ci("merge", *parts, "-o", out, cwd=place)
        assert done.returncode == 0, done.stderr
    assert normal(place / "merged") == normal(place / "backwards") == normal(place / "canonical")
    assert {one["portion"] for one in records(place / "merged")} == {"whole"}
    assert len(records(place / "merged")) == 2 * KEPT
    told = json.loads((place / "merged" / "eval.json").read_text())
    assert [(suite["asked"], suite["selected"], suite["samples"]) for suite in told["suites"]] == [
        (40, 40, 40)
    ] * 2
    assert told["finished"]
    assert len(told["merged"]) == 3
    traces = [next((place / shard).rglob("trace.jsonl")).read_bytes().splitlines() for shard in shards]
    merged_trace = (place / "merged" / "trace.jsonl").read_bytes()
    assert sorted(merged_trace.splitlines()) == sorted(line for lines in traces for line in lines)
    assert merged_trace == (place / "backwards" / "trace.jsonl").read_bytes()
    unsorted = sorted(records(place / whole), key=lambda one: (one["suite"], one["sample"]))
    merged = sorted(records(place / "merged"), key=lambda one: (one["suite"], one["sample"]))
    assert [one["output"] for one in merged] == [one["output"] for one in unsorted]


def test_a_part_is_never_compared_and_the_whole_is(place: Path, shards: list[str], whole: str) -> None:
    evaluated(place, "limited", "--limit", "30")
    for part, told in ((shards[0], "shard 1/3"), ("limited", "limit 30")):
        done = mist_ci("compare", whole, part, "--config", "mist.yml", cwd=place)
        assert done.returncode == 3, done.stdout
        assert f"only a part: {told}" in " ".join(done.stdout.split())
    (place / "other.yml").write_text((place / REFERENCE).read_text())
    evaluated(place, "again", "--shard", "1/2")
    evaluated(place, "again2", "--shard", "2/2")
    assert mist_ci("merge", "again", "again2", "-o", "rejoined", cwd=place).returncode == 0
    done = mist_ci("compare", whole, "rejoined", "--config", "mist.yml", cwd=place)
    assert done.returncode == 0, done.stdout + done.stderr


def test_results_say_what_was_asked_and_how_it_was_graded(place: Path, whole: str) -> None:
    first = records(place / whole)[0]
    assert re.fullmatch("[0-9a-f]{64}", first["prompt_hash"])
    assert first["grader"].startswith(("numeric@", "exact@"))
    assert len(first["suite_digest"]) == len(first["key"]) == 64


def test_missing_doubled_and_foreign_shards_are_refused(place: Path, shards: list[str], whole: str) -> None:
    assert "1 shard missing: 3/3" in refused(place, "merge", *shards[:2], "-o", "x")
    shutil.copytree(place / shards[0], place / "copy")
    assert "shard 1/3 is also in" in refused(place, "merge", "copy", *shards, "-o", "x")
    assert "it is no shard" in refused(place, "merge", whole, *shards, "-o", "x")
    evaluated(place, "quarter", "--shard", "1/4")
    assert "cut into 3 and 4" in refused(place, "merge", *shards, "quarter", "-o", "x")
    evaluated(place, "odd", "--shard", "3/3", "--tags", "odd")
    assert "it asked 'tags odd; shard 3/3'" in refused(place, "merge", *shards[:2], "odd", "-o", "x")
    reference = place / "models" / "other.yml"
    reference.write_text((place / REFERENCE).read_text().replace("model: base", "model: light"))
    evaluated(place, "light", "--shard", "3/3", reference="models/other.yml")
    assert "the model is 'light'" in refused(place, "merge", *shards[:2], "light", "-o", "x")
    run = next(one.name for one in (place / shards[0]).iterdir() if one.is_dir())
    assert "holds results already" in refused(place, "merge", *shards, "-o", f"{shards[0]}/{run}")
    assert "no eval.json" in refused(place, "merge", "models", "-o", "x")


def test_another_version_of_a_suite_and_a_run_that_broke_off_are_refused(
    place: Path, shards: list[str]
) -> None:
    data = place / "suites" / "lookup.jsonl"
    before = data.read_text()
    data.write_text("\n".join(before.splitlines()[:-1]) + "\n")
    evaluated(place, "changed", "--shard", "3/3")
    data.write_text(before)
    assert "suite lookup is another version" in refused(place, "merge", *shards[:2], "changed", "-o", "x")
    shutil.copytree(place / shards[2], place / "broken")
    (file,) = (place / "broken").rglob("eval.json")
    file.write_text(file.read_text().replace('"finished": true', '"finished": false'))
    assert "did not come to its end" in refused(place, "merge", *shards[:2], "broken", "-o", "x")
    file.write_text(file.read_text().replace('"finished": false', '"finished": true'))
    (lines,) = (place / "broken").rglob("attempts.jsonl")
    lines.write_text("\n".join(lines.read_text().splitlines()[:-1]) + "\n")
    assert "recorded, and 1" in refused(place, "merge", *shards[:2], "broken", "-o", "x")


def test_tags_names_and_limits_choose_in_hash_order(place: Path) -> None:
    odd = records(evaluated(place, "tags", "--tags", "odd", "--suite", "lookup"))
    even = records(evaluated(place, "not-tags", "--not-tags", "odd", "--suite", "lookup"))
    assert len(odd) == len(even) == KEPT // 2
    assert {one["sample"] for one in odd}.isdisjoint(one["sample"] for one in even)
    (place / "names.txt").write_text(f"{odd[0]['sample']}\n{even[0]['key']}\n")
    named = records(evaluated(place, "names", "--samples", "names.txt", "--suite", "lookup"))
    assert {one["sample"] for one in named} == {odd[0]["sample"], even[0]["sample"]}
    assert {one["portion"] for one in named} == {"2 chosen samples"}
    few, more = (
        {one["key"] for one in records(evaluated(place, f"limit{n}", "--limit", str(n), "--suite", "lookup"))}
        for n in (5, 9)
    )
    assert few < more
    assert (len(few), len(more)) == (5, 9)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--tags", "od"), "no sample has the tag 'od'\n  next: did you mean 'odd'?"),
        (("--not-tags", "xyz"), "no sample has the tag 'xyz'"),
        (("--samples", "lookup-nowhere"), "no sample is named 'lookup-nowhere'"),
        (("--tags", "odd", "--not-tags", "odd"), "nothing is left to ask"),
        (("--shard", "5/4"), "is no shard"),
        (("--shard", "0/4"), "is no shard"),
        (("--limit", "0"), "x>=1"),
        (("--samples", ","), "--samples names none"),
    ],
)
def test_what_chooses_nothing_is_refused_before_anybody_is_asked(
    place: Path, options: tuple[str, ...], words: str
) -> None:
    assert words in refused(place, "eval", REFERENCE, "--results-dir", "none", *options)
    assert not (place / "none").exists()


def test_more_shards_than_samples_leave_some_with_nothing_to_do(place: Path) -> None:
    options = ("--suite", "lookup", "--limit", "2")
    parts = [str(evaluated(place, f"of3-{n}", *options, "--shard", f"{n}/3").name) for n in (1, 2, 3)]
    done = mist_ci("merge", *parts, "-o", "joined", cwd=place)
    assert done.returncode == 0, done.stderr
    assert len(records(place / "joined")) == 2
