"""Contents of files by their paths, as one hash."""

import hashlib
from collections.abc import Mapping


def content_hash(files: Mapping[str, bytes]) -> str:
    """`sha256:…` over paths and contents."""
    whole = hashlib.sha256()
    for path, content in sorted(files.items()):
        whole.update(f"{len(path)}:{path}{len(content)}:".encode() + content)
    return f"sha256:{whole.hexdigest()}"
