"""Defects of preferences, KTO, completions and labels: SF5xx."""

from benchmarks.data import labelled, shapes
from benchmarks.data.bank import LONG_ANSWER, LONG_QUESTION
from benchmarks.data.case import Case, Rows, spoiled, table
from benchmarks.data.edit import AT, alter, everywhere, insert, put, rename
from mist_ci.models.data_format import DataFormat as F


def cases() -> list[Case]:
    """All of them."""
    return [*_pairs(), *_sides(), *_kto(), *_labels()]


def _same(rows: Rows) -> None:
    rows[AT]["rejected"] = rows[AT]["chosen"]


def _same_messages(rows: Rows) -> None:
    rows[AT]["non_preferred_output"] = rows[AT]["preferred_output"]


def _spaced(rows: Rows) -> None:
    rows[AT]["rejected"] = f" {rows[AT]['chosen']}\n"


def _prefix(rows: Rows) -> None:
    rows[AT] = {"prompt": LONG_QUESTION, "chosen": LONG_ANSWER, "rejected": LONG_ANSWER[:120].rstrip(" .")}


def _reversed(rows: Rows) -> None:
    row = rows[AT]
    rows.append({"prompt": row["prompt"], "chosen": row["rejected"], "rejected": row["chosen"]})


def _long_chosen(rows: Rows) -> None:
    for row in rows:
        row["chosen"] += (
            f" To say a little more about it: {row['chosen']} I hope that this answers what you asked."
        )
        row["rejected"] = row["rejected"].split(".")[0][:40]


def _pairs() -> list[Case]:
    rows, dpo = shapes.preference(), shapes.openai_dpo()
    learn = "mis-trained"
    return [
        spoiled("same-sides", rows, _same, "both answers are the same", "SF501", form=F.PREFERENCE,
            consequence=learn),
        spoiled("same-sides-but-space", rows, _spaced, "both answers are the same but for white space", "SF501",
            "SF502", form=F.PREFERENCE, consequence=learn),
        spoiled("same-sides-dpo", dpo, _same_messages, "both answers are the same", "SF501", form=F.OPENAI_DPO,
            consequence=learn),
        spoiled("side-is-prefix", rows, _prefix, "one answer is the other, cut off", "SF502", form=F.PREFERENCE,
            consequence=learn),
        spoiled("reversed-preference", rows, _reversed, "another row prefers the opposite", "SF506",
            form=F.PREFERENCE, consequence=learn),
        spoiled("length-bias", rows, _long_chosen, "the longer answer is always the better one", "SF507",
            form=F.PREFERENCE, consequence=learn),
        spoiled("prompts-differ", _implicit(), put("rejected.0.content", "What is the capital of Chad?"),
            "the two sides answer different questions", "SF505", form=F.PREFERENCE, consequence=learn),
    ]  # fmt: skip


def _implicit() -> Rows:
    """Preferences whose prompt is the common start of both sides."""
    return [
        {"chosen": row["prompt"] + row["chosen"], "rejected": row["prompt"] + row["rejected"]}
        for row in shapes.conversational_preference()
    ]


def _sides() -> list[Case]:
    dpo, talk = shapes.openai_dpo(), shapes.conversational_preference()
    return [
        spoiled("two-preferred-messages", dpo,
            insert("preferred_output.1", shapes.turn("assistant", "Anything else?")), "two messages on one side",
            "SF503", "SF207", form=F.OPENAI_DPO),
        spoiled("preferred-is-user", dpo, put("preferred_output.0.role", "user"), "the answer is the user's",
            "SF503", "SF205", "SF201", form=F.OPENAI_DPO),
        spoiled("no-preferred-message", dpo, put("preferred_output", []), "one side is empty", "SF503", "SF108",
            form=F.OPENAI_DPO),
        spoiled("preferred-completion", dpo,
            everywhere(lambda at: rename("preferred_output", "preferred_completion", at=at)),
            "the key of an OpenAPI file that the service does not know", "SF504", "SF104", "SF101",
            form=F.OPENAI_DPO),
        spoiled("prompt-text-sides-lists", talk, put("prompt", "What is it?"),
            "a prompt that is a string beside lists: taken as no prompt", "SF505", "SF105", "SF110",
            form=F.PREFERENCE, consequence="mis-trained"),
        spoiled("chosen-is-null", shapes.preference(), put("chosen", None), "the better answer is null", "SF105",
            "SF104", "SF212", form=F.PREFERENCE),
        spoiled("chosen-is-blank", shapes.preference(), put("chosen", " "), "the better answer is blank", "SF212",
            "SF514", "SF501", form=F.PREFERENCE, consequence="mis-trained"),
        spoiled("input-empty", dpo, put("input.messages", []), "the prompt has no messages", "SF108",
            form=F.OPENAI_DPO),
    ]  # fmt: skip


def _kto() -> list[Case]:
    rows = shapes.kto()
    return [
        spoiled("label-is-text", rows, put("label", "true"), "a label is a string", "SF508", "SF105", form=F.KTO),
        spoiled("label-is-one", rows, put("label", 1), "a label is a number", "SF508", "SF105", form=F.KTO),
        spoiled("one-class", rows, everywhere(lambda at: put("label", value=True, at=at)),
            "all completions are wanted", "SF518", "SF508", form=F.KTO, consequence="mis-trained"),
        spoiled("kto-empty-completion", rows, put("completion", ""), "a completion is empty", "SF514", "SF212",
            form=F.KTO, consequence="mis-trained"),
    ]  # fmt: skip


def _labels() -> list[Case]:
    rows = labelled.classification()
    talk = labelled.as_chat()
    rare = {"text": "Your new ceramic mugs are lovely, I only wanted to say that.", "label": "praise"}
    return [
        spoiled("label-spelling", rows, alter("label", lambda label: label[:-2] + label[-1]), "a label is misspelt",
            "SF517", "SF516", form=F.CLASSIFICATION, consequence="mis-trained"),
        spoiled("label-space", rows, alter("label", lambda label: label.title() + " "),
            "a label with a capital and a space", "SF516", form=F.CLASSIFICATION, write=table, extension=".csv",
            consequence="mis-trained"),
        spoiled("label-spelling-chat", talk, alter("messages.2.content", lambda label: label[:-2] + label[-1]),
            "the label in an answer is misspelt", "SF516", consequence="mis-trained"),
        spoiled("rare-label", rows, lambda rows: rows.append(rare), "a label that one row has", "SF517", "SF820",
            form=F.CLASSIFICATION, write=table, extension=".csv", consequence="mis-trained"),
    ]  # fmt: skip
