"""A text holds a control token of the very model.

What it finds: a special token of the tokenizer that came with the template (`tokenizer_config.json`, or a template
that ships) inside of a message, code and all. Placeholders of images, audio and video are left alone: they belong
there. This is what SF609 suspects; here it is certain.

Why it matters: the tokenizer makes a control token of it wherever it stands. The turn ends in the middle of a
sentence, and what follows is said by nobody; or a user's text speaks as the system.

What to do: remove the token, or put a blank into it. Since transformers 5.23 a trainer may also pass
`sanitize_control_tokens=True`, which takes it for plain text.
"""

import re
from collections.abc import Iterator

from mist_ci.models.chat_template import ChatTemplate
from mist_ci.models.finding import Consequence, Severity
from mist_ci.ports.executor import ChatRendered
from mist_ci.schemaflux.conversation import spoken
from mist_ci.schemaflux.example import GOOD, chat, rows
from mist_ci.schemaflux.markers import first_token
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Problem, RuleMeta

META = RuleMeta(
    code="SF611",
    name="control-token-in-content",
    severity=Severity.ERROR,
    consequence=Consequence.MISTRAINED,
    since="0.1.0",
    bad=rows(chat(("user", "What does <turn> mean?"), ("assistant", "That somebody speaks."))),
    good=GOOD,
    template=ChatTemplate(
        "{% for message in messages %}<turn>{{ message.role }}: {{ message.content }}{{ eos_token }}{% endfor %}"
        "{% if add_generation_prompt %}<turn>assistant: {% endif %}",
        special_tokens={"eos_token": "<stop>"},
        all_specials=("<turn>", "<stop>"),
    ),
)
_MEDIA = re.compile("image|img|audio|video|vision", re.IGNORECASE)


def check(row: Row, rendered: ChatRendered, /) -> Iterator[Problem]:
    """The first token of each message."""
    tokens = tuple(token for token in rendered.template.all_specials if _is_marker(token))
    for message in spoken(row) if tokens else ():
        token = first_token(message.text, tokens)
        if token is not None:
            said = f"the {message.role} message holds {token}, a control token of this model"
            yield Problem(said, f"remove {token}, or put a blank into it", field=message.at_content)


def _is_marker(token: str) -> bool:
    """False for what may stand in any text, and for placeholders that belong there."""
    return len(token) > 2 and not token.isalnum() and not token.isspace() and not _MEDIA.search(token)  # noqa: PLR2004
