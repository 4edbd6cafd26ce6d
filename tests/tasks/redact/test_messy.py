"""Redaction of the realistic input, where it is present."""

from pathlib import Path

import polars as pl
import pytest

from tasks.redact.audit import residues
from tasks.redact.params import RedactParams
from tasks.redact.pii import redact
from tests.builders import row, table, texts

MESSY = Path(__file__).resolve().parents[3] / "../shared/data/messy"

pytestmark = pytest.mark.skipif(
    not MESSY.exists(), reason="the shared data are not beside the repository (../shared/data)"
)


@pytest.fixture(scope="module")
def before():
    """Medical answers and reasoning, every field of a record as a turn."""
    frames = [pl.read_parquet(MESSY / f) for f in ("03_medical_qa.parquet", "10_reasoning.parquet")]
    records = [record for frame in frames for record in frame.to_dicts()]
    turns = [[str(v) for v in record.values() if v] for record in records]
    return table(*(row(str(i), *contents) for i, contents in enumerate(turns)))


@pytest.fixture(scope="module")
def outcome(before):
    """What redaction makes of them."""
    return redact(before, RedactParams())


def test_nothing_hard_is_left_in_any_turn(before, outcome):
    assert sum(residues(t for turns in texts(before) for t in turns).values()) > 150
    assert residues(t for turns in texts(outcome.rows) for t in turns) == {}


def test_few_rows_without_invented_data_change(before, outcome):
    injected = pl.col("messages").list.eval(pl.element().struct.field("content")).list.join("\n")
    looks = injected.str.contains(
        r"(?i)example\.(?:org|com|net|edu)|555.01\d\d|7946 0|7700 900|23125|\bSSN\b|\bIBAN\b"
        r"|card num|born .{6,20}living"
    )
    clean = before.filter(~looks).select("id").collect()["id"].implode()
    edited = outcome.rows.filter(pl.col("id").is_in(clean)).collect()["edit_entities"]
    assert edited.len() > 900
    assert edited.drop_nulls().len() < 0.01 * edited.len()


def test_a_second_pass_over_them_changes_nothing(outcome):
    again = redact(outcome.rows.drop("edit_entities"), RedactParams())
    assert again.figures["by_type"] == {}
