"""Claims about every wire format, over real HTTP with a stand-in that speaks it (claim level: spec).

All that is sent, and all that the stand-in says, fits the schemas of the vendors' own packages.
"""

import dataclasses
import json
import logging
import random
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

import anyio
import pytest

from mist_ci.adapters.providers import ProviderClients, wire_of
from mist_ci.adapters.providers.retrying import Retrying
from mist_ci.errors import Code, CouldNotRun
from mist_ci.models.config import Limits, Provider
from mist_ci.models.modelref import Parameters
from mist_ci.models.suite import ChatMessage, Tool, ToolCall
from mist_ci.ports.model_client import Completion, NoAnswer, Request
from tests.contract import fault_server as faults
from tests.contract.asking import HASTY, KEY, NOW, PATIENT
from tests.contract.fault_server import Behaviour, FaultServer, Seen
from tests.contract.providers.vendors import CACHED, READ, REASONED, VENDORS, WRITTEN, Vendor, problems

each = pytest.mark.parametrize("vendor", VENDORS, ids=lambda vendor: vendor.name)
TOOLED = [vendor for vendor in VENDORS if vendor.call]
with_tools = pytest.mark.parametrize("vendor", TOOLED, ids=lambda vendor: vendor.name)
WEATHER = Tool(
    name="weather",
    description="The weather of a city",
    parameters={"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
)
USER = ChatMessage(role="user", content="6*7?")
QUESTION = Request("tiny", (USER,), Parameters())


@dataclass
class Told:
    """What came of some questions."""

    answers: list[Completion | NoAnswer] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)

    @property
    def completion(self) -> Completion:
        (one,) = self.answers
        assert isinstance(one, Completion), one
        return one


def ask(
    vendor: Vendor, *script: Behaviour, limits: Limits = PATIENT, requests: tuple[Request, ...] = (QUESTION,)
) -> Told:
    """Asks a stand-in that plays a script. Everything that was sent fits the vendor's schema."""
    told = Told()

    async def sleep(seconds: float) -> None:
        told.waits.append(seconds)

    async def run(url: str) -> None:
        retrying = Retrying(sleep=sleep, uniform=random.Random(7).uniform, now=lambda: NOW)
        client = ProviderClients({"LLM_KEY": KEY}, retrying).open("prod", vendor.provider(url, limits))
        try:
            for request in requests:
                told.answers.append(await client.complete(request))
        finally:
            await client.aclose()

    with FaultServer(*script or (vendor.answers(),)) as server:
        try:
            anyio.run(run, server.url)
        finally:
            told.seen = server.seen
    for one in told.seen:
        assert problems(vendor.schema, "request", one.body) == []
    return told


def refusal(vendor: Vendor, behaviour: Behaviour) -> CouldNotRun:
    """How a question is refused."""
    with pytest.raises(CouldNotRun) as caught:
        ask(vendor, behaviour)
    assert caught.value.code is Code.PROVIDER_REFUSED
    return caught.value


# ── what is asked ──────────────────────────────────────────────────────────────────────────────────────────


@each
def test_a_question_goes_to_its_address_with_the_key_in_its_header_only(vendor: Vendor) -> None:
    (seen,) = ask(vendor).seen
    assert seen.path == vendor.path
    headers = {name.lower(): value for name, value in seen.headers.items()}
    assert headers.pop(vendor.key_header.lower()) == vendor.key_before + KEY
    assert KEY not in repr((seen.path, headers, seen.body))
    assert vendor.asked(seen.body) == "6*7?"


@each
def test_what_the_system_says_is_where_the_vendor_wants_it(vendor: Vendor) -> None:
    messages = (ChatMessage(role="system", content="Answer briefly."), USER)
    (seen,) = ask(vendor, requests=(Request("tiny", messages, Parameters()),)).seen
    assert vendor.system(seen.body) == "Answer briefly."
    assert vendor.asked(seen.body) == "6*7?"


@each
def test_a_developer_is_understood_everywhere(vendor: Vendor) -> None:
    messages = (ChatMessage(role="developer", content="Answer briefly."), USER)
    (seen,) = ask(vendor, requests=(Request("tiny", messages, Parameters()),)).seen
    assert "Answer briefly." in repr(seen.body)
    assert vendor.asked(seen.body) == "6*7?"


ALL = {"max_tokens": 9, "stop": ("a", "b"), "seed": 1, "reasoning_effort": "low"}


@each
def test_every_parameter_is_sent_or_refused_and_none_is_dropped(vendor: Vendor) -> None:
    for name, value in ALL.items():
        request = Request("tiny", (USER,), Parameters.model_validate({name: value}))
        if name in vendor.unsent - {"reasoning_effort"}:
            with pytest.raises(CouldNotRun, match=name):
                ask(vendor, requests=(request,))
        elif name not in vendor.unsent:
            (seen,) = ask(vendor, requests=(request,)).seen
            (plain,) = ask(vendor).seen
            assert seen.body != plain.body
    (seen,) = ask(vendor, requests=(Request("tiny", (USER,), Parameters(max_tokens=9)),)).seen
    assert vendor.limit(seen.body) == 9


SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"id": {"type": "string"}, "better": {"type": "string", "enum": ["first", "second"]}},
    "required": ["id", "better"],
    "additionalProperties": False,
}


@each
def test_a_schema_of_the_answer_is_sent_wherever_the_format_has_a_place_for_it(vendor: Vendor) -> None:
    parameters = Parameters(reasoning_effort=None if "reasoning_effort" in vendor.unsent else "low")
    request = Request("tiny", (USER,), parameters, reply_schema=SCHEMA)
    (seen,) = ask(vendor, requests=(request,)).seen
    if vendor.held is None:
        assert vendor.name == "openai-completions"
        assert seen.body == ask(vendor).seen[0].body
        return
    order = {"propertyOrdering": ["id", "better"]} if vendor.name == "gemini" else {}
    assert vendor.held(seen.body) == SCHEMA | order
    if vendor.name == "gemini":
        assert "'responseMimeType': 'application/json'" in repr(seen.body)
    if vendor.name == "anthropic":
        assert "'output_config': {'effort': 'low'" in repr(seen.body)


@with_tools
def test_a_tool_is_offered_with_its_schema(vendor: Vendor) -> None:
    (seen,) = ask(vendor, requests=(Request("tiny", (USER,), Parameters(), (WEATHER,)),)).seen
    assert vendor.offered
    assert vendor.offered(seen.body) == ("weather", WEATHER.parameters)


@with_tools
def test_a_conversation_with_calls_and_results_fits_the_schema(vendor: Vendor) -> None:
    calls = (
        ToolCall(id="call_1", name="weather", arguments='{"city": "Oslo"}'),
        ToolCall(id="call_2", name="weather", arguments="{}"),
    )
    messages = (
        USER,
        ChatMessage(role="assistant", content="Let me look.", tool_calls=calls),
        ChatMessage(role="tool", content="rain in Oslo", tool_call_id="call_1"),
        ChatMessage(role="tool", content="sun elsewhere", tool_call_id="call_2"),
        ChatMessage(role="user", content="And tomorrow?"),
    )
    (seen,) = ask(vendor, requests=(Request("tiny", messages, Parameters(), (WEATHER,)),)).seen
    sent = repr(seen.body)
    assert (
        sent.index("6*7?")
        < sent.index("Let me look.")
        < sent.index("rain in Oslo")
        < sent.index("sun elsewhere")
    )
    assert vendor.asked(seen.body) == "And tomorrow?"


# ── what an answer is ──────────────────────────────────────────────────────────────────────────────────────


@each
def test_the_stand_in_speaks_as_the_vendor_does(vendor: Vendor) -> None:
    documents = [vendor.say("42", "stop"), vendor.say("4", "length"), vendor.refused, vendor.logprobs]
    documents += [vendor.call("weather", {"city": "Oslo"})] if vendor.call else []
    for document in documents:
        if document is not None:
            assert problems(vendor.schema, "reply", document) == []


@each
def test_an_answer_has_its_text_and_its_tokens(vendor: Vendor) -> None:
    answer = ask(vendor, vendor.answers("It is 42.")).completion
    assert (answer.text, answer.finish_reason, answer.refusal) == ("It is 42.", "stop", False)
    assert (answer.tokens_in, answer.tokens_out) == (READ, WRITTEN)
    assert (answer.tokens_cached, answer.tokens_reasoning) == (CACHED, REASONED)


@each
def test_an_answer_that_was_cut_says_so(vendor: Vendor) -> None:
    answer = ask(vendor, vendor.answers("It is", "length")).completion
    assert (answer.text, answer.finish_reason) == ("It is", "length")


@each
def test_an_empty_answer_is_an_answer(vendor: Vendor) -> None:
    answer = ask(vendor, vendor.answers("")).completion
    assert (answer.text, answer.tool_calls) == ("", ())


@with_tools
def test_a_call_of_a_tool_is_its_name_and_its_arguments(vendor: Vendor) -> None:
    assert vendor.call
    answer = ask(vendor, faults.reply(200, vendor.call("weather", {"city": "Oslo"}))).completion
    assert answer.tool_calls == (ToolCall(id="call_1", name="weather", arguments='{"city": "Oslo"}'),)
    assert answer.finish_reason == "tool_calls"


@pytest.mark.parametrize("vendor", [one for one in VENDORS if one.refused], ids=lambda vendor: vendor.name)
def test_a_refusal_of_the_model_is_marked(vendor: Vendor) -> None:
    answer = ask(vendor, faults.reply(200, vendor.refused)).completion
    assert answer.refusal
    assert answer.text == ""


@pytest.mark.parametrize("vendor", [one for one in VENDORS if one.logprobs], ids=lambda vendor: vendor.name)
def test_log_probabilities_of_the_first_token_arrive(vendor: Vendor) -> None:
    asked = Request("tiny", (USER,), Parameters(), top_logprobs=5)
    answer = ask(vendor, faults.reply(200, vendor.logprobs), requests=(asked,)).completion
    assert answer.first_logprobs == {"A": -0.1, "B": -2.5}


@each
def test_a_filter_and_a_prompt_that_is_too_long_cost_one_sample_only(vendor: Vendor) -> None:
    told = ask(vendor, vendor.filtered, vendor.too_long, vendor.answers(), requests=(QUESTION,) * 3)
    reasons = [one.finish_reason for one in told.answers if isinstance(one, Completion)]
    assert reasons == ["content_filter", "length", "stop"]
    assert told.waits == []


# ── what is tried again, and what is not ───────────────────────────────────────────────────────────────────


@each
def test_429_is_waited_for_as_long_as_the_server_asks(vendor: Vendor) -> None:
    told = ask(vendor, vendor.refuses(429, "slow down", Retry_After="7"), vendor.answers())
    assert told.completion.retries == 1
    assert 7.0 <= told.waits[0] <= 7.7


@each
@pytest.mark.parametrize("status", [408, 409, 425, 500, 502, 503, 504, 529])
def test_a_passing_fault_is_tried_again(vendor: Vendor, status: int) -> None:
    told = ask(vendor, vendor.refuses(status, "try later"), vendor.answers())
    assert (told.completion.text, told.completion.retries) == ("42", 1)


@each
@pytest.mark.parametrize(
    "fault", [faults.hang_up, faults.cut_mid_body, faults.html(502), faults.raw(200, b"")]
)
def test_a_broken_connection_or_body_is_tried_again(vendor: Vendor, fault: Behaviour) -> None:
    assert ask(vendor, fault, vendor.answers()).completion.text == "42"


@each
def test_half_a_document_is_tried_again(vendor: Vendor) -> None:
    def half(handler: faults.Handler) -> None:
        handler.send(200, json.dumps(vendor.say("42", "stop")).encode()[:60])

    assert ask(vendor, half, vendor.answers()).completion.retries == 1


@each
def test_an_error_inside_of_200_is_an_error(vendor: Vendor) -> None:
    overloaded = {"error": {"code": 503, "type": "overloaded_error", "message": "Overloaded"}}
    assert ask(vendor, faults.reply(200, overloaded), vendor.answers()).completion.retries == 1
    assert (
        "nobody knows" in refusal(vendor, faults.reply(200, {"error": {"message": "nobody knows"}})).message
    )


@each
def test_a_reply_of_thirty_megabytes_is_not_read_to_its_end(vendor: Vendor) -> None:
    told = ask(vendor, faults.huge(30))
    (answer,) = told.answers
    assert isinstance(answer, NoAnswer)
    assert told.waits == []


@each
def test_a_server_that_is_silent_is_gone(vendor: Vendor) -> None:
    (answer,) = ask(vendor, faults.silent, limits=HASTY).answers
    assert isinstance(answer, NoAnswer)
    assert answer.server_gone


@each
def test_a_wrong_key_is_told_with_the_name_of_its_variable(vendor: Vendor) -> None:
    error = refusal(vendor, vendor.wrong_key or vendor.refuses(401, "invalid key"))
    assert "401" in error.message
    assert "LLM_KEY" in (error.hint or "")


@each
def test_an_unknown_model_is_told_with_its_name(vendor: Vendor) -> None:
    error = refusal(vendor, vendor.refuses(404, "no such model"))
    assert "refused model tiny: 404: no such model" in error.message
    assert "tiny" in (error.hint or "")


@each
@pytest.mark.parametrize(
    "fault", [faults.html(200), faults.reply(200, {"hello": "world"}), faults.redirect(302, "/login")]
)
def test_another_kind_of_server_is_told_at_once(vendor: Vendor, fault: Behaviour) -> None:
    assert "base_url" in (refusal(vendor, fault).hint or "")


@each
def test_the_key_is_in_no_message_answer_or_log(vendor: Vendor, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    shown = [ask(vendor, vendor.answers(f"It is {KEY}.")).answers]
    if vendor.call:
        shown.append(ask(vendor, faults.reply(200, vendor.call("weather", {KEY: KEY}))).answers)
    told = [str(refusal(vendor, vendor.refuses(400, f"Incorrect: {KEY}")))]
    told.append(repr(ask(vendor, vendor.refuses(500, KEY), limits=HASTY).answers))
    assert KEY not in repr(shown) + repr(told) + caplog.text
    assert "zqw" not in repr(told) + caplog.text


# ── one vendor's own ───────────────────────────────────────────────────────────────────────────────────────


def by_name(name: str) -> Vendor:
    return next(one for one in VENDORS if one.name == name)


def test_a_gateway_says_what_a_call_cost() -> None:
    openai = by_name("openai")
    for told, cost_usd in (
        ("0.00012345", Decimal("0.00012345")),
        ("0.0", None),  # LiteLLM says so of a model that it has no price of
        ("nan", None),
        ("-1", None),
        ("free", None),
        ("1e99", None),
    ):
        answer = ask(
            openai, faults.reply(200, openai.say("42", "stop"), x_litellm_response_cost=told)
        ).completion
        assert answer.cost_usd == cost_usd


@pytest.mark.parametrize(
    ("model", "option", "name"),
    [
        ("gpt-4o", None, "max_tokens"),
        ("o3-mini", None, "max_completion_tokens"),
        ("gpt-5-mini-2025-08-07", None, "max_completion_tokens"),
        ("ft:o4-mini:acme::x1", None, "max_completion_tokens"),
        ("openai/gpt-5", None, "max_completion_tokens"),
        ("o3-mini", "max_tokens", "max_tokens"),
        ("my-deployment", "max_completion_tokens", "max_completion_tokens"),
    ],
)
def test_the_limit_of_an_answer_has_the_name_that_the_model_takes(
    model: str, option: str | None, name: str
) -> None:
    openai = dataclasses.replace(by_name("openai"), settings={"max_tokens_as": option} if option else {})
    (seen,) = ask(openai, requests=(Request(model, (USER,), Parameters(max_tokens=9)),)).seen
    limits = {key: value for key, value in seen.body.items() if key.startswith("max_")}
    assert limits == {name: 9}


def test_google_says_in_the_body_how_long_to_wait() -> None:
    gemini = by_name("gemini")
    retry = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "36s"}
    quota = {"error": {"code": 429, "message": "quota", "status": "RESOURCE_EXHAUSTED", "details": [retry]}}
    told = ask(gemini, faults.reply(429, quota), gemini.answers())
    assert 36.0 <= told.waits[0] <= 39.6


def test_anthropic_is_told_a_limit_where_the_reference_has_none() -> None:
    (seen,) = ask(by_name("anthropic")).seen
    assert seen.body["max_tokens"] == 4096
    assert seen.headers["anthropic-version"] == "2026-10-21"


def test_anthropics_older_version_is_spoken_unless_told_because_it_takes_a_temperature() -> None:
    unversioned = dataclasses.replace(by_name("anthropic"), settings={})
    (seen,) = ask(unversioned).seen
    assert seen.headers["anthropic-version"] == "2023-06-01"


def test_broken_arguments_of_an_earlier_call_are_told_before_anything_is_sent() -> None:
    calls = (ToolCall(id="1", name="weather", arguments="{city"),)
    request = Request("tiny", (USER, ChatMessage(role="assistant", tool_calls=calls)), Parameters())
    for name in ("anthropic", "gemini"):
        with pytest.raises(CouldNotRun, match="weather"):
            ask(by_name(name), requests=(request,))


def test_completions_have_no_tools() -> None:
    with pytest.raises(CouldNotRun, match="no tools"):
        ask(by_name("openai-completions"), requests=(Request("tiny", (USER,), Parameters(), (WEATHER,)),))


@pytest.mark.parametrize(
    ("kind", "model"),
    [
        ("gemini", "../../v1/batches"),
        ("gemini", "tunedModels/../../x"),
        ("gemini", "a/./b"),
        ("gemini", "a//b"),
        ("azure", ".."),
        ("azure", "."),
    ],
)
def test_a_models_name_leads_to_no_other_address(kind: str, model: str) -> None:
    """The name stands in the pull request, the address in the policy."""
    own = {"api_version": "2024-10-21"} if kind == "azure" else {}
    place = Provider.model_validate({"type": kind, "base_url": "https://gateway.example.com/v1beta", **own})
    with pytest.raises(CouldNotRun, match="has no model") as caught:
        wire_of(place).address(place, Request(model, (), Parameters()))
    assert caught.value.code is Code.PROVIDER_REFUSED


@pytest.mark.parametrize(("kind", "model"), [("gemini", "a?key=b#c\r\nX: y"), ("azure", "a/b?c#d\r\nX: y")])
def test_a_models_name_adds_nothing_to_an_address(kind: str, model: str) -> None:
    own = {"api_version": "2024-10-21"} if kind == "azure" else {}
    place = Provider.model_validate({"type": kind, "base_url": "https://gateway.example.com/v1beta", **own})
    parts = urlsplit(wire_of(place).address(place, Request(model, (), Parameters())))
    assert (parts.query, parts.fragment) == ("api-version=2024-10-21" if own else "", "")
    assert parts.path.count("/") == (6 if own else 3)
    assert not set(parts.path) & set("\r\n ")
