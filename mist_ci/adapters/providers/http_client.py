"""Asking over HTTP, in any wire format."""

from dataclasses import replace
from time import monotonic

from mist_ci.adapters.providers import statuses
from mist_ci.adapters.providers.lanes import BrokenExchange, Lanes
from mist_ci.adapters.providers.ratelimits import pause_s
from mist_ci.adapters.providers.redacting import without
from mist_ci.adapters.providers.replies import Refusal, Reply
from mist_ci.adapters.providers.retrying import Failure, Retrying
from mist_ci.adapters.providers.secret import Secret
from mist_ci.adapters.providers.traffic import Traffic
from mist_ci.adapters.providers.wire import Wire
from mist_ci.errors import Code, CouldNotRun
from mist_ci.models.provider import Provider
from mist_ci.ports.model_client import Completion, NoAnswer, Request


class HttpClient:
    """One provider, opened for one run (`ports.ModelClient`). Safe to call from many tasks at once.

    As many calls are under way as the server takes well, and never more than `limits.connections`; a call that waits
    for its next try keeps its place, so a server in trouble gets fewer requests, not more.
    """

    def __init__(
        self, name: str, provider: Provider, key: Secret, wire: Wire, retrying: Retrying, traffic: Traffic
    ) -> None:
        self._wire = wire
        self._name = name
        self._provider = provider
        self._key = key
        self._retrying = retrying
        self._traffic = traffic
        self._lanes = Lanes(wire.headers(provider, key))

    async def complete(self, request: Request) -> Completion | NoAnswer:
        """Asks once, with retries. Raises CouldNotRun MC303 when the provider refuses for good.

        Takes at most `2 * timeout_s + 120` seconds, not counting the wait for a free place and for `rpm` and `tpm`;
        raises CouldNotRun MC314 when `limits.total_s` is over before.
        A request that is too long or filtered is an empty answer with finish_reason `length` or
        `content_filter`: the model failed on this sample, and the others can still be asked.
        """
        return await self._traffic.call(lambda: self._complete(request))

    async def aclose(self) -> None:
        """Gives connections back."""
        await self._lanes.aclose()

    async def _complete(self, request: Request) -> Completion | NoAnswer:
        address = self._wire.address(self._provider, request)
        body = self._wire.body(request)
        pacer = self._traffic.pacer

        async def one_try(left_s: float) -> Completion | Failure:
            return self._judge(await self._exchange(address, body, left_s, request.tokens), request.model)

        async def before(slept_until_s: float) -> None:
            await pacer.wait(request.tokens, slept_until_s)

        total_s = 2 * self._provider.limits.timeout_s + 120
        answer = await self._retrying.run(one_try, before, total_s, request.may_retry)
        if isinstance(answer, Completion) and answer.tokens_in is not None and answer.tokens_out is not None:
            pacer.settle(request.tokens, answer.tokens_in + answer.tokens_out)
        return answer

    async def _exchange(self, address: str, body: bytes, left_s: float, tokens: int) -> Reply | Failure:
        """One HTTP exchange, and what it says about the load."""
        limit_s = min(self._provider.limits.timeout_s, left_s)
        began_s = monotonic()
        concurrency = self._traffic.places.concurrency
        try:
            reply = await self._lanes.post(address, body, limit_s)
        except BrokenExchange as broken:
            concurrency.troubled(began_s, monotonic())
            return Failure(self._key.clean(str(broken)), answered=broken.answered, may_cost=broken.sent)
        now_s = monotonic()
        if reply.status == statuses.TOO_MANY_REQUESTS or statuses.is_server_error(reply.status):
            concurrency.troubled(began_s, now_s)
        elif statuses.is_success(reply.status):
            concurrency.answered(began_s, now_s)
        if (seconds := pause_s(reply.headers, tokens, self._retrying.now)) > 0:
            self._traffic.pacer.pause(seconds)
        return reply

    def _judge(self, reply: Reply | Failure, model: str) -> Completion | Failure:
        meaning = reply if isinstance(reply, Failure) else self._wire.understand(reply, self._retrying.now)
        match meaning:
            case Completion():
                return without(self._key, meaning)
            case Failure():
                charged = isinstance(reply, Reply) and statuses.is_success(reply.status)
                may_cost = meaning.may_cost or charged
                return replace(meaning, reason=self._key.clean(meaning.reason), may_cost=may_cost)
            case Refusal(status, detail):
                shown = self._key.clean(model)
                raise CouldNotRun(
                    Code.PROVIDER_REFUSED,
                    f"provider {self._name} refused model {shown}: {status}: {self._key.clean(detail)}",
                    hint=self._hint(status, shown),
                )

    def _hint(self, status: int, model: str) -> str:
        match status:
            case 401 | 403:
                env = self._provider.key_env
                return (
                    f"is the key in {env} right?"
                    if env
                    else "name the variable with the key: key_env in mist.yml"
                )
            case 402 | 429:
                return "the account has no credit left, or reached a limit that its owner set"
            case 404:
                return f"does {self._name} serve {model}, and is base_url the address of {self._wire.speaks}"
            case _ if statuses.is_redirect(status):
                return (
                    "redirects are never followed, the key would go along: set base_url to the final address"
                )
            case _ if statuses.is_success(status):
                return f"is base_url the address of {self._wire.speaks}"
            case _:
                return (
                    "the server does not accept such requests: see `model` and `parameters` in the reference"
                )
