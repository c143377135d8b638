"""What MIST CI says about a file: its command, in this process."""

import io
import json
from collections.abc import Sequence
from contextlib import redirect_stdout
from functools import cache
from pathlib import Path
from unittest.mock import patch

import click

from benchmarks.data.opinion import Opinion
from mist_ci.cli import cli, wiring
from mist_ci.errors import Code, MistError

LOUD = ("error", "warning")
"""What counts as said: information does not."""
_tokens = cache(wiring.tokens)
"""Read once: it is 0.3 s for each of 700 files otherwise."""


def opinion(
    path: Path, targets: Sequence[str] = (), template: Path | None = None, asked: Sequence[str] = ()
) -> Opinion:
    """`mist-ci validate` of one file. A file that it refuses with a message of its own is flagged by that code."""
    arguments = ["validate", str(path), "--format", "json", "--jobs", "1"]
    arguments += ["--for", ",".join(targets)] if targets else []
    arguments += ["--extend-select", ",".join(asked)] if asked else []
    arguments += ["--template", str(template)] if template else []
    out = io.StringIO()
    try:
        with redirect_stdout(out), patch.object(wiring, "tokens", _tokens):
            cli.main(arguments, standalone_mode=False)
        return _reported(out.getvalue())
    except MistError as error:
        crashed = error.code is Code.INTERNAL
        return Opinion(flagged=True, crashed=crashed, message=str(error), codes=frozenset({str(error.code)}))
    except click.ClickException as error:
        return Opinion(flagged=True, message=error.format_message())
    except Exception as error:  # noqa: BLE001 - whatever it is, nobody caught it
        return Opinion(flagged=True, crashed=True, message=f"{type(error).__name__}: {error}")


def _reported(out: str) -> Opinion:
    findings = json.loads(out)["findings"]
    loud = [one for one in findings if one["severity"] in LOUD]
    asides = frozenset(one["code"] for one in findings if one["severity"] not in LOUD)
    message = "; ".join(f"{one['code']} {one['message']}" for one in loud[:3])
    codes = frozenset(one["code"] for one in loud)
    return Opinion(flagged=bool(loud), message=message, codes=codes, asides=asides)
