"""Azure OpenAI: chat completions at another address. docs/providers/azure.md says what each reply means."""

from collections.abc import Mapping
from dataclasses import dataclass

from mist_ci.adapters.providers.openai_chat import OpenAIChat
from mist_ci.adapters.providers.refusing import model_in_path
from mist_ci.adapters.providers.secret import Secret
from mist_ci.models.config import Provider
from mist_ci.ports.model_client import Request


@dataclass(frozen=True, slots=True)
class Azure(OpenAIChat):
    """Implements `Wire` for deployments of Azure, whose name is the `model` of the reference."""

    speaks = (
        "an Azure resource? It is https://NAME.openai.azure.com, and ends in /openai/v1 without api_version"
    )

    def address(self, provider: Provider, request: Request) -> str:
        """The v1 API, or the deployment's own address where the policy names a dated API.

        Raises CouldNotRun MC303 for what is no name of a deployment.
        """
        if provider.api_version is None:
            return f"{provider.base_url}/chat/completions"
        root = provider.base_url.removesuffix("/openai")
        deployment = model_in_path(request.model, "Azure OpenAI")
        return f"{root}/openai/deployments/{deployment}/chat/completions?api-version={provider.api_version}"

    def headers(self, provider: Provider, key: Secret) -> Mapping[str, str]:
        """The key of the resource, where there is one."""
        del provider
        return key.header("api-key")
