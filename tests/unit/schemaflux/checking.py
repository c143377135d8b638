"""Stand-ins for the ports that SchemaFlux uses, and one short way to call it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from mist_ci.adapters.sources import Opener
from mist_ci.models.chat_template import ChatTemplate
from mist_ci.models.data_format import DataFormat
from mist_ci.models.finding import DataReport
from mist_ci.models.target import Target
from mist_ci.ports.executor import Executor
from mist_ci.ports.label_judge import LabelJudge
from mist_ci.schemaflux.inspection import Inspection, Means
from mist_ci.schemaflux.leaks import SuiteTexts
from mist_ci.schemaflux.lines import MAX_LINE_BYTES
from mist_ci.schemaflux.rules.of_targets import FILE_FACT_RULES
from mist_ci.schemaflux.run import validate
from mist_ci.schemaflux.selection import EVERYTHING, Selection
from mist_ci.schemaflux.trainers.settings import read_settings
from tests.fakes import InlineExecutor

FILES_ASIDE = Selection(ignore=tuple(rule.META.code for rule in FILE_FACT_RULES))
"""Without rules about files as a whole: an example has too few rows for most targets."""


class WordCounter:
    """A token is a word."""

    def basis(self, model: str) -> str:
        return f"words of {model}"

    def count(self, text: str, model: str) -> int:
        del model
        return len(text.split())

    def count_many(self, texts: Sequence[str], model: str) -> list[int]:
        return [self.count(text, model) for text in texts]


def check(
    files: bytes | Mapping[str, bytes],
    *,
    known: Mapping[str, bytes] | None = None,
    template: ChatTemplate | str | None = None,
    suite_prompts: SuiteTexts | None = None,
    template_changed: bool = False,
    tokens_changed: bool = False,
    executor: Executor | None = None,
    longest_line: int | None = None,
    targets: Sequence[Target] = (),
    selection: Selection = EVERYTHING,
    trainer: bytes | None = None,
    max_tokens: int | None = None,
    declared: DataFormat | None = None,
    labels: LabelJudge | None = None,
) -> DataReport:
    """Validates a data set; bytes are its only file, `train.jsonl`."""
    head = {"train.jsonl": files} if isinstance(files, bytes) else files
    with Opener() as opener:
        asked = Inspection(
            "support",
            [opener.open_bytes(path, content) for path, content in head.items()],
            [opener.open_bytes(path, content) for path, content in (known or {}).items()],
            model="tiny",
            template=_template(template),
            template_changed=template_changed,
            tokens_changed=tokens_changed,
            suite_prompts=suite_prompts or {},
            longest_line=longest_line or MAX_LINE_BYTES,
            targets=targets,
            selection=selection,
            trainers=() if trainer is None else (read_settings(trainer, "train/sft.yaml"),),
            max_tokens=max_tokens,
            format=declared,
        )
        return validate(asked, Means(executor or InlineExecutor(), WordCounter(), labels=labels))


def _template(template: ChatTemplate | str | None) -> ChatTemplate | None:
    if template is None:
        return None
    whole = ChatTemplate(template) if isinstance(template, str) else template
    return replace(whole, source="chat.jinja")
