"""mist-ci targets"""

from typing import TYPE_CHECKING

import click

from mist_ci.cli.options import OUTPUT_FORMAT, SETTINGS
from mist_ci.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mist_ci.models.target import Target


@click.command(context_settings=SETTINGS)
@click.argument("name", required=False)
@OUTPUT_FORMAT
def targets(name: str | None, output_format: str) -> int:
    """List the providers and trainers that data can be held against, or show all about one.

    NAME is one of them, or the path of a YAML file of your own. Every fact has its source and its date; where
    sources disagree, all of them are shown.

    \b
    mist-ci targets
    mist-ci targets together
    mist-ci targets our-trainer.yaml
    """
    from mist_ci import schemaflux
    from mist_ci.cli import wiring_data
    from mist_ci.cli.output import show_json, show_markdown

    found = wiring_data.targets((name,)) if name else wiring_data.targets()
    if output_format == "json":
        written = [target.model_dump(mode="json") for target in found]
        show_json(written[0] if name else written)
    elif name:
        show_markdown(schemaflux.target_page(found[0]))
    else:
        _list(found)
    return ExitCode.PASSED


def _list(found: "Sequence[Target]") -> None:
    from mist_ci.cli.output import say

    width = max(len(target.name) for target in found)
    for target in found:
        say(f"{target.name:{width}}  {target.kind:8}  as of {target.as_of:%Y-%m-%d}  {target.title}")
        say(f"{'':{width}}  {_limits(target)}")
        say(f"{'':{width}}  {', '.join(target.formats)}")
    say("\nuse: mist-ci validate data/ --for NAME,NAME    more: mist-ci targets NAME")


def _limits(target: "Target") -> str:
    from mist_ci.models.figures import count

    limits = target.limits
    told = [
        f"at least {count(limits.rows_min.value, 'row')}" if limits.rows_min else "",
        f"at most {count(limits.rows_max.value, 'row')}" if limits.rows_max else "",
        f"at most {limits.file_bytes.value:,} bytes" if limits.file_bytes else "",
        f"{limits.row_tokens.value:,} tokens a row" if limits.row_tokens else "",
        f"last day for jobs {target.lifecycle.last_jobs.value:%Y-%m-%d}"
        if target.lifecycle.last_jobs
        else "",
    ]
    return ", ".join(one for one in told if one) or "states no limits"
