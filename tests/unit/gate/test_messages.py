"""Claims: eval.result messages say what was decided, and what is written can be read back, byte for byte."""

import json
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mist_ci.gate import eval_results
from mist_ci.models.message import Envelope, EvalResult, encode, payload_bytes
from mist_ci.models.span_line import MAX_MESSAGE_BYTES
from mist_ci.models.verdict import Outcome
from tests.unit.gate.building import (
    BASE,
    HEAD,
    answers,
    decide_attempts,
    make_suite,
    outcomes,
    suite_verdicts,
)

RUN = "0123456789abcdef" * 2
SUITES = [make_suite("skill", 60), make_suite("art", 12)]
PAIRS = {"skill": outcomes(60, gain=3, loss=5, wrong=2), "art": [*outcomes(11), (0.25, 0.75)]}
ATTEMPTS = [one for suite in SUITES for one in answers(suite, PAIRS[suite.name])]
DECISION = decide_attempts(SUITES, ATTEMPTS)
MESSAGES = list(eval_results(DECISION.models[0], SUITES, ATTEMPTS))


def test_there_is_one_message_per_sample_and_then_one_per_suite() -> None:
    tasks = {suite.name: [sample.id for sample in suite.samples] for suite in SUITES}
    found = [(message.suite, message.task) for message in MESSAGES]
    assert found == [(name, task) for name in ("art", "skill") for task in [*tasks[name], ""]]


def test_delta_is_score_less_baseline() -> None:
    for message in MESSAGES:
        assert message.score is not None
        assert message.baseline_score is not None
        assert message.delta == pytest.approx(message.score - message.baseline_score)


def test_a_suite_message_carries_its_interval_and_the_decision() -> None:
    for message in (one for one in MESSAGES if not one.task):
        verdict = suite_verdicts(DECISION)[message.suite]
        numbers = verdict.numbers.interval
        assert numbers is not None
        assert verdict.verdict is not None
        assert (message.n, message.interval) == (numbers.n, (numbers.low, numbers.high))
        assert message.decision == verdict.verdict.value
        assert message.passed is (verdict.outcome in (Outcome.PASSED, Outcome.NOT_PROVEN))


def test_a_message_names_models_version_and_sample() -> None:
    first = MESSAGES[0]
    assert (first.model, first.baseline_model) == (HEAD.model, BASE.model)
    assert (first.key, first.suite_digest) == ("art-key-0000", "sha256:art@1")
    assert first.duration_ms == 2.0


def test_a_missing_answer_has_no_score_no_delta_and_a_reason() -> None:
    suite = make_suite("skill", 60)
    pairs = [*outcomes(59), (1.0, None)]
    attempts = answers(suite, pairs)
    lost = list(eval_results(decide_attempts([suite], attempts).models[0], [suite], attempts))[59]
    assert (lost.score, lost.baseline_score, lost.delta, lost.passed) == (None, 1.0, None, False)
    assert lost.error == "no answer: timed out"


def test_without_a_baseline_there_is_no_delta() -> None:
    attempts = [one for one in ATTEMPTS if one.side == "head"]
    decision = decide_attempts(SUITES, attempts, baseline=False)
    messages = list(eval_results(decision.models[0], SUITES, attempts))
    assert {(message.delta, message.baseline_score, message.decision) for message in messages} == {
        (None, None, None)
    }


def test_a_suite_that_cannot_be_compared_says_why_and_did_not_pass() -> None:
    suite, pairs = make_suite("skill", 9), outcomes(9)
    attempts = answers(suite, pairs)
    whole = list(eval_results(decide_attempts([suite], attempts).models[0], [suite], attempts))[-1]
    assert (whole.passed, whole.decision, whole.interval) == (False, "not comparable", None)
    assert whole.error == "9 samples; at least 10 are needed to compare anything"


@pytest.mark.parametrize("message", [MESSAGES[0], MESSAGES[-1]], ids=["sample", "suite"])
def test_a_line_reads_back_as_the_same_message_under_its_checksum(message: EvalResult) -> None:
    line = encode(RUN, "eval.result", 1_700_000_000_000_000_000, message)
    assert b"\n" not in line
    envelope = Envelope.model_validate_json(line)
    assert (envelope.id, envelope.type, envelope.source) == (RUN, "eval.result", "mist-ci")
    assert envelope.checksum == zlib.crc32(payload_bytes(line))
    assert EvalResult.model_validate_json(payload_bytes(line)) == message
    assert json.loads(payload_bytes(line)) == envelope.payload


@pytest.mark.slow
@settings(deadline=None, max_examples=50)
@given(st.text(), st.text(min_size=1), st.sampled_from(['"payload": ', '\\"payload\\": {}', "\n", "\u2028"]))
def test_no_text_moves_where_the_payload_begins(task: str, source: str, trap: str) -> None:
    message = MESSAGES[0].model_copy(
        update={"task": trap + encodable(task), "error": encodable(source) + trap}
    )
    line = encode(RUN, "eval.result", 0, message, source=trap + encodable(source))
    envelope = Envelope.model_validate_json(line)
    assert envelope.checksum == zlib.crc32(payload_bytes(line))
    assert EvalResult.model_validate_json(payload_bytes(line)) == message


def encodable(text: str) -> str:
    """Text without lone surrogates, which UTF-8 cannot carry."""
    return text.encode("utf-8", "replace").decode()


def test_a_byte_that_was_changed_is_noticed() -> None:
    line = encode(RUN, "eval.result", 0, MESSAGES[0])
    forged = line.replace(b'"passed":true', b'"passed":trUe')
    assert forged != line
    assert zlib.crc32(payload_bytes(forged)) != zlib.crc32(payload_bytes(line))


def test_a_line_may_be_ten_mebibytes_long_and_not_a_byte_longer() -> None:
    empty = len(encode(RUN, "eval.result", 0, MESSAGES[0].model_copy(update={"error": ""})))
    room = MAX_MESSAGE_BYTES - empty
    full = MESSAGES[0].model_copy(update={"error": "x" * (room - 4)})
    line = encode(RUN, "eval.result", 0, full)
    # The checksum is written in decimal and may be shorter or longer by a digit or two.
    assert MAX_MESSAGE_BYTES - 13 <= len(line) <= MAX_MESSAGE_BYTES
    with pytest.raises(ValueError, match="over the limit of 10485760"):
        encode(RUN, "eval.result", 0, MESSAGES[0].model_copy(update={"error": "x" * (room + 10)}))


def test_a_reader_refuses_an_envelope_without_version_id_source_or_type() -> None:
    whole = json.loads(encode(RUN, "eval.result", 0, MESSAGES[0]))
    for missing in ("version", "id", "source", "type", "payload"):
        with pytest.raises(ValueError, match=missing):
            Envelope.model_validate({key: value for key, value in whole.items() if key != missing})
    for bent in ({"version": "2"}, {"id": "short"}, {"source": ""}, {"type": ""}):
        with pytest.raises(ValueError, match=next(iter(bent))):
            Envelope.model_validate(whole | bent)


def test_a_reader_ignores_fields_it_does_not_know() -> None:
    whole = json.loads(encode(RUN, "eval.result", 0, MESSAGES[0]))
    assert Envelope.model_validate(whole | {"later": 1}).id == RUN
