"""Requests to GitHub: the only file that imports ghapi.

`ghapi.core` alone: `ghapi.actions` and `ghapi.all` write to os.environ when they are imported. It would also read
tokens and hosts from the environment; here they are given.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, TypeVar

import httpx2
from ghapi.core import APIError, GhSyncTransport, SyncOpFunc, pspec  # type: ignore[attr-defined]
from pydantic import TypeAdapter, ValidationError

from mist_ci.adapters.github.retrying import Manners, PoliteTransport
from mist_ci.adapters.providers.secret import Secret
from mist_ci.errors import Code, CouldNotRun

T = TypeVar("T")
TIMEOUT_S = 30.0
CONNECT_TIMEOUT_S = 10.0
PER_PAGE = 100
MAX_PAGES = 200
"""A listing that is longer is not read to its end, and that is an error."""

Operation = Callable[..., Any]
_ENTERPRISE = "/api/v3"
_HINTS = {
    401: "is the token right, and has the job not run longer than the token lives?",
    403: "the job needs `permissions: {statuses: write, pull-requests: write}`; "
    "the token of a pull request from a fork can only read",
    404: "is the repository right, and may the token see it?",
    410: "issues are switched off, or what was asked for was deleted",
}


class Refused(CouldNotRun):
    """GitHub did not do it. `status` is None when no answer came at all.

    `delay_s` is set when the same request may be sent again after that time: then it is not known whether it
    was done.
    """

    def __init__(
        self, message: str, *, status: int | None, delay_s: float | None = None, hint: str | None = None
    ) -> None:
        super().__init__(Code.CODE_HOST, message, hint=hint)
        self.status = status
        self.delay_s = delay_s


class _Operations:
    """What `ghapi.core.GhApi` is, with each operation made when it is asked for.

    GitHub has 1,200 and a run asks for ten: to make them all takes ghapi half a second. Made without credentials, which
    live in the HTTP client, which nothing prints.
    """

    def __init__(self, owner: str, name: str, api_url: str) -> None:
        headers = {"Accept": "application/vnd.github.v3+json"}
        self.transport: Any = GhSyncTransport(debug=_silent, base_headers=headers)  # type: ignore[no-untyped-call]
        self._api_url = api_url
        self._defaults = {"owner": owner, "repo": name}

    def find(self, group: str, name: str) -> Operation:
        """Such as `issues` and `list_comments`. Raises StopIteration for what GitHub does not have."""
        spec = next(one for one in pspec.ops if (one.group, one.name) == (group, name))
        operation: Operation = SyncOpFunc(spec, self.transport, self._api_url, defaults=self._defaults)
        return operation


class Client:
    """One repository, one token. Safe to use from several threads."""

    def __init__(
        self,
        owner: str,
        name: str,
        token: Secret,
        api_url: str,
        manners: Manners,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        # Its debug log has response headers, and a server can put what it was sent into one.
        logging.getLogger("httpcore2").setLevel(logging.INFO)
        self.manners = manners
        self._token = token
        self._graphql_url = _graphql_url(api_url)
        self._api = _Operations(owner, name, api_url)
        self._api.transport.client = _http(token, manners, timeout_s)
        self._api.transport.retries = 0  # the transport above retries, once

    def operation(self, group: str, name: str) -> Operation:
        """One of GitHub's operations, to give to `call`, `get` or `pages`, such as `issues` and `list_comments`."""
        return self._api.find(group, name)

    def close(self) -> None:
        """Gives connections back."""
        self._api.transport.close()

    def call(self, what: str, operation: Operation, **parameters: object) -> httpx2.Response:
        """One request; `what` completes "GitHub did not …". Raises Refused."""
        return self._checked(what, lambda: operation(**parameters, raw_=True))

    def get(self, kind: type[T], what: str, operation: Operation, **parameters: object) -> T:
        """One request whose answer is a `kind`. Raises Refused."""
        return self._parse(kind, what, self.call(what, operation, **parameters))

    def pages(self, kind: type[T], what: str, operation: Operation, **parameters: object) -> Iterator[T]:
        """All items of a listing, following Link to the last page. Raises Refused."""
        page: int | None = 1
        while page is not None:
            response = self.call(what, operation, **parameters, per_page=PER_PAGE, page=page)
            yield from self._parse(list[kind], what, response)  # type: ignore[valid-type]
            page = _next_page(response, page)
            if page is not None and page > MAX_PAGES:
                raise Refused(f"GitHub did not {what}: more than {MAX_PAGES} pages", status=200)

    def graphql(self, kind: type[T], what: str, query: str, **variables: object) -> T:
        """The `data` of a GraphQL answer. Raises Refused, also when the answer has `errors`."""
        body = {"query": query, "variables": variables}
        request = self._api.transport.request
        response = self._checked(what, lambda: request("POST", self._graphql_url, json=body, raw=True))
        return self._parse(kind, what, response, "data")

    def _checked(self, what: str, send: Callable[[], object]) -> httpx2.Response:
        """Errors of ghapi and httpx2 hold the request, and that holds the token: none of them goes further."""
        try:
            answer = send()
        except (APIError, httpx2.HTTPStatusError, httpx2.RequestError) as error:
            answer = error
        match answer:
            case httpx2.Response():
                return answer
            case APIError() | httpx2.HTTPStatusError():
                raise self._refused(what, answer.response, _reason(answer))
            case _:
                raise self._refused(what, None, str(answer))

    def _parse(self, kind: type[T], what: str, response: httpx2.Response, key: str | None = None) -> T:
        with suppress(ValidationError, ValueError, KeyError, TypeError):
            document = response.json()
            return TypeAdapter(kind).validate_python(document[key] if key else document)
        shown = self._token.clean(response.text, 120)
        message = f"GitHub did not {what}: the reply has another form than documented: {shown}"
        raise Refused(message, status=response.status_code)

    def _refused(self, what: str, response: httpx2.Response | None, message: str) -> Refused:
        """Built from cleaned text only; ghapi's error holds the request, and that holds the token."""
        shown = self._token.clean(message) or "no reply"
        delay_s = self.manners.delay_s(response, 0)
        if response is None:
            return Refused(
                f"GitHub did not {what}: {shown}",
                status=None,
                delay_s=delay_s,
                hint="is the API address right, and can this machine reach it?",
            )
        status = response.status_code
        return Refused(
            f"GitHub did not {what}: {status}: {shown}",
            status=status,
            delay_s=delay_s,
            hint=_hint(status, delay_s),
        )


def _reason(error: APIError | httpx2.HTTPStatusError) -> str:
    """The message, and what its `errors` add: "Validation Failed" alone says nothing."""
    if isinstance(error, httpx2.HTTPStatusError):
        return error.response.text
    details = error.raw.get("errors") if isinstance(error.raw, dict) else None
    listed = details if isinstance(details, list) else [details] if details else []
    texts = [str(item.get("message") or item) if isinstance(item, dict) else str(item) for item in listed]
    return ": ".join([error.message, *texts])


def _hint(status: int, delay_s: float | None) -> str | None:
    if delay_s is not None:
        return f"GitHub can be asked again in {delay_s:.0f} s"
    if httpx2.codes.is_redirect(status):
        return "redirects are never followed, the token would go along: was the repository renamed?"
    return _HINTS.get(status)


def _http(token: Secret, manners: Manners, timeout_s: float) -> httpx2.Client:
    # The environment must not choose whom to trust, nor a proxy.
    transport = PoliteTransport(manners, httpx2.HTTPTransport(trust_env=False))
    return httpx2.Client(
        transport=transport,
        headers={"User-Agent": "mist-ci", "X-GitHub-Api-Version": "2022-11-28", **token.headers()},
        timeout=httpx2.Timeout(timeout_s, connect=min(timeout_s, CONNECT_TIMEOUT_S)),
        follow_redirects=False,
        trust_env=False,
    )


def _graphql_url(api_url: str) -> str:
    """Enterprise Server has REST below /api/v3 and GraphQL beside it."""
    return f"{api_url.removesuffix(_ENTERPRISE)}{'/api' if api_url.endswith(_ENTERPRISE) else ''}/graphql"


def _next_page(response: httpx2.Response, page: int) -> int | None:
    """From the Link header: only the page number is taken, never an address. It must be a later page."""
    url = response.links.get("next", {}).get("url")
    try:
        following = int(httpx2.URL(url).params.get("page", "")) if url else 0
    except (ValueError, httpx2.InvalidURL):
        return None
    return following if following > page else None


def _silent(*_: object) -> None:
    """GHAPI_DEBUG in the environment would make ghapi print requests on stdout."""
