"""Writes the example's tiny models as GGUF files, for llama-server: `to_gguf.py DIRECTORY`."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import gguf
import numpy as np
from safetensors.numpy import load_file

MODELS = Path(__file__).parents[2] / "examples" / "tiny_models" / "models"
NAMES = {
    "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output", "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down", "input_layernorm": "attn_norm", "post_attention_layernorm": "ffn_norm",
}  # fmt: skip
WHOLE = {"model.embed_tokens.weight": "token_embd.weight", "model.norm.weight": "output_norm.weight"}


def interleaved(weight: np.ndarray, heads: int) -> np.ndarray:
    """Rows of a query or key projection as llama.cpp turns them: pairs side by side, not half a head apart."""
    rows, columns = weight.shape
    return weight.reshape(heads, 2, rows // heads // 2, columns).swapaxes(1, 2).reshape(rows, columns)


def tensors(directory: Path, heads: int) -> Iterator[tuple[str, np.ndarray]]:
    """Names and values as llama.cpp wants them."""
    for name, value in load_file(directory / "model.safetensors").items():
        if name in WHOLE:
            yield WHOLE[name], value
            continue
        _, _, layer, *part, _ = name.split(".")
        kind = ".".join(part)
        if kind in {"self_attn.q_proj", "self_attn.k_proj"}:
            value = interleaved(value, heads)  # noqa: PLW2901
        yield f"blk.{layer}.{NAMES[kind]}.weight", value


def write(name: str, target: Path) -> None:
    """One model."""
    config = json.loads((MODELS / name / "config.json").read_text())
    writer = gguf.GGUFWriter(target / f"{name}.gguf", "llama")
    writer.add_name(name)
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(config["num_attention_heads"])
    writer.add_head_count_kv(config["num_key_value_heads"])
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    writer.add_rope_dimension_count(config["head_dim"])
    writer.add_rope_freq_base(config["rope_parameters"]["rope_theta"])
    writer.add_vocab_size(config["vocab_size"])
    tokenizer = json.loads((MODELS / "tokenizer.json").read_text())
    special = {one["content"] for one in tokenizer["added_tokens"]}
    vocabulary = sorted(tokenizer["model"]["vocab"].items(), key=lambda entry: entry[1])
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("smollm")
    writer.add_token_list([token for token, _ in vocabulary])
    kinds = (gguf.TokenType.CONTROL if token in special else gguf.TokenType.NORMAL for token, _ in vocabulary)
    writer.add_token_types([int(kind) for kind in kinds])
    writer.add_token_merges([" ".join(pair) for pair in tokenizer["model"]["merges"]])
    writer.add_bos_token_id(config["eos_token_id"])
    writer.add_eos_token_id(config["eos_token_id"])
    writer.add_add_bos_token(False)  # noqa: FBT003
    writer.add_chat_template((MODELS / "chat_template.jinja").read_text())
    for tensor, value in tensors(MODELS / name, config["num_attention_heads"]):
        # Vectors must be of 32 bits; so are the matrices, so that both engines compute with the same numbers.
        writer.add_tensor(tensor, value.astype(np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def main(target: Path) -> None:
    """All models of the example."""
    target.mkdir(parents=True, exist_ok=True)
    for directory in sorted(path.parent for path in MODELS.glob("*/model.safetensors")):
        write(directory.name, target)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
