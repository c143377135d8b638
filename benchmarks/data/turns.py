"""Defects of roles and turns: SF2xx."""

from benchmarks.data import shapes
from benchmarks.data.case import Case, Rows, spoiled
from benchmarks.data.edit import (
    AT,
    TWO_TURNS,
    WITH_SYSTEM,
    add,
    alter,
    drop,
    everywhere,
    insert,
    put,
    rename,
    replace,
)
from mist_ci.models.data_format import DataFormat as F

NULL, BLANK = None, " \n\t"


def cases() -> list[Case]:
    """All of them."""
    return [*_roles(), *_order(), *_content(), *_weights(), *_targets()]


def _roles() -> list[Case]:
    chat = shapes.chat()
    return [
        spoiled("unknown-role", chat, put("messages.0.role", "human"), "a role of ShareGPT in openai-chat", "SF201",
            core=True),
        spoiled("role-typo", chat, put("messages.1.role", "asistant"), "a role is misspelt", "SF201"),
        spoiled("role-upper-case", chat, put("messages.0.role", "User"), "a role starts with a capital", "SF202",
            "SF201", core=True),
        spoiled("role-space", chat, put("messages.1.role", "assistant "), "a role ends with a space", "SF202",
            "SF201"),
        spoiled("sharegpt-unknown-role", shapes.sharegpt(), put("conversations.0.from", "customer"),
            "an unknown speaker", "SF201", form=F.SHAREGPT),
        spoiled("vertex-assistant", shapes.vertex(), put("contents.1.role", "assistant"), "Gemini calls it model",
            "SF201", form=F.VERTEX),
        spoiled("nova-system-role", shapes.nova(),
            insert("messages.0", shapes.turn("system", [{"text": "Be brief."}])),
            "a system message where Nova has a list beside the messages", "SF201", "SF208", form=F.BEDROCK_NOVA,
            targets=("bedrock-nova",)),
        spoiled("no-assistant", chat, drop("messages.1"), "nobody answers", "SF203", core=True),
        spoiled("no-user", chat, drop("messages.0"), "nobody asks", "SF204", "SF209", consequence="mis-trained",
            core=True),
        spoiled("sharegpt-no-gpt", shapes.sharegpt(), drop("conversations.1"), "nobody answers", "SF203",
            form=F.SHAREGPT),
        spoiled("vertex-no-model", shapes.vertex(), drop("contents.1"), "the model says nothing", "SF203",
            form=F.VERTEX),
        spoiled("mistral-no-assistant", shapes.mistral(), drop("interactions.1"), "nobody answers", "SF203",
            form=F.MISTRAL),
    ]  # fmt: skip


def _swap(rows: Rows) -> None:
    rows[AT]["messages"].reverse()


def _order() -> list[Case]:
    chat = shapes.chat()
    last = {"role": "user", "content": "Thank you, that helps!"}
    system = shapes.turn("system", "Answer in one sentence.")
    return [
        spoiled("last-is-user", chat, insert("messages.2", last), "the last message is not trained", "SF205",
            core=True, consequence="mis-trained"),
        spoiled("sharegpt-last-is-human", shapes.sharegpt(),
            insert("conversations.2", {"from": "human", "value": "Thanks!"}), "the last turn is not trained",
            "SF205", form=F.SHAREGPT, consequence="mis-trained"),
        spoiled("user-twice", chat, insert("messages.1", shapes.turn("user", "I forgot to say: for two people.")),
            "the user speaks twice in a row, which the provider refuses", "SF207", targets=("together",), core=True),
        spoiled("assistant-twice", chat, insert("messages.2", shapes.turn("assistant", "Let me know how it goes.")),
            "the assistant speaks twice in a row, which the provider refuses", "SF207", targets=("together",)),
        spoiled("nova-user-twice", shapes.nova(),
            insert("messages.1", shapes.turn("user", [{"text": "For two people."}])),
            "the user speaks twice in a row", "SF207", form=F.BEDROCK_NOVA, targets=("bedrock-nova",)),
        spoiled("system-late", chat, insert("messages.2", system, at=TWO_TURNS),
            "the system message is not the first", "SF208", targets=("together",), core=True,
            consequence="mis-trained"),
        spoiled("two-systems", chat, insert("messages.1", system, at=WITH_SYSTEM), "two system messages", "SF208",
            "SF207", targets=("mistral",)),
        spoiled("assistant-first", chat,
            insert("messages.0", shapes.turn("assistant", "Hello, what can I do for you?")),
            "the assistant speaks before anybody asked", "SF209", targets=("together",), core=True),
        spoiled("reversed-turns", chat, _swap, "answer and question have changed places", "SF205", "SF209"),
    ]  # fmt: skip


def _content() -> list[Case]:
    chat = shapes.chat()
    return [
        spoiled("empty-answer", chat, put("messages.1.content", ""), "an answer is empty", "SF212", core=True,
            consequence="mis-trained"),
        spoiled("blank-answer", chat, put("messages.1.content", BLANK), "an answer is only white space", "SF212",
            core=True, consequence="mis-trained"),
        spoiled("null-answer", chat, put("messages.1.content", NULL), "an answer is null, without a tool call",
            "SF212"),
        spoiled("empty-question", chat, put("messages.0.content", ""), "a question is empty", "SF212",
            consequence="mis-trained"),
        spoiled("empty-parts", shapes.pictures(), put("messages.1.content", []), "an answer has no parts", "SF212",
            consequence="mis-trained"),
        spoiled("invisible-answer", chat, put("messages.1.content", "\u200b\u200b"),
            "an answer of invisible characters", "SF212", "SF702", consequence="mis-trained"),
        spoiled("sharegpt-empty-answer", shapes.sharegpt(), put("conversations.1.value", ""), "an answer is empty",
            "SF212", form=F.SHAREGPT, consequence="mis-trained"),
        spoiled("alpaca-empty-output", shapes.alpaca(), put("output", ""), "an answer is empty", "SF212", "SF514",
            form=F.ALPACA, consequence="mis-trained"),
        spoiled("vertex-empty-text", shapes.vertex(), put("contents.1.parts.0.text", ""), "an answer is empty",
            "SF212", form=F.VERTEX, consequence="mis-trained"),
        spoiled("nova-empty-text", shapes.nova(), put("messages.1.content.0.text", ""), "an answer is empty",
            "SF212", form=F.BEDROCK_NOVA),
        spoiled("completion-empty", shapes.prompt_completion(), put("completion", ""), "a completion is empty",
            "SF514", "SF212", form=F.PROMPT_COMPLETION, consequence="mis-trained"),
        spoiled("unclosed-think", chat, alter("messages.1.content", lambda text: f"<think>The user asks.\n{text}"),
            "reasoning is opened and never closed", "SF219", consequence="mis-trained"),
        spoiled("orphan-think-end", chat,
            alter("messages.1.content", lambda text: f"The user asks.\n</think>\n\n{text}"),
            "reasoning is closed and was never opened", "SF219", consequence="mis-trained"),
    ]  # fmt: skip


def _weights() -> list[Case]:
    rows = shapes.weighted()
    return [
        spoiled("weight-is-two", rows, put("messages.3.weight", 2), "a weight is neither 0 nor 1", "SF213",
            core=True),
        spoiled("weight-is-text", rows, put("messages.3.weight", "1"), "a weight is a string", "SF213", "SF105"),
        spoiled("weight-is-bool", rows, put("messages.3.weight", value=True), "a boolean weight", "SF213", "SF105"),
        spoiled("nothing-trained", rows, put("messages.3.weight", 0), "no answer has a weight of 1", "SF214",
            core=True, consequence="dropped"),
        spoiled("axolotl-nothing-trained", shapes.axolotl(), put("messages.1.training", value=False),
            "no turn is trained", "SF214", form=F.AXOLOTL_CHAT, consequence="dropped"),
        spoiled("row-weight-negative", shapes.together(), put("weight", -1.0), "a row has a negative weight",
            "SF216", targets=("together",), form=F.TOGETHER),
        spoiled("row-weight-is-text", shapes.together(), put("weight", "high"), "a row's weight is a string",
            "SF216", "SF105", form=F.TOGETHER),
    ]  # fmt: skip


def _targets() -> list[Case]:
    pair = shapes.spare()
    ask = shapes.turn("user", pair.question)
    thought = everywhere(lambda at: rename("messages.1.reasoning_content", "thinking", at=at))
    plain = shapes.chat_one_turn()
    return [
        spoiled("developer-together", shapes.chat(), put("messages.0.role", "developer", at=WITH_SYSTEM),
            "the provider has no developer role", "SF217", "SF201", targets=("together",)),
        spoiled("bad-name", shapes.chat(), put("messages.0.name", "Anna Lind!"), "a name with a space", "SF217",
            targets=("azure",)),
        spoiled("assistant-first-nova", shapes.nova(),
            insert("messages.0", shapes.turn("assistant", [{"text": "Hello!"}])), "the assistant speaks first",
            "SF209", form=F.BEDROCK_NOVA, targets=("bedrock-nova",)),
        spoiled("odd-turns-llamafactory", plain,
            add({"messages": [ask, shapes.turn("user", "Please be quick."), shapes.turn("assistant", pair.answer)]}),
            "LLaMA-Factory drops a row whose turns do not alternate", "SF210", "SF207", consequence="dropped",
            targets=("llamafactory",)),
        spoiled("reasoning-key", shapes.reasoning(), thought,
            "reasoning under a key that the provider does not read", "SF218", "SF107", "SF106",
            consequence="mis-trained", targets=("fireworks",)),
        spoiled("system-late-fireworks", shapes.chat(),
            insert("messages.2", shapes.turn("system", "Be brief."), at=TWO_TURNS),
            "the provider wants the system message first", "SF208", targets=("fireworks",)),
        spoiled("rft-ends-with-answer", shapes.openai_dpo(),
            insert("input.messages.1", shapes.turn("assistant", "Sure.")),
            "the prompt of a preference ends with an answer", "SF206", targets=("together",), form=F.OPENAI_DPO),
        spoiled("sharegpt-chat-mixed-keys", shapes.sharegpt(), replace({"conversations": plain[AT]["messages"]}),
            "role and content under `conversations`", "SF104", "SF103", form=F.SHAREGPT),
    ]  # fmt: skip
