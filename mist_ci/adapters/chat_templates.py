"""Chat templates that ship with MIST CI: one .jinja file each, and what is known of them in one YAML file."""

from functools import cache
from pathlib import Path

from mist_ci.errors import Code, UsageError
from mist_ci.models.chat_template import BundledTemplates, ChatTemplate
from mist_ci.parsing import document

DIRECTORY = Path(__file__).parents[1] / "chat_templates"
_LIST = "templates.yaml"


@cache
def bundled_templates() -> BundledTemplates:
    """Name → what is known of each template."""
    return document.parse(BundledTemplates, (DIRECTORY / _LIST).read_bytes(), _LIST)[0]


def bundled_template(name: str) -> ChatTemplate:
    """A template by its name. Raises UsageError MC106 for a name that none has."""
    known = bundled_templates().templates
    if name not in known:
        hint = f"there are: {', '.join(sorted(known))}; or give a file"
        raise UsageError(Code.UNKNOWN_NAME, f"no chat template is named {name!r}", hint=hint)
    one = known[name]
    return ChatTemplate(
        (DIRECTORY / f"{name}.jinja").read_text(encoding="utf-8"),
        source=name,
        special_tokens={**one.special_tokens},
        all_specials=tuple(dict.fromkeys((*one.special_tokens.values(), *one.more_tokens))),
        adds_bos=one.adds_bos,
        plain_only=True,
    )
