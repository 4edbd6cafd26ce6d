"""Made and borrowed sentences, and a model that is the same twice."""

import json
import os
import subprocess
import sys

import numpy as np
import polars as pl
import pytest

from tasks.redact.ner.models import LABELS, taught
from tasks.redact.training.data import borrowed, made
from tasks.redact.training.places import Places
from tasks.redact.training.real import stretches
from tasks.redact.training.templates import NAMED, UNNAMED
from tasks.redact.training.train import averaged, train
from tasks.redact.training.weights import save

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
    assert not any(f"{{{slot}}}" in template for slot in "PFLAHXZUIBY")


def test_every_other_sentence_names_somebody():
    assert all(any(f"{{{slot}}}" in template for slot in "PFLAHXZUIBY") for template in NAMED)


def test_a_swapped_name_is_the_same_all_through_a_text():
    text = "Lisa Brown met Peter Miller. Later Lisa Brown left."
    told = {one.text.lower() for seed in range(8) for one in borrowed([text], Places(seed))}
    assert len(told) > 1
    assert all(one.split(" met ")[0] in one.split("later ")[1] for one in told)


def test_texts_of_every_layout_are_learnt_from(tmp_path):
    texts = [f"Sentence {n} of Anna Berg." for n in range(4)]
    pl.DataFrame({"deep": [[{"said": texts[0]}]]}).write_parquet(tmp_path / "a.parquet")
    (tmp_path / "b.csv").write_text(f'id,text\n1,"{texts[1]}"\n')
    (tmp_path / "c.json").write_text(json.dumps({"x": [{"y": texts[2]}]}))
    (tmp_path / "d.jsonl").write_text(json.dumps([texts[3]]) + "\n")
    files = sorted(tmp_path.iterdir())
    assert sorted(stretches(files, 0)) == texts
    assert stretches(files, 1) == stretches(files[::-1], 1)


def test_a_sentence_in_small_letters_keeps_its_labels():
    told = [one for one in made(400, Places(2)) if one.text.islower()]
    people = [text[a:b] for text, spans in told for a, b, label in spans if label == "PERSON"]
    assert len(told) > 20
    assert people
    assert all(name == name.lower() for name in people)


def test_the_same_seed_gives_the_same_weights(tmp_path):
    sentences = made(60, Places(5))
    first, again = (save(train(sentences, 1, 1), tmp_path / name) for name in "ab")
    other = save(train(sentences, 2, 1), tmp_path / "c")
    assert first == again != other
    assert (tmp_path / "a").stat().st_size < 4_000_000
    nlp = taught(tmp_path / "a", first)
    text = "Yesterday Lisa Brown met Peter Miller."
    assert [e.text for e in nlp(text).ents] == ["Lisa Brown", "Peter Miller"]


def test_models_are_averaged_weight_by_weight():
    sentences = made(60, Places(5))
    one, two = train(sentences, 1, 1), train(sentences, 2, 1)
    upper = [nlp.get_pipe("ner").model.get_ref("upper").get_param("W").copy() for nlp in (one, two)]
    mean = averaged([one, two]).get_pipe("ner").model.get_ref("upper").get_param("W")
    assert np.allclose(mean, (upper[0] + upper[1]) / 2)
    assert not np.allclose(mean, upper[0])
