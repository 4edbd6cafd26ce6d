"""The ledger: every row that ever was has one line, and the lines add up."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.base.dataset import join_datasets, write_dataset
from tasks.base.errors import LedgerError
from tasks.base.ledger import SCHEMA, build_ledger
from tasks.base.report import StageReport, StageResult
from tasks.base.table import QUARANTINE
from tasks.base.table import SCHEMA as ROW
from tests.builders import row

LOST = pl.Schema({**ROW, "drop_reason": pl.String(), "drop_twin_of": pl.String(),
                  "drop_score": pl.Float64(), "drop_detail": pl.String()})  # fmt: skip


@pytest.fixture
def put(tmp_path):
    return lambda rows, schema=ROW: write_dataset(pl.DataFrame(rows, schema=schema), str(tmp_path))


@pytest.fixture
def result(put):
    """What a stage left: dropped rows with their reasons, and ids of edited rows."""

    def make(stage, lost=(), edits=None, made=0):
        rows = [{**r, "drop_reason": why} | more for r, why, more in lost]
        return StageResult(
            data=put([]), dropped=put(rows, LOST),
            edits=None if edits is None else put({"id": edits}, {"id": pl.String}),
            report=StageReport(
                stage=stage, kind="make" if made else "filter", rows_in=len(rows),
                rows_out=made, made=made, dropped={"x": len(rows)} if rows else {},
            ),
        )  # fmt: skip

    return make


def bad(id, source="s", at=0):
    return {"id": id, "source": source, "source_row": at, "line": at + 1,
            "reason": "malformed_json", "detail": "no comma", "raw": "{secret"}  # fmt: skip


def lines(ledger, *columns):
    return ledger.select(columns).rows()


def test_kept_dropped_and_quarantined_rows_have_their_lines(put, result):
    kept = [row("a", "Hi", "Yo", source_row=0), row("b", "Hi", "No", source_row=1)]
    twin = (row("c", "Hi", "Yo", source_row=2), "near_duplicate",
            {"drop_twin_of": "a", "drop_score": 0.9, "drop_detail": "ratio"})  # fmt: skip
    split = pl.DataFrame(kept, schema=ROW).with_columns(split=pl.Series(["train", "test"]))
    ledger = build_ledger(
        put(split.to_dicts(), split.schema),
        [
            result("clean.x", edits=["b", "c"]),
            result("dedup.near", [twin]),
            result("clean.y", edits=["b"]),
        ],
        put([bad("q", at=3)], QUARANTINE),
        read=4,
    )
    assert ledger.schema == SCHEMA
    assert lines(ledger, "id", "source_row", "state", "split", "stage", "reason") == [
        ("a", 0, "kept", "train", None, None),
        ("b", 1, "kept", "test", None, None),
        ("c", 2, "dropped", None, "dedup.near", "near_duplicate"),
        ("q", 3, "quarantined", None, "ingest", "malformed_json"),
    ]
    assert lines(ledger, "detail", "twin_of", "score")[2:] == [
        ("ratio", "a", 0.9),
        ("no comma", None, None),
    ]
    assert ledger["edits"].to_list() == [[], ["clean.x", "clean.y"], ["clean.x"], []]


def test_edits_stand_in_the_order_of_the_run_not_of_the_alphabet(put, result):
    results = [result(stage, edits=["a"]) for stage in ("z.first", "a.second", "m.third")]
    ledger = build_ledger(put([row("a", "x")]), results, put([], QUARANTINE), read=1)
    assert ledger["edits"].to_list() == [["z.first", "a.second", "m.third"]]


def test_lines_are_sorted_by_source_record_and_id_with_made_rows_last(put, result):
    rows = [row("z", "x", source="b"), row("b", "x", source="a", source_row=10),
            row("c", "x", source="a", source_row=9), row("a", "x", source="a", source_row=9),
            row("m", "x", source="a", source_row=None, origin="synthetic", parent="a")]  # fmt: skip
    ledger = build_ledger(put(rows), [result("augment.x", made=1)], put([], QUARANTINE), read=4)
    assert ledger["id"].to_list() == ["a", "c", "b", "m", "z"]
    assert lines(ledger.filter(id="m"), "origin", "parent") == [("synthetic", "a")]


@pytest.mark.parametrize("read", [0, 2])
def test_a_row_without_a_fate_is_an_error(put, read):
    with pytest.raises(LedgerError, match=f"{read} rows were read or made, but the ledger has 1"):
        build_ledger(put([row("a", "x")]), [], put([], QUARANTINE), read=read)


def test_a_row_with_two_fates_is_an_error(put, result):
    twice = result("dedup.exact", [(row("a", "x"), "exact_duplicate", {})])
    with pytest.raises(LedgerError, match="share an id"):
        build_ledger(put([row("a", "x")]), [twice], put([], QUARANTINE), read=2)
    with pytest.raises(LedgerError, match="share an id"):
        build_ledger(put([row("a", "x")]), [], put([bad("a")], QUARANTINE), read=2)


def test_no_row_at_all_is_an_empty_ledger(put):
    ledger = build_ledger(put([]), [], put([], QUARANTINE), read=0)
    assert (ledger.height, ledger.schema) == (0, SCHEMA)


def test_no_text_of_a_row_is_in_the_ledger(put, result):
    secret = (row("b", "top secret", "words"), "empty_turn", {"drop_detail": "turns ua"})
    ledger = build_ledger(
        put([row("a", "top secret")]),
        [result("validate.rows", [secret])],
        put([bad("q")], QUARANTINE),
        3,
    )
    assert "secret" not in ledger.write_json()


@given(st.lists(st.sampled_from(["kept", "lost", "later", "bad"]), max_size=12))
def test_rows_are_conserved_whatever_their_fates(tmp_path_factory, fates):
    place = str(tmp_path_factory.getbasetemp() / "ledger")
    named = [(f"r{i}", fate) for i, fate in enumerate(fates)]

    def of(fate, schema=ROW, **more):
        rows = [
            {**row(name, "x"), **more} if schema != QUARANTINE else bad(name)
            for name, f in named
            if f == fate
        ]
        return write_dataset(pl.DataFrame(rows, schema=schema), place)

    results = [
        StageResult(
            data=of("none"), dropped=of(fate, LOST, drop_reason=fate),
            report=StageReport(stage=fate, kind="filter", rows_in=fates.count(fate), rows_out=0,
                               dropped={"x": fates.count(fate)}),
        )
        for fate in ("lost", "later")
    ]  # fmt: skip
    ledger = build_ledger(
        join_datasets([of("kept")]), results, of("bad", QUARANTINE), read=len(fates)
    )
    states = {"kept": "kept", "lost": "dropped", "later": "dropped", "bad": "quarantined"}
    assert dict(ledger.select("id", "state").iter_rows()) == {i: states[f] for i, f in named}
