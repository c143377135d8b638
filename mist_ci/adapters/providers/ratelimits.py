"""What a reply says about what is left of the provider's limits."""

import re
from collections.abc import Mapping

from mist_ci.adapters.providers.retrying import Now, asked_wait_s, seconds_until

_KINDS = ("requests", "tokens", "input-tokens", "output-tokens")
_PART = re.compile(r"([0-9]+(?:\.[0-9]+)?)(ms|s|m|h|d)")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


def pause_s(headers: Mapping[str, str], tokens: int, now: Now) -> float:
    """Seconds that no call should start: as Retry-After asks, or until what is used up is there again; 0 for none.

    Reads `x-ratelimit-remaining-requests` and the like with their `-reset-` (OpenAI, Azure, Groq, vLLM's gateways),
    and `anthropic-ratelimit-requests-remaining` with its time. `tokens` is what a call like this may need.
    """
    waits = [asked_wait_s(headers, now) or 0.0]
    if any("ratelimit" in name for name in headers):
        for kind in _KINDS:
            left, reset = _told(headers, kind)
            needed = 1 if kind == "requests" else max(tokens, 1)
            if left is not None and left < needed:
                waits.append(_seconds(reset, now))
    return max(waits)


def _told(headers: Mapping[str, str], kind: str) -> tuple[float | None, str]:
    for left, reset in (
        (f"x-ratelimit-remaining-{kind}", f"x-ratelimit-reset-{kind}"),
        (f"anthropic-ratelimit-{kind}-remaining", f"anthropic-ratelimit-{kind}-reset"),
    ):
        if left in headers:
            try:
                return float(headers[left]), headers.get(reset, "")
            except ValueError:
                return None, ""
    return None, ""


def _seconds(reset: str, now: Now) -> float:
    """`6m0s`, `17ms`, `2.5`, or a time; 0 for anything else."""
    text = reset.strip().lower()
    if "".join(found[0] for found in _PART.finditer(text)) == text and text:
        return sum(float(number) * _SECONDS[unit] for number, unit in _PART.findall(text))
    return seconds_until(reset, now)
