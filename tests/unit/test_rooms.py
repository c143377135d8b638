"""Claims: what a room offers is there, though nothing of it is read before somebody wants it."""

import importlib
import subprocess
import sys

import pytest

from mist_ci.cli import COMMANDS, cli


@pytest.mark.parametrize("room", ["gate", "matchspec", "planning", "report", "stats", "tokentrace"])
def test_everything_that_a_room_offers_is_there(room: str) -> None:
    offered = importlib.import_module(f"mist_ci.{room}")
    assert offered.__all__
    assert all(getattr(offered, name) is not None for name in offered.__all__)


def test_every_command_is_there_under_its_own_name() -> None:
    context = cli.make_context("mist-ci", ["explain"])
    assert [one.name for name in COMMANDS if (one := cli.get_command(context, name))] == sorted(COMMANDS)


def test_a_command_waits_for_no_other() -> None:
    """Whoever asks for help on one command reads neither the others nor any library but click."""
    program = (
        "import sys; from mist_ci.cli import cli; cli.main(['plan', '--help'], standalone_mode=False); "
        "print(*sorted({'mist_ci.cli.gate', 'mist_ci.matchspec', 'pydantic', 'yaml'} & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert not ran.stdout.splitlines()[-1].strip()
