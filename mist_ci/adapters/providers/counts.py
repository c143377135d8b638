"""Tokens as replies report them. Half a report is none: both sides must come from the same counter."""

import re

from mist_ci.adapters.providers.replies import UNCOUNTED, Counts, at, at_most, count_of

TIER = r"^[a-z0-9][a-z0-9_.-]{0,39}$"
_TIER = re.compile(TIER)
_USUAL = frozenset({"", "auto", "default", "standard", "standard_only", "on_demand"})
"""What vendors call the tier that their price list is about; `auto` is what was asked for, and says nothing."""
_NOT_TEXT = ("audio_tokens", "image_tokens")


def tier_of(told: object) -> str | None:
    """The service tier that a reply names, in lower case; None for the usual one, and where none is named."""
    if not isinstance(told, str) or (name := told.strip().lower()) in _USUAL:
        return None
    return name if _TIER.fullmatch(name) else "other"


def usage(document: object, tokens_in: str, tokens_out: str) -> Counts:
    """Counts and tier as all APIs of OpenAI report them.

    Where the total is more than both sides, the rest is reasoning that is billed as output: so Gemini behind this
    format, and xAI. Source: Clarifai/clarifai-python pull request 978, envoyproxy/ai-gateway 1438.
    """
    told, tier = at(document, "usage"), tier_of(at(document, "service_tier"))
    asked, answered = count_of(at(told, tokens_in)), count_of(at(told, tokens_out))
    # No prompt has 0 tokens: who says so has not counted.
    if not asked or answered is None:
        return {**UNCOUNTED, "tier": tier}
    of_input, of_output = at(told, f"{tokens_in}_details"), at(told, f"{tokens_out}_details")
    reasoning = count_of(at(of_output, "reasoning_tokens"))
    if unseen := beyond(at(told, "total_tokens"), asked + answered):
        answered, reasoning = answered + unseen, max(reasoning or 0, unseen)
    return {
        "tokens_in": asked,
        "tokens_out": answered,
        "tokens_cached": at_most(count_of(at(of_input, "cached_tokens")), asked),
        "tokens_reasoning": at_most(reasoning, answered),
        "tokens_cache_written": at_most(count_of(at(of_input, "cache_write_tokens")), asked),
        "tokens_not_text": _not_text(of_input) + _not_text(of_output) or None,
        "tier": tier,
    }


def beyond(total: object, known: int) -> int:
    """How many tokens a reported total has beside those that are known."""
    return max(0, (count_of(total) or 0) - known)


def _not_text(details: object) -> int:
    return sum(count_of(at(details, name)) or 0 for name in _NOT_TEXT) if details else 0
