"""Asks one other checker about files: started by `peers.py` in the Python that the checker is installed in.

Reads a JSON list of paths from standard input; prints one JSON object a file: path, flagged, crashed, message.
Needs nothing but the standard library and the checker. The checks of OpenAI's cookbook and of mistral-finetune are
written here from their descriptions, as neither can be installed.
"""

import json
import signal
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

SECONDS = 30
"""For one file."""


class Complaint(Exception):
    """The checker does not like the file."""


def together(path: str) -> None:
    """`together files check`, any version."""
    try:
        check_file = import_module("together.lib.utils.files").check_file
    except ImportError:
        check_file = import_module("together.utils.files").check_file
    report = check_file(path)
    if not report["is_check_passed"]:
        raise Complaint(report["message"])


def cleanllm(path: str) -> None:
    """`cleanllm preflight --framework trl` and `cleanllm check-turns`."""
    report = import_module("cleanllm.validate").preflight_jsonl(path, framework="trl")
    if report["invalid_rows"]:
        raise Complaint(json.dumps(report["error_counts"]))
    turns = import_module("cleanllm.multiturn").check_turns_jsonl(path, show_progress=False)
    if turns["flagged_records"] or turns["invalid_records"]:
        raise Complaint(
            json.dumps({key: value for key, value in turns.items() if isinstance(value, int | dict)})
        )


def mistral(path: str) -> None:
    """What mistral-finetune checks before training, with mistral-common's validator for fine-tuning (v3)."""
    place = "mistral_common.protocol.instruct."
    validation, tokenizers = (
        import_module(place + "validator"),
        import_module("mistral_common.tokens.tokenizers.base"),
    )
    validator = validation.get_validator(tokenizers.TokenizerVersion.v3, validation.ValidationMode.finetuning)
    with open(path, encoding="utf-8") as file:  # noqa: PTH123 - as mistral-finetune does
        for number, line in enumerate(file, start=1):
            try:
                row = json.loads(line)
            except json.JSONDecodeError as error:
                raise Complaint(f"line {number}: {error}") from None
            try:
                _mistral_row(
                    row, validator, import_module(place + "messages"), import_module(place + "tool_calls")
                )
            except (import_module("mistral_common.exceptions").MistralCommonException, ValueError) as error:
                raise Complaint(f"line {number}: {error}") from None


MISTRAL_KEYS = {
    "system": ("content",),
    "user": ("content",),
    "assistant": ("content", "tool_calls", "weight"),
    "tool": ("content", "tool_call_id", "name"),
}
"""What mistral-finetune reads of a message; it passes over the rest."""


def _mistral_row(row: dict[str, Any], validator: Any, messages: Any, calls: Any) -> None:  # noqa: ANN401
    if ("messages" in row) == ("interactions" in row):
        raise Complaint("exactly one of messages and interactions is wanted")
    if "tools" in row and "available_tools" in row:
        raise Complaint("one of tools and available_tools is wanted")
    turns = [
        _mistral_turn(message, messages) for message in row.get("messages") or row.get("interactions") or []
    ]
    if "system_prompt" in row:
        turns.insert(0, messages.SystemMessage(content=row["system_prompt"]))
    validator.validate_messages(turns)
    tools = [calls.Tool(**tool) for tool in row.get("tools") or row.get("available_tools") or []]
    if any(not tool.function.description for tool in tools):
        raise Complaint("a tool has no description")
    validator._validate_tools(tools)  # noqa: SLF001 - the only way to it


def _mistral_turn(message: dict[str, Any], messages: Any) -> Any:  # noqa: ANN401
    if message["role"] not in MISTRAL_KEYS:
        raise Complaint(f"unrecognized role {message['role']}")
    if message.get("weight") not in (None, 0, 1):
        raise Complaint("a weight is 0 or 1")
    for call in message.get("tool_calls") or []:
        if not isinstance(call["function"]["arguments"], str):
            raise Complaint("arguments are a string")
    kinds = {
        "system": messages.SystemMessage,
        "user": messages.UserMessage,
        "assistant": messages.FinetuningAssistantMessage,
        "tool": messages.ToolMessage,
    }
    keys = MISTRAL_KEYS[message["role"]]
    return kinds[message["role"]](**{key: message[key] for key in keys if key in message})


ROLES = ("system", "user", "assistant", "function")
KEYS = ("role", "content", "name", "function_call", "weight")


def cookbook(path: str) -> None:
    """The checks of the notebook "Data preparation and analysis for chat model fine-tuning", without its tokens."""
    with open(path, encoding="utf-8") as file:  # noqa: PTH123 - as the notebook does
        rows = [json.loads(line) for line in file]
    errors = {error for row in rows for error in cookbook_errors(row)}
    if errors:
        raise Complaint(", ".join(sorted(errors)))


def cookbook_errors(row: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON
    """Names of what the notebook finds in one row; the last is one of its warnings."""
    if not isinstance(row, dict):
        yield "data_type"
        return
    messages = row.get("messages")
    if not messages:
        yield "missing_messages_list"
        return
    for message in messages:
        yield from _cookbook_message(message)
    if not any(message.get("role") == "assistant" for message in messages):
        yield "example_missing_assistant_message"
    if not any(message["role"] == "user" for message in messages):
        yield "missing_user"


def _cookbook_message(message: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON
    if "role" not in message or "content" not in message:
        yield "message_missing_key"
    if any(key not in KEYS for key in message):
        yield "message_unrecognized_key"
    if message.get("role") not in ROLES:
        yield "unrecognized_role"
    content = message.get("content")
    if (not content and not message.get("function_call")) or not isinstance(content, str):
        yield "missing_content"


CHECKERS: dict[str, Callable[[str], None]] = {
    "together": together,
    "cleanllm": cleanllm,
    "mistral": mistral,
    "cookbook": cookbook,
}


def _expired(*_: object) -> None:
    raise TimeoutError(f"no answer within {SECONDS} s")


def ask(check: Callable[[str], None], path: str) -> dict[str, object]:
    """What `check` says about one file."""
    signal.alarm(SECONDS)
    try:
        check(path)
    except Complaint as error:
        return {"path": path, "flagged": True, "crashed": False, "message": str(error)[:300]}
    except BaseException as error:  # noqa: BLE001 - whatever it is, the checker did not catch it
        return {
            "path": path,
            "flagged": True,
            "crashed": True,
            "message": f"{type(error).__name__}: {error}"[:300],
        }
    finally:
        signal.alarm(0)
    return {"path": path, "flagged": False, "crashed": False, "message": ""}


def main() -> None:
    """Ask about every path."""
    signal.signal(signal.SIGALRM, _expired)
    check = CHECKERS[sys.argv[1]]
    for path in json.load(sys.stdin):
        print(json.dumps(ask(check, path)), flush=True)


if __name__ == "__main__":
    main()
