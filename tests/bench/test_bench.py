"""The benchmarks run, count what they say they count, and skip what has no data."""

import json
import random
import tarfile
from pathlib import Path

import polars as pl
import pytest

from tasks.dedup.items.read import ITEMS
from tasks.redact.rule import Span
from tasks.score.attack import own_attacks
from tests.bench import (
    attack,
    data,
    door,
    encoder,
    guard,
    lcdb,
    likelihood,
    passport,
    planted,
    protected,
    redaction,
    redaction_cost,
    run,
    spans,
)
from tests.bench import scaling as scaling_bench
from tests.bench import semantic as semantic_bench
from tests.bench.damage import KINDS, restored
from tests.bench.data import Text
from tests.bench.labelled import back_translations, filled, text2sql
from tests.bench.runs import run as run_child
from tests.bench.section import Section, Share, share
from tests.bench.spent import Spent, measured
from tests.bench.variants import OTHER, SAME, variants
from tests.fault_server import Fault, FaultServer

TOWNS = ("Lisbon", "Porto", "Bergen", "Oslo", "Graz", "Linz", "Turku", "Espoo", "Gdansk", "Lublin")
DISHES = ("stew", "soup", "pie", "salad", "risotto", "dumplings", "pancakes", "omelette")


def texts() -> list[Text]:
    """Distinct rows with names, numbers and line ends in them."""
    return [
        Text(
            f"Tell me how people in {town} prepare {dish} for {2 + at} guests from Ghent in winter",
            f"Cooks in {town} chop herbs & roots slowly and season the {dish} – it’s worth it.\n"
            f"They let everything simmer for {20 + at} minutes before serving the {dish} warm.",
        )
        for at, (town, dish) in enumerate((t, d) for t in TOWNS for d in DISHES)
    ]


def test_a_section_becomes_a_table_with_numbers_to_the_right() -> None:
    section = Section("n", "Title", "Note.", [{"what": "a", "rows": 12345, "part": Share(0.5)}])

    assert section.markdown().splitlines() == [
        "### Title", "", "Note.", "",
        "| what | rows | part |", "| --- | ---: | ---: |", "| a | 12,345 | 50.0 % |",
    ]  # fmt: skip
    assert json.loads(json.dumps(section.facts()))["rows"] == [
        {"what": "a", "rows": 12345, "part": 0.5}
    ]


def test_a_share_of_nothing_is_a_dash_not_a_zero() -> None:
    assert share(0, 0) == "–"
    assert share(0, 4) == 0.0


def test_what_a_block_costs_adds_up() -> None:
    spent = Spent()
    for _ in range(2):
        before = spent.cpu
        with measured(spent):
            sum(range(200_000))
        assert spent.cpu > before


def test_values_go_into_the_query_so_another_value_is_another_meaning() -> None:
    sql = 'SELECT * FROM c WHERE dept = "department0" AND n = number0'

    one = filled("May I take department0 number0 ?", "May I take EECS 550 ?", sql)
    other = filled("Is department0 number0 open ?", "Is EECS 550 open ?", sql)

    assert one == 'SELECT * FROM c WHERE dept = "EECS" AND n = 550' == other
    assert filled("Is department0 number0 open ?", "Is EECS 551 open ?", sql) != one


def test_a_text_that_is_not_of_its_template_is_refused() -> None:
    with pytest.raises(ValueError, match="no text of its template"):
        filled("Is number0 open ?", "Was 550 closed ?", "number0")


@pytest.mark.skipif(bool(why := data.missing(data.TEXT2SQL, data.BACK_TRANSLATED)), reason=str(why))
def test_labels_come_in_groups_of_one_meaning() -> None:
    questions, dialogues = text2sql(with_answer=False), back_translations()

    assert len(set(questions.meanings)) < len(questions.meanings) == len(questions.texts)
    assert set(pl.Series(dialogues.meanings).value_counts()["count"]) == {2}


@pytest.mark.parametrize("name", [*SAME, *OTHER])
def test_variants_differ_from_their_row_and_are_the_same_for_the_same_seed(name: str) -> None:
    kind = {**SAME, **OTHER}[name]

    made = variants(texts(), kind, 10, seed=7)

    assert len(made) == 10
    assert all(one != other for one, other in made)
    assert made == variants(texts(), kind, 10, seed=7) != variants(texts(), kind, 10, seed=8)


def test_a_short_prompt_gets_no_variant() -> None:
    assert variants([Text("Name a town", "Lisbon")], SAME["typos"], 10, seed=0) == []


def test_each_kind_of_variant_is_counted_over_its_own_pairs() -> None:
    lines = {line["kind"]: line for line in guard.kinds(texts(), seed=0)}

    assert set(lines) == {*SAME, *OTHER}
    assert lines["typos"]["pairs"] == len(texts())
    assert lines["typos"]["merged"] == 1.0
    assert lines["another number in the prompt"]["merged"] == 0.0


def test_every_kind_of_damage_does_damage_and_is_undone() -> None:
    chance = random.Random(0)
    sound = texts()[0].answer

    assert all(kind(sound, chance) not in (None, sound) for kind in KINDS.values())
    lines, touched = restored(texts(), seed=0)
    assert touched == 0
    assert {line["damage"]: line["restored exactly"] for line in lines} == dict.fromkeys(KINDS, 1.0)


def test_a_run_in_a_fresh_process_says_what_every_stage_cost(tmp_path: Path) -> None:
    source = tmp_path / "rows.jsonl"
    rows = [{"instruction": text.prompt, "output": text.answer} for text in texts()]
    source.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")

    found = run_child("plain", source, tmp_path)

    assert {"ingest.read", "redact.pii", "dedup.near", "publish.release"} <= set(found.stages)
    assert 0 < sum(spent.cpu for spent in found.stages.values()) <= found.total.cpu
    assert found.command.cpu > found.total.cpu
    assert found.peak_megabytes > 50
    assert (tmp_path / "out/manifest.json").exists()


def test_a_run_that_fails_says_why(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="the plain run failed"):
        run_child("plain", tmp_path / "nothing.jsonl", tmp_path)


def test_sections_without_their_data_say_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("BENCH", "TEXT2SQL", "BACK_TRANSLATED", "LABELLED_PII"):
        for module in (data, run, guard, likelihood, attack, semantic_bench, redaction):
            monkeypatch.setattr(module, name, data.SHARED / "gone.parquet", raising=False)
    monkeypatch.setattr(passport, "PANDALM", data.SHARED / "gone.parquet")
    monkeypatch.setattr(lcdb, "fetch", lambda: None)

    sections = [name for name in run.SECTIONS if name != "door"]  # it makes its own data
    only = [part for name in sections for part in ("--only", name)]
    code = run.main(["--rows", "200", "--json", str(tmp_path / "facts.json"), *only])

    assert code == 0
    assert capsys.readouterr().out.count("skipped: it needs") == len(sections)
    assert set(sections) < set(json.loads((tmp_path / "facts.json").read_text()))


@pytest.mark.skipif(bool(why := data.missing(passport.PANDALM)), reason=str(why))
def test_judges_of_known_worth_get_the_passport_that_they_earn() -> None:
    section = passport.passports(pairs=0)

    verdicts = {line["judge"]: line["verdict"] for line in section.rows}
    assert verdicts == {
        "people": "–", "copycat": "pass", "longer wins": "fail", "first wins": "fail",
        "coin": "fail",
    }  # fmt: skip
    assert section.rows[0]["agreement"] == "0.88 (0.82 to 0.94)"


def test_asking_a_server_says_what_it_cost(fault_server: FaultServer) -> None:
    found = door.ask(fault_server.url, 60, 4)
    row = door.row(4, 60, 0.05, found)

    assert sum(fault_server.answered.values()) == 60 + 4
    assert min(found.before, found.after) > 0  # what earlier tests held may be let go meanwhile
    assert row["of what concurrency allows"] == pytest.approx(60 / found.wall / (4 / 0.05))


def test_a_server_that_does_not_answer_is_no_measurement(fault_server: FaultServer) -> None:
    fault_server.reply = lambda _path, _body: Fault(400)

    with pytest.raises(RuntimeError, match="call_rejected"):
        door.ask(fault_server.url, 5, 2)


@pytest.mark.skipif(bool(why := data.missing(data.BENCH)), reason=str(why))
def test_the_bench_rows_give_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert run.main(["--rows", "200", "--only", "injected", "--only", "damage"]) == 0

    out = capsys.readouterr().out
    assert "| typos | merged |" in out
    assert "| mojibake |" in out


def test_a_fifth_of_the_answers_is_passed_on_and_each_that_differs_is_marked() -> None:
    rows = [*texts(), *(Text(f"Is {at} a number?", "Yes.") for at in range(20))]
    mixed, wrong = encoder.mix(rows)

    changed = [was != now for was, now in zip(rows, mixed, strict=True)]
    assert changed == (wrong == 1).tolist()
    assert sorted(now.answer for now in mixed) == sorted(was.answer for was in rows)
    assert [now.prompt for now in mixed] == [was.prompt for was in rows]
    assert 0.1 < wrong.mean() <= 0.2


@pytest.mark.skipif(bool(why := data.missing(data.BENCH)), reason=str(why))
def test_swapped_answers_are_measured_on_few_rows_as_on_many() -> None:
    found = encoder.told_apart(data.bench_texts(400), "static")

    assert (found["rows"], found["encoder"]) == (400, "static")
    assert 70 < int(found["swapped"]) <= 80
    assert float(found["AUC of the cosine"]) < float(found["AUC"]) < 1


@pytest.mark.skipif(bool(why := data.missing(data.BENCH)), reason=str(why))
def test_the_rule_for_demands_is_measured(capsys: pytest.CaptureFixture[str]) -> None:
    assert run.main(["--rows", "200", "--only", "injection"]) == 0

    assert f"| attacks on judges | {len(own_attacks())} |" in capsys.readouterr().out


@pytest.mark.parametrize("rows", ["0", "-1", "60001", "many"])
def test_a_number_of_rows_that_the_bench_set_has_not_is_refused(
    rows: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        run.main([f"--rows={rows}"])

    assert f"'{rows}' is no number from 1 to 60,000" in capsys.readouterr().err


def archive(folder: Path) -> Path:
    """An archive as LCDB's, with 40 falling curves of one learner."""
    chance = random.Random(0)
    lines = ["openmlid,learner,size_train,outer_seed,inner_seed,score_test"]
    for dataset in range(40):
        for size in (16 * 2 ** (n / 2) for n in range(21)):
            for seed in range(10):
                right = 1 - (0.1 + (0.5 + dataset / 100) * size**-0.3) + chance.gauss(0, 0.002)
                lines.append(f"{dataset},tree,{size:.0f},{seed},0,{right:.5f}")
    table = folder / "database-accuracy.csv"
    table.write_text("\n".join(lines))
    packed = folder / "lcdb.tar.gz"
    with tarfile.open(packed, "w:gz") as tar:
        tar.add(table, "lcdb-0.1.0/lcdb/database-accuracy.csv")
    return packed


def test_curves_are_seen_up_to_a_quarter_and_no_dataset_is_in_both_halves(tmp_path: Path) -> None:
    found = lcdb.cases(lcdb.curves(archive(tmp_path), "accuracy"), 3, 6, 0)

    assert len(found) == 40
    one = found[0]
    assert one.values.shape == (6, 3)
    assert one.at[1] == pytest.approx(4 * one.sizes[-1], rel=0.01)
    assert one.values.mean(axis=1)[0] > one.now > one.truth[0] > one.truth[1]
    first, second = lcdb.halves(found, 0)
    assert not {case.dataset for case in first} & {case.dataset for case in second}


def test_forecasts_and_verdicts_of_curves_are_tables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed = archive(tmp_path)
    monkeypatch.setattr(lcdb, "fetch", lambda: packed)
    monkeypatch.setattr(scaling_bench, "SETTINGS", (("accuracy", 3, 6),))

    for line in scaling_bench.curves().rows:
        assert 0.5 <= line["covered"] <= 1
        assert line["error"] < line["doubling rule"]
    assert sum(line["curves"] for line in scaling_bench.verdicts().rows) == 20


@pytest.mark.skipif(bool(why := data.missing(data.BENCH)), reason=str(why))
def test_planted_defects_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scaling_bench, "SIZES", (50, 100, 200, 400))
    monkeypatch.setattr(scaling_bench, "SEEDS", 2)
    monkeypatch.setattr(scaling_bench, "HELD", 60)
    monkeypatch.setattr(scaling_bench, "POOL", 600)

    *lines, last = scaling_bench.defects().rows
    coverage = next(line for line in lines if line["measure"] == "coverage")
    assert float(coverage["duplicated: worth"]) == pytest.approx(0.5, abs=0.02)
    assert last["swapped: worse"] == last["duplicated: worse"] == 1


def test_protected_items_are_found_by_the_stage_and_by_force_and_counted() -> None:
    asked = [one.prompt for one in texts()[:3]]
    lines = [(f"t#{n}", "t", one, None, None) for n, one in enumerate(asked)]
    items = pl.DataFrame(lines, schema=ITEMS, orient="row")
    rows = data.as_rows([Text(one.prompt + " Thank you.", one.answer) for one in texts()])

    assert protected.forced(rows, items) >= {0, 1, 2}
    line = protected.found("made", rows, items, force=True)
    assert (line["exact"], line["number"], line["items"]) == (3, len(texts()), 3)


def test_spans_are_held_to_labels_by_what_they_cover() -> None:
    text = "Ann Lee of 12 Oak Road, Ghent, wrote to Bob on Monday."
    gold = [Span(0, 7, "PERSON"), Span(11, 22, "ADDRESS"), Span(24, 29, "LOCATION"),
            Span(40, 43, "PERSON")]  # fmt: skip
    said = [Span(0, 3, "PERSON"), Span(11, 22, "STREET_ADDRESS"), Span(24, 29, "PERSON"),
            Span(47, 53, "PERSON"), Span(40, 43, "US_SSN")]  # fmt: skip

    found = spans.score([spans.Case(text, gold)], [said])

    # half of Ann Lee is covered, a neutral place excuses a name on it, Monday and Bob do not
    assert (found.said, found.right) == (4, 2)
    assert found.wrong == [("PERSON", "Monday"), ("US_SSN", "Bob")]
    assert found.missed == [("PERSON", "Bob")]
    assert (found.recall(), found.recall("ADDRESS")) == (pytest.approx(2 / 3), 1)
    assert (found.safety("PERSON"), found.safety()) == (0.5, pytest.approx(2 / 3))


def test_planted_values_are_valid_and_the_same_for_the_same_seed() -> None:
    cases = planted.planted(90, seed=1)

    assert cases == planted.planted(90, seed=1) != planted.planted(90, seed=2)
    assert {case.gold[0].entity for case in cases} == {
        "SECRET", "CREDIT_CARD", "IBAN_CODE", "IP_ADDRESS", "US_SSN", "EMAIL_ADDRESS",
    }  # fmt: skip
    assert spans.score(cases, [case.gold for case in cases]).f2 == 1


@pytest.mark.skipif(bool(why := data.missing(data.LABELLED_PII)), reason=str(why))
def test_redaction_is_measured_on_the_half_that_is_not_for_tuning() -> None:
    tuning, held = redaction.labelled_cases(odd=False), redaction.labelled_cases()
    assert len(tuning) + len(held) == 2109
    few = held[::40]
    sure = {name: spans.score(few, redaction.found(name, few)) for name in redaction.PARAMS}

    assert sure["Finery"].precision > 0.9
    assert sure["Finery"].recall() <= sure["Finery, strict"].recall()


@pytest.mark.skipif(bool(why := data.missing(data.BENCH)), reason=str(why))
def test_the_cost_of_redaction_is_measured_beside_presidios() -> None:
    lines = redaction_cost.speed(data.bench_texts(30), rounds=1)

    assert [line["measure"] for line in lines] == [
        "characters per CPU second, thousands", "times as fast as Presidio"
    ]  # fmt: skip
    assert float(lines[1]["Presidio, by Finery"]) > 1
    assert redaction_cost.identical(data.bench_texts(5)) == "10 of 10"
