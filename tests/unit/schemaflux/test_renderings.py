"""What is said about renderings: the defects, the rows that only look like one, and what is said once."""
# ruff: noqa: E501 - a case stands on one line

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mist_ci.models.chat_template import ChatTemplate
from mist_ci.models.data_format import DataFormat
from mist_ci.models.finding import DataReport, Severity
from mist_ci.parsing.strict_json import JsonValue
from mist_ci.ports.executor import Conversation
from mist_ci.schemaflux.conversation import Skip, conversation
from mist_ci.schemaflux.example import ASK, TELL, chat, result, rows, tool
from mist_ci.schemaflux.markers import templated
from mist_ci.schemaflux.marks import Mark, Part, marked, traces
from mist_ci.schemaflux.rendering import as_trained
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.selection import Selection
from mist_ci.schemaflux.texts import is_in
from mist_ci.schemaflux.trainers.settings import read_settings
from tests.fakes import InlineExecutor
from tests.unit.schemaflux.checking import check

LOOP = "{% for m in messages %}<|{{ m.role }}|>"
END = "<|end|>{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}"
WHOLE = LOOP + "{{ m.content }}" + END
GENERATION = (
    LOOP
    + "{% if m.role == 'assistant' %}{% generation %}{{ m.content }}<|end|>{% endgeneration %}{% else %}{{ m.content }}<|end|>{% endif %}{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
GOOD = rows(chat(("user", "What is the capital?"), ("assistant", "That is Paris, in France.")))
TALK = chat(
    ("system", "Be kind to everybody."), ("user", "What is 2+2, please?"), ("assistant", "It is four.")
)


def found(report: DataReport) -> list[tuple[str, str | None]]:
    return [(finding.code, finding.where.field) for finding in report.findings]


def calling(arguments: Any, content: str | None = None) -> Any:
    function: Any = {"name": "weather", "arguments": arguments}
    said: Any = {
        "role": "assistant",
        "content": content,
        "tool_calls": [{"id": "call_1", "type": "function", "function": function}],
    }
    return {"messages": [ASK, said, result("call_1", "rain and wind"), TELL], "tools": [tool("weather")]}


DROPPED: dict[str, tuple[str, JsonValue, str]] = {
    "the system prompt": (LOOP + "{{ m.content if m.role != 'system' }}" + END, TALK, "messages[0].content"),
    "a short answer": (
        LOOP + "{{ m.content if m.role == 'user' }}" + END,
        chat(("user", "Is 4 more than 3? Say 4."), ("assistant", "4")),
        "messages[1].content",
    ),
    "a tool call": (WHOLE, calling('{"city": "Oslo"}'), "messages[1].tool_calls[0]"),
    "a tool call with an object": (WHOLE, calling({"city": "Oslo"}), "messages[1].tool_calls[0]"),
    "a call without arguments": (WHOLE, calling("{}"), "messages[1].tool_calls[0]"),
    "what the tool says": (
        LOOP + "{{ m.content if m.role != 'tool' }}{{ m.tool_calls }}" + END,
        calling('{"city": "Oslo"}'),
        "messages[2].content",
    ),
    "the reasoning": (
        WHOLE,
        {"messages": [ASK, {"role": "assistant", "content": "It rains there.", "reasoning_content": "Norway."}]},
        "messages[1]",
    ),
    "a part": (
        LOOP + "{% if m.content is string %}{{ m.content }}{% else %}{{ m.content[0].text }}{% endif %}" + END,
        {"messages": [{"role": "user", "content": [{"type": "text", "text": "one"}, {"type": "text", "text": "two"}]}, TELL]},
        "messages[0].content",
    ),
    "the end of a text": (LOOP + "{{ m.content[:10] }}" + END, TALK, "messages[0].content"),
}  # fmt: skip


@pytest.mark.parametrize("name", DROPPED)
def test_what_a_template_leaves_out_is_found(name: str) -> None:
    template, row, field = DROPPED[name]
    assert ("SF602", field) in found(check(rows(row), template=template))


KEPT: dict[str, tuple[str, JsonValue]] = {
    "trimmed": (LOOP + "{{ m.content | trim }}" + END, chat(("user", "  What is this? \n"), ("assistant", "\nIt is a test."))),
    "in JSON": (LOOP + "{{ m.content | tojson }}" + END, chat(("user", 'What is "this"\n\\ é?'), ("assistant", "It is a test."))),
    "in ASCII": (LOOP + "{{ m.content | tojson(ensure_ascii=true) }}" + END, chat(("user", "Was ist größer, é?"), ("assistant", "It is a test."))),
    "on one line": (LOOP + "{{ m.content.split() | join(' ') }}" + END, chat(("user", "What\n\nis  this thing?"), ("assistant", "It is a test."))),
    "elsewhere": ("{{ messages[0].content }}|{{ messages[2].content }}|{{ messages[1].content }}<|end|>{{ messages[2].content }}<|end|>", TALK),
    "calls as arguments": (LOOP + "{{ m.content }}{% for c in m.tool_calls or [] %}{% for k, v in c.function.arguments.items() %}<{{ k }}>{{ v }}{% endfor %}{% endfor %}" + END, calling({"city": "Oslo"}, "")),
    "reasoning of an earlier turn": (
        LOOP + "{{ m.reasoning_content if loop.last }}{{ m.content }}" + END,
        {"messages": [ASK, {"role": "assistant", "content": "It rains there.", "reasoning_content": "Norway."}, ASK, {"role": "assistant", "content": "Still rain.", "reasoning_content": "Norway."}]},
    ),
    "thinking that is taken out of an earlier turn": (
        LOOP + "{{ m.content.split('</think>')[-1] if not loop.last else m.content }}" + END,
        {"messages": [ASK, {"role": "assistant", "content": "<think>Norway.</think>It rains there."}, ASK, {"role": "assistant", "content": "Still rain there."}]},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", KEPT)
def test_what_a_template_keeps_in_its_own_way_is_not_missed(name: str) -> None:
    template, row = KEPT[name]
    assert "SF602" not in {code for code, _ in found(check(rows(row), template=template))}


def test_arguments_in_a_string_inside_of_json_are_found_and_objects_are_not() -> None:
    template = (
        LOOP + "{{ m.content }}{% for c in m.tool_calls or [] %}{{ c.function | tojson }}{% endfor %}" + END
    )
    assert found(check(rows(calling('{"city": "Oslo"}')), template=template)) == [
        ("SF612", "messages[1].tool_calls[0].function.arguments")
    ]
    assert found(check(rows(calling({"city": "Oslo"})), template=template)) == []
    raw = template.replace("c.function | tojson", "c.function.arguments")
    assert found(check(rows(calling('{"city": "Oslo"}')), template=raw)) == []


def test_a_prompt_that_is_no_beginning_is_said_once_with_its_first_row() -> None:
    template = WHOLE.replace("<|assistant|>{% endif %}", "<|assistant|><think>{% endif %}")
    report = check(
        {"b.jsonl": GOOD, "a.jsonl": GOOD.replace(b"capital", b"second town") + rows(TALK)}, template=template
    )
    (finding,) = report.findings
    assert (finding.code, finding.where.file, finding.where.line) == ("SF603", "chat.jinja", None)
    assert (
        finding.message
        == 'the generation prompt goes on with "<think>" where the training text does not (3 rows, first a.jsonl:1)'
    )


def test_what_the_base_shows_as_well_is_known_unless_the_template_is_new() -> None:
    template = LOOP + "{{ m.content }}{% endfor %}"
    base = {"train.jsonl": GOOD}
    for changed in (False, True):
        report = check(GOOD, known=base, template=template, template_changed=changed)
        assert [(one.code, one.known) for one in report.findings] == [("SF606", not changed)]
    assert [one.known for one in check(GOOD + rows(TALK), known=base, template=template).findings] == [False]


def test_a_stock_template_has_no_generation_block_and_nobody_minds() -> None:
    assert found(check(GOOD, template=WHOLE)) == []
    (finding,) = check(GOOD + rows(TALK), template=ChatTemplate(WHOLE, needs_generation=True)).findings
    assert (finding.code, finding.severity, finding.where.file) == ("SF604", Severity.WARNING, "chat.jinja")


def test_a_trainer_that_masks_needs_generation_blocks() -> None:
    masked = read_settings(b"max_length: 512\nassistant_only_loss: true\n", "sft.yaml")
    other = read_settings(b"max_length: 512\nassistant_only_loss: false\n", "sft.yaml")
    assert as_trained(ChatTemplate("x"), [other, masked]).needs_generation
    assert not as_trained(ChatTemplate("x"), [other]).needs_generation


def test_a_row_outside_of_every_generation_block_is_found() -> None:
    template = GENERATION.replace(
        "m.role == 'assistant'", "m.role == 'assistant' and messages[0].role != 'system'"
    )
    assert found(check(GOOD + rows(TALK), template=template)) == [("SF604", None)]
    (finding,) = check(rows(TALK), template=ChatTemplate(template, needs_generation=True)).findings
    assert finding.severity is Severity.ERROR
    untrained: Any = {
        "messages": [{"role": "user", "content": "x"}, {"role": "assistant", "content": "y", "weight": 0}]
    }
    assert "SF604" not in {code for code, _ in found(check(rows(untrained), template=template))}


def test_an_end_of_turn_inside_of_the_block_is_trained() -> None:
    assert found(check(GOOD, template=GENERATION)) == []
    outside = GENERATION.replace("<|end|>{% endgeneration %}", "{% endgeneration %}<|end|>")
    assert found(check(GOOD + GOOD.replace(b"capital", b"second town"), template=outside)) == [
        ("SF605", None)
    ]


def test_an_end_token_that_nobody_knows_here_is_not_missed() -> None:
    template = LOOP + "{{ m.content + eos_token }}{% endfor %}"
    assert found(check(GOOD, template=template)) == []
    known = ChatTemplate(template, special_tokens={"eos_token": ""})
    assert found(check(GOOD, template=replace(known, special_tokens={"eos_token": "</s>"}))) == []


def test_a_second_bos_is_found_in_the_row_and_told_once_of_the_tokenizer() -> None:
    llama = ChatTemplate("{{ bos_token }}" + WHOLE, special_tokens={"bos_token": "<s>"}, adds_bos=True)
    (finding,) = check(GOOD + rows(TALK), template=llama).findings
    assert (finding.code, finding.severity, finding.where.file) == ("SF608", Severity.INFO, "chat.jinja")
    twice = replace(llama, text="{{ bos_token }}" + llama.text, adds_bos=None)
    assert found(check(GOOD, template=twice)) == [("SF608", None)]
    assert found(check(GOOD, template=replace(llama, adds_bos=False))) == []


TALKS_ABOUT = [
    "Use `<|im_start|>` and `<|im_end|>` around turns.",
    "```\n<|im_start|>user\nHi<|im_end|>\n```\nis ChatML.",
    "```jinja\n[INST] {{ x }} [/INST]</s>\n```",
    "This is <s>old</s> new.",
    "The <|custom|> marker is ours.",
    "<start> of the <user> story </user>",
    "Human: an animal. Assistant: a helper.",
    "He said: Human: all of us. And the Assistant: nobody.",
    "### Instruction:\nread the manual",
    "A list: [INSTALL] and [INSTANCE].",
    "User: hi\nBot: hello",
    "Translate:\nHuman beings\nAssistant: Herr Meier",
]


@pytest.mark.parametrize("text", TALKS_ABOUT)
def test_a_text_that_talks_about_templates_is_a_text(text: str) -> None:
    assert found(check(rows(chat(("user", text), ("assistant", text))))) == []


LEFT_OVER = {
    "It is four.<|im_end|>": "SF609",
    "It is four.</s>": "SF609",
    "<|eot_id|>": "SF609",
    "Hi<end_of_turn>": "SF609",
    "gut [/INST] ja": "SF609",
    "<｜end▁of▁sentence｜>": "SF609",  # noqa: RUF001
    "Old <s>word</s>, then <|endoftext|>": "SF609",
    "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n": "SF610",
    "[INST] Hi [/INST] Hello </s>": "SF610",
    "### Instruction:\nHi\n\n### Response:\nHello": "SF610",
    "Below is a task.\n\n### Instruction:\nHi\n\n### Input:\nx\n\n### Response:": "SF610",
    "Human: Hi\n\nAssistant: Hello": "SF610",
    "### Human: Hi\n### Assistant:": "SF610",
    "<|user|>\nHi</s>\n<|assistant|>\n": "SF610",
    "<start_of_turn>user\nHi<end_of_turn>": "SF610",
    "<|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|>": "SF610",
    "<｜User｜>Hi<｜Assistant｜>": "SF610",  # noqa: RUF001
}


@pytest.mark.parametrize("text", LEFT_OVER)
def test_what_is_left_over_of_a_template_is_one_finding(text: str) -> None:
    assert found(check(rows(chat(("user", text), ("assistant", "Good."))))) == [
        (LEFT_OVER[text], "messages[0].content")
    ]
    escaped = (
        json.dumps(chat(("user", text), ("assistant", "Good."))).replace("<", "\\u003c").encode() + b"\n"
    )
    assert found(check(escaped)) == [(LEFT_OVER[text], "messages[0].content")]


def test_a_control_token_of_the_model_is_an_error_even_in_code() -> None:
    template = ChatTemplate(WHOLE, all_specials=("<|end|>", "<turn>", "<image>", "ab", "x"))
    report = check(
        rows(chat(("user", "Write `<turn>` and <image>, ab, x."), ("assistant", "Fine, fine, fine."))),
        template=template,
    )
    assert [(one.code, one.severity) for one in report.findings] == [("SF611", Severity.ERROR)]


def test_what_is_certain_is_not_suspected_as_well() -> None:
    content = rows(chat(("user", "What is this thing?"), ("assistant", "It is a test.<|im_end|>")))
    specials = ("<|end|>", "<|im_end|>")
    assert found(check(content, template=ChatTemplate(WHOLE))) == [("SF609", "messages[1].content")]
    assert found(check(content, template=ChatTemplate(WHOLE, all_specials=specials))) == [
        ("SF611", "messages[1].content")
    ]
    assert found(check(content, template=ChatTemplate(WHOLE, all_specials=specials[:1]))) == []


ASKED, TOLD = (
    {"role": "user", "content": "What is the capital?"},
    {"role": "assistant", "content": "That is Paris."},
)
SPOKEN: dict[DataFormat, Any] = {
    DataFormat.SHAREGPT: {"conversations": [{"from": "human", "value": "What is the capital?"}, {"from": "gpt", "value": "That is Paris."}]},
    DataFormat.ALPACA: {"instruction": "What is the capital?", "input": "", "output": "That is Paris."},
    DataFormat.TOGETHER: {"messages": [ASKED, TOLD], "weight": 1.0},
    DataFormat.AXOLOTL_CHAT: {"messages": [ASKED, TOLD]},
    DataFormat.PREFERENCE: {"prompt": [ASKED], "chosen": [TOLD], "rejected": [{**TOLD, "content": "That is Rome."}]},
    DataFormat.PROMPT_COMPLETION: {"prompt": [ASKED], "completion": [TOLD]},
    DataFormat.OPENAI_DPO: {"input": {"messages": [ASKED]}, "preferred_output": [TOLD], "non_preferred_output": [{**TOLD, "content": "No."}]},
}  # fmt: skip


@pytest.mark.parametrize("data_format", SPOKEN)
def test_other_formats_are_rendered_as_the_conversation_that_they_are(data_format: DataFormat) -> None:
    talk = conversation(row(SPOKEN[data_format], data_format), ChatTemplate("x"))
    assert isinstance(talk, Conversation)
    assert (talk.messages, talk.prompt_length, talk.tools) == ([ASKED, TOLD], 1, None)


def test_what_no_template_is_applied_to_is_not_rendered() -> None:
    texts: dict[DataFormat, Any] = {
        DataFormat.TEXT: {"text": "x"},
        DataFormat.CLASSIFICATION: {"text": "x", "label": "y"},
        DataFormat.PROMPT_COMPLETION: {"prompt": "x", "completion": "y"},
        DataFormat.VERTEX: {"contents": [{"role": "user", "parts": [{"text": "x"}]}, {"role": "model", "parts": [{"text": "y"}]}]},
    }  # fmt: skip
    for data_format, value in texts.items():
        assert conversation(row(value, data_format), ChatTemplate("x")) is Skip.NO_TEMPLATE


def test_a_template_for_texts_alone_is_not_asked_about_anything_else() -> None:
    template = ChatTemplate(
        WHOLE + "{% for m in messages if m.content is not string %}{{ raise_exception('x') }}{% endfor %}",
        plain_only=True,
    )
    parts: Any = {
        "messages": [{"role": "user", "content": [{"type": "text", "text": "What is this here?"}]}, TELL]
    }
    executor = InlineExecutor()
    content = rows(calling('{"city": "Oslo"}'), parts) + GOOD
    (finding,) = check(content, template=template, executor=executor).findings
    assert (finding.code, finding.severity) == ("SF601", Severity.INFO)
    assert finding.message.startswith(
        "2 rows not rendered and so not checked: this chat template was written for texts"
    )
    assert len(executor.conversations) == 1


def row(value: JsonValue, data_format: DataFormat = DataFormat.OPENAI_CHAT) -> Row:
    return Row(1, "f.jsonl", json.dumps(value).encode(), data_format)


def test_a_conversation_is_what_a_trainer_would_hand_over() -> None:
    value: Any = {**calling("{}"), "documents": [{"title": "t"}], "chat_template_kwargs": {"x": 1}}
    value["tools"] = json.dumps(value["tools"])
    found = conversation(row(value), ChatTemplate("x"))
    assert isinstance(found, Conversation)
    assert found.messages == value["messages"]
    assert found.tools == [tool("weather")]
    assert (found.documents, found.kwargs, found.prompt_length) == ([{"title": "t"}], {"x": 1}, 3)
    assert found.marked is not None


def test_long_plain_texts_need_no_marks() -> None:
    found = conversation(
        row(chat(("user", "What is the capital?"), ("assistant", "That is Paris."))), ChatTemplate("x")
    )
    assert isinstance(found, Conversation)
    assert found.marked is None


MESSAGES = st.lists(
    st.fixed_dictionaries(
        {"role": st.sampled_from(["user", "assistant"])},
        optional={
            "content": st.none() | st.text(max_size=20) | st.lists(st.dictionaries(st.sampled_from(["type", "text"]), st.text(max_size=4))),
            "reasoning": st.none() | st.text(max_size=4),
            "tool_calls": st.none()
            | st.lists(
                st.none()
                | st.fixed_dictionaries({"function": st.none() | st.fixed_dictionaries({"arguments": st.none() | st.text(max_size=4) | st.just("{ }") | st.just({"a": 1})})}),
                max_size=3,
            ),
        },
    ),
    max_size=3,
)  # fmt: skip


@pytest.mark.slow
@given(MESSAGES)
def test_marks_change_no_shape_and_all_of_them_are_found_again(messages: Any) -> None:
    before = json.dumps(messages)
    changed, marks = marked(messages)
    assert json.dumps(messages) == before
    assert [set(one) for one in changed] == [set(one) for one in messages]  # type: ignore[arg-type]
    assert {trace.mark for trace in traces(json.dumps(changed).upper())} == set(marks)


def test_a_mark_says_where_it_stands() -> None:
    mark = Mark(Part.CALL, 12, 3)
    (trace,) = traces(f'{{"arguments": "{{\\"{mark}\\": 1}}"}}')
    assert (trace.mark, trace.is_escaped) == (mark, True)


@pytest.mark.slow
@given(st.text(min_size=1), st.text(), st.text())
def test_a_text_is_in_every_text_that_has_it(text: str, before: str, after: str) -> None:
    assert is_in(text, before + text + after)
    assert is_in(text, before + json.dumps(text) + after)


@given(st.text("abc `\n", max_size=30))
def test_no_bare_text_is_templated(text: str) -> None:
    assert templated(text) is None


def test_a_template_with_an_error_of_syntax_blames_its_line_once_and_no_row() -> None:
    broken = ChatTemplate("{% for m in messages %}\n{{ m.content }", source="chat.jinja")
    (finding,) = check(GOOD + rows(chat(("user", "Why?"), ("assistant", "So."))), template=broken).findings
    assert (finding.code, str(finding.where)) == ("SF601", "chat.jinja:2")
    assert "syntax error in line 2" in finding.message
    assert "2 rows" in finding.message
    (finding,) = check(GOOD, template=broken).findings
    assert str(finding.where) == "chat.jinja:2"


def named(name: str) -> JsonValue:
    return {"messages": [{"role": "user", "name": name, "content": "Who is it, please?"}, TELL]}


def test_names_that_a_template_leaves_out_are_said_once() -> None:
    only = Selection(("SF6",))
    report = check(
        rows(named("ann"), named("bob")), template=ChatTemplate(WHOLE, source="chat.jinja"), selection=only
    )
    assert [(one.code, one.where.file) for one in report.findings] == [("SF602", "chat.jinja")]
    assert "`name`" in report.findings[0].message
    reads = WHOLE.replace("{{ m.content }}", "{{ m.name }}: {{ m.content }}")
    assert check(rows(named("ann"), named("bob")), template=reads, selection=only).findings == ()
    named_loop = WHOLE.replace("for m in", "for message in").replace("{{ m.", "{{ message.")
    some = named_loop.replace("<|end|>", "{% if message.name %}{% endif %}<|end|>")
    assert check(rows(named("ann")), template=some).findings == ()


def test_a_preference_whose_sides_are_rendered_already_is_one_finding() -> None:
    row: JsonValue = {
        "chosen": "\n\nHuman: Why?\n\nAssistant: So.",
        "rejected": "\n\nHuman: Why?\n\nAssistant: No.",
    }
    report = check(rows(row), selection=Selection(("SF6",)))
    assert [one.code for one in report.findings].count("SF610") == 1
    assert "so is 1 other" in report.findings[0].message


@pytest.mark.parametrize(("pad", "is_told"), [("</s>", True), ("<pad>", False), ("", False)])
def test_a_pad_token_that_ends_turns_is_told_once_as_information(pad: str, is_told: bool) -> None:
    ends = WHOLE.replace("<|end|>", "{{ eos_token }}")
    template = ChatTemplate(ends, source="chat.jinja", special_tokens={"eos_token": "</s>", "pad_token": pad})
    found = check(GOOD + rows(TALK), template=template, selection=Selection(("SF607",))).findings
    assert [(one.code, one.where.file, one.severity) for one in found] == [
        ("SF607", "chat.jinja", Severity.INFO)
    ] * is_told
