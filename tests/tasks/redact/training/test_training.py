"""Made sentences, marks of addresses, scores, and a model that is the same twice."""

import hashlib
import os
import subprocess
import sys

import polars as pl
import pytest

from tasks.redact.rule import Span
from tasks.redact.training.compare import findings, touched
from tasks.redact.training.data import borrowed, made
from tasks.redact.training.places import Places
from tasks.redact.training.postal import believed, is_postal
from tasks.redact.training.real import stretches
from tasks.redact.training.score import tallies
from tasks.redact.training.templates import NAMED, UNNAMED
from tasks.redact.training.train import LABELS, train
from tasks.redact.training.weights import load, save

pytest.importorskip("faker")


def test_sentences_hold_what_their_labels_say():
    sentences = made(300, Places(1))
    kinds = {label for _, spans in sentences for *_, label in spans}
    assert kinds == set(LABELS)
    assert all(
        text[a:b] == text[a:b].strip() != "" for text, spans in sentences for a, b, _ in spans
    )


def test_sentences_are_the_same_in_every_process():
    code = (
        "from tasks.redact.training.places import Places;"
        "from tasks.redact.training.data import made; print(made(200, Places(3)))"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", code], env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True, check=True,
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(told) == 1


@pytest.mark.parametrize("template", UNNAMED)
def test_a_sentence_that_names_nobody_has_no_slot_of_a_person(template):
    assert not any(f"{{{slot}}}" in template for slot in "PFLAHXZUI")


def test_every_other_sentence_names_somebody():
    assert all(any(f"{{{slot}}}" in template for slot in "PFLAHXZUI") for template in NAMED)


def test_a_swapped_name_is_the_same_all_through_a_text():
    text = "Lisa Brown met Peter Miller. Later Lisa Brown left."
    told = {one.text for seed in range(8) for one in borrowed([text], Places(seed))}
    assert len(told) > 1
    assert all(one.split(" met ")[0] in one.split("Later ")[1] for one in told)


def test_rows_left_for_tests_are_not_read(tmp_path):
    texts = [
        "Held Back is one for the tests.",
        "Read Me is one to learn from.",
        "Other Text is too.",
    ]
    pl.DataFrame({"text": [*texts, texts[0]]}).write_parquet(tmp_path / "t.parquet")
    assert sorted(stretches(tmp_path / "t.parquet", 1, 0)) == sorted(texts[1:])


@pytest.mark.parametrize(
    "text",
    ["12 Rue Haute", "Brucknerweg 14, 4020 Linz, Oman 92227", "7 Hauska, Apt. 4",
     "54 Metsan 48\n Tabor\n Malta 3830"],
)  # fmt: skip
def test_a_mark_makes_an_address(text):
    assert is_postal(text, 0, len(text))


def test_words_before_make_an_address():
    text = "My address is Tylova 1036."
    assert is_postal(text, 14, 25)


@pytest.mark.parametrize(
    "text",
    ["Ravens 24, Browns 10", "the 2022 World Snooker Championship", "Thunderbolt 4 Hub:",
     "Alessio Foconi 15-8", "Jun 16 16:40:54 PDT 2015", "62 Count", "10 Samsung"],
)  # fmt: skip
def test_scores_years_and_goods_are_no_addresses(text):
    assert not is_postal(f"We saw {text} there", 7, 7 + len(text))


def test_what_stands_beside_an_address_is_part_of_it():
    text = "> 27 Adrianal 62\n> Suite 624\n> Tabor\n> some far 9"
    places = [(2, 16), (19, 28), (39, 49)]
    assert believed(text, places) == places[:3]
    assert believed(text, places[:1]) == []


def test_half_a_span_is_found_and_less_is_not():
    text = "abcdefghij klm"
    gold = [Span(0, 10, "PERSON"), Span(11, 14, "LOCATION")]
    tally = tallies([text, text], [gold, gold], [[Span(0, 5, "PERSON")], [Span(0, 4, "PERSON")]])
    assert (tally["ALL"].labelled, tally["ALL"].found) == (2, 1)
    assert tally["ALL"].precision == 1


def test_a_finding_on_a_place_is_neither_right_nor_wrong():
    tally = tallies(["Paris"], [[Span(0, 5, "LOCATION")]], [[Span(0, 5, "PERSON")]])
    assert tally["ALL"].predicted == 0


def test_the_same_seed_gives_the_same_weights(tmp_path):
    sentences = made(60, Places(5))
    first, again = (save(train(sentences, 1, 1), tmp_path / name) for name in "ab")
    other = save(train(sentences, 2, 1), tmp_path / "c")
    assert first == again != other
    assert (tmp_path / "a").stat().st_size < 1_000_000
    text = "Yesterday Lisa Brown met Peter Miller."
    nlp = load(tmp_path / "a", first)
    assert [text[s.start : s.end] for s in findings(nlp, [text])[0]] == [
        "Lisa Brown",
        "Peter Miller",
    ]
    assert touched(nlp, [["Nothing here"], ["My name is Lisa Brown, a@b.org"]]) == [1]


def test_another_file_is_no_model(tmp_path):
    (tmp_path / "w").write_bytes(b"x")
    with pytest.raises(ValueError, match=hashlib.sha256(b"x").hexdigest()):
        load(tmp_path / "w", "0" * 64)
