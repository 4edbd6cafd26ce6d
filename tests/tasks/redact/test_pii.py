"""Redaction of whole conversations."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.base.dataset import read_dataset, write_dataset
from tasks.base.errors import UsageError
from tasks.base.memo import RowMemo
from tasks.redact.named import Named
from tasks.redact.params import KEY, RedactParams
from tasks.redact.pii import redact, redact_pii
from tasks.redact.remembered import Memory
from tasks.redact.rule import Span
from tests.builders import row, table, texts, turn

DEFAULT = RedactParams()


def one(*turns, params=DEFAULT, **more):
    """Texts of one conversation after redaction."""
    return texts(redact(table(row("a", *turns, **more)), params).rows)[0]


def column(name, value):
    """A JSON column after redaction."""
    return redact(table(row("a", "Hi", "Hello", **{name: value})), DEFAULT).rows.collect()[name][0]


PRIVATE = [
    ("Tim Striebitz can be reached at +1-633-555-0127 or tim.s@example.org. CC: arm pain",
     "<PERSON_1> can be reached at <PHONE_NUMBER_1> or <EMAIL_ADDRESS_1>. CC: arm pain"),
    ("IBAN NL91ABNA0417164300, account holder Katy Berry. Predict the news.",
     "IBAN <IBAN_CODE_1>, account holder <PERSON_1>. Predict the news."),
    ("Contact: Zoé Gosselin <zogosselin@example.org>, 705.555.0155. Seth and Max were selling.",
     "Contact: <PERSON_1> <<EMAIL_ADDRESS_1>>, <PHONE_NUMBER_1>. Seth and Max were selling."),
    ("You can call me on +1-823-555-0161, ask for Mark Stone. Did Bill Clinton resign?",
     "You can call me on <PHONE_NUMBER_1>, ask for <PERSON_1>. Did Bill Clinton resign?"),
    ("Name: Eloy Barroso\nDate of birth: 03/31/1990\nSSN: 262-16-8118",
     "Name: <PERSON_1>\nDate of birth: <DATE_OF_BIRTH_1>\nSSN: <US_SSN_1>"),
    ("My name is Lisa. How can I help?", "My name is <PERSON_1>. How can I help?"),
    ("My wife Aurora Alvarez loves it.", "My wife <PERSON_1> loves it."),
    ("Hi, I'm Olivia Smith, and I have a question.", "Hi, I'm <PERSON_1>, and I have a question."),
    ('{"street": "48 Pinehurst Lane", "city": "Austin", "name": "Tim Brown"}',
     '{"street": "<STREET_ADDRESS_1>", "city": "Austin", "name": "<PERSON_1>"}'),
    ("Dear Mr. Darcy, call me on (241) 555-0135.",
     "Dear Mr. <PERSON_1>, call me on <PHONE_NUMBER_1>."),
    ("Dear Mr. Brown, I write to you.", "Dear Mr. <PERSON_1>, I write to you."),
    ("The IP is 203.0.113.77 and Docker, Kafka and Jenkins run on Ubuntu.",
     "The IP is <IP_ADDRESS_1> and Docker, Kafka and Jenkins run on Ubuntu."),
    ("Contact: New York Office, phone (241) 555-0135. Contact: Maria Lopez.",
     "Contact: New York Office, phone <PHONE_NUMBER_1>. Contact: <PERSON_1>."),
    ("Call (241) 555-0135 about IgA Nephropathy, and ask for Maria Politis.",
     "Call <PHONE_NUMBER_1> about IgA Nephropathy, and ask for <PERSON_1>."),
    ("Patient name: JOHN BROOKS", "Patient name: <PERSON_1>"),
    ("Find a customer, full name John Brooks.", "Find a customer, full name <PERSON_1>."),
    ("**Patient Name:** Karen Whitfield", "**Patient Name:** <PERSON_1>"),
    ("- **Name:** Karen Whitfield\n- **SSN**: 489 91 3820",
     "- **Name:** <PERSON_1>\n- **SSN**: <US_SSN_1>"),
    ("| Patient Name | Karen Whitfield |", "| Patient Name | <PERSON_1> |"),
    ("My name is Will Smithers.", "My name is <PERSON_1>."),
    ("My name is J. R. Tolk.", "My name is <PERSON_1>."),
    ("Chief complaint: pain. Ms. Russell is a 39-year-old female.",
     "Chief complaint: pain. Ms. <PERSON_1> is a 39-year-old female."),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after"), PRIVATE)
def test_the_name_of_a_private_person_goes(before, after):
    assert one(before, "Fine.") == [after, "Fine."]


KEPT = [
    "Jack and Jill went up the hill, and Jack fell down.",
    "Mrs. Oaklyn buys 3 apples for $5.",
    "What is the treatment of IgA Nephropathy or Soft Tissue Sarcoma?",
    "Did William Howard Taft read DC Comics? Elon Musk runs Tesla in Texas.",
    "My name is Sherlock Holmes, and I live in London.",
    "| Full Name | Derek Sanderson Jeter | Alberto Pujols |",
    "Patient: Augmentin, Detroal LA and lisinopril.",
    "Doctor: Any past surgeries?\nPatient: Nah.\nDoctor: Do you take Lexapro or Prozac?",
    "My name is Vicuna, and I'm a language model.",
    "Thank you for calling Acme customer support. Okay, Perfect.",
    "SELECT name FROM users WHERE name = 'Sarah Williams'",
    "Which album did Michael Jackson release on 30 November 1982?",
    "Dear Mr. Einstein, dear Mrs. Claus, and dear Mr. Darcy, I write about light.",
    "This is Gerald's third offense.",
]


@pytest.mark.parametrize("text", KEPT)
def test_other_names_stay(text):
    assert one(text, "Fine.") == [text, "Fine."]


def test_a_name_goes_from_every_later_turn_and_in_all_its_parts():
    assert one(
        "My name is John Brooks.",
        "Thanks, John. Mr. Brooks? BROOKS' flat. Is John Brooks's bill paid?",
        "john brooks again; Mel Brooks is no kin; he took a book to the brook.",
        "Ok",
    ) == [
        "My name is <PERSON_1>.",
        "Thanks, <PERSON_1>. Mr. <PERSON_1>? <PERSON_1>' flat. Is <PERSON_1>'s bill paid?",
        "<PERSON_1> again; Mel Brooks is no kin; he took a book to the brook.",
        "Ok",
    ]


def test_a_name_that_is_also_a_word_stays_where_a_sentence_begins():
    assert one("My name is Mark Stone.", "Mark the date. Stone walls. I told Mark.")[1] == (
        "Mark the date. Stone walls. I told <PERSON_1>."
    )


@pytest.mark.parametrize(
    ("name", "mention", "after"),
    [
        ("José Álvarez", "Jose Alvarez or Mr. Alvarez?", "<PERSON_1> or Mr. <PERSON_1>?"),
        ("Sean O’Connor", "Is Sean O'Connor in?", "Is <PERSON_1> in?"),
        ("Karen Whitfield", "_Karen_, __Karen Whitfield__", "_<PERSON_1>_, __<PERSON_1>__"),
        ("Dan Ng", "Is it Mr. Ng? Ng is a sound.", "Is it Mr. <PERSON_1>? Ng is a sound."),
        ("Karen Whitfield", "a_Karen karen_b Karen Karen", "a_Karen karen_b <PERSON_1> <PERSON_1>"),
    ],
)
def test_a_name_goes_in_other_spellings_too(name, mention, after):
    assert one(f"My name is {name}.", mention)[1] == after


@pytest.mark.parametrize("fence", ["```java\n{}\n```", "{}"])
def test_a_name_in_code_stays(fence):
    code = fence.format("private String name;\nString other = Mark;\nreturn name;")
    assert one("My name is Mark String.", code)[1] == code


def test_words_of_one_name_side_by_side_are_one_mention():
    named = Named(["Ann Whitfield"])
    first, second = Span(4, 7, "PERSON"), Span(8, 17, "PERSON")
    assert named.joined("Hi, Ann Whitfield", [first, second]) == [Span(4, 17, "PERSON")]
    assert len(named.joined("Hi, Ann Ann", [first, Span(8, 11, "PERSON")])) == 2


def test_a_thousand_values_are_each_found_again():
    lines = [f"Mail {chr(97 + i % 26)}{i}@firm{i}.com" for i in range(1000)]
    after = one("\n".join(lines), " ".join(line[5:] for line in reversed(lines)))
    assert after[1].split()[-1] == "<EMAIL_ADDRESS_1>"
    assert len(set(after[1].split())) == 1000


def test_a_later_turn_may_name_a_value_without_its_label():
    assert one("MRN 39582488", "I looked up 39582488; 395824889 is another.") == [
        "MRN <MEDICAL_RECORD_1>",
        "I looked up <MEDICAL_RECORD_1>; 395824889 is another.",
    ]


def test_one_value_has_one_tag_however_it_is_written():
    assert one(
        "Call +1-633-555-0127 or (241) 555-0135.",
        "Is it (633) 555-0127? Mail A.B@Example.org or a.b@example.org.",
    ) == [
        "Call <PHONE_NUMBER_1> or <PHONE_NUMBER_2>.",
        "Is it <PHONE_NUMBER_1>? Mail <EMAIL_ADDRESS_1> or <EMAIL_ADDRESS_1>.",
    ]


@pytest.mark.parametrize(
    ("before", "later"),
    [
        ("Call +1 (415) 329-8841.", "4153298841 or 415.329.8841"),
        ("Call 415-329-8841.", "+1 415 329 8841 or 415-329-8841 ext. 22"),
        ("SSN 262-16-8118", "262168118"),
        ("account number 12345678", "1234-5678"),
        ("MAC 00:1A:2B:3C:4D:5E", "00-1a-2b-3c-4d-5e"),
    ],
)
def test_the_same_number_in_another_layout_has_the_same_tag(before, later):
    tag = one(before, later)[0].split(" ")[-1].rstrip(".")
    assert one(before, later)[1] == " or ".join([tag] * len(later.split(" or ")))


def test_another_number_that_looks_alike_stays():
    assert one("account number 12345678", "1234.5678 or 123456789")[1] == "1234.5678 or 123456789"


def test_tags_that_are_there_keep_their_numbers_and_masks_stay():
    assert one(
        "<EMAIL_ADDRESS_3>, [email protected], {NAME}, [Customer name]", "tim@example.org"
    ) == [
        "<EMAIL_ADDRESS_3>, [email protected], {NAME}, [Customer name]",
        "<EMAIL_ADDRESS_4>",
    ]


def test_every_part_of_a_row_is_redacted_with_one_map():
    call = json.dumps(
        {
            "tool_calls": [
                {"function": {"name": "find", "arguments": '{"email": "tim@example.org"}'}}
            ]
        }
    )
    done = redact(
        table(
            row(
                "a",
                "Find tim@example.org",
                turn("assistant", "", call),
                rejected=[turn("assistant", "Is ann@example.org tim@example.org?")],
                tools='[{"description": "Ask ann@example.org"}]',
                meta='{"owner": "tim@example.org", "n": 3, "ssn": 489913820, '
                '"patientId": "7745120"}',
            )
        ),
        DEFAULT,
    ).rows.collect()
    first = done.row(0, named=True)
    assert first["messages"][0]["content"] == "Find <EMAIL_ADDRESS_1>"
    assert '{\\"email\\": \\"<EMAIL_ADDRESS_1>\\"}' in first["messages"][1]["extra"]
    assert first["rejected"][0]["content"] == "Is <EMAIL_ADDRESS_2> <EMAIL_ADDRESS_1>?"
    assert first["tools"] == '[{"description": "Ask <EMAIL_ADDRESS_2>"}]'
    assert json.loads(first["meta"]) == {
        "owner": "<EMAIL_ADDRESS_1>",
        "n": 3,
        "ssn": "<US_SSN_1>",
        "patientId": "<MEDICAL_RECORD_1>",
    }
    assert json.loads(first["edit_entities"]) == {
        "EMAIL_ADDRESS": 6,
        "MEDICAL_RECORD": 1,
        "US_SSN": 1,
    }


def test_json_without_personal_data_stays_byte_for_byte():
    blob = '{"a":  1.50, "b": "\\u00e9"}'
    assert column("meta", blob) == blob


def test_json_with_half_a_character_is_redacted_and_stays_json():
    blob = '{"a": "\\ud83d tim@example.org, my name is Tim Brown"}'
    assert json.loads(column("meta", blob)) == {
        "a": "\ud83d <EMAIL_ADDRESS_1>, my name is <PERSON_1>"
    }


def test_json_that_is_nested_too_deeply_is_searched_as_a_text():
    deep = "[" * 5000 + '"{}"' + "]" * 5000
    assert column("meta", deep.format("tim@example.org")) == deep.format("<EMAIL_ADDRESS_1>")


def test_numbers_too_large_for_python_stay_as_they_are():
    assert column("meta", '{"a": "tim@example.org", "n": 1e999, "m": -1E400}') == (
        '{"a": "<EMAIL_ADDRESS_1>", "n": 1e999, "m": -1E400}'
    )


def test_json_that_is_broken_is_still_searched():
    assert column("meta", '{"a": tim@example.org') == '{"a": <EMAIL_ADDRESS_1>'


def test_a_row_without_personal_data_has_no_edit():
    outcome = redact(table(row("a", "Hi", "Hello"), row("b", "tim@example.org", "Ok")), DEFAULT)
    assert outcome.rows.collect()["edit_entities"].to_list() == [None, '{"EMAIL_ADDRESS": 1}']
    assert outcome.figures == {
        "by_type": {"EMAIL_ADDRESS": 1},
        "characters": 24,
        "kept_because": {},
        "names_kept": 0,
        "rows_read": 2,
        "texts_read_by_model": 1,
    }


def test_no_rows_and_rows_without_turns_go_through():
    assert texts(redact(table(), DEFAULT).rows) == []
    assert texts(redact(table(row("a")), DEFAULT).rows) == [[]]


def test_disabled_it_changes_nothing():
    assert one("tim@example.org", params=RedactParams(enabled=False)) == ["tim@example.org"]


UNPROVED = "Our new flat is at 31 Metsanurga 25, Harstad. Come by."


def test_strict_takes_an_address_that_only_the_model_sees():
    assert one(UNPROVED) == [UNPROVED]
    strict = one(UNPROVED, params=RedactParams(strict=True))
    assert strict == ["Our new flat is at <STREET_ADDRESS_1>. Come by."]


def test_such_an_address_ends_where_a_rule_proves_something_else():
    text = "Our new flat is at\n31 Metsanurga 25\nHarstad\n+1-633-555-0127"
    strict = one(text, params=RedactParams(strict=True))[0]
    assert "Metsanurga" not in strict
    assert strict.endswith("<PHONE_NUMBER_1>")


@pytest.mark.parametrize(
    "more", [{"name_model": "spacy"}, {"entities": ("PERSON", "EMAIL_ADDRESS")}]
)
def test_such_an_address_stays_without_our_model_or_where_addresses_are_not_asked_for(more):
    assert "31 Metsanurga 25" in one(UNPROVED, params=RedactParams(strict=True, **more))[0]


def test_an_address_that_the_model_sees_has_one_stand_in_that_is_known_again():
    text = "The parcel goes to\n31 Hlíðarvegur 25\nSuite 402\nVik\nMalta 70440\nby Friday."
    natural = RedactParams(strict=True, mode="surrogate")
    after = one(text, params=natural)
    assert not any(part in after[0] for part in ("Hlíðarvegur", "402", "Vik", "70440"))
    assert one(after[0], params=natural) == after


def test_strict_takes_every_name():
    text = "Barack Obama met Angela Merkel in Berlin."
    assert one(text, params=RedactParams(strict=True)) == ["<PERSON_1> met <PERSON_2> in Berlin."]


def test_values_to_keep_are_kept():
    params = RedactParams(keep=("Help.Desk@example.org",))
    assert one("help.desk@example.org, tim@example.org", params=params) == [
        "help.desk@example.org, <EMAIL_ADDRESS_1>"
    ]


def test_only_the_kinds_asked_for_go():
    params = RedactParams(entities=("EMAIL_ADDRESS",))
    text = "My name is Lisa Brown, 198.51.100.7, tim@example.org"
    assert one(text, params=params) == ["My name is Lisa Brown, 198.51.100.7, <EMAIL_ADDRESS_1>"]


def test_patterns_of_ones_own_and_presidios_recognisers_work_beside_the_rules():
    params = RedactParams(
        patterns={"EMPLOYEE_NO": r"E-\d{6}", "TICKET": r"ticket (?P<value>\w+)"},
        recognisers=("NhsRecognizer",),
    )
    text = "E-123456, ticket abc, 401-023-2137"
    assert one(text, params=params) == ["<EMPLOYEE_NO_1>, ticket <TICKET_1>, <UK_NHS_1>"]


def test_keyed_tags_are_the_same_in_every_conversation(monkeypatch):
    monkeypatch.setenv(KEY, "a long random text")
    params = RedactParams(mode="hash")
    rows = table(
        row("a", "My name is Tim Brown."), row("b", "I wrote to Tim; my name is Tim Brown")
    )
    first, second = (t[0] for t in texts(redact(rows, params).rows))
    tag = first.removeprefix("My name is ").removesuffix(".")
    assert tag.startswith("<PERSON_")
    assert second == f"I wrote to {tag}; my name is {tag}"
    monkeypatch.setenv(KEY, "another")
    assert one("My name is Tim Brown.", params=params) != [first]


def test_keyed_tags_need_a_key(monkeypatch):
    monkeypatch.delenv(KEY, raising=False)
    with pytest.raises(UsageError, match=KEY):
        one("Hi", params=RedactParams(mode="hash"))


def test_a_second_pass_changes_nothing():
    rows = table(*(row(str(i), before, "Fine.") for i, (before, _) in enumerate(PRIVATE)))
    once = redact(rows, DEFAULT).rows
    again = redact(once.drop("edit_entities"), DEFAULT).rows.collect()
    assert again["edit_entities"].null_count() == again.height
    assert texts(again) == texts(once)


PIECES = ("My name is ", "John Brooks", ", ", "Dr. ", "tim@example.org", " call (241) 555-0135",
          "\n", "Smith", " is a 40-year-old male", "password: hunter2000", "<PERSON_1>", "'s ",
          "Dear ", "{", "```", "MRN 39582488", ". ", "born 1/2/1980 ")  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.sampled_from(PIECES), max_size=8).map("".join), max_size=3))
def test_redaction_is_idempotent_and_keeps_rows(contents):
    rows = table(row("a", *contents), row("b", *reversed(contents)))
    once = redact(rows, DEFAULT).rows.drop("edit_entities").collect()
    assert once["id"].to_list() == ["a", "b"]
    assert texts(redact(once.lazy(), DEFAULT).rows) == texts(once)


def test_what_the_model_read_once_it_does_not_read_again(tmp_path):
    rows = table(row("a", "Dear Tim Brown, thanks. Regards, Lisa Smith", "Ok"))
    memory = Memory(RowMemo(str(tmp_path), "redact.names", "1"))
    first, second = redact(rows, DEFAULT, memory), redact(rows, DEFAULT, memory)
    assert first.figures["texts_read_by_model"] > 0
    assert second.figures["texts_read_by_model"] == 0
    assert texts(first.rows) == texts(second.rows)


def test_the_task_stores_rows_and_edits_and_its_result_holds_no_value(tmp_path):
    data = write_dataset(
        table(row("a", "tim@example.org", "Ok"), row("b", "Hi", "Hello")).collect(), str(tmp_path)
    )
    result = redact_pii.fn(data, DEFAULT)
    assert texts(read_dataset(result.data)) == [["<EMAIL_ADDRESS_1>", "Ok"], ["Hi", "Hello"]]
    assert result.edits is not None
    edits = read_dataset(result.edits).collect()
    assert edits.rows() == [("a", '{"EMAIL_ADDRESS": 1}', "{}")]
    assert result.report.stage == "redact.pii"
    assert result.report.edited == 1
    assert "tim@" not in result.model_dump_json()
