"""Asking over HTTP, in any wire format."""

from dataclasses import replace

import anyio
import httpx
from httpx import codes

from mist_ci.adapters.providers.lanes import Lanes
from mist_ci.adapters.providers.pacing import Pacer
from mist_ci.adapters.providers.replies import Refusal, Reply
from mist_ci.adapters.providers.retrying import Failure, Retrying
from mist_ci.adapters.providers.secret import Secret
from mist_ci.adapters.providers.wire import Wire
from mist_ci.errors import Code, CouldNotRun
from mist_ci.models.config import Provider
from mist_ci.ports.model_client import Completion, NoAnswer, Request

MAX_REPLY_BYTES = 8 * 2**20


class HttpClient:
    """One provider, opened for one run (`ports.ModelClient`). Safe to call from many tasks at once.

    At most `limits.connections` calls are under way; a call that waits for its next try keeps its place, so a
    server in trouble gets fewer requests, not more.
    """

    def __init__(
        self, name: str, provider: Provider, key: Secret, wire: Wire, retrying: Retrying, pacer: Pacer
    ) -> None:
        self._wire = wire
        self._name = name
        self._provider = provider
        self._key = key
        self._retrying = retrying
        self._pacer = pacer
        self._slots = anyio.Semaphore(provider.limits.connections)
        self._lanes = Lanes(wire.headers(provider, key), provider.limits.timeout_s)

    async def complete(self, request: Request) -> Completion | NoAnswer:
        """Asks once, with retries. Raises CouldNotRun MC303 when the provider refuses for good.

        Takes at most `2 * timeout_s + 120` seconds, not counting the wait for a free place and for `rpm`.
        A request that is too long or filtered is an empty answer with finish_reason `length` or
        `content_filter`: the model failed on this sample, and the others can still be asked.
        """
        url = httpx.URL(self._wire.address(self._provider, request))
        body = self._wire.body(request)

        async def one_try(left_s: float) -> Completion | Failure:
            return self._judge(await self._exchange(url, body, left_s), request.model)

        async with self._slots:
            total_s = 2 * self._provider.limits.timeout_s + 120
            return await self._retrying.run(one_try, self._pacer.wait, total_s)

    async def aclose(self) -> None:
        """Gives connections back."""
        await self._lanes.aclose()

    async def _exchange(self, url: httpx.URL, body: bytes, left_s: float) -> Reply | Failure:
        """One HTTP exchange. httpx limits each read, the scope here the whole: a server may drip for ever."""
        limit_s = min(self._provider.limits.timeout_s, left_s)
        answered = False
        try:
            with self._lanes.lane() as http, anyio.fail_after(limit_s):
                async with http.stream("POST", url, content=body) as response:
                    answered = True
                    return Reply(response.status_code, response.headers, await _read(response))
        except (TimeoutError, httpx.TimeoutException):
            return Failure(f"no complete reply within {limit_s:.3g} s", answered=answered)
        except httpx.RequestError as exc:
            return Failure(self._key.clean(f"{type(exc).__name__}: {exc}"), answered=answered)

    def _judge(self, reply: Reply | Failure, model: str) -> Completion | Failure:
        meaning = reply if isinstance(reply, Failure) else self._wire.understand(reply, self._retrying.now)
        match meaning:
            case Completion():
                return replace(meaning, text=self._key.redact(meaning.text))
            case Failure(reason, answered, wait_s, final):
                return Failure(self._key.clean(reason), answered, wait_s, final)
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
                return f"does {self._name} serve {model}, and is base_url right? It usually ends in /v1"
            case _ if codes.is_redirect(status):
                return (
                    "redirects are never followed, the key would go along: set base_url to the final address"
                )
            case _ if codes.is_success(status):
                return f"is base_url the address of {self._wire.speaks}?"
            case _:
                return "the server does not accept such requests: see `parameters` in the model reference"


async def _read(response: httpx.Response) -> bytes | None:
    """The body as sent, or None (and the connection is dropped) when it is over MAX_REPLY_BYTES."""
    body = bytearray()
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) > MAX_REPLY_BYTES:
            return None
    return bytes(body)
