"""Chat templates as models come with them, and files that only look like one."""
# ruff: noqa: E501 - a case stands on one line

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mist_ci.errors import Code, ConfigError
from mist_ci.models.chat_template import UNKNOWN_TOKENS, ChatTemplate
from mist_ci.parsing.chat_template import read_chat_template

FILE = "model/tokenizer_config.json"
LLAMA = {
    "chat_template": "{{ bos_token }}",
    "model_max_length": 1000000000000000019884624838656,
    "bos_token": {"__type": "AddedToken", "content": "<s>", "lstrip": False},
    "eos_token": "</s>",
    "pad_token": None,
    "add_bos_token": True,
    "additional_special_tokens": ["<|x|>", {"content": "<|y|>"}],
    "added_tokens_decoder": {
        "1": {"content": "<s>", "special": True},
        "7": {"content": "<|z|>", "special": True},
        "8": {"content": "<tool_call>", "special": False},
    },
}


def read(value: Any, file: str = FILE) -> ChatTemplate:
    return read_chat_template(file, json.dumps(value).encode())


def refused(value: Any) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        read(value)
    assert caught.value.hint
    assert caught.value.where
    assert caught.value.where.file == FILE
    return caught.value


def test_a_jinja_file_comes_without_tokens() -> None:
    template = read_chat_template("a/chat.jinja", "\ufeff{{ bos_token }}é".encode())
    assert template == ChatTemplate("{{ bos_token }}é", source="a/chat.jinja")
    assert template.special_tokens == UNKNOWN_TOKENS
    assert template.hides_tokens


def test_a_tokenizer_config_brings_its_tokens() -> None:
    template = read(LLAMA)
    assert template.special_tokens == {"bos_token": "<s>", "eos_token": "</s>"}
    assert template.all_specials == ("<s>", "</s>", "<|x|>", "<|y|>", "<|z|>")
    assert template.adds_bos is True
    assert (template.bos, template.eos, template.hides_tokens) == ("<s>", "</s>", False)


def test_a_jinja_file_takes_its_tokens_from_the_config_beside_it() -> None:
    template = read_chat_template("chat.jinja", b"{{ x }}", (FILE, json.dumps(LLAMA).encode()))
    assert (template.text, template.source, template.eos) == ("{{ x }}", "chat.jinja", "</s>")


def test_chat_template_json_has_a_template_and_nothing_else() -> None:
    assert read({"chat_template": "x"}).special_tokens == UNKNOWN_TOKENS


@pytest.mark.parametrize(
    "named",
    [
        [{"name": "default", "template": "d"}, {"name": "tool_use", "template": "t"}],
        {"default": "d", "tool_use": "t", "rag": "r"},
    ],
)
def test_of_named_templates_rows_with_tools_have_their_own(named: Any) -> None:
    template = read({"chat_template": named})
    assert (template.text, template.tool_text) == ("d", "t")


def test_extra_special_tokens_may_have_names() -> None:
    found = read(
        {**LLAMA, "extra_special_tokens": {"image_token": "<image>"}, "additional_special_tokens": None}
    )
    assert "<image>" in found.all_specials


WRONG: dict[str, tuple[Any, Code, str | None]] = {
    "no object": ([1], Code.WRONG_VALUE, None),
    "no template": ({"eos_token": "x"}, Code.MISSING_KEY, "chat_template"),
    "a number for a template": ({"chat_template": 7}, Code.WRONG_VALUE, "chat_template"),
    "no default": ({"chat_template": {"rag": "x"}}, Code.MISSING_KEY, "chat_template"),
    "an empty list": ({"chat_template": []}, Code.MISSING_KEY, "chat_template"),
    "a list of strings": ({"chat_template": ["x"]}, Code.WRONG_VALUE, "chat_template[0]"),
    "a template without a name": ({"chat_template": [{"template": "x"}]}, Code.WRONG_VALUE, "chat_template[0]"),
    "a named number": ({"chat_template": {"default": 7}}, Code.WRONG_VALUE, "chat_template.default"),
    "a token that is a number": ({**LLAMA, "eos_token": 2}, Code.WRONG_VALUE, "eos_token"),
    "a token without content": ({**LLAMA, "eos_token": {"id": 2}}, Code.WRONG_VALUE, "eos_token"),
    "a token that is a list": ({**LLAMA, "pad_token": ["<pad>"]}, Code.WRONG_VALUE, "pad_token"),
    "more tokens in a string": ({**LLAMA, "additional_special_tokens": "<x>"}, Code.WRONG_VALUE, "additional_special_tokens"),
    "one of many": ({**LLAMA, "additional_special_tokens": ["x", 1]}, Code.WRONG_VALUE, "additional_special_tokens[1]"),
    "a list of added tokens": ({**LLAMA, "added_tokens_decoder": ["x"]}, Code.WRONG_VALUE, "added_tokens_decoder"),
    "an added token of no kind": ({**LLAMA, "added_tokens_decoder": {"9": 3}}, Code.WRONG_VALUE, "added_tokens_decoder.9"),
    "a bos that is a word": ({**LLAMA, "add_bos_token": "yes"}, Code.WRONG_VALUE, "add_bos_token"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_a_field_of_the_wrong_shape_is_named(name: str) -> None:
    value, code, field = WRONG[name]
    error = refused(value)
    assert error.where is not None
    assert (error.code, error.where.field) == (code, field)


@pytest.mark.parametrize(
    "content", [b"", b"{", b"\xff{}", b'{"a": }', b"[" * 100_000, b'{"a": ' + b"9" * 5000 + b"}"]
)
def test_what_is_no_json_is_one_clear_error(content: bytes) -> None:
    with pytest.raises(ConfigError) as caught:
        read_chat_template(FILE, content)
    assert caught.value.code in {Code.SYNTAX, Code.WRONG_VALUE}
    assert caught.value.hint


def test_a_place_in_bad_json_is_a_line_and_a_column() -> None:
    with pytest.raises(ConfigError, match=r"tokenizer_config.json:2:3") as caught:
        read_chat_template(FILE, b"{\n  x}")
    assert caught.value.code is Code.SYNTAX


def test_a_huge_file_is_not_read() -> None:
    with pytest.raises(ConfigError) as caught:
        read_chat_template("x.jinja", b" " * ((1 << 24) + 1))
    assert caught.value.code is Code.UNSAFE_DOCUMENT


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "template", "default", "content", "special"]), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


@pytest.mark.slow
@given(st.dictionaries(st.sampled_from(["extra_special_tokens", *LLAMA]), JSON))
def test_no_json_crashes_it(value: Any) -> None:
    try:
        template = read(value)
    except ConfigError:
        return
    assert all(
        isinstance(token, str) for token in (*template.special_tokens.values(), *template.all_specials)
    )
