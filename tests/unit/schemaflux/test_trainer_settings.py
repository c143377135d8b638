"""A trainer's own file says how long rows may be, or exactly why it cannot be read."""

from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mist_ci.errors import Code, ConfigError
from mist_ci.models.trainer import Excess, Loss, Objective, Packing, Trainer, TrainerSettings
from mist_ci.schemaflux.trainers import DEFAULTS
from mist_ci.schemaflux.trainers.settings import read_settings

AXOLOTL = """
base_model: Qwen/Qwen3-8B
load_in_4bit: true
datasets:
  - path: data/train.jsonl
    type: chat_template
sequence_len: 2048
sample_packing: true
excess_length_strategy: truncate
learning_rate: 0.0002
"""
LLAMAFACTORY = """
model_name_or_path: Qwen/Qwen3-8B
stage: sft
do_train: true
finetuning_type: lora
dataset: chat
template: gemma2
cutoff_len: 4096
mask_history: true
"""
TRL = """
model_name_or_path: Qwen/Qwen3-8B
dataset_name: data
max_length: 512
assistant_only_loss: true
packing: true
"""
TORCHTUNE = """
output_dir: /out
model:
  _component_: torchtune.models.llama3_1.lora_llama3_1_8b
tokenizer:
  _component_: torchtune.models.llama3.llama3_tokenizer
  path: ${output_dir}/tokenizer.model
  max_seq_len: 1024
dataset:
  _component_: torchtune.datasets.chat_dataset
  packed: False
"""


def read(text: str) -> TrainerSettings:
    found = read_settings(text.encode(), "train/sft.yaml")
    assert found.file == "train/sft.yaml"
    return replace(found, file="", evidence=())


def changed(trainer: Trainer, **changes: object) -> TrainerSettings:
    return replace(DEFAULTS[trainer], **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "settings"),
    [
        (
            AXOLOTL,
            changed(
                Trainer.AXOLOTL,
                max_length=2048,
                packing=Packing.WHOLE,
                excess=Excess.KEEP_START,
                loss=Loss.ANSWERS,
            ),
        ),
        (
            LLAMAFACTORY,
            changed(Trainer.LLAMAFACTORY, max_length=4096, loss=Loss.LAST_ANSWER, end_tokens=1),
        ),
        (TRL, changed(Trainer.TRL, max_length=512, loss=Loss.ANSWERS, packing=Packing.WHOLE)),
        (TORCHTUNE, changed(Trainer.TORCHTUNE, max_length=1024, limit_name="tokenizer.max_seq_len")),
        ("dataset_name: x\nmax_length: null\n", changed(Trainer.TRL, max_length=None)),
        ("dataset_name: x\n", DEFAULTS[Trainer.TRL]),
        ("dataset_name: x\nmax_seq_length: 9\n", changed(Trainer.TRL, max_length=9, limit_name="max_seq_length")),
        (
            "dataset_name: x\npacking: true\npacking_strategy: wrapped\n",
            changed(Trainer.TRL, packing=Packing.SPLIT),
        ),
        ("dataset_name: x\npacking_strategy: wrapped\n", DEFAULTS[Trainer.TRL]),
        ("dataset_name: x\ntruncation_mode: keep_end\n", changed(Trainer.TRL, excess=Excess.KEEP_END)),
        ("dataset_name: x\ncompletion_only_loss: false\n", changed(Trainer.TRL, loss=Loss.EVERYTHING)),
        ("base_model: x\n", changed(Trainer.AXOLOTL, loss=Loss.ANSWERS)),
        ("base_model: x\nrl: dpo\n", changed(Trainer.AXOLOTL, loss=Loss.ANSWERS, objective=Objective.PREFERENCE)),
        (
            "base_model: x\ndatasets:\n- {path: a, type: completion}\n",
            changed(Trainer.AXOLOTL, loss=Loss.ANSWERS, objective=Objective.TEXT),
        ),
        (
            "base_model: x\nexcess_length_strategy: raise\n",
            changed(Trainer.AXOLOTL, loss=Loss.ANSWERS, excess=Excess.REFUSE),
        ),
        (
            "stage: pt\ncutoff_len: 8\n",
            changed(Trainer.LLAMAFACTORY, max_length=8, packing=Packing.WHOLE, objective=Objective.TEXT),
        ),
        ("stage: sft\nneat_packing: true\n", changed(Trainer.LLAMAFACTORY, packing=Packing.WHOLE)),
        ("stage: dpo\n", changed(Trainer.LLAMAFACTORY, objective=Objective.PREFERENCE)),
    ],
)  # fmt: skip
def test_each_trainer_is_known_by_its_keys(text: str, settings: TrainerSettings) -> None:
    assert read(text) == settings


def test_the_keys_that_were_read_are_told() -> None:
    found = read_settings(AXOLOTL.encode(), "axolotl.yml")
    assert found.evidence == (
        "datasets[].type: chat_template",
        "sequence_len: 2048",
        "excess_length_strategy: truncate",
        "sample_packing: true",
    )
    assert found.title == "axolotl (sequence_len 2048)"


@pytest.mark.parametrize(
    ("text", "where", "message"),
    [
        ("stage: sft\ncutoff_len: '512'\n", "x.yaml:2:1: cutoff_len", "'512' is not a whole number"),
        ("stage: sft\ncutoff_len: 1e3\n", "x.yaml:2:1: cutoff_len", "1000.0 is not a whole number"),
        ("stage: sft\ncutoff_len: true\n", "x.yaml:2:1: cutoff_len", "True is not a whole number"),
        ("stage: sft\ncutoff_len: 0\n", "x.yaml:2:1: cutoff_len", "0 is no length: it is 1 to 100,000,000 tokens"),
        ("stage: sft\npacking: yes\n", "x.yaml:2:1: packing", "'yes' is not true or false"),
        ("stage: sfx\ncutoff_len: 5\n", "x.yaml:1:1: stage", "'sfx' is not one of sft, pt, dpo, rm, kto, ppo"),
        ("stage: sft\ntemplate: [a]\n", "x.yaml:2:1: template", "['a'] is not a name"),
        (
            "base_model: x\nrl: [dpo]\n",
            "x.yaml:2:1: rl",
            "['dpo'] is not one of dpo, ipo, orpo, simpo, kto, grpo, gdpo, ebft",
        ),
        (
            "tokenizer:\n  path: x\n  max_seq_len: many\n",
            "x.yaml:3:3: tokenizer.max_seq_len",
            "'many' is not a whole number",
        ),
        ("lr: 5\n", "x.yaml:1:1", "no trainer is known by these keys"),
        ("- 5\n", "x.yaml:1:1", "no trainer is known by these keys"),
        ("", "x.yaml", "no trainer is known by these keys"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_place(text: str, where: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read_settings(text.encode(), "x.yaml")
    assert caught.value.code is Code.WRONG_VALUE
    assert (str(caught.value.where), caught.value.message) == (where, message)


def test_a_file_that_fits_two_trainers_is_not_guessed_about() -> None:
    with pytest.raises(ConfigError, match=r"its keys fit LLaMA-Factory .* and TRL"):
        read_settings(b"model_name_or_path: x\n", "x.yaml")


@given(st.binary(max_size=60) | st.text("abc:_- \n[]{}\"'&*!12", max_size=40).map(str.encode))
def test_no_bytes_crash_the_reader(content: bytes) -> None:
    with suppress(ConfigError):
        read_settings(content, "x.yaml")
