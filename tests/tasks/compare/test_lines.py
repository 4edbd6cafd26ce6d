"""Which rows of two releases are one row, and which are not."""

import polars as pl

from tasks.compare.lines import align
from tasks.compare.release import open_release
from tests.tasks.compare.releases import entry, release

LONG = "Explain to a child why there is ebb and flow at the coast of the northern sea"
OTHER = "Name three birds of prey that hunt at night in large forests"


def aligned(tmp_path, before, after, **more):
    sides = [
        open_release(release(tmp_path / name, *rows, **more.get(name, {})))
        for name, rows in (("a", before), ("b", after))
    ]
    return align(*sides)


def fates(lines):
    return {
        (line["id_before"], line["id_after"]): (line["fate_before"], line["fate_after"])
        for line in lines.iter_rows(named=True)
    }


def test_a_record_that_was_edited_is_one_row_with_two_ids(tmp_path):
    lines = aligned(
        tmp_path,
        [entry("1-0"), entry("2-0", said=LONG, source_row=1), entry("3-0", source_row=2)],
        [entry("9-0", said=OTHER), entry("1-0", source_row=1),
         entry("4-0", said=LONG + ", please", source_row=2), entry("3-0", source_row=3)],
    )  # fmt: skip
    assert fates(lines)["2-0", "4-0"] == ("kept", "kept")
    assert fates(lines)[None, "9-0"] == ("absent/no_record", "kept")
    assert lines.filter("edited")["went"].to_list() == ["stayed"]


def test_another_record_in_the_same_place_is_another_row(tmp_path):
    lines = aligned(
        tmp_path,
        [entry("1-0"), entry("2-0", said=LONG, source_row=1)],
        [entry("1-0"), entry("4-0", said=OTHER, answer="Owls", source_row=1)],
    )
    assert fates(lines)["2-0", None] == ("kept", "absent/no_record")
    assert not lines["edited"].any()


def test_a_deletion_beside_an_edit_hides_neither(tmp_path):
    lines = aligned(
        tmp_path,
        [entry("1-0"), entry("2-0", said=OTHER, answer="Owls", source_row=1),
         entry("3-0", said=LONG, source_row=2)],
        [entry("1-0"), entry("4-0", said=LONG + ", please", source_row=1)],
    )  # fmt: skip
    assert fates(lines)["3-0", "4-0"] == ("kept", "kept")
    assert fates(lines)["2-0", None] == ("kept", "absent/no_record")


def test_the_only_new_record_where_one_that_is_not_held_was_is_its_successor(tmp_path):
    broken = "q000000000000000a-0"
    lines = aligned(
        tmp_path,
        [entry("1-0"), entry(broken, "ingest/malformed_json", source_row=1),
         entry("3-0", source_row=2)],
        [entry("1-0"), entry("2-0", source_row=1), entry("3-0", source_row=2)],
    )  # fmt: skip
    assert fates(lines)[broken, "2-0"] == ("ingest/malformed_json", "kept")


def test_a_large_file_that_was_rewritten_is_matched_record_by_record(tmp_path):
    def rows(id, end):
        return [
            entry(f"{id}{n}-0", said=f"{LONG} at {n} o'clock in the town of {n}{end}", source_row=n)
            for n in range(50)
        ]

    lines = aligned(tmp_path, rows("a", ""), rows("b", " today"))
    assert lines.height == 50
    assert (lines["source_row_before"] == lines["source_row_after"]).all()


def test_a_made_row_that_is_gone_was_not_made_again(tmp_path):
    made = {"origin": "augmented", "source_row": None}
    lines = aligned(tmp_path, [entry("1-m", **made)], [entry("2-m", **made)])
    assert fates(lines) == {
        ("1-m", None): ("kept", "absent/not_made"),
        (None, "2-m"): ("absent/not_made", "kept"),
    }


def test_a_record_beyond_the_limit_is_not_gone_from_its_source(tmp_path):
    limited = {"b": {"parameters": {"ingest": {"limit": 1}}}}
    rows = [entry("1-0"), entry("2-0", source_row=1)]
    lines = aligned(tmp_path, rows, rows[:1], **limited)
    assert fates(lines)["2-0", None] == ("kept", "absent/beyond_limit")


def test_of_copies_the_one_that_is_gone_is_named_whatever_its_number(tmp_path):
    copy = "dedup.exact/exact_duplicate"
    lines = aligned(
        tmp_path,
        [entry("1-0", source="gone.jsonl"), entry("1-1", copy, source="z.jsonl"),
         entry("1-2", copy, source="z.jsonl", source_row=1)],
        [entry("1-0", source="z.jsonl"), entry("1-1", copy, source="z.jsonl", source_row=1)],
    )  # fmt: skip
    assert fates(lines)["1-2", None] == (copy, "absent/no_source")


def test_a_renamed_source_loses_no_row(tmp_path):
    rows = [entry(f"{n}-0", source_row=n, source="old.jsonl") for n in range(3)]
    lines = aligned(tmp_path, rows, [{**one, "source": "new.jsonl"} for one in rows])
    assert lines["went"].unique().to_list() == ["stayed"]
    assert lines.select(pl.col("source_before") != pl.col("source_after")).to_series().all()


def test_an_answer_that_was_rewritten_is_an_edit_wherever_the_record_went(tmp_path):
    lines = aligned(
        tmp_path,
        [entry("1-0"), entry("2-0", said=LONG, answer="The moon", source_row=1)],
        [entry("3-0", said=LONG, answer="Because of gravity"), entry("1-0", source_row=1)],
    )
    assert fates(lines)["2-0", "3-0"] == ("kept", "kept")


def test_two_records_with_one_short_answer_are_two(tmp_path):
    lines = aligned(
        tmp_path,
        [entry("1-0"), entry("2-0", said=LONG, answer="Yes", source_row=1)],
        [entry("3-0", said=OTHER, answer="Yes"), entry("1-0", source_row=1)],
    )
    assert not lines["edited"].any()


def test_a_file_that_was_rewritten_and_has_grown_is_matched_by_its_answers(tmp_path):
    def rows(id, asked, shift):
        return [
            entry(f"{id}{n}-0", said=f"{asked} {n}?", answer=f"{LONG}, number {n}",
                  source_row=n + shift)
            for n in range(30)
        ]  # fmt: skip

    grown = [*rows("b", "What of", 1), entry("9-0", said=OTHER, answer="Owls")]
    lines = aligned(tmp_path, rows("a", "Say", 0), grown)
    assert lines["edited"].sum() == 30
    assert lines.filter(went="gained")["id_after"].to_list() == ["9-0"]
