"""Looking after a directory of stored answers: what is in it, whether it is whole, and making it smaller."""

import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from mist_ci.adapters.outputs import CLOCKS_DIFFER, LIMIT_BYTES, StoredLine, read_line
from mist_ci.adapters.segments import Segments, reason
from mist_ci.errors import Code, CouldNotRun, UsageError, Where
from mist_ci.models.output_cache import CacheSurvey, Flaw, Keep, ModelEntries, Pruned
from mist_ci.models.pinning import is_pinned
from mist_ci.ports.clock import Clock

IN_USE_S = 600
"""A file that was written to within so many seconds may belong to a run that goes on."""


@dataclass(frozen=True, slots=True)
class _Found:
    """One line of a file, with what it holds, or why it holds nothing."""

    segment: Path
    number: int
    line: bytes
    stored: StoredLine | str


class OutputCache:
    """One directory. What runs write meanwhile is not touched. Raises UsageError MC101 where there is no directory."""

    def __init__(self, root: Path, clock: Clock) -> None:
        if not root.is_dir():
            hint = "name the directory that --outputs had"
            raise UsageError(
                Code.FILE_MISSING, "there is no such directory", where=Where(str(root)), hint=hint
            )
        self._root = root
        self._clock = clock
        self._segments = Segments(root, "answers", clock, LIMIT_BYTES)

    def survey(self, alias_age: timedelta) -> CacheSurvey:
        """Reads every line. An alias expires after `alias_age`."""
        now = self._clock.now()
        survey, models = CacheSurvey(), dict[tuple[str, str], ModelEntries]()
        keys, usable = Counter[str](), defaultdict[tuple[str, str], set[str]](set)
        for segment in self._paths():
            survey.files += 1
            for found in self._lines(segment, survey.flaws):
                survey.size_bytes += len(found.line) + 1
                if isinstance(found.stored, str):
                    survey.flaws.append(Flaw(segment.name, found.number, found.stored))
                    continue
                one, answer = found.stored.identity, found.stored.answer
                place = (one.model, one.base_url)
                entry = models.setdefault(place, ModelEntries(*place, is_pinned(one.model)))
                entry.add(answer.written, len(found.line) + 1, renewed=answer.renewed)
                keys[found.stored.key] += 1
                expired = not entry.is_pinned and answer.written < now - alias_age
                if not expired and answer.written <= now + CLOCKS_DIFFER:
                    usable[place].add(found.stored.key)
        for place, entry in models.items():
            entry.usable = len(usable[place])
        survey.entries = keys.total()
        survey.repeated = keys.total() - len(keys)
        survey.models = sorted(
            models.values(), key=lambda entry: (-entry.entries, entry.model, entry.base_url)
        )
        return survey

    def prune(self, keep: Keep, *, dry_run: bool) -> Pruned:
        """Takes out what is not to be kept, and lines that hold no answer any more. The oldest go first for the size.

        A file is written anew beside the old one and then takes its place, under a name of its own: a run that
        reads meanwhile misses answers, and never reads wrong ones. Raises CouldNotRun MC309.
        """
        pruned = Pruned()
        left_bytes = keep.most_bytes
        for segment in reversed(self._paths()):
            kept, gone = [], 0
            for found in reversed(list(self._lines(segment, []))):
                size = len(found.line) + 1
                fits = left_bytes is None or size <= left_bytes
                if isinstance(found.stored, StoredLine) and fits and self._stays(found.stored, keep):
                    kept.append(found.line)
                    left_bytes = left_bytes if left_bytes is None else left_bytes - size
                    continue
                gone += 1
                pruned.flaws += isinstance(found.stored, str)
                pruned.entries += isinstance(found.stored, StoredLine)
                pruned.size_bytes += size
            if gone and self._is_in_use(segment):
                pruned.in_use.append(segment.name)
            elif gone and not dry_run:
                self._replace(segment, kept[::-1])
        return pruned

    def _stays(self, stored: StoredLine, keep: Keep) -> bool:
        too_old = keep.not_before is not None and stored.answer.written < keep.not_before
        return not too_old and stored.identity.model not in keep.without_models

    def _is_in_use(self, segment: Path) -> bool:
        return time.time() - segment.stat().st_mtime < IN_USE_S

    def _replace(self, segment: Path, lines: list[bytes]) -> None:
        try:
            content = b"".join(line + b"\n" for line in lines)
            if not lines or self._segments.write_beside(segment, content) != segment:
                segment.unlink(missing_ok=True)
        except OSError as error:
            raise CouldNotRun(Code.CANNOT_WRITE, reason(error), where=Where(str(segment))) from None

    def _paths(self) -> list[Path]:
        try:
            return self._segments.paths()
        except OSError as error:
            raise CouldNotRun(Code.CANNOT_WRITE, reason(error), where=Where(str(self._root))) from None

    def _lines(self, segment: Path, flaws: list[Flaw]) -> Iterator[_Found]:
        """Each line that is there; one without its end is cut off."""
        try:
            data = self._segments.whole(segment)
        except OSError as error:
            flaws.append(Flaw(segment.name, None, f"unreadable: {reason(error)}"))
            return
        whole, _, rest = data.rpartition(b"\n")
        for number, line in enumerate(whole.split(b"\n") if whole else [], start=1):
            yield _Found(segment, number, line, read_line(line))
        if rest:
            yield _Found(segment, whole.count(b"\n") + 2 if whole else 1, rest, "cut off")
