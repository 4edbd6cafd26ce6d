"""People look at a run, by files or in a form, and what they decide is done."""

import json
import os
from pathlib import Path

import polars as pl
import pytest

from flows.curate import curate_files
from flows.dry_run import plan_run
from flows.explain import explain_row
from flows.front import Call
from flows.params import CurateParams
from flows.plain import PlainCourse
from flows.review import review
from flows.reviewing import ITEMS, pull, push
from tasks.base.errors import UsageError
from tasks.ingest.sources import find_sources
from tasks.review.choose import Choice
from tasks.review.params import ReviewParams
from tests.flows.asked import answer_when_asked, form
from tests.flows.command import finery

TENT = "May I return a tent that I have pitched once, and who pays for the parcel back to you?"
YES = "Yes, within thirty days, if it is clean and dry. We pay for the parcel, pegs and all."
PHONE = "+1 415 555 2671"
ROWS = [
    (TENT, YES), (TENT.replace("pitched", "pitchd"), YES),  # a copy but for a slip
    ("How long shall I boil an egg?", "Ten minutes."), ("How long shall I boil an egg?", "Six."),
    (f"Who answers at {PHONE}?", "The desk of the hostel does, until ten at night."),
]  # fmt: skip


@pytest.fixture
def source(tmp_path, monkeypatch):
    monkeypatch.setenv("FINERY_STORE", str(tmp_path / "store"))
    file = tmp_path / "rows.jsonl"
    file.write_text("".join(json.dumps({"instruction": q, "output": a}) + "\n" for q, a in ROWS))
    return file


@pytest.fixture
def curated(source, tmp_path):
    """Curate the rows without Prefect's engine; returns the folder."""

    def run(name, **review):
        files = find_sources([str(source)], tmp_path / "spool")
        params = CurateParams(review=ReviewParams(**review), redact={"audit": {"canaries": 0}})
        course = PlainCourse(str(tmp_path / "store"))
        curate_files(course, files, params, Call(str(tmp_path / name), "a test", []))
        return tmp_path / name

    return run


def ledger(run):
    lines = pl.read_parquet(run / "ledger.parquet").sort("source_row")
    return lines.select("id", "state", "reason", "detail", "edits").rows(named=True)


def pushed(run, **how):
    """Push as JSON lines; the lines as written, and the file."""
    out = run.parent / f"{run.name}-rows.jsonl"
    push(run, out, Choice(**{"rows": 4, "random_share": 0.25, "wanted": 1, **how}), "jsonl")
    return [json.loads(line) for line in out.read_text().split("\n") if line], out


def answered(lines, out, decisions):
    """Fill in a pushed file: `decisions` are a decision, or a decision and a text, by row."""
    for line in lines:
        decision, *text = decisions.get(line["row"], [""])
        line |= {"decision": decision, "edited_answer": text[0] if text else "", "person": "anna"}
    out.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return out


def test_what_people_decided_is_done_by_the_next_run_and_stands_in_its_ledger(curated):
    first = curated("first")
    before = ledger(first)
    assert [one["state"] for one in before] == ["kept", "dropped", "kept", "kept", "kept"]
    slip, ten, six = (before[n]["id"] for n in (1, 2, 3))
    lines, out = pushed(first)
    asked = {line["row"] for line in lines}
    assert slip in asked
    assert asked & {ten, six}
    wrong = next(iter(asked & {ten, six}))
    other = before[4]["id"]
    answered(lines, out, {slip: ["keep"], wrong: ["edit", "Seven minutes, in boiling water."]})
    found = pull(first, [out])
    assert found.facts["decisions"]["overturned"] == 2
    second = curated("second", decisions=str(first / "review.parquet"))
    after = {one["id"]: one for one in ledger(second)}
    assert after[slip]["reason"] == "kept_by_review"
    assert "dedup.near would have dropped it: near_duplicate" in after[slip]["detail"]
    assert (after[wrong]["reason"], after[wrong]["edits"]) == ("edited_by_review", ["review.edits"])
    assert after[other]["reason"] is None
    texts = (second / "train.jsonl").read_text() + (second / "validation.jsonl").read_text()
    assert "Seven minutes, in boiling water." in texts + (second / "test.jsonl").read_text()
    assert "kept_by_review: 1 of 1 people: keep" in explain_row(second, slip)
    report = json.loads((second / "report.json").read_text())
    assert report["review"]["sentence"] in (second / "report.html").read_text().replace("P", "p")
    assert report["review"]["spared"] == {"dedup.near/near_duplicate": 1}


def test_rows_that_people_reject_leave_with_a_reason_and_their_votes(curated):
    first = curated("first")
    lines, out = pushed(first)
    rejected = next(line["row"] for line in lines if line["state"] == "kept")
    pull(first, [answered(lines, out, {rejected: ["drop"]})])
    second = curated("second", decisions=str(first / "review.parquet"))
    line = next(one for one in ledger(second) if one["id"] == rejected)
    assert (line["state"], line["reason"]) == ("dropped", "rejected_by_review")
    assert line["detail"] == "1 of 1 people: drop"


def test_without_decisions_nothing_changes_and_with_the_switch_off_neither(curated):
    first, again = curated("first"), curated("again")
    lines, out = pushed(first)
    pull(first, [answered(lines, out, {lines[0]["row"]: ["keep"], lines[1]["row"]: ["drop"]})])
    off = curated("off", decisions=str(first / "review.parquet"), enabled=False)
    for name in ("data.parquet", "ledger.parquet", "train.jsonl"):
        body = (first / name).read_bytes()
        assert (again / name).read_bytes() == body
        assert (off / name).read_bytes() == body


def test_nobody_is_shown_what_the_redaction_took_out(curated):
    lines, out = pushed(curated("first"), rows=20, random_share=1.0)
    assert "555" not in out.read_text()
    assert not any("review" in path.name and PHONE.encode() in path.read_bytes()
                   for path in out.parent.rglob("*") if path.is_file())  # fmt: skip
    assert lines


def test_a_push_and_a_pull_that_cannot_be_say_why(curated, tmp_path, monkeypatch):
    run = curated("first")
    with pytest.raises(UsageError, match="nothing was asked about"):
        pull(run, [tmp_path / "x.jsonl"])
    lines, out = pushed(run)
    with pytest.raises(UsageError, match="no answer in"):
        pull(run, [out])
    answered(lines, out, {lines[0]["row"]: ["keep"]})
    pull(run, [out])
    before = (run / "review.parquet").read_bytes()
    stray = tmp_path / "stray.jsonl"
    stray.write_text(json.dumps({"item": "of another run", "decision": "keep"}) + "\n")
    with pytest.raises(UsageError, match=r"1 × unknown_item.*nothing was written"):
        pull(run, [stray])
    assert (run / "review.parquet").read_bytes() == before
    with pytest.raises(UsageError, match="answers may be in it"):
        push(run, out, Choice(rows=3), "jsonl")
    curated("first", decisions=str(_decided(tmp_path)))  # the folder is another run's by now
    with pytest.raises(UsageError, match="was written anew since the push"):
        pull(run, [out])
    with pytest.raises(UsageError, match="holds no finished run"):
        push(tmp_path / "nowhere", tmp_path / "y.jsonl", Choice(), "jsonl")
    monkeypatch.setenv("FINERY_STORE", str(tmp_path / "other"))
    with pytest.raises(UsageError, match="are not in the store"):
        push(run, tmp_path / "y.jsonl", Choice(), "jsonl")


def _decided(folder):
    file = folder / "decisions.parquet"
    ids = pl.read_parquet(folder / "first" / "ledger.parquet")["id"]
    pl.DataFrame({"id": [ids[0]], "decision": ["drop"]}).write_parquet(file)
    return file


def test_a_dry_run_says_that_it_would_wait_and_asks_nobody(source, tmp_path, capsys):
    files = find_sources([str(source)], tmp_path / "spool")
    plan_run(files, CurateParams(review=ReviewParams(wait=True)), as_json=False)
    assert "waits for people, 24 hours at most" in capsys.readouterr().out


def test_the_command_pushes_and_pulls_and_says_what_to_do_next(curated, tmp_path):
    run, out = curated("first"), tmp_path / "sheet.csv"
    env = {**os.environ, "FINERY_STORE": str(tmp_path / "store")}
    done = finery("review", "push", run, "--out", out, "--format", "csv", "--rows", 4, env=env)
    assert (done.returncode, "finery review pull" in done.stdout) == (0, True), done.stderr
    sheet = pl.read_csv(out).with_columns(decision=pl.lit("keep"), person=pl.lit("p"))
    sheet.write_csv(out)
    done = finery("review", "pull", run, out, env=env)
    assert (done.returncode, "review.decisions=" in done.stdout) == (0, True), done.stderr
    assert {"review.parquet", "review.json", "review.md", ITEMS} <= {p.name for p in run.iterdir()}
    wrong = finery("review", "push", run, "--out", out, "--format", "word", env=env)
    assert (wrong.returncode, "there are jsonl, csv" in wrong.stderr) == (2, True)


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr("flows.asking.POLL", 1)


@pytest.mark.prefect
def test_a_run_that_waits_goes_on_with_what_a_person_filled_in(
    prefect_server, fresh_store, quick, tmp_path
):
    from flows.curate import curate

    file = tmp_path / "rows.jsonl"
    file.write_text("".join(json.dumps({"instruction": q, "output": a}) + "\n" for q, a in ROWS))
    shown = {}

    def answers(client, run):
        shown["form"] = form(client, run)
        refused = client.resume_flow_run(run.id, run_input={"row_1": "perhaps"})
        shown["refused"] = str(refused.details)
        return {"row_1": "keep", "row_1_why": f"call {PHONE}", "row_2": "drop"}

    thread = answer_when_asked("curate", answers)
    out = tmp_path / "out"
    done = curate([str(file)], str(out), review=ReviewParams(wait=True, rows=2))
    thread.join()
    assert "not one of ['undecided', 'keep', 'drop']" in shown["refused"]
    assert shown["form"].fields["row_1"]["enum"] == ["undecided", "keep", "drop"]
    assert "### Row 2: " in shown["form"].description
    assert "edit:" not in shown["form"].description
    assert "555" not in shown["form"].description
    assert (done.kept, done.dropped) == (4, 1)
    reasons = {one["reason"] for one in ledger(out)}
    assert {"kept_by_review", "rejected_by_review"} <= reasons
    facts = json.loads((out / "review.json").read_text())
    assert facts["decisions"]["overturned"] == 2
    assert "555" not in (out / "review.parquet").read_bytes().decode("latin-1")


@pytest.mark.prefect
def test_a_run_that_nobody_answers_goes_on_by_itself_and_says_so(
    prefect_server, fresh_store, quick, tmp_path
):
    from flows.curate import curate

    file = tmp_path / "rows.jsonl"
    file.write_text("".join(json.dumps({"instruction": q, "output": a}) + "\n" for q, a in ROWS))
    patience = 1 / 3600
    curate([str(file)], str(tmp_path / "out"), review=ReviewParams(wait=True, patience=patience))
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert [one["why"] for one in report["skipped"] if one["check"] == "review"] == [
        "nobody answered in time, and the rules' word stands"
    ]
    assert not (tmp_path / "out" / "review.json").exists()


@pytest.mark.prefect
def test_the_flow_review_asks_about_a_finished_run_and_writes_down_the_answers(
    prefect_server, curated, quick
):
    run = curated("first")
    thread = answer_when_asked("review", lambda _client, _run: {"row_1": "keep"})
    facts = review(str(run), rows=2)
    thread.join()
    assert facts["decisions"]["keep"] == 1
    decided = pl.read_parquet(Path(run, "review.parquet"))
    assert decided["decision"].to_list() == ["keep"]


def test_files_of_one_name_are_of_two_people_and_one_file_given_twice_is_of_one(curated, tmp_path):
    run = curated("first")
    lines, _ = pushed(run, wanted=2)
    files = []
    for name in ("anna", "ben"):
        (tmp_path / name).mkdir()
        files.append(answered(lines, tmp_path / name / "rows.jsonl", {lines[0]["row"]: ["keep"]}))
        text = files[-1].read_text().replace('"person": "anna"', '"person": ""')
        files[-1].write_text(text)
    assert pull(run, files, 2).facts["decisions"]["keep"] == 1
    assert pull(run, [files[0], files[0]], 2).facts["decisions"]["undecided"] == {"too_few": 1}


def test_what_a_person_writes_is_held_to_the_same_rules_as_a_source(curated, tmp_path):
    run = curated("first")
    lines, out = pushed(run)
    row = pl.read_parquet(run / "review-items.parquet").filter("editable")["row"][0]
    said = "My name is Zebulon Quackenbush and I live alone. My wife was born on 04/03/1977."
    answered(lines, out, {row: ["edit", said], lines[-1]["row"]: ["keep"]})
    with out.open("a") as file:
        slipped = "Ask Zebulon Quackenbush, zeb.q@privatmail-demo.de\x00"
        file.write(json.dumps({"item": slipped, "decision": "keep"}) + "\n")
    faults = {one["fault"]: one for one in pull(run, [out]).facts["faults"]}
    assert faults["edit_holds_personal_data"]["submissions"] == 1
    told = (run / "review.json").read_text() + (run / "review.md").read_text()
    assert "unknown_item" in told
    assert not any(word in told for word in ("Quackenbush", "zeb.q", "\\u0000"))
