"""The benchmark of near-duplicates makes what it says, knows what is true, and survives others."""

import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tests.bench import joins, worst
from tests.bench.edits import Words, same
from tests.bench.generate import WEIGHTS, generate, normal, once
from tests.bench.peers import apart, race, tools, truth
from tests.bench.recombine import recombined

TOPICS = (
    ("bake rye bread", "Rye"), ("prune an old Cox tree", "Cox"), ("tune a Fender guitar", "Fender"),
    ("repair a Brooks saddle", "Brooks"), ("knit a Shetland scarf", "Shetland"),
    ("polish a Bialetti pot", "Bialetti"), ("grow Boskoop apples", "Boskoop"),
    ("fold a Miura map", "Miura"), ("sharpen a Solingen knife", "Solingen"),
    ("sail an Optimist dinghy", "Optimist"),
)  # fmt: skip


def invented() -> pl.DataFrame:
    """Ten rows with names, numbers and several sentences."""
    return pl.DataFrame(
        {
            "instruction": [f"Explain to me how to {topic} in {3 + at} steps" for at, (topic, _)
                            in enumerate(TOPICS)],
            "input": ["", "I am a beginner, and I have little time."] * 5,
            "output": [
                f"To {topic} takes patience, and the {name} kind rewards it. First, gather all "
                f"that you need for about {20 + 7 * at} minutes of work. Then go slowly, since "
                f"haste spoils more than it saves with the {name}! Lastly, rest for {at + 2} hours "
                "and look at the result in daylight."
                for at, (topic, name) in enumerate(TOPICS)
            ],
        }
    )  # fmt: skip


def test_the_same_seed_gives_the_same_rows() -> None:
    made = generate(200, 3, invented())

    assert made.equals(generate(200, 3, invented()))
    assert not made.equals(generate(200, 4, invented()))


def test_rows_of_every_kind_are_there_in_their_shares_and_know_their_source() -> None:
    made = generate(400, 0, invented())
    labels = dict(made.group_by("label").len().iter_rows())
    kinds = {label: set(rows["kind"]) for (label,), rows in made.group_by("label")}

    assert labels == {"base": 272, "dup": 88, "hardneg": 40}
    assert kinds["base"] == {"real", "recombined"}
    assert kinds["dup"] == set(WEIGHTS) == set(same(Words([])))
    assert kinds["hardneg"] == {"swap", "template"}
    derived = made.with_row_index("at").filter(pl.col("src") >= 0)
    assert set(derived["kind"]) == {*WEIGHTS, "swap"}
    assert derived.height == 88 + made.filter(kind="swap").height
    sources = made[derived["src"].to_numpy()]
    assert set(sources["label"]) == {"base"}
    assert (sources["text"] != derived["text"]).all()
    assert made["text"].to_list() == [f"{p}\n{a}" for p, a, *_ in made.iter_rows()]


def test_another_form_has_the_same_words_and_a_swap_has_others_on_both_sides() -> None:
    made = generate(400, 0, invented())
    for kind, alike in (("fmt", True), ("swap", False)):
        rows = made.filter(kind=kind)
        sources = made[rows["src"].to_numpy()]
        for side in ("prompt", "answer"):
            own, was = (
                frame.select(normal(pl.col(side)))[side].to_list() for frame in (rows, sources)
            )
            assert all((a == b) == alike for a, b in zip(own, was, strict=True))


def test_rows_in_scripts_without_spaces_are_left_out() -> None:
    odd = pl.DataFrame({"instruction": ["写一首诗"], "input": [""], "output": ["春眠不觉晓"]})

    made = generate(60, 0, pl.concat([invented(), odd]))

    assert not made["text"].str.contains("写").any()


def test_recombined_rows_are_as_long_as_real_ones_and_their_shingles_are_new() -> None:
    real = invented().select(prompt="instruction", answer="output")
    made = recombined(real, 30, seed=1)
    norm = made.select(normal(pl.concat_str("prompt", "answer", separator=" ")))["prompt"]

    assert made.height == 30
    assert once(norm) > 0.5
    lengths = made["answer"].str.len_chars()
    assert lengths.mean() == pytest.approx(real["answer"].str.len_chars().mean(), rel=0.3)


def test_brute_force_knows_the_similarity_of_strings() -> None:
    texts = pl.Series(["a b c d e", "a b c d f", "", "a b", "a b", "x y z", ""])

    found = truth.brute_force(texts, 0.5)

    assert found.rows() == [(0, 1, 0.5), (3, 4, 1.0)]
    assert truth.brute_force(texts, 0.6).rows() == [(3, 4, 1.0)]


def test_flags_are_held_against_pairs_and_kinds() -> None:
    true = pl.DataFrame({"a": [0, 2, 5], "b": [1, 3, 6]})
    kinds = ["real", "typo", "real", "swap", "real", "real", "fmt", "typo"]
    rows = pl.DataFrame({"src": [-1, 0, -1, 2, -1, -1, 4, 5], "kind": kinds})
    removed = np.array([False, True, False, False, True, False, True, True])

    assert truth.recall(true, removed) == 2 / 3
    assert truth.precision(true, removed) == 0.5
    made = truth.lone(rows, true)
    assert made["at"].to_list() == [1, 3]  # 6 and 7, or their sources, have other partners
    assert truth.merged(made, removed, "typo") == 1
    assert truth.merged(made, removed, "swap") == 0


def test_a_race_tells_of_those_that_ran_and_of_those_that_did_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "rows.parquet"
    generate(120, 0, invented()).write_parquet(source)
    absent = tools.Tool("absent", "absent", ("no package of this name",))
    monkeypatch.setenv("FINERY_BENCH_PEERS", str(tmp_path / "envs"))

    def refused(*_: str) -> None:
        raise tools.NotInstalledError("no network")

    monkeypatch.setattr(tools, "_call", refused)
    true = truth.brute_force(pl.read_parquet(source)["norm"], 0.7)
    one, all_, stage, gone = race.Race(source, tmp_path, [absent], 1).run(true)

    assert (one["tool"], all_["tool"]) == ("Finery, one thread", "Finery")
    for line in (one, all_):
        assert (line["pair recall"], line["precision"]) == (1, 1)
        assert line["removed"] > 0
    assert one["× Finery's"] == 1
    assert gone["CPU s"] == "could not be installed: no network"
    assert stage["swap"] < one["swap"]
    assert list(one) == list(stage) == list(gone)


def test_what_takes_too_long_is_killed_and_what_fails_says_why(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(apart, "LIMIT", 0.5)

    with pytest.raises(apart.FailedError, match=r"killed after 0\.5 s"):
        apart.measured([sys.executable, "-c", "import time; time.sleep(60)"])
    with pytest.raises(apart.FailedError, match="failed: ZeroDivisionError"):
        apart.measured([sys.executable, "-S", "-c", "1 / 0"])


@pytest.mark.parametrize("name", worst.CASES)
def test_hard_rows_have_twins_that_are_found(name: str) -> None:
    real = generate(300, 0, invented())["norm"].to_list()

    cost = worst.case(name, real, 0.002)

    assert cost.get("found", 1) == 1
    assert ("found" in cost) == (name != "short")


def test_hard_rows_are_measured_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = tmp_path / "rows.parquet"
    generate(60, 0, invented()).write_parquet(rows)
    monkeypatch.setattr(worst, "CASES", {"emoji": worst.CASES["emoji"]})

    (line,) = worst.worst(rows, 0.002).rows

    assert line["found"] == 1
    assert line["CPU s"] > 0


def test_the_join_is_measured_beside_brute_force(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = joins.Joins(tmp_path, 1)
    for rows in (80, 90, 100):
        generate(rows, 0, invented()).write_parquet(tmp_path / f"{rows}.parquet")
        made.sets.once[rows] = "most of its shingles occur once"
    monkeypatch.setattr(joins, "SMALL", 80)
    monkeypatch.setattr(joins, "FAIR", 90)
    monkeypatch.setattr(joins, "LARGE", 100)

    assert all(line["missed"] == line["wrong"] == 0 for line in made.exact_10k().rows)
    assert [line["threads"] for line in made.million().rows] == ["one thread", "as many as cores"]
