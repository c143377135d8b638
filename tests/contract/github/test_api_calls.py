"""Claims: a whole gate run needs few requests (measured here, at most 12), and one adapter owns ghapi."""

import os
import subprocess
import sys

from mist_ci.models.report import Status
from mist_ci.models.verdict import State
from mist_ci.ports.code_host import CodeHost, Pending
from mist_ci.simulator.state import ACTIONS, Account
from tests.contract.github.hosting import GATE, Hosted, body, order
from tests.contract.github.test_comments import sent

MOST = 12


def gate_run(host: CodeHost, head: str, run: int, gates: tuple[str, ...] = (GATE,)) -> None:
    """What a run asks of its host, from pending to comment."""
    for gate in gates:
        host.set_status(head, Pending(f"mist/{gate}", "evaluating"))
    host.pull_request(1)
    host.open_pull_requests(head)
    host.statuses(head)
    for gate in gates:
        host.set_status(head, Status(context=f"mist/{gate}", state=State.SUCCESS, description="passed"))
    for gate in gates:
        host.upsert_comment(1, gate, body(f"run {run}", gate=gate), order(run))


def test_a_first_run_takes_nine_calls_and_the_next_ones_too(host: Hosted) -> None:
    gate_run(host.github, host.head, 1)
    assert len(host.fake.seen) == 9
    second = host.adapter()
    gate_run(second, host.head, 2)
    second.close()
    assert len(host.fake.seen) == 9 + 9


def test_a_long_conversation_takes_eleven(host: Hosted) -> None:
    for number in range(150):
        host.fake.state.add_comment(1, f"comment {number}", Account("octocat", 1))
    host.fake.state.add_comment(1, sent("old", 1), ACTIONS)
    gate_run(host.github, host.head, 2)
    assert len(host.fake.seen) == 11 <= MOST


def test_a_second_gate_takes_five_more(host: Hosted) -> None:
    gate_run(host.github, host.head, 1, (GATE, "nightly"))
    assert len(host.fake.seen) == 14


def test_importing_the_adapter_leaves_the_environment_alone() -> None:
    code = "import os; before = dict(os.environ); import mist_ci.adapters.github; assert before == dict(os.environ)"
    subprocess.run([sys.executable, "-c", code], check=True, env={"PATH": os.environ["PATH"]}, timeout=60)


def test_the_adapter_keeps_to_the_port(host: Hosted) -> None:
    port: CodeHost = host.github
    assert port is host.github
