"""The vendors' own clients ask a server that writes down what they sent, and answers what it is told to.

Reads `{"name": reply, …}` from standard input, and prints `{"name": {"path", "headers", "body", "text"}, …}`.
"""

import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

KEY = "sk-of-nobody"
WEATHER = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
SYSTEM, ASKED = "Answer briefly.", "6*7?"
CHAT = [{"role": "system", "content": SYSTEM}, {"role": "user", "content": ASKED}]
TOOL = {"name": "weather", "description": "The weather", "parameters": WEATHER}
seen: dict[str, Any] = {}
replies: dict[str, Any] = {}


class Handler(BaseHTTPRequestHandler):
    """Answers the one that is asking with its reply."""

    def do_POST(self) -> None:
        """Writes down, and answers."""
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        headers = {name.lower(): value for name, value in self.headers.items()}
        seen.update({"path": self.path, "headers": headers, "body": body})
        reply = json.dumps(replies[seen["name"]]).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(reply)))
        self.end_headers()
        self.wfile.write(reply)

    def log_message(self, *_: object) -> None:
        """Silent."""


def openai(url: str) -> Any:
    """Chat completions."""
    from openai import OpenAI

    return _chat(OpenAI(api_key=KEY, base_url=f"{url}/v1"))


def azure(url: str) -> Any:
    """The v1 API, with the key in Azure's header."""
    from openai import OpenAI

    return _chat(OpenAI(api_key=KEY, base_url=f"{url}/v1", default_headers={"api-key": KEY}))


def azure_dated(url: str) -> Any:
    """The dated API."""
    from openai import AzureOpenAI

    return _chat(AzureOpenAI(api_key=KEY, azure_endpoint=f"{url}/v1", api_version="2024-10-21"))


def _chat(client: Any) -> Any:
    tools = [{"type": "function", "function": TOOL}]
    told = client.chat.completions.create(
        model="tiny", messages=CHAT, max_tokens=9, temperature=0.5, stop=["a"], seed=1, tools=tools
    )
    return told.choices[0].message.content


def openai_completions(url: str) -> Any:
    """Completions."""
    from openai import OpenAI

    client = OpenAI(api_key=KEY, base_url=f"{url}/v1")
    prompt = f"{SYSTEM}\n\n{ASKED}"
    told = client.completions.create(
        model="tiny", prompt=prompt, max_tokens=9, temperature=0.5, stop=["a"], seed=1
    )
    return told.choices[0].text


def openai_responses(url: str) -> Any:
    """Responses."""
    from openai import OpenAI

    tools = [{"type": "function", "strict": False, **TOOL}]
    client = OpenAI(api_key=KEY, base_url=f"{url}/v1")
    told = client.responses.create(
        model="tiny", input=CHAT, max_output_tokens=9, temperature=0.5, tools=tools, store=False
    )
    return told.output_text


def anthropic(url: str) -> Any:
    """Messages."""
    from anthropic import Anthropic

    tools = [{"name": "weather", "description": "The weather", "input_schema": WEATHER}]
    told = Anthropic(api_key=KEY, base_url=url).messages.create(
        model="tiny", system=SYSTEM, messages=CHAT[1:], max_tokens=9, stop_sequences=["a"], tools=tools
    )
    return "".join(block.text for block in told.content if block.type == "text")


def gemini(url: str) -> Any:
    """Content."""
    from google import genai
    from google.genai import types

    declared = types.FunctionDeclaration(
        name="weather", description="The weather", parameters_json_schema=WEATHER
    )
    config = types.GenerateContentConfig(
        system_instruction=SYSTEM, max_output_tokens=9, temperature=0.5, stop_sequences=["a"], seed=1,
        tools=[types.Tool(function_declarations=[declared])],
    )  # fmt: skip
    client = genai.Client(api_key=KEY, http_options=types.HttpOptions(base_url=url, api_version="v1"))
    return client.models.generate_content(model="tiny", contents=ASKED, config=config).text


CLIENTS = {
    "openai": openai, "openai-completions": openai_completions, "openai-responses": openai_responses,
    "anthropic": anthropic, "azure": azure, "azure-dated": azure_dated, "gemini": gemini,
}  # fmt: skip


def main() -> None:
    """Asks with each client once."""
    replies.update(json.load(sys.stdin))
    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    told = {}
    for name, ask in CLIENTS.items():
        seen.clear()
        seen["name"] = name
        text = ask(f"http://127.0.0.1:{server.server_port}")
        told[name] = {**seen, "text": text}
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main()
