"""The seeded-defect benchmark: which defects MIST CI and other checkers catch, and what they wrongly refuse.

`make bench-data` asks everybody and writes RESULTS.md; `python -m benchmarks.data.score --only mist` is the quick
loop. A defect is caught when the checker flags the file and does not flag the same file without the defect: who
refuses all rows of a kind has found nothing. MIST CI must name the defect as well: with one of the codes that the
case expects, as an error or a warning.
"""

import argparse
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.data import mist, peers
from benchmarks.data.case import Case, ValidFile
from benchmarks.data.defects import defects
from benchmarks.data.opinion import Opinion
from benchmarks.data.tables import page
from benchmarks.data.valid import valid_files

RESULTS = Path(__file__).with_name("RESULTS.md")


@dataclass(frozen=True, slots=True)
class Written:
    """Where the files of a case stand: with the defect and without; a valid file has no other."""

    file: Path
    control: Path
    template: Path | None
    control_template: Path | None


def write(directory: Path, one: Case | ValidFile) -> Written:
    """Writes a case or a valid file into `directory`; names say what is in it."""
    kind = "defect" if isinstance(one, Case) else "valid"
    file = _put(directory, f"{kind}-{one.name}{one.extension}", one.content)
    template = _template(directory, f"{kind}-{one.name}", one.template)
    if isinstance(one, ValidFile):
        return Written(file, file, template, template)
    extension = one.control_extension or one.extension
    control = _put(directory, f"control-{one.name}{extension}", one.control)
    return Written(file, control, template, _template(directory, f"control-{one.name}", one.control_template))


def _put(directory: Path, name: str, content: bytes) -> Path:
    path = directory / name
    path.write_bytes(content)
    return path


def _template(directory: Path, name: str, text: str | None) -> Path | None:
    return None if text is None else _put(directory, f"{name}.jinja", text.encode())


def caught(case: Case, said: Opinion, said_of_control: Opinion) -> bool:
    """Whether MIST CI named the defect."""
    return any(code in said.codes and code not in said_of_control.codes for code in case.expected)


def caught_by_peer(said: Opinion, said_of_control: Opinion) -> bool:
    """Whether another checker noticed the defect."""
    return said.flagged and not said_of_control.flagged


@dataclass(frozen=True, slots=True)
class Score:
    """What one checker made of all files."""

    name: str
    caught: Mapping[str, bool]
    """Name of a case -> whether it was caught."""
    crashed: int
    """How many of the caught defects are known from a crash only."""
    refused: Mapping[str, str]
    """Name of a valid file -> what was said against it."""
    said: Mapping[str, Opinion]


def score_mist(places: Mapping[str, Written]) -> Score:
    """MIST CI on every case, its control and every valid file."""
    hits: dict[str, bool] = {}
    said: dict[str, Opinion] = {}
    crashes = 0
    controls: dict[tuple[object, ...], Opinion] = {}
    for case in defects():
        place = places[case.name]
        same = (case.control, case.targets, case.control_template, case.asked, case.extension)
        if same not in controls:
            controls[same] = mist.opinion(place.control, case.targets, place.control_template, case.asked)
        said[case.name] = mist.opinion(place.file, case.targets, place.template, case.asked)
        hits[case.name] = caught(case, said[case.name], controls[same])
        crashes += hits[case.name] and said[case.name].crashed
    refused: dict[str, str] = {}
    for file in valid_files():
        place = places[file.name]
        found = mist.opinion(place.file, file.targets, place.template)
        refused |= {file.name: found.message} if found.flagged else {}
    return Score("MIST CI", hits, crashes, refused, said)


def score_peer(peer: peers.Peer, places: Mapping[str, Written]) -> Score:
    """Another checker on the same files; it knows nothing of targets and templates."""
    paths = {path for place in places.values() for path in (place.file, place.control)}
    found = peers.opinions(peer, sorted(paths))
    said = {case.name: found[places[case.name].file] for case in defects()}
    hits = {name: caught_by_peer(one, found[places[name].control]) for name, one in said.items()}
    crashes = sum(hit and said[name].crashed for name, hit in hits.items())
    valid = {file.name: found[places[file.name].file] for file in valid_files()}
    return Score(
        peer.name, hits, crashes, {name: one.message for name, one in valid.items() if one.flagged}, said
    )


def run(only: str) -> list[Score]:
    """Writes all files into a directory that is removed afterwards, and asks."""
    with tempfile.TemporaryDirectory() as directory:
        files: Sequence[Case | ValidFile] = (*defects(), *valid_files())
        places = {one.name: write(Path(directory), one) for one in files}
        scores = [score_mist(places)] if only in ("", "mist") else []
        wanted = [peer for peer in peers.PEERS if only != "mist" and only in peer.name]
        for peer in wanted:
            if peer.is_installed:
                scores.append(score_peer(peer, places))
            else:
                print(f"{peer.name} is not installed: python -m benchmarks.data.peers")
    return scores


def main() -> None:
    """Print the tables; with everybody asked, write RESULTS.md as well."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="mist, or a part of a checker's name")
    options = parser.parse_args()
    text = page(run(options.only))
    print(text)
    if not options.only:
        RESULTS.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
