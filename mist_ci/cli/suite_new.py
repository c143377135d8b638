"""mist-ci suite new"""

from pathlib import Path
from string import Template

import click

from mist_ci.cli.options import SETTINGS
from mist_ci.errors import Code, CouldNotRun, ExitCode, UsageError, Where

TEMPLATES = Path(__file__).parent / "suite_templates"
KINDS = ("qa", "choice", "extraction", "tools")


@click.command("new", context_settings=SETTINGS)
@click.argument("name")
@click.option("--kind", type=click.Choice(KINDS), default="qa", show_default=True, help="What is asked.")
@click.option(
    "--directory", type=click.Path(path_type=Path, file_okay=False), default="suites", show_default=True,
    help="Where the file goes.",
)  # fmt: skip
def new(name: str, kind: str, directory: Path) -> int:
    """Write a suite to begin with, NAME.yml, with comments that say what each key does.

    qa: questions with short answers. choice: multiple choice. extraction: fields as JSON. tools: which tool is called.
    Nothing is overwritten.

    \b
    mist-ci suite new support-qa
    mist-ci suite new weather --kind tools
    """
    from pydantic import TypeAdapter, ValidationError

    from mist_ci.cli.output import say
    from mist_ci.models.base import Name

    try:
        TypeAdapter(Name).validate_python(name)
    except ValidationError:
        hint = "letters, digits, dots, dashes and underscores, at most 64, such as support-qa"
        raise UsageError(Code.USAGE, f"{name!r} cannot be the name of a suite", hint=hint) from None
    target = directory / f"{name}.yml"
    text = Template((TEMPLATES / f"{kind}.yml").read_text(encoding="utf-8")).safe_substitute(name=name)
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with target.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        hint = "choose another name, or move the file away"
        raise UsageError(Code.FILE_EXISTS, "exists already", where=Where(str(target)), hint=hint) from None
    except OSError as error:
        raise CouldNotRun(Code.CANNOT_WRITE, error.strerror or str(error), where=Where(str(target))) from None
    say(f"wrote {target}")
    say(f"next: put your samples in, and look at them with: mist-ci suite lint {target}")
    return ExitCode.PASSED
