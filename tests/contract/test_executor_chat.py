"""Whole conversations in the isolated child: a stream that ends well whatever a template does."""
# ruff: noqa: E501 - an attack and its name stand on one line

import json
import tempfile
import time
import tracemalloc
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from mist_ci.adapters.executors import IsolatedExecutor, Limits
from mist_ci.adapters.executors import isolated as isolated_module
from mist_ci.errors import Code, CouldNotRun
from mist_ci.models.chat_template import Behaviour, ChatTemplate
from mist_ci.ports.executor import ChatRendered, Conversation

EXECUTOR = IsolatedExecutor()
HASTY = IsolatedExecutor(Limits(one_s=1.0))
NOW = datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)
ASK = {"role": "user", "content": "Who?"}
TELL = {"role": "assistant", "content": "Me."}
TALK = Conversation([ASK, TELL], prompt_length=1)
FOR_EVER = "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}"
SPAN = "{% generation %}{{ messages[0].content }}{% endgeneration %}"


@pytest.fixture(autouse=True)
def _nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    yield
    assert list(tmp_path.iterdir()) == []


def render(
    template: ChatTemplate | str, rows: Iterable[Conversation], executor: IsolatedExecutor = EXECUTOR
) -> list[ChatRendered]:
    whole = ChatTemplate(template) if isinstance(template, str) else template
    return list(executor.render_chat(whole, rows, NOW))


def one(template: ChatTemplate | str, row: Conversation = TALK) -> ChatRendered:
    return render(template, [row])[0]


def test_text_spans_prompt_and_marks_come_together() -> None:
    template = (
        "{% for m in messages %}<{{ m.role }}>{% if m.role == 'assistant' %}{% generation %}{{ m.content }}|"
        "{% endgeneration %}{% else %}{{ m.content }}{% endif %}{% endfor %}"
        "{% if add_generation_prompt %}<assistant>{% endif %}"
    )
    found = one(
        template, Conversation([ASK, TELL], prompt_length=1, marked=[ASK, {**TELL, "content": "You."}])
    )
    assert found.text == "<user>Who?<assistant>Me.|"
    assert found.spans == ((21, 25),)
    assert found.text[21:25] == "Me.|"
    assert found.prompt_text == "<user>Who?<assistant>"
    assert found.marked_text == "<user>Who?<assistant>You.|"
    assert found.prompt_error is None


def test_a_prompt_that_is_no_beginning_comes_as_it_is_and_so_does_its_error() -> None:
    assert one("{{ messages | length }}").prompt_text == "1"
    failing = one("{% if add_generation_prompt %}{{ raise_exception('no') }}{% endif %}x")
    assert (failing.text, failing.prompt_text, failing.prompt_error) == ("x", None, "line 1: no")
    assert one("x{{ messages[1].content }}", Conversation([ASK, TELL], marked=[ASK])).marked_text is None


def test_the_clock_stands_where_the_caller_put_it() -> None:
    assert one("{{ strftime_now('%d %b %Y %H:%M:%S %Z') }}").text == "03 Feb 2026 04:05:06 "


def test_special_tokens_come_from_outside_and_a_row_may_say_more() -> None:
    template = ChatTemplate(
        "{{ bos_token }}{{ eos_token is defined }}{{ mode }}", special_tokens={"bos_token": "<s>"}
    )
    assert one(template).text == "<s>False"
    assert one(template, Conversation([ASK], kwargs={"mode": "m", "bos_token": "<B>"})).text == "<B>Falsem"


def test_unknown_tokens_render_as_nothing() -> None:
    assert one("[{{ bos_token + 'x' + eos_token }}]").text == "[x]"


@pytest.mark.parametrize(
    ("behaviour", "expected"),
    [
        (Behaviour.AS_WRITTEN, '{"role": "assistant", "content": null, "reasoning": "r"}'),
        (Behaviour.ALIASED, '{"thinking": "r", "role": "assistant", "content": null, "reasoning": "r", "reasoning_content": "r"}'),
        (Behaviour.NULLS_DROPPED, '{"thinking": "r", "role": "assistant", "reasoning": "r", "reasoning_content": "r"}'),
    ],
)  # fmt: skip
def test_messages_are_given_as_the_version_of_transformers_gives_them(
    behaviour: Behaviour, expected: str
) -> None:
    message = {"role": "assistant", "content": None, "reasoning": "r"}
    assert (
        one(ChatTemplate("{{ messages[0] | tojson }}", behaviour=behaviour), Conversation([message])).text
        == expected
    )


REFUSED: dict[str, Conversation] = {
    "at least one message": Conversation([]),
    "a message is not an object": Conversation(["x"]),
    "tools is not a list of objects": Conversation([ASK], tools={"a": 1}),
    "documents is not a list of objects": Conversation([ASK], documents=["x"]),
    "chat_template_kwargs is not an object": Conversation([ASK], kwargs=["x"]),
    "'tools', an argument": Conversation([ASK], kwargs={"tools": [], "x": 1}),
    "'messages', an argument": Conversation([ASK], kwargs={"messages": []}),
    "'chat_template', an argument": Conversation([ASK], kwargs={"chat_template": FOR_EVER}),
}


@pytest.mark.parametrize("reason", REFUSED)
def test_what_transformers_would_refuse_is_an_error_of_that_row_alone(reason: str) -> None:
    bad, good = render("x", [REFUSED[reason], TALK])
    assert reason in str(bad.error)
    assert good.text == "x"


def test_tools_have_their_own_template() -> None:
    template = ChatTemplate("plain", tool_text="{{ tools | length }}")
    found = render(
        template, [TALK, Conversation([ASK], tools=[{"name": "t"}]), Conversation([ASK], tools=[])]
    )
    assert [row.text for row in found] == ["plain", "1", "0"]
    broken = render(ChatTemplate("plain", tool_text="{% if %}"), [TALK, Conversation([ASK], tools=[])])
    assert broken[0].text == "plain"
    assert "Expected an expression" in str(broken[1].error)


def test_a_template_that_loops_for_ever_on_some_rows_leaves_the_others_alone() -> None:
    template = "{% if messages[0].content == 'loop' %}" + FOR_EVER + "{% endif %}{{ messages[0].content }}"
    words = ["a", "loop", "b", "c", "loop", "d"]
    started = time.monotonic()
    found = render(template, [Conversation([{"role": "user", "content": word}]) for word in words], HASTY)
    assert time.monotonic() - started < 20
    assert [row.text for row in found] == ["a", None, "b", "c", None, "d"]
    assert all("took longer than 1 s" in str(row.error) for row in found if row.text is None)


def test_after_some_of_them_all_that_follow_are_errors() -> None:
    executor = IsolatedExecutor(Limits(one_s=0.5, restarts=50))
    started = time.monotonic()
    found = render(FOR_EVER, [TALK] * 5_000, executor)
    assert time.monotonic() - started < 10
    assert len(found) == 5_000
    assert {row.error for row in found} == {"the template took longer than 0.5 s, or 0.02 s a row"}


def test_a_few_of_many_may_stop_it_when_others_were_rendered() -> None:
    template = "{% if messages[0].content == 'loop' %}" + FOR_EVER + "{% else %}fine{% endif %}"
    talks = [Conversation([{"role": "user", "content": word}]) for word in ["a", *["loop"] * 3, "b"]]
    found = render(template, talks, IsolatedExecutor(Limits(one_s=0.5, restarts=1)))
    assert [row.text for row in found] == ["fine", None, None, None, None]


ATTACKS: dict[str, tuple[str, str]] = {
    "allocates without end": ("{% set ns = namespace(x=[1]) %}{% for i in range(60) %}{% set ns.x = ns.x + ns.x %}{% endfor %}", "memory"),
    "a namespace with a class": ("{% set ns = namespace() %}{% set ns.__class__ = 1 %}", "may not hold '__class__'"),
    "a namespace made of one": ("{{ namespace(__init__=1) }}", "may not hold '__init__'"),
    "the insides of a namespace": ("{{ namespace(a=1)._Namespace__attrs.clear() }}", "unsafe"),
    "the class of dict": ("{{ dict.__init__.__globals__ }}", "unsafe"),
    "the function of dict": ("{{ dict.__call__.__func__ }}", "unsafe"),
    "generation for ever": ("{% for i in range(99999) %}{% generation %}{% endgeneration %}{% endfor %}", "more than 65,536 generation blocks"),
    "generation that nests without end": ("{% macro m() %}{% generation %}{{ m() }}{% endgeneration %}{% endmacro %}{{ m() }}", "RecursionError"),
    "generation that is not closed": ("{% generation %}x", "endgeneration"),
    "the extension behind the tag": ("{{ self._TemplateReference__context.environment.extensions }}{{ 1 // 0 }}", ""),
    "a caller that reaches out": ("{% call raise_exception.__globals__.x() %}{% endcall %}", "unsafe"),
    "a huge date": ("{{ strftime_now('%Y' * 10**6) }}{{ 'x' * 10**7 }}", ""),
    "changing what the row is": ("{{ messages.append(1) }}", "unsafe"),
    "changing a message": ("{{ messages[0].update(role='system') }}", "unsafe"),
}  # fmt: skip


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_is_an_error_of_its_row_and_the_next_one_is_fine(name: str) -> None:
    template, reason = ATTACKS[name]
    guarded = "{% if messages | length == 2 %}" + template + "{% endif %}ok"
    try_it, fine = render(guarded, [TALK, Conversation([ASK])])
    if "closed" in name:
        assert reason in str(try_it.error)
        return
    assert try_it.text is None
    assert reason in str(try_it.error), try_it.error
    assert (fine.text, fine.spans) == ("ok", ())


def test_spans_of_one_row_are_not_those_of_the_next() -> None:
    found = render(
        "{% if messages | length == 2 %}" + SPAN + "{{ 1 // 0 }}{% else %}" + SPAN + "{% endif %}",
        [TALK, Conversation([ASK])],
    )
    assert [row.spans for row in found] == [(), ((0, 4),)]


def test_huge_kwargs_go_through_and_do_not_stay() -> None:
    big: Any = {"x": "y" * (8 << 20), "z": [{"a": n} for n in range(100_000)]}
    found = render("{{ x | length if x is defined else 'gone' }}", [Conversation([ASK], kwargs=big), TALK])
    assert [row.text for row in found] == [str(8 << 20), "gone"]


def test_special_tokens_that_are_no_strings_harm_nobody() -> None:
    odd: Any = {"bos_token": {"a": [1]}, "eos_token": None, "pad_token": 7}
    assert (
        one(ChatTemplate("{{ bos_token }}{{ eos_token }}{{ pad_token }}", special_tokens=odd)).text
        == "{'a': [1]}None7"
    )
    assert "can only concatenate" in str(one(ChatTemplate("{{ 'x' + pad_token }}", special_tokens=odd)).error)


def test_any_text_survives_both_ways() -> None:
    texts = ["\x00\x1f\n\r\u2028", "\U0001f600é日本", "\ud800", "\udc80", "x" * 200_000]
    rows = [Conversation([{"role": "user", "content": text}], prompt_length=1) for text in texts]
    found = render("{{ messages[0].content }}", rows)
    assert [row.text for row in found] == texts
    assert [row.prompt_text for row in found] == texts


def test_a_long_conversation_may_have_a_long_text() -> None:
    long = {"role": "user", "content": "é" * (6 << 20)}
    started = time.monotonic()
    whole, more = render(
        "{% for m in messages %}{{ m.content }}{% endfor %}", [Conversation([long]), Conversation([long] * 4)]
    )
    assert (len(whole.text or ""), len(more.text or "")) == (6 << 20, 24 << 20)
    assert time.monotonic() - started < 20
    assert "characters" in str(one("{{ messages[0].content * 20 }}", Conversation([long])).error)


def test_rows_are_taken_as_they_are_needed_and_none_is_kept() -> None:
    taken = 0

    def endless() -> Iterator[Conversation]:
        nonlocal taken
        while True:
            taken += 1
            yield Conversation([{"role": "user", "content": "x" * 10_000}], prompt_length=1)

    stream = EXECUTOR.render_chat(ChatTemplate("{{ messages[0].content }}"), endless(), NOW)
    assert len(list(islice(stream, 300))) == 300
    tracemalloc.start()
    list(islice(stream, 300))
    before, _ = tracemalloc.get_traced_memory()
    for _ in islice(stream, 3_000):
        pass
    after, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    stream.close()  # type: ignore[attr-defined]
    assert taken < 4_200
    assert peak < 24 << 20
    assert after - before < 8 << 20


def test_a_new_child_takes_over_after_many_rows() -> None:
    rows = [Conversation([{"role": "user", "content": str(n)}]) for n in range(700)]
    found = render("{{ messages[0].content }}", rows, IsolatedExecutor(Limits(child_rows=300)))
    assert [row.text for row in found] == [str(n) for n in range(700)]


def test_a_slow_reader_is_not_a_slow_template() -> None:
    stream = IsolatedExecutor(Limits(one_s=0.6, row_s=0.0)).render_chat(ChatTemplate("x"), [TALK] * 4, NOW)
    texts = []
    for found in stream:
        time.sleep(0.4)
        texts.append(found.text)
    assert texts == ["x"] * 4


def test_no_rows_need_no_child(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", "/does/not/exist")
    assert render("x", []) == []
    with pytest.raises(CouldNotRun) as caught:
        render("x", [TALK])
    assert caught.value.code is Code.CHILD_FAILED


READY = "import json, sys\nprint(json.dumps({'ready': True}), flush=True)\n"


@pytest.mark.parametrize(
    "reply",
    [
        {"text": 7},
        {"text": "x"},
        {"text": "x", "spans": "all"},
        {"text": "x", "spans": [[0]]},
        {"text": "x", "spans": [[3, 1]]},
        {"text": "x", "spans": [["a", "b"]]},
        {"text": "x", "spans": [], "prompt": 99},
        {"text": "x", "spans": [], "prompt": -1},
        {"text": "x", "spans": [], "prompt": ["x"]},
        {"text": "x", "spans": [], "marked": 7},
        {"error": ["x"]},
        [],
        None,
    ],
)
def test_a_child_that_lies_is_not_believed(
    reply: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    child = tmp_path / "child.py"
    child.write_text(READY + f"while 1: print({json.dumps(json.dumps(reply))}, flush=True)", encoding="utf-8")
    monkeypatch.setattr(isolated_module, "_CHILD", child)
    found = render("x", [TALK] * 3, IsolatedExecutor(Limits(one_s=1.0, restarts=1)))
    child.unlink()
    assert {row.text for row in found} == {None}
    assert all("cannot be read" in str(row.error) for row in found)
