"""Residual risk over a sample of released rows."""

from tasks.base.dataset import write_dataset
from tasks.publish.risk import risk_of, sample_risk
from tasks.redact.params import RedactParams
from tests.builders import row, table

ROWS = table(
    row("a", "Write to tim.brown@lumetra.net or anna.berg@lumetra.net", "Ok"),
    row("b", "What is the capital of France?", "Paris"),
    row("c", "My name is Thomas Gallagher, tim.brown@lumetra.net", "Hello"),
    row("d", "Is <PERSON_1> there?", "No"),
)


def test_rows_are_counted_once_and_their_kinds_by_row():
    found = risk_of(ROWS.collect(), RedactParams())
    assert (found.rows.hits, found.rows.of) == (2, 4)
    assert found.by_kind == {"EMAIL_ADDRESS": 2, "PERSON": 1}
    assert found.ids == ("a", "c")
    assert "tim.brown" not in found.model_dump_json()


def test_the_sample_is_drawn_by_the_seed(tmp_path):
    data = write_dataset(ROWS.collect(), str(tmp_path))
    found = sample_risk.fn(data, RedactParams(), 2, 0)
    assert found.rows.of == 2
    assert found == sample_risk.fn(data, RedactParams(), 2, 0)
