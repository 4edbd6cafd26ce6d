"""What redaction made of a row is recalled in a later run, and nothing else is."""

import polars as pl
import pytest

from tasks.base.dataset import read_dataset, write_dataset
from tasks.base.memo import RowMemo
from tasks.redact.keys import KEY, MAP_KEY
from tasks.redact.params import RedactParams
from tasks.redact.pii import redact, redact_pii
from tasks.redact.remembered import Memory, keys_of, row_memo
from tests.builders import row, table, texts

ROWS = (
    row("a-0", "I am Tim Brown, tim@example.org", "Hello Tim", meta='{"phone": "+49 30 901820"}'),
    row("b-0", "Dear Oprah Winfrey, thanks. Regards, Lisa Smith", "Ok"),
    row("c-0", "What is the capital of France?", "Paris."),
)
NEW = row("d-0", "My card is 4111 1111 1111 1111", "Thanks")
MODES = {
    "tag": {}, "strict": {"strict": True}, "surrogate": {"mode": "surrogate"},
    "hash": {"mode": "hash"}, "map": {"mode": "surrogate", "map": True},
    "stock": {"detector": "presidio"},
}  # fmt: skip


@pytest.fixture(autouse=True)
def _keys(monkeypatch):
    monkeypatch.setenv(KEY, "k" * 40)
    monkeypatch.setenv(MAP_KEY, "m" * 40)


def memory(folder, params):
    return Memory(
        RowMemo(str(folder), "redact.names", "1"), row_memo(str(folder), redact_pii, params)
    )


@pytest.mark.parametrize("mode", MODES)
def test_a_later_run_reads_the_new_rows_alone_and_comes_to_the_same(tmp_path, mode):
    params = RedactParams(**MODES[mode])
    redact(table(*ROWS), params, memory(tmp_path, params))
    later = table(NEW, *reversed(ROWS))
    known, fresh = redact(later, params, memory(tmp_path, params)), redact(later, params)
    assert known.figures["rows_read"] == 1
    assert fresh.figures["rows_read"] == 4
    assert known.rows.collect().equals(fresh.rows.collect())
    assert known.evidence.equals(fresh.evidence)
    of_the_data = ("by_type", "names_kept", "kept_because", "characters")
    assert [known.figures[n] for n in of_the_data] == [fresh.figures[n] for n in of_the_data]


def test_other_settings_and_another_key_are_other_memos(tmp_path, monkeypatch):
    for params in (RedactParams(), RedactParams(strict=True), RedactParams(mode="hash")):
        assert redact(table(*ROWS), params, memory(tmp_path, params)).figures["rows_read"] == 3
    monkeypatch.setenv(KEY, "l" * 40)
    hashed = RedactParams(mode="hash")
    assert redact(table(*ROWS), hashed, memory(tmp_path, hashed)).figures["rows_read"] == 3


def test_a_stand_in_follows_from_the_id_of_its_row_and_a_tag_does_not(tmp_path):
    twins = [row(f"{name}-0", "I am tim@lumetra.net", "Ok") for name in ("x", "y")]
    for mode, read in (("tag", 1), ("surrogate", 2)):
        params = RedactParams(mode=mode)
        outcome = redact(table(*twins), params, memory(tmp_path, params))
        first, second = texts(outcome.rows)
        assert outcome.figures["rows_read"] == read
        assert (first == second) == (mode == "tag")
        assert outcome.figures["by_type"] == {"EMAIL_ADDRESS": 2}


def test_text_that_moves_to_another_turn_is_another_row():
    def key(*turns, **more):
        rows = table(row("a", *turns, **more)).collect().drop("id", "source", "source_row")
        return keys_of(rows).item()

    keys = {key("ab", "c"), key("a", "bc"), key("c", "ab"), key("ab", "c", meta='{"a": 1}')}
    assert len(keys) == 4
    assert key("ab", "c") in keys


def test_the_store_remembers_no_value_that_was_taken_out(tmp_path):
    params = RedactParams(mode="surrogate", map=True)
    data = write_dataset(table(*ROWS).collect(), str(tmp_path))
    first = redact_pii.fn(data, params)
    again = redact_pii.fn(data, params)
    assert again.report.figures["rows_read"] == 0
    assert read_dataset(again.data).collect().equals(read_dataset(first.data).collect())
    kept = pl.read_parquet(tmp_path / "memo" / "redact.rows" / "*" / "*.parquet")
    said = " ".join(kept["value"].drop_nulls())
    assert not [value for value in ("Tim", "tim@example.org", "901820", "Lisa") if value in said]
    assert "Oprah" in said  # stays, and so stands in what came out
