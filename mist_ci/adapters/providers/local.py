"""What all clients have in common that do not ask over HTTP."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

import anyio

from mist_ci.adapters.providers.pacing import Pacer
from mist_ci.adapters.providers.retrying import Failure, Retrying
from mist_ci.adapters.providers.secret import Secret
from mist_ci.models.config import Provider
from mist_ci.models.suite import ToolCall
from mist_ci.ports.model_client import Completion, NoAnswer, Request

Answering = Callable[[Request], Awaitable[Completion | Failure]]
"""Answers one request once, without a limit on time. Raises CouldNotRun MC303 for what never will be answered."""


Close = Callable[[], Awaitable[None]]


async def nothing_to_close() -> None:
    """Most have nothing."""


@dataclass(frozen=True, slots=True)
class LocalClient:
    """Asks with limits on time and number, and with retries (`ports.ModelClient`)."""

    answer: Answering
    provider: Provider
    retrying: Retrying
    pacer: Pacer
    slots: anyio.Semaphore
    secrets: tuple[Secret, ...] = ()
    close: Close = nothing_to_close

    async def complete(self, request: Request) -> Completion | NoAnswer:
        """Asks once, with retries where the failure says that they may help."""
        timeout_s = self.provider.limits.timeout_s

        async def one_try(left_s: float) -> Completion | Failure:
            limit_s = min(timeout_s, left_s)
            try:
                with anyio.fail_after(limit_s):
                    return self._cleaned(await self.answer(request))
            except TimeoutError:
                return Failure(f"no complete answer within {limit_s:.3g} s", answered=False)

        async with self.slots:
            return await self.retrying.run(one_try, self.pacer.wait, 2 * timeout_s + 120)

    async def aclose(self) -> None:
        """Ends what is still running."""
        with anyio.CancelScope(shield=True):
            await self.close()

    def _cleaned(self, outcome: Completion | Failure) -> Completion | Failure:
        for secret in self.secrets:
            match outcome:
                case Failure():
                    outcome = replace(outcome, reason=secret.clean(outcome.reason))
                case Completion():
                    outcome = without(secret, outcome)
        return outcome


def without(secret: Secret, completion: Completion) -> Completion:
    """An answer that does not tell a secret."""
    calls = tuple(
        ToolCall(id=call.id, name=call.name, arguments=secret.redact(call.arguments))
        for call in completion.tool_calls
    )
    return replace(completion, text=secret.redact(completion.text), tool_calls=calls)
