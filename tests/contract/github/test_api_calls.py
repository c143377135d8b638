"""Claims: a whole gate run needs few requests (counted here, at most 12), and one adapter owns ghapi."""

import os
import subprocess
import sys

from mist_ci.adapters.github import GitHub
from mist_ci.delivery import CommentMode, Destination, Judged, Statuses, Verdicts, deliver, worst_statuses
from mist_ci.models.pull_request import RunOrder
from mist_ci.models.verdict import Outcome
from mist_ci.ports.code_host import CodeHost  # noqa: TC001 - the annotation is the claim
from mist_ci.simulator.state import ACTIONS, Account
from tests.contract.github.hosting import GATE, Hosted
from tests.contract.github.test_comments import sent
from tests.fakes import FakeRunner, MemoryStores
from tests.unit.test_delivery import told


def gate_run(host: Hosted, github: GitHub, run: int, gates: tuple[str, ...] = (GATE,)) -> list[str]:
    """What a job asks of its host, from the pull requests of its head to the comments. Gives what went wrong."""
    posted_by = RunOrder(run_id=run, attempt=1)
    to = Destination(host.head, posted_by.page("https://github.example.com/acme/models"), posted_by)
    assert [pull.number for pull in github.open_pull_requests(host.head)] == [1]
    troubles = Statuses(github, to).announce(gates)
    reports = [told(Outcome.PASSED, f"run {run}", gate=gate) for gate in gates]
    judged: Judged = {1: reports}
    verdicts = Verdicts(judged, worst_statuses(judged))
    return troubles + deliver(github, FakeRunner(), MemoryStores(), to, verdicts, CommentMode.ALWAYS)


def test_a_first_run_takes_ten_calls_and_the_next_ones_too(host: Hosted) -> None:
    assert gate_run(host, host.github, 1) == []
    assert len(host.fake.seen) == 10
    second = host.adapter()
    assert gate_run(host, second, 2) == []
    second.close()
    assert len(host.fake.seen) == 10 + 10


def test_a_long_conversation_takes_two_more_pages_and_one_more_look(host: Hosted) -> None:
    for number in range(150):
        host.fake.state.add_comment(1, f"comment {number}", Account("octocat", 1))
    host.fake.state.add_comment(1, sent("old", 1), ACTIONS)
    assert gate_run(host, host.github, 2) == []
    assert len(host.fake.seen) == 13


def test_a_second_gate_takes_eight_more(host: Hosted) -> None:
    """Before each status it is looked who has spoken last."""
    assert gate_run(host, host.github, 1, (GATE, "nightly")) == []
    assert len(host.fake.seen) == 18


def test_an_older_run_that_comes_in_late_changes_nothing(host: Hosted) -> None:
    assert gate_run(host, host.github, 6) == []
    (before,) = host.bodies()
    with host.adapter() as late:
        troubles = gate_run(host, late, 5)
    assert ["newer" in trouble for trouble in troubles] == [True, True]
    assert host.bodies() == [before]
    standing = host.fake.state.standing(host.head)["mist/release"]
    assert (standing.state, standing.description) == ("success", "run 6")


def test_importing_the_adapter_leaves_the_environment_alone() -> None:
    code = "import os; before = dict(os.environ); import mist_ci.adapters.github; assert before == dict(os.environ)"
    subprocess.run([sys.executable, "-c", code], check=True, env={"PATH": os.environ["PATH"]}, timeout=60)


def test_the_adapter_keeps_to_the_port(host: Hosted) -> None:
    port: CodeHost = host.github
    assert port is host.github
