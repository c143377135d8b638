"""Chat templates in files of a user, and those that ship: one .jinja each, and all that is known in one YAML file."""

from functools import cache
from pathlib import Path

from mist_ci.errors import Code, ConfigError, UsageError, Where
from mist_ci.models.chat_template import BundledTemplates, ChatTemplate
from mist_ci.parsing import document
from mist_ci.parsing.chat_template import read_chat_template

CONFIG = "tokenizer_config.json"
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
        special_tokens={str(name): token for name, token in one.special_tokens.items()},
        all_specials=tuple(dict.fromkeys((*one.special_tokens.values(), *one.more_tokens))),
        adds_bos=one.adds_bos,
        plain_only=True,
    )


def read_template(path: Path) -> ChatTemplate:
    """A template out of a file, with the special tokens of a tokenizer_config.json beside it. Raises ConfigError."""
    config = path.with_name(CONFIG)
    has_config = path.suffix != ".json" and config.is_file()
    return read_chat_template(str(path), _read(path), (str(config), _read(config)) if has_config else None)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ConfigError(Code.FILE_MISSING, reason, where=Where(str(path))) from None
