"""The bytes of a file, unpacked if it is compressed.

The compression is told from the first bytes, not from the name, which may lie. A file that is
cut off gives nothing: half a file that looks whole is worse than none.
"""

import bz2
import gzip
import lzma
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

from tasks.ingest.records import RecordError

_MAGIC = {b"\x1f\x8b": "gzip", b"BZh": "bzip2", b"\xfd7zXZ\x00": "xz", b"\x28\xb5\x2f\xfd": "zstd"}
_CHUNK = 1 << 20
_ZSTD_CHUNK = 1 << 10  # one kilobyte of Zstandard may already unpack to 32 MB


def unpack(path: Path, limit_mb: int) -> tuple[bytes, str]:
    """Contents of the file at `path`, and the name of its compression ("" for none).

    Raises:
        RecordError: It is damaged or cut off, or unpacks to more than `limit_mb` megabytes.
    """
    with path.open("rb") as file:
        head = file.read(6)
        file.seek(0)
        packing = next((name for magic, name in _MAGIC.items() if head.startswith(magic)), "")
        if not packing:
            return file.read(), ""
        return _collect(_chunks(file, packing), limit_mb, packing), packing


def _collect(chunks: Iterator[bytes], limit_mb: int, packing: str) -> bytes:
    import zstandard

    content = bytearray()
    try:
        for chunk in chunks:
            content += chunk
            if len(content) > limit_mb << 20:
                raise RecordError(
                    "file_too_large",
                    f"unpacks to more than {limit_mb} MB; raise it with "
                    "`--set ingest.max_unpacked_mb=N` if the file can be trusted",
                )
    except (EOFError, zlib.error, lzma.LZMAError, zstandard.ZstdError) as error:
        raise _damaged(packing) from error
    except OSError as error:
        if error.errno is not None:  # the disk failed, not the file; worth another try
            raise
        raise _damaged(packing) from error
    return bytes(content)


def _damaged(packing: str) -> RecordError:
    return RecordError("unreadable_file", f"damaged or cut-off {packing} file; fetch it again")


def _chunks(file: BinaryIO, packing: str) -> Iterator[bytes]:
    if packing == "zstd":
        yield from _zstd_chunks(file)
        return
    unpacked: BinaryIO
    if packing == "gzip":
        unpacked = cast(BinaryIO, gzip.GzipFile(fileobj=file))
    else:
        unpacked = cast(BinaryIO, (bz2.BZ2File if packing == "bzip2" else lzma.LZMAFile)(file))
    with unpacked:
        while chunk := unpacked.read(_CHUNK):
            yield chunk


def _zstd_chunks(file: BinaryIO) -> Iterator[bytes]:
    """Frame by frame, because the library's own reader takes a cut-off file for a whole one."""
    import zstandard

    frame = zstandard.ZstdDecompressor().decompressobj()
    while piece := file.read(_ZSTD_CHUNK):
        while piece:
            yield frame.decompress(piece)
            if not frame.eof:
                break
            piece = frame.unused_data
            frame = zstandard.ZstdDecompressor().decompressobj()
            if not piece and not (piece := file.read(_ZSTD_CHUNK)):
                return
    raise EOFError
