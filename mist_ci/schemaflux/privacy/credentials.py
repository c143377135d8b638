"""Credentials that are recognised by the format that their issuer gave them, never by entropy alone.

Each has a pattern for its place in a text, and a check of what the pattern cannot say: a checksum, a decoded header,
no placeholder. Formats as published by the issuers, 2026-11.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from mist_ci.schemaflux.patterns import byte_pattern
from mist_ci.schemaflux.privacy.checksums import ends_with_crc32
from mist_ci.schemaflux.privacy.connection import is_real_password
from mist_ci.schemaflux.privacy.keys import is_private_key, is_signed_token
from mist_ci.schemaflux.privacy.masking import is_made_up

_EXAMPLES = frozenset({"AKIAIOSFODNN7EXAMPLE", "ASIAIOSFODNN7EXAMPLE"})


@dataclass(frozen=True, slots=True)
class Credential:
    """One kind of credential."""

    kind: str
    trigger: bytes
    """Matches the JSON of every text that holds one, with no escape in between."""
    pattern: Any
    """Of RE2, over UTF-8. Group 1 is the credential, group 2 the part that was drawn at random."""
    is_real: Callable[[str], bool]
    """Of group 2."""


def _token(
    kind: str,
    prefix: str,
    rest: str,
    is_real: Callable[[str], bool] | None = None,
    *,
    seen: str = "",
) -> Credential:
    """A prefix and a rest that follow each other; `seen` is the trigger where it is not the prefix and 8 more."""
    pattern = byte_pattern(rf"(?:^|[^A-Za-z0-9_])({prefix}({rest}))(?:$|[^A-Za-z0-9_])".encode())
    return Credential(kind, (seen or f"{prefix}[A-Za-z0-9_-]{{8}}").encode(), pattern, is_real or _is_random)


def _is_random(body: str) -> bool:
    return not is_made_up(body)


def _is_checked(body: str) -> bool:
    return ends_with_crc32(body) and not is_made_up(body)


_WORD, _URL, _HEX = "[A-Za-z0-9]", "[A-Za-z0-9_-]", "[0-9a-f]"
_SCHEMES = r"(?:postgres(?:ql)?|mysql|mariadb|mssql|mongodb|rediss?|amqps?)(?:\+[a-z0-9]+)?"
_CONNECTION = r"""[^\x00-\x20"'`\\/@:<>{}]*:[^\x00-\x20"'`\\/@<>{}]+@[A-Za-z0-9.-]+"""
CREDENTIALS: tuple[Credential, ...] = (
    _token("AWS access key", "A(?:KIA|SIA)", "[A-Z2-7]{16}", seen="A(?:KIA|SIA)[A-Z2-7]{8}"),
    Credential(
        "AWS secret key",
        b"(?i:aws_?secret_?(?:access_?)?key)",
        byte_pattern(
            rb"(?i:aws_?secret_?(?:access_?)?key)[\"' ]{0,3}[:=]{1,2}[\"' ]{0,3}"
            rb"(([A-Za-z0-9/+]{40}))(?:$|[^A-Za-z0-9/+=])"
        ),
        _is_random,
    ),
    _token("GitHub token", "gh[oprsu]_", f"{_WORD}{{36}}", _is_checked),
    _token("GitHub token", "github_pat_", f"{_WORD}{{22}}_{_WORD}{{59}}"),
    _token("GitLab token", "glpat-", f"{_URL}{{20}}"),
    _token(
        "Slack token",
        "xox[abeprs]-",
        f"[0-9]{{9,}}-[0-9]{{9,}}-(?:[0-9]+-)?{_WORD}{{24,}}",
        seen="xox[abeprs]-[0-9]",
    ),
    _token("Slack webhook", "hooks[.]slack[.]com/services/", f"T{_WORD}{{8,}}/B{_WORD}{{8,}}/{_WORD}{{24}}"),
    _token("Stripe key", "[rs]k_live_", f"{_WORD}{{24,}}"),
    _token(
        "OpenAI key",
        "sk-",
        f"(?:(?:proj|svcacct|admin)-)?{_URL}{{20,}}T3BlbkFJ{_URL}{{20,}}",
        seen="T3BlbkFJ",
    ),
    _token("Anthropic key", "sk-ant-", f"[a-z]+[0-9]{{2}}-{_URL}{{80,}}", seen="sk-ant-"),
    _token("Google key", "AIza", f"{_URL}{{35}}"),
    _token("Hugging Face token", "hf_", "[A-Za-z]{34}", seen="hf_[A-Za-z]{16}"),
    _token("npm token", "npm_", f"{_WORD}{{36}}", _is_checked, seen=f"npm_{_WORD}{{16}}"),
    _token("PyPI token", "pypi-", f"AgE(?:IcHlwaS5vcmc|NdGVzdC5weXBpLm9yZ){_URL}{{50,}}", seen="pypi-AgE"),
    _token("SendGrid key", "SG[.]", f"{_URL}{{22}}[.]{_URL}{{43}}"),
    _token("Twilio credentials", "AC", f"{_HEX}{{32}}:{_HEX}{{32}}", seen=f"AC{_HEX}{{16}}"),
    _token("Groq key", "gsk_", f"{_WORD}{{52}}", seen=f"gsk_{_WORD}{{16}}"),
    _token("DigitalOcean token", "do[opr]_v1_", f"{_HEX}{{64}}"),
    _token("Databricks token", "dapi", f"{_HEX}{{32}}", seen=f"dapi{_HEX}{{16}}"),
    _token("Shopify token", "shp(?:at|ca|pa|ss)_", "[0-9a-fA-F]{32}"),
    _token("Docker token", "dckr_pat_", f"{_URL}{{27}}"),
    _token("Telegram token", "[0-9]{8,10}:AA", f"{_URL}{{33}}", seen="[0-9]:AA"),
    _token("Azure storage key", "AccountKey=", "[A-Za-z0-9+/]{86}==", seen="AccountKey=[A-Za-z0-9+/]"),
    Credential(
        "private key",
        b"-----BEGIN [A-Z ]{0,20}PRIVATE KEY",
        byte_pattern(
            rb"(-----BEGIN (?:RSA |EC |DSA |OPENSSH )?PRIVATE KEY-----(?:\s|\\n|\\r)*([A-Za-z0-9+/=\s\\]{64,}))"
        ),
        is_private_key,
    ),
    Credential(
        "signed token (JWT)",
        rb"eyJ[A-Za-z0-9_-]{8,}[.]eyJ",
        byte_pattern(
            rb"(?:^|[^A-Za-z0-9_-])((eyJ[A-Za-z0-9_-]{8,}[.]eyJ[A-Za-z0-9_-]{8,}[.][A-Za-z0-9_-]{20,}))"
        ),
        is_signed_token,
    ),
    Credential(
        "password in a database URL",
        f"{_SCHEMES}://{_CONNECTION}".encode(),
        byte_pattern(f"({_SCHEMES}://({_CONNECTION}))".encode()),
        is_real_password,
    ),
)
TRIGGER = b"|".join(one.trigger for one in CREDENTIALS)


def find_credentials(text: str) -> Iterator[tuple[str, str]]:
    """Kind and value of the credentials in a text, those of documentations and placeholders left out."""
    content = text.encode("utf-8", "surrogatepass")
    for one in CREDENTIALS:
        for match in one.pattern.finditer(content):
            secret, body = match.group(1).decode(), match.group(2).decode()
            if secret not in _EXAMPLES and one.is_real(body):
                yield one.kind, secret
