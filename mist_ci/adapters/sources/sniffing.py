"""What a file is, by its first bytes and its name."""

from mist_ci.adapters.sources.broken import Broken
from mist_ci.models.data_format import Compression, Container

HEAD_BYTES = 2**16
SUFFIXES = (".jsonl", ".ndjson", ".json", ".csv", ".tsv", ".parquet")
PACKED_SUFFIXES = (".gz", ".zst", ".zstd")

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
POINTER_START = b"version https://git-lfs.github.com/spec/"
_MAGIC = {
    b"PK\x03\x04": "a ZIP archive (or a spreadsheet, which is one)",
    b"BZh": "packed with bzip2",
    b"\xfd7zXZ\x00": "packed with xz",
    b"7z\xbc\xaf\x27\x1c": "a 7z archive",
    b"ARROW1\x00\x00": "an Arrow file",
    b"SQLite format 3\x00": "an SQLite database",
    b"\x89HDF\r\n": "an HDF5 file",
    b"\x93NUMPY": "a NumPy array",
    b"\x80\x04\x95": "a Python pickle",
    b"\x80\x05\x95": "a Python pickle",
    b"%PDF-": "a PDF",
}
_HINT = "training data is JSON Lines, a JSON array, CSV or Parquet; each may be packed with gzip or Zstandard"


def compression_of(head: bytes) -> Compression:
    """By the first bytes; the name does not count."""
    if head.startswith(b"\x1f\x8b"):
        return Compression.GZIP
    if head.startswith(b"\x28\xb5\x2f\xfd") or (head[1:4] == b"\x2a\x4d\x18" and 0x50 <= head[0] <= 0x5F):  # noqa: PLR2004 - the magic numbers of frames to skip
        return Compression.ZSTD
    return Compression.NONE


def refuse_unpacked(head: bytes, name: str) -> None:
    """Raises Broken for what is named as if it were packed, and is not: loaders go by the name."""
    end = next((end for end in PACKED_SUFFIXES if name.lower().endswith(end)), None)
    if end and head and not is_pointer(head) and compression_of(head) is Compression.NONE:
        raise Broken(
            f"it is called {end} and is not packed", f"pack it, or call it by its name without {end}"
        )


def is_pointer(head: bytes) -> bool:
    """True for the text that Git LFS commits in place of a file."""
    return head.startswith(POINTER_START)


def plain_name(name: str) -> str:
    """In lower case, and without what compression adds."""
    lower = name.lower()
    return next((lower.removesuffix(end) for end in PACKED_SUFFIXES if lower.endswith(end)), lower)


def container_of(head: bytes, name: str) -> Container:
    """What holds the rows. Raises Broken for what can hold none."""
    name = plain_name(name)
    if head.startswith(b"PAR1"):
        return Container.PARQUET
    if not head or is_pointer(head):
        return Container.JSONL  # there are rules for both
    if name.endswith(".parquet"):
        raise Broken("it is no Parquet file: it does not begin with PAR1", "write it again; was it cut off?")
    if known := next((what for magic, what in _MAGIC.items() if head.startswith(magic)), None):
        raise Broken(f"it is {known}, not training data", _HINT)
    if name.endswith((".csv", ".tsv")):
        return Container.CSV
    _refuse_binary(head)
    begins = head.removeprefix(BYTE_ORDER_MARK).lstrip(b" \t\r\n")
    return Container.JSON_ARRAY if begins.startswith(b"[") else Container.JSONL


def is_one_object(head: bytes) -> bool:
    """True for settings and the like: one JSON object over one line or many. Several rows are one object a line."""
    lines = [line.strip() for line in head.removeprefix(BYTE_ORDER_MARK).split(b"\n", 100) if line.strip()]
    if not lines or not lines[0].startswith(b"{"):
        return False
    return len(lines) == 1 or not (lines[0].endswith(b"}") and lines[1].startswith(b"{"))


def _refuse_binary(head: bytes) -> None:
    """UTF-16 that says so is text, and has a rule of its own."""
    if head.startswith(UTF16_MARKS):
        return
    if (head[:1] in b"{[" and head[1:2] == b"\0") or (head[:1] == b"\0" and head[1:2] in (b"{", b"[")):
        raise Broken("it is UTF-16, not UTF-8", "convert the file: iconv -f UTF-16 -t UTF-8", 1)
    if b"\0" in head and not head.lstrip(b" \t\r\n").startswith((b"{", b"[", BYTE_ORDER_MARK)):
        raise Broken("it is binary, not text", _HINT)
