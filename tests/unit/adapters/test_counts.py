"""Claims: what replies report of tokens arrives whole, in every vendor's words, and tiers under one name."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from mist_ci.adapters.providers.anthropic import Anthropic
from mist_ci.adapters.providers.counts import tier_of
from mist_ci.adapters.providers.gemini import Gemini
from mist_ci.adapters.providers.openai_chat import OpenAIChat
from mist_ci.adapters.providers.openai_responses import OpenAIResponses
from mist_ci.adapters.providers.replies import Reply
from mist_ci.adapters.providers.wire import Wire
from mist_ci.ports.model_client import Completion

NOW = datetime(2026, 11, 26, tzinfo=UTC)


def chat(usage: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"choices": [{"message": {"content": "42"}, "finish_reason": "stop"}], "usage": usage, **more}


def read(wire: Wire, document: dict[str, Any], **headers: str) -> Completion:
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    meaning = wire.understand(Reply(200, told, json.dumps(document).encode()), lambda: NOW)
    assert isinstance(meaning, Completion)
    return meaning


def test_what_goes_into_a_cache_is_part_of_the_input_and_told_apart() -> None:
    usage = {
        "input_tokens": 10, "cache_read_input_tokens": 100, "cache_creation_input_tokens": 50, "output_tokens": 9,
        "cache_creation": {"ephemeral_5m_input_tokens": 30, "ephemeral_1h_input_tokens": 20},
        "service_tier": "standard", "speed": "fast",
    }  # fmt: skip
    told = read(
        Anthropic(),
        {"content": [{"type": "text", "text": "42"}], "stop_reason": "end_turn", "usage": usage},
    )
    assert (told.tokens_in, told.tokens_cached) == (160, 100)
    assert (told.tokens_cache_written, told.tokens_cache_written_1h, told.tier) == (50, 20, "fast")
    details = {"cached_tokens": 10, "cache_write_tokens": 40}
    usage = {"prompt_tokens": 100, "completion_tokens": 9, "prompt_tokens_details": details}
    told = read(OpenAIChat(), chat(usage, service_tier="priority"))
    assert (told.tokens_cached, told.tokens_cache_written, told.tier) == (10, 40, "priority")
    usage = {"input_tokens": 100, "output_tokens": 9, "input_tokens_details": details}
    told = read(OpenAIResponses(), {"output": [], "usage": usage, "service_tier": "flex"})
    assert (told.tokens_cached, told.tokens_cache_written, told.tier) == (10, 40, "flex")


@pytest.mark.parametrize(
    ("usage", "out", "reasoning"),
    [
        ({"completion_tokens": 9, "total_tokens": 109}, 9, None),
        ({"completion_tokens": 9, "total_tokens": 159}, 59, 50),  # Gemini behind this format
        ({"completion_tokens": 0, "total_tokens": 150, "completion_tokens_details": {"reasoning_tokens": 50}}, 50, 50),
        ({"completion_tokens": 9, "total_tokens": 3}, 9, None),  # no total at all
        ({"completion_tokens": 9, "total_tokens": "159"}, 9, None),
    ],
)  # fmt: skip
def test_what_only_the_total_has_is_reasoning_and_is_paid_for(
    usage: dict[str, Any], out: int, reasoning: int | None
) -> None:
    told = read(OpenAIChat(), chat({"prompt_tokens": 100, **usage}))
    assert (told.tokens_in, told.tokens_out, told.tokens_reasoning) == (100, out, reasoning)


def test_gemini_tells_sound_by_modality_its_tier_in_a_header_and_thoughts_in_the_total() -> None:
    document = {
        "candidates": [{"content": {"parts": [{"text": "42"}]}, "finishReason": "STOP"}],
        "usageMetadata": {
            "promptTokenCount": 100, "candidatesTokenCount": 9, "totalTokenCount": 130,
            "promptTokensDetails": [
                {"modality": "TEXT", "tokenCount": 60}, {"modality": "AUDIO", "tokenCount": 40},
            ],
        },
    }  # fmt: skip
    told = read(Gemini(), document, x_gemini_service_tier="Flex")
    assert (told.tokens_not_text, told.tier, told.tokens_out, told.tokens_reasoning) == (40, "flex", 30, 21)
    assert read(Gemini(), document, x_gemini_service_tier="standard").tier is None


def test_sound_in_a_chat_is_told_apart() -> None:
    usage = {
        "prompt_tokens": 9, "completion_tokens": 70, "prompt_tokens_details": {"audio_tokens": 0},
        "completion_tokens_details": {"audio_tokens": 60},
    }  # fmt: skip
    assert read(OpenAIChat(), chat(usage)).tokens_not_text == 60


@pytest.mark.parametrize(
    ("told", "tier"),
    [
        ("default", None), ("auto", None), ("standard", None), ("on_demand", None), (None, None), (3, None), ("", None),
        ("Flex", "flex"), ("a | b\n# c", "other"), ("x" * 50, "other"),
    ],
)  # fmt: skip
def test_the_usual_tier_has_no_name_and_no_name_can_be_harmful(told: object, tier: str | None) -> None:
    assert tier_of(told) == tier
