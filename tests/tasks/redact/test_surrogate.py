"""Stand-ins: natural, reserved, the same all through a conversation, and known again."""

import ipaddress
import json
import os
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum import iban, luhn

from tasks.base.dataset import write_dataset
from tasks.redact.audit import residues
from tasks.redact.keys import KEY
from tasks.redact.params import RedactParams
from tasks.redact.pii import redact, redact_pii
from tasks.redact.rules import RULES, find
from tasks.redact.standin.coined import COINED, FEMININE, MASCULINE, SURNAMES
from tasks.redact.standin.kinds import is_stand_in
from tests.builders import row, table, texts, turn
from tests.laws.hard_rows import ROWS
from tests.tasks.redact.test_pii import PIECES, PRIVATE
from tests.tasks.redact.test_rules import FOUND

NATURAL = RedactParams(mode="surrogate")


@pytest.fixture(autouse=True)
def _no_key(monkeypatch):
    monkeypatch.delenv(KEY, raising=False)


def one(*turns, params=NATURAL, id="one-0", **more):
    """Texts of one conversation after redaction."""
    return texts(redact(table(row(id, *turns, **more)), params).rows)[0]


def stand_in(before, value, params=NATURAL, id="one-0"):
    """What stands for `value`, the only one in `before`."""
    start = before.index(value)
    after, end = one(before, params=params, id=id)[0], before[start + len(value) :]
    assert after.startswith(before[:start])
    assert after.endswith(end)
    return after[start : len(after) - len(end)]


def digits(value):
    return re.sub(r"\D", "", value)


def is_phone(value):
    films = r"\+?44 ?(113|114|115|116|117|118|121|131|141|151|161) ?496 ?0|0\d{3} ?\d?496 0"
    number = digits(value)
    american = re.fullmatch(r"1?\d{3}55501\d\d", number)
    british = re.search(r"4960\d{3}$|79460\d{3}$|7700900\d{3}$|1632960\d{3}$", number)
    german = re.search(r"(3023125|6990009|4066969|2214710|8999998)\d{3}$", number)
    french = re.search(r"(19900|26191|35301|46571|53649|63998)\d{4}$", number)
    return bool(films and (american or british or german or french))


RESERVED = {
    "EMAIL_ADDRESS": lambda v: re.search(
        r"(?:@|\(at\) )example(?:\.| \[dot\] )(?:com|org|net)$", v
    ),
    "PHONE_NUMBER": is_phone,
    "CREDIT_CARD": lambda v: luhn.is_valid(digits(v)) and "00" in digits(v)[4:8],
    "IBAN_CODE": lambda v: (
        iban.is_valid(v, check_country=False) and re.sub(r"\W", "", v)[4:8] in ("DEMO", "0000")
    ),
    "US_SSN": lambda v: digits(v)[0] == "9" and "01" <= digits(v)[3:5] <= "49",
    "IP_ADDRESS": lambda v: not ipaddress.ip_address(v).is_global,
    "MAC_ADDRESS": lambda v: v.upper().startswith("00:00:5E:00:53:"),
    "DATE_OF_BIRTH": lambda v: re.search(r"19\d\d", v),
    "MEDICAL_RECORD": lambda v: True,
    "AGE": lambda v: int(v) % 5 == 0,
    "ACCOUNT_NUMBER": lambda v: True,
    "PASSPORT": lambda v: True,
    "DRIVER_LICENSE": lambda v: True,
    "ID_NUMBER": lambda v: True,
    "STREET_ADDRESS": lambda v: (
        any(word.casefold() in v.casefold() for word in SURNAMES) or re.search("(?i)box 0", v)
    ),
    "USERNAME": lambda v: v.lstrip("@").split("_")[0] in COINED,
    "SECRET": lambda v: re.search(r"FAKE|dead|^0+\d$", v),
}
SHAPED = ("PHONE_NUMBER", "CREDIT_CARD", "US_SSN", "MEDICAL_RECORD", "ACCOUNT_NUMBER",
          "PASSPORT", "DRIVER_LICENSE", "ID_NUMBER")  # fmt: skip


def keeps_its_layout(number):
    return len(digits(number)) >= 10 and not re.match(r"\+91|00|\+\d\d \(0\)", number)


def shape(value):
    return re.sub("[a-z]", "a", re.sub("[A-Z]", "A", re.sub("[0-9]", "1", value)))


@pytest.mark.parametrize(("entity", "before", "value"), FOUND)
def test_a_stand_in_is_reserved_shaped_like_the_value_and_known_again(entity, before, value):
    found = stand_in(before, value)
    assert found != value
    assert RESERVED[entity](found), found
    assert is_stand_in(entity, found)
    assert not is_stand_in(entity, value)
    assert residues([one(before)[0]], surrogates=True) == {}
    # of another length or country than any that is kept for films: the usual layout of those
    if entity in SHAPED and (entity != "PHONE_NUMBER" or keeps_its_layout(value)):
        assert shape(found) == shape(value)
    assert one(one(before)[0]) == one(before)


@pytest.mark.parametrize(("entity", "before", "value"), FOUND)
def test_the_rules_take_a_stand_in_for_real_but_where_none_is_ever_issued(entity, before, value):
    after = one(before)[0]
    found = [s.entity for s in find(after)]
    assert found == ([] if entity == "US_SSN" else [entity])


@pytest.mark.parametrize(("before", "_"), PRIVATE)
def test_a_second_run_changes_nothing_and_no_name_is_left(before, _):
    after = one(before, "Fine.")
    assert after[0] != before
    assert not re.search(r"<[A-Z_]+_\d", after[0])
    assert one(*after) == after
    assert one(*after, id="another-3") == after


def test_parts_of_a_name_follow_the_whole_in_case_title_and_possessive():
    first, second, third, _ = one(
        "My name is John Brooks. My wife Mary Brooks is ill.",
        "Thanks, John. Mr. Brooks? BROOKS' flat. Is John Brooks's bill paid?",
        "john brooks again; Mel Brooks is no kin.",
        "Ok",
    )
    match = re.fullmatch(r"My name is (\w+) (\w+)\. My wife (\w+) (\w+) is ill\.", first)
    assert match
    john, brooks, mary, again = match.groups()
    assert again == brooks
    assert john in MASCULINE
    assert mary in FEMININE
    assert second == (
        f"Thanks, {john}. Mr. {brooks}? {brooks.upper()}' flat. Is {john} {brooks}'s bill paid?"
    )
    assert third == f"{john.lower()} {brooks.lower()} again; Mel Brooks is no kin."


def test_initials_and_particles_stay_in_their_places():
    (after,) = one("My name is Ludwig A. van der Berg.")
    assert re.fullmatch(r"My name is [A-Z]\w+ [A-Z]\. van der [A-Z]\w+\.", after)


def test_an_address_of_mail_is_made_of_its_owners_stand_in():
    (after,) = one("My name is Tim Brown, tim.brown@example.org")
    first, last = after.removeprefix("My name is ").split(",")[0].lower().split()
    assert after.split(", ")[1].startswith(f"{first}.{last}@example.")


def test_one_value_has_one_stand_in_however_it_is_written():
    first, second = one(
        "Call +1-633-555-0127, card 4111 1111 1111 1111. Mail A.B@Example.org",
        "Is it (633) 555-0127? Card 4111111111111111, a.b@example.org, a.b (at) example.org",
    )
    assert digits(first.split(",")[0])[1:] == digits(second.split("?")[0])
    assert digits(first.split("card ")[1].split(".")[0]) == digits(
        second.split("Card ")[1].split(",")[0]
    )
    mail = first.split("Mail ")[1]
    assert mail in second
    assert second.split(", ")[-1] == mail.replace("@", " (at) ")


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("+49 30 901820", r"\+49 \d{10}"),
        ("+4930901820", r"\+49 \d{10}"),
        ("415-329-8841 ext. 22", r"\d{3}-555-01\d\d ext\. \d\d"),
    ],
)
def test_the_country_and_the_word_before_an_extension_stay(value, kept):
    assert re.fullmatch(kept, stand_in(f"Call {value} now", value))


def test_another_conversation_has_other_stand_ins_and_a_copy_has_the_same():
    before = "My name is John Brooks, MRN 39582488, call +1-633-555-0127."
    assert one(before, id="one-0") == one(before, id="one-7")
    assert one(before, id="one-0") != one(before, id="two-0")


def test_seed_and_key_change_every_stand_in_and_the_key_goes_before_the_seed(monkeypatch):
    before = "My name is John Brooks, MRN 39582488."
    other = RedactParams(mode="surrogate", seed=7)
    assert one(before) == one(before, params=RedactParams(mode="surrogate", seed=0))
    assert one(before) != one(before, params=other)
    monkeypatch.setenv(KEY, "a long random text")
    keyed = one(before)
    assert keyed == one(before, params=other)
    monkeypatch.setenv(KEY, "another long random text")
    assert keyed != one(before)


def test_a_stand_in_was_never_in_the_conversation_and_stands_for_one_value_only():
    numbers = [f"10.{i // 200}.{i % 200}.9" for i in range(260)]
    (after,) = one("Logins from " + ", ".join(numbers) + ".")
    stand_ins = after.removeprefix("Logins from ").rstrip(".").split(", ")
    assert len(set(stand_ins)) == len(numbers)
    assert not set(stand_ins) & set(numbers)
    (again,) = one(f"Login from 10.0.0.9 and then {stand_ins[0]}.")
    assert again.split()[2] != stand_ins[0]


@pytest.mark.parametrize(
    "born",
    ["1978-02-04", "02/04/1978", "2/4/78", "4.2.1978", "31/12/1978", "Feb 4, 1978", "4 Feb. 1978",
     "FEBRUARY 4 1978", "4th of February, 1978"],
)  # fmt: skip
def test_a_birth_date_stays_near_and_in_its_way_of_writing(born):
    found = stand_in(f"Date of birth: {born}", born)
    assert re.search(r"19(?:7[6-9]|80)|/(?:7[6-9]|80)$", found), found
    assert shape(found)[0] in shape(born)[0] + "1"
    assert [sign in found for sign in "/.-,"] == [sign in born for sign in "/.-,"]
    assert is_stand_in("DATE_OF_BIRTH", found)


def test_ages_become_coarse_and_all_over_89_are_90():
    (after,) = one("SSN 489-91-3820, age 52. SSN 489-91-3820, age 45. Aged 97.")
    ages = re.findall(r"(?i)aged? (\d+)", after)
    assert ages[0] in ("50", "55")
    assert ages[1] in ("40", "50")
    assert ages[2] == "90"
    assert one(after) == [after]


def test_few_real_birth_dates_numbers_and_phones_pass_for_stand_ins():
    days = [date.fromordinal(n).strftime("%m/%d/%Y") for n in range(690_000, 730_000)]
    assert sum(is_stand_in("DATE_OF_BIRTH", day) for day in days) < 0.008 * len(days)
    numbers = [str(n) for n in range(7_000_000, 7_040_000)]
    assert sum(is_stand_in("MEDICAL_RECORD", n) for n in numbers) < 0.002 * len(numbers)
    assert not any(is_stand_in("PHONE_NUMBER", n) for n in numbers)
    films = [f"{area}-555-01{n:02}" for area in range(200, 999) for n in range(100)]
    assert sum(is_stand_in("PHONE_NUMBER", n) for n in films) < 0.005 * len(films)


def test_a_number_with_a_right_seal_goes_where_a_real_name_stands():
    sealed = next(str(n) for n in range(7_000_000, 7_040_000) if is_stand_in("ID_NUMBER", str(n)))
    assert one(f"MRN {sealed} is known.") == [f"MRN {sealed} is known."]
    (after,) = one(f"MRN {sealed} is that of my wife Lisa Brown, MRN 7000001.")
    assert sealed not in after
    assert one(after) == [after]


def test_a_title_before_a_whole_name_makes_no_surname_of_the_first():
    (after,) = one("My name is Peter Hill. Mr. Peter Hill? Mr. Hill? Dr. Hill.")
    first, last = after.removeprefix("My name is ").split(".")[0].split()
    assert (first in MASCULINE, last in SURNAMES) == (True, True)
    assert after.endswith(f"Mr. {first} {last}? Mr. {last}? Dr. {last}.")


def test_what_no_stand_in_can_be_made_of_becomes_a_tag():
    params = RedactParams(
        mode="surrogate", patterns={"EMPLOYEE_NO": r"E-\d{6}", "TICKET": r"ticket (?P<value>\w+)"}
    )
    (after,) = one("E-123456, ticket abc, Date of birth: 31/31/1990", params=params)
    assert re.fullmatch(r"E-\d{6}, ticket <TICKET_1>, Date of birth: <DATE_OF_BIRTH_1>", after)
    assert "123456" not in after
    assert one(after, params=params) == [after]


def test_every_part_of_a_row_has_the_same_stand_ins_and_numbers_stay_numbers():
    call = json.dumps({"tool_calls": [{"function": {"arguments": '{"e": "tim@example.org"}'}}]})
    before = row(
        "a-0", "Find tim@example.org", turn("assistant", "", call),
        rejected=[turn("assistant", "Is it tim@example.org?")],
        meta='{"owner": "tim@example.org", "n": 3, "ssn": 489913820, "patientId": 7745120}',
    )  # fmt: skip
    done = redact(table(before), NATURAL).rows.drop("edit_entities")
    after = done.collect().row(0, named=True)
    mail = after["messages"][0]["content"].removeprefix("Find ")
    assert mail != "tim@example.org"
    assert f'{{\\"e\\": \\"{mail}\\"}}' in after["messages"][1]["extra"]
    assert after["rejected"][0]["content"] == f"Is it {mail}?"
    meta = json.loads(after["meta"])
    assert (meta["owner"], meta["n"]) == (mail, 3)
    assert isinstance(meta["ssn"], int)
    assert isinstance(meta["patientId"], int)
    assert meta["ssn"] != 489913820
    assert redact(done, NATURAL).rows.collect()["edit_entities"].to_list() == [None]


def test_new_text_beside_stand_ins_is_redacted_and_they_stay():
    (first,) = one("My name is John Brooks, tim@example.org.")
    both = one(first, "Please call my wife Lisa Smith on +1-633-555-0127.")
    assert both[0] == first
    assert "Lisa" not in both[1]
    assert "633" not in both[1]


def test_the_audit_finds_real_values_among_stand_ins():
    (after,) = one("My name is John Brooks, tim@example.org, MRN 39582488.")
    assert residues([after], surrogates=True) == {}
    assert residues([after])["EMAIL_ADDRESS"] == 1
    assert residues([after, "ann@example.org, 198.51.100.178"], surrogates=True) == {
        "EMAIL_ADDRESS": 1,
        "IP_ADDRESS": 1,
    }


@pytest.mark.parametrize("mode", ["tag", "surrogate", "hash"])
@pytest.mark.parametrize(
    "mask",
    ["<NAME>", "[REDACTED]", "{{name}}", "[Your Name]", "{NAME}", "<your name>", "<name>",
     "[NAME_1]", "[Name 1]", "<PERSON_3>", "<EMAIL_ADDRESS_a1b2c3d4e5f6>", "[email protected]",
     "[**Known lastname 1234567**]", "XXX-XX-1234", "[insert phone number here]",
     "{{ user.email }}", "<your_phone_number>", "[Patient Name]", "******",
     "<REDACTED>", "%NAME%", "${NAME}"],
)  # fmt: skip
def test_placeholders_stay_in_every_mode(mask, mode, monkeypatch):
    monkeypatch.setenv(KEY, "a long random text")
    before = f"My name is {mask}. Phone: {mask}, e-mail: {mask}, MRN {mask}; password: {mask}. Dear"
    assert one(f"{before} {mask}, hello", "Ok", params=RedactParams(mode=mode))[0] == (
        f"{before} {mask}, hello"
    )


def test_coined_names_are_many_apart_from_words_and_of_one_form():
    assert min(map(len, (SURNAMES, FEMININE, MASCULINE))) >= 55
    assert len(COINED) == len(SURNAMES) + len(FEMININE) + len(MASCULINE)
    assert all(re.fullmatch("[A-Z][a-z]{4,10}", n) for n in (*SURNAMES, *FEMININE, *MASCULINE))
    assert not [n for n in COINED if n.endswith(("street", "road", "bank"))]


def test_the_same_text_has_the_same_stand_ins_in_every_process():
    code = (
        "from tests.builders import row, table, texts; from tasks.redact.pii import redact; "
        "from tasks.redact.params import RedactParams; "
        "t = 'MRN 39582488, tim@example.org, account holder John Brooks, 10 Oak Street'; "
        "print(texts(redact(table(row('one-0', t)), RedactParams(mode='surrogate')).rows)[0][0])"
    )
    root = Path(__file__).parents[3]
    said = {
        subprocess.run(
            [sys.executable, "-c", code], cwd=root, text=True, capture_output=True, check=True,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(root)},
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(said) == 1


ODD = st.one_of(
    st.sampled_from([*PIECES, *(before for _, before, _ in FOUND)]),
    st.text(max_size=8),
    st.sampled_from(
        ["\u202e", "\u200b", "\ud83d", "６３３", "İ", "ß", "@", "://", "<", "{", "Dr. "]
    ),
)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.lists(ODD, max_size=8).map("".join), min_size=1, max_size=3))
def test_a_second_run_over_any_text_changes_nothing(contents):
    rows = table(row("a-0", *(c.encode("utf-8", "replace").decode() for c in contents)))
    once = redact(rows, NATURAL).rows.drop("edit_entities").collect()
    assert texts(redact(once.lazy(), NATURAL).rows) == texts(once)


def test_the_stage_obeys_its_laws_with_stand_ins_too(tmp_path):
    data = write_dataset(table(*ROWS).collect(), str(tmp_path))
    first = redact_pii.fn(data, NATURAL)
    second = redact_pii.fn(first.data, NATURAL)
    assert first.report.edited == redact_pii.fn(data, RedactParams()).report.edited
    assert (second.report.edited, second.data.sha256) == (0, first.data.sha256)


def test_all_rules_are_covered():
    assert {rule.entity for rule in RULES} == set(RESERVED)
