"""Names that stay: read in a sample, told by reason and place, never by name."""

from tasks.base.dataset import write_dataset
from tasks.publish import names
from tasks.publish.names import names_left, sample_names
from tasks.redact.params import RedactParams
from tasks.redact.pii import redact
from tests.builders import row, table

ROWS = table(
    row("a", "Who was Albert Einstein?", "A physicist. Albert Einstein lived in Bern."),
    row("b", "Thomas Gallagher bought 3 apples.", "He has three. Barack Obama has none."),
    row("c", "What is 2 + 2?", "4"),
)


def test_each_row_counts_once_for_each_reason():
    found = names_left(ROWS.collect(), RedactParams())
    assert (found.rows, found.holding) == (3, {"figure": 2, "no_cue": 1})
    assert [(one.id, one.why, one.text) for one in found.places] == [
        ("a", "figure", 0), ("b", "no_cue", 0), ("b", "figure", 1)
    ]  # fmt: skip
    assert "Gallagher" not in found.model_dump_json()


def test_few_places_are_noted_however_many_there_are(monkeypatch):
    monkeypatch.setattr(names, "PLACES", 1)
    assert len(names_left(ROWS.collect(), RedactParams()).places) == 2


def test_values_to_keep_have_their_own_reason():
    found = names_left(ROWS.collect(), RedactParams(keep=("Thomas Gallagher",)))
    assert found.holding == {"figure": 2, "kept": 1}


def test_the_sample_is_drawn_by_the_seed(tmp_path):
    data = write_dataset(ROWS.collect(), str(tmp_path))
    assert sample_names.fn(data, RedactParams(), 2, 0).rows == 2


def test_a_stand_in_is_no_name_that_stays():
    given = RedactParams(mode="surrogate", seed=0)
    text = "My name is Thomas Gallagher."
    rows = redact(table(row("a-0", text, "Ok")), given).rows.collect()
    assert names_left(rows, given).holding == {}
