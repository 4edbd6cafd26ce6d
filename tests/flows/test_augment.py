"""`finery augment`, end to end, with a writer over real HTTP."""

import json
from pathlib import Path

import polars as pl
import pytest

from flows.augment import augment
from flows.explain import explain_row
from flows.params import AugmentParams, ScoreParams
from tasks.base.errors import UsageError
from tasks.llm.params import LlmParams
from tests.fault_server import FaultServer
from tests.flows.test_score import source
from tests.tasks.augment.test_synthesise import fresh
from tests.tasks.augment.writer import GROWN, Dear, Writer

pytestmark = [pytest.mark.prefect, pytest.mark.usefixtures("prefect_server")]
MAIL = "jane.roe@mail-example.org"
DEPTH = ["constrain", "deepen", "concretise", "reason", "complicate"]


def run(server, folder, llm=None, **more):
    evolve = {"seeds": 20, "operators": DEPTH, **more}
    given = LlmParams(endpoint=server.url, model="writer", **(llm or {}))
    params = AugmentParams.model_validate({"evolve": evolve})
    augment([source(folder)], str(folder / "out"), llm=given, augment=params)
    report = json.loads((folder / "out" / "report.json").read_text())
    return report, pl.read_parquet(folder / "out" / "ledger.parquet")


def half(prompt):
    """Every other prompt is only said again."""
    return prompt if len(prompt) % 2 else prompt + GROWN


def test_every_made_row_has_a_fate_and_the_books_are_balanced(fresh_store, tmp_path):
    with FaultServer(Writer(rewrite=half)) as server:
        report, ledger = run(server, tmp_path)
    counts = report["counts"]
    assert counts["made"] == 20
    assert counts["read"] + 20 == counts["kept"] + counts["dropped"] + counts["quarantined"]
    made = ledger.filter(pl.col("origin") != "human")
    assert made.height == 20
    assert made["parent"].null_count() == 0
    assert set(made["parent"]) <= set(ledger.filter(origin="human")["id"])
    assert set(made["source_row"]) == {None}
    lost = made.filter(state="dropped")
    assert set(lost["reason"]) == {"copied_seed"}
    assert 0 < lost.height < 20
    assert [w["left"] for w in report["waterfall"]][-1] == counts["kept"]


def test_survivors_are_released_with_their_recipe_on_the_side_of_their_parents(
    fresh_store, tmp_path
):
    with FaultServer(Writer()) as server:
        run(server, tmp_path)
    rows = pl.read_parquet(tmp_path / "out" / "data.parquet")
    made = rows.filter(origin="augmented")
    assert made.height == 20
    recipes = [json.loads(meta)["recipe"] for meta in made["meta"]]
    assert {recipe["model"] for recipe in recipes} == {"writer"}
    assert not [recipe for recipe in recipes if "fault" in recipe]
    sides = dict(rows.select("id", "split").iter_rows())
    assert [sides[parent] for parent in made["parent"]] == made["split"].to_list()
    written = "".join((tmp_path / "out" / f"{s}.jsonl").read_text()
                      for s in ("train", "validation", "test"))  # fmt: skip
    assert written.count("a child would understand") == 20


def test_the_page_shows_operators_failures_and_survivors(fresh_store, tmp_path):
    with FaultServer(Writer(rewrite=half)) as server:
        report, ledger = run(server, tmp_path)
    page = (tmp_path / "out" / "report.html").read_text()
    assert "What was made" in page
    assert "survivors beside their parents" in page
    operators = report["evolution"]["operators"]
    assert sum(one["made"] for one in operators) == 20
    assert report["evolution"]["origins"]["human"] == 60
    some = ledger.filter(reason="copied_seed")["id"][0]
    told = explain_row(tmp_path / "out", some)
    assert "made (augmented)" in told
    assert "the rewritten prompt is its parent, or a part of it" in told


def test_what_a_model_writes_is_redacted_too(fresh_store, tmp_path):
    writer = Writer(answer=lambda p: f"Write to {MAIL}, who has three reasons and an example.")
    with FaultServer(writer) as server:
        run(server, tmp_path)
    files = [f for f in Path(tmp_path / "out").rglob("*") if f.is_file()]
    assert not [f.name for f in files if MAIL.encode() in f.read_bytes()]
    made = pl.read_parquet(tmp_path / "out" / "data.parquet").filter(origin="augmented")
    assert made.height == 20
    assert all("<EMAIL" in turns[-1]["content"] for turns in made["messages"].to_list())


def test_a_second_run_pays_nothing_and_a_cut_one_goes_on(fresh_store, tmp_path):
    with FaultServer(Dear()) as server:
        cap = {"budget": {"tokens": 15_000}, "concurrency": 2}
        first, _ = run(server, tmp_path, llm=cap)
        assert first["evolution"]["unanswered"]["budget_reached"] > 0
        whole, ledger = run(server, tmp_path)
        paid, page = sum(server.asked.values()), (tmp_path / "out/report.html").read_bytes()
        again, same = run(server, tmp_path)
        assert sum(server.asked.values()) == paid
    assert set(server.answered.values()) == {1}, "no question was paid for twice"
    assert whole["counts"]["made"] == 20
    assert same.equals(ledger)
    assert again["cost"]["calls"] == 0
    assert (tmp_path / "out/report.html").read_bytes() == page


def test_without_a_model_nothing_is_made_and_the_run_says_how_to_get_one(fresh_store, tmp_path):
    augment([source(tmp_path)], str(tmp_path / "out"))
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert report["counts"]["made"] == 0
    [told] = [s for s in report["skipped"] if s["check"] == "evolving prompts"]
    assert "llm.endpoint" in told["unlock"]


def test_made_rows_may_be_scored_like_any_other(fresh_store, tmp_path):
    with FaultServer(Writer()) as server:
        llm = LlmParams(endpoint=server.url, model="writer")
        given = AugmentParams.model_validate({"evolve": {"seeds": 5, "operators": DEPTH}})
        score = ScoreParams.model_validate({"enabled": True, "judge": {"endpoint": "none"}})
        augment([source(tmp_path)], str(tmp_path / "out"), llm=llm, augment=given, score=score)
    rows = pl.read_parquet(tmp_path / "out" / "data.parquet")
    assert rows["score_complexity"].null_count() == 0
    assert rows.filter(origin="augmented").height == 5


def test_records_become_rows_that_name_nobody_and_the_mix_is_held(fresh_store, tmp_path):
    table = tmp_path / "patients.csv"
    table.write_text("name,plant,days\nQuillon Ferngrove,fern,2\nOtta Mossby,moss,3\n"
                     "Ivy Stone,Ivy Stone rose,4\n")  # fmt: skip
    templates = tmp_path / "t.yaml"
    templates.write_text(
        "name: plants\nversion: 1\ntemplates:\n  - name: water\n"
        "    prompt: 'How often does a {{ record.plant }} want water in a dry summer?'\n"
        "    answer: 'Every {{ record.days }} days.'\n"
    )
    given = AugmentParams.model_validate({
        "records": {"tables": [str(table)], "templates": str(templates)},
        "balance": {"max_synthetic": 0.02},
    })  # fmt: skip
    augment([source(tmp_path)], str(tmp_path / "out"), augment=given)
    ledger = pl.read_parquet(tmp_path / "out" / "ledger.parquet").filter(origin="synthetic")
    fates = dict(ledger["reason"].fill_null("kept").value_counts().iter_rows())
    assert fates == {"identifies_person": 1, "kept": 1, "surplus_origin": 1}
    assert set(ledger["source"]) == {"patients.csv"}
    for file in (tmp_path / "out").rglob("*.*"):
        text = file.read_bytes()
        assert b"Quillon" not in text
        assert b"Mossby" not in text
    arms = pl.read_parquet(tmp_path / "out" / "arms.parquet")
    assert arms["arm"].value_counts()["count"].n_unique() == 1
    page = (tmp_path / "out" / "report.html").read_text()
    assert "The mix" in page
    assert "no model was asked" in page


def test_a_table_that_is_not_there_is_a_clear_error(fresh_store, tmp_path):
    given = AugmentParams.model_validate({"records": {"tables": ["nowhere.csv"]}})
    with pytest.raises(UsageError, match=r"nowhere\.csv"):
        augment([source(tmp_path)], str(tmp_path / "out"), augment=given)


def test_new_rows_are_written_checked_and_laid_out_for_people(fresh_store, tmp_path):
    def sums(prompt):
        return "It is 2 + 2 = 5." if "zinc" in prompt else "It is 2 + 2 = 4, and felt is warm."

    given = AugmentParams.model_validate(
        {"evolve": {"enabled": False}, "synthesise": {"rows": 6, "topics": 2}}
    )
    with FaultServer(Writer(new=fresh, answer=sums)) as server:
        llm = LlmParams(endpoint=server.url, model="writer")
        augment([source(tmp_path)], str(tmp_path / "out"), llm=llm, augment=given)
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert report["counts"]["made"] == 6
    ledger = pl.read_parquet(tmp_path / "out" / "ledger.parquet").filter(origin="synthetic")
    assert dict(ledger["reason"].fill_null("kept").value_counts().iter_rows()) == {
        "kept": 5, "wrong_calculation": 1}  # fmt: skip
    review = pl.read_ndjson(tmp_path / "out" / "review.jsonl")
    assert set(review["id"]) <= set(ledger.filter(state="kept")["id"])
    assert "unchecked, not right" in (tmp_path / "out" / "report.html").read_text()


def test_a_dry_run_prices_what_is_written(fresh_store, tmp_path):
    from flows.params import AugmentRunParams
    from flows.price import rows_as_read
    from flows.price_augment import price_evolve, price_records, price_synthesis, price_verify
    from tasks.ingest.sources import find_sources

    sums, templates = tmp_path / "sums.csv", tmp_path / "sums.yaml"
    sums.write_text("a,b\n1,2\n3,4\n")
    templates.write_text(
        "name: sums\nversion: 1\ntemplates:\n"
        "  - {name: last, prompt: 'Repeat {{ record.a }}.', answer: '{{ record.b }}'}\n"
        "  - {name: say, prompt: 'Say {{ record.a }} in words.', answer: 'It is a word.'}\n"
    )
    llm = LlmParams(endpoint="http://127.0.0.1:9/v1", model="w")
    given = AugmentParams.model_validate(
        {
            "evolve": {"seeds": 10, "check_gain": False},
            "synthesise": {"rows": 7},
            "records": {"tables": [str(sums)], "templates": str(templates), "phrase": True},
            "verify": {"samples": 3, "max_tokens": 50},
        }
    )
    params = AugmentRunParams(llm=llm, augment=given)
    with rows_as_read(find_sources([source(tmp_path)], tmp_path / "spool"), params) as rows:
        [evolving], [writing] = price_evolve(rows, params), price_synthesis(rows, params)
        [wording], checking = price_records(rows, params), price_verify(rows, params)
    assert evolving.calls == 10 * 4, "rewrite, answer, and compare in both orders"
    assert writing.calls == 7 * 2
    assert [line.calls for line in checking] == [10 * 3, 7 * 3, 2 * 3]
    assert [line.tokens_out for line in checking] == [10 * 3 * 50, 7 * 3 * 50, 2 * 3 * 50]
    assert wording.calls == 4
