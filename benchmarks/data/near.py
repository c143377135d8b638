"""How many planted near-duplicates are found, and how many that are none: `python -m benchmarks.data.near [MB]`.

500 rows of the corpus are written again with one to three of their words changed; everything else is different.
"""

import json
import random
import sys
import time

from benchmarks.data.corpus import rows
from benchmarks.data.sentences import COMMON, SEED
from mist_ci.models.data_format import DataFormat
from mist_ci.ports.scratch import MemoryScratch
from mist_ci.schemaflux.ledger import Ledger
from mist_ci.schemaflux.near import NearRecords, near_problems
from mist_ci.schemaflux.plain import read_plain
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rules import PAIR_RULE
from mist_ci.schemaflux.wording import read_wording

PLANTED = 500
ALIKE = 0.8
FEWEST_WORDS = 60
"""Of a row that is changed: of a shorter one three changes leave too little."""


def edited(line: bytes, chance: random.Random) -> bytes | None:
    """The row with one to three words changed; None for labels, where nothing can be changed without a meaning."""
    row = json.loads(line)
    said = [one for one in row["messages"] if one["role"] in ("user", "assistant") and one["content"]]
    words = [one["content"].split(" ") for one in said]
    if len(words[-1]) == 1 or sum(map(len, words)) < FEWEST_WORDS:
        return None
    for _ in range(chance.randint(1, 3)):
        text = chance.choices(words, [len(one) for one in words])[0]
        place = chance.randrange(len(text))
        if not any(char.isdigit() for char in text[place]):
            text[place] = chance.choice(COMMON)
    for one, changed in zip(said, words, strict=True):
        one["content"] = " ".join(changed)
    return json.dumps(row, ensure_ascii=False).encode() + b"\n"


def similarity(one: bytes, other: bytes) -> float:
    """Of the shingles of two rows."""
    grams = [wording.grams for line in (one, other) if (wording := read_wording(_row(0, line))) is not None]
    return len(grams[0] & grams[1]) / len(grams[0] | grams[1])


def _row(number: int, line: bytes) -> Row:
    row = Row(number, "corpus.jsonl", line, DataFormat.OPENAI_CHAT)
    row.plain = read_plain(line.strip(), is_escaped=True)
    return row


def plant(lines: list[bytes], chance: random.Random) -> int:
    """Adds changed copies at the end; returns how many of them are alike by 80% or more."""
    first, alike = len(lines), 0
    for line in chance.sample(lines, min(first, 4 * PLANTED)):
        if len(lines) < first + PLANTED and (copy := edited(line, chance)) is not None and copy != line:
            lines.append(copy)
            alike += similarity(line, copy) >= ALIKE
    return alike


def main(megabytes: float) -> None:
    """Prints recall and false alarms."""
    lines = list(rows(megabytes))
    first = len(lines)
    alike = plant(lines, random.Random(SEED))
    records, scratch = NearRecords(), MemoryScratch()
    read = [_row(number, line) for number, line in enumerate(lines)]
    start = time.process_time()
    for number, row in enumerate(read):
        records.add(PAIR_RULE, row, 0, number, number)
    hashed = time.process_time()
    records.spill(scratch)
    ledger = Ledger(1_000_000)
    near_problems(PAIR_RULE, scratch, lambda record: read[record.row], ledger)
    compared = time.process_time() - hashed
    found = ledger.findings()
    planted = sum((one.where.line or 0) >= first for one in found)
    print(f"{len(lines):,} rows, {megabytes:g} MB; planted {len(lines) - first}, of which {alike} are alike")
    print(f"found {planted} of them and {len(found) - planted} more")
    print(f"keys {megabytes / (hashed - start):.1f} MB/cpu-s; comparing took {compared:.2f} cpu-s")
    for one in found:
        if (one.where.line or 0) < first:
            print(f"  {one.where.line}: {one.message}")


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 50)
