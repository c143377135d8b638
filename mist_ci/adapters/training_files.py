"""What a trainer left behind, wherever it lies: a file, an output directory, or a checkpoint in it."""

import json
import re
import stat
from dataclasses import dataclass
from pathlib import Path

from mist_ci.errors import Code, ConfigError, Where
from mist_ci.models.result_file import ResultFile

STATE = "trainer_state.json"
ADAPTER = "adapter_config.json"
MAX_BYTES = 512 * 2**20
_CHECKPOINT = re.compile(r"checkpoint-([0-9]{1,12})")


@dataclass(frozen=True, slots=True)
class TrainingFile:
    """A file in memory, when it was written, and the base model that an adapter beside it names."""

    file: ResultFile
    modified_ns: int
    base_model: str | None


def read_training_file(path: Path) -> TrainingFile:
    """The file; of a directory its trainer's state, else that of its last checkpoint. Raises ConfigError MC101."""
    try:
        target = _state(path) if path.is_dir() else path
        found = target.stat()
        if not stat.S_ISREG(found.st_mode):
            raise ConfigError(Code.FILE_MISSING, "is no regular file", where=Where(str(target)))
        if found.st_size > MAX_BYTES:
            message = f"{found.st_size:,} bytes, and at most {MAX_BYTES:,} are read"
            raise ConfigError(Code.BAD_TRACE, message, where=Where(str(target)))
        data = target.read_bytes()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ConfigError(Code.FILE_MISSING, reason, where=Where(str(path))) from None
    return TrainingFile(ResultFile(str(target), data), found.st_mtime_ns, _base_model(target.parent))


def _state(directory: Path) -> Path:
    if (directory / STATE).is_file():
        return directory / STATE
    checkpoints = [
        (int(found[1]), each / STATE)
        for each in directory.iterdir()
        if (found := _CHECKPOINT.fullmatch(each.name)) and (each / STATE).is_file()
    ]
    if not checkpoints:
        hint = f"a Hugging Face trainer leaves {STATE} in its output directory and in each checkpoint"
        message = f"there is no {STATE} in it"
        raise ConfigError(Code.FILE_MISSING, message, where=Where(str(directory)), hint=hint)
    return max(checkpoints)[1]


def _base_model(directory: Path) -> str | None:
    """What an adapter says that it was made for."""
    try:
        told = json.loads((directory / ADAPTER).read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
    name = told.get("base_model_name_or_path") if isinstance(told, dict) else None
    return name if isinstance(name, str) and name else None
