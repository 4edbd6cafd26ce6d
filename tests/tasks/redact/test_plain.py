"""Values that a person reads and a pattern does not, and texts that are large."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.redact.params import RedactParams
from tasks.redact.pii import redact
from tasks.redact.plain import plain
from tests.builders import row, table, texts


def redacted(text):
    return texts(redact(table(row("a", text, "ok")), RedactParams()).rows)[0][0]


HIDDEN = {
    "no-width": ("jo\u200bhn.smi\u200dth@acme-corp.de", "<EMAIL_ADDRESS_1>"),
    "marks of direction": ("john\u202a.smith@acme\u202c-corp.de", "<EMAIL_ADDRESS_1>"),
    "a soft hyphen": ("john.smith@ac\u00adme-corp.de", "<EMAIL_ADDRESS_1>"),
    "a full-width sign": ("john.smith＠acme-corp.de", "<EMAIL_ADDRESS_1>"),
    "all full-width": ("ｊｏｈｎ．ｓｍｉｔｈ＠ａｃｍｅ-ｃｏｒｐ．ｄｅ", "<EMAIL_ADDRESS_1>"),
    "another alphabet": ("j\u043ehn.smith@acme-c\u043erp.de", "<EMAIL_ADDRESS_1>"),
    "words for signs": ("john.smith (at) acme-corp (dot) de", "<EMAIL_ADDRESS_1>"),
    "full-width digits": ("card ４１１１ １１１１ １１１１ １１１１", "card <CREDIT_CARD_1>"),
    "Arabic digits": ("card ٤١١١ ١١١١ ١١١١ ١١١١", "card <CREDIT_CARD_1>"),
    "fixed spaces": ("card 4111\u00a01111\u00a01111\u00a01111", "card <CREDIT_CARD_1>"),
    "thin spaces": ("DE89\u20093704\u20090044\u20090532\u20090130\u200900", "<IBAN_CODE_1>"),
    "long dashes": ("my SSN is 536–22–8741", "my SSN is <US_SSN_1>"),
}  # fmt: skip


@pytest.mark.parametrize(("hidden", "said"), HIDDEN.values(), ids=HIDDEN)
def test_what_a_person_reads_goes_and_nothing_around_it(hidden, said):
    assert redacted(f"Naïve: {hidden}, please") == f"Naïve: {said}, please"


def test_one_value_in_two_forms_has_one_tag():
    assert redacted("me@acme.de or me＠ac\u00adme.de") == "<EMAIL_ADDRESS_1> or <EMAIL_ADDRESS_1>"


@pytest.mark.parametrize(
    "text",
    [
        "1990–1995",
        "नमस्ते १२३",
        "👨‍👩‍👧 family",
        "می‌خواهم ۱۲ سیب",
        "ＡＢＣ　１２３",
        "Straße 5–7 Uhr",
    ],
)
def test_other_scripts_and_signs_stay_as_they_are(text):
    assert redacted(text) == text


@given(st.text("ab1１٣\u00ad\u200b\u202e＠ –é", max_size=30))
def test_each_plain_letter_has_its_place(text):
    read, places = plain(text)
    if places is None:
        assert len(read) == len(text)
    else:
        assert len(places) == len(read) + 1
        assert [plain(text[at])[0] for at in places[:-1]] == list(read)
        assert places == sorted({*places})


BAIT = {
    "names and addresses": "John wrote to x@acme-corp.de and went home with no full stop " * 8_000,
    "signs": "a@" * 200_000,
    "dots": "a." * 100_000 + "@",
    "digits": "1" * 1_000_000,
    "groups": "1-" * 300_000,
    "labels": "key=" * 200_000,
}


@pytest.mark.parametrize("text", BAIT.values(), ids=BAIT)
def test_a_large_text_takes_time_in_proportion(text):
    # what grows with the square of half a million characters does not end within the time limit
    after, mails = redacted(text), text.count("@acme")
    assert after.count("<EMAIL_ADDRESS_1>") == after.count("<PERSON_1>") == mails
