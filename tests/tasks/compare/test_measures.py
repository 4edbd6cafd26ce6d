"""What is measured on every row, and on a sample where a model has to look."""

import polars as pl
import pytest

from tasks.base.errors import UsageError
from tasks.compare.compare import compare
from tasks.compare.measures import measured, measures_of
from tasks.compare.params import CompareParams
from tasks.compare.release import open_release
from tests.tasks.compare.releases import entry, release

SCORES = {"score_judge": pl.Float64, "score_refusal": pl.Int8, "score_mine": pl.Float64}


def shifts(tmp_path, before, after, scores=None, **params):
    for name, rows in (("a", before), ("b", after)):
        release(tmp_path / name, *rows, scores=scores or {})
    found = compare(tmp_path / "a", tmp_path / "b", CompareParams(examples=0, **params)).facts
    return {one["name"]: one for one in found["shifts"]}, found


def test_scores_that_both_releases_have_are_measured_and_unknown_ones_are_not(tmp_path):
    def rows(judge, refusal):
        return [
            entry(f"{n}-0", score_judge=judge, score_refusal=refusal, score_mine=n * 1.0)
            for n in range(20)
        ]

    found, _ = shifts(tmp_path, rows(0.25, 0), rows(None, 1), SCORES)
    assert found["score_judge"]["shift"] == 1
    assert found["score_judge"]["bins"][-1] == "none"
    assert found["score_refusal"]["told"] in ("no 100.0% → 0.0%, yes 0.0% → 100.0%",
                                             "yes 0.0% → 100.0%, no 100.0% → 0.0%")  # fmt: skip
    assert "score_mine" not in found


def test_a_score_of_one_release_alone_is_no_shift(tmp_path):
    one = release(tmp_path / "a", entry("1-0", score_judge=1.0), scores=SCORES)
    other = release(tmp_path / "b", entry("1-0"))
    names = [m.name for m in measures_of(open_release(one), open_release(other))]
    assert not [name for name in names if name.startswith("score_")]


def test_text_and_further_fields_are_told_apart(tmp_path):
    folder = release(tmp_path / "a", entry("1-0", said="x"), entry("2-0", said="x", meta="{}"),
                     entry("3-0", said="y"))  # fmt: skip
    rows = measured(open_release(folder), [])
    assert rows["text"].n_unique() == 2
    assert rows["fields"].n_unique() == 2


def test_the_largest_shift_comes_first(tmp_path):
    before = [entry(f"{n}-0", source=f"{n % 2}.jsonl") for n in range(40)]
    after = [one for one in before if one["source"] == "0.jsonl"]
    _, found = shifts(tmp_path, before, after)
    sizes = [one["shift"] for one in found["shifts"]]
    assert sizes == sorted(sizes, reverse=True)
    assert found["shifts"][0]["name"] == "source"


GERMAN = "Welche Gründe sprechen dafür, dass wir die alte Brücke noch in diesem Jahr erneuern {}?"
ENGLISH = (
    "Which of the reasons that you have heard of this year are in favour of the old bridge {}?"
)


def test_a_few_new_rows_in_another_language_are_seen_in_a_sample(tmp_path):
    before = [entry(f"{n:05}-0", said=ENGLISH.format(n)) for n in range(3000)]
    new = [entry(f"g{n}-0", said=GERMAN.format(n), source="new.jsonl") for n in range(30)]
    found, facts = shifts(tmp_path, before, [*before, *new], sample=100)
    language = found["language"]
    assert language["sampled"] == 130
    assert language["is_real"]
    assert language["shift"] == pytest.approx(30 / 3030)
    assert found["topic"]["is_real"]
    # nothing was redacted, so no word names a topic
    assert all(name.isdigit() for name in found["topic"]["bins"])
    assert facts["skipped"] == []


def test_what_the_encoder_cannot_read_is_named_and_not_left_out_in_silence(tmp_path, monkeypatch):
    def missing(name):
        raise UsageError("the encoder 'static' needs the package wordllama")

    monkeypatch.setattr("tasks.augment.topics.encoder_of", missing)
    found, facts = shifts(tmp_path, [entry("1-0")], [entry("1-0"), entry("2-0")])
    assert "topic" not in found
    assert [(s["check"], s["why"]) for s in facts["skipped"]] == [
        ("Topic of the prompt", "the encoder 'static' needs the package wordllama")
    ]
