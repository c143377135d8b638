"""Claims about Inspect's logs, on files that Inspect really wrote and on changed copies of them."""

import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mist_ci.adapters import archives
from mist_ci.errors import ConfigError
from mist_ci.matchspec.importers import ResultFile, Wish, import_results, inspect_log
from mist_ci.models.record import FINISHED, Record, RecordStatus
from tests.unit.matchspec.importers.reading import DATA, by_case, refusal, unplaced

Log = dict[str, Any]
LOG = "inspect/base/arithmetic.json"


def archive(name: str) -> ResultFile:
    data = (DATA / name).read_bytes()
    return ResultFile(name, data, archives.unpack(data, name))


def log() -> Log:
    loaded: Log = json.loads((DATA / LOG).read_bytes())
    return loaded


def written(log: Log, name: str = "log.json") -> ResultFile:
    return ResultFile(name, json.dumps(log).encode())


def changed(change: Callable[[Log], object]) -> ResultFile:
    made = log()
    change(made)
    return written(made)


def sample(change: Callable[[Log], object]) -> Record:
    """The first sample's record after a change to it, by its first scorer."""
    made = log()
    made["samples"].sort(key=lambda one: (one["id"], one["epoch"]))
    change(made["samples"][0])
    return import_results([written(made)], Wish(grader="last_number"))[0]


def scored(value: object, **more: object) -> Record:
    return sample(lambda one: one["scores"].update(last_number={"value": value, **more}))


def read(file: ResultFile, grader: str | None = None) -> tuple[Record, ...]:
    return import_results([file], Wish(grader=grader))


def test_every_sample_of_a_zstandard_archive_is_a_record() -> None:
    file = archive("inspect/naive/reversal.eval")
    records = read(file)
    assert len(records) == len({record.case_key for record in records}) == 10
    one = by_case(records)["reversal-74042"]
    assert (one.suite, one.model, one.grader) == ("reversal", "openai-api/tiny/naive", "exact_answer")
    assert (one.input, one.expected, one.source.status) == ("Reverse 74042.", "24047", FINISHED)
    assert (one.tokens.input, one.tokens.output) == (11, 6)
    assert one.latency_ms is not None
    told = json.loads((file.members or {})["header.json"])["results"]["scores"][0]["metrics"]["accuracy"][
        "value"
    ]
    assert sum(record.value or 0 for record in records) / 10 == pytest.approx(told)


def test_both_models_were_asked_the_same_and_graded_alike() -> None:
    base, naive = (by_case(read(archive(f"inspect/{model}/reversal.eval"))) for model in ("base", "naive"))
    assert base.keys() == naive.keys()
    for case, record in base.items():
        other = naive[case]
        for name in ("case_key", "prompt_hash", "grader_fingerprint", "target_hash", "input_hash"):
            assert getattr(record, name) == getattr(other, name)


def test_epochs_are_repeats_and_both_scorers_are_kept() -> None:
    records = read(written(log()), "last_number")
    assert sorted((record.case_id, record.repeat) for record in records) == [
        ("arithmetic-57-83", 0), ("arithmetic-57-83", 1), ("arithmetic-77-22", 0), ("arithmetic-77-22", 1)]  # fmt: skip
    assert all(record.scores.keys() == {"exact_answer"} for record in records)


def test_an_archive_and_a_document_give_the_same_cases() -> None:
    document = by_case(read(written(log()), "last_number"))
    packed = by_case(read(archive("inspect/base/arithmetic.eval")))
    assert all(packed[case].case_key == record.case_key for case, record in document.items())


@given(st.permutations(range(4)))
def test_the_order_of_samples_never_matters(order: list[int]) -> None:
    made = log()
    straight = read(written(made), "last_number")
    made["samples"] = [made["samples"][index] for index in order]
    assert unplaced(read(written(made), "last_number")) == unplaced(straight)


def test_ids_never_matter_to_the_case() -> None:
    def rename(log: Log) -> None:
        for index, one in enumerate(log["samples"]):
            one["id"] = 1000 - index

    keys = {record.case_key for record in read(written(log()), "last_number")}
    renamed = read(changed(rename), "last_number")
    assert {record.case_key for record in renamed} == keys
    assert sorted(record.repeat for record in renamed) == [0, 0, 1, 1]


def test_messages_are_known_without_the_ids_that_every_run_draws() -> None:
    def ask(name: str) -> Callable[[Log], object]:
        return lambda one: one.update(input=[{"role": "user", "content": "Add.", "id": name}])

    assert sample(ask("a")).case_key == sample(ask("b")).case_key
    assert sample(ask("a")).input == "user: Add."


def test_what_was_moved_to_attachments_is_the_same_case() -> None:
    moved = {"input": "attachment://abc", "attachments": {"abc": "Add 57 and 83."}}
    assert sample(lambda one: one.update(moved)).case_key == sample(lambda _: None).case_key
    lost = changed(lambda log: log["samples"][0].update(moved, attachments={}))
    assert "attachment 'abc' is missing" in refusal(lost, grader="last_number").message


@pytest.mark.parametrize(
    ("value", "score"),
    [("C", 1), ("I", 0), ("P", 0.5), (0.25, 0.25), (True, 1), (False, 0), ("yes", 1), ("No", 0), ("0.75", 0.75)],
)  # fmt: skip
def test_scores_are_read_as_inspect_counts_them(value: object, score: float) -> None:
    record = scored(value)
    assert (record.value, record.status) == (score, RecordStatus.OK)


@pytest.mark.parametrize("value", ["B", "", 7, -0.1, 1e400, [], None])
def test_what_is_no_score_is_refused_or_missing_and_never_a_zero(value: object) -> None:
    if value is None:
        assert scored(value).status is RecordStatus.ERROR
    elif value == []:
        assert scored(value).reason == "not scored by last_number"
    else:
        with pytest.raises(ConfigError, match="MC113"):
            scored(value)


def test_who_failed_decides_whether_a_sample_counts() -> None:
    nan = float("nan")
    outcomes = {
        "no answer": scored("N"),
        "refusal": scored(nan, reason="refusal"),
        "no_response": scored("I", reason="no_response"),
        "limit: token": sample(lambda one: one.update(limit={"type": "token", "limit": 10})),
        "stopped: max_tokens": sample(
            lambda one: one["output"]["choices"][0].update(stop_reason="max_tokens")
        ),
        "empty answer": sample(
            lambda one: (
                one["output"]["choices"][0]["message"].update(content=" "),
                one["scores"].update(last_number={"value": "I"}),
            )
        ),
    }
    for reason, record in outcomes.items():
        assert (record.status, record.reason) == (RecordStatus.FAIL, reason)
        assert record.value is not None
    missing = {
        "boom": sample(lambda one: one.update(error={"message": "boom\nat line 1", "traceback": "…"})),
        "invalidated: wrong": sample(lambda one: one.update(invalidation={"reason": "wrong"})),
        "limit: time": sample(lambda one: one.update(limit={"type": "time", "limit": 10})),
        "unscored": scored(nan),
        "grader_failed": scored("I", reason="grader_failed"),
        "scoring_failed": scored(nan, metadata={"unscored_reason": "scoring_failed"}),
        "not scored by last_number": sample(lambda one: one.update(scores=None)),
    }
    for reason, record in missing.items():
        assert (record.status, record.reason, record.value) == (RecordStatus.ERROR, reason, None)
        assert not record.prompt_hash


def test_cost_and_latency_are_told_or_unknown() -> None:
    def spend(cost: object, seconds: object) -> tuple[Decimal | None, float | None]:
        def change(one: Log) -> None:
            one["working_time"] = seconds
            one["model_usage"]["openai-api/tiny/base"]["total_cost"] = cost

        record = sample(change)
        return record.cost_usd, record.latency_ms

    assert spend(0.25, 0.5) == (Decimal("0.25"), 500)
    assert spend(None, None) == spend(float("nan"), float("nan")) == (None, None)


def test_tokens_of_a_grader_are_not_the_models_and_cached_ones_are_input() -> None:
    def change(one: Log) -> None:
        one["model_usage"]["openai/judge"] = {"input_tokens": 1000, "output_tokens": 1000}
        one["model_usage"]["openai-api/tiny/base"] |= {"input_tokens": 5, "input_tokens_cache_read": 7}

    tokens = sample(change).tokens
    assert (tokens.input, tokens.output, tokens.cache_read) == (12, 4, 7)


def test_several_scorers_need_a_wish_and_are_listed() -> None:
    assert "several scores: 'last_number', 'exact_answer'" in refusal(written(log())).message
    error = refusal(written(log()), grader="match")
    assert (error.message, error.hint) == (
        "has no score named 'match'",
        "there are: 'last_number', 'exact_answer'",
    )


def test_values_with_parts_are_named_by_their_key() -> None:
    def judge(log: Log) -> None:
        for one in log["samples"]:
            one["scores"] = {"judge": {"value": {"tone": "C", "facts": 0.25}}}
        log["samples"][0]["scores"]["judge"] = {"value": float("nan"), "reason": "grader_failed"}

    assert "several scores: 'judge.tone', 'judge.facts'" in refusal(changed(judge)).message
    values = sorted((record.value or 0, record.reason) for record in read(changed(judge), "judge.facts"))
    assert values == [(0, "grader_failed"), (0.25, ""), (0.25, ""), (0.25, "")]


@pytest.mark.parametrize("status", ["started", "cancelled", "error"])
def test_a_run_that_did_not_end_well_says_so(status: str) -> None:
    assert {
        record.source.status for record in read(changed(lambda log: log.update(status=status)), "last_number")
    } == {status}


def test_a_sample_that_is_gone_is_told() -> None:
    (status,) = {
        record.source.status for record in read(changed(lambda log: log["samples"].pop()), "last_number")
    }
    assert status == "unfinished: 3 of 4 samples"


def test_an_archive_without_a_header_was_only_started() -> None:
    whole = archive("inspect/base/reversal.eval")
    members = {name: data for name, data in (whole.members or {}).items() if name != "header.json"}
    assert {record.source.status for record in read(replace(whole, members=members))} == {"started"}


def test_an_unknown_version_names_the_one_that_is_understood() -> None:
    error = refusal(changed(lambda log: log.update(version=3)), grader="last_number")
    assert error.message == "is version 3 of Inspect's logs; version 2 is understood"
    assert "version 2" in str(error.hint)
    assert str(error.where) == "log.json: version"


def test_a_header_alone_has_no_samples() -> None:
    assert "has no samples" in refusal(changed(lambda log: log.pop("samples"))).message


def test_a_sample_twice_and_a_task_twice_are_refused() -> None:
    twice = changed(lambda log: log["samples"].append(log["samples"][0]))
    assert "is in the log twice" in refusal(twice).message
    assert "is in log.json as well" in refusal(written(log()), written(log(), "retry.json")).message


def test_two_models_are_two_sides() -> None:
    files = [archive("inspect/base/reversal.eval"), archive("inspect/naive/reversal.eval")]
    assert "several models: 'openai-api/tiny/base'" in refusal(*files).message
    assert len(import_results(files, Wish(model="openai-api/tiny/naive"))) == 10


def test_one_name_is_for_one_task() -> None:
    files = [archive("inspect/base/reversal.eval"), archive("inspect/base/arithmetic.eval")]
    assert {record.suite for record in import_results(files)} == {"reversal", "arithmetic"}
    assert "'reversal', 'arithmetic'" in refusal(*files, suite="mine").message
    assert {record.suite for record in import_results(files[:1], Wish(suite="mine"))} == {"mine"}


def test_other_settings_are_another_prompt_and_other_patience_is_not() -> None:
    def hashed(**config: object) -> str:
        made = changed(lambda log: log["plan"]["config"].update(config))
        return read(made, "last_number")[0].prompt_hash

    assert hashed(temperature=1) != hashed()
    assert hashed(top_p=0.9) != hashed()
    assert hashed(max_connections=3, timeout=7) == hashed()


def test_a_big_sample_in_pieces_is_the_same_sample() -> None:
    whole = archive("inspect/base/reversal.eval")
    members = in_pieces(dict(whole.members or {}))
    assert unplaced(read(replace(whole, members=members))) == unplaced(read(whole))
    first = next(name for name in members if "/messages/" in name)
    del members[first]
    with_gap = {**members, first.replace("/0.json", "/1.json"): b"[]"}
    assert "a piece of the sample is missing" in refusal(replace(whole, members=with_gap)).message


def in_pieces(members: dict[str, bytes]) -> dict[str, bytes]:
    """Every sample as Inspect's converter lays out big ones: two messages to a piece, long texts by number."""
    for name in [name for name in members if name.startswith("samples/")]:
        one = json.loads(members.pop(name))
        directory = name.removesuffix(".json")
        messages = [{"role": "system", "content": "of another branch"}, *one.pop("messages")]
        members |= {
            f"{directory}/messages/{at}.json": json.dumps(messages[at : at + 2]).encode()
            for at in range(0, len(messages), 2)
        }
        members[f"{directory}/attachments/0.json"] = json.dumps(["unused", one["input"]]).encode()
        shell = {**one, "input": "attachment://1", "message_refs": [[1, 3]]}
        members[f"{directory}/sample.json"] = json.dumps(shell).encode()
    return members


@given(st.binary(max_size=300))
def test_arbitrary_bytes_never_crash(data: bytes) -> None:
    for file in (
        ResultFile("a.json", data),
        ResultFile("a.eval", b"", {"header.json": data, "samples/1_epoch_1.json": data}),
    ):
        inspect_log.recognises(file)
        with pytest.raises(ConfigError):
            inspect_log.read([file], Wish())


LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
)


@pytest.mark.slow
@given(st.data())
def test_a_field_of_the_wrong_type_is_an_error_or_does_not_matter(data: st.DataObject) -> None:
    made = log()
    part: Any = data.draw(
        st.sampled_from([made, made["eval"], made["results"], made["plan"], *made["samples"]])
    )
    while True:
        name = data.draw(st.sampled_from(sorted(part) if isinstance(part, dict) else range(len(part))))
        if not isinstance(part[name], dict | list) or not part[name] or data.draw(st.booleans()):
            break
        part = part[name]
    part[name] = data.draw(JSON)
    try:
        records = inspect_log.read([written(made)], Wish(grader="last_number"))
    except ConfigError as error:
        assert error.where is not None  # noqa: PT017 - not every input is refused
    else:
        finished = {record.source.status for record in records} == {FINISHED}
        assert len(records) == 4 or not finished
