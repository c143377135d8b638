"""The isolated child: renders templates and can do nothing else. Started by `isolated.py`, never imported.

It runs as `python -I child.py` and must not import mist_ci: what is not loaded cannot be reached. Wire: one
JSON object per line. In: limits, then template and dialect, then one context per line. Out: that it is
ready, then a text or an error per context, each flushed, so that rows before a kill are not lost.

The walls, outermost first: the parent's clock; no network namespace; limits on memory, CPU, files and
processes; an audit hook that refuses everything except computing; the sandbox of Jinja.
"""

import json
import resource
import sys
from collections.abc import Callable, Mapping
from datetime import datetime
from types import TracebackType
from typing import IO, NoReturn

import jinja2
import jinja2.debug  # Jinja would load it at the first error, when files can no longer be opened
import jinja2.ext
import jinja2.sandbox
from jinja2 import nodes
from jinja2.parser import Parser

LOADED_LATE = ("pprint", "textwrap")
"""Modules that Jinja's filters load on first use."""

HARMLESS = frozenset(
    {
        "builtins.id",
        "code.__new__",
        "compile",
        "exec",
        "object.__getattr__",
        "sys._getframe",
        "sys.excepthook",
    }
)
"""All that a rendering needs. Anything else that Python audits (open, import, socket, fork …) is refused."""

SPECIAL_TOKENS = ("bos_token", "eos_token", "pad_token", "unk_token")
_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000
_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38
_SIGKILL = 9

Json = dict[str, object]


class Refused(RuntimeError):
    """A template found a way out of the sandbox, and the next wall held."""


class GenerationTag(jinja2.ext.Extension):
    """`{% generation %}…{% endgeneration %}`: marks what the assistant says; renders its body."""

    tags = {"generation"}  # noqa: RUF012 - the type that Jinja declares

    def parse(self, parser: Parser) -> nodes.Node:
        """One call block around the body."""
        lineno = next(parser.stream).lineno
        body = parser.parse_statements(("name:endgeneration",), drop_needle=True)
        return nodes.CallBlock(self.call_method("_body"), [], [], body).set_lineno(lineno)

    def _body(self, caller: Callable[[], str]) -> str:
        return caller()


def _tojson(
    value: object,
    ensure_ascii: bool = False,
    indent: int | str | None = None,
    separators: tuple[str, str] | None = None,
    sort_keys: bool = False,
) -> str:
    return json.dumps(
        value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys
    )


def _raise_exception(message: str) -> NoReturn:
    raise jinja2.TemplateError(message)


def _strftime_now(layout: str) -> str:
    return datetime.now().strftime(layout)  # noqa: DTZ005 - local time, as transformers does


def chat_environment() -> jinja2.Environment:
    """What transformers' `apply_chat_template` gives to a template."""
    environment = jinja2.sandbox.ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[GenerationTag, jinja2.ext.loopcontrols]
    )
    environment.filters["tojson"] = _tojson
    environment.globals["raise_exception"] = _raise_exception
    environment.globals["strftime_now"] = _strftime_now
    # transformers always passes tools and documents; special tokens come from a tokenizer we do not have.
    environment.globals |= {"tools": None, "documents": None} | dict.fromkeys(SPECIAL_TOKENS, "")
    return environment


def prompt_environment() -> jinja2.Environment:
    """Suite prompts: an undefined name is an error, and there is nothing to call but `range`."""
    environment = jinja2.sandbox.ImmutableSandboxedEnvironment(
        undefined=jinja2.StrictUndefined, keep_trailing_newline=True
    )
    environment.globals = {"range": environment.globals["range"]}
    return environment


def render(template: jinja2.Template, context: Mapping[str, object], max_chars: int) -> Json:
    """`{"text": …}`, or `{"error": …}` whatever the template does, short of taking the process down."""
    try:
        pieces, size = [], 0
        for piece in template.generate(context):
            size += len(piece)
            if size > max_chars:
                return {"error": f"the text is longer than {max_chars:,} characters"}
            pieces.append(piece)
        return {"text": "".join(pieces)}
    except Exception as error:  # noqa: BLE001 - whatever a template raises is the answer
        return {"error": describe(error)}


def describe(error: BaseException) -> str:
    """The reason on one line, with the line of the template where it is known."""
    if isinstance(error, MemoryError):
        message = "needs more memory than a template may use"
    elif isinstance(error, jinja2.TemplateError):
        message = error.message or type(error).__name__
    else:
        message = f"{type(error).__name__}: {error}"
    line = error.lineno if isinstance(error, jinja2.TemplateSyntaxError) else _line(error.__traceback__)
    return " ".join((f"line {line}: {message}" if line else message)[:2000].split())


def _line(traceback: TracebackType | None) -> int | None:
    line = None
    while traceback:
        if traceback.tb_frame.f_code.co_filename == "<template>":
            line = traceback.tb_lineno
        traceback = traceback.tb_next
    return line


def _leave_the_network() -> None:
    if sys.platform != "linux":
        return
    import ctypes  # noqa: PLC0415 - loaded here to be forgotten again

    libc = ctypes.CDLL(None)
    libc.prctl(_PR_SET_PDEATHSIG, _SIGKILL)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    # Either may be forbidden where we run; the audit hook stands behind it.
    if libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET) != 0:
        libc.unshare(_CLONE_NEWNET)


def _limit(kind: int, value: int) -> None:
    try:
        resource.setrlimit(kind, (value, value))
    except (OSError, ValueError):
        return  # best effort: macOS does not know all of them


def _refuse(event: str, _arguments: tuple[object, ...]) -> None:
    if event not in HARMLESS and not event.startswith("cpython."):
        raise Refused(f"a template may not use {event}")


def _warm_up(environment: jinja2.Environment) -> None:
    for name in LOADED_LATE:
        __import__(name)
    render(environment.from_string("{{ {'a': [1.5]} | pprint | wordwrap(9) }}"), {}, 100)
    render(environment.from_string("{{ 1 / 0 }}"), {}, 100)
    describe(jinja2.TemplateSyntaxError("", 1))
    _strftime_now("%c")


def lock_up(limits: Mapping[str, int]) -> None:
    """Gives up everything but computing, for good."""
    _leave_the_network()
    _limit(resource.RLIMIT_AS, limits["memory_bytes"])
    _limit(resource.RLIMIT_CPU, limits["cpu_s"])
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_FSIZE, 0)
    _limit(resource.RLIMIT_NPROC, 0)
    _limit(resource.RLIMIT_NOFILE, 3)
    for name in ("ctypes", "_ctypes", "socket", "_socket", "subprocess", "_posixsubprocess", "resource"):
        sys.modules.pop(name, None)
    sys.addaudithook(_refuse)


def serve(wire_in: IO[bytes], wire_out: IO[bytes]) -> None:
    """Answers every context that arrives, until there are no more."""

    def answer(reply: Json) -> None:
        wire_out.write(json.dumps(reply).encode() + b"\n")
        wire_out.flush()

    limits: dict[str, int] = json.loads(wire_in.readline())
    environments = {"prompt": prompt_environment(), "chat": chat_environment()}
    for environment in environments.values():
        _warm_up(environment)
    lock_up(limits)
    answer({"ready": True})
    job = json.loads(wire_in.readline())
    try:
        template = environments[job["dialect"]].from_string(job["template"])
    except Exception as error:  # noqa: BLE001 - a template that cannot be read is the answer for every context
        reply: Json = {"error": describe(error)}
        for _ in wire_in:
            answer(reply)
        return
    for line in wire_in:
        answer(render(template, json.loads(line), limits["text_chars"]))


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer)
