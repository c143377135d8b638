"""The command line. One file per command; outside libraries are imported inside command bodies only."""

import errno
import gc
import os
import pkgutil
import sys

import click

from mist_ci import __version__
from mist_ci.cli.interrupts import INTERRUPTS
from mist_ci.cli.options import SETTINGS
from mist_ci.errors import Code, CouldNotRun, ExitCode, MistError, cancelled, unexpected

COMMANDS = {
    "action": "action:action",
    "cache": "cache:cache",
    "calibrate": "calibrate:calibrate",
    "compare": "compare:compare",
    "demo": "demo:demo",
    "dev": "dev:dev",
    "eval": "eval:evaluate",
    "explain": "explain:explain",
    "finalize": "finalize:finalize",
    "gate": "gate:gate",
    "history": "history:history",
    "import": "import_results:import_results",
    "init": "init:init",
    "judge": "judge:judge",
    "merge": "merge:merge",
    "plan": "plan:plan",
    "protect": "protect:protect",
    "suite": "suite:suite",
    "targets": "targets:targets",
    "trace": "trace:trace",
    "validate": "validate:validate",
    "verify": "verify:verify",
}
"""Name → file and function."""


class Commands(click.Group):
    """Reads the file of the command that is wanted, and no other."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = pkgutil.resolve_name(f"{__name__}.{COMMANDS[cmd_name]}")
        return command


@click.group(cls=Commands, context_settings={**SETTINGS, "max_content_width": 100})
@click.version_option(__version__, prog_name="mist-ci")
@click.option("--debug", is_flag=True, help="Show a traceback when something unexpected happens.")
def cli(debug: bool) -> None:
    """The eval gate between "training finished" and "deployed".

    Validates fine-tuning data, asks the base and the head model the same questions, and decides with
    statistics that hold. Exit codes: 0 passed, 1 gate failed, 2 a file or the command line is wrong,
    3 could not run, 130 interrupted.

    \b
    Try it:        mist-ci demo
    Start with it: mist-ci init
    Gate a change: mist-ci gate --base main --head my-branch
    """


_OBJECTS_BETWEEN_SWEEPS = 10_000
"""Imports make many objects and no garbage: with Python's own 700, looking for it is a fifteenth of a short command."""


def main() -> None:
    """Runs a command and turns every way to end into one message and one exit code."""
    INTERRUPTS.install()
    gc.set_threshold(_OBJECTS_BETWEEN_SWEEPS)
    # Whatever else is installed here, no plugin of Pydantic sees or changes a document. It also saves a search.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    code = _run()
    sys.exit(ExitCode.INTERRUPTED if INTERRUPTS.by_keyboard else code)


def _run() -> int:
    try:
        return int(cli.main(standalone_mode=False) or 0)
    except MistError as error:
        return _tell(error)
    except click.ClickException as error:
        error.show()
        return ExitCode.CONFIG
    except (KeyboardInterrupt, click.Abort):
        return _tell(cancelled())
    except (BrokenPipeError, SystemExit):
        # No command of ours ends like this. click does, with 1, when nobody reads on; here 1 is a failed gate.
        return ExitCode.COULD_NOT_RUN
    except Exception as error:
        if "--debug" in sys.argv:
            raise
        return _tell(_disk_full(error) or unexpected(error))


def _disk_full(error: Exception) -> MistError | None:
    """What nobody else told, as of standard output in a file."""
    if not isinstance(error, OSError) or error.errno not in (errno.ENOSPC, errno.EDQUOT):
        return None
    hint = "make room where the output goes, and run it again"
    return CouldNotRun(Code.CANNOT_WRITE, error.strerror or "the disk is full", hint=hint)


def _tell(error: MistError) -> ExitCode:
    """One message on stderr: code, place, reason, next step."""
    from mist_ci.report import workflow_safe

    lines = [f"error {error.code}: {error.message}"]
    if error.where:
        lines.insert(0, f"{error.where}")
    if error.hint:
        lines.append(f"next: {error.hint}")
    lines.append(f"more: mist-ci explain {error.code}")
    click.echo(workflow_safe("\n  ".join(lines)), err=True)
    return error.exit_code
