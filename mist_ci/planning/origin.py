"""Which repository on which host a clone comes from."""

import re
from urllib.parse import urlsplit

_SCP_LIKE = re.compile(r"(?:[^@/:]+@)?([^/:@]+):(?!//)/?(.+)")
_NAME = re.compile(r"/?([A-Za-z0-9][A-Za-z0-9_-]*/[A-Za-z0-9._-]+?)(?:\.git)?/?")


def repository_of(remote_url: str, api_url: str) -> str | None:
    """`owner/name` of a remote's address, if the API at `api_url` is that host's; else None.

    The name of one host's repository must not be looked up at another's: it may exist there too.

    >>> repository_of("git@github.com:acme/models.git", "https://api.github.com")
    'acme/models'
    >>> repository_of("https://gitlab.com/acme/models", "https://api.github.com") is None
    True
    """
    try:
        parts = urlsplit(remote_url)
        api_host = urlsplit(api_url).hostname
        host, path = parts.hostname, parts.path
    except ValueError:
        return None
    if "://" not in remote_url:
        scp_like = _SCP_LIKE.fullmatch(remote_url)
        host, path = (scp_like[1].lower(), scp_like[2]) if scp_like else (None, "")
    name = _NAME.fullmatch(path)
    if host is None or name is None or api_host not in (host, f"api.{host.removeprefix('ssh.')}"):
        return None
    return name[1]
