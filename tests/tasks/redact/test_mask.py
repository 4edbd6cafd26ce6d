"""Texts that are safe to show."""

from tasks.redact.mask import mask_texts


def test_every_name_and_value_is_masked_each_text_for_itself():
    assert mask_texts(["Barack Obama, tim@example.org", "ann@example.org", "plain", ""]) == [
        "<PERSON_1>, <EMAIL_ADDRESS_1>",
        "<EMAIL_ADDRESS_1>",
        "plain",
        "",
    ]


def test_no_texts_are_no_texts():
    assert mask_texts([]) == []
