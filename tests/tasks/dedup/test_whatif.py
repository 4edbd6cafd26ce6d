"""What another threshold would drop, from stored pairs alone."""

import polars as pl
import pytest

from tasks.dedup.near import NearDedupParams, mark_near_twins
from tasks.dedup.whatif import PAIRS, would_drop
from tests.builders import row, table


def pairs(*listed):
    lines = [("dedup.near", a, b, score, by, None, verdict) for a, b, score, by, verdict in listed]
    return pl.DataFrame(lines, schema=PAIRS, orient="row")


@pytest.mark.parametrize(
    ("threshold", "drops"), [(0.5, (2, 3)), (0.7, (2, 3)), (0.8, (1, 2)), (0.95, (1, 1))]
)
def test_pairs_that_were_never_asked_about_leave_a_range(threshold, drops):
    found = pairs(
        ("a", "b", 0.7, "words", "same"),
        ("a", "c", 0.9, "words", None),
        ("d", "e", 0.2, "characters", "same"),  # no threshold of words is theirs
        ("f", "g", 0.9, "words", "other_words"),
    )
    assert would_drop(found, threshold, "survivor") == drops


def test_no_pair_no_drop():
    assert would_drop(pairs(), 0.5, "connected") == (0, 0)


@pytest.mark.parametrize("families", ["survivor", "connected"])
def test_it_is_what_a_second_run_drops(families):
    told = "The ferry leaves the old harbour at dawn and takes the long way around the lighthouse"
    texts = [told, told + " today", "Well, " + told, told.replace("long", "lnog"), told[:60]]
    rows = [row(f"r{n}", "When does the ferry leave the harbour?", t) for n, t in enumerate(texts)]
    first = mark_near_twins(table(*rows), NearDedupParams(families=families))
    assert first.evidence is not None
    stored = first.evidence.rename({"jaccard": "score"}).with_columns(stage=pl.lit("dedup.near"))
    for threshold in (0.5, 0.6, 0.7, 0.8, 0.9):
        again = NearDedupParams(families=families, threshold=threshold)
        dropped = mark_near_twins(table(*rows), again).rows.collect()["drop_reason"].count()
        least, most = would_drop(stored, threshold, families)
        assert least <= dropped <= most
