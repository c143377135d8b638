"""Defects that only two rows together have: SF8xx."""

from benchmarks.data import labelled, shapes
from benchmarks.data.bank import LONG_ANSWER, LONG_QUESTION
from benchmarks.data.case import Case, Row, Rows, array, jsonl, raw, spoiled, table
from benchmarks.data.edit import AT, add, put
from mist_ci.models.data_format import DataFormat as F

LEARN = "mis-trained"


def cases() -> list[Case]:
    """All of them."""
    return [*_exact(), *_near(), *_conflicts(), *_labels()]


def _repeat(rows: Rows) -> None:
    rows.append(rows[AT])


def _other_order() -> Case:
    rows = shapes.sharegpt()
    turned = [{"value": one["value"], "from": one["from"]} for one in rows[AT]["conversations"]]
    return spoiled("duplicate-other-order", rows, add({"conversations": turned}), "a row twice, keys in another order",
                   "SF801", form=F.SHAREGPT, consequence=LEARN)  # fmt: skip


def _escaped() -> Case:
    rows = shapes.chat()
    foreign = next(row for row in rows if not row["messages"][0]["content"].isascii())
    return raw("duplicate-escaped", jsonl(rows) + jsonl([foreign], ascii_only=True), jsonl(rows),
               "a row twice, once with escapes", "SF801", consequence=LEARN)  # fmt: skip


def _exact() -> list[Case]:
    return [
        spoiled("duplicate", shapes.chat(), _repeat, "a row twice", "SF801", consequence=LEARN, core=True),
        spoiled("duplicate-alpaca", shapes.alpaca(), _repeat, "a row twice", "SF801", form=F.ALPACA, write=array,
            extension=".json", consequence=LEARN),
        spoiled("duplicate-csv", labelled.classification(), _repeat, "a row twice", "SF801", form=F.CLASSIFICATION,
            write=table, extension=".csv", consequence=LEARN),
        spoiled("duplicate-dpo", shapes.openai_dpo(), _repeat, "a row twice", "SF801", form=F.OPENAI_DPO,
            consequence=LEARN),
        spoiled("duplicate-vertex", shapes.vertex(), _repeat, "a row twice", "SF801", form=F.VERTEX,
            consequence=LEARN),
        spoiled("duplicate-other-id", _numbered(), lambda rows: rows.append({**rows[AT], "id": "doc-99"}),
            "a row twice, with another id", "SF802", "SF801", form=F.PROMPT_COMPLETION, consequence=LEARN),
        _other_order(),
        _escaped(),
    ]  # fmt: skip


def _numbered() -> Rows:
    return [{"id": f"doc-{number}", **row} for number, row in enumerate(shapes.prompt_completion())]


def _long(question: str = LONG_QUESTION, answer: str = LONG_ANSWER) -> Row:
    return {"messages": [shapes.turn("user", question), shapes.turn("assistant", answer)]}


def _near() -> list[Case]:
    question = LONG_QUESTION.replace("three weeks", "four weeks")
    answer = LONG_ANSWER.replace("a whole day", "a whole night")
    text = f"{LONG_QUESTION}\n\n{LONG_ANSWER}"
    alpaca = {"instruction": LONG_QUESTION, "input": "", "output": LONG_ANSWER}
    return [
        spoiled("near-duplicate", [*shapes.chat(), _long()], add(_long(question, answer)),
            "a row twice but for two words", "SF803", consequence=LEARN, core=True),
        spoiled("near-duplicate-text", [*shapes.plain_text(), {"text": text}],
            add({"text": text.replace("oak", "walnut")}), "a text twice but for one word", "SF803", form=F.TEXT,
            consequence=LEARN),
        spoiled("near-duplicate-alpaca", [*shapes.alpaca(), alpaca],
            add({**alpaca, "instruction": question, "output": answer}), "a row twice but for two words", "SF803",
            form=F.ALPACA, consequence=LEARN),
        spoiled("near-duplicate-case", [*shapes.chat(), _long()],
            add(_long(LONG_QUESTION.upper(), LONG_ANSWER + " Good luck!")), "a row twice, once in capitals",
            "SF803", "SF810", consequence=LEARN),
    ]  # fmt: skip


def _conflicts() -> list[Case]:
    rows, talk = labelled.classification(), labelled.as_chat()
    text, label = rows[AT]["text"], rows[AT]["label"]
    other = next(one for one in labelled.LABELS if one != label)
    shouted = f"  {text.upper()} "
    kto = shapes.kto()
    return [
        spoiled("conflict-chat", talk, add(labelled.as_chat_row(text, other)), "one message, two labels", "SF810",
            consequence=LEARN, core=True),
        spoiled("conflict-csv", rows, add({"text": text, "label": other}), "one message, two labels", "SF810",
            form=F.CLASSIFICATION, write=table, extension=".csv", consequence=LEARN),
        spoiled("conflict-case", rows, add({"text": shouted, "label": other}),
            "one message, two labels, once in capitals", "SF810", "SF803", form=F.CLASSIFICATION, consequence=LEARN),
        spoiled("conflict-kto", kto, add({**kto[AT], "label": not kto[AT]["label"]}),
            "a completion is wanted and unwanted", "SF810", "SF508", "SF506", form=F.KTO, consequence=LEARN),
        spoiled("conflict-prompt-completion", shapes.prompt_completion(),
            add({"prompt": shapes.prompt_completion()[AT]["prompt"], "completion": "Nobody has ever measured that."}),
            "one prompt, two completions", "SF810", form=F.PROMPT_COMPLETION, consequence=LEARN),
    ]  # fmt: skip


def _labels() -> list[Case]:
    rows = labelled.classification()
    wrong = next(one for one in labelled.LABELS if one != rows[AT]["label"])
    shipping = [row for row in rows if row["label"] == "shipping"]
    others = [row for row in rows if row["label"] != "shipping"]
    few = [row for row in others if row["label"] == "billing"][:2]
    return [
        spoiled("label-error", rows, put("label", wrong), "a message at the wrong desk", "SF811",
            form=F.CLASSIFICATION, consequence=LEARN),
        spoiled("label-error-chat", labelled.as_chat(), put("messages.2.content", wrong),
            "a message at the wrong desk", "SF811", consequence=LEARN),
        raw("imbalance", table([*shipping, *few]), table(rows), "20 rows of one label, 2 of the other", "SF820",
            "SF517", form=F.CLASSIFICATION, extension=".csv", consequence=LEARN),
    ]  # fmt: skip
