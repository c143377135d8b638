"""Secrets, personal data and reserved words: SF9xx. All made up, and no scanner stumbles here."""

import base64
import random
import string
import zlib

from benchmarks.data import calling, shapes
from benchmarks.data.case import Case, Change, spoiled
from benchmarks.data.edit import alter, put
from benchmarks.data.shapes import SEED
from mist_ci.models.data_format import DataFormat as F

BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase
ANSWER, QUESTION = "messages.1.content", "messages.0.content"
LEARN = "mis-trained"


def cases() -> list[Case]:
    """All of them."""
    return [*_secrets(), *_elsewhere(), *_people(), *_reserved()]


def _letters(count: int, alphabet: str = BASE62, salt: int = 0) -> str:
    chance = random.Random(SEED + count + salt)
    return "".join(chance.choice(alphabet) for _ in range(count))


def _checked(prefix: str) -> str:
    """Thirty letters and six that check them, as GitHub and npm do it."""
    body = _letters(30, salt=len(prefix))
    number, check = zlib.crc32(body.encode()), ""
    while number:
        number, digit = divmod(number, 62)
        check = BASE62[digit] + check
    return prefix + body + check.rjust(6, "0")


def _url64(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _token() -> str:
    """A JSON Web Token."""
    head, body = (
        _url64('{"alg":"HS256","typ":"JWT"}'),
        _url64('{"sub":"4711","name":"Robin","iat":1764115200}'),
    )
    return f"{head}.{body}.{_letters(43)}"


def _key() -> str:
    lines = "\n".join(_letters(64, salt=number) for number in range(6))
    kind = "RSA PRIVATE" + " KEY"
    return f"-----BEGIN {kind}-----\nMIIEow{lines}\n-----END {kind}-----"


SECRETS = {
    "aws": "AK" + "IA" + _letters(16, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"),
    "github": _checked("gh" + "p_"),
    "openai": "sk" + "-" + _letters(20) + "T3Blbk" + "FJ" + _letters(20, salt=1),
    "slack": "xoxb-" + _letters(12, "123456789") + "-" + _letters(12, "123456789", 1) + "-" + _letters(24),
    "stripe": "sk" + "_live_" + _letters(24),
    "npm": _checked("np" + "m_"),
    "pypi": "py" + "pi-AgEIcHlwaS5vcmc" + _letters(85),
    "google": "AI" + "za" + _letters(35),
    "jwt": _token(),
    "pem": _key(),
}
"""Well-formed and worthless: seeded letters."""

PEOPLE = {
    "email": "Write to ragnhild.solberg" + "@" + "nordlys-bakeri.no and she will answer.",
    "phone": "Call me on +49 30 " + "2273 " + "5117 after six.",
    "us-phone": "Call me at (415) 682-3094 any time.",
    "ssn": "My social security number is 536-" + "22-" + "8714.",
    "card": "Charge it to 4539 7921 6084 3151 please.",
    "iban": "Send it to DE17 5001 0517 5938 2046 71.",
    "ip": "The server at 84.23" + ".117.9 does not answer.",
}


def _say(text: str) -> Change:
    return alter(ANSWER, lambda content: f"{content} {text}")


def _secrets() -> list[Case]:
    rows = shapes.chat()
    return [
        spoiled(f"secret-{name}", rows, _say(f"Use this one: {secret}"), f"a secret of {name} in an answer", "SF901",
                consequence=LEARN, core=name == "github")
        for name, secret in SECRETS.items()
    ]  # fmt: skip


def _elsewhere() -> list[Case]:
    github, aws = SECRETS["github"], SECRETS["aws"]
    arguments = f'{{"city": "{aws}", "day": "Monday"}}'
    return [
        spoiled("secret-system", shapes.chat(), put(QUESTION, f"The key is {github}.", at=21),
            "a secret in a system message", "SF901", consequence=LEARN),
        spoiled("secret-arguments", calling.tools(),
            put("messages.1.tool_calls.0.function.arguments", arguments, at=24),
            "a secret in the arguments of a call", "SF901", consequence=LEARN),
        spoiled("secret-alpaca", shapes.alpaca(), put("input", f"export AWS_KEY={aws}"), "a secret in an input",
            "SF901", form=F.ALPACA, consequence=LEARN),
        spoiled("secret-vertex", shapes.vertex(), alter("contents.0.parts.0.text", lambda text: f"{text} {github}"),
            "a secret in a question", "SF901", form=F.VERTEX, consequence=LEARN),
        spoiled("secret-rejected", shapes.preference(), put("rejected", f"It is {github}."),
            "a secret in the worse answer", "SF901", form=F.PREFERENCE, consequence=LEARN),
    ]  # fmt: skip


def _people() -> list[Case]:
    rows = shapes.chat()
    cases = [
        spoiled(f"personal-{name}", rows, _say(text), f"personal data: {name}", "SF902", consequence=LEARN,
            core=name == "email")
        for name, text in PEOPLE.items()
    ]  # fmt: skip
    text = alter("text", lambda text: f"{text} {PEOPLE['card']}")
    return [
        *cases,
        spoiled("personal-card-text", shapes.plain_text(), text, "personal data: card", "SF902", form=F.TEXT,
            consequence=LEARN),
    ]  # fmt: skip


def _reserved() -> list[Case]:
    nova = shapes.nova()
    return [
        spoiled("reserved-nova", nova, alter("messages.0.content.0.text", lambda text: f"The end-user: {text}"),
            "a word that Nova keeps for itself", "SF905", form=F.BEDROCK_NOVA, targets=("bedrock-nova",)),
        spoiled("reserved-nova-eos", nova, alter("messages.1.content.0.text", lambda text: f"{text} [EOS]"),
            "a marker that Nova keeps for itself", "SF905", "SF609", form=F.BEDROCK_NOVA, targets=("bedrock-nova",)),
    ]  # fmt: skip
