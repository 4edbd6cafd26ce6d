"""The row memo: found again by key and fingerprint, and only by both."""

import polars as pl
import pytest

from tasks.base.errors import DiskFullError
from tasks.base.memo import FEW, SCHEMA, RowMemo
from tests.full_disk import small_files


@pytest.fixture
def memo(tmp_path):
    return RowMemo(str(tmp_path), "stage", "v1")


def known(**values):
    keys = [int(k[1:]) for k in values]
    return pl.DataFrame({"key": keys, "value": list(values.values())}, schema=SCHEMA)


def recalled(memo, *keys):
    found = memo.recall(pl.Series(keys, dtype=pl.UInt64))
    assert found.schema == SCHEMA
    return dict(found.iter_rows())


def test_a_fresh_memo_knows_nothing(memo):
    assert recalled(memo, 1, 2) == {}


def test_what_was_remembered_is_recalled_and_nothing_else(memo):
    memo.remember(known(k1="one", k2="two"))
    memo.remember(known(k3="three"))
    assert recalled(memo, 1, 3, 4) == {1: "one", 3: "three"}
    assert recalled(memo, 1, 1) == {1: "one"}
    assert recalled(memo) == {}


def test_keys_use_all_their_bits(memo):
    memo.remember(known(k18446744073709551615="last", k9007199254740993="odd"))
    assert recalled(memo, 2**64 - 1, 2**53 + 1, 2**53) == {2**64 - 1: "last", 2**53 + 1: "odd"}


def test_another_fingerprint_or_stage_knows_nothing_of_it(memo, tmp_path):
    memo.remember(known(k1="one"))
    assert recalled(RowMemo(str(tmp_path), "stage", "v2"), 1) == {}
    assert recalled(RowMemo(str(tmp_path), "other", "v1"), 1) == {}
    assert recalled(RowMemo(str(tmp_path), "stage", "v1"), 1) == {1: "one"}


def test_a_value_given_twice_is_recalled_once(memo):
    memo.remember(known(k1="one"))
    memo.remember(known(k1="one"))
    assert recalled(memo, 1) == {1: "one"}


def test_nothing_to_remember_makes_no_file(memo):
    memo.remember(known())
    assert not memo.folder.exists()


def test_many_fragments_are_packed_and_none_is_lost(memo):
    for i in range(FEW + 1):
        memo.remember(known(**{f"k{i}": str(i)}))
    assert len(recalled(memo, *range(FEW + 1))) == FEW + 1
    assert len([*memo.folder.iterdir()]) == 1
    assert recalled(memo, *range(FEW + 1)) == {i: str(i) for i in range(FEW + 1)}


def test_a_memo_of_vectors_gives_back_the_numbers_it_was_given(tmp_path):
    kind = pl.Array(pl.Float16, 3)
    memo = RowMemo(str(tmp_path), "vectors", "v1", kind)
    given = pl.DataFrame(
        {"key": [7, 8], "value": [[1.0, -0.5, 0.0], [0.25, 2.0, 1.0]]},
        schema={"key": pl.UInt64, "value": kind},
    )
    assert memo.recall(given["key"]).schema == given.schema
    memo.remember(given)
    memo.remember(given.tail(1))
    assert memo.recall(pl.Series([8, 9], dtype=pl.UInt64)).equals(given.tail(1))


@pytest.mark.parametrize("left", [0, 7, 0.5])
def test_a_damaged_fragment_is_told_removed_and_costs_only_what_it_knew(memo, caplog, left):
    memo.remember(known(k1="one"))
    [first] = memo.folder.iterdir()
    memo.remember(known(k2="two"))
    body = first.read_bytes()
    first.write_bytes(body[: left if isinstance(left, int) else int(len(body) * left)])
    assert recalled(memo, 1, 2) == {2: "two"}
    assert "is damaged and was removed" in caplog.text
    assert not first.exists()
    memo.remember(known(k1="one"))
    caplog.clear()
    assert recalled(memo, 1, 2) == {1: "one", 2: "two"}
    assert not caplog.records


def test_a_write_that_fails_leaves_nothing(memo):
    memo.folder.mkdir(parents=True)
    with small_files(100), pytest.raises(DiskFullError, match="no room is left"):
        memo.remember(known(k1="long" * 1000))
    assert [*memo.folder.iterdir()] == []
