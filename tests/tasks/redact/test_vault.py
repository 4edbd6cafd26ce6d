"""The locked map of values and what stands for them."""

import json

import pytest

from tasks.base.cache import key_of
from tasks.base.dataset import read_dataset, write_dataset
from tasks.base.errors import UsageError
from tasks.redact.keys import KEY, MAP_KEY
from tasks.redact.params import RedactParams, check_keys
from tasks.redact.pii import redact, redact_pii
from tasks.redact.vault import Pseudonym, Vault, read_map
from tests.builders import row, table, texts

MAPPED = RedactParams(map=True)
TEXT = "My name is John Brooks, tim@example.org. John?"


@pytest.fixture
def key(monkeypatch):
    monkeypatch.setenv(MAP_KEY, "a long random text")


def locked(params=MAPPED):
    """The locked map of one row, and its text after."""
    rows = redact(table(row("a-0", TEXT, "Ok"), row("b-0", "Hi", "Hello")), params).rows.collect()
    assert rows["edit_map"].null_count() == 1
    return rows["edit_map"][0], texts(rows)[0][0]


@pytest.mark.parametrize("mode", ["tag", "surrogate"])
def test_a_map_says_what_stands_for_each_value_and_makes_the_text_whole_again(key, mode):
    blob, after = locked(RedactParams(map=True, mode=mode))
    found = Vault(b"a long random text").open("a-0", blob)
    assert [(one.kind, one.value) for one in found] == [
        ("PERSON", "John Brooks"),
        ("EMAIL_ADDRESS", "tim@example.org"),
        ("PERSON", "John"),
    ]
    for one in found:
        after = after.replace(one.stand_in, one.value, 1)
    assert mode == "tag" or after == TEXT


def test_the_same_map_is_the_same_bytes_and_holds_no_value_in_the_clear(key):
    blob, _ = locked()
    assert blob == locked()[0]
    assert "John" not in blob


def test_without_a_map_there_is_none():
    rows = redact(table(row("a-0", TEXT)), RedactParams()).rows.collect()
    assert "edit_map" not in rows.columns


@pytest.mark.parametrize(
    ("row_id", "secret"), [("a-0", b"another long random text"), ("b-0", b"a long random text")]
)
def test_another_key_or_row_opens_nothing(key, row_id, secret):
    blob, _ = locked()
    with pytest.raises(UsageError, match="does not open"):
        Vault(secret).open(row_id, blob)


def test_a_map_needs_a_key_that_is_none_of_the_parameters(monkeypatch):
    monkeypatch.delenv(MAP_KEY, raising=False)
    with pytest.raises(UsageError, match=f"{MAP_KEY} .*map_key_secret"):
        check_keys(MAPPED)
    check_keys(RedactParams(map=True, enabled=False))
    monkeypatch.setenv(MAP_KEY, "short")
    with pytest.raises(UsageError, match="5 characters, wanted are at least 16") as error:
        check_keys(MAPPED)
    assert "short" not in str(error.value)


def test_hash_needs_its_key_before_anything_runs(monkeypatch):
    monkeypatch.delenv(KEY, raising=False)
    with pytest.raises(UsageError, match=KEY):
        check_keys(RedactParams(mode="hash"))
    check_keys(RedactParams(mode="surrogate"))


def test_a_file_is_read_line_by_line_and_what_is_none_is_told(key, tmp_path):
    file = tmp_path / "pseudonyms.jsonl"
    file.write_text(json.dumps({"id": "a-0", "locked": locked()[0]}) + "\n")
    assert next(read_map(file)) == Pseudonym("a-0", "PERSON", "John Brooks", "<PERSON_1>")
    with pytest.raises(UsageError, match="cannot be read"):
        list(read_map(tmp_path / "gone.jsonl"))
    file.write_text('{"messages": []}\n')
    with pytest.raises(UsageError, match="is no map"):
        list(read_map(file))


def test_the_stage_stores_the_map_locked_and_its_result_holds_no_value(key, tmp_path):
    data = write_dataset(table(row("a-0", TEXT, "Ok")).collect(), str(tmp_path / "store"))
    result = redact_pii.fn(data, MAPPED)
    columns = read_dataset(result.edits).collect().columns
    assert columns == ["id", "edit_entities", "edit_leaked", "edit_map"]
    assert "Brooks" not in str(read_dataset(result.edits).collect().rows())
    assert "Brooks" not in result.model_dump_json()


def test_a_key_decides_the_cache_key_where_it_decides_the_result(tmp_path, monkeypatch):
    data = write_dataset(table(row("a-0", TEXT)).collect(), str(tmp_path))
    tag, natural = RedactParams(), RedactParams(mode="surrogate")

    def keys():
        return [key_of(redact_pii, {"data": data, "params": p}) for p in (tag, natural)]

    monkeypatch.setenv(KEY, "one long random text")
    before = keys()
    monkeypatch.setenv(KEY, "two long random texts")
    after = keys()
    assert before[0] == after[0]
    assert before[1] != after[1]
