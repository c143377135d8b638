"""Other evaluators, run over the demo's suites as their users run them: command lines, settings, and what they write.

Everything happens in a directory that is given, so that the files name no machine; nothing is told to anybody.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
SUITES = ROOT / "examples" / "assistant" / "suites"
PLACE = "MIST_CI_RUNNERS"
TIMEOUT_S = 600
ARITHMETIC, REVERSAL = "arithmetic", "reversal"
PARAMETERS = {"temperature": 0, "max_tokens": 16}

EXACT = "output.trim() === context.vars.expected.trim()"
LAST_NUMBER = (
    "((numbers) => numbers !== null && Number(numbers[numbers.length - 1]) === Number(context.vars.expected))"
    "(output.match(/-?\\d+(\\.\\d+)?/g))"
)

LM_EVAL_TASK = """\
task: {name}
dataset_path: json
dataset_kwargs:
  data_files:
    test: data/{name}.jsonl
test_split: test
output_type: generate_until
doc_to_text: "{{{{input}}}}"
doc_to_target: "{{{{expected}}}}"
generation_kwargs:
  max_gen_toks: 16
  do_sample: false
  temperature: 0.0
  until: []
metric_list:
  - metric: exact_match
    aggregation: mean
    higher_is_better: true
metadata:
  version: 1.0
"""


@dataclass(frozen=True)
class Runners:
    """The evaluators that `make runners` installed, and the server whose models they ask."""

    place: Path
    base_url: str

    def inspect(
        self,
        model: str,
        suites: Sequence[str],
        out: Path,
        *,
        limit: int = 0,
        log_format: str = "eval",
        epochs: int = 1,
    ) -> Path:
        """A directory with one log per suite; epochs above one are graded by two scorers."""
        out.mkdir(parents=True)
        shutil.copy(Path(__file__).parent / "inspect_tasks.py", out)
        command = ["eval", *(f"inspect_tasks.py@{suite}" for suite in suites), "--log-dir", "logs"]
        settings = ["--model", f"openai-api/tiny/{model}", "--model-base-url", self.base_url]
        shown = ["--display", "none", "--log-format", log_format, "--log-buffer", "2000", "--no-log-realtime"]
        needed = {
            "MIST_SUITES": str(SUITES),
            "MIST_LIMIT": str(limit),
            "MIST_EPOCHS": str(epochs),
            "TINY_API_KEY": "none",
        }
        needed |= {"MIST_ALL_SCORERS": "1"} if epochs > 1 else {}
        self._run([self._python("inspect"), *command, *settings, *shown], out, needed)
        return out / "logs"

    def lm_eval(self, model: str, suites: Sequence[str], out: Path, *, limit: int = 0) -> Path:
        """A directory with results and samples."""
        for folder in ("tasks", "data"):
            (out / folder).mkdir(parents=True)
        for suite in suites:
            (out / "data" / f"{suite}.jsonl").write_text("\n".join(lines(suite, limit)) + "\n")
            (out / "tasks" / f"{suite}.yaml").write_text(LM_EVAL_TASK.format(name=suite))
        asked = f"model={model},base_url={self.base_url}/chat/completions,num_concurrent=1"
        command = ["--model", "local-chat-completions", "--model_args", asked, "--tasks", ",".join(suites)]
        settings = [
            "--include_path",
            "tasks",
            "--apply_chat_template",
            "--log_samples",
            "--output_path",
            "out",
        ]
        offline = {"HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1", "OPENAI_API_KEY": "none"}
        self._run([self._python("lm_eval"), *command, *settings], out, offline)
        return out / "out" / model

    def promptfoo(self, model: str, suites: Sequence[str], out: Path, *, limit: int = 0) -> Path:
        """A directory with the results as JSON and as JSONL."""
        (out / "out").mkdir(parents=True)
        config = promptfoo_config(model, self.base_url, suites, limit)
        (out / "promptfooconfig.json").write_text(json.dumps(config, indent=1))
        return self.promptfoo_in(out, "promptfooconfig.json")

    def promptfoo_in(self, out: Path, config: str) -> Path:
        """The same for a configuration that is there already."""
        modules = self.place / "node" / "node_modules"
        command = ["eval", "-c", config, "-o", "out/results.json", "-o", "out/results.jsonl"]
        quiet = ["--no-cache", "--no-progress-bar", "--no-table", "--no-write", "--no-share", "-j", "4"]
        silent = {
            "PROMPTFOO_CONFIG_DIR": str(out / "home"),
            "PROMPTFOO_DISABLE_REMOTE_GENERATION": "true",
            "PROMPTFOO_DISABLE_TELEMETRY": "1",
            "PROMPTFOO_DISABLE_UPDATE": "1",
            # Else it exits 100 when an answer is wrong, which is what is measured here.
            "PROMPTFOO_FAILED_TEST_EXIT_CODE": "0",
        }
        program = [
            str(modules / ".bin" / "node"),
            str(modules / "promptfoo" / "dist" / "src" / "entrypoint.js"),
        ]
        self._run([*program, *command, *quiet], out, silent)
        return out / "out"

    def _python(self, program: str) -> str:
        return str(self.place / "venv" / "bin" / program)

    def _run(self, command: Sequence[str], directory: Path, environment: Mapping[str, str]) -> None:
        home = {"HOME": str(directory / "home"), "PATH": os.environ["PATH"], "NO_COLOR": "1"}
        done = subprocess.run(
            command,
            cwd=directory,
            env={**home, **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
        )
        assert done.returncode == 0, f"{done.stdout[-4000:]}\n{done.stderr[-4000:]}"


def lines(suite: str, limit: int = 0) -> list[str]:
    """Rows of a suite, all of them or the first few."""
    return (SUITES / f"{suite}.jsonl").read_text(encoding="utf-8").splitlines()[: limit or None]


def promptfoo_config(model: str, base_url: str, suites: Sequence[str], limit: int = 0) -> dict[str, Any]:
    """Every row as a test with one assertion, which is what the suite's own grader checks."""
    settings = {"apiBaseUrl": base_url, "apiKey": "none", **PARAMETERS}
    return {
        "description": "The demo's suites",
        "prompts": ["{{input}}"],
        "providers": [{"id": f"openai:chat:{model}", "config": settings}],
        "tests": [_test(suite, json.loads(line)) for suite in suites for line in lines(suite, limit)],
    }


def _test(suite: str, row: Mapping[str, str]) -> dict[str, Any]:
    metric, value = ("numeric", LAST_NUMBER) if suite == ARITHMETIC else ("exact", EXACT)
    return {
        "description": row["id"],
        "vars": {"input": row["input"], "expected": row["expected"]},
        "metadata": {"suite": suite},
        "assert": [{"type": "javascript", "value": value, "metric": metric}],
    }
