"""Make the files of tests/data/results again that the tools really wrote over the demo's models.

    MIST_CI_RUNNERS=.runners .venv/bin/python -m tests.runners.make_fixtures

Archives are kept byte for byte. In the others directories of this machine become `.`, and JSON documents lose their
indentation. A file that still names this machine, its user or a directory of it is an error.
"""

import getpass
import json
import os
import re
import shutil
import socket
import tempfile
from collections.abc import Iterable
from pathlib import Path

from mist_ci.adapters import archives
from tests.e2e.conftest import start_server, stop_server
from tests.runners.running import ARITHMETIC, PLACE, REVERSAL, ROOT, Runners

DATA = ROOT / "tests" / "data" / "results"
SMALL = (ARITHMETIC, REVERSAL)
TOOLS = ("inspect", "lm_eval", "promptfoo_real")
SAMPLES = 10
MODELS = ("base", "naive")


def main() -> None:
    """Run everything, clean it, and say how big it is."""
    for tool in TOOLS:
        shutil.rmtree(DATA / tool, ignore_errors=True)
    server = start_server()
    try:
        with tempfile.TemporaryDirectory() as place:
            runners = Runners((ROOT / os.environ[PLACE]).resolve(), server.base_url)
            for model in MODELS:
                _make(runners, model, Path(place) / model)
    finally:
        stop_server(server)
    files = [file for tool in TOOLS for file in sorted((DATA / tool).rglob("*.*"))]
    for file in files:
        print(f"{file.stat().st_size:8,} {file.relative_to(DATA)}")  # noqa: T201
    print(f"{sum(file.stat().st_size for file in files):8,} in all")  # noqa: T201


def _make(runners: Runners, model: str, place: Path) -> None:
    logs = runners.inspect(model, SMALL, place / "eval", limit=SAMPLES)
    _keep(logs.iterdir(), DATA / "inspect" / model, place)
    if model == MODELS[0]:  # one is enough, and a document is bigger than an archive
        logs = runners.inspect(model, [ARITHMETIC], place / "json", limit=2, log_format="json", epochs=2)
        _keep(logs.iterdir(), DATA / "inspect" / model, place)
    results = runners.lm_eval(model, SMALL, place / "lm_eval", limit=SAMPLES)
    _keep(results.iterdir(), DATA / "lm_eval" / model, place)
    results = runners.promptfoo(model, SMALL, place / "promptfoo", limit=SAMPLES)
    _keep(results.glob("*.json"), DATA / "promptfoo_real" / model, place)


def _keep(files: Iterable[Path], target: Path, place: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for file in files:
        # Inspect's names have the time and a random id, which would make every run look like new files.
        name = re.sub(r"^[\dT-]+-\d\d-\d\d_(\w+?)_\w+\.", r"\1.", file.name)
        data = file.read_bytes()
        if file.suffix != ".eval":
            data = clean(data, place)
        if file.suffix == ".json":
            data = json.dumps(json.loads(data), ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
        _refuse_traces(name, data, place)
        (target / name).write_bytes(data)


def clean(data: bytes, place: Path) -> bytes:
    """Directories of this machine become `.`; nothing in the files depends on them."""
    inside = rf"{re.escape(str(place))}/[a-z_]+|{re.escape(str(place))}|{re.escape(str(ROOT))}"
    return re.sub(inside.encode(), b".", data)


def _refuse_traces(name: str, data: bytes, place: Path) -> None:
    contents = archives.unpack(data, name).values() if archives.is_archive(data) else [data]
    traces = {str(place.parent), str(ROOT), str(Path.home()), socket.gethostname(), f"/{getpass.getuser()}/"}
    found = re.compile("|".join(rf"(?<!\w){re.escape(trace)}(?!\w)" for trace in traces - {"/"}).encode())
    for content in contents:
        if match := found.search(content):
            raise SystemExit(f"{name} still names this machine: {match[0]!r}")


if __name__ == "__main__":
    main()
