"""Encodings: marks, UTF-8 first, one other encoding, and files joined from two."""

import codecs
import json

import pytest

from tasks.ingest.decode import to_utf8

TEXT = "Zwölf Boxkämpfer, 5 € “quoted” café\n"


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"), (codecs.BOM_UTF32_BE, "utf-32-be"),
    ],
)  # fmt: skip
def test_a_byte_order_mark_decides_and_is_no_text(mark, encoding):
    found = to_utf8(mark + TEXT.encode(encoding))
    assert (found.utf8.decode(), found.encoding, found.notes) == (TEXT, encoding, ())


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_wide_text_without_a_mark_is_told_by_its_zeros(encoding):
    assert to_utf8('{"a": "é"}'.encode(encoding)).utf8.decode() == '{"a": "é"}'


def test_lines_that_are_not_utf8_among_lines_that_are_were_cp1252():
    found = to_utf8("é\n".encode() + "plain\nñ\n".encode("cp1252"))
    assert found.utf8.decode() == "é\nplain\nñ\n"
    assert "1 of 4 lines" in found.notes[0]
    assert "--set ingest.encoding" in found.notes[0]


def test_a_line_that_nothing_decodes_keeps_its_bytes():
    assert to_utf8("é\n".encode() + b"\x81\n").utf8 == "é\n".encode() + b"\x81\n"


def test_a_few_bytes_of_a_latin_text_are_cp1252():
    found = to_utf8("El niño comió à la carte\n".encode("cp1252"))
    assert (found.utf8.decode(), found.encoding) == ("El niño comió à la carte\n", "cp1252")


def test_the_users_encoding_beats_every_guess():
    assert to_utf8("ñ".encode("cp1252"), "cp1250").utf8.decode() == "ń"


def test_every_real_file_of_other_encodings_is_read_as_it_was_written(data):
    for line in (data / "nasty/lists/encodings_index.jsonl").read_text().splitlines():
        sample = json.loads(line)
        content = (data / "nasty" / sample["file"]).read_bytes()
        meant = content.decode(sample["encoding"]).removeprefix("\ufeff")
        assert to_utf8(content).utf8.decode() == meant, sample["file"]
