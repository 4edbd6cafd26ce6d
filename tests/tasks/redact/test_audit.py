"""What is left after redaction."""

from tasks.redact import audit
from tasks.redact.audit import hard_memo, residues
from tasks.redact.params import RedactParams
from tasks.redact.pii import redact
from tasks.redact.remembered import Memory
from tasks.redact.rules import find
from tests.builders import row, table


def test_values_are_counted_by_kind_and_tags_are_none():
    texts = ["tim@example.org, ann@example.org", "198.51.100.7", "<EMAIL_ADDRESS_1>", "Lisa Brown"]
    assert residues(texts) == {"EMAIL_ADDRESS": 2, "IP_ADDRESS": 1}


def test_clean_texts_leave_nothing():
    assert residues(["version 1.2.3.4", "password: <SECRET_1>"]) == {}


def test_values_to_keep_and_kinds_not_asked_for_are_not_counted():
    assert residues(["tim@example.org"], keep=["TIM@example.org"]) == {}
    assert residues(["tim@example.org"], entities=("IP_ADDRESS",)) == {}


def test_what_redaction_read_clean_is_not_read_again_and_all_else_is(tmp_path, monkeypatch):
    params, store, asked = RedactParams(), str(tmp_path), []
    rows = table(
        row("a-0", "Name 2 quays", "A wharf, and 1 more."),
        row("b-0", "I am Tim Brown, tim@example.org", "Hello Tim"),
        row("c-0", "Where?", "There."),  # nothing in it made the redaction read it
    )
    kept = redact(rows, params, Memory(hard=hard_memo(store, params))).rows.collect()

    def asking(text, rules):
        asked.append(text)
        return find(text, rules)

    monkeypatch.setattr(audit, "find", asking)
    texts = [turn["content"] for turns in kept["messages"] for turn in turns]
    assert residues(texts, memo=hard_memo(store, params)) == {}
    assert asked == ["There.", "Where?"]
    left = [*texts, "Name 2 quays, tim@example.org", "I am Tim Brown, tim@example.org"]
    assert residues(left, memo=hard_memo(store, params)) == {"EMAIL_ADDRESS": 2}


def test_other_kinds_and_values_to_keep_are_other_memos(tmp_path):
    few = RedactParams(entities=("EMAIL_ADDRESS",))
    keep = RedactParams(keep=("tim@example.org",))
    folders = {hard_memo(str(tmp_path), p).folder for p in (RedactParams(), few, keep)}
    assert len(folders) == 3
