"""Measures what the code of trainers does with rows, and writes it down: tests/data/trainers/*.json.

    python benchmarks/trainer_vectors.py DIRECTORY

DIRECTORY holds unpacked wheels of trl, axolotl, llamafactory and torchtune (`pip download --no-deps`, then unzip).
The functions that cut and drop are taken out of their files and run as they are, on rows of made-up tokens: a
token is its position, so one can see which are left. Nothing of the trainers is installed or imported, and only
the numbers go into this repository.
"""

import ast
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from itertools import product
from pathlib import Path
from types import SimpleNamespace
from typing import Any

MASKED = -100
END = 10**9
OUT = Path(__file__).parents[1] / "tests/data/trainers"

Turns = Sequence[tuple[str, int]]
"""(role, tokens) of each message."""

CHATS: Sequence[Turns] = (
    (("user", 3), ("assistant", 4)),
    (("system", 2), ("user", 5), ("assistant", 3)),
    (("user", 9), ("assistant", 1)),
    (("user", 1), ("assistant", 9)),
    (("user", 2), ("assistant", 2), ("user", 3), ("assistant", 5)),
    (
        ("system", 4),
        ("user", 6),
        ("assistant", 7),
        ("user", 2),
        ("assistant", 3),
        ("user", 8),
        ("assistant", 6),
    ),
)
PAIRS: Sequence[tuple[int, int, int]] = ((3, 4, 2), (9, 1, 6), (1, 9, 3), (5, 5, 5))
"""Tokens of a prompt, of what is chosen, and of what is rejected."""
LIMITS = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 16, 20, 36, 40)


def tokens_of(turns: Turns) -> tuple[list[int], list[int]]:
    """Token ids, which are positions, and labels that mask all but the answers."""
    ids = list(range(sum(size for _, size in turns)))
    labels: list[int] = []
    for role, size in turns:
        start = len(labels)
        labels += ids[start : start + size] if role == "assistant" else [MASKED] * size
    return ids, labels


def summary(ids: Sequence[int], labels: Sequence[int]) -> dict[str, int]:
    """How much of a row is left, and how much of it is learnt; tokens that a trainer adds do not count."""
    return {
        "seen": sum(one != END for one in ids),
        "trained": sum(one not in (MASKED, END) for one in labels),
    }


def taken(path: Path, *names: str, into: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Functions (`name`) and methods (`Class.name`) out of a file, ready to be called."""
    found: dict[str, Any] = dict(into or {})
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        for part in node.body if isinstance(node, ast.ClassDef) else [node]:
            if isinstance(part, ast.FunctionDef):
                name = f"{node.name}.{part.name}" if isinstance(node, ast.ClassDef) else part.name
                if name in names:
                    _run(part, path, found)
                    found[name] = found[part.name]
    return found


def _run(part: ast.FunctionDef, path: Path, into: dict[str, Any]) -> None:
    part.decorator_list = []
    for argument in ast.walk(part.args):
        if isinstance(argument, ast.arg):
            argument.annotation = None
    part.returns = None
    exec(compile(ast.Module([part], []), str(path), "exec"), into)


class Rows(list[dict[str, Any]]):
    """As much of a datasets.Dataset as the code asks for."""

    def map(self, function: Callable[..., dict[str, Any]], **rest: object) -> "Rows":
        """Each row with what the function says."""
        arguments: Any = rest.get("fn_kwargs", {})
        return Rows([row | function(dict(row), **arguments) for row in self])

    def filter(self, function: Callable[..., bool], **_: object) -> "Rows":
        """The rows that the function wants."""
        return Rows([row for row in self if function(row)])


def trl_sft(root: Path, turns: Turns, limit: int, mode: str, *, everything: bool) -> dict[str, Any]:
    """The statement of SFTTrainer that truncates and filters, run on one row."""
    path = root / "trl/trainer/sft_trainer.py"
    tree = ast.parse(path.read_text(encoding="utf-8"))
    wanted = "args.max_length is not None and (not packing)"
    cutting = next(n for n in ast.walk(tree) if isinstance(n, ast.If) and ast.unparse(n.test) == wanted)
    ids, labels = tokens_of(turns)
    row = {"input_ids": ids, "labels": ids if everything else labels}
    names: dict[str, Any] = {
        "args": SimpleNamespace(max_length=limit, truncation_mode=mode),
        "packing": False,
        "dataset": Rows([row]),
        "map_kwargs": {},
        "dataset_name": "train",
        "Dataset": SimpleNamespace,
    }
    exec(compile(ast.Module([cutting], []), str(path), "exec"), names)
    left = names["dataset"]
    return summary(left[0]["input_ids"], left[0]["labels"]) if left else {"dropped": True}


def axolotl_sft(root: Path, turns: Turns, limit: int, strategy: str) -> dict[str, Any]:
    """The functions of `handle_long_seq_in_dataset`, in its order, run on a batch of one row."""
    kept = taken(root / "axolotl/utils/trainer.py", "filter_sequences_by_length")
    cut = taken(root / "axolotl/utils/data/utils.py", "keep_min_len", "truncate_long_seq")
    ids, labels = tokens_of(turns)
    batch = {"input_ids": [ids], "labels": [labels]}
    if strategy == "drop":
        stays = kept["filter_sequences_by_length"](batch, limit, None)
    else:
        stays = cut["keep_min_len"](batch, None)
        batch = cut["truncate_long_seq"](batch, limit)
    return summary(batch["input_ids"][0], batch["labels"][0]) if stays[0] else {"dropped": True}


def axolotl_dpo(root: Path, pair: tuple[int, int, int], limit: int) -> dict[str, Any]:
    """`_drop_long_sequences` with a tokenizer whose tokens are letters."""
    kinds = SimpleNamespace(
        DPO="dpo", IPO="ipo", ORPO="orpo", SIMPO="simpo", KTO="kto", GRPO="g", GDPO="g", EBFT="g"
    )
    kept = taken(root / "axolotl/utils/data/rl.py", "_drop_long_sequences", into={"RLType": kinds})
    sample = dict(zip(("prompt", "chosen", "rejected"), ("a" * size for size in pair), strict=True))

    def tokenizer(text: str, add_special_tokens: bool) -> dict[str, list[int]]:
        del add_special_tokens
        return {"input_ids": [0] * len(text)}

    return {"dropped": not kept["_drop_long_sequences"](sample, "dpo", tokenizer, limit)}


def llamafactory_sft(root: Path, turns: Turns, limit: int, *, history: bool, end: bool) -> dict[str, Any]:
    """`SupervisedDatasetProcessor._encode_data_example` with a template that hands on what it is given."""
    data = root / "llamafactory/data/processor"
    names = taken(data / "processor_utils.py", "infer_seqlen") | {"IGNORE_INDEX": MASKED}
    path = data / "supervised.py"
    encode = taken(path, "SupervisedDatasetProcessor._encode_data_example", into=names)[
        "_encode_data_example"
    ]
    ids, _ = tokens_of(turns)
    sizes: list[tuple[str, int]] = []
    pairs: list[tuple[list[int], list[int]]] = []
    at = 0
    for role, size in turns:
        if sizes and role != "assistant" and sizes[-1][0] == "prompt":
            sizes[-1] = ("prompt", sizes[-1][1] + size)
        else:
            sizes.append(("answer" if role == "assistant" else "prompt", size))
    for (_, source), (_, target) in zip(sizes[::2], sizes[1::2], strict=True):
        pairs.append((ids[at : at + source], ids[at + source : at + source + target]))
        at += source + target
    plugin = SimpleNamespace(
        process_messages=lambda messages, *_: messages, process_token_ids=lambda *_: ([], [])
    )
    template = SimpleNamespace(
        mm_plugin=plugin, efficient_eos=end, preserve_thinking=False, encode_multiturn=lambda *_: list(pairs)
    )
    arguments = SimpleNamespace(cutoff_len=limit, mask_history=history, train_on_prompt=False)
    own = SimpleNamespace(
        template=template, tokenizer=SimpleNamespace(eos_token_id=END), processor=None, data_args=arguments
    )
    return summary(*encode(own, [], [], "", "", [], [], []))


def llamafactory_dpo(root: Path, pair: tuple[int, int, int], limit: int) -> dict[str, Any]:
    """`PairwiseDatasetProcessor._encode_data_example` with a template that hands on what it is given."""
    data = root / "llamafactory/data/processor"
    names = taken(data / "processor_utils.py", "infer_seqlen") | {"IGNORE_INDEX": MASKED}
    path = data / "pairwise.py"
    encode = taken(path, "PairwiseDatasetProcessor._encode_data_example", into=names)["_encode_data_example"]
    sides = iter(pair[1:])
    plugin = SimpleNamespace(process_messages=lambda *_: [], process_token_ids=lambda ids, *_: (ids, None))
    template = SimpleNamespace(
        mm_plugin=plugin,
        efficient_eos=False,
        encode_oneturn=lambda *_: (list(range(pair[0])), list(range(next(sides)))),
    )
    own = SimpleNamespace(
        template=template, tokenizer=None, processor=None, data_args=SimpleNamespace(cutoff_len=limit)
    )
    chosen, chosen_labels, rejected, rejected_labels = encode(own, [], [{}, {}], "", "", [], [], [])
    return summary(chosen + rejected, chosen_labels + rejected_labels)


ROLES = {"s": "system", "u": "user", "a": "assistant", "t": "tool", "d": "developer"}


def llamafactory_parity(root: Path, converter: str, *, ranking: bool) -> dict[str, str]:
    """What a converter does with every order of up to four roles: `kept`, `dropped`, or the exception."""
    path = root / "llamafactory/data/converter.py"
    kinds = {
        name.upper(): SimpleNamespace(value=name)
        for name in ("user", "assistant", "system", "function", "observation")
    }
    quiet = SimpleNamespace(warning_rank0=lambda *_: None)
    into = {"Role": SimpleNamespace(**kinds), "logger": quiet, "json": json}
    convert = taken(path, f"{converter}.__call__", into=into)["__call__"]
    tags = SimpleNamespace(
        user_tag="user", assistant_tag="assistant", observation_tag="tool", function_tag="function_call",
        system_tag="system", role_tag="role", content_tag="content", messages="messages", system=None, tools=None,
        images=None, videos=None, audios=None, kto_tag=None, ranking=ranking, chosen="chosen", rejected="rejected",
    )  # fmt: skip
    own = SimpleNamespace(dataset_attr=tags, _find_medias=lambda *_: None)
    answer = {"role": "assistant", "content": "x"}
    found = {}
    for order in (one for size in range(1, 5) for one in map("".join, product(ROLES, repeat=size))):
        messages = [{"role": ROLES[letter], "content": letter} for letter in order]
        try:
            made = convert(own, {"messages": messages, "chosen": answer, "rejected": answer})
        except Exception as error:  # noqa: BLE001 - whatever stops the run
            found[order] = type(error).__name__
        else:
            found[order] = "kept" if len(made["_prompt"]) % 2 and made["_response"] else "dropped"
    return found


def torchtune_sft(root: Path, turns: Turns, limit: int) -> dict[str, Any]:
    """`Llama3Tokenizer.tokenize_messages` with messages that are already tokens, but for the one at the start."""
    names = taken(root / "torchtune/data/_utils.py", "truncate")
    path = root / "torchtune/models/llama3/_tokenizer.py"
    tokenize = taken(path, "Llama3Tokenizer.tokenize_messages", into=names)["tokenize_messages"]
    ids, _ = tokens_of(turns)
    messages, at = [], 0
    for number, (role, size) in enumerate(turns):
        first = at + (number == 0)  # the first token is the one that begins the text
        messages.append(SimpleNamespace(ids=ids[first : at + size], masked=role != "assistant"))
        at += size
    own = SimpleNamespace(
        prompt_template=None, bos_id=0, eos_id=END, max_seq_len=limit,
        tokenize_message=lambda message, **_: message.ids,
    )  # fmt: skip
    tokens, mask = tokenize(own, messages)
    labels = [MASKED if masked else token for token, masked in zip(tokens, mask, strict=True)]
    return summary(tokens, labels)


def rows(
    measure: Callable[..., dict[str, Any]], root: Path, inputs: Sequence[Any], **rest: object
) -> list[Any]:
    """One measurement for each input and limit."""
    return [
        {"row": one, "limit": limit, **rest, **measure(root, one, limit, **rest)}
        for one in inputs
        for limit in LIMITS
    ]


def main(root: Path) -> None:
    """Writes one file per trainer, with the version that was read."""
    begun = [turns for turns in CHATS if turns[0][1] > 1]
    files = {
        "trl": [
            *rows(trl_sft, root, CHATS, mode="keep_start", everything=True),
            *rows(trl_sft, root, CHATS, mode="keep_start", everything=False),
            *rows(trl_sft, root, CHATS, mode="keep_end", everything=False),
        ],
        "axolotl": [
            *rows(axolotl_sft, root, CHATS, strategy="drop"),
            *rows(axolotl_sft, root, CHATS, strategy="truncate"),
            *rows(axolotl_dpo, root, PAIRS),
        ],
        "llamafactory": [
            *rows(llamafactory_sft, root, CHATS, history=False, end=False),
            *rows(llamafactory_sft, root, CHATS, history=True, end=False),
            *rows(llamafactory_sft, root, CHATS, history=False, end=True),
            *rows(llamafactory_dpo, root, PAIRS),
        ],
        "torchtune": rows(torchtune_sft, root, begun),
    }
    OUT.mkdir(parents=True, exist_ok=True)
    for name, found in files.items():
        (version,) = [
            path.name.split("-")[1].removesuffix(".dist") for path in root.glob(f"{name}-*.dist-info")
        ]
        lines = ",\n".join(json.dumps(one) for one in found)
        text = f'{{"trainer": "{name}", "version": "{version}", "rows": [\n{lines}\n]}}\n'
        (OUT / f"{name}.json").write_text(text, encoding="utf-8")
    parity = {
        f"{converter} {'ranking' if ranking else 'sft'}": llamafactory_parity(
            root, converter, ranking=ranking
        )
        for converter in ("OpenAIDatasetConverter", "SharegptDatasetConverter")
        for ranking in (False, True)
    }
    (OUT / "llamafactory_parity.json").write_text(json.dumps(parity) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
