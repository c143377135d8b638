"""Claims: OpenTelemetry's own classes read what is exported, with the ledger's numbers; keys and content stay here."""

import csv
import json
import zlib
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from msgspec.structs import replace
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from mist_ci.adapters.trace_post import TRIES, HttpPost, endpoint
from mist_ci.cli import cli
from mist_ci.errors import Code, CouldNotRun, UsageError
from mist_ci.models.message import Envelope, TraceSpan, encode
from tests.contract.span_server import SpanServer, span_server
from tests.unit.tokentrace.test_ledger import some
from tests.unit.tokentrace.test_trainers import TABLE
from tests.unit.tokentrace.trees import spans

KEY = "sk-very-secret-0123456789"
RUN = "20261126T120000Z-aaaaaaaa"
START = 1_790_000_000 * 10**9
TREE = list(
    spans(
        RUN, [replace(one, start_ns=START, end_ns=START + 5_000_000) for one in some()], START, START + 10**9
    )
)


@pytest.fixture
def server() -> Iterator[SpanServer]:
    with span_server() as found:
        yield found


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SPAN_KEY", KEY)
    keep(TREE)
    return tmp_path


def keep(tree: list[TraceSpan]) -> None:
    path = Path("mist-results") / RUN / "trace.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = (encode(f"{number:032x}", "trace.span", 7, span) for number, span in enumerate(tree))
    path.write_bytes(b"".join(line + b"\n" for line in lines))


def export(*arguments: str) -> Result:
    told = CliRunner().invoke(cli, ["trace", "export", *arguments], standalone_mode=False)
    if told.exception is not None:
        raise told.exception
    return told


def decoded(server: SpanServer) -> list[Span]:
    found: list[Span] = []
    for one in server.received:
        request = ExportTraceServiceRequest.FromString(one.body)
        (resource,) = request.resource_spans
        assert values(resource.resource.attributes)["service.name"] == "mist-ci"
        (scope,) = resource.scope_spans
        assert scope.scope.name == "mist-ci"
        found += scope.spans
    return found


def values(attributes: Any) -> dict[str, Any]:
    return {one.key: getattr(one.value, one.value.WhichOneof("value")) for one in attributes}


def test_opentelemetrys_own_classes_read_every_span(server: SpanServer) -> None:
    told = export("--to", "otlp", "--url", server.url)
    assert f"{len(TREE)} spans sent" in told.stderr
    assert server.received[0].path == "/v1/traces"
    assert server.received[0].headers["Content-Type"] == "application/x-protobuf"
    found = decoded(server)
    assert [one.span_id.hex() for one in found] == [one.span_id for one in TREE]
    assert [one.parent_span_id.hex() or None for one in found] == [one.parent_id for one in TREE]
    for mine, theirs in zip(TREE, found, strict=True):
        assert theirs.trace_id.hex() == mine.trace_id
        assert (theirs.start_time_unix_nano, theirs.end_time_unix_nano) == (mine.start_ns, mine.end_ns)
        assert theirs.status.code == Status.STATUS_CODE_OK


def test_calls_have_the_names_of_the_conventions_and_sums_have_not(server: SpanServer) -> None:
    export("--to", "otlp", "--url", server.url)
    calls = [one for one in decoded(server) if one.kind == Span.SPAN_KIND_CLIENT]
    mine = [one for one in TREE if one.operation == "gen_ai.chat"]
    assert len(calls) == len(mine) == 8
    for call, span in zip(calls, mine, strict=True):
        attrs = values(call.attributes)
        assert call.name == f"chat {span.attrs['model']}"
        assert attrs["gen_ai.operation.name"] == "chat"
        assert attrs["gen_ai.request.model"] == span.attrs["model"]
        assert attrs["gen_ai.usage.input_tokens"] == span.attrs["tokens_in"]
        assert attrs["gen_ai.usage.output_tokens"] == span.attrs["tokens_out"]
        assert attrs["mist.cost_usd"] == span.attrs["cost_usd"]
    for other in decoded(server):
        if other.kind != Span.SPAN_KIND_CLIENT:
            assert "gen_ai.usage.input_tokens" not in values(other.attributes)


def test_every_kind_of_value_arrives_as_it_was(server: SpanServer) -> None:
    attrs: dict[str, str | int | float | bool | None] = {
        "text": "ü€𝄞\x00", "negative": -5, "large": 2**63 - 1, "small": -(2**63), "share": 0.1, "yes": True,
        "no": False, "nothing": None, "empty": "",
    }  # fmt: skip
    keep([TREE[-1].model_copy(update={"attrs": attrs, "status": "error"})])
    export("--to", "otlp", "--url", server.url)
    (one,) = decoded(server)
    found = values(one.attributes)
    assert found == {
        **{f"mist.{key}": value for key, value in attrs.items() if value is not None},
        "error.type": "_OTHER",
    }
    assert one.status.code == Status.STATUS_CODE_ERROR


def test_a_stored_answer_used_no_tokens_now(server: SpanServer) -> None:
    one = next(one for one in TREE if one.operation == "gen_ai.chat")
    keep([one.model_copy(update={"attrs": {**one.attrs, "reused": True}})])
    export("--to", "otlp", "--url", server.url)
    assert "gen_ai.usage.input_tokens" not in values(decoded(server)[0].attributes)


def test_many_spans_go_in_several_requests_and_each_once(server: SpanServer) -> None:
    many = [TREE[0].model_copy(update={"span_id": f"{number:016x}"}) for number in range(1, 1101)]
    keep([*many, *many])
    export("--to", "otlp", "--url", f"{server.url}/custom/path")
    assert len(server.received) == 3
    assert {one.path for one in server.received} == {"/custom/path"}
    assert len(decoded(server)) == 1100


def test_a_mist_server_gets_one_message_in_a_request(server: SpanServer) -> None:
    server.answers = [(202, {}, b"")] * len(TREE)
    export("--to", "mist", "--url", server.url)
    assert {one.path for one in server.received} == {"/mist"}
    assert {one.headers["Content-Type"] for one in server.received} == {"application/json"}
    for number, (one, span) in enumerate(zip(server.received, TREE, strict=True)):
        message = Envelope.model_validate_json(one.body)
        assert message.id == f"{number:032x}"
        assert TraceSpan.model_validate(message.payload).span_id == span.span_id
        body = one.body[one.body.index(b'"payload":') + len(b'"payload":') : -1]
        assert zlib.crc32(body) == message.checksum


def test_messages_as_lines_are_the_same_ledger(server: SpanServer, tmp_path: Path) -> None:
    export("--to", "mist", "--url", server.url, "--json-lines")
    (one,) = server.received
    assert one.headers["Content-Type"] == "application/x-ndjson"
    (tmp_path / "copy.jsonl").write_bytes(one.body)
    reports = [
        CliRunner()
        .invoke(cli, ["trace", "report", *arguments, "--format", "json"], standalone_mode=False)
        .stdout
        for arguments in ((), ("--from", "copy.jsonl"))
    ]
    assert json.loads(reports[0]) == json.loads(reports[1])


def test_a_table_has_every_span_and_every_attribute() -> None:
    rows = list(csv.DictReader(StringIO(export("--to", "csv").stdout)))
    assert [row["span_id"] for row in rows] == [span.span_id for span in TREE]
    assert rows[0]["tokens_in"] == str(TREE[0].attrs["tokens_in"])
    assert json.loads(rows[0]["more"])["tokens_basis"] == "reported"


def test_only_runs_that_were_asked_for_go() -> None:
    Path("jobs.csv").write_text(TABLE)
    CliRunner().invoke(cli, ["trace", "record", "jobs.csv"], standalone_mode=False)
    everything = export("--to", "csv").stdout
    assert everything.count("mist.training") == 2
    assert "mist.training" not in export(RUN, "--to", "csv").stdout


def test_prompts_and_outputs_stay_here_unless_asked_for(server: SpanServer) -> None:
    content = {
        "gen_ai.input.messages": "a secret prompt",
        "output": "an answer",
        "gen_ai.prompt.0.content": "something else",
    }
    keep([TREE[0].model_copy(update={"attrs": {**content, "side": "head"}})])
    export("--to", "otlp", "--url", server.url)
    export("--to", "mist", "--url", server.url)
    table = export("--to", "csv").stdout
    for text in content.values():
        assert text not in table
        assert all(text.encode() not in one.body for one in server.received)
    export("--to", "mist", "--url", server.url, "--with-content")
    assert b"a secret prompt" in server.received[-1].body


def test_the_key_is_in_a_header_and_nowhere_else(server: SpanServer) -> None:
    keep([TREE[0].model_copy(update={"attrs": {"side": f"it says {KEY}"}})])
    told = export("--to", "otlp", "--url", server.url, "--key-env", "SPAN_KEY")
    export("--to", "otlp", "--url", server.url, "--key-env", "SPAN_KEY", "--key-header", "api-key")
    first, second = server.received
    assert first.headers["Authorization"] == f"Bearer {KEY}"
    assert second.headers["api-key"] == KEY
    assert all(KEY.encode() not in one.body and KEY not in one.path for one in server.received)
    assert KEY not in told.output


def test_a_busy_server_is_asked_again_and_waits_are_its_own(server: SpanServer) -> None:
    server.answers = [(503, {}, b""), (429, {"Retry-After": "7"}, b""), (200, {}, b"")]
    waits: list[float] = []
    with HttpPost(endpoint(server.url, "/mist", {}), waits.append) as post:
        post.send(b"{}", "application/json")
    assert waits == [0.5, 7.0]
    assert [one.body for one in server.received] == [b"{}"] * 3


@pytest.mark.parametrize("status", [400, 401, 404, 302])
def test_a_refusal_is_one_error_at_once(server: SpanServer, status: int) -> None:
    server.answers = [(status, {"Location": f"{server.url}/elsewhere"}, b"")]
    with pytest.raises(CouldNotRun, match=str(status)) as caught:
        export("--to", "otlp", "--url", server.url, "--key-env", "SPAN_KEY")
    assert caught.value.code is Code.EXPORT
    assert KEY not in f"{caught.value} {caught.value.hint}"
    assert len(server.received) == 1


def test_a_server_that_never_answers_is_one_error(server: SpanServer) -> None:
    server.answers = [(503, {}, b"")] * TRIES
    waits: list[float] = []
    with (
        HttpPost(endpoint(server.url, "/", {}), waits.append) as post,
        pytest.raises(CouldNotRun, match="503"),
    ):
        post.send(b"{}", "application/json")
    assert len(waits) == TRIES - 1
    nobody = HttpPost(endpoint("http://127.0.0.1:1", "/", {}), waits.append)
    with nobody as post, pytest.raises(CouldNotRun, match="ConnectError"):
        post.send(b"{}", "application/json")


def test_a_server_that_takes_only_some_is_an_error(server: SpanServer) -> None:
    answer = ExportTraceServiceResponse()
    answer.partial_success.rejected_spans = 3
    answer.partial_success.error_message = "too old"
    server.answers = [(200, {}, answer.SerializeToString())]
    with pytest.raises(CouldNotRun, match="3 of 22 spans: too old"):
        export("--to", "otlp", "--url", server.url)
    server.answers = [(200, {}, ExportTraceServiceResponse().SerializeToString()), (200, {}, b"not protobuf")]
    export("--to", "otlp", "--url", server.url)
    export("--to", "otlp", "--url", server.url)


@pytest.mark.parametrize("url", [
    "ftp://example.com", "example.com", "https://user:pw@example.com", "https://example.com/?key=1", "http://[",
    "http://example.com",
])  # fmt: skip
def test_an_address_that_would_tell_a_secret_is_refused(url: str) -> None:
    with pytest.raises(UsageError):
        export("--to", "otlp", "--url", url, "--key-env", "SPAN_KEY")


def test_a_command_line_that_makes_no_sense_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="server"):
        export("--to", "otlp")
    with pytest.raises(UsageError, match="stdout"):
        export("--to", "csv", "--url", "https://example.com")
    monkeypatch.delenv("SPAN_KEY")
    with pytest.raises(CouldNotRun) as caught:
        export("--to", "otlp", "--url", "https://example.com", "--key-env", "SPAN_KEY")
    assert caught.value.code is Code.KEY_MISSING


def test_damaged_lines_are_told_and_the_others_go(server: SpanServer) -> None:
    path = Path("mist-results") / RUN / "trace.jsonl"
    path.write_bytes(b"nonsense\n" + path.read_bytes() + b'{"torn')
    told = export("--to", "otlp", "--url", server.url)
    assert "1 damaged" in told.stderr
    assert "cut off" in told.stderr
    assert len(decoded(server)) == len(TREE)
