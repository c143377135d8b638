"""The one prompt of a promptfoo file: text, a chat in JSON, or a file with either."""

from mist_ci.errors import Code, ConfigError, Where
from mist_ci.matchspec.reading.library import SCHEME, Library
from mist_ci.models.suite import ChatMessage
from mist_ci.parsing import strict_json
from mist_ci.parsing.safe_yaml import Document, Plain

_BETWEEN_PROMPTS = "\n---\n"
_ONE = "a suite asks one prompt: write it as `prompt:` in the suite file"


def prompt_settings(config: Document, library: Library) -> dict[str, object]:
    """`prompt` or `messages` as a suite file has them. Raises ConfigError where there is not exactly one."""
    where = config.where(("prompts",))
    listed = config.value.get("prompts") if isinstance(config.value, dict) else None
    prompts: list[Plain] = [listed] if isinstance(listed, str) else listed if isinstance(listed, list) else []
    if not prompts:
        hint = 'write `prompt:` in the suite file, such as `prompt: "{{ question }}"`'
        message = "the tests name variables, and there is no prompt for them"
        raise ConfigError(Code.MISSING_KEY, message, where=where, hint=hint)
    if len(prompts) > 1:
        raise ConfigError(Code.NOT_AVAILABLE, f"there are {len(prompts)} prompts", where=where, hint=_ONE)
    text = _text(prompts[0], config, library)
    if _BETWEEN_PROMPTS in text:
        raise ConfigError(Code.NOT_AVAILABLE, "the file holds several prompts", where=where, hint=_ONE)
    return _settings(text, where)


def _text(prompt: Plain, config: Document, library: Library) -> str:
    where = config.where(("prompts", 0))
    if isinstance(prompt, dict):
        prompt = prompt.get("raw", prompt.get("content", prompt.get("id")))
    if not isinstance(prompt, str) or not prompt.strip():
        raise ConfigError(Code.WRONG_VALUE, "a prompt must be a text", where=where, hint=_ONE)
    looks_like_a_file = (
        prompt.endswith((".txt", ".json", ".md", ".j2", ".yaml", ".yml")) and "\n" not in prompt
    )
    if prompt.startswith(SCHEME) or looks_like_a_file:
        return library.text(prompt, where).strip()
    return prompt


def _settings(text: str, where: Where) -> dict[str, object]:
    if not text.lstrip().startswith("["):
        return {"prompt": text}
    try:
        chat = strict_json.parse(text.encode())
    except strict_json.JsonProblem:
        return {"prompt": text}
    messages = [_message(one, where) for one in chat] if isinstance(chat, list) else []
    return {"messages": tuple(messages)} if messages else {"prompt": text}


def _message(one: strict_json.JsonValue, where: Where) -> ChatMessage:
    try:
        return ChatMessage.model_validate(one)
    except ValueError:
        message = "a message of the chat has a `role` and a `content`, and nothing else"
        raise ConfigError(Code.NOT_AVAILABLE, message, where=where, hint=_ONE) from None
