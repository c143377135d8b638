"""A question and its answer as plain documents: what a local program or function is given, and what it gives back.

docs/providers/command.md has them by example.
"""

from decimal import Decimal
from typing import Annotated

from pydantic import Field, JsonValue, ValidationError

from mist_ci.adapters.providers.counts import TIER
from mist_ci.adapters.providers.retrying import Failure
from mist_ci.models.base import Model
from mist_ci.models.suite import ToolCall
from mist_ci.ports.model_client import Completion, Request

TokenCount = Annotated[int, Field(ge=0, lt=2**31)]
MAX_ANSWER_BYTES = 8 * 2**20
"""Of one answer, whoever gives it."""


def question(request: Request) -> dict[str, JsonValue]:
    """Model, messages, those parameters that are set, and tools and a schema of the reply where there are any."""
    asked: dict[str, JsonValue] = {
        "model": request.model,
        "messages": [
            one.model_dump(mode="json", exclude_defaults=True) | {"content": one.content}
            for one in request.messages
        ],
        "parameters": request.parameters.model_dump(mode="json", exclude_none=True),
    }
    if request.tools:
        asked["tools"] = [tool.model_dump(mode="json", exclude_none=True) for tool in request.tools]
    if request.top_logprobs is not None:
        asked["top_logprobs"] = request.top_logprobs
    if request.reply_schema is not None:
        asked["reply_schema"] = dict(request.reply_schema)
    return asked


class Given(Model):
    """An answer as a document; only `text` is needed. `error` instead of it says why there is none."""

    text: str | None = None
    tool_calls: tuple[ToolCall, ...] = ()
    finish_reason: Annotated[str, Field(max_length=200)] | None = None
    refusal: bool = False
    tokens_in: TokenCount | None = None
    tokens_out: TokenCount | None = None
    tokens_cached: TokenCount | None = None
    tokens_reasoning: TokenCount | None = None
    tokens_cache_written: TokenCount | None = None
    tokens_cache_written_1h: TokenCount | None = None
    tokens_not_text: TokenCount | None = None
    tier: Annotated[str, Field(pattern=TIER)] | None = None
    cost_usd: Annotated[Decimal, Field(ge=0, le=1_000_000)] | None = None
    fingerprint: Annotated[str, Field(max_length=200)] | None = None
    first_logprobs: dict[str, float] = Field(default_factory=dict)
    error: str | None = None
    retry: bool = False
    """Asking again may help."""

    @classmethod
    def of(cls, completion: Completion) -> "Given":
        """A completion as a document."""
        return cls(
            text=completion.text,
            tool_calls=completion.tool_calls,
            finish_reason=completion.finish_reason,
            refusal=completion.refusal,
            tokens_in=completion.tokens_in,
            tokens_out=completion.tokens_out,
            tokens_cached=completion.tokens_cached,
            tokens_reasoning=completion.tokens_reasoning,
            tokens_cache_written=completion.tokens_cache_written,
            tokens_cache_written_1h=completion.tokens_cache_written_1h,
            tokens_not_text=completion.tokens_not_text,
            tier=completion.tier,
            cost_usd=completion.cost_usd,
            fingerprint=completion.fingerprint,
            first_logprobs=dict(completion.first_logprobs),
        )

    @property
    def outcome(self) -> Completion | Failure:
        """What the document means."""
        if self.error is not None:
            return Failure(self.error, final=not self.retry)
        if self.text is None and not self.tool_calls:
            return Failure("the answer has neither a text nor tool calls", final=True)
        counted = self.tokens_in is not None and self.tokens_out is not None
        return Completion(
            text=self.text or "",
            finish_reason=self.finish_reason,
            tokens_in=self.tokens_in if counted else None,
            tokens_out=self.tokens_out if counted else None,
            fingerprint=self.fingerprint,
            refusal=self.refusal,
            tool_calls=self.tool_calls,
            tokens_cached=self.tokens_cached if counted else None,
            tokens_reasoning=self.tokens_reasoning if counted else None,
            tokens_cache_written=self.tokens_cache_written if counted else None,
            tokens_cache_written_1h=self.tokens_cache_written_1h if counted else None,
            tokens_not_text=self.tokens_not_text if counted else None,
            tier=self.tier,
            cost_usd=self.cost_usd,
            first_logprobs=self.first_logprobs,
        )


def read_answer(text: bytes) -> Completion | Failure:
    """An answer out of JSON. What is none is a failure that asking again would not cure."""
    try:
        return Given.model_validate_json(text).outcome
    except ValidationError as error:
        problem = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in problem["loc"])
        return Failure(
            f"the answer is no answer document: {place}: {problem['msg']}".replace(": : ", ": "), final=True
        )
