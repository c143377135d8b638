"""What the isolated child renders is what transformers' `apply_chat_template` renders, byte for byte."""
# ruff: noqa: E501 - a template and its name stand on one line

import warnings

import pytest

from mist_ci.adapters.chat_templates import bundled_template, bundled_templates
from mist_ci.adapters.executors import IsolatedExecutor
from mist_ci.models.chat_template import ChatTemplate

with warnings.catch_warnings():
    warnings.simplefilter(
        "ignore"
    )  # transformers says that there is no torch, and deprecates as it is loaded
    from transformers.utils import chat_template_utils

    from tests.contract import chatting

EXECUTOR = IsolatedExecutor()
TOKENS = {"bos_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>", "unk_token": "<unk>"}
LOOP = "{% for m in messages %}"
END = "{% endfor %}{% if add_generation_prompt %}<A>{% endif %}"
FEATURES = {
    "content": LOOP + "<{{ m.role }}>{{ m.content }}" + END,
    "subscript": LOOP + "<{{ m['role'] }}>{{ m['content'] + eos_token }}" + END,
    "trim": LOOP + "{{ m.content | trim }}|{{ m['role'] | upper }}" + END,
    "strip and split": LOOP + "{{ m.content.strip().split('</think>')[-1].lstrip('\\n') }}" + END,
    "tojson": LOOP + "{{ m | tojson }}{{ m | tojson(indent=2) }}" + END,
    "tojson of tools": "{{ tools | tojson(ensure_ascii=True) }}{{ documents | tojson(separators=(',', ':'), sort_keys=true) }}",
    "items": LOOP + "{% for k, v in m.items() %}{{ k }}={{ v }};{% endfor %}{{ m | dictsort }}" + END,
    "is": LOOP
    + "{{ m.content is string }}{{ m.content is mapping }}{{ m.content is defined }}{{ m.content is none }}"
    + END,
    "tool calls": LOOP
    + "{% if m.tool_calls %}{% for c in m.tool_calls %}{{ c.function.name }}({{ c.function.arguments | tojson }}){% endfor %}{% endif %}"
    + END,
    "argument items": LOOP
    + "{% for c in m.tool_calls or [] %}{% for k, v in c.function.arguments.items() %}<{{ k }}>{{ v }}{% endfor %}{% endfor %}"
    + END,
    "arguments in a string": LOOP
    + "{% for c in m.tool_calls or [] %}{{ '{\"arguments\": ' + c.function.arguments + '}' }}{% endfor %}"
    + END,
    "namespace": "{% set ns = namespace(found=false, n=0) %}"
    + LOOP
    + "{% if m.role == 'user' %}{% set ns.found = true %}{% set ns.n = ns.n + 1 %}{% endif %}{{ ns.n }}"
    + END
    + "{{ ns.found }}",
    "a hidden namespace": "{% set ns = namespace() %}{% set ns._x = 1 %}{{ ns._x }}",
    "a namespace of itself": "{% set ns = namespace(self=1, __init__=2) %}{{ ns.self }}",
    "dict": "{{ dict(a=1, b=messages[0].role) | tojson }}{{ dict.fromkeys(['a'], 1) }}",
    "dict and its class": "{{ dict.__class__ }}{{ dict.mro() }}",
    "loop controls": LOOP
    + "{% if loop.index0 == 2 %}{% break %}{% endif %}{% if m.role == 'system' %}{% continue %}{% endif %}{{ loop.last }}"
    + END,
    "lines and blocks": "{% if true %}\n  a\n  {% endif %}\n\n"
    + LOOP
    + "\n    {{- m.role }}\n  {%- endfor %}\n\n",
    "raise": LOOP
    + "{% if m.role == 'system' %}{{ raise_exception('no system role') }}{% endif %}{{ m.content }}"
    + END,
    "alternate": LOOP
    + "{% if (m.role == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('alternate') }}{% endif %}{{ m.content }}"
    + END,
    "the date": "{{ strftime_now('%d %b %Y') }} {{ strftime_now('%Y-%m-%d %H:%M') }}",
    "undefined": "[{{ nothing }}{{ nothing is defined }}{{ enable_thinking is defined and enable_thinking is false }}]",
    "undefined inside": "{{ nothing.more }}",
    "a token that is not there": "{{ sep_token + 'x' }}",
    "a variable of the row": "{{ x.y | join(',') }}{{ bos_token }}",
    "macro": "{% macro say(m) %}({{ m.content }}){% endmacro %}" + LOOP + "{{ say(m) }}" + END,
    "call block": "{% macro box() %}<{{ caller() }}>{% endmacro %}{% call box() %}x{{ messages | length }}{% endcall %}",
    "filters": "{{ messages | map(attribute='role') | list }}{{ messages | selectattr('role', 'equalto', 'user') | list | length }}",
    "slices": "{{ messages[-1].content }}{{ messages[1:] | length }}{{ (messages | first).role }}{{ messages[::-1][0].role }}",
    "numbers": "{{ 7 // 2 }}{{ 2 ** 10 }}{{ 1.5 | round }}{{ '%05d' | format(3) }}{{ '{:>5}'.format(3) }}",
    "reasoning": LOOP + "{{ m.reasoning_content }}|{{ m.thinking }}|{{ m.reasoning }}|{{ m | tojson }}" + END,
    "parts": LOOP
    + "{% if m.content is string %}{{ m.content }}{% else %}{% for p in m.content %}{{ p.text if p.type == 'text' else '<image>' }}{% endfor %}{% endif %}"
    + END,
    "escapes": LOOP + "{{ m.content | e }}{{ m.content | urlencode }}{{ m.content | wordwrap(3) }}" + END,
    "not mutable": "{{ messages.append(1) }}",
    "an escape": "{{ messages.__class__.__mro__ }}",
    "no such filter": "{{ messages | nope }}",
    "bad syntax": "{% for %}",
    "nothing": "",
}
SPAN = "{% generation %}{{ m.content }}{{ eos_token }}{% endgeneration %}"
SPANS = {
    "answers": LOOP + "<{{ m.role }}>{% if m.role == 'assistant' %}" + SPAN + "{% endif %}" + END,
    "every message": LOOP + SPAN + END,
    "empty": LOOP + "x{% generation %}{% endgeneration %}" + END,
    "nested": LOOP
    + "{% generation %}a{% generation %}b{{ m.role }}{% endgeneration %}c{% endgeneration %}"
    + END,
    "in a macro": "{% macro say(m) %}[" + SPAN + "]{% endmacro %}" + LOOP + "..{{ say(m) }}" + END,
    "in a variable": LOOP + "{% set x %}ab" + SPAN + "{% endset %}{{ x }}{{ x }}" + END,
    "in a filter": LOOP + "{% filter trim %}    " + SPAN + "   {% endfilter %}" + END,
    "with blanks": LOOP + "\n{%- generation -%}\n {{ m.content }} \n{%- endgeneration %}\n" + END,
    "in a call block": "{% macro box() %}<{{ caller() }}>{% endmacro %}"
    + LOOP
    + "{% call box() %}"
    + SPAN
    + "{% endcall %}"
    + END,
    "never closed": "{% generation %}x",
    "never opened": "x{% endgeneration %}",
    "as a name": "{% set generation = 3 %}{{ generation }}{% generation %}{{ generation }}{% endgeneration %}",
    "with an argument": "{% generation 3 %}{% endgeneration %}",
}


@pytest.fixture(autouse=True)
def _stopped_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chat_template_utils, "datetime", chatting.Frozen)


def assert_equal(template: ChatTemplate) -> int:
    """How many renderings were compared; they are equal, or neither side gives one."""
    rows = chatting.conversations()
    for row, ours in zip(rows, EXECUTOR.render_chat(template, rows, chatting.NOW), strict=True):
        text = chatting.theirs(template, row, prompt=False)
        assert ours.text == text, row
        if text is not None:
            assert ours.prompt_text == chatting.theirs(template, row, prompt=True), row
            assert ours.spans == chatting.their_spans(template, row), row
    return len(rows)


@pytest.mark.parametrize("name", FEATURES)
def test_every_feature_renders_as_transformers_renders_it(name: str) -> None:
    assert assert_equal(ChatTemplate(FEATURES[name], special_tokens=TOKENS)) > 200


@pytest.mark.parametrize("name", SPANS)
def test_what_the_assistant_says_is_where_transformers_has_it(name: str) -> None:
    assert_equal(ChatTemplate(SPANS[name], special_tokens=TOKENS))


def test_a_template_for_tools_is_taken_where_transformers_takes_it() -> None:
    assert_equal(ChatTemplate("plain", tool_text="{{ tools | length }} tools", special_tokens=TOKENS))


def test_a_token_that_the_tokenizer_has_not_is_undefined_on_both_sides() -> None:
    assert_equal(ChatTemplate("{{ bos_token + 'x' }}", special_tokens={}))


@pytest.mark.parametrize("name", bundled_templates().templates)
def test_a_template_that_ships_renders_as_transformers_renders_it(name: str) -> None:
    assert assert_equal(bundled_template(name)) > 200
