"""What `speed.py` measures, each in a process of its own: `python -m benchmarks.data.works NAME FILE`.

Prints the seconds of the processor, its own and the system's, that the work took from the first byte of the file to
the last: loading the ranks of an encoding counts, starting Python and importing modules does not.
"""

import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.data import peer_child, typed
from mist_ci.adapters.tokenizers import O200K, RANKS, GigatokenCounter, TiktokenCounter
from mist_ci.adapters.tokenizers.exact import load_encoding
from mist_ci.cli import wiring, wiring_data
from mist_ci.models.data_format import DataFormat
from mist_ci.models.finding import DataReport
from mist_ci.ports.accounting import TokenCounter
from mist_ci.ports.sources import BrokenSource
from mist_ci.schemaflux import Inspection, Means, Selection, validate
from mist_ci.schemaflux.judge import Judge
from mist_ci.schemaflux.lines import Span, cuts, lines
from mist_ci.schemaflux.reading import RowReader
from mist_ci.schemaflux.rule import BadLine
from mist_ci.schemaflux.rules import ROW_RULES
from mist_ci.schemaflux.rules.of_targets import TARGET_RULES

MODEL = "gpt-4o"
"""Counted with o200k_base."""


def inspect(path: Path, tokens: TokenCounter, ignored: Sequence[str] = ()) -> DataReport:
    """SchemaFlux on one file, in this process: the default run, without the rules that are ignored."""
    with wiring_data.training_opener() as opener:
        selection = Selection(ignore=tuple(ignored))
        asked = Inspection("files", wiring_data.opened(opener, [path]), model=MODEL, selection=selection)
        return validate(asked, Means(wiring.executor(), tokens))


def notebook(path: Path) -> int:
    """Plain json, the cookbook's checks, and plain tiktoken for every text; its tokens.

    What the notebook does, without its faults, and with the quickest of the ways that tiktoken has to give the tokens
    of one text as a list.
    """
    encode = load_encoding(O200K, RANKS / O200K.file).encode_ordinary
    total = 0
    with path.open("rb") as file:
        for line in file:
            row = json.loads(line)
            list(peer_child.cookbook_errors(row))
            for message in row["messages"]:
                total += len(encode(message["content"] or ""))
    return total


def row_rules(path: Path) -> int:
    """Reads every row and asks the rules about single rows that are on by default; nothing else. Their findings."""
    judge = Judge(ROW_RULES, TARGET_RULES, (), Selection())
    found = 0
    with wiring_data.training_opener() as opener:
        (source,) = wiring_data.opened(opener, [path])
        if isinstance(source, BrokenSource):
            raise TypeError(f"{path} cannot be opened")
        reader = RowReader({source.path: DataFormat.OPENAI_CHAT})
        for start, end in cuts(source):
            for line in lines(Span(source, start, end, 0)):
                content = line.content or b""
                seen = judge.glance(content)
                orderly = judge.orderly(content, seen)
                row = reader.read(
                    source, line, is_strict=seen.is_strict, is_escaped=seen.is_escaped, orderly=orderly
                )
                found += 1 if isinstance(row, BadLine) else len(judge.problems(row, seen))
    return found


WORKS: dict[str, Callable[[Path], object]] = {
    "typed": typed.decode,
    "rules": row_rules,
    "notebook": notebook,
    "tiktoken": lambda path: inspect(path, TiktokenCounter()),
    "gigatoken": lambda path: inspect(path, GigatokenCounter()),
}
"""By name."""


def main() -> int:
    """Do one of them, and print what it took."""
    name, path = sys.argv[1:]
    start = time.process_time()
    WORKS[name](Path(path))
    print(json.dumps({"seconds": time.process_time() - start}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
