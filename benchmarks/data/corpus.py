r"""A chat corpus of any size to measure on: valid rows of very different lengths, every one different.

`python -m benchmarks.data.corpus 200 corpus.jsonl` writes 200 MB in some seconds, in little memory. Sizes of rows in
bytes: about 411 at the 5th percentile, 1,900 in the middle, 9,000 at the 95th, 60,000 at most. 12% of the rows are
classification, 12% call tools, 6% are long, and 15% are written with \u escapes.
"""

import json
import os
import random
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.data.sentences import SEED, Pool, name_of, pools

MEGABYTE = 1_000_000
LABELS = ("billing", "shipping", "account", "technical", "returns", "praise", "press", "other")
KINDS, KIND_SHARES = ("label", "call", "long", "talk"), (12, 12, 6, 70)
SCRIPTS = ("latin", "code", "cyrillic", "arabic", "devanagari", "han", "hangul", "emoji")
SCRIPT_SHARES = (62, 14, 4, 4, 4, 4, 4, 4)
SHORT = 1_000
"""Bytes below which a conversation is one exchange."""
LARGEST = 60_000
ESCAPED = 0.22
"""Of conversations; not all of them have letters to escape."""
_TOOLS = json.dumps([
    {"type": "function", "function": {"name": name, "description": f"{verb} one record by its key.", "parameters": {
        "type": "object", "properties": {"key": {"type": "string"}, "limit": {"type": "integer"}}, "required": ["key"],
    }}}
    for name, verb in (("find_record", "Find"), ("count_record", "Count"), ("copy_record", "Copy"))
]).encode()  # fmt: skip
_SYSTEM = b'{"role":"system","content":"You are helpful, brief and exact."},'


@dataclass(frozen=True, slots=True)
class Planted:
    """Defects that are put into a corpus on purpose: how many rows are written twice, how many get another label."""

    duplicates: int = 0
    conflicts: int = 0

    @property
    def name(self) -> str:
        """For the name of a file."""
        return f"-{self.duplicates}-{self.conflicts}" if self.duplicates or self.conflicts else ""


NOTHING = Planted()


class Writer:
    """Makes one row after the other."""

    def __init__(self, seed: int = SEED) -> None:
        self._chance = random.Random(seed)
        self._pools = pools()
        self._number = 0

    def row(self) -> tuple[bytes, bytes]:
        """A line, and the same with another label where it has one (else nothing)."""
        self._number += 1
        (kind,) = self._chance.choices(KINDS, KIND_SHARES)
        if kind == "label":
            return self._labelled()
        if kind == "call":
            return self._calling(), b""
        if kind == "long":
            size = min(LARGEST - 3_000, 8_000 + int(self._chance.expovariate(1 / 11_000)))
            return self._talk(size, "latin", escaped=self._chance.random() < ESCAPED), b""
        size = max(250, min(8_000, int(self._chance.lognormvariate(7.6, 0.55))))
        return self._talk(size, self._script(), escaped=self._chance.random() < ESCAPED), b""

    def _script(self) -> str:
        return self._chance.choices(SCRIPTS, SCRIPT_SHARES)[0]

    def _text(self, size: int, pool: Pool, *, escaped: bool) -> bytes:
        """About `size` bytes, at least one sentence."""
        fragments = pool.escaped if escaped else pool.raw
        average = pool.escaped_bytes if escaped else pool.raw_bytes
        text = b"".join(self._chance.choices(fragments, k=max(1, round(size / average))))
        return text[:-1] if text.endswith(b" ") else text

    def _name(self) -> bytes:
        return name_of(self._number).encode()

    def _talk(self, size: int, script: str, *, escaped: bool) -> bytes:
        """A conversation of one to four exchanges."""
        turns = 1 if size < SHORT else self._chance.choice((1, 1, 2, 2, 3, 4))
        asked = max(60, size // (turns * 4))
        told = max(60, size // turns - asked - 90)
        parts = [b'{"messages":[']
        if not self._chance.randrange(3):
            parts.append(_SYSTEM)
        pool = self._pools[script]
        for turn in range(turns):
            start = b"About " + self._name() + b": " if turn == 0 else b"And "
            question = self._text(asked, self._pools["latin"] if script == "code" else pool, escaped=escaped)
            answer = self._text(told, pool, escaped=escaped)
            if script == "code":
                answer = b"```python\\ndef " + self._name() + b"():\\n" + answer + b"```"
            parts += [b'{"role":"user","content":"', start, question]
            parts += [b'"},{"role":"assistant","content":"', answer, b'"},']
        parts[-1] = b'"}]}\n'
        return b"".join(parts)

    def _labelled(self) -> tuple[bytes, bytes]:
        """A message and its label; each label has words of its own."""
        label = self._chance.randrange(len(LABELS))
        fragments = self._pools["latin"].raw
        own = fragments[label * 400 : label * 400 + 400]
        text = b"".join(self._chance.choices(own, k=self._chance.randint(1, 4)))[:-1]
        start = (
            b'{"messages":[{"role":"system","content":"Name the desk: billing, shipping, account, technical, '
            b'returns, praise, press or other."},{"role":"user","content":"Ticket '
            + self._name() + b". " + text + b'"},{"role":"assistant","content":"'
        )  # fmt: skip
        lines = (start + LABELS[(label + step) % len(LABELS)].encode() + b'"}]}\n' for step in (0, 3))
        return next(lines), next(lines)

    def _calling(self) -> bytes:
        """A question, a call, its result and an answer."""
        chance, key = self._chance, self._name()
        latin = self._pools["latin"]
        question = self._text(chance.randint(100, 300), latin, escaped=False)
        answer = self._text(chance.randint(100, 900), latin, escaped=False)
        name = (b"find_record", b"count_record", b"copy_record")[self._number % 3]
        identity = b"call_%08d" % self._number
        found = self._text(chance.randint(60, 200), latin, escaped=False)
        return b"".join((
            b'{"messages":[{"role":"user","content":"Record ', key, b": ", question,
            b'"},{"role":"assistant","content":null,"tool_calls":[{"id":"', identity,
            b'","type":"function","function":{"name":"', name, b'","arguments":"{\\"key\\": \\"', key,
            b'\\", \\"limit\\": 5}"}}]},{"role":"tool","tool_call_id":"', identity, b'","content":"', found,
            b'"},{"role":"assistant","content":"', answer, b'"}],"tools":', _TOOLS, b"}\n",
        ))  # fmt: skip


def rows(megabytes: float, planted: Planted = NOTHING, seed: int = SEED) -> Iterator[bytes]:
    """Lines until `megabytes` (of 10⁶ bytes) are full; what is planted stands at its end, as far away as can be."""
    writer = Writer(seed)
    written = 0
    twice: list[bytes] = []
    contrary: list[bytes] = []
    while written < megabytes * MEGABYTE:
        line, other = writer.row()
        if len(twice) < planted.duplicates:
            twice.append(line)
        elif other and len(contrary) < planted.conflicts:
            contrary.append(other)
        written += len(line)
        yield line
    yield from twice
    yield from contrary


def write(path: Path, megabytes: float, planted: Planted = NOTHING, seed: int = SEED) -> int:
    """Writes a corpus; returns the number of rows. Memory does not grow with its size."""
    count = 0
    with path.open("wb", buffering=1 << 20) as file:
        for line in rows(megabytes, planted, seed):
            file.write(line)
            count += 1
    return count


def cached(megabytes: float, planted: Planted = NOTHING) -> Path:
    """A corpus that is written once, into $MIST_CI_CORPUS or the directory for temporary files."""
    directory = Path(os.environ.get("MIST_CI_CORPUS") or Path(tempfile.gettempdir()) / "mist-ci-corpus")
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / f"chat-{megabytes:g}{planted.name}.jsonl"
    if not path.exists():
        unfinished = path.with_suffix(".part")
        write(unfinished, megabytes, planted)
        unfinished.replace(path)
    return path


if __name__ == "__main__":
    print(f"{write(Path(sys.argv[2]), float(sys.argv[1])):,} rows")
