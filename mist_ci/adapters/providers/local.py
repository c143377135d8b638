"""What all clients have in common that do not ask over HTTP."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

import anyio

from mist_ci.adapters.providers.redacting import without
from mist_ci.adapters.providers.retrying import Failure, Retrying
from mist_ci.adapters.providers.secret import Secret
from mist_ci.adapters.providers.traffic import Traffic
from mist_ci.models.config import Provider
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
    traffic: Traffic
    secrets: tuple[Secret, ...] = ()
    close: Close = nothing_to_close

    async def complete(self, request: Request) -> Completion | NoAnswer:
        """Asks once, with retries where the failure says that they may help."""
        return await self.traffic.call(lambda: self._complete(request))

    async def _complete(self, request: Request) -> Completion | NoAnswer:
        async def before(slept_until_s: float) -> None:
            await self.traffic.pacer.wait(request.tokens, slept_until_s)

        async def one_try(left_s: float) -> Completion | Failure:
            return await self._try(request, left_s)

        total_s = 2 * self.provider.limits.timeout_s + 120
        return await self.retrying.run(one_try, before, total_s, request.may_retry)

    async def _try(self, request: Request, left_s: float) -> Completion | Failure:
        limit_s, began_s = min(self.provider.limits.timeout_s, left_s), anyio.current_time()
        concurrency = self.traffic.places.concurrency
        try:
            with anyio.fail_after(limit_s):
                outcome = self._cleaned(await self.answer(request))
        except TimeoutError:
            concurrency.troubled(began_s, anyio.current_time())
            return Failure(f"no complete answer within {limit_s:.3g} s", answered=False)
        concurrency.answered(began_s, anyio.current_time())
        return outcome

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
