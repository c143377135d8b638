"""A Python function that answers. docs/providers/python.md says what it is given and what it gives back."""

import importlib
import importlib.util
import inspect
import json
import site
import sys
import sysconfig
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio.to_thread

from mist_ci.adapters.providers.exchange import question, read_answer
from mist_ci.adapters.providers.retrying import Failure
from mist_ci.adapters.providers.surroundings import refused_here
from mist_ci.errors import Code, CouldNotRun
from mist_ci.ports.model_client import Completion, Request

Function = Callable[[dict[str, Any]], Any]


@dataclass(frozen=True, slots=True)
class PythonFunction:
    """Answers with a function: an async one in this thread, any other in a thread of its own."""

    function: Function

    async def answer(self, request: Request) -> Completion | Failure:
        """What the function gave back, or what it raised."""
        try:
            given = await self._call(question(request))
        except Exception as error:  # noqa: BLE001 - whatever it raises is why there is no answer
            return Failure(f"the function raised {type(error).__name__}: {error}", answered=False, final=True)
        if isinstance(given, str):
            return Completion(
                text=given, finish_reason=None, tokens_in=None, tokens_out=None, fingerprint=None
            )
        try:
            return read_answer(json.dumps(given).encode())
        except (TypeError, ValueError) as error:
            return Failure(f"the function gave back what is no JSON: {error}", final=True)

    async def _call(self, asked: dict[str, Any]) -> object:
        if inspect.iscoroutinefunction(self.function):
            return await self.function(asked)
        # A thread cannot be ended: one that is too slow is left behind.
        given = await anyio.to_thread.run_sync(self.function, asked, abandon_on_cancel=True)
        return await given if isinstance(given, Awaitable) else given


def load(name: str, place: str, directory: Path | None, home: Path | None = None) -> Function:
    """The function at `package.module:function`.

    Out of an installed package, or out of `home`, which holds the files that the policy names; out of `directory` too
    where a run by hand names it. Raises CouldNotRun MC303.
    """
    module, _, attribute = place.partition(":")
    if home is not None:
        _leave_workspace()  # what is in there may have the names of the files
    for root in (home, directory):
        if root is not None and str(root) not in sys.path:
            sys.path.append(str(root))
    importlib.invalidate_caches()
    _check_origin(name, module, directory, home)
    if directory is None:
        _leave_workspace()
    try:
        function = getattr(importlib.import_module(module), attribute)
    except Exception as error:
        message = f"provider {name} cannot use {place}: {type(error).__name__}: {error}"
        raise CouldNotRun(
            Code.PROVIDER_REFUSED, message, hint="is it written as package.module:function?"
        ) from error
    if not callable(function):
        message = f"provider {name} cannot use {place}: it is no function"
        raise CouldNotRun(Code.PROVIDER_REFUSED, message)
    loaded: Function = function
    return loaded


def _leave_workspace() -> None:
    """Nothing is imported out of the working directory, now or later: a helper there may be one of the pull request."""
    here = Path.cwd()
    if here != Path("/"):
        sys.path[:] = [
            entry
            for entry in sys.path
            if _is_installed(entry) or not Path(entry or ".").resolve().is_relative_to(here)
        ]


def _check_origin(name: str, module: str, directory: Path | None, home: Path | None) -> None:
    """Looks without running anything: importing a package of the working directory would be too late."""
    top = module.partition(".")[0]
    try:
        spec = importlib.util.find_spec(top)
    except (ImportError, ValueError):
        spec = None
    if spec is None:
        message = f"provider {name} uses the module {top}, and it is not installed"
        hint = "install its package in this job, or name its `files` in the policy"
        raise CouldNotRun(Code.PROVIDER_REFUSED, message, hint=hint)
    if directory is not None:
        return
    places = [spec.origin] if spec.origin else list(spec.submodule_search_locations or ())
    if not places or not all(_is_in(one, home) or _is_installed(one) for one in places):
        hint = "name its `files`, which come from the base branch, or install it as a package"
        raise refused_here(name, f"the module {top}", hint)


def _is_in(place: str, home: Path | None) -> bool:
    return home is not None and Path(place).resolve().is_relative_to(home)


def _is_installed(place: str) -> bool:
    """True below a directory where installers put packages, and nowhere else: `pip install -e .` points elsewhere."""
    paths = sysconfig.get_paths()
    roots = {paths["purelib"], paths["platlib"], paths["stdlib"], *site.getsitepackages()}
    return any(Path(place).resolve().is_relative_to(Path(root).resolve()) for root in roots)
