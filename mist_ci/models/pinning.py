"""Does a model id name one model for ever, or may another one answer by the same name tomorrow?"""

import re
from functools import lru_cache

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_REVISION = re.compile(r"@[0-9a-f]{40}\Z")
_FINE_TUNE = re.compile(r"ft:[^:]+:[^:]*:[^:]*:[A-Za-z0-9]+(?::ckpt-step-[0-9]+)?")
_SNAPSHOT = re.compile(
    r"[-@](?:20[0-9]{2})(?P<dash>-?)(?:0[1-9]|1[0-2])(?P=dash)(?:0[1-9]|[12][0-9]|3[01])"
    r"(?:-v[0-9]+(?::[0-9]+)?)?\Z"
)
_NUMBERED = re.compile(r"(?:models/|publishers/google/models/)?gemini-[0-9a-z.-]+-0[0-9]{2}")
"""Google's stable versions."""


@lru_cache
def is_pinned(model: str) -> bool:
    """True for ids that nobody can point at another model.

    Pinned are a digest (`sha256:` and 64 hex digits, anywhere in the id), a revision at the end (`@` and 40 hex
    digits), a fine-tuning job's own result (`ft:base:organisation:suffix:id`, checkpoints too), a dated snapshot at
    the end (`-2024-08-06`, `-20241022`, `@20241022`, Bedrock's `-20241022-v2:0`), and a numbered Gemini
    (`gemini-2.0-flash-001`). Everything else is an alias that may move, also what only looks old: a false alarm
    costs a few calls, the opposite a wrong verdict.
    """
    return bool(
        _DIGEST.search(model)
        or _REVISION.search(model)
        or _FINE_TUNE.fullmatch(model)
        or _SNAPSHOT.search(model)
        or _NUMBERED.fullmatch(model)
    )
