"""Simulated trainers do what the code of the real ones did (tests/data/trainers), and nothing impossible."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mist_ci.models.data_format import DataFormat
from mist_ci.models.trainer import (
    Cause,
    Excess,
    Fate,
    Loss,
    Objective,
    Outcome,
    Packing,
    Segment,
    TrainedRow,
    Trainer,
    TrainerSettings,
)
from mist_ci.schemaflux.trainers import DEFAULTS, simulate
from mist_ci.schemaflux.trainers.parity import broken_parity

MEASURED = Path(__file__).parents[2] / "data/trainers"
ROLES = {"s": "system", "u": "user", "a": "assistant", "t": "tool", "d": "developer"}


def segment(role: str, tokens: int) -> Segment:
    return Segment(tokens, role, role == "assistant")


def chat(*turns: tuple[str, int], shape: DataFormat = DataFormat.OPENAI_CHAT) -> TrainedRow:
    return TrainedRow(shape, tuple(segment(role, tokens) for role, tokens in turns))


def preference(prompt: int, chosen: int, rejected: int) -> TrainedRow:
    sides = ((segment("assistant", chosen),), (segment("assistant", rejected),))
    return TrainedRow(DataFormat.PREFERENCE, (segment("user", prompt),), sides)


def measured(trainer: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((MEASURED / f"{trainer}.json").read_text(encoding="utf-8"))[
        "rows"
    ]
    return found


def row_of(one: dict[str, Any], shape: DataFormat = DataFormat.OPENAI_CHAT) -> TrainedRow:
    row = one["row"]
    return preference(*row) if isinstance(row[0], int) else chat(*map(tuple, row), shape=shape)


def agrees(fate: Fate, one: dict[str, Any]) -> None:
    if "dropped" in one and "seen" not in one:
        assert (fate.outcome is Outcome.DROPPED) is one["dropped"], one
    else:
        assert (fate.tokens_seen, fate.tokens_trained) == (one["seen"], one["trained"]), one
        assert fate.outcome is not Outcome.DROPPED


def test_trl_is_what_its_code_does() -> None:
    for one in measured("trl"):
        loss = Loss.EVERYTHING if one["everything"] else Loss.ANSWERS
        excess = Excess.KEEP_END if one["mode"] == "keep_end" else Excess.KEEP_START
        settings = replace(DEFAULTS[Trainer.TRL], max_length=one["limit"], loss=loss, excess=excess)
        agrees(simulate(row_of(one), settings), one)


def test_axolotl_is_what_its_code_does() -> None:
    for one in measured("axolotl"):
        excess = Excess.KEEP_START if one.get("strategy") == "truncate" else Excess.DROP
        settings = replace(DEFAULTS[Trainer.AXOLOTL], max_length=one["limit"], excess=excess)
        agrees(simulate(row_of(one), settings), one)


def test_llamafactory_is_what_its_code_does() -> None:
    for one in measured("llamafactory"):
        settings = replace(
            DEFAULTS[Trainer.LLAMAFACTORY],
            max_length=one["limit"],
            loss=Loss.LAST_ANSWER if one.get("history") else Loss.ANSWERS,
            end_tokens=1 if one.get("end") else 0,
        )
        agrees(simulate(row_of(one), settings), one)


def test_torchtune_is_what_its_code_does() -> None:
    for one in measured("torchtune"):
        settings = replace(DEFAULTS[Trainer.TORCHTUNE], max_length=one["limit"])
        agrees(simulate(row_of(one), settings), one)


@pytest.mark.parametrize(
    ("converter", "shape"),
    [("OpenAIDatasetConverter", DataFormat.OPENAI_CHAT), ("SharegptDatasetConverter", DataFormat.SHAREGPT)],
)
@pytest.mark.parametrize("ranking", [False, True])
def test_llamafactory_drops_the_orders_of_roles_that_its_converters_drop(
    converter: str, shape: DataFormat, ranking: bool
) -> None:
    orders = json.loads((MEASURED / "llamafactory_parity.json").read_text(encoding="utf-8"))
    answer = (segment("assistant", 1),)
    for order, did in orders[f"{converter} {'ranking' if ranking else 'sft'}"].items():
        segments = tuple(segment(ROLES[letter], 1) for letter in order)
        broken = broken_parity(TrainedRow(shape, segments, (answer, answer) if ranking else ()))
        found = "kept" if broken is None else "KeyError" if broken.stops_the_run else "dropped"
        assert found == did, order


NUMBERS = st.integers(0, 40)
TURNS = st.lists(
    st.tuples(st.sampled_from(["system", "user", "assistant", "tool"]), NUMBERS), min_size=1, max_size=6
)
ROWS = st.builds(lambda turns: chat(*turns), TURNS) | st.builds(preference, NUMBERS, NUMBERS, NUMBERS)
SETTINGS = st.builds(
    lambda trainer, limit, excess, packing, loss: replace(
        DEFAULTS[trainer], max_length=limit, excess=excess, packing=packing, loss=loss
    ),
    st.sampled_from(list(Trainer)),
    st.integers(2, 120),
    st.sampled_from([Excess.KEEP_START, Excess.DROP]),
    st.sampled_from(list(Packing)),
    st.sampled_from([Loss.ANSWERS, Loss.EVERYTHING, None]),
)


@given(ROWS, SETTINGS)
def test_no_token_appears_or_vanishes(row: TrainedRow, settings: TrainerSettings) -> None:
    fate = simulate(row, settings)
    assert fate.tokens_seen + fate.tokens_lost == row.tokens
    assert 0 <= fate.tokens_trained <= fate.tokens_seen
    if fate.outcome is Outcome.KEPT:
        assert fate.tokens_lost == 0
    if fate.outcome in {Outcome.DROPPED, Outcome.REFUSED}:
        assert fate.tokens_seen == 0
    assert bool(fate.why) == (fate.cause is not Cause.NONE) == (fate.outcome is not Outcome.KEPT)


@given(ROWS, SETTINGS, st.integers(1, 40))
def test_more_room_never_loses_more(row: TrainedRow, settings: TrainerSettings, more: int) -> None:
    assert settings.max_length is not None
    wider = replace(settings, max_length=settings.max_length + more)
    assert simulate(row, wider).tokens_lost <= simulate(row, settings).tokens_lost


@given(ROWS, st.sampled_from(list(Trainer)))
def test_enough_room_loses_nothing(row: TrainedRow, trainer: Trainer) -> None:
    fate = simulate(row, replace(DEFAULTS[trainer], max_length=10_000, min_length=0))
    assert fate.tokens_lost == 0 or "learnt" in fate.why or trainer is Trainer.LLAMAFACTORY


LONG = chat(("user", 2000), ("assistant", 50))


@pytest.mark.parametrize(
    ("trainer", "changes", "outcome", "trained", "why"),
    [
        (Trainer.TRL, {}, Outcome.ANSWER_LOST, 1024, "the last 1,026 of 2,050 tokens are cut"),
        (
            Trainer.TRL,
            {"loss": Loss.ANSWERS},
            Outcome.DROPPED,
            0,
            "the last 1,026 of 2,050 tokens are cut, and nothing to learn is left",
        ),
        (Trainer.TRL, {"packing": Packing.WHOLE, "loss": Loss.ANSWERS}, Outcome.ANSWER_LOST, 0, None),
        (Trainer.TRL, {"packing": Packing.SPLIT}, Outcome.KEPT, 2050, ""),
        (Trainer.TRL, {"max_length": None}, Outcome.KEPT, 2050, ""),
        (Trainer.AXOLOTL, {}, Outcome.DROPPED, 0, "it has 2,050 tokens"),
        (Trainer.AXOLOTL, {"excess": Excess.REFUSE}, Outcome.REFUSED, 0, None),
        (Trainer.AXOLOTL, {"excess": Excess.KEEP_START}, Outcome.ANSWER_LOST, 0, None),
        (Trainer.AXOLOTL, {"excess": Excess.KEEP_START, "packing": Packing.WHOLE}, Outcome.DROPPED, 0, None),
        (Trainer.LLAMAFACTORY, {}, Outcome.TRUNCATED, 50, "2 of 2,050 tokens are cut"),
        (Trainer.TORCHTUNE, {}, Outcome.KEPT, 50, ""),
        (
            Trainer.TORCHTUNE,
            {"max_length": 2050},
            Outcome.TRUNCATED,
            49,
            "the last 1 of 2,050 tokens are cut",
        ),
        (Trainer.VERTEX, {"max_length": 2049}, Outcome.DROPPED, 0, "it has 2,050 tokens"),
        (Trainer.OPENAI, {"max_length": 2049}, Outcome.TRUNCATED, 49, None),
    ],
)
def test_a_long_prompt_with_a_short_answer(
    trainer: Trainer, changes: dict[str, Any], outcome: Outcome, trained: int, why: str | None
) -> None:
    fate = simulate(LONG, replace(DEFAULTS[trainer], **changes))
    assert (fate.outcome, fate.tokens_trained) == (outcome, trained)
    assert why is None or fate.why == why


@pytest.mark.parametrize(
    ("trainer", "row", "changes", "outcome"),
    [
        (Trainer.TRL, preference(1024, 5, 5), {}, Outcome.DROPPED),
        (Trainer.TRL, preference(1023, 5, 5), {}, Outcome.TRUNCATED),
        (Trainer.TRL, preference(1024, 5, 5), {"excess": Excess.KEEP_END}, Outcome.TRUNCATED),
        (Trainer.TRL, preference(1020, 4, 5), {"objective": Objective.REWARD}, Outcome.DROPPED),
        (Trainer.TRL, chat(("user", 1024), ("assistant", 5), shape=DataFormat.KTO), {}, Outcome.DROPPED),
        (Trainer.TRL, chat(("user", 9)), {"loss": Loss.ANSWERS}, Outcome.REFUSED),
        (
            Trainer.TRL,
            chat(("user", 9), ("assistant", 0), shape=DataFormat.PROMPT_COMPLETION),
            {},
            Outcome.DROPPED,
        ),
        (Trainer.AXOLOTL, preference(512, 1, 1), {"excess": Excess.KEEP_START}, Outcome.DROPPED),
        (Trainer.AXOLOTL, preference(500, 50, 1), {"excess": Excess.KEEP_START}, Outcome.TRUNCATED),
        (Trainer.AXOLOTL, preference(500, 50, 1), {}, Outcome.DROPPED),
        (Trainer.AXOLOTL, chat(("assistant", 1)), {}, Outcome.DROPPED),
        (Trainer.AXOLOTL, chat(("text", 512 * 64), shape=DataFormat.TEXT), {}, Outcome.KEPT),
        (Trainer.AXOLOTL, chat(("text", 512 * 64 + 1), shape=DataFormat.TEXT), {}, Outcome.TRUNCATED),
        (Trainer.LLAMAFACTORY, chat(("text", 3000), shape=DataFormat.TEXT), {}, Outcome.TRUNCATED),
        (
            Trainer.LLAMAFACTORY,
            chat(("text", 3000), shape=DataFormat.TEXT),
            {"packing": Packing.WHOLE},
            Outcome.KEPT,
        ),
        (
            Trainer.LLAMAFACTORY,
            chat(("user", 1), ("assistant", 2047)),
            {"packing": Packing.WHOLE},
            Outcome.TRUNCATED,
        ),
        (Trainer.LLAMAFACTORY, chat(("user", 1), ("user", 1), ("assistant", 1)), {}, Outcome.DROPPED),
        (Trainer.TORCHTUNE, preference(20, 5, 5), {"max_length": 20}, Outcome.ANSWER_LOST),
    ],
)
def test_other_shapes_of_rows(
    trainer: Trainer, row: TrainedRow, changes: dict[str, Any], outcome: Outcome
) -> None:
    assert simulate(row, replace(DEFAULTS[trainer], **changes)).outcome is outcome


def test_services_know_weights_and_trainers_do_not() -> None:
    unwanted = Segment(5, "assistant", is_trained=False)
    row = TrainedRow(DataFormat.OPENAI_CHAT, (segment("user", 5), unwanted, segment("assistant", 2)))
    assert simulate(row, DEFAULTS[Trainer.OPENAI]).tokens_trained == 2
    assert simulate(row, DEFAULTS[Trainer.AXOLOTL]).tokens_trained == 7
