"""Defects that a chat template or a limit of tokens brings out: SF6xx."""

from benchmarks.data import calling, shapes
from benchmarks.data.bank import LONG_ANSWER, LONG_QUESTION, PAIRS
from benchmarks.data.case import Case, Row, spoiled
from benchmarks.data.edit import AT, add, alter, insert, put
from mist_ci.models.data_format import DataFormat as F

CHATML = (
    "{%- for message in messages -%}"
    "<|im_start|>{{ message.role }}\n"
    "{%- if message.role == 'assistant' -%}"
    "{% generation %}{{ message.content }}<|im_end|>{% endgeneration %}"
    "{%- else -%}{{ message.content }}<|im_end|>{%- endif -%}\n"
    "{%- endfor -%}"
    "{%- if add_generation_prompt -%}<|im_start|>assistant\n{%- endif -%}"
)
STRICT = (
    "{%- for message in messages -%}{%- if message.role == 'system' -%}"
    "{{ raise_exception('System role not supported') }}{%- endif -%}{%- endfor -%}" + CHATML
)
UNCLOSED = CHATML.replace("<|im_end|>{% endgeneration %}", "{% endgeneration %}<|im_end|>")
TWICE = "<|begin_of_text|><|begin_of_text|>" + CHATML
OPENER = CHATML.replace("<|im_start|>assistant\n{%- endif", "<|im_start|>model\n{%- endif")
PARTLY = CHATML.replace("message.role == 'assistant'", "message.role == 'assistant' and messages|length < 5")
ENDLESS = "{%- for a in range(99999) -%}{%- for b in range(99999) -%}{%- endfor -%}{%- endfor -%}" + CHATML
GREEDY = "{{ 'a' * 99999999999 }}" + CHATML
CUT = CHATML.replace("{%- endfor -%}", "", 1)


def cases() -> list[Case]:
    """All of them."""
    return [*_templates(), *_broken_templates(), *_markers(), *_lengths()]


def _templates() -> list[Case]:
    rows = shapes.chat_one_turn()
    call = calling.tools()[AT]
    return [
        spoiled("template-refuses-system", rows, insert("messages.0", shapes.turn("system", "Be kind.")),
            "the template has no system role", "SF601", template=STRICT),
        spoiled("template-drops-call", rows, add({"messages": call["messages"][:2], "tools": call["tools"]}),
            "the template leaves tool calls out", "SF602", "SF601", template=CHATML, consequence="mis-trained"),
        spoiled("template-drops-reasoning", rows, put("messages.1.reasoning_content", "They ask about a fact."),
            "the template leaves reasoning out", "SF602", "SF218", template=CHATML, consequence="mis-trained"),
        spoiled("template-drops-name", rows, put("messages.0.name", "Ragnhild"), "the template leaves names out",
            "SF602", template=CHATML, consequence="mis-trained"),
    ]  # fmt: skip


def _nothing(_: object) -> None:
    """The rows are fine: the template is not."""


def _broken_templates() -> list[Case]:
    rows = shapes.chat_one_turn()

    def case(name: str, template: str, defect: str, *expected: str, consequence: str = "mis-trained") -> Case:
        return spoiled(name, rows, _nothing, defect, *expected, template=template, control_template=CHATML,
                       consequence=consequence)  # fmt: skip

    return [
        case(
            "end-of-turn-not-trained",
            UNCLOSED,
            "the end of the turn stands outside of what is trained",
            "SF605",
        ),
        case("two-starts", TWICE, "the template starts a text twice", "SF608"),
        case("prompt-is-no-prefix", OPENER, "generation starts otherwise than training", "SF603"),
        spoiled(
            "nothing-marked",
            shapes.chat(),
            _nothing,
            "the template marks nothing in long conversations",
            "SF604",
            template=PARTLY,
            control_template=CHATML,
            consequence="mis-trained",
        ),
        case("template-syntax", CUT, "the template is no template", "SF601", consequence="rejected"),
        case("template-endless", ENDLESS, "the template never ends", "SF601", consequence="rejected"),
        case("template-greedy", GREEDY, "the template fills the memory", "SF601", consequence="rejected"),
    ]


def _markers() -> list[Case]:
    rows = shapes.chat()
    wrapped = "### Instruction:\nName a bird.\n\n### Response:\nA wren."
    return [
        spoiled("special-token", rows, alter("messages.0.content", lambda text: f"{text} <|im_end|>"),
            "the end of a turn inside a question", "SF609", consequence="mis-trained", core=True),
        spoiled("special-token-answer", rows, alter("messages.1.content", lambda text: f"{text}<|endoftext|>"),
            "the end of a text inside an answer", "SF609", consequence="mis-trained"),
        spoiled("llama-header", rows,
            alter("messages.1.content", lambda text: f"{text}<|eot_id|><|start_header_id|>user"),
            "another model's headers inside an answer", "SF609", "SF610", consequence="mis-trained"),
        spoiled("special-token-alpaca", shapes.alpaca(), alter("output", lambda text: f"{text}</s>"),
            "an end of text by hand", "SF609", form=F.ALPACA, consequence="mis-trained"),
        spoiled("wrapped-alpaca", rows, put("messages.0.content", wrapped),
            "a question that is a whole Alpaca prompt", "SF610", consequence="mis-trained"),
        spoiled("wrapped-llama", rows, alter("messages.0.content", lambda text: f"[INST] {text} [/INST]"),
            "a question in Llama's brackets", "SF610", "SF609", consequence="mis-trained"),
    ]  # fmt: skip


def _essay(times: int) -> str:
    """About `times` × 1,000 words that do not repeat themselves as a whole."""
    parts = (
        f"Note {number}: {pair.question} {pair.answer}" for number, pair in enumerate(PAIRS * times, start=1)
    )
    return f"{LONG_QUESTION}\n\n" + "\n".join(parts)


def _long(times: int, answer: str = LONG_ANSWER) -> Row:
    return {"messages": [shapes.turn("user", _essay(times)), shapes.turn("assistant", answer)]}


def _long_vertex(times: int) -> Row:
    ask, tell = _long(times)["messages"]
    parts = [
        {"role": "user", "parts": [{"text": ask["content"]}]},
        {"role": "model", "parts": [{"text": tell["content"]}]},
    ]
    return {**shapes.vertex()[0], "contents": parts}


def _lengths() -> list[Case]:
    rows = shapes.chat_one_turn()
    text = {"prompt": _essay(3), "chosen": "Yes.", "rejected": "No, not at all."}
    return [
        spoiled("answer-lost-trl", rows, add(_long(2)), "TRL cuts at 1,024 tokens: the whole answer is lost",
            "SF621", "SF622", "SF620", targets=("trl",), consequence="dropped"),
        spoiled("answer-cut-trl", rows, add(_long(0, _essay(2))), "TRL cuts at 1,024 tokens: the answer has no end",
            "SF621", "SF622", "SF620", targets=("trl",), consequence="truncated"),
        spoiled("cut-llamafactory", rows, add(_long(3)), "LLaMA-Factory cuts at 2,048 tokens", "SF621", "SF622",
            "SF620", targets=("llamafactory",), consequence="truncated"),
        spoiled("prompt-too-long-dpo", shapes.preference(), add(text),
            "TRL drops a preference with a prompt that long", "SF621", "SF622", "SF620", targets=("trl",),
            form=F.PREFERENCE, consequence="dropped"),
        spoiled("row-too-long-vertex", shapes.vertex(), add(_long_vertex(100)),
            "more tokens than the provider takes in a row: it drops the row", "SF620", "SF621", targets=("vertex",),
            form=F.VERTEX, consequence="dropped"),
    ]  # fmt: skip
