"""mist-ci init"""

from pathlib import Path
from string import Template

import click

from mist_ci.cli.options import SETTINGS
from mist_ci.errors import Code, CouldNotRun, ExitCode, UsageError, Where

STARTER = Path(__file__).parent / "starter"
WORKFLOWS = {
    "L1": {"mist.yml": "mist.yml", "mist-forks.yml": "mist-forks.yml"},
    "L2": {"mist-l2.yml": "mist.yml"},
}
"""Threat level → starter workflow → its name below .github/workflows."""


@click.command(context_settings=SETTINGS)
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False), default=".")
@click.option(
    "--base-url",
    default="https://api.openai.com/v1",
    show_default=True,
    metavar="URL",
    help="Where the model answers: any server that speaks OpenAI's chat completions.",
)
@click.option(
    "--model", default="gpt-4o-mini", show_default=True, metavar="NAME", help="The model in use today."
)
@click.option(
    "--key-env",
    default="OPENAI_API_KEY",
    show_default=True,
    metavar="VARIABLE",
    help="The environment variable that holds the API key.",
)
@click.option(
    "--level", type=click.Choice(["L1", "L2"]), default="L1", show_default=True,
    help="L1 holds against mistakes and forks; L2 against insiders, and needs a GitHub App and environments.",
)  # fmt: skip
def init(directory: Path, base_url: str, model: str, key_env: str, level: str) -> int:
    """Write a policy, a suite, a model reference, some data and workflows that load and run.

    Nothing is overwritten: when a file is in the way, nothing at all is written.

    \b
    mist-ci init
    mist-ci init --base-url http://localhost:8000/v1 --model my-model
    """
    from mist_ci.cli.output import say

    texts = starter_files({"base_url": base_url, "model": model, "key_env": key_env}, level)
    _check(texts, key_env)
    for path in texts:
        if (directory / path).exists():
            hint = "move it away, or choose another directory: mist-ci init DIRECTORY"
            raise UsageError(
                Code.FILE_EXISTS, "exists already", where=Where(str(directory / path)), hint=hint
            )
    for path, text in texts.items():
        try:
            (directory / path).parent.mkdir(parents=True, exist_ok=True)
            (directory / path).write_text(text, encoding="utf-8")
        except OSError as error:
            where = Where(str(directory / path))
            raise CouldNotRun(Code.CANNOT_WRITE, error.strerror or str(error), where=where) from None
        say(f"wrote {directory / path}")
    say("\nNext:")
    say(f"  export {key_env}=…                       the key of {base_url}")
    say("  mist-ci eval models/assistant.yml              runs the suite on the model in use today")
    say('  put what your model must not forget into suites/, or take ready-made suites: "mist:*" in mist.yml')
    say("  commit, and open a pull request")
    apply = "--apply" if level == "L1" else "--app-id NUMBER --apply"
    say(f"  mist-ci protect {apply:<30} makes the gate a required check")
    if level == "L2":
        say("  before that: the GitHub App and the environments mist and mist-forks, docs/github.md")
    return ExitCode.PASSED


def _check(texts: dict[str, str], key_env: str) -> None:
    """What is written has to load: the options are judged by those who will read the files."""
    from mist_ci.errors import ConfigError
    from mist_ci.models.config import Policy
    from mist_ci.models.modelref import ModelReference
    from mist_ci.parsing import document

    if not key_env:
        hint = "name the variable that holds the key; where the server wants none, take key_env out of mist.yml later"
        raise UsageError(Code.USAGE, "--key-env is empty", hint=hint)
    try:
        document.parse(Policy, texts["mist.yml"].encode(), "mist.yml")
        document.parse(ModelReference, texts["models/assistant.yml"].encode(), "models/assistant.yml")
    except ConfigError as error:
        message = f"an option cannot be right: {error.message}"
        hint = "see mist-ci init --help; nothing was written"
        raise UsageError(error.code, message, where=error.where, hint=hint) from None


def starter_files(values: dict[str, str], level: str) -> dict[str, str]:
    """Path → text. Suites hold `{{ input }}` and JSON, so only the other files are templates."""
    files = {}
    for source in sorted(path for path in STARTER.rglob("*") if path.is_file()):
        name = source.relative_to(STARTER).as_posix()
        text = source.read_text(encoding="utf-8")
        templated = not name.startswith(("suites/", "data/"))
        text = Template(text).substitute(values) if templated else text
        if not name.startswith("workflows/"):
            files[name] = text
        elif place := WORKFLOWS[level].get(source.name):
            files[f".github/workflows/{place}"] = text
    return files
