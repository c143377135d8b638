"""What a wire format has to say about itself; one file per format."""

from collections.abc import Mapping
from typing import Protocol

from mist_ci.adapters.providers.replies import Meaning, Reply
from mist_ci.adapters.providers.retrying import Now
from mist_ci.adapters.providers.secret import Secret
from mist_ci.models.config import Provider
from mist_ci.ports.model_client import Request


class Wire(Protocol):
    """How one kind of server is asked, and how its replies are read. Without state."""

    @property
    def speaks(self) -> str:
        """The end of the hint `is base_url the address of …`: what it has to be, and how its addresses look."""
        ...

    def address(self, provider: Provider, request: Request) -> str:
        """Where a request goes. Raises CouldNotRun MC303 for a model whose name leads elsewhere."""
        ...

    def headers(self, provider: Provider, key: Secret) -> Mapping[str, str]:
        """What every request to this provider carries, the key among it."""
        ...

    def body(self, request: Request) -> bytes:
        """The request as JSON: those allowed parameters that are set, and nothing else."""
        ...

    def understand(self, reply: Reply, now: Now) -> Meaning:
        """What a reply means. Never raises, whatever the server sent."""
        ...
