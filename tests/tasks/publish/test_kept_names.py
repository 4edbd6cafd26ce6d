"""Sentences with a name that stays: the name is a block, and so is every part of it."""

import pytest

from tasks.base.dataset import write_dataset
from tasks.publish.kept_names import AROUND, SHOWN, kept_names
from tasks.publish.names import NamesLeft, Standing
from tasks.redact.mask import mask_texts
from tests.builders import row, table

LONG = "word " * 400
TEXT = f"{LONG}Thomas Gallagher met Rebecca Holloway. GALLAGHER said no to Thomas. {LONG}"
AT = TEXT.index("Thomas")


@pytest.fixture
def shown(plan, tmp_path):
    kept = write_dataset(
        table(*(row(f"r{i}", TEXT, "Ok") for i in range(9))).collect(), str(tmp_path)
    )
    places = tuple(Standing(f"r{i}", "no_cue", 0, AT, AT + 16) for i in range(9))
    names = NamesLeft(rows=9, holding={"no_cue": 9}, places=places)
    changed = plan.model_copy(update={"kept": kept, "names": names})
    result = changed.result("redact.pii").model_copy(update={"evidence": None})
    return kept_names(changed, result, mask_texts)


def test_no_part_of_the_name_and_no_other_name_is_shown(shown):
    text = shown[0]["examples"][0]["text"]
    assert "█████ met <PERSON_" in text
    assert "█████ said no to █████" in text
    assert not [name for name in ("Thomas", "GALLAGHER", "Rebecca", "Holloway") if name in text]


def test_few_sentences_are_shown_and_cut_around_the_name(shown):
    [line] = shown
    assert (line["rows"], line["sampled"], len(line["examples"])) == (0, 9, SHOWN)
    assert all(len(one["text"]) < 2 * AROUND + 20 for one in line["examples"])
    assert line["examples"][0]["text"].startswith("… word")
