"""Claims about archives from strangers: every method is read, and no lie costs memory or a traceback."""

import io
import sys
import zipfile
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mist_ci.adapters import archives
from mist_ci.adapters.result_files import ResultFilesOnDisk
from mist_ci.errors import Code, ConfigError, UsageError
from tests.zipping import DEFLATED, STORED, ZSTANDARD, archive, member, pack

CONTENTS = {"header.json": b'{"status":"success"}', "samples/1_epoch_1.json": b"x" * 10_000, "empty": b""}


def refusal(data: bytes) -> str:
    with pytest.raises(ConfigError) as caught:
        archives.unpack(data, "a.eval")
    assert caught.value.code is Code.BAD_RESULTS
    assert str(caught.value.where) == "a.eval"
    return caught.value.message


@pytest.mark.parametrize("method", [STORED, DEFLATED, ZSTANDARD])
def test_members_of_every_method_are_unpacked(method: int) -> None:
    data = pack(CONTENTS, method)
    assert archives.is_archive(data)
    assert archives.unpack(data, "a.eval") == CONTENTS


def test_what_the_standard_library_packs_is_unpacked() -> None:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as made:
        made.mkdir("samples")
        for name, content in CONTENTS.items():
            made.writestr(name, content)
    assert archives.unpack(held.getvalue(), "a.eval") == CONTENTS


def test_content_in_several_frames_is_one_member() -> None:
    content = bytes(range(256)) * 100
    assert archives.unpack(archive(member("a", content, frames=7)), "a.eval") == {"a": content}


@pytest.mark.parametrize("method", [DEFLATED, ZSTANDARD])
def test_a_member_that_is_longer_than_it_says_is_not_unpacked_further(method: int) -> None:
    honest = member("a", b"0" * 1_000_000, method)
    assert "size and checksum" in refusal(archive(replace(honest, size=1000)))


@pytest.mark.slow
def test_bombs_are_refused_before_they_are_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = member("a", b"0" * 100_000_000)
    assert "would grow" in refusal(archive(bomb))
    many = archive(*(replace(bomb, name=str(index)) for index in range(3)))
    monkeypatch.setattr(archives, "MAX_UNPACKED_BYTES", 200_000_000)
    assert "would unpack to 286 MiB; the limit is 190" in refusal(many)


def test_more_members_than_the_limit_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_MEMBERS", 2)
    assert "has 3 members; at most 2" in refusal(pack(CONTENTS))


@pytest.mark.parametrize("method", [STORED, DEFLATED, ZSTANDARD])
def test_a_changed_byte_is_damage(method: int) -> None:
    one = member("a", b"what somebody answered", method)
    flipped = bytes([one.packed[-1] ^ 1])
    assert "a is damaged" in refusal(archive(replace(one, packed=one.packed[:-1] + flipped)))


def test_an_encrypted_member_says_so() -> None:
    assert "a is encrypted" in refusal(archive(replace(member("a", b"x"), flags=1)))


def test_a_method_that_nobody_reads_names_those_that_are() -> None:
    assert "method 12; 0, 8 and 93" in refusal(archive(replace(member("a", b"x", STORED), method=12)))


def test_a_name_twice_is_refused() -> None:
    assert "two members named 'a'" in refusal(archive(member("a", b"1"), member("a", b"2")))


def test_a_missing_library_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "backports.zstd", None)
    monkeypatch.delattr("backports.zstd", raising=False)
    with pytest.raises(UsageError) as caught:
        archives.unpack(pack(CONTENTS), "a.eval")
    assert caught.value.code is Code.EXTRA_MISSING
    assert "install backports.zstd" in str(caught.value.hint)
    assert archives.unpack(pack(CONTENTS, DEFLATED), "a.eval") == CONTENTS


@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_refused_or_read(data: bytes) -> None:
    try:
        archives.unpack(b"PK\x03\x04" + data, "a.eval")
    except ConfigError as error:
        assert error.code is Code.BAD_RESULTS  # noqa: PT017 - not every input is refused


@given(st.data())
def test_a_damaged_archive_is_refused_or_says_the_same(data: st.DataObject) -> None:
    good = pack(CONTENTS, data.draw(st.sampled_from([STORED, DEFLATED, ZSTANDARD])))
    at = data.draw(st.integers(0, len(good) - 1))
    bad = good[:at] + bytes([data.draw(st.integers(0, 255))]) + good[at + 1 :]
    try:
        contents = archives.unpack(bad, "a.eval")
    except ConfigError as error:
        assert error.code is Code.BAD_RESULTS  # noqa: PT017 - not every input is refused
    else:
        assert set(contents.values()) <= set(CONTENTS.values())


def test_files_of_results_come_with_their_members(tmp_path: object) -> None:
    path = f"{tmp_path}/a.eval"
    with open(path, "wb") as file:  # noqa: PTH123
        file.write(pack(CONTENTS))
    (read,) = ResultFilesOnDisk().read([path])
    assert read.members == CONTENTS
