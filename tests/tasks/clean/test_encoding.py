"""Damaged characters are mended; what a writer chose stays."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.clean.encoding import EncodingParams, mend_encoding, repair
from tests.builders import row, table, texts, turn

DAMAGE = {
    **dict.fromkeys([*range(9), 11, 12, *range(14, 32), 127, 0x200B, 0x2060, 0xFEFF]),
    **dict.fromkeys([0x2028, 0x2029], "\n"),
}
"""Characters that are damage wherever they stand; the rest depends on what is around."""

WINDOWS_OR_TERMINAL = re.compile("[\x80-\x9f]|\x1b\\[")

REPAIRS = [
    ("donâ€™t", "don’t", "mojibake"),
    ("l’Ã©tÃ©", "l’été", "mojibake"),
    ("Ð¿Ñ€Ð¸Ð²ÐµÑ‚", "привет", "mojibake"),
    ("a\r\nb\rc", "a\nb\nc", "line_ends"),
    ("a\u2028b\u2029c", "a\nb\nc", "line_ends"),
    ("wait\x85 what", "wait… what", "mojibake"),  # Windows-1252 read as Latin-1
    ("bell\x07 and null\x00", "bell and null", "control_characters"),
    ("\x1b[31mred\x1b[0m", "red", "control_characters"),
    ("\ufeffstart", "start", "zero_width"),
    ("ca\u200bt and do\u2060g", "cat and dog", "zero_width"),
    ("in\u200cside", "inside", "zero_width"),
]


@pytest.mark.parametrize(("damaged", "mended", "kind"), REPAIRS)
def test_damage_is_mended_and_named(damaged, mended, kind):
    assert repair(damaged) == (mended, (kind,))


CHOSEN = {
    "plain": "Plain text, with a tab\tand a line\nfeed.",
    "curly quotes": "“It’s fine,” she said — ‘really’…",
    "ligature": "the ﬁrst ﬂight",
    "full width": "ＡＢＣ１２３",
    "NFC": "caf\u00e9",
    "NFD": "cafe\u0301",
    "superscripts and fractions": "x² + ½ ≈ 3µm",
    "joined emoji": "👩‍👩‍👧 and 🏳️‍🌈 and ❤️ and 👍🏽",
    "Persian non-joiner": "می‌خواهم",
    "Hindi joiner": "क्‍ष",
    "no-break space": "10\u00a0km",
    "accented capitals": "À la carte, SÃO, Â, Ê and Ô",
    "Portuguese capitals": "VERSÃO E AÇÃO",
    "entities": "&amp; &lt;b&gt;",
    "Hebrew marks of direction": "שלום\u200f!",
    "CJK": "全角，标点。",
    "box drawing": "┌─┐│x│└─┘",
    "escape in words": "\\x1b[31m and \\u200b",
    "empty": "",
}


@pytest.mark.parametrize("text", CHOSEN.values(), ids=CHOSEN)
def test_a_writers_choice_stays(text):
    assert repair(text) == (text, ())


def test_mojibake_can_be_left_alone_and_the_rest_mended():
    assert repair("donâ€™t\r\n", mojibake=False) == ("donâ€™t\n", ("line_ends",))
    assert repair("wait\x85what", mojibake=False) == ("wait\nwhat", ("line_ends",))


@given(st.text(alphabet="ab é\u2019â€™\r\n\x1b[3m\x07\u200b\u200d\ufeff👩\x85", max_size=20))
def test_mending_twice_changes_nothing_more(text):
    once, _ = repair(text)
    assert repair(once) == (once, ())


def test_every_turn_is_mended_and_the_row_says_how():
    rows = table(
        row("a", "Is it fine?", "donâ€™t\r\n"),
        row("b", "plain", "text"),
        row("c", "Which?", "One", rejected=[turn("assistant", "Twoâ€¦")]),
    )
    found = mend_encoding(rows, EncodingParams())
    frame = found.rows.collect()
    assert texts(found.rows) == [["Is it fine?", "don’t\n"], ["plain", "text"], ["Which?", "One"]]
    assert frame["rejected"].to_list()[2][0]["content"] == "Two…"
    assert frame["edit_kinds"].to_list() == ["line_ends,mojibake", None, "mojibake"]
    assert found.figures == {"kinds": {"line_ends": 1, "mojibake": 2}}


def test_typed_parts_are_mended_with_their_text_and_other_keys_are_left_alone():
    parts = json.dumps({"content": [{"type": "text", "text": "donâ€™t"}], "name": "donâ€™t"})
    calls = json.dumps({"tool_calls": [{"function": {"arguments": '{"q": "donâ€™t"}'}}]})
    rows = table(row("a", turn("user", "donâ€™t", parts), turn("assistant", "donâ€™t", calls)))
    first, second = mend_encoding(rows, EncodingParams()).rows.collect()["messages"].to_list()[0]
    assert first["content"] == second["content"] == "don’t"
    assert json.loads(first["extra"]) == {
        "content": [{"type": "text", "text": "don’t"}], "name": "donâ€™t",
    }  # fmt: skip
    assert second["extra"] == calls


def test_typed_parts_that_need_no_mending_stay_byte_for_byte():
    parts = '{ "content": [ {"type": "text", "text": "fine é" } ], "n": 1.50 }'
    rows = table(row("a", turn("user", "fine é", parts), turn("assistant", "ok")))
    [found] = mend_encoding(rows, EncodingParams()).rows.collect()["messages"].to_list()
    assert found[0]["extra"] == parts


def test_odd_further_keys_are_no_reason_to_fail():
    for extra in ('{"content": null}', '{"content": "plain é"}', '{"a": "\\"content\\" é"}'):
        rows = table(row("a", turn("user", "donâ€™t", extra), turn("assistant", "ok")))
        [found] = mend_encoding(rows, EncodingParams()).rows.collect()["messages"].to_list()
        assert (found[0]["content"], found[0]["extra"]) == ("don’t", extra)


def test_real_mojibake_is_fixed_and_what_only_looks_damaged_is_unchanged(shared):
    lines = [
        json.loads(line) for line in (shared / "nasty/lists/ftfy_mojibake.jsonl").open(newline="\n")
    ]
    good = [c for c in lines if c["expect"] == "pass"]
    wanted = [(c["original"], c.get("fixed-encoding", c["fixed"])) for c in good]
    negatives = [original for original, fixed in wanted if original == fixed]
    assert len(negatives) >= 20
    assert [repair(text)[0] for text in negatives] == [t.translate(DAMAGE) for t in negatives]
    damaged = [(o, f) for o, f in wanted if o != f]
    fixed = sum(repair(o)[0] == f for o, f in damaged)
    assert fixed / len(damaged) > 0.95


@pytest.mark.parametrize(("file", "key"), [("blns", "text"), ("emoji_sequences", "emoji")])
# ftfy takes two letters of one test string, a pile of unrelated letters, for one that was torn
def test_naughty_strings_survive_but_for_characters_that_are_listed_as_damage(shared, file, key):
    with (shared / f"nasty/lists/{file}.jsonl").open(newline="\n") as listed:
        strings = [json.loads(line)[key] for line in listed]
    told = [t for t in strings if not WINDOWS_OR_TERMINAL.search(t)]
    assert len(strings) - len(told) <= 4
    changed = [text for text in told if repair(text)[0] != text.translate(DAMAGE)]
    assert changed == [text for text in strings if "\u00df\u00aa\u0105" in text]
