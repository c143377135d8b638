"""GitHub, and GitHub Enterprise Server. Takes a quarter of a second to import: do it where it is needed."""

import re
from collections.abc import Callable, Sequence
from typing import Self
from urllib.parse import urlsplit

from mist_ci.adapters.github import pulls, rulesets, statuses
from mist_ci.adapters.github.client import TIMEOUT_S, Client
from mist_ci.adapters.github.comments import Comments
from mist_ci.adapters.github.retrying import Manners
from mist_ci.adapters.providers.secret import Redact, Secret
from mist_ci.errors import Code, CouldNotRun
from mist_ci.models.pull_request import CommitState, PostedStatus, PullRequest, RunOrder
from mist_ci.models.report import Status
from mist_ci.ports.code_host import CommentOutcome, Pending, Ruleset

PUBLIC_API = "https://api.github.com"
_REPOSITORY = re.compile(r"([A-Za-z0-9][A-Za-z0-9_-]*)/([A-Za-z0-9._-]+)")
_SHA = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


class GitHub:
    """One repository (`ports.CodeHost`). The token goes to `api_url` and nowhere else.

    `repository` and `api_url` are GITHUB_REPOSITORY and GITHUB_API_URL of the job. `redact` takes the token out
    of texts before they are sent. `settle_s` is how long an updated comment is left before it is looked at again.
    Raises CouldNotRun MC320 when one of them cannot be right.
    """

    def __init__(
        self,
        repository: str,
        token: str,
        api_url: str = PUBLIC_API,
        *,
        manners: Manners | None = None,
        redact: Redact | None = None,
        timeout_s: float = TIMEOUT_S,
        settle_s: float = 1.0,
    ) -> None:
        name = _REPOSITORY.fullmatch(repository)
        if not name or set(name[2]) == {"."}:
            raise CouldNotRun(Code.CODE_HOST, "the repository is not of the form owner/name")
        self._secret = _secret(token, redact)
        self._client = Client(
            name[1], name[2], self._secret, _address(api_url), manners or Manners(), timeout_s
        )
        self._comments = Comments(self._client, settle_s)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Gives connections back."""
        self._client.close()

    def login(self) -> str:
        """Who the token stands for. One request, once."""
        return self._comments.login()

    def set_status(
        self,
        sha: str,
        status: Status | Pending,
        target_url: str | None = None,
        is_still_wanted: Callable[[], bool] | None = None,
    ) -> None:
        """Posts a status on a commit; the newest one of a context counts. A long description is cut."""
        state = CommitState.PENDING if isinstance(status, Pending) else CommitState(status.state.value)
        description = self._secret.redact(status.description)
        wanted = statuses.Wanted(status.context, state, description, target_url)
        statuses.post(self._client, _full(sha), wanted, is_still_wanted or (lambda: True))

    def statuses(self, sha: str) -> tuple[PostedStatus, ...]:
        """The status that counts of each context, contexts in order."""
        return statuses.standing(self._client, _full(sha))

    def pull_request(self, number: int) -> PullRequest:
        """A pull request as it is now."""
        return pulls.one(self._client, number)

    def open_pull_requests(self, head_sha: str) -> tuple[PullRequest, ...]:
        """All open pull requests whose head is exactly this commit, from forks too, by number."""
        return pulls.open_with_head(self._client, _full(head_sha))

    def merged_pull_requests(self, sha: str) -> tuple[PullRequest, ...]:
        """The merged pull requests that brought this commit, by number."""
        return pulls.merged_with(self._client, _full(sha))

    def own_comment(self, pull_number: int, gate: str) -> str | None:
        """The text of our newest comment of this gate on a pull request."""
        return self._comments.newest(pull_number, gate)

    def upsert_comment(self, pull_number: int, gate: str, body: str, order: RunOrder) -> CommentOutcome:
        """Makes `body` the one comment of this gate, unless a newer run has written."""
        return self._comments.upsert(pull_number, gate, self._secret.redact(body), order)

    def rulesets(self) -> Sequence[Ruleset]:
        """The branch rulesets of this repository, those of its owner left out; some require no checks."""
        return rulesets.listed(self._client)

    def create_ruleset(self, ruleset: Ruleset) -> Ruleset:
        """A new ruleset; what comes back has its id."""
        return rulesets.create(self._client, ruleset)

    def update_ruleset(self, ruleset: Ruleset) -> Ruleset:
        """Sets name, branches and checks of an existing one; what else is in it stays as it is."""
        return rulesets.update(self._client, ruleset)


def _secret(token: str, redact: Redact | None) -> Secret:
    value = token.strip()
    if not value or not (value.isascii() and value.isprintable()):
        raise CouldNotRun(
            Code.CODE_HOST, "there is no usable GitHub token", hint="pass `github.token` to this step"
        )
    return Secret(value, redact) if redact else Secret(value)


def _address(api_url: str) -> str:
    address = api_url.rstrip("/")
    if not _is_address(address):
        raise CouldNotRun(
            Code.CODE_HOST,
            "the address of GitHub's API is not usable",
            hint="GITHUB_API_URL is like https://api.github.com or https://github.example.com/api/v3",
        )
    return address


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    is_bare = "@" not in parts.netloc and not parts.query and not parts.fragment
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and is_bare


def _full(sha: str) -> str:
    """Nothing but a full commit id goes into a path: ghapi lets a `/` through."""
    if not _SHA.fullmatch(sha):
        raise CouldNotRun(Code.CODE_HOST, "a commit is named by its full id in lowercase hexadecimal digits")
    return sha
