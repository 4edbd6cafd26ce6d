"""Stock mode finds what Presidio finds: the same places, kinds and scores."""

import json

import pytest

from tasks.base.memo import RowMemo
from tasks.redact.rule import Span
from tasks.redact.stock.analyze import analyze
from tasks.redact.stock.engine import stock_engine
from tasks.redact.stock.find import find_stock
from tasks.redact.stock.resolve import Finding
from tests.bench.data import BENCH, LABELLED_PII, bench_texts, missing

PIECES = [
    "My credit card is 4111 1111 1111 1111, my phone number +1 212 555 0123.",
    "Call 16 89 or 030 12345; 555-0123 is none. The numbers are １２３４５６７.",
    "SSN 489-36-8350, ITIN 912-78-1234, passports: 912803456, licenses of drivers H12234567",
    "IBAN GB29NWBK60161331926819 and tim@example.co.uk, http://www.example.com/a?b=c, ::1",
    "the bank account 12345678901234 of 12/05/1999 and 2020-01-31, 10:20, JAN-99, 3.5",
    "Dr. Lisa Brown\n\nJohn Smith\n\nBerlin Paris\n\nMonday Tuesday\nfive\n\nten years ago Ms. Ann",
    "00:1B:44:11:3A:B7, 123e4567-e89b-12d3-a456-426614174000, 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
    "id:number 12345678 and NHS 401-023-2137 or AB1234563, 198.51.100.7, 2001:db8::1.",
    "", " ", "\n\n", "a", "İstanbul'da 12345678 numara, Κωνσταντίνος Σς 12345678",
    "It was\n\nthe year 1984 . In June\n\nMary Ann Lee met the United\n\nNations of New\n\nYork.",
]  # fmt: skip


@pytest.fixture(scope="module")
def presidio():
    """Presidio's own engine, text by text."""
    engine = stock_engine()

    def findings(text):
        found = engine.analyze(text, language="en")
        return [Finding(r.start, r.end, r.entity_type, r.score) for r in found]

    return findings


def alike(texts, findings):
    """How many of `texts` Presidio finds just the same in."""
    unique = sorted(set(texts), key=len)
    fast = dict(zip(unique, analyze(unique), strict=True))
    return sum(fast[text] == findings(text) for text in texts)


def test_odd_texts_and_all_of_them_together_give_what_presidio_finds(presidio):
    texts = [*PIECES, "\n".join(PIECES), " ".join(PIECES), "\n\n".join(reversed(PIECES))]
    unique = sorted(set(texts), key=len)
    assert [(t, f) for t, f in zip(unique, analyze(unique), strict=True)] == [
        (t, presidio(t)) for t in unique
    ]


def test_every_context_word_in_its_forms_raises_the_score_as_presidios_does(presidio):
    words = ["card", "cards", "carded", "banking", "bank's", "accounts", "licenses", "id", "ids",
             "calling", "phones", "numbers", "rubbish", "saves", "checking", "drove", "ib:an",
             ]  # fmt: skip
    texts = [f"The {word} of hers was 912803456 or H12234567 there" for word in words]
    assert alike(texts, presidio) == len(texts)


@pytest.mark.skipif(bool(why := missing(BENCH)), reason=str(why))
def test_real_rows_give_what_presidio_finds(presidio):
    texts = [f"{text.prompt}\n\n{text.answer}" for text in bench_texts(2000)[::80]]
    assert alike(texts, presidio) == len(texts)


@pytest.mark.skipif(bool(why := missing(LABELLED_PII)), reason=str(why))
def test_labelled_rows_give_what_presidio_finds(presidio):
    lines = LABELLED_PII.read_text(encoding="utf-8").splitlines()[::40]
    texts = [json.loads(line)["text"] for line in lines]
    assert alike(texts, presidio) == len(texts)


def test_what_was_read_once_is_not_read_again(tmp_path):
    memo = RowMemo(str(tmp_path), "stock", "1")
    texts = ["Lisa Brown left.", "Nobody came.", "\ud83d odd", "Lisa Brown left."]
    first, read = find_stock(texts, memo)
    again, reread = find_stock(texts, memo)
    assert (read, reread) == (3, 0)
    assert first == again
    assert first["Lisa Brown left."] == [Span(0, 10, "PERSON")]
