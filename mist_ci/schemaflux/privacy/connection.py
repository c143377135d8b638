"""Passwords in the URLs of databases: most of them are examples."""

from ipaddress import ip_address

_PLACEHOLDERS = (
    *("pass", "pwd", "pw", "secret", "example", "changeme", "admin", "root", "user", "guest", "default"),
    *(
        "postgres",
        "mysql",
        "mongo",
        "redis",
        "rabbit",
        "your",
        "my",
        "test",
        "demo",
        "dev",
        "local",
        "xxx",
        "***",
    ),
    *("1234", "abcd", "qwerty", "hunter", "letmein", "foo", "$", "%", "some", "strong", "db"),
)
_NO_HOSTS = ("example", "localhost", "local", "test", "invalid", "internal", "host", "yourdomain", "domain")
_FEWEST_CHARS = 8
_FEWEST_DISTINCT = 6


def is_real_password(connection: str) -> bool:
    """True for `user:password@host` of a public host with a password that is no word of an example."""
    credentials, _, host = connection.rpartition("@")
    password = credentials.partition(":")[2]
    lower = password.lower()
    if len(password) < _FEWEST_CHARS or len(set(password)) < _FEWEST_DISTINCT:
        return False
    return not any(word in lower for word in _PLACEHOLDERS) and _is_public(host)


def _is_public(host: str) -> bool:
    try:
        return ip_address(host).is_global
    except ValueError:
        labels = host.lower().split(".")
    return len(labels) > 1 and not any(label in _NO_HOSTS for label in labels)
