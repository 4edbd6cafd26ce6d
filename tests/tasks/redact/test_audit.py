"""What is left after redaction."""

from tasks.redact.audit import residues


def test_values_are_counted_by_kind_and_tags_are_none():
    texts = ["tim@example.org, ann@example.org", "198.51.100.7", "<EMAIL_ADDRESS_1>", "Lisa Brown"]
    assert residues(texts) == {"EMAIL_ADDRESS": 2, "IP_ADDRESS": 1}


def test_clean_texts_leave_nothing():
    assert residues(["version 1.2.3.4", "password: <SECRET_1>"]) == {}


def test_values_to_keep_and_kinds_not_asked_for_are_not_counted():
    assert residues(["tim@example.org"], keep=["TIM@example.org"]) == {}
    assert residues(["tim@example.org"], entities=("IP_ADDRESS",)) == {}
