"""Model providers: one file per wire format. Only this package ever sees a key."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from mist_ci.adapters.materialised import Materialised
from mist_ci.adapters.providers import python_callable, replay
from mist_ci.adapters.providers.anthropic import Anthropic
from mist_ci.adapters.providers.azure import Azure
from mist_ci.adapters.providers.command import Lines, OneShot, Program
from mist_ci.adapters.providers.gemini import Gemini
from mist_ci.adapters.providers.http_client import HttpClient
from mist_ci.adapters.providers.local import Answering, Close, LocalClient, nothing_to_close
from mist_ci.adapters.providers.openai_chat import OpenAIChat
from mist_ci.adapters.providers.openai_completions import OpenAICompletions
from mist_ci.adapters.providers.openai_embeddings import OpenAIEmbeddings
from mist_ci.adapters.providers.openai_responses import OpenAIResponses
from mist_ci.adapters.providers.python_callable import PythonFunction
from mist_ci.adapters.providers.retrying import Retrying, Tell, nobody
from mist_ci.adapters.providers.secret import Redact, Secret
from mist_ci.adapters.providers.surroundings import Surroundings, refused_here
from mist_ci.adapters.providers.traffic import Traffic
from mist_ci.adapters.providers.wire import Wire
from mist_ci.errors import Code, ConfigError, CouldNotRun
from mist_ci.models.config import Provider
from mist_ci.ports.model_client import ModelClient


def wire_of(provider: Provider) -> Wire:
    """The wire format of a provider that is asked over HTTP."""
    match provider.type:
        case "openai-completions":
            return OpenAICompletions()
        case "openai-responses":
            return OpenAIResponses()
        case "anthropic":
            return Anthropic()
        case "azure":
            return Azure(provider.max_tokens_as)
        case "gemini":
            return Gemini()
        case _:
            return OpenAIChat(provider.max_tokens_as)


class ProviderClients:
    """Opens clients (`ports.ModelClients`). Clients of one provider name share its traffic, and end before this does.

    `redact` takes the key out of answers before anyone stores or shows them. `directory` holds the files that local
    code and recordings may come from: None in a job of CI, where they may be those of a pull request. `recorder`
    writes down every exchange, and `tape` answers in the place of everybody. `tell` hears which provider is waited for,
    and why.
    """

    def __init__(
        self,
        environ: Mapping[str, str],
        retrying: Retrying | None = None,
        redact: Redact | None = None,
        directory: Path | None = None,
        recorder: replay.Recorder | None = None,
        tape: replay.Tape | None = None,
        tell: Tell = nobody,
    ) -> None:
        self._environ = environ
        self._redact = redact
        self._retrying = retrying or Retrying()
        self._tell = tell
        self._directory = directory
        self._recorder = recorder
        self._tape = tape
        self._traffic: dict[str, Traffic] = {}
        self._materialised = Materialised()

    def open(self, name: str, provider: Provider) -> ModelClient:
        """A client for a provider of the policy.

        Raises CouldNotRun MC302 when its key is not set, and MC303 when its program, function or recording cannot
        be used here.
        """
        if self._tape is not None:
            return self._local(name, provider, self._tape.answer)
        key = self._key(name, provider)
        client = self._open(name, provider, key)
        if self._recorder is None:
            return client
        self._recorder.begin()
        return replay.Recorded(client, self._recorder, key)

    def _open(self, name: str, provider: Provider, key: Secret) -> ModelClient:
        match provider.type:
            case "command":
                return self._command(name, provider)
            case "python":
                home = self._home(provider)
                by_hand = None if home else self._directory
                function = python_callable.load(name, provider.callable or "", by_hand, home)
                return self._local(name, provider, PythonFunction(function).answer)
            case "replay":
                if self._directory is None:
                    raise refused_here(
                        name, f"the recording {provider.recording}", "name a server in the policy"
                    )
                tape = replay.read_tape(self._directory / (provider.recording or ""))
                return self._local(name, provider, tape.answer)
            case _:
                traffic = self._traffic_of(name, provider)
                return HttpClient(name, provider, key, wire_of(provider), self._retries(name), traffic)

    def open_embedder(self, name: str, provider: Provider) -> ModelClient:
        """A client whose answers are vectors.

        Raises ConfigError MC104 for a provider that speaks no such wire format, and CouldNotRun MC302 when its key is
        not set.
        """
        if provider.type != "openai":
            message = (
                f"provider {name} is of type {provider.type}, and embeddings are asked of type openai only"
            )
            hint = "name an OpenAI-compatible server for them: most servers have one"
            raise ConfigError(Code.WRONG_VALUE, message, hint=hint)
        if self._tape is not None:
            return self._local(name, provider, self._tape.answer)
        key, traffic = self._key(name, provider), self._traffic_of(name, provider)
        client = HttpClient(name, provider, key, OpenAIEmbeddings(), self._retries(name), traffic)
        if self._recorder is None:
            return client
        self._recorder.begin()
        return replay.Recorded(client, self._recorder, key)

    def _command(self, name: str, provider: Provider) -> LocalClient:
        home = self._home(provider)
        around = Surroundings(self._environ, self._directory, home)
        command = around.program(name, provider.command or ("",))
        program = Program(command, home or self._directory, around.variables(name, provider.env))
        secrets = tuple(self._secret(self._environ[variable]) for variable in provider.env)
        if provider.protocol == "lines":
            lines = Lines(program)
            return self._local(name, provider, lines.answer, secrets, lines.close)
        return self._local(name, provider, OneShot(program, provider.protocol).answer, secrets)

    def _local(
        self,
        name: str,
        provider: Provider,
        answer: Answering,
        secrets: tuple[Secret, ...] = (),
        close: Close = nothing_to_close,
    ) -> LocalClient:
        traffic = self._traffic_of(name, provider)
        return LocalClient(answer, provider, self._retries(name), traffic, secrets, close)

    def _home(self, provider: Provider) -> Path | None:
        """Where its files are, and nothing else; None for a provider that needs none."""
        return self._materialised.home(provider.contents) if provider.contents else None

    def _retries(self, name: str) -> Retrying:
        return replace(self._retrying, tell=lambda text: self._tell(f"provider {name}: {text}"))

    def _traffic_of(self, name: str, provider: Provider) -> Traffic:
        return self._traffic.setdefault(name, Traffic(name, provider.limits, self._retrying.sleep))

    def _secret(self, value: str) -> Secret:
        return Secret(value, self._redact) if self._redact else Secret(value)

    def _key(self, name: str, provider: Provider) -> Secret:
        if provider.key_env is None:
            return Secret(None)
        value = self._environ.get(provider.key_env, "").strip()
        if not value:
            problem = "is not set"
        elif not (value.isascii() and value.isprintable()):
            problem = "holds characters that no HTTP header can carry"
        else:
            return self._secret(value)
        raise CouldNotRun(
            Code.KEY_MISSING,
            f"provider {name} takes its key from {provider.key_env}, which {problem}",
            hint=f"set {provider.key_env} for this step, for example from a repository secret; "
            "pull requests from forks do not get secrets",
        )


def clients_by_hand(
    environ: Mapping[str, str],
    redact: Redact,
    directory: Path,
    record: Path | None,
    replayed: Path | None,
    tell: Tell = nobody,
) -> ProviderClients:
    """Clients that may use code and recordings out of a directory: who runs this by hand knows what is in it.

    Raises UsageError MC204 for a recording to be written that is there, ConfigError for one to be read that is none.
    """
    recorder = replay.Recorder(record) if record else None
    tape = replay.read_tape(replayed) if replayed else None
    return ProviderClients(environ, None, redact, directory, recorder, tape, tell)
