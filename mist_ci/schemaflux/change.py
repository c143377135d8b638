"""What a change does to a data set, row by row: what is added, removed, changed and moved, and what drifts."""

from collections import Counter
from collections.abc import Iterator, Sequence

from mist_ci.models.finding import DataChange
from mist_ci.ports.sources import Source
from mist_ci.schemaflux.known import Known, Marks
from mist_ci.schemaflux.lines import lines, spans
from mist_ci.schemaflux.profile import Profile, drifts
from mist_ci.schemaflux.reading import RowReader
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rules import sf810_conflicting_answers


def describe_change(
    known: Known,
    base: tuple[Sequence[Source], RowReader],
    head: tuple[Sequence[Source], RowReader],
) -> DataChange:
    """The change in numbers. A row is changed when one with the same prompt was removed.

    Costs a reading of both sides, and 100 bytes of memory for every row that was removed.
    """
    before, after = Profile(), Profile()
    removed = Counter(_prompts(*base, known.base, before))
    changed = 0
    for prompt in _prompts(*head, known.head, after):
        if removed[prompt] > 0:
            removed[prompt] -= 1
            changed += 1
    return DataChange(
        rows_unchanged=known.unchanged,
        rows_moved=known.moved,
        rows_added=known.added - changed,
        rows_removed=known.removed - changed,
        rows_changed=changed,
        drift=tuple(drifts(before, after)),
    )


def _prompts(sources: Sequence[Source], reader: RowReader, same: Marks, profile: Profile) -> Iterator[bytes]:
    """Keys of the prompts of rows that are on one side only; all rows go into the profile."""
    for source in sources:
        for span in spans(source):
            for line in lines(span):
                if line.content is None or line.is_blank:
                    continue
                row = reader.read(source, line)
                if isinstance(row, Row):
                    profile.add(row)
                    if not same.has(source.path, line.row):
                        yield from (key for key, _ in sf810_conflicting_answers.keys(row))
