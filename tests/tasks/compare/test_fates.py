"""Every difference in counts between two releases is explained, or the comparison fails."""

from collections import Counter

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.base.errors import LedgerError
from tasks.compare.compare import compare
from tasks.compare.fates import balance, check, fates
from tasks.compare.lines import align
from tasks.compare.params import CompareParams
from tasks.compare.release import open_release
from tests.tasks.compare.releases import entry, release

FATES = ("train", "validation", "test", "", "dedup.near/near_duplicate", "validate.rows/empty_turn",
         "ingest/malformed_json")  # fmt: skip
SOURCES = ("a.jsonl", "b.jsonl")
RECORD = st.tuples(
    st.integers(0, 9),  # what the record says
    st.sampled_from(FATES),
    st.sampled_from(SOURCES),
    st.sampled_from((0, 0, 0, 1)),  # whether a stage edited it
)


def entries(records):
    """Rows of the records in their order, copies numbered as `ingest.merge` does."""
    copies, places, rows = Counter(), Counter(), []
    for said, where, source, edited in records:
        text = f"q{said:015x}" if where.startswith("ingest") else f"{said:016x}"
        rows.append(
            entry(f"{text}-{copies[text]}", where, f"words of number {said}", source=source,
                  source_row=places[source], edits=["clean.markup"] * edited)
        )  # fmt: skip
        copies[text] += 1
        places[source] += 1
    return rows


def opened(tmp_path, before, after):
    return tuple(
        open_release(release(tmp_path / name, *rows))
        for name, rows in (("a", before), ("b", after))
    )


@settings(max_examples=40)
@given(before=st.lists(RECORD, max_size=12), after=st.lists(RECORD, max_size=12))
def test_counts_of_any_two_releases_add_up(tmp_path_factory, before, after):
    folder = tmp_path_factory.mktemp("two")
    one, other = opened(folder, entries(before), entries(after))
    found = compare(one.path, other.path, CompareParams(examples=0, sample=100)).facts

    counts = found["counts"]
    assert counts["before"] == sum("/" not in r[1] for r in before)
    assert counts["after"] == sum("/" not in r[1] for r in after)
    assert counts["after"] == counts["before"] - counts["lost"] + counts["gained"]
    for went in ("lost", "gained"):
        rows = [w["rows"] for w in found["waterfall"] if w["went"] == went]
        assert sum(rows) == counts[went]
        assert all(rows)
    if found["waterfall"]:
        assert found["waterfall"][-1]["left"] == counts["after"]
    assert sum(w["rows"] for w in found["changed"]) == counts["changed"]
    assert sum(w["rows"] for w in found["moved"]) == counts["moved"]
    told = {f["fate"]: (f["before"], f["after"]) for f in found["fates"]}
    for where in FATES[4:]:
        seen = tuple(sum(r[1] == where for r in records) for records in (before, after))
        assert told.get(where, (0, 0)) == seen


@settings(max_examples=8)
@given(records=st.lists(RECORD, max_size=12))
def test_a_release_and_its_copy_differ_in_nothing(tmp_path_factory, records):
    folder = tmp_path_factory.mktemp("same")
    one, other = opened(folder, entries(records), entries(records))
    found = compare(one.path, other.path, CompareParams(examples=0)).facts

    assert found["waterfall"] == found["changed"] == found["moved"] == []
    assert not any(f["to"] or f["from"] for f in found["fates"])
    assert [s["name"] for s in found["shifts"] if s["shift"]] == []


def test_a_change_of_a_count_is_the_sum_of_the_ways_in_and_out(tmp_path):
    near = "dedup.near/near_duplicate"
    before, after = opened(
        tmp_path,
        [entry("1-0", near), entry("2-0", near), entry("3-0"), entry("4-0")],
        [entry("1-0", near), entry("2-0"), entry("3-0", near), entry("5-0", near)],
    )
    found = {f["fate"]: f for f in fates(align(before, after))}

    assert (found[near]["before"], found[near]["after"]) == (2, 3)
    assert found[near]["to"] == [{"fate": "kept", "rows": 1}]
    assert found[near]["from"] == [{"fate": "kept", "rows": 2}]  # 4-0 was edited into 5-0


def test_a_line_that_is_lost_or_doubled_is_noticed(tmp_path):
    before, after = opened(
        tmp_path, [entry("1-0"), entry("2-0")], [entry("1-0"), entry("3-0", source="b.jsonl")]
    )
    lines = align(before, after)
    check(lines, before, after)

    for wrong in (lines.head(2), pl.concat([lines, lines.head(1)])):
        with pytest.raises(LedgerError, match="do not add up"):
            check(wrong, before, after)


def test_a_row_with_another_fate_than_the_ledger_says_is_noticed(tmp_path):
    before, after = opened(tmp_path, [entry("1-0")], [entry("1-0", "validate.rows/empty_turn")])
    wrong = align(before, after).with_columns(
        fate_after=pl.lit("dedup.near/near_duplicate"), went=pl.lit("lost")
    )
    with pytest.raises(LedgerError, match="fates after do not add up"):
        check(wrong, before, after)


def test_a_copy_that_survives_in_another_source_is_a_move_between_sources(tmp_path):
    before, after = opened(
        tmp_path,
        [entry("1-0", source="a.jsonl"), entry("1-1", "dedup.exact/exact_duplicate",
                                               source="b.jsonl")],
        [entry("1-0", source="b.jsonl")],
    )  # fmt: skip
    lines = align(before, after)
    check(lines, before, after)

    moved = {line["name"]: line for line in balance(lines, "source")}
    assert (moved["a.jsonl"]["moved_out"], moved["a.jsonl"]["lost"]) == (1, 0)
    assert (moved["b.jsonl"]["moved_in"], moved["b.jsonl"]["gained"]) == (1, 0)
    # it is the copy of a.jsonl that is gone, whatever its number
    assert lines.filter(key="1-1")["fate_after"].item() == "absent/no_source"
