"""The three evaluators, each as its users run it: one-turn samples, graded by what the answer contains."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.eval.measuring import Took, run

ROOT = Path(__file__).parents[2]
PLACE = ROOT / ".runners"
MODEL = "bench-2026-01-01"
ANSWER = "42"

_INSPECT = """\
from inspect_ai import Task, task
from inspect_ai.dataset import json_dataset
from inspect_ai.scorer import includes
from inspect_ai.solver import generate


@task
def bench() -> Task:
    return Task(dataset=json_dataset("samples.jsonl"), solver=generate(), scorer=includes())
"""


def question(number: int) -> str:
    """Some twenty tokens, each question another one."""
    return f"Question {number}: what is 6 times 7? Answer with the number only."


def mist_ci(
    place: Path,
    url: str,
    samples: int,
    connections: int,
    *,
    store: str = "store",
    program: Sequence[str] = ("mist_ci",),
) -> Took:
    """`mist-ci eval` with records, journal and store; answers that are stored already are not asked again."""
    policy = (
        f"version: 1\nproviders:\n  bench:\n    type: openai\n    base_url: {url}\n"
        f"    limits: {{connections: {connections}}}\nmodels: {{m: models/m.yml}}\n"
        'suites: ["suites/*.yml"]\ngates: {release: {branches: [main]}}\n'
    )
    for folder in ("models", "suites"):
        (place / folder).mkdir(parents=True, exist_ok=True)
    (place / "mist.yml").write_text(policy)
    reference = (
        f"version: 1\nprovider: bench\nmodel: {MODEL}\nparameters: {{temperature: 0, max_tokens: 16}}\n"
    )
    (place / "models" / "m.yml").write_text(reference)
    (place / "suites" / "s.yml").write_text("version: 1\nname: s\ngraders: [contains]\ndata: s.jsonl\n")
    rows = (json.dumps({"input": question(number), "expected": ANSWER}) for number in range(samples))
    (place / "suites" / "s.jsonl").write_text("".join(f"{row}\n" for row in rows))
    command = [sys.executable, "-m", *program, "eval", "models/m.yml", "--outputs", store]
    return run(command, place, {"PYTHONPATH": str(ROOT)})


def promptfoo(place: Path, url: str, samples: int, connections: int) -> Took:
    """`promptfoo eval`, with its results written as JSON."""
    place.mkdir(parents=True, exist_ok=True)
    settings = {"apiBaseUrl": url, "apiKey": "none", "temperature": 0, "max_tokens": 16}
    check = [{"type": "contains", "value": ANSWER}]
    config = {
        "prompts": ["{{input}}"],
        "providers": [{"id": f"openai:chat:{MODEL}", "config": settings}],
        "tests": [{"vars": {"input": question(number)}, "assert": check} for number in range(samples)],
    }
    (place / "promptfooconfig.json").write_text(json.dumps(config))
    modules = PLACE / "node" / "node_modules"
    program = [str(modules / ".bin" / "node"), str(modules / "promptfoo" / "dist" / "src" / "entrypoint.js")]
    command = ["eval", "-c", "promptfooconfig.json", "-o", "results.json", "-j", str(connections)]
    quiet = ["--no-cache", "--no-progress-bar", "--no-table", "--no-write", "--no-share"]
    silent = {
        "PROMPTFOO_CONFIG_DIR": str(place / "home"),
        "PROMPTFOO_DISABLE_REMOTE_GENERATION": "true",
        "PROMPTFOO_DISABLE_TELEMETRY": "1",
        "PROMPTFOO_DISABLE_UPDATE": "1",
    }
    return run([*program, *command, *quiet], place, silent)


def inspect(place: Path, url: str, samples: int, connections: int) -> Took:
    """`inspect eval`, with its log."""
    place.mkdir(parents=True, exist_ok=True)
    (place / "bench.py").write_text(_INSPECT)
    rows = (json.dumps({"input": question(number), "target": ANSWER}) for number in range(samples))
    (place / "samples.jsonl").write_text("".join(f"{row}\n" for row in rows))
    command = [str(PLACE / "venv" / "bin" / "inspect"), "eval", "bench.py", "--log-dir", "logs"]
    asked = ["--model", f"openai-api/bench/{MODEL}", "--model-base-url", url, "--temperature", "0"]
    many = ["--max-tokens", "16", "--max-connections", str(connections), "--max-samples", str(connections)]
    quiet = ["--display", "none", "--no-log-realtime"]
    return run([*command, *asked, *many, *quiet], place, {"BENCH_API_KEY": "none"})


def missing() -> list[str]:
    """Which peers are not installed."""
    programs = {
        "promptfoo": PLACE / "node" / "node_modules" / "promptfoo" / "package.json",
        "Inspect": PLACE / "venv" / "bin" / "inspect",
    }
    return [name for name, program in programs.items() if not program.exists()]
