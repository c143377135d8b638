"""Train the four tiny models, from exactly the rows that ``tasks.py`` writes.

    OMP_NUM_THREADS=1 python examples/tiny_models/train.py
    OMP_NUM_THREADS=1 python examples/tiny_models/train.py --only light --replay-share 0.3

Needs the ``train`` extra (torch and transformers). One thread is both faster here, since
the matrices are small, and what makes a run repeatable bit by bit on one machine.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import model as numpy_model
import safetensors.torch
import tasks
import torch
import transformers
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import jinja2

HERE = Path(__file__).resolve().parent
VARIANTS = ("base", "naive", "light", "replay")
BATCH = 64
VOCABULARY = 800
CONTEXT = 256
SPECIAL = ("<|end|>", "<|user|>", "<|assistant|>")
GOLDEN_PER_MODEL = 8
GOLDEN_LOGITS = 5


def train_tokenizer(rows: Sequence[tasks.Row]) -> Tokenizer:
    """Train a byte-level BPE that keeps every digit apart, on the base model's data."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Digits(individual_digits=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=list(SPECIAL),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    # Sorted, because the order of equally frequent merges follows the order of the text.
    # The new skill's verb is left out: a real fine-tune cannot change the tokenizer.
    texts = sorted({m["content"] for row in rows for m in row["messages"]})
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def encode(
    rows: Sequence[tasks.Row], tokenizer: Tokenizer, template: jinja2.Template
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return ids and labels, each (rows, longest); labels are -100 outside the answer."""
    ids, answers = [], []
    for row in rows:
        prompt = template.render(messages=row["messages"][:1], add_generation_prompt=True)
        whole = template.render(messages=row["messages"])
        if not whole.startswith(prompt):
            raise ValueError("the prompt is not the beginning of the conversation")
        ids.append(tokenizer.encode(whole).ids)
        answers.append(len(tokenizer.encode(prompt).ids))
    longest = max(map(len, ids))
    inputs = torch.zeros((len(ids), longest), dtype=torch.long)
    labels = torch.full((len(ids), longest), -100, dtype=torch.long)
    for index, (row_ids, answer) in enumerate(zip(ids, answers, strict=True)):
        inputs[index, : len(row_ids)] = torch.tensor(row_ids)
        labels[index, answer : len(row_ids)] = torch.tensor(row_ids[answer:])
    return inputs, labels


def batches(rows: int, epochs: int, seed: int) -> Iterator[torch.Tensor]:
    """Yield the row indices of each step; every epoch has its own order."""
    generator = torch.Generator().manual_seed(seed)
    for _ in range(epochs):
        yield from torch.randperm(rows, generator=generator).split(BATCH)


def new_network() -> transformers.LlamaForCausalLM:
    """Return the untrained network: 409k parameters."""
    config = transformers.LlamaConfig(
        vocab_size=VOCABULARY,
        hidden_size=96,
        intermediate_size=256,
        num_hidden_layers=3,
        num_attention_heads=4,
        num_key_value_heads=4,
        max_position_embeddings=CONTEXT,
        tie_word_embeddings=True,
        bos_token_id=None,
        eos_token_id=SPECIAL.index("<|end|>"),
        pad_token_id=SPECIAL.index("<|end|>"),
    )
    return transformers.LlamaForCausalLM(config)


def fit(
    network: transformers.LlamaForCausalLM,
    inputs: torch.Tensor,
    labels: torch.Tensor,
    *,
    epochs: int,
    rate: float,
    seed: int,
) -> None:
    """Train in place: AdamW, one cycle, gradients clipped to norm 1."""
    optimizer = torch.optim.AdamW(network.parameters(), lr=rate, betas=(0.9, 0.98))
    steps = epochs * -(-len(inputs) // BATCH)
    cycle = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=rate, total_steps=steps, pct_start=0.1)
    network.train()
    started = time.monotonic()
    for step, rows in enumerate(batches(len(inputs), epochs, seed), 1):
        # Padding is on the right and attention is causal, so no mask is needed.
        loss = network(input_ids=inputs[rows], labels=labels[rows]).loss
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        cycle.step()
        if step % 100 == 0 or step == steps:
            seconds = time.monotonic() - started
            print(
                f"  step {step}/{steps} loss {loss.item():.4f} {seconds:.0f} s",
                flush=True,
            )


def save(network: transformers.LlamaForCausalLM, directory: Path) -> None:
    """Write float16 weights and the configuration that transformers reads."""
    directory.mkdir(parents=True, exist_ok=True)
    tensors = {
        name: tensor.detach().to(torch.float16).contiguous()
        for name, tensor in network.state_dict().items()
        if name != "lm_head.weight"  # tied to the embedding
    }
    safetensors.torch.save_file(tensors, str(directory / "model.safetensors"), metadata={"format": "pt"})
    # safetensors creates the file readable by its owner only.
    (directory / "model.safetensors").chmod(0o644)
    config = {**network.config.to_dict(), "architectures": ["LlamaForCausalLM"]}
    config = {key: value for key, value in config.items() if value is not None}
    config["dtype"] = "float16"
    config.pop("_name_or_path", None)
    text = json.dumps(config, indent=2, sort_keys=True)
    (directory / "config.json").write_text(text + "\n", "utf-8")


def load_network(directory: Path) -> transformers.LlamaForCausalLM:
    """Return saved weights as a float32 transformers model."""
    network = transformers.LlamaForCausalLM.from_pretrained(directory, dtype=torch.float32)
    return network.eval()


def scores(models_dir: Path, name: str) -> dict[str, float]:
    """Return the share of exact answers per suite, computed as the server computes them."""
    chat = numpy_model.load_chat_model(models_dir, name)
    result = {}
    for skill in tasks.SKILLS:
        samples = tasks.suite_samples(skill)
        right = sum(
            chat.complete([{"role": "user", "content": sample["input"]}], 16).text == sample["expected"]
            for sample in samples
        )
        result[skill] = right / len(samples)
    return result


def golden(models_dir: Path, name: str) -> list[dict[str, Any]]:
    """Record what transformers answers: text and the first token's largest logits."""
    chat = numpy_model.load_chat_model(models_dir, name)
    network = load_network(models_dir / name)
    tokenizer = Tokenizer.from_file(str(models_dir / "tokenizer.json"))
    per_skill = GOLDEN_PER_MODEL // len(tasks.SKILLS)
    entries = []
    for skill in tasks.SKILLS:
        for sample in tasks.suite_samples(skill)[:per_skill]:
            ids = chat.prompt_ids([{"role": "user", "content": sample["input"]}])
            prompt = torch.tensor([ids])
            with torch.inference_mode():
                top = network(prompt).logits[0, -1].topk(GOLDEN_LOGITS)
                answer = network.generate(prompt, max_new_tokens=16, do_sample=False)
            text = tokenizer.decode(answer[0, len(ids) :].tolist())
            logits = zip(top.indices.tolist(), top.values.tolist(), strict=True)
            entries.append(
                {
                    "prompt": sample["input"],
                    "text": text,
                    "prompt_tokens": len(ids),
                    "logits": [[index, round(value, 4)] for index, value in logits],
                }
            )
    return entries


def mix(variant: str, options: argparse.Namespace) -> Mapping[str, float]:
    """Return the shares of a variant, changed as the command line asks."""
    shares = dict(tasks.RECIPES[variant].shares)
    for item in options.share:
        skill, _, value = item.partition("=")
        shares[skill] = float(value)
    old = sum(shares.get(skill, 0.0) for skill in tasks.OLD_SKILLS)
    if options.replay_share is not None and old:
        for skill in tasks.OLD_SKILLS:
            shares[skill] = shares.get(skill, 0.0) * options.replay_share / old
        old = options.replay_share
    if variant != "base":
        shares[tasks.NEW_SKILL] = 1 - old
    return shares


def make(variant: str, options: argparse.Namespace) -> None:
    """Train one variant and save it; all but the base start from the saved base."""
    rows = tasks.training_rows(variant, seed=options.seed, shares=mix(variant, options))
    torch.manual_seed(options.seed)
    if variant == "base":
        train_tokenizer(rows).save(str(options.models_dir / "tokenizer.json"))
        network = new_network()
    else:
        network = load_network(options.models_dir / "base")
    source = (options.models_dir / "chat_template.jinja").read_text("utf-8")
    tokenizer = Tokenizer.from_file(str(options.models_dir / "tokenizer.json"))
    inputs, labels = encode(rows, tokenizer, numpy_model.compile_template(source))
    rate = 2e-3 if variant == "base" else options.rate
    epochs = tasks.RECIPES[variant].epochs
    fit(network, inputs, labels, epochs=epochs, rate=rate, seed=options.seed)
    save(network, options.models_dir / variant)


def main() -> int:
    """Train, score and record."""
    parser = argparse.ArgumentParser(description="Train the tiny models.")
    parser.add_argument("--only", choices=VARIANTS, help="train this one alone")
    parser.add_argument("--models-dir", type=Path, default=HERE / "models")
    parser.add_argument("--replay-share", type=float, help="share of all old skills")
    parser.add_argument("--share", action="append", default=[], metavar="SKILL=SHARE")
    parser.add_argument("--rate", type=float, default=1e-3, help="of the fine-tunes")
    parser.add_argument("--seed", type=int, default=tasks.DEFAULT_SEED)
    options = parser.parse_args()
    torch.set_num_threads(1)
    transformers.utils.logging.disable_progress_bar()
    torch.use_deterministic_algorithms(mode=True)
    template = HERE / "models" / "chat_template.jinja"
    if options.models_dir != template.parent:
        options.models_dir.mkdir(parents=True, exist_ok=True)
        shutil.copy(template, options.models_dir)
    chosen = (options.only,) if options.only else VARIANTS
    table = ["| model | " + " | ".join(tasks.SKILLS) + " |", "|---" * (1 + len(tasks.SKILLS)) + "|"]
    for variant in chosen:
        print(f"{variant}: {dict(mix(variant, options))}", flush=True)
        make(variant, options)
        measured = scores(options.models_dir, variant).values()
        table.append(f"| {variant} | " + " | ".join(f"{score:.4f}" for score in measured) + " |")
    print("\n".join(table))
    if all((options.models_dir / variant).is_dir() for variant in VARIANTS):
        record = {variant: golden(options.models_dir, variant) for variant in VARIANTS}
        text = json.dumps(record, indent=1)
        (options.models_dir / "golden.json").write_text(text + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
