"""Where Git LFS keeps a repository's objects: what the clone says, what the base branch says, or beside the remote."""

import re
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from mist_ci.adapters.git import GitRepository
from mist_ci.errors import MistError
from mist_ci.ports.files import Tree

CONFIG = ".lfsconfig"
_SCP_LIKE = re.compile(r"(?:[^@/:]+@)?([^/:]+):(?!//)(.+)")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The address of the API, and what the address itself had for credentials."""

    url: str
    credentials: tuple[str, str] | None = field(default=None, repr=False)


def find_endpoint(repository: GitRepository, trusted: Tree, remote: str = "origin") -> Endpoint | None:
    """None when the remote is a directory, or there is none. Head's own .lfsconfig is never looked at."""
    keys = ("lfs.url", f"remote.{remote}.lfsurl")
    said = [_configured(repository, ("--get", key)) for key in keys]
    if trusted.exists(CONFIG):
        try:
            content = trusted.read(CONFIG)
        except MistError:  # a link, say: none that git-lfs would read either
            content = b""
        said += [_configured(repository, ("--file", "-", "--get", key), content) for key in keys]
    url = next((one for one in said if one), None)
    if url is None:
        url = _beside(_text(repository.run("remote", "get-url", remote, check=False)))
    return _endpoint(url) if url else None


def _configured(repository: GitRepository, question: tuple[str, ...], feed: bytes = b"") -> str:
    return _text(repository.run("config", *question, check=False, feed=feed))


def _text(output: bytes) -> str:
    return output.decode("utf-8", "replace").strip()


def _beside(remote: str) -> str | None:
    """The address that git-lfs derives from a remote.

    >>> _beside("git@github.com:acme/bot.git"), _beside("https://git.example.com/acme/bot")
    ('https://github.com/acme/bot.git/info/lfs', 'https://git.example.com/acme/bot.git/info/lfs')
    """
    found = _SCP_LIKE.fullmatch(remote)
    if found and "://" not in remote:
        remote = f"https://{found[1]}/{found[2].lstrip('/')}"
    elif remote.startswith(("ssh://", "git+ssh://")):
        parts = urlsplit(remote)
        remote = f"https://{parts.hostname}{parts.path}"
    if not remote.startswith(("https://", "http://")):
        return None
    plain = remote.rstrip("/")
    return f"{plain}/info/lfs" if plain.endswith(".git") else f"{plain}.git/info/lfs"


def _endpoint(url: str) -> Endpoint | None:
    if not url.startswith(("https://", "http://")):
        return None
    scheme, _, rest = url.rstrip("/").partition("://")
    authority, slash, path = rest.partition("/")
    user, at, host = authority.rpartition("@")
    name, _, password = user.partition(":")
    credentials = (unquote(name), unquote(password)) if at else None
    return Endpoint(f"{scheme}://{host}{slash}{path}", credentials)
