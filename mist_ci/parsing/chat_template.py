"""Chat templates as they are kept: a .jinja file, or a field of tokenizer_config.json, with the special tokens.

Nothing is run here. A template is untrusted text until the isolated child renders it.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace

from mist_ci.errors import Code, ConfigError, Where
from mist_ci.models.chat_template import UNKNOWN_TOKENS, ChatTemplate

NAMED_TOKENS = ("bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token")
"""The special tokens that transformers gives to a template by name."""

_MOST_BYTES = 1 << 24
_DEFAULT, _TOOL_USE = "default", "tool_use"
_HINT = "give a .jinja file, or the tokenizer_config.json that the model comes with"

Json = Mapping[str, object]


def read_chat_template(
    file: str, content: bytes, tokenizer_config: tuple[str, bytes] | None = None
) -> ChatTemplate:
    """The template of a file: Jinja, or JSON (tokenizer_config.json, chat_template.json) by its name.

    `tokenizer_config` is the name and content of the file that the special tokens are taken from where the
    template stands alone. Without it nobody knows them, and they render as nothing. Raises ConfigError MC102 for
    what cannot be read, MC104 and MC105 for a field that is wrong or absent, MC109 for more than 16 MiB.
    """
    if file.endswith(".json"):
        config = _config(file, content)
        template = replace(_named(file, config.get("chat_template")), source=file)
        template = _with_tokens(template, file, config) if _has_tokens(config) else template
    else:
        template = ChatTemplate(_text(file, content), source=file)
    if tokenizer_config is not None:
        name, other = tokenizer_config
        template = _with_tokens(template, name, _config(name, other))
    return template


def _text(file: str, content: bytes) -> str:
    if len(content) > _MOST_BYTES:
        message = f"has {len(content):,} bytes; a chat template or tokenizer_config.json has less than 16 MiB"
        raise ConfigError(Code.UNSAFE_DOCUMENT, message, where=Where(file), hint=_HINT)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"byte {error.start + 1} is not UTF-8"
        raise ConfigError(Code.SYNTAX, message, where=Where(file), hint=_HINT) from None


def _config(file: str, content: bytes) -> Json:
    # Not the strict reader of training data: `model_max_length` is 10^30 in most of these files.
    try:
        config = json.loads(_text(file, content))
    except json.JSONDecodeError as error:
        where = Where(file, error.lineno, error.colno)
        raise ConfigError(Code.SYNTAX, f"not valid JSON: {error.msg}", where=where, hint=_HINT) from None
    except (RecursionError, ValueError):
        raise ConfigError(Code.SYNTAX, "not valid JSON", where=Where(file), hint=_HINT) from None
    if not isinstance(config, dict):
        raise _wrong(file, None, "an object", config)
    return config


def _named(file: str, value: object) -> ChatTemplate:
    """The template for rows without tools, and the one for rows with tools where there are two."""
    if value is None:
        hint = "newer models keep it in chat_template.jinja beside this file: give that one"
        where = Where(file, field="chat_template")
        raise ConfigError(Code.MISSING_KEY, "there is no chat template in it", where=where, hint=hint)
    if isinstance(value, str):
        return ChatTemplate(value)
    templates = dict(_templates(file, value))
    if _DEFAULT not in templates:
        names = ", ".join(sorted(templates)) or "none"
        message = f"needs a template named {_DEFAULT!r}; there are: {names}"
        raise ConfigError(Code.MISSING_KEY, message, where=Where(file, field="chat_template"), hint=_HINT)
    return ChatTemplate(templates[_DEFAULT], tool_text=templates.get(_TOOL_USE))


def _templates(file: str, value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        entries = [(f"chat_template.{name}", name, text) for name, text in value.items()]
    elif isinstance(value, list):
        fields = [
            (f"chat_template[{n}]", _object(file, f"chat_template[{n}]", one)) for n, one in enumerate(value)
        ]
        entries = [(field, one.get("name"), one.get("template")) for field, one in fields]
    else:
        raise _wrong(file, "chat_template", "a string, or a list of named templates", value)
    for field, name, text in entries:
        if not isinstance(name, str) or not isinstance(text, str):
            raise _wrong(file, field, "a name and a template, both strings", None)
        yield name, text


def _has_tokens(config: Json) -> bool:
    return any(name in config for name in (*NAMED_TOKENS, "added_tokens_decoder"))


def _with_tokens(template: ChatTemplate, file: str, config: Json) -> ChatTemplate:
    found = {name: _token(file, name, config.get(name)) for name in NAMED_TOKENS}
    named = {name: token for name, token in found.items() if token}
    adds_bos = config.get("add_bos_token")
    if adds_bos is not None and not isinstance(adds_bos, bool):
        raise _wrong(file, "add_bos_token", "true or false", adds_bos)
    every = dict.fromkeys((*named.values(), *_more_tokens(file, config)))
    return replace(
        template,
        special_tokens=named or UNKNOWN_TOKENS,
        all_specials=tuple(token for token in every if token),
        adds_bos=adds_bos,
    )


def _more_tokens(file: str, config: Json) -> Iterator[str]:
    """Special tokens that have no name, or one that is the model's own."""
    for key in ("additional_special_tokens", "extra_special_tokens"):
        value = config.get(key) or []
        if not isinstance(value, list | dict):
            raise _wrong(file, key, "a list of tokens", value)
        for name, one in value.items() if isinstance(value, dict) else enumerate(value):
            yield _token(file, f"{key}.{name}" if isinstance(value, dict) else f"{key}[{name}]", one)
    for name, one in _object(file, "added_tokens_decoder", config.get("added_tokens_decoder") or {}).items():
        field = f"added_tokens_decoder.{name}"
        if _object(file, field, one).get("special") is True:
            yield _token(file, field, one)


def _token(file: str, field: str, value: object) -> str:
    """A token as a string or as `{"content": …}`; empty for null."""
    content = value.get("content") if isinstance(value, dict) else value
    if content is None and not isinstance(value, dict):
        return ""
    if not isinstance(content, str):
        raise _wrong(file, field, 'a string, or an object with "content"', value)
    return content


def _object(file: str, field: str, value: object) -> Json:
    if not isinstance(value, dict):
        raise _wrong(file, field, "an object", value)
    return value


def _wrong(file: str, field: str | None, expected: str, value: object) -> ConfigError:
    shown = "" if value is None else f", not {type(value).__name__}"
    where = Where(file, field=field)
    return ConfigError(Code.WRONG_VALUE, f"must be {expected}{shown}", where=where, hint=_HINT)
