"""Compressed files: whole, cut off, too large."""

import bz2
import gzip
import lzma

import pytest
import zstandard

from tasks.ingest.records import RecordError
from tasks.ingest.unpack import unpack

TEXT = b'{"prompt": "q", "completion": "a"}\n' * 5000
PACKERS = {
    "gzip": gzip.compress, "bzip2": bz2.compress, "xz": lzma.compress,
    "zstd": zstandard.ZstdCompressor(write_content_size=False).compress,
}  # fmt: skip


@pytest.mark.parametrize("packing", PACKERS)
def test_every_compression_is_told_from_the_bytes(tmp_path, packing):
    path = tmp_path / "named.wrongly"
    path.write_bytes(PACKERS[packing](TEXT))
    assert unpack(path, 1) == (TEXT, packing)


@pytest.mark.parametrize("packing", PACKERS)
def test_files_joined_one_after_the_other_are_one_text(tmp_path, packing):
    path = tmp_path / "x"
    path.write_bytes(PACKERS[packing](TEXT) + PACKERS[packing](b"more"))
    assert unpack(path, 1)[0] == TEXT + b"more"


@pytest.mark.parametrize("packing", PACKERS)
def test_a_file_cut_off_by_one_byte_gives_nothing(tmp_path, packing):
    path = tmp_path / "x"
    path.write_bytes(PACKERS[packing](TEXT)[:-1])
    with pytest.raises(RecordError) as raised:
        unpack(path, 1)
    assert raised.value.fault.reason == "unreadable_file"


@pytest.mark.parametrize("packing", PACKERS)
def test_the_limit_is_exact_and_its_error_names_the_flag(tmp_path, packing):
    path = tmp_path / "x"
    path.write_bytes(PACKERS[packing](bytes(1 << 20)))
    assert len(unpack(path, 1)[0]) == 1 << 20
    path.write_bytes(PACKERS[packing](bytes((1 << 20) + 1)))
    with pytest.raises(RecordError, match="max_unpacked_mb") as raised:
        unpack(path, 1)
    assert raised.value.fault.reason == "file_too_large"


def test_a_plain_file_is_its_bytes(tmp_path):
    (tmp_path / "x").write_bytes(b"plain")
    assert unpack(tmp_path / "x", 1) == (b"plain", "")
