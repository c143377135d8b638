"""Files out of a trusted tree as private directories, for programs that need them there."""

import shutil
import tempfile
import weakref
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path


class Materialised:
    """Directories outside of the workspace that hold nothing but the files of a program.

    Each is made once, and all go when this object goes.
    """

    def __init__(self) -> None:
        self._homes: dict[str, Path] = {}

    def home(self, files: Mapping[str, bytes]) -> Path:
        """A directory with these files by their paths, none of which can be written to; all are executable."""
        key = sha256(repr(sorted(files.items())).encode()).hexdigest()
        if key not in self._homes:
            home = Path(tempfile.mkdtemp(prefix="mist-program-")).resolve()
            weakref.finalize(self, shutil.rmtree, home, ignore_errors=True)
            for name, content in files.items():
                place = home / name
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(content)
                place.chmod(0o500)
            self._homes[key] = home
        return self._homes[key]
