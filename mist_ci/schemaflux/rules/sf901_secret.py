"""A row holds a credential.

What it finds: keys, tokens and passwords in the formats of their issuers, anywhere in a row: AWS,
GitHub, GitLab, Slack, Stripe, OpenAI, Anthropic, Google, Hugging Face, npm, PyPI and others, private
keys, signed tokens (JWT), passwords in database URLs. Checksums are verified where a format has one.
Examples of documentations and placeholders are left out, and no credential is ever printed.

Why it matters: whoever gets the data has it, and so has whoever gets the model: models repeat such
texts word by word. The provider that trains on the file has it already.

What to do: revoke the credential now, then replace it in the data by a placeholder. To take it out of
git's history is not enough once it was pushed.
"""

from collections.abc import Iterator

from mist_ci.models.finding import Consequence, Severity
from mist_ci.schemaflux.example import chat, rows
from mist_ci.schemaflux.privacy.credentials import TRIGGER, find_credentials
from mist_ci.schemaflux.privacy.masking import mask, without_escapes
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.row_texts import strings
from mist_ci.schemaflux.rule import Problem, RuleMeta

META = RuleMeta(
    code="SF901",
    name="secret",
    severity=Severity.ERROR,
    consequence=Consequence.MISTRAINED,
    since="0.1.0",
    bad=rows(chat(("user", "My key is AKIAQ3EGRVN5UTJ2W7KD."), ("assistant", "Please revoke it."))),
    good=rows(chat(("user", "My key is AKIAIOSFODNN7EXAMPLE."), ("assistant", "An example."))),
    trigger=TRIGGER,
)


def check(row: Row, /) -> Iterator[Problem]:
    """One problem per kind, at the first place."""
    found: dict[str, dict[str, str]] = {}
    for one in strings(row):
        for kind, secret in find_credentials(without_escapes(one.text)):
            found.setdefault(kind, {}).setdefault(secret, one.field)
    for kind, secrets in found.items():
        secret, field = next(iter(secrets.items()))
        more = f", and {len(secrets) - 1} more" if len(secrets) > 1 else ""
        yield Problem(
            f"{field} holds what looks like a real {kind}: {mask(secret)}{more}",
            "revoke it now, then replace it in the data by a placeholder",
            field=field,
        )
