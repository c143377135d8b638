"""A trainer's own configuration, read for what decides over long rows. Other keys are not our business."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from mist_ci.errors import Code, ConfigError
from mist_ci.models.trainer import Excess, Loss, Objective, Packing, Trainer, TrainerSettings
from mist_ci.parsing import safe_yaml
from mist_ci.parsing.safe_yaml import Document, Plain
from mist_ci.schemaflux.trainers import axolotl, llamafactory, torchtune, trl
from mist_ci.schemaflux.trainers.keys import Keys

_MAX_LENGTH = 100_000_000


def read_settings(content: bytes, file: str) -> TrainerSettings:
    """The settings of whichever trainer the file is for, with the keys that were read.

    Raises ConfigError MC102, MC104, MC108 or MC109 with file, line and field: no YAML, a value of the wrong type, or
    no trainer that is known.
    """
    document = safe_yaml.load(content, file)
    kind = _kind(document)
    keys = Keys(document)
    settings = kind.read(keys)
    limit = settings.max_length
    if limit is not None and not 1 <= limit <= _MAX_LENGTH:
        where = document.where(keys.path_of(settings.limit_name))
        reason = f"{limit} is no length: it is 1 to {_MAX_LENGTH:,} tokens"
        raise ConfigError(Code.WRONG_VALUE, reason, where=where)
    return replace(settings, file=file, evidence=tuple(keys.read))


@dataclass(frozen=True, slots=True)
class _Kind:
    """Whose file it is: known by its keys, of which a longer list wins."""

    trainer: Trainer
    telling: frozenset[str]
    read: Callable[[Keys], TrainerSettings]


def _kind(document: Document) -> _Kind:
    keys = set(_flat(document.value))
    found = [(len(kind.telling & keys), kind) for kind in _KINDS]
    most = max(count for count, _ in found)
    best = [kind for count, kind in found if count == most]
    if most and len(best) == 1:
        return best[0]
    names = [f"{kind.trainer.maker_name} ({', '.join(sorted(kind.telling)[:4])}, …)" for kind in best]
    reason = "no trainer is known by these keys"
    if most:
        reason = f"its keys fit {' and '.join(names)}"
    raise ConfigError(Code.WRONG_VALUE, reason, where=document.where(()), hint=_HINT)


def _flat(value: Plain) -> Mapping[str, Plain]:
    """The keys of the file, with those of `tokenizer` and `dataset` as torchtune nests them."""
    if not isinstance(value, dict):
        return {}
    nested = {
        f"{outer}.{key}": inner
        for outer in ("tokenizer", "dataset")
        if isinstance(part := value.get(outer), dict)
        for key, inner in part.items()
    }
    return {**value, **nested}


def _trl(keys: Keys) -> TrainerSettings:
    name = "max_seq_length" if not keys.has("max_length") and keys.has("max_seq_length") else "max_length"
    modes = {"keep_start": Excess.KEEP_START, "keep_end": Excess.KEEP_END}
    strategies = {
        "bfd": Packing.WHOLE, "bfd_split": Packing.SPLIT, "bfd-requeue": Packing.SPLIT, "wrapped": Packing.SPLIT,
    }  # fmt: skip
    packing = keys.flag("packing") and keys.choice("packing_strategy", strategies, Packing.WHOLE)
    completion = keys.flag("completion_only_loss", None)
    loss = {True: Loss.ANSWERS, False: Loss.EVERYTHING, None: None}[completion]
    return replace(
        trl.DEFAULT,
        limit_name=name,
        max_length=keys.number(name, trl.DEFAULT.max_length, may_be_null=True),
        excess=keys.choice("truncation_mode", modes, Excess.KEEP_START),
        packing=packing or Packing.NONE,
        loss=Loss.ANSWERS if keys.flag("assistant_only_loss") else loss,
        objective=Objective.REWARD if keys.has("center_rewards_coefficient") else None,
    )


def _axolotl(keys: Keys) -> TrainerSettings:
    strategies = {"drop": Excess.DROP, "truncate": Excess.KEEP_START, "raise": Excess.REFUSE}
    kinds = {
        **dict.fromkeys(("dpo", "ipo", "orpo", "simpo"), Objective.PREFERENCE),
        "kto": Objective.KTO,
        **dict.fromkeys(("grpo", "gdpo", "ebft"), Objective.REWARD),
    }
    objective: Objective | None = keys.choice("rl", kinds, None)
    if keys.texts("datasets", "type") == ["completion"]:
        objective = Objective.TEXT
    elif keys.flag("reward_model"):
        objective = Objective.REWARD
    return replace(
        axolotl.DEFAULT,
        max_length=keys.number("sequence_len", axolotl.DEFAULT.max_length),
        excess=keys.choice("excess_length_strategy", strategies, Excess.DROP),
        packing=Packing.WHOLE if keys.flag("sample_packing") else Packing.NONE,
        loss=Loss.EVERYTHING if keys.flag("train_on_inputs") else Loss.ANSWERS,
        min_length=keys.number("min_sample_len", None, may_be_null=True) or axolotl.DEFAULT.min_length,
        objective=objective,
    )


def _llamafactory(keys: Keys) -> TrainerSettings:
    stages: dict[str, Objective | None] = {
        "sft": None, "pt": Objective.TEXT, "dpo": Objective.PREFERENCE, "rm": Objective.REWARD, "kto": Objective.KTO,
        "ppo": None,
    }  # fmt: skip
    objective = keys.choice("stage", stages, None)
    packing = keys.flag("packing", None)
    packs = objective is Objective.TEXT if packing is None else packing
    loss = Loss.EVERYTHING if keys.flag("train_on_prompt") else Loss.ANSWERS
    return replace(
        llamafactory.DEFAULT,
        max_length=keys.number("cutoff_len", llamafactory.DEFAULT.max_length),
        packing=Packing.WHOLE if packs or keys.flag("neat_packing") else Packing.NONE,
        loss=Loss.LAST_ANSWER if keys.flag("mask_history") else loss,
        end_tokens=int(keys.text("template") in llamafactory.TEMPLATES_WITH_END_TOKEN),
        objective=objective,
    )


def _torchtune(keys: Keys) -> TrainerSettings:
    loss = Loss.EVERYTHING if keys.flag("dataset.train_on_input") else Loss.ANSWERS
    return replace(
        torchtune.DEFAULT,
        max_length=keys.number("tokenizer.max_seq_len", None, may_be_null=True),
        limit_name="tokenizer.max_seq_len",
        packing=Packing.WHOLE if keys.flag("dataset.packed") else Packing.NONE,
        loss=loss,
    )


_KINDS = (
    _Kind(
        Trainer.AXOLOTL,
        frozenset(
            {
                "base_model", "sequence_len", "excess_length_strategy", "sample_packing", "datasets",
                "micro_batch_size", "adapter", "chat_template", "train_on_inputs", "num_epochs", "min_sample_len", "rl",
            }
        ),
        _axolotl,
    ),
    _Kind(
        Trainer.LLAMAFACTORY,
        frozenset(
            {
                "cutoff_len", "stage", "finetuning_type", "template", "model_name_or_path", "dataset", "dataset_dir",
                "do_train", "neat_packing", "mask_history", "train_on_prompt", "lora_target", "overwrite_cache",
            }
        ),
        _llamafactory,
    ),
    _Kind(
        Trainer.TRL,
        frozenset(
            {
                "max_length", "max_seq_length", "truncation_mode", "packing_strategy", "assistant_only_loss",
                "completion_only_loss", "model_name_or_path", "dataset_name", "use_peft", "lora_target_modules",
                "dataset_text_field", "beta", "attn_implementation", "desirable_weight", "center_rewards_coefficient",
                "eval_packing",
            }
        ),
        _trl,
    ),
    _Kind(
        Trainer.TORCHTUNE,
        frozenset(
            {
                "tokenizer._component_", "tokenizer.max_seq_len", "dataset._component_", "dataset.packed",
                "checkpointer", "metric_logger", "enable_activation_checkpointing", "model", "loss", "optimizer",
                "tokenizer.path",
            }
        ),
        _torchtune,
    ),
)  # fmt: skip

_HINT = (
    "name the file that axolotl, llamafactory-cli, `trl sft --config` or `tune run --config` is started with; "
    "it has a key such as sequence_len, cutoff_len, max_length or tokenizer.max_seq_len"
)
