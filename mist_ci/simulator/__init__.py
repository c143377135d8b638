"""A stand-in for GitHub that runs on loopback over a bare git repository.

    with FakeGitHub(repository) as github: …

`github.url` is what GITHUB_API_URL would be, `github.state` what it knows, `github.faults` what goes wrong next,
`github.seen` every request. Requests and replies are held against GitHub's own API description; a breach is
answered with 400, kept in `github.breaches`, and fails the `with` block at its end. Whoever wants to tell breaches in
another way calls `start` and `close`. Needs jsonschema: the extra `simulate`.
"""

from mist_ci.simulator.server import FakeGitHub
from mist_ci.simulator.state import FORK_TOKEN, JOB_TOKEN, Account

__all__ = ["FORK_TOKEN", "JOB_TOKEN", "Account", "FakeGitHub"]
