"""mist-ci trace export"""

from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mist_ci.cli.options import SETTINGS
from mist_ci.cli.trace_places import FROM, chosen, files_of, ledger_of, note
from mist_ci.errors import Code, CouldNotRun, ExitCode, UsageError
from mist_ci.ports.ledger import Post

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mist_ci.models.span_line import WholeMessage

_OTLP_SPANS = 512
_MIST_LINES = 256
_JSON, _LINES, _PROTOBUF = "application/json", "application/x-ndjson", "application/x-protobuf"
_PATHS = {"otlp": "/v1/traces", "mist": "/mist"}


@click.command(context_settings=SETTINGS)
@click.argument("runs", nargs=-1, metavar="[RUN]...")
@FROM
@click.option(
    "--to", "kind", type=click.Choice(["otlp", "mist", "csv"]), required=True,
    help="OpenTelemetry over HTTP, messages for a MIST server, or a table of spans on stdout.",
)  # fmt: skip
@click.option("--url", metavar="URL", help="The server; /v1/traces or /mist is added where it has no path.")
@click.option("--key-env", metavar="NAME", help="The environment variable with the server's key.")
@click.option(
    "--key-header", metavar="NAME", default="Authorization", show_default=True,
    help="The header that carries the key; Authorization has `Bearer ` before it.",
)  # fmt: skip
@click.option("--json-lines", is_flag=True, help="For MIST: many messages in a request, one a line.")
@click.option(
    "--with-content",
    is_flag=True,
    help="Export attributes that hold prompts and outputs as well, where there are any.",
)
def export(
    runs: tuple[str, ...],
    places: tuple[Path, ...],
    kind: str,
    url: str | None,
    key_env: str | None,
    key_header: str,
    json_lines: bool,
    with_content: bool,
) -> int:
    """Hand spans to an OpenTelemetry collector, a MIST server or a spreadsheet: all of them, or those of RUN.

    Nothing is sent anywhere but to --url. Requests that a server is too busy for are sent again; a server that takes
    only some of the spans is an error. Ids stay the same, so that exporting twice makes nothing twice.

    \b
    mist-ci trace export --to otlp --url https://otel.example.com --key-env OTEL_KEY
    mist-ci trace export --to mist --url http://localhost:8700/mist
    mist-ci trace export --to csv > spans.csv
    """
    from mist_ci import tokentrace
    from mist_ci.cli import wiring_trace
    from mist_ci.report import redact

    if (kind == "csv") == (url is not None):
        message = "--to csv goes to stdout" if url else f"--to {kind} needs a server"
        raise UsageError(Code.USAGE, message, hint="leave --url out" if url else "name it with --url")
    traces = _traces(places, runs) if runs else None
    post, key = wiring_trace.trace_post(url, _PATHS[kind], key_env, key_header) if url else (None, None)
    departure = tokentrace.Departure(
        lambda text: redact(text, [key]) if key else text, with_content=with_content
    )
    files = files_of(places)
    messages = departure.messages(files.lines(), traces)
    if post is None:
        _print(messages)
    else:
        with post:
            sent = _otlp(post, messages) if kind == "otlp" else _mist(post, messages, json_lines=json_lines)
        click.echo(f"{sent:,} spans sent", err=True)
    for notice in [*files.notices, *tokentrace.left_out_of(departure)]:
        note(notice)
    return ExitCode.PASSED


def _traces(places: tuple[Path, ...], runs: tuple[str, ...]) -> set[str]:
    known = ledger_of(places)
    return {chosen(known, run).trace_id for run in runs}


def _print(messages: "Iterator[WholeMessage]") -> None:
    from mist_ci import tokentrace
    from mist_ci.report.spreadsheet import separated

    columns: Sequence[str] = tokentrace.COLUMNS
    while some := list(islice(messages, _OTLP_SPANS)):
        page = separated(columns, map(tokentrace.row, some))
        click.echo(page, nl=False)
        columns = ()
    if columns:
        click.echo(separated(columns, ()), nl=False)


def _otlp(post: Post, messages: "Iterator[WholeMessage]") -> int:
    from mist_ci import __version__, tokentrace

    sent = 0
    while some := list(islice(messages, _OTLP_SPANS)):
        body = tokentrace.export_request([message.payload for message in some], __version__)
        count, why = tokentrace.rejected(post.send(body, _PROTOBUF))
        if count:
            hint = "what was taken before is there; export again when the server takes them"
            raise CouldNotRun(
                Code.EXPORT, f"the server did not take {count} of {len(some)} spans: {why}", hint=hint
            )
        sent += len(some)
    return sent


def _mist(post: Post, messages: "Iterator[WholeMessage]", *, json_lines: bool) -> int:
    from mist_ci import tokentrace

    sent = 0
    while some := list(islice(messages, _MIST_LINES if json_lines else 1)):
        lines = [tokentrace.envelope(message) for message in some]
        post.send(b"\n".join(lines) + b"\n" if json_lines else lines[0], _LINES if json_lines else _JSON)
        sent += len(some)
    return sent
