"""The isolated child: renders templates and can do nothing else. Started by `isolated.py`, never imported.

It runs as `python -I child.py` and must not import mist_ci: what is not loaded cannot be reached. Wire: one
JSON object per line. In: limits, then template and dialect, then one context (or conversation) per line. Out:
that it is ready, then a text or an error per line, each flushed, so that rows before a kill are not lost.

The walls, outermost first: the parent's clock; no network namespace; limits on memory, CPU, files and
processes; an audit hook that refuses everything except computing; the sandbox of Jinja.
"""

import json
import resource
import sys
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from types import TracebackType
from typing import IO, Any, NoReturn

import jinja2
import jinja2.debug  # Jinja would load it at the first error, when files can no longer be opened
import jinja2.ext
import jinja2.sandbox
import jinja2.utils
from jinja2 import nodes
from jinja2.parser import Parser

LOADED_LATE = ("pprint", "textwrap")
"""Modules that Jinja's filters load on first use."""

HARMLESS = frozenset({
    "builtins.id", "code.__new__", "compile", "exec", "object.__getattr__", "sys._getframe", "sys.excepthook",
})  # fmt: skip
"""All that a rendering needs. Anything else that Python audits (open, import, socket, fork …) is refused."""

SPECIAL_TOKENS = ("bos_token", "eos_token", "pad_token", "unk_token")
CHAT_DEFAULTS = {"tools": None, "documents": None} | dict.fromkeys(SPECIAL_TOKENS, "")
MAX_SPANS = 1 << 16
_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38
_SIGKILL = 9

Json = dict[str, Any]


class Refused(RuntimeError):
    """A template found a way out of the sandbox, and the next wall held."""


class Written:
    """What the rendering that runs has written so far. There is one: the process has one thread."""

    chars = 0
    spans: list[tuple[int, int]] = []  # noqa: RUF012 - the only instance is the class
    now: datetime | None = None


class GenerationTag(jinja2.ext.Extension):
    """`{% generation %}…{% endgeneration %}`: marks what the assistant says; renders its body."""

    tags = {"generation"}  # noqa: RUF012 - the type that Jinja declares

    def parse(self, parser: Parser) -> nodes.Node:
        """One call block around the body."""
        lineno = next(parser.stream).lineno
        body = parser.parse_statements(("name:endgeneration",), drop_needle=True)
        return nodes.CallBlock(self.call_method("_body"), [], [], body).set_lineno(lineno)

    def _body(self, caller: Callable[[], str]) -> str:
        body = caller()
        # As transformers counts: from what has left the template, whatever waits in a macro or a filter.
        Written.spans.append((Written.chars, Written.chars + len(body)))
        if len(Written.spans) > MAX_SPANS:
            raise jinja2.TemplateError(f"more than {MAX_SPANS:,} generation blocks")
        return body


class TemplateDict:
    """`dict(…)` for templates, without the methods of the type."""

    def __call__(self, *args: Any, **kwargs: object) -> Json:  # noqa: ANN401, D102 - as dict
        return dict(*args, **kwargs)

    def fromkeys(self, keys: Iterable[str], value: object = None) -> Json:  # noqa: D102 - as dict
        return dict.fromkeys(keys, value)


class TemplateNamespace(jinja2.utils.Namespace):
    """`namespace(…)` that keeps no name with an underscore before it, as transformers has it since 5.23."""

    def __init__(*args: Any, **kwargs: object) -> None:  # noqa: ANN401 - `self` may be a key
        jinja2.utils.Namespace.__init__(args[0])
        for name, value in dict(*args[1:], **kwargs).items():
            args[0][name] = value

    def __setitem__(self, name: str, value: object) -> None:
        if str(name).startswith("_"):
            raise jinja2.exceptions.SecurityError(f"a namespace may not hold {name!r}")
        super().__setitem__(name, value)


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
    return (Written.now or datetime.now()).strftime(layout)  # noqa: DTZ005 - local time, as transformers does


def chat_environment() -> jinja2.Environment:
    """What transformers' `apply_chat_template` gives to a template."""
    environment = jinja2.sandbox.ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[GenerationTag, jinja2.ext.loopcontrols]
    )
    environment.filters["tojson"] = _tojson
    environment.globals["raise_exception"] = _raise_exception
    environment.globals["strftime_now"] = _strftime_now
    environment.globals |= {"dict": TemplateDict(), "namespace": TemplateNamespace}
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
    Written.chars, Written.spans, pieces = 0, [], []
    try:
        for piece in template.generate(context):
            Written.chars += len(piece)
            if Written.chars > max_chars:
                return {"error": f"the text is longer than {max_chars:,} characters"}
            pieces.append(piece)
        return {"text": "".join(pieces)}
    except Exception as error:  # noqa: BLE001 - whatever a template raises is the answer
        return {"error": describe(error)}


def chat(template: jinja2.Template, tokens: Json, row: Json, max_chars: int) -> Json:
    """One conversation; its prompt and its marked twin, where they are asked for."""
    names = {**tokens, **row["names"], "add_generation_prompt": False}
    reply = render(template, {**names, "messages": row["messages"]}, max_chars)
    if "error" in reply:
        return reply
    reply["spans"] = Written.spans
    if "prompt" in row:
        asked = {**names, "messages": row["messages"][: row["prompt"]], "add_generation_prompt": True}
        reply |= _prompt(render(template, asked, max_chars), reply["text"])
    if "marked" in row:
        reply["marked"] = render(template, {**names, "messages": row["marked"]}, max_chars).get("text")
    return reply


def _prompt(prompt: Json, text: str) -> Json:
    """How long the prompt is where the text begins with it, as is usual; else all of it, or its error."""
    words = prompt.get("text")
    if words is None:
        return {"prompt_error": prompt["error"]}
    return {"prompt": len(words) if text.startswith(words) else words}


def describe(error: BaseException) -> str:
    """The reason on one line, with the line of the template where it is known."""
    message = f"{type(error).__name__}: {error}"
    if isinstance(error, MemoryError):
        message = "needs more memory than a template may use"
    elif isinstance(error, jinja2.TemplateError):
        message = error.message or type(error).__name__
    line = error.lineno if isinstance(error, jinja2.TemplateSyntaxError) else _line(error.__traceback__)
    kind = "syntax error in " if isinstance(error, jinja2.TemplateSyntaxError) else ""
    return " ".join((f"{kind}line {line}: {message}" if line else message)[:2000].split())


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


def _refuse(event: str, _arguments: object) -> None:
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
        wire_out.write(json.dumps(reply, ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n")
        wire_out.flush()

    limits: dict[str, int] = json.loads(wire_in.readline())
    environments = {"prompt": prompt_environment(), "chat": chat_environment()}
    for environment in environments.values():
        _warm_up(environment)
    lock_up(limits)
    answer({"ready": True})
    job = json.loads(wire_in.readline())
    Written.now = datetime.fromisoformat(job["now"]) if "now" in job else None
    texts = [job["template"], job.get("tool_template")]
    templates = [_read(environments[job["dialect"]], text) for text in texts if text is not None]
    for line in wire_in:
        room = limits["growth"] * len(line) if "special_tokens" in job else 0
        answer(_answer(job, templates, json.loads(line), limits["text_chars"] + room))


def _answer(job: Json, templates: list[jinja2.Template | str], row: Json, max_chars: int) -> Json:
    tokens = job.get("special_tokens")
    if tokens is not None and "refused" in row:
        return {"error": row["refused"]}
    template = templates[0 if tokens is None or row["names"]["tools"] is None else -1]
    if isinstance(template, str):
        return {"error": template}
    if tokens is not None:
        return chat(template, tokens, row, max_chars)
    return render(template, {**CHAT_DEFAULTS, **row} if job["dialect"] == "chat" else row, max_chars)


def _read(environment: jinja2.Environment, text: str) -> jinja2.Template | str:
    """The template, or why it cannot be read."""
    try:
        return environment.from_string(text)
    except Exception as error:  # noqa: BLE001 - a template that cannot be read is the answer for every line
        return describe(error)


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer)
