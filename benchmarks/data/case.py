"""What a benchmark file is: its content, what is wrong with it, and how rows become bytes."""

import csv
import gzip
import io
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from backports import zstd

from mist_ci.models.data_format import DataFormat

Row = dict[str, Any]
Rows = list[Row]
Change = Callable[[Rows], object]
Writer = Callable[[Rows], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A file that is clean but for one defect.

    `expected` are the codes of SchemaFlux any of which names the defect. `control` is the same file without the
    defect: who flags that as well has not found anything. `targets` are who the data is for and `template` is a
    chat template, where the defect is one only to them. `control_extension` is empty where both have the same;
    `control_template` differs where the template is what is wrong. `asked` are rules that are not on by
    default and have to be asked for. `core` marks the 47 of the design's first measurement.
    """

    name: str
    format: DataFormat
    defect: str
    expected: tuple[str, ...]
    consequence: str
    extension: str
    content: bytes
    control: bytes
    control_extension: str = ""
    targets: tuple[str, ...] = ()
    template: str | None = None
    control_template: str | None = None
    asked: tuple[str, ...] = ()
    core: bool = False

    @property
    def family(self) -> str:
        """The hundred that the first expected code belongs to, such as `SF2`."""
        return self.expected[0][:3]


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidFile:
    """A file that nobody may complain about. `modern` marks the nine kinds of the design's first measurement."""

    name: str
    format: DataFormat
    extension: str
    content: bytes
    targets: tuple[str, ...] = ()
    template: str | None = None
    modern: bool = False


def jsonl(rows: Iterable[object], *, ascii_only: bool = False) -> bytes:
    """One line a row, UTF-8."""
    lines = (json.dumps(row, ensure_ascii=ascii_only, separators=(",", ":")) + "\n" for row in rows)
    return "".join(lines).encode()


def array(rows: Sequence[object]) -> bytes:
    """A JSON array as people write it, indented."""
    return (json.dumps(rows, ensure_ascii=False, indent=2) + "\n").encode()


def table(rows: Sequence[Row]) -> bytes:
    """CSV with a header, RFC 4180."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def gzipped(content: bytes) -> bytes:
    """The same bytes every time."""
    return gzip.compress(content, mtime=0)


def zstandard(content: bytes) -> bytes:
    """One zstd frame."""
    return zstd.compress(content)


def changed(rows: Rows, change: Change) -> Rows:
    """A deep copy of `rows` on which `change` was called."""
    mine: Rows = json.loads(json.dumps(rows))  # unlike copy.deepcopy: rows share nothing afterwards
    change(mine)
    return mine


def spoiled(  # noqa: PLR0913 - keywords, each named where it is passed
    name: str,
    base: Rows,
    change: Change,
    defect: str,
    *expected: str,
    consequence: str = "rejected",
    form: DataFormat = DataFormat.OPENAI_CHAT,
    write: Writer = jsonl,
    extension: str = ".jsonl",
    targets: tuple[str, ...] = (),
    template: str | None = None,
    control_template: str | None = None,
    asked: tuple[str, ...] = (),
    core: bool = False,
) -> Case:
    """A case whose rows are `base` after `change`, and whose control is `base`."""
    return Case(
        name=name, format=form, defect=defect, expected=expected, consequence=consequence, extension=extension,
        content=write(changed(base, change)), control=write(base), targets=targets, template=template,
        control_template=control_template or template, asked=asked, core=core,
    )  # fmt: skip


def raw(  # noqa: PLR0913 - keywords, each named where it is passed
    name: str,
    content: bytes,
    control: bytes,
    defect: str,
    *expected: str,
    consequence: str = "rejected",
    form: DataFormat = DataFormat.OPENAI_CHAT,
    extension: str = ".jsonl",
    control_extension: str = "",
    targets: tuple[str, ...] = (),
    core: bool = False,
) -> Case:
    """A case that is written by hand, byte by byte."""
    return Case(
        name=name, format=form, defect=defect, expected=expected, consequence=consequence, extension=extension,
        content=content, control=control, control_extension=control_extension, targets=targets, core=core,
    )  # fmt: skip
