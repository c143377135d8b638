"""The padding token is the one that ends a turn.

What it finds: a tokenizer whose `pad_token` is its `eos_token`, where the chat template ends rows with that token. Only
where a template comes with its tokens; said once, at the template, as information.

Why it matters: transformers' DataCollatorForLanguageModeling takes every padding token out of what is learnt, and with
it the end of every answer: the model never learns to stop. The collators of TRL, axolotl and LLaMA-Factory pad labels
by themselves and are not affected; scripts of one's own often are.

What to do: give the tokenizer a padding token of its own, or make sure that the collator pads labels with -100.
"""

from collections.abc import Iterator

from mist_ci.models.chat_template import ChatTemplate
from mist_ci.models.finding import Consequence, Severity
from mist_ci.ports.executor import ChatRendered
from mist_ci.schemaflux.example import GOOD, chat, rows
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Problem, RuleMeta, quote

META = RuleMeta(
    code="SF607",
    name="pad-is-end",
    severity=Severity.INFO,
    consequence=Consequence.MISTRAINED,
    since="0.1.0",
    bad=rows(chat(("system", "Be brief."), ("user", "What is 2+2?"), ("assistant", "It is four."))),
    good=GOOD,
    template=ChatTemplate(
        "{% for message in messages %}<|{{ message.role }}|>{{ message.content }}"
        "{{ eos_token if messages[0].role == 'system' else '<|end|>' }}{% endfor %}"
        "{% if add_generation_prompt %}<|assistant|>{% endif %}",
        special_tokens={"eos_token": "</s>", "pad_token": "</s>"},
    ),
)


def check(_row: Row, rendered: ChatRendered, /) -> Iterator[Problem]:
    """The template's, and so the same for every row."""
    tokens = rendered.template.special_tokens
    end = tokens.get("eos_token", "")
    is_same = bool(end) and tokens.get("pad_token") == end
    if is_same and rendered.text is not None and rendered.text.rstrip().endswith(end):
        yield Problem(
            f"{quote(end)} pads and ends: a collator that leaves out padding never shows the model where to stop",
            "give the tokenizer a padding token of its own, or pad labels with -100",
            is_shared=True,
        )
