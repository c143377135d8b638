"""Claims: we send what the vendor's own client sends, and it reads our stand-in as we do (claim level: spec)."""

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from mist_ci.models.modelref import Parameters
from mist_ci.models.suite import ChatMessage, Tool
from mist_ci.ports.model_client import Request
from tests.contract.asking import KEY
from tests.contract.providers.test_all_vendors import ask
from tests.contract.providers.vendors import VENDORS, Vendor

THEIR_KEY = "sk-of-nobody"
each = pytest.mark.parametrize("vendor", VENDORS, ids=lambda vendor: vendor.name)
SCHEMA: dict[str, Any] = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
WEATHER = Tool(name="weather", description="The weather", parameters=SCHEMA)
MESSAGES = (ChatMessage(role="system", content="Answer briefly."), ChatMessage(role="user", content="6*7?"))
NOT_THERE = {"openai-responses": {"stop", "seed"}, "anthropic": {"seed", "temperature"}}
ALL = {"max_tokens": 9, "temperature": 0.5, "stop": ("a",), "seed": 1}


@pytest.fixture(scope="module")
def theirs(place: Path) -> Mapping[str, Any]:
    """What each vendor's client sent, and what it read."""
    replies = {vendor.name: vendor.say("It is 42.", "stop") for vendor in VENDORS}
    done = subprocess.run(
        [place / "venv" / "bin" / "python", Path(__file__).with_name("vendor_clients.py")],
        input=json.dumps(replies), capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    told: Mapping[str, Any] = json.loads(done.stdout)
    return told


@each
def test_we_send_what_the_vendors_own_client_sends(theirs: Mapping[str, Any], vendor: Vendor) -> None:
    their = theirs[vendor.name]
    chosen = {key: value for key, value in ALL.items() if key not in NOT_THERE.get(vendor.name, set())}
    tools = () if vendor.name == "openai-completions" else (WEATHER,)
    (our,) = ask(vendor, requests=(Request("tiny", MESSAGES, Parameters.model_validate(chosen), tools),)).seen
    assert our.path == their["path"]
    sent = {name.lower(): value for name, value in our.headers.items()}
    # Anthropic's pages show x-api-key; its client moved to a bearer token.
    if vendor.name != "anthropic":
        key = sent[vendor.key_header.lower()].replace(KEY, THEIR_KEY)
        assert key == their["headers"][vendor.key_header.lower()]
    assert sent.get("anthropic-version") == their["headers"].get("anthropic-version")
    assert _plain(our.body) == _plain(their["body"])


def _plain(body: dict[str, Any]) -> dict[str, Any]:
    """Without what a vendor's client adds and its API does not need."""
    body = json.loads(json.dumps(body))
    if body.get("stream") is False:
        del body["stream"]
    if "systemInstruction" in body:
        body["systemInstruction"].pop("role", None)
        for declared in body["tools"][0]["functionDeclarations"]:
            if "parameters_json_schema" in declared:  # both spellings of a field of protocol buffers are read
                declared["parametersJsonSchema"] = declared.pop("parameters_json_schema")
    return body


@each
def test_the_vendors_client_reads_our_stand_in_as_we_do(theirs: Mapping[str, Any], vendor: Vendor) -> None:
    assert theirs[vendor.name]["text"] == ask(vendor, vendor.answers("It is 42.")).completion.text
