"""Other checkers, each in a Python of its own, and what they say about files.

`python -m benchmarks.data.peers` installs those that are missing into $MIST_CI_PEERS or `.peers/`. The checks of
`datasets-lint` are not here, as it cannot be installed; azure-skills is no package either.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.data.opinion import Opinion

CHILD = Path(__file__).with_name("peer_child.py")


@dataclass(frozen=True, slots=True)
class Peer:
    """A checker: its name in tables, how `peer_child.py` calls it, and what pip installs. Without: this Python."""

    name: str
    checker: str
    package: str = ""

    @property
    def python(self) -> Path:
        """The interpreter it is installed in."""
        if not self.package:
            return Path(sys.executable)
        return peers_directory() / self.package.replace("==", "-") / "bin" / "python"

    @property
    def is_installed(self) -> bool:
        """Whether it can be asked."""
        return not self.package or self.python.parent.parent.joinpath("complete").exists()


PEERS = (
    Peer("together 1.5.35", "together", "together==1.5.35"),
    Peer("together 3.1.1", "together", "together==3.1.1"),
    Peer("mistral-common 1.13.1", "mistral", "mistral-common==1.13.1"),
    Peer("cleanllm 4.0.0", "cleanllm", "cleanllm==4.0.0"),
    Peer("OpenAI cookbook", "cookbook"),
)


def peers_directory() -> Path:
    """Where the checkers are installed."""
    return Path(os.environ.get("MIST_CI_PEERS") or ".peers")


def install(peer: Peer) -> None:
    """A Python for one checker; an installation that was interrupted starts again."""
    place = peer.python.parent.parent
    print(f"Installing {peer.package} into {place} (once)", flush=True)
    subprocess.run([sys.executable, "-m", "venv", "--clear", place], check=True)
    pip: list[str | Path] = [
        peer.python,
        "-m",
        "pip",
        "-qq",
        "--disable-pip-version-check",
        "--no-input",
        "install",
        peer.package,
    ]
    subprocess.run(pip, check=True)
    place.joinpath("complete").touch()


def opinions(peer: Peer, paths: Sequence[Path]) -> dict[Path, Opinion]:
    """What `peer` says about each file. A file on which its process ends is one that it crashed on."""
    found: dict[Path, Opinion] = {}
    while len(found) < len(paths):
        rest = [path for path in paths if path not in found]
        found.update(_ask(peer, rest))
        if len(found) < len(paths) and rest[0] not in found:
            found[rest[0]] = Opinion(flagged=True, crashed=True, message="its process ended")
    return found


def _ask(peer: Peer, paths: Sequence[Path]) -> Iterator[tuple[Path, Opinion]]:
    asked = json.dumps([str(path) for path in paths])
    done = subprocess.run(
        [peer.python, CHILD, peer.checker], input=asked, capture_output=True, text=True, check=False
    )
    for line in done.stdout.splitlines():
        if line.startswith('{"path"'):
            answer = json.loads(line)
            yield Path(answer.pop("path")), Opinion(**answer)


if __name__ == "__main__":
    for missing in PEERS:
        if not missing.is_installed:
            install(missing)
