"""Results on stdout: Markdown rendered for a terminal, or JSON. Nothing in it can command a CI runner."""

import sys

import click


def show_markdown(markdown: str) -> None:
    """Markdown as a person reads it: coloured on a terminal, plain elsewhere."""
    from io import StringIO

    from rich.console import Console
    from rich.markdown import Markdown

    from mist_ci.cli.wiring import is_terminal
    from mist_ci.report import workflow_safe

    markdown = (
        markdown.replace("<details><summary>", "\n\n#### ")
        .replace("</summary>", "\n")
        .replace("</details>", "")
    )
    # Zero-width spaces keep GitHub from linking; a terminal links nothing and may show them.
    markdown = markdown.replace("&#8203;", "").replace("\u200b", "")
    if is_terminal(sys.stdout):
        Console(width=min(Console().width, 140)).print(Markdown(markdown))
        return
    page = StringIO()
    Console(file=page, width=140, no_color=True, force_terminal=False).print(Markdown(markdown))
    click.echo(workflow_safe("\n".join(line.rstrip() for line in page.getvalue().splitlines())))


def show_json(value: object) -> None:
    """JSON on stdout, in ASCII; `##[` in it would be a command to a workflow runner."""
    import json

    click.echo(json.dumps(value, indent=2).replace("##", "#\\u0023"))


def say_coloured(text: str, part: str, colour: str) -> None:
    """A line of ours on stdout, with one part of it in colour where a person watches."""
    from mist_ci.cli.wiring import is_terminal
    from mist_ci.report import workflow_safe

    line = workflow_safe(text)
    if is_terminal(sys.stdout):
        line = line.replace(part, click.style(part, fg=colour, bold=True), 1)
    click.echo(line)


def say(text: str = "") -> None:
    """A line of ours on stdout."""
    from mist_ci.report import workflow_safe

    click.echo(workflow_safe(text))
