"""The batch API of Git LFS: which addresses give these objects.

https://github.com/git-lfs/git-lfs/blob/main/docs/api/batch.md
"""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass, field

import httpx
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from mist_ci.adapters.datasets.download import Downloader, Question
from mist_ci.adapters.datasets.lfs_endpoint import Endpoint
from mist_ci.adapters.datasets.pointer import Pointer
from mist_ci.adapters.datasets.routes import Route, place_of_url
from mist_ci.adapters.datasets.unverified import unverified
from mist_ci.adapters.git_remote import Access
from mist_ci.adapters.providers.secret import Secret
from mist_ci.errors import CouldNotRun

_MEDIA_TYPE = "application/vnd.git-lfs+json"
_HINT = "push it: git lfs push --all origin"


class _Reply(BaseModel):
    """Servers may say more than the specification."""

    model_config = ConfigDict(extra="ignore")


class _Action(_Reply):
    href: str
    header: dict[str, str] = Field(default_factory=dict)


class _Actions(_Reply):
    download: _Action | None = None


class _Error(_Reply):
    code: int = 0
    message: str = ""


class _Object(_Reply):
    oid: str
    size: int = 0
    authenticated: bool = False
    actions: _Actions = _Actions()
    error: _Error | None = None


class _Batch(_Reply):
    transfer: str = "basic"
    hash_algo: str = "sha256"
    objects: tuple[_Object, ...]


@dataclass(frozen=True, slots=True)
class LfsServer:
    """One endpoint, and what may be said to it."""

    downloader: Downloader
    endpoint: Endpoint
    access: Access | None
    hosts: tuple[str, ...] = ()
    """Hosts that the policy names: objects may lie there even if their addresses are private."""
    label: str = field(default="Git LFS")

    def locate(self, wanted: Sequence[tuple[str, Pointer]]) -> list[Question]:
        """Where each object can be fetched, in the same order; each comes with the path that wants it.

        Raises CouldNotRun MC305 when the server does not answer, or does not have one of them.
        """
        found = {one.oid: one for one in self._ask(wanted).objects}
        return [self._question(path, found.get(pointer.oid)) for path, pointer in wanted]

    def _ask(self, wanted: Sequence[tuple[str, Pointer]]) -> _Batch:
        objects = {pointer.oid: {"oid": pointer.oid, "size": pointer.size} for _, pointer in wanted}
        body = {"operation": "download", "transfers": ["basic"], "objects": list(objects.values())}
        headers = {"Accept": _MEDIA_TYPE, "Content-Type": _MEDIA_TYPE, **self._credentials()}
        url = f"{self.endpoint.url}/objects/batch"
        route = Route(self._place, frozenset(self.hosts))
        try:
            reply = self.downloader.reply(
                Question(
                    wanted[0][0], url, route, headers, json.dumps(body | {"hash_algo": "sha256"}).encode()
                )
            )
        except CouldNotRun as error:
            hint = f"Git LFS was asked at {self.endpoint.url}; {error.hint}"
            raise unverified(wanted[0][0], f"the object of Git LFS {error.message}", hint) from None
        try:
            batch = _Batch.model_validate_json(reply)
        except ValidationError:
            batch = None
        if batch is None or batch.transfer != "basic" or batch.hash_algo != "sha256":
            reason = f"what answers at {self.endpoint.url} does not speak the batch API of Git LFS"
            raise unverified(
                wanted[0][0], reason, "is that the right address? `lfs.url` in .lfsconfig names another"
            )
        return batch

    def _question(self, path: str, found: _Object | None) -> Question:
        if found is None or found.error is not None:
            said = f": {Secret(None).clean(found.error.message)}" if found and found.error else ""
            raise unverified(path, f"the server of Git LFS does not have this object{said}", _HINT)
        action = found.actions.download
        if action is None:
            raise unverified(path, "the server of Git LFS does not say where this object is", _HINT)
        headers = dict(action.header)
        names = {name.lower() for name in headers}
        if self._is_own(action.href) and not found.authenticated and "authorization" not in names:
            headers |= self._credentials()
        route = Route(self._place, frozenset(self.hosts), public=True)
        return Question(path, action.href, route, headers)

    @property
    def _place(self) -> str:
        return place_of_url(httpx.URL(self.endpoint.url))

    def _is_own(self, href: str) -> bool:
        return _origin(href) == _origin(self.endpoint.url)

    def _credentials(self) -> dict[str, str]:
        """Those that stand in the address, or the job's token where the endpoint is on the job's server."""
        if self.endpoint.credentials is not None:
            name, password = self.endpoint.credentials
        elif self.access is not None and _origin(self.access.server_url) == _origin(self.endpoint.url):
            name, password = "x-access-token", self.access.token
        else:
            return {}
        return {"Authorization": f"Basic {base64.b64encode(f'{name}:{password}'.encode()).decode()}"}


def _origin(url: str) -> tuple[str, str]:
    """Scheme and place; nothing that equals no other for what is no address."""
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL:
        return (url, "")
    return parsed.scheme, place_of_url(parsed)
