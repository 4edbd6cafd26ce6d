"""Rows redacted by stock Presidio's findings."""

import pytest
from pydantic import ValidationError

from tasks.base.memo import RowMemo
from tasks.redact.params import KEY, RedactParams
from tasks.redact.pii import redact
from tasks.redact.remembered import Memory
from tests.builders import row, table, texts

STOCK = RedactParams(detector="presidio")


def test_places_dates_and_public_names_go_too_and_nothing_is_propagated():
    rows = table(row("a", "Barack Obama met Lisa Brown in Berlin on Monday.", "No lisa brown here"))
    assert texts(redact(rows, STOCK).rows) == [
        ["<PERSON_1> met <PERSON_2> in <LOCATION_1> on <DATE_TIME_1>.", "No lisa brown here"]
    ]


def test_what_only_finery_finds_stays():
    rows = table(row("a", "use sk-proj-abcDEF123456ghiJKL789", "password: hunter2!x"))
    assert texts(redact(rows, STOCK).rows) == texts(rows)


def test_tags_of_an_earlier_run_are_no_finding():
    rows = table(row("a", "<PERSON_1> wrote to <EMAIL_ADDRESS_1>, then <LOCATION_7> to Peter."))
    assert texts(redact(rows, STOCK).rows) == [
        ["<PERSON_1> wrote to <EMAIL_ADDRESS_1>, then <LOCATION_7> to <PERSON_2>."]
    ]


def test_values_to_keep_are_kept_and_tags_can_be_keyed(monkeypatch):
    monkeypatch.setenv(KEY, "a long random text")
    params = RedactParams(detector="presidio", mode="hash", keep=("berlin",))
    (text,) = texts(redact(table(row("a", "Lisa Brown lives in Berlin.")), params).rows)[0]
    assert text.startswith("<PERSON_")
    assert text.endswith("> lives in Berlin.")


def test_a_memo_saves_the_reading(tmp_path):
    memory = Memory(RowMemo(str(tmp_path), "redact.stock", "1"))
    rows = table(row("a", "Lisa Brown left.", "Ok"))
    first, second = redact(rows, STOCK, memory), redact(rows, STOCK, memory)
    reads = [o.figures["texts_read_by_model"] for o in (first, second)]
    assert reads == [2, 0]
    assert texts(first.rows) == texts(second.rows)


@pytest.mark.parametrize("own", [{"strict": True}, {"entities": ("PERSON",)}])
def test_a_setting_of_finerys_detector_beside_presidio_is_refused(own):
    with pytest.raises(ValidationError, match=f"redact.{next(iter(own))} is a setting of Finery"):
        RedactParams(detector="presidio", **own)
