"""Model providers: one file per wire format. Only this package ever sees a key."""

from collections.abc import Mapping

from mist_ci.adapters.providers.http_client import HttpClient
from mist_ci.adapters.providers.openai_chat import OpenAIChat
from mist_ci.adapters.providers.openai_embeddings import OpenAIEmbeddings
from mist_ci.adapters.providers.pacing import Pacer
from mist_ci.adapters.providers.retrying import Retrying
from mist_ci.adapters.providers.secret import Redact, Secret
from mist_ci.errors import Code, CouldNotRun
from mist_ci.models.config import Provider


class ProviderClients:
    """Opens clients (`ports.ModelClients`). Clients of one provider name share its `rpm`.

    `redact` takes the key out of answers before anyone stores or shows them.
    """

    def __init__(
        self, environ: Mapping[str, str], retrying: Retrying | None = None, redact: Redact | None = None
    ) -> None:
        self._environ = environ
        self._redact = redact
        self._retrying = retrying or Retrying()
        self._pacers: dict[str, Pacer] = {}

    def open(self, name: str, provider: Provider) -> HttpClient:
        """A client for a provider of the policy.

        Raises CouldNotRun MC302 when its key is not set.
        """
        key = self._key(name, provider)
        pacer = self._pacers.setdefault(name, Pacer(provider.limits.rpm, self._retrying.sleep))
        match provider.type:
            case "openai":
                return HttpClient(name, provider, key, OpenAIChat(), self._retrying, pacer)

    def open_embedder(self, name: str, provider: Provider) -> HttpClient:
        """A client whose answers are vectors. Raises CouldNotRun MC302 when its key is not set."""
        key = self._key(name, provider)
        pacer = self._pacers.setdefault(name, Pacer(provider.limits.rpm, self._retrying.sleep))
        return HttpClient(name, provider, key, OpenAIEmbeddings(), self._retrying, pacer)

    def _key(self, name: str, provider: Provider) -> Secret:
        if provider.key_env is None:
            return Secret(None)
        value = self._environ.get(provider.key_env, "").strip()
        if not value:
            problem = "is not set"
        elif not (value.isascii() and value.isprintable()):
            problem = "holds characters that no HTTP header can carry"
        else:
            return Secret(value, self._redact) if self._redact else Secret(value)
        raise CouldNotRun(
            Code.KEY_MISSING,
            f"provider {name} takes its key from {provider.key_env}, which {problem}",
            hint=f"set {provider.key_env} for this step, for example from a repository secret; "
            "pull requests from forks do not get secrets",
        )
