"""Claims about parts of an evaluation that no model server is needed for."""

import itertools
from dataclasses import replace

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mist_ci.errors import ConfigError
from mist_ci.matchspec import Part, load, merge, of_shard, read, read_part, selected
from mist_ci.matchspec.importers import ResultFile, import_results
from mist_ci.models.attempt import Attempt, AttemptStatus, Side
from mist_ci.models.eval_run import WHOLE, EvalRun, EvalSuite, Selection, Shard
from mist_ci.models.record import FINISHED
from mist_ci.models.suite import Suite
from tests.fakes import InlineExecutor, MemoryTree


def suite(size: int) -> Suite:
    rows = "\n".join(
        f'{{"id": "s{n}", "input": "{n}?", "expected": "{n}", "tags": ["t{n % 3}"]}}' for n in range(size)
    )
    files = {"s.yml": "version: 1\nname: s\ngraders: [exact]\ndata: r.jsonl\n", "r.jsonl": rows}
    return load(read(MemoryTree(files), "s.yml"), InlineExecutor())


def asked(one: Suite, selection: Selection) -> Part:
    """What `mist-ci eval` would leave."""
    chosen = selected(one, selection)
    samples = of_shard(chosen, selection)
    attempts = [
        Attempt(
            side=Side.HEAD, suite="s", suite_digest=one.digest, sample=sample.id, key=sample.key, attempt=0,
            status=AttemptStatus.SCORED, score=1.0, scores={"exact": 1.0}, output=sample.id, provider="p", model="m",
            start_ns=1, end_ns=2, prompt_hash=sample.prompt_hash, grader=one.grader_fingerprint,
            portion=selection.label,
        )
        for sample in samples
    ]  # fmt: skip
    told = EvalSuite(
        name="s",
        digest=one.digest,
        samples=len(one.samples),
        selected=len(chosen),
        asked=len(samples),
        attempts=1,
    )
    run = EvalRun(
        version=1, run=f"run {selection.label}", reference="m.yml", reference_digest="sha256:" + "0" * 64, provider="p",
        model="m", selection=selection, suites=(told,), finished=True,
    )  # fmt: skip
    return Part(selection.label, run, tuple(reversed(attempts)))


@given(
    size=st.integers(1, 40), count=st.integers(1, 7), limit=st.one_of(st.none(), st.integers(1, 50)),
    order=st.randoms(use_true_random=False), tags=st.sampled_from([(), ("t0",), ("t0", "t2")]),
)  # fmt: skip
def test_shards_are_disjoint_even_and_together_the_whole(
    size: int, count: int, limit: int | None, order: st.DataObject, tags: tuple[str, ...]
) -> None:
    one = suite(size)
    whole = Selection(limit=limit, tags=tags)
    parts = [
        asked(one, whole.model_copy(update={"shard": Shard(index=index, count=count)}))
        for index in range(1, count + 1)
    ]
    sizes = [len(part.attempts) for part in parts]
    assert max(sizes) - min(sizes) <= 1
    order.shuffle(parts)  # type: ignore[attr-defined]  # a Random, whatever its type says
    merged, direct = merge(parts, "out"), merge([asked(one, whole)], "out")
    assert merged.attempts == direct.attempts
    assert merged.run.model_copy(update={"merged": ()}) == direct.run.model_copy(update={"merged": ()})
    assert [attempt.key for attempt in merged.attempts] == [sample.key for sample in selected(one, whole)]
    assert {attempt.portion for attempt in merged.attempts} <= {whole.label}


def test_no_two_selections_are_called_the_same() -> None:
    pieces: list[dict[str, object]] = [
        {"tags": ("a",)}, {"not_tags": ("a",)}, {"limit": 3}, {"shard": Shard(index=1, count=2)}, {"samples": ("a",)},
    ]  # fmt: skip
    labels = [
        Selection.model_validate({key: value for one in chosen for key, value in one.items()}).label
        for size in range(len(pieces) + 1)
        for chosen in itertools.combinations(pieces, size)
    ]
    assert len(set(labels)) == len(labels)
    assert Selection().label == WHOLE


def imported(attempts: tuple[Attempt, ...]) -> set[tuple[str, str | None]]:
    data = b"\n".join(map(msgspec.json.encode, attempts))
    found = import_results([ResultFile("attempts.jsonl", data)])
    return {(record.source.status, record.side) for record in found}


def test_a_part_is_imported_as_unfinished_and_a_whole_as_either_side() -> None:
    one = suite(6)
    assert imported(asked(one, Selection()).attempts) == {(FINISHED, None)}
    ((status, side),) = imported(asked(one, Selection(limit=2)).attempts)
    assert (status.startswith("only a part: limit 2"), side) == (True, None)


def test_records_of_older_versions_are_read_as_before() -> None:
    line = msgspec.to_builtins(asked(suite(1), Selection()).attempts[0])
    old = {key: value for key, value in line.items() if key not in {"prompt_hash", "grader", "portion"}}
    found = import_results([ResultFile("attempts.jsonl", msgspec.json.encode(old))])
    assert [(record.source.status, record.side, record.prompt_hash) for record in found] == [
        (FINISHED, "head", "")
    ]


@pytest.mark.parametrize(
    ("run", "attempts", "words"),
    [
        (b"{}", b"", "eval.json is not of `mist-ci eval`"),
        (b"nonsense", b"", "eval.json is not of `mist-ci eval`"),
        (b'{"version": 2}', b"", "eval.json"),
    ],
)
def test_files_that_are_something_else_are_refused(run: bytes, attempts: bytes, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        read_part("place", run, attempts)
    good = asked(suite(1), Selection()).run.model_dump_json().encode()
    with pytest.raises(ConfigError, match=r"line 2 of attempts\.jsonl"):
        read_part("place", good, b"\nnonsense\n")


@pytest.mark.parametrize("what", ["attempts", "samples", "selected"])
def test_shards_that_asked_in_another_way_are_not_joined(what: str) -> None:
    """Attempts are no part of a suite's digest."""
    one = suite(4)
    parts = [asked(one, Selection(shard=Shard(index=index, count=2))) for index in (1, 2)]
    told = parts[1].run.suites[0].model_copy(update={what: 3})
    other = replace(parts[1], run=parts[1].run.model_copy(update={"suites": (told,)}))
    with pytest.raises(ConfigError, match=rf"the suite s has 3 {what}, and in shard 1/2 \d"):
        merge([parts[0], other], "merged")
