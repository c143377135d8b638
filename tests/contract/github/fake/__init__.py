"""A GitHub that runs on loopback over a bare git repository: `with FakeGitHub(repository) as github: …`

`github.url` is what GITHUB_API_URL would be, `github.state` what it knows, `github.faults` what goes wrong next,
`github.seen` every request. Requests and replies are held against GitHub's own API description; a breach is
answered with 400, and fails the `with` block at its end.
"""

from tests.contract.github.fake.server import FakeGitHub
from tests.contract.github.fake.state import FORK_TOKEN, JOB_TOKEN, Account

__all__ = ["FORK_TOKEN", "JOB_TOKEN", "Account", "FakeGitHub"]
