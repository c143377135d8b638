"""The chat templates that ship, and those in a user's files."""

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from mist_ci.adapters.chat_templates import DIRECTORY, bundled_template, bundled_templates, read_template
from mist_ci.errors import Code, ConfigError, UsageError
from mist_ci.ports.executor import ChatRendered, Conversation
from mist_ci.schemaflux.example import chat, rows
from tests.fakes import InlineExecutor
from tests.unit.schemaflux.checking import check

NAMES = sorted(bundled_templates().templates)
every_template = pytest.mark.parametrize("name", NAMES)
SYSTEM = {"role": "system", "content": "Be kind."}
ASK = {"role": "user", "content": " What? "}
TELL = {"role": "assistant", "content": "That.\n"}
EXPECTED = {
    "chatml": "<|im_start|>system\nBe kind.<|im_end|>\n<|im_start|>user\n What? <|im_end|>\n<|im_start|>assistant\n"
    "That.\n<|im_end|>\n",
    "gemma3": "<bos><start_of_turn>user\nBe kind.\n\nWhat?<end_of_turn>\n<start_of_turn>model\nThat.<end_of_turn>\n",
    "llama3": "<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\nBe kind.<|eot_id|>"
    "<|start_header_id|>user<|end_header_id|>\n\nWhat?<|eot_id|>"
    "<|start_header_id|>assistant<|end_header_id|>\n\nThat.<|eot_id|>",
    "mistral": "<s>[SYSTEM_PROMPT]Be kind.[/SYSTEM_PROMPT][INST] What? [/INST]That.\n</s>",
    "phi3": "<|system|>\nBe kind.<|end|>\n<|user|>\n What? <|end|>\n<|assistant|>\nThat.\n<|end|>\n<|endoftext|>",
    "zephyr": "<|system|>\nBe kind.</s>\n<|user|>\n What? </s>\n<|assistant|>\nThat.\n</s>\n",
}


def render(name: str, conversation: Conversation) -> ChatRendered:
    return next(
        InlineExecutor().render_chat(bundled_template(name), [conversation], datetime(2026, 1, 1, tzinfo=UTC))
    )


@pytest.mark.parametrize("name", EXPECTED)
def test_a_conversation_looks_as_the_format_is_described(name: str) -> None:
    assert render(name, Conversation([SYSTEM, ASK, TELL])).text == EXPECTED[name]


def test_gemma_has_no_system_role() -> None:
    expected = "<bos><start_of_turn>user\nWhat?<end_of_turn>\n<start_of_turn>model\nThat.<end_of_turn>\n"
    assert render("gemma", Conversation([ASK, TELL])).text == expected
    assert "system" in str(render("gemma", Conversation([SYSTEM, ASK, TELL])).error)


@every_template
def test_its_own_rules_have_nothing_to_say_about_it(name: str) -> None:
    content = rows(
        chat(("user", "What is the capital?"), ("assistant", "That is Paris, in France.")),
        chat(
            ("user", "What is 2+2, please?"),
            ("assistant", "4"),
            ("user", "And 3+3?"),
            ("assistant", "It is 6."),
        ),
    )
    found = check(content, template=bundled_template(name)).findings
    pads_with_end = name in ("phi3", "zephyr")  # so their tokenizers ship
    assert [one.code for one in found] == ["SF607"] * pads_with_end


@every_template
@pytest.mark.parametrize(
    "conversation",
    [
        Conversation([ASK, TELL], tools=[{"type": "function", "function": {"name": "f"}}]),
        Conversation([ASK, TELL], documents=[{"title": "t"}]),
        Conversation([{"role": "user", "content": [{"type": "text", "text": "x"}]}, TELL]),
        Conversation([ASK, {"role": "assistant", "content": ""}, {"role": "tool", "content": "x"}]),
        Conversation([ASK, {**TELL, "tool_calls": [{"function": {"name": "f", "arguments": "{}"}}]}]),
        Conversation([ASK, {"role": "assistant"}]),
    ],
)
def test_what_it_was_not_written_for_it_refuses(name: str, conversation: Conversation) -> None:
    assert "give the model's own template" in str(render(name, conversation).error)


@every_template
def test_each_has_a_file_a_source_and_a_date(name: str) -> None:
    one = bundled_templates().templates[name]
    assert (DIRECTORY / f"{name}.jinja").is_file()
    assert one.source.startswith("https://")
    assert one.licence == "MIT"
    assert one.as_of >= date(2026, 11, 26)
    template = bundled_template(name)
    assert not template.hides_tokens
    assert template.plain_only
    assert template.eos


def test_no_file_is_left_out() -> None:
    assert sorted(path.stem for path in DIRECTORY.glob("*.jinja")) == NAMES


def test_a_name_that_none_has_is_answered_with_those_there_are() -> None:
    with pytest.raises(UsageError) as caught:
        bundled_template("../chatml")
    assert caught.value.code is Code.UNKNOWN_NAME
    assert "zephyr" in str(caught.value.hint)


def test_a_file_takes_its_tokens_from_the_config_beside_it(tmp_path: Path) -> None:
    jinja, config = tmp_path / "chat_template.jinja", tmp_path / "tokenizer_config.json"
    jinja.write_text("{{ bos_token }}", encoding="utf-8")
    assert read_template(jinja).bos == ""
    config.write_text(json.dumps({"bos_token": "<s>", "chat_template": "x"}), encoding="utf-8")
    assert (read_template(jinja).bos, read_template(jinja).text) == ("<s>", "{{ bos_token }}")
    assert read_template(config).text == "x"


def test_a_file_that_is_not_there_is_a_clear_error(tmp_path: Path) -> None:
    for name in ("no.jinja", "no.json"):
        with pytest.raises(ConfigError) as caught:
            read_template(tmp_path / name)
        assert caught.value.code is Code.FILE_MISSING
    with pytest.raises(ConfigError, match="is a directory"):
        read_template(tmp_path)
