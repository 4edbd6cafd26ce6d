"""Bytes of a text file in whatever encoding, as UTF-8.

UTF-8 comes first: text in another encoding is hardly ever valid UTF-8 by chance. A file in which
some lines are UTF-8 and some are not was joined from two, and the others are read as cp1252,
which is what such lines nearly always are. A file with no UTF-8 line is in one other encoding,
and charset-normalizer says in which. Lines that nothing can decode keep their bytes; the reader
makes faults of them.
"""

import codecs
from typing import NamedTuple

_BOMS = (  # longest first: the mark of UTF-32 starts with that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SAMPLE = 1 << 16  # bytes that charset-normalizer looks at
_FEW = 64  # other bytes than ASCII; below, the encodings of Latin letters cannot be told apart
_LATIN = {
    "cp1250", "cp1254", "cp1257", "cp1258", "latin_1", "cp437", "cp850", "cp852", "cp858",
    "iso8859_2", "iso8859_9", "iso8859_15", "iso8859_16", "mac_roman", "mac_latin2",
}  # fmt: skip
_FLAG = "`--set ingest.encoding=NAME` reads it otherwise"


class Decoded(NamedTuple):
    """Text of a file."""

    utf8: bytes  # valid, save for lines that could not be decoded
    encoding: str
    notes: tuple[str, ...] = ()


def to_utf8(content: bytes, encoding: str | None = None) -> Decoded:
    """`content` as UTF-8 without byte-order mark, decoded from `encoding` if one is given."""
    if encoding is not None:
        return _whole(content, encoding)
    for bom, name in _BOMS:
        if content.startswith(bom):
            content = content.removeprefix(bom)
            return _utf8(content) if name == "utf-8" else _whole(content, name)
    if wide := _wide(content[:4]):
        return _whole(content, wide)
    return _utf8(content)


def _whole(content: bytes, encoding: str) -> Decoded:
    try:
        return Decoded(content.decode(encoding).removeprefix("\ufeff").encode(), encoding)
    except UnicodeError:  # also a lone surrogate, which UTF-8 cannot hold
        text = content.decode(encoding, "replace").encode("utf-8", "replace")
        note = f"some bytes are no {encoding} and were replaced by a question mark; {_FLAG}"
        return Decoded(text.removeprefix(codecs.BOM_UTF8), encoding, (note,))


def _wide(head: bytes) -> str | None:
    """UTF-16 without a mark: a table or a JSON text starts with two ASCII characters."""
    zeros = [byte == 0 for byte in head]
    if zeros == [False, True, False, True]:
        return "utf-16-le"
    return "utf-16-be" if zeros == [True, False, True, False] else None


def _utf8(content: bytes) -> Decoded:
    if is_utf8(content):
        return Decoded(content, "utf-8")
    lines = content.split(b"\n")
    foreign = [n for n, line in enumerate(lines) if not is_utf8(line)]
    ours = sum(not line.isascii() for line in lines) - len(foreign)
    if 10 * ours < len(foreign):  # a few of many lines are valid UTF-8 by chance
        return _guessed(content, b"\n".join(lines[n] for n in foreign))
    mended = 0
    for n in foreign:
        try:
            lines[n] = lines[n].decode("cp1252").encode()
            mended += 1
        except UnicodeDecodeError:
            continue  # stays as it is: the reader quarantines it as not_utf8
    note = f"{mended} of {len(lines)} lines are not UTF-8 and were read as cp1252; {_FLAG}"
    return Decoded(b"\n".join(lines), "utf-8, cp1252", (note,) if mended else ())


def _guessed(content: bytes, sample: bytes) -> Decoded:
    from charset_normalizer import from_bytes

    best = from_bytes(sample[:_SAMPLE]).best()
    encoding = "cp1252" if best is None else best.encoding
    if encoding in _LATIN and sum(byte > 0x7F for byte in sample[:_SAMPLE]) < _FEW:
        encoding = "cp1252"
    try:
        text = content.decode(encoding).encode()
    except UnicodeError:
        return Decoded(content, "unknown")
    return Decoded(text, encoding, (f"not UTF-8; read as {encoding} by its look; {_FLAG}",))


def is_utf8(content: bytes) -> bool:
    """Whether `content` is valid UTF-8."""
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True
