"""A small Llama in plain numpy: float16 weights from safetensors, a KV cache, sampling.

One request is computed at a time and never batched with another one, so an answer depends
on its messages, parameters and seed only, not on what else the server is doing.

Shapes in this file: n new tokens, t tokens so far, d hidden size, h heads, e = d / h,
f feed-forward size, v vocabulary size. Everything is float32 at run time.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, NamedTuple

import jinja2
import numpy as np
import numpy.typing as npt
from jinja2.sandbox import ImmutableSandboxedEnvironment
from safetensors.numpy import load as load_tensors
from tokenizers import Tokenizer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

Array = npt.NDArray[np.float32]

END = "<|end|>"


class PromptError(ValueError):
    """The messages cannot be turned into a prompt; the text says why."""


class Sampling(NamedTuple):
    """How to choose tokens; temperature 0 is greedy and ignores ``top_p`` and ``seed``."""

    temperature: float = 0.0
    top_p: float = 1.0
    seed: int | None = None


GREEDY = Sampling()


class Completion(NamedTuple):
    """An answer; ``completion_tokens`` counts every generated token, the end one too."""

    text: str
    finish_reason: str
    prompt_tokens: int
    completion_tokens: int


class _Layer(NamedTuple):
    """Weights of one block, input dimension first."""

    attention_in: Array  # (d, 5d): q, k, v, rotated q, rotated k
    attention_out: Array  # (d, d)
    feed_in: Array  # (d, 2f): gate, up
    feed_out: Array  # (f, d)


class _Cache(NamedTuple):
    """Keys and values of one sequence, each (layers, h, positions, e)."""

    keys: Array
    values: Array


class TinyLlama:
    """The network: token ids in, logits of the next token out. Safe to share."""

    def __init__(self, config: Mapping[str, Any], tensors: Mapping[str, npt.NDArray[Any]]) -> None:
        """Prepare weights named as in a Hugging Face Llama with tied embeddings.

        Raises KeyError when a tensor or a setting is missing.
        """
        self.heads = int(config["num_attention_heads"])
        self.context = int(config["max_position_embeddings"])
        self._eps = np.float32(config["rms_norm_eps"])
        self._embedding = _float32(tensors["model.embed_tokens.weight"])  # (v, d)
        self.width = self._embedding.shape[1]
        self._mean = np.full((self.width, 1), 1 / self.width, np.float32)
        final = _float32(tensors["model.norm.weight"])
        self._head = np.ascontiguousarray((self._embedding * final).T)  # (d, v)
        self._layers = [
            self._fuse(tensors, f"model.layers.{index}.") for index in range(int(config["num_hidden_layers"]))
        ]
        theta = float(config["rope_parameters"]["rope_theta"])
        self._cos, self._sin = self._rope_tables(theta)
        future = np.triu(np.ones((self.context, self.context), bool), 1)
        self._mask = np.where(future, -np.inf, 0).astype(np.float32)

    def _fuse(self, tensors: Mapping[str, npt.NDArray[Any]], prefix: str) -> _Layer:
        """Fold the norms' gains and the attention scale in, and fuse the projections."""

        def weight(name: str) -> Array:
            return _float32(tensors[f"{prefix}{name}.weight"])

        gain = weight("input_layernorm")
        scale = np.float32((self.width // self.heads) ** -0.5)
        q = weight("self_attn.q_proj") * gain * scale
        k = weight("self_attn.k_proj") * gain
        v = weight("self_attn.v_proj") * gain
        feed_gain = weight("post_attention_layernorm")
        gate, up = weight("mlp.gate_proj"), weight("mlp.up_proj")
        return _Layer(
            _input_first(q, k, v, self._rotate(q), self._rotate(k)),
            _input_first(weight("self_attn.o_proj")),
            _input_first(gate * feed_gain, up * feed_gain),
            _input_first(weight("mlp.down_proj")),
        )

    def _rotate(self, weight: Array) -> Array:
        """Rotate by halves inside each head, as RoPE does to the projection's result.

        Doing it to the weights once saves cutting and joining arrays for each token.
        """
        halves = weight.reshape(self.heads, 2, -1, self.width)
        rotated = np.stack([-halves[:, 1], halves[:, 0]], axis=1)
        return rotated.reshape(weight.shape)

    def _rope_tables(self, theta: float) -> tuple[Array, Array]:
        """Return cos and sin, each (context, 2d): for all heads of q, then of k."""
        size = self.width // self.heads
        frequencies = theta ** (-np.arange(0, size, 2, dtype=np.float32) / size)
        angles = np.outer(np.arange(self.context, dtype=np.float32), frequencies)
        tiled = np.tile(angles, 2 * 2 * self.heads)
        return _float32(np.cos(tiled)), _float32(np.sin(tiled))

    def new_cache(self, positions: int) -> _Cache:
        """Return an empty cache for a sequence of at most ``positions`` tokens."""
        size = self.width // self.heads
        shape = (len(self._layers), self.heads, positions, size)
        return _Cache(np.empty(shape, np.float32), np.empty(shape, np.float32))

    def logits(self, ids: Sequence[int], cache: _Cache, start: int = 0) -> Array:
        """Append ``ids`` at position ``start`` and return the next token's logits (v,)."""
        x = self._embedding[ids]
        for index, layer in enumerate(self._layers):
            x = x + self._attend(layer, self._norm(x), cache.keys[index], cache.values[index], start)
            gate_up = self._norm(x) @ layer.feed_in
            middle = gate_up.shape[1] // 2
            gate = gate_up[:, :middle]
            x = x + (gate / (1 + np.exp(-gate)) * gate_up[:, middle:]) @ layer.feed_out
        logits: Array = (self._norm(x[-1:]) @ self._head)[0]
        return logits

    def _attend(self, layer: _Layer, x: Array, keys: Array, values: Array, start: int) -> Array:
        """Return causal attention (n, d) of x (n, d); keys and values are extended."""
        n, d = x.shape
        end = start + n
        fused = x @ layer.attention_in
        qk = fused[:, : 2 * d] * self._cos[start:end]
        qk += fused[:, 3 * d :] * self._sin[start:end]
        qk_heads = qk.reshape(n, 2, self.heads, -1).transpose(1, 2, 0, 3)
        keys[:, start:end] = qk_heads[1]
        v = fused[:, 2 * d : 3 * d].reshape(n, self.heads, -1)
        values[:, start:end] = v.transpose(1, 0, 2)
        scores = qk_heads[0] @ keys[:, :end].transpose(0, 2, 1)  # (h, n, t)
        if n > 1:
            scores += self._mask[start:end, :end]
        weights = np.exp(scores - np.maximum.reduce(scores, axis=2, keepdims=True))
        mixed = weights @ values[:, :end]
        mixed /= np.add.reduce(weights, axis=2, keepdims=True)
        attended: Array = mixed.transpose(1, 0, 2).reshape(n, d) @ layer.attention_out
        return attended

    def _norm(self, x: Array) -> Array:
        """Divide rows by their root mean square; the gain is in the next weights."""
        normed: Array = np.divide(x, np.sqrt((x * x) @ self._mean + self._eps), dtype=np.float32)
        return normed


class ChatModel:
    """A network with its tokenizer and chat template: messages in, text out."""

    def __init__(
        self,
        network: TinyLlama,
        tokenizer: Tokenizer,
        template: jinja2.Template,
        fingerprint: str,
    ) -> None:
        """Raise KeyError when the tokenizer has no end token."""
        self.network = network
        self.fingerprint = fingerprint
        self._tokenizer = tokenizer
        self._template = template
        self._end = tokenizer.get_vocab()[END]

    def prompt_ids(self, messages: Sequence[Mapping[str, Any]]) -> list[int]:
        """Return the tokens of the messages and the opening of the answer.

        Raises PromptError when the template refuses the messages or they do not leave
        room for one token of an answer.
        """
        try:
            text = self._template.render(messages=messages, add_generation_prompt=True)
        except jinja2.TemplateError as error:
            raise PromptError(f"chat template: {error}") from error
        ids: list[int] = self._tokenizer.encode(text, add_special_tokens=False).ids
        if len(ids) >= self.network.context:
            raise PromptError(
                f"the prompt has {len(ids)} tokens, the model's context is {self.network.context}"
            )
        return ids

    def complete(
        self,
        messages: Sequence[Mapping[str, Any]],
        max_tokens: int,
        sampling: Sampling = GREEDY,
        stop: Sequence[str] = (),
    ) -> Completion:
        """Answer the messages with at most ``max_tokens`` tokens.

        The answer ends before the first of the ``stop`` strings. Raises PromptError.
        """
        ids = self.prompt_ids(messages)
        limit = min(max_tokens, self.network.context - len(ids))
        cache = self.network.new_cache(len(ids) + limit)
        rng = np.random.default_rng(sampling.seed) if sampling.temperature else None
        new, start, answer = ids, 0, list[int]()
        while len(answer) < limit:
            logits = self.network.logits(new, cache, start)
            start += len(new)
            new = [int(logits.argmax()) if rng is None else _pick(logits, sampling, rng)]
            answer += new
            if new[0] == self._end:
                return Completion(self._decode(answer), "stop", len(ids), len(answer))
            if stop and (cut := _cut(self._decode(answer), stop)) is not None:
                return Completion(cut, "stop", len(ids), len(answer))
        return Completion(self._decode(answer), "length", len(ids), len(answer))

    def _decode(self, ids: Sequence[int]) -> str:
        text: str = self._tokenizer.decode(ids, skip_special_tokens=True)
        return text


def load_chat_model(models_dir: Path, name: str) -> ChatModel:
    """Load ``models_dir/name`` with the tokenizer and template shared in ``models_dir``.

    Raises OSError when a file cannot be read, ValueError or KeyError when one is wrong.
    """
    weights = (models_dir / name / "model.safetensors").read_bytes()
    config = json.loads((models_dir / name / "config.json").read_text("utf-8"))
    return ChatModel(
        TinyLlama(config, load_tensors(weights)),
        Tokenizer.from_file(str(models_dir / "tokenizer.json")),
        compile_template((models_dir / "chat_template.jinja").read_text("utf-8")),
        f"fp_{hashlib.sha256(weights).hexdigest()[:16]}",
    )


def compile_template(source: str) -> jinja2.Template:
    """Compile a chat template as transformers does. Raises jinja2.TemplateError."""
    environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)
    environment.globals["raise_exception"] = _raise_exception
    return environment.from_string(source)


def _raise_exception(message: str) -> None:
    raise jinja2.TemplateError(message)


def _pick(logits: Array, sampling: Sampling, rng: np.random.Generator) -> int:
    """Draw a token at a temperature, from the smallest set that holds ``top_p``."""
    order = np.argsort(-logits, kind="stable")
    scaled = (logits[order] - logits[order[0]]).astype(np.float64)
    cumulative = np.cumsum(np.exp(scaled / sampling.temperature))
    cumulative /= cumulative[-1]
    kept = int(np.searchsorted(cumulative, sampling.top_p)) + 1
    point = rng.random() * cumulative[min(kept, len(cumulative)) - 1]
    drawn = int(np.searchsorted(cumulative, point, side="right"))
    return int(order[min(drawn, len(order) - 1)])


def _cut(text: str, stop: Sequence[str]) -> str | None:
    """Return the text before the first stop string, or None when there is none in it."""
    found = [position for word in stop if (position := text.find(word)) >= 0]
    return text[: min(found)] if found else None


def _float32(array: npt.NDArray[Any]) -> Array:
    return np.ascontiguousarray(array, dtype=np.float32)


def _input_first(*weights: Array) -> Array:
    """Stack weights (out, in) and transpose them for ``x @ weight``."""
    return np.ascontiguousarray(np.concatenate(weights).T)
