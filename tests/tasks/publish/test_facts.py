"""The numbers of a report add up."""

from tasks.publish import facts
from tasks.publish.gates import Gate
from tests.tasks.publish.small_run import RECORDS

GATE = Gate("min_rows", 1, 5, True, "")


def test_counts_add_up_to_what_was_read(plan, ledger):
    counts = facts.counts(plan, ledger)
    assert counts["records"] == counts["read"] == sum(map(len, RECORDS.values()))
    assert counts["read"] + counts["made"] == sum(
        counts[k] for k in ("kept", "dropped", "quarantined")
    )
    assert (counts["dropped"], counts["quarantined"]) == (5, 1)
    assert counts["edited"] == 2


def test_made_rows_are_not_counted_as_read(plan, ledger):
    made = plan.results[0].report.model_copy(update={"made": 2})
    results = (plan.results[0].model_copy(update={"report": made}), *plan.results[1:])
    counts = facts.counts(plan.model_copy(update={"results": results}), ledger)
    assert (counts["read"], counts["made"]) == (ledger.height - 2, 2)


def test_the_sentence_gives_counts_and_verdict(plan, ledger):
    counts = facts.counts(plan, ledger)
    assert facts.sentence(counts, [GATE]).endswith("1 quarantined; all gates passed.")
    failed = facts.sentence({**counts, "made": 3}, [GATE._replace(passed=False)])
    assert "and 3 made" in failed
    assert failed.endswith("1 gate(s) failed: min_rows.")


def test_the_waterfall_falls_from_read_to_kept_with_a_line_per_stage_and_reason(plan, ledger):
    counts = facts.counts(plan, ledger)
    lines = facts.waterfall(plan, ledger, counts["read"])
    assert [(x["stage"], x["reason"], x["dropped"]) for x in lines] == [
        ("ingest", "malformed_json", 1),
        ("validate.rows", "empty_turn", 1),
        ("dedup.exact", "exact_duplicate", 2),
        ("dedup.exact", "normalised_duplicate", 1),
        ("dedup.near", "near_duplicate", 1),
    ]
    left = counts["read"]
    for line in lines:
        left -= line["dropped"]
        assert line["left"] == left
        assert line["what"]
        assert line["share"] == line["dropped"] / counts["read"]
    assert left == counts["kept"]


def test_a_stage_that_dropped_nothing_has_a_line_too(plan, ledger):
    none = ledger.filter(state="kept")
    lines = facts.waterfall(plan, none, none.height)
    assert (lines[0]["stage"], lines[0]["reason"], lines[0]["dropped"]) == ("ingest", "", 0)


def test_sources_give_and_lose_what_the_ledger_says(plan, ledger):
    lines = {line["name"]: line for line in facts.by_source(plan, ledger)}
    assert list(lines) == ["a.jsonl", "b.jsonl"]
    assert sum(line["rows"] for line in lines.values()) == ledger.height
    for line in lines.values():
        assert line["rows"] == line["kept"] + line["dropped"] + line["quarantined"]
        assert not line["unusual"]  # a handful of rows proves nothing
    assert lines["b.jsonl"]["quarantined"] == 1
    assert lines["a.jsonl"]["worst_reason"] in {
        "exact_duplicate",
        "near_duplicate",
        "normalised_duplicate",
    }


def test_a_source_of_which_nothing_came_has_a_line_of_noughts(plan, ledger):
    lines = facts.by_source(plan, ledger.filter(source="b.jsonl"))
    assert (lines[0]["rows"], lines[0]["share_lost"], lines[0]["worst_reason"]) == (0, 0, "")


def test_histograms_hold_every_row_once(plan):
    for chart in facts.shape(plan):
        assert len(chart["bins"]) == len(chart["raw"]) == len(chart["kept"])
        assert (sum(chart["raw"]), sum(chart["kept"])) == (plan.raw.rows, plan.kept.rows)


def test_bins_hold_their_upper_edge():
    import polars as pl

    values = pl.LazyFrame({"n": [0, 1, 2, 3, 4, 5]})
    assert facts._histogram(values, (1, 4)) == [2, 3, 1]
    assert facts._histogram(values.head(0), (1, 4)) == [0, 0, 0]


def test_speed_is_that_of_the_computation(plan):
    [line] = facts.timings(plan)
    assert line["rows_per_second"] == 20
    idle = plan.timings[0].model_copy(update={"cpu_seconds": 0.0})
    assert facts.timings(plan.model_copy(update={"timings": (idle,)}))[0]["rows_per_second"] is None
