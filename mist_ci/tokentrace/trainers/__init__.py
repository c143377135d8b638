"""What trainers leave behind, read into one kind of record. A format that nobody knows is refused, never guessed at."""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from decimal import Decimal
from types import ModuleType

from mist_ci.errors import Code, ConfigError, Where
from mist_ci.models.result_file import ResultFile
from mist_ci.models.training import Training
from mist_ci.tokentrace.trainers import generic, hugging_face, openai_job, together_job
from mist_ci.tokentrace.trainers.fields import Fields

__all__ = ["FORMATS", "read_training"]

FORMATS: tuple[ModuleType, ...] = (hugging_face, together_job, openai_job, generic)
"""In the order in which they are asked: each has fields that the ones before it have not."""
_KNOWN = (
    "trainer_state.json of a Hugging Face trainer, a fine-tuning job of OpenAI, Azure or Together as JSON, or a table "
    "with the columns of docs/trace.md"
)


def read_training(file: ResultFile) -> list[Training]:
    """The jobs of a file, one at least. Raises ConfigError MC115 with the line or the field that cannot be used."""
    found = _rows(file)
    if not found:
        raise _unknown(file, "there is no job in it")
    generic.one_currency([fields for fields, module in found if module is generic])
    return [_read(module)(fields, file.sha256) for fields, module in found]


def _read(module: ModuleType) -> Callable[[Fields, str], Training]:
    read: Callable[[Fields, str], Training] = module.read
    return read


def _rows(file: ResultFile) -> list[tuple[Fields, ModuleType]]:
    try:
        text = file.data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _unknown(file, f"is no UTF-8 (byte {error.start})") from None
    if text.lstrip()[:1] not in ("{", "["):
        return [(fields, _format(file, fields)) for fields in generic.rows(file.path, text)]
    return [(fields, _format(file, fields)) for fields in _objects(file, _loaded(file, text))]


def _loaded(file: ResultFile, text: str) -> object:
    """Numbers as decimals: money has to stay exact. NaN is in many logs, and refused where it would count."""

    def once(pairs: list[tuple[str, object]]) -> dict[str, object]:
        values = dict(pairs)
        if len(values) < len(pairs):
            ((twice, _),) = Counter(name for name, _ in pairs).most_common(1)
            why, where = f"has {twice!a} twice in one object", Where(file.path, field=twice)
            raise ConfigError(Code.BAD_TRACE, why, where=where, hint="keep the right one")
        return values

    try:
        return json.loads(text, parse_float=Decimal, parse_constant=Decimal, object_pairs_hook=once)
    except json.JSONDecodeError as error:
        where = Where(file.path, error.lineno, error.colno)
        hint = "it may have been cut off: fetch it again"
        raise ConfigError(Code.BAD_TRACE, f"is no JSON: {error.msg}", where=where, hint=hint) from None
    except (ValueError, RecursionError):
        raise _unknown(file, "is no JSON that anybody can read") from None


def _objects(file: ResultFile, loaded: object) -> Sequence[Fields]:
    if isinstance(loaded, dict):
        inner = loaded.get("data")  # a page of a list of jobs; Together's has nothing beside it
        if isinstance(inner, list) and (loaded.get("object") == "list" or len(loaded) == 1):
            loaded = inner
        else:
            return [Fields(file.path, loaded)]
    if not isinstance(loaded, list) or not all(isinstance(one, dict) for one in loaded):
        raise _unknown(file, "is no object and no list of objects")
    return [Fields(file.path, one, inside=f"[{index}].") for index, one in enumerate(loaded)]


def _format(file: ResultFile, fields: Fields) -> ModuleType:
    for module in FORMATS:
        if module.is_one(fields.values):
            return module
    at = f"line {fields.line}" if fields.line else fields.inside.rstrip(".")
    raise _unknown(file, f"is nothing that a known trainer writes{f' ({at})' if at else ''}")


def _unknown(file: ResultFile, why: str) -> ConfigError:
    return ConfigError(Code.BAD_TRACE, why, where=Where(file.path), hint=f"hand over {_KNOWN}")
