"""Claims: an id that may name another model tomorrow is never taken for one that may not."""

import pytest

from mist_ci.models.pinning import is_pinned

PINNED = (
    "gpt-4o-mini-2024-07-18",
    "gpt-4o-2024-08-06",
    "claude-3-5-sonnet-20241022",
    "claude-3-5-sonnet@20241022",
    "claude-sonnet-4-5-20250929",
    "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
    "gemini-2.5-flash-001",
    "models/gemini-2.0-flash-lite-001",
    "anthropic.claude-3-5-sonnet-20241022-v2:0",
    "ft:gpt-4o-mini-2024-07-18:acme:support:abc123",
    "ft:gpt-4o-mini-2024-07-18:acme::9ABCdEfG",
    "ft:gpt-4o-mini-2024-07-18:acme::9ABCdEfG:ckpt-step-88",
    "registry/bot@sha256:" + "0a" * 32,
    "sha256:" + "0a" * 32,
    "acme/bot@" + "0a" * 20,
)
MOVING = (
    "gpt-4o-mini",
    "gemini-2.5-flash",
    "gemini-2.5-flash-001-latest",
    "gemini-flash-latest",
    "gemini-2.5-pro-preview-06-05",
    "mygemini-2.5-flash-001",
    "tunedModels/support-7x",
    "latest",
    "base",
    "llama3:8b",
    "claude-3-5-sonnet-latest",
    "gpt-4-0613",
    "gpt-4o-2024-08-06-latest",
    "gpt-4o-2024-13-06",
    "gpt-4o-2024-08-32",
    "gpt-4o-2024-0806",
    "gpt-4o-99999999",
    "ft:gpt-4o-mini-2024-07-18:acme:support",
    "ft:gpt-4o-mini:acme::",
    "prod:ft:gpt-4o-mini:acme::abc123",
    "sha256:0a0a0a0a",
    "acme/bot@main",
    "acme/bot@0a0a0a0",
    "2024-08-06",
    "gpt-4o-2024-08-06\n",
)


@pytest.mark.parametrize("model", PINNED)
def test_a_digest_a_revision_a_snapshot_and_a_fine_tune_are_pinned(model: str) -> None:
    assert is_pinned(model)


@pytest.mark.parametrize("model", MOVING)
def test_everything_else_may_move(model: str) -> None:
    assert not is_pinned(model)
