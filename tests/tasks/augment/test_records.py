"""Rows of records: complete, true to their schema, and about nobody."""

import json

import polars as pl
import pytest
from jsonschema import Draft202012Validator

from tasks.augment.fhir import flat
from tasks.augment.identity import identity
from tasks.augment.patients import invented_patients
from tasks.augment.recipe import recipe_field
from tasks.augment.record_files import INVENTED
from tasks.augment.records import make_from_records
from tasks.augment.records_params import RecordsParams
from tasks.augment.templates import BUILT_IN, load_templates
from tasks.base.errors import UsageError
from tasks.ingest.sources import find_sources
from tests.builders import table

PLAIN = """
name: plants
version: 3
templates:
  - name: water
    prompt: "How often does a {{ record.plant }} want water?"
    answer: "Every {{ record.days }} days."
"""


def made(files=(), **params):
    outcome = make_from_records(table(), RecordsParams(**params), files)
    rows = outcome.rows.collect().with_columns(
        fault=recipe_field("fault"), told=recipe_field("told"), template=recipe_field("operator")
    )
    return rows, outcome


def texts(rows):
    return ["\n".join(t["content"] for t in turns) for turns in rows["messages"].to_list()]


@pytest.fixture
def of(tmp_path):
    """Rows of a table, by templates."""

    def make(content, templates=PLAIN, name="t.csv", **params):
        (tmp_path / name).write_text(content)
        (tmp_path / "t.yaml").write_text(templates)
        files = find_sources([str(tmp_path / name)], tmp_path / "spool")
        return made(files, templates=str(tmp_path / "t.yaml"), **params)

    return make


def leaves(value):
    if isinstance(value, dict):
        return [leaf for inner in value.values() for leaf in leaves(inner)]
    if isinstance(value, list):
        return [leaf for inner in value for leaf in leaves(inner)]
    return [str(value)]


def test_two_hundred_invented_patients_make_rows_without_a_name_and_with_valid_answers():
    rows, outcome = made(invent=200)
    assert rows.height >= 200
    assert outcome.figures["records"] == 200
    assert rows["fault"].null_count() == rows.height
    said = "\n".join(texts(rows)).casefold()
    people = [flat(bundle)["identity"] for bundle in invented_patients(200)]
    for person in people:
        name, address = person["name"][0], person["address"][0]
        for value in (*name["given"], name["family"], *address["line"], address["city"],
                      *(t["value"] for t in person["telecom"]), person["birthDate"], person["id"],
                      person["identifier"][0]["value"]):  # fmt: skip
            assert value.casefold() not in said
    forms = {t.name: t.form for t in load_templates().templates if t.form}
    for turns, template in rows.select("messages", "template").iter_rows():
        if template in forms:
            Draft202012Validator(forms[template]).validate(json.loads(turns[-1]["content"]))


def test_every_made_row_has_an_origin_and_a_recipe():
    rows, _ = made(invent=5)
    assert set(rows["origin"]) == {"synthetic"}
    assert set(rows["source"]) == {INVENTED}
    recipe = json.loads(rows["meta"][0])["recipe"]
    assert recipe == {"stage": "augment.records", "operator": "extract", "prompts": 1,
                      "generation": 1, "record": "0"}  # fmt: skip
    assert rows["id"].n_unique() == rows.height


def test_what_is_true_of_a_patient_stands_in_the_rows():
    [bundle] = invented_patients(1, seed=3)
    record = flat(bundle)
    rows, _ = made(invent=1, seed=3)
    answer = json.loads(rows.filter(template="extract")["messages"][0][1]["content"])
    assert answer["conditions"] == record["conditions"]
    assert [m["name"] for m in answer["medications"]] == [m["name"] for m in record["medications"]]
    assert all(advice.casefold() in texts(rows)[0].casefold() for advice in record["care"])


def test_the_same_seed_invents_the_same_patients_and_another_others():
    assert list(invented_patients(4)) == list(invented_patients(9))[:4]
    assert list(invented_patients(4)) != list(invented_patients(4, seed=1))


def test_a_bundle_from_a_file_is_a_record_by_itself_and_lines_are_many(tmp_path):
    bundles = list(invented_patients(3))
    (tmp_path / "one.json").write_text(json.dumps(bundles[0], indent=2))
    (tmp_path / "many.jsonl").write_text("".join(json.dumps(b) + "\n" for b in bundles))
    one, _ = made(find_sources([str(tmp_path / "one.json")], tmp_path / "spool"))
    many, _ = made(find_sources([str(tmp_path / "many.jsonl")], tmp_path / "spool"))
    assert one.height == 3
    assert set(one["source"]) == {"one.json"}
    assert many.height == 9
    assert texts(many)[:3] == texts(one)


def test_a_table_makes_a_row_for_each_line_and_template(of):
    rows, outcome = of("plant,days\nfern,2\ncactus,21\n")
    assert texts(rows) == ["How often does a fern want water?\nEvery 2 days.",
                           "How often does a cactus want water?\nEvery 21 days."]  # fmt: skip
    assert outcome.figures["templates"] == {"water": 2}
    assert outcome.figures["set"] == "plants@3"


def test_lines_that_ask_the_same_make_one_row(of):
    rows, _ = of("plant,days\nfern,2\nFERN,3\nmoss,2\n")
    assert rows["fault"].to_list() == [None, "known_prompt", None]


@pytest.mark.parametrize(
    "column",
    ["name", "First Name", "lastName", "patient_name", "E-Mail", "phone_number", "SSN", "address",
     "birthdate", "DRIVERS", "ZIP"],
)  # fmt: skip
def test_a_value_of_a_column_that_says_who_it_is_must_not_stand_in_a_row(of, column):
    rows, _ = of(f"plant,days,{column}\nfern,2,Wintergreen\nivy Wintergreen,3,Wintergreen\n")
    assert rows["fault"].to_list() == [None, "identifies_person"]
    assert rows["told"].to_list() == [None, None]


@pytest.mark.parametrize("column", ["nameplate", "ship", "filename", "kind", "mailing"])
def test_a_column_that_only_sounds_like_it_says_nobody(of, column):
    rows, _ = of(f"plant,days,{column}\nivy Wintergreen,3,Wintergreen\n")
    assert rows["fault"].to_list() == [None]


def test_further_fields_may_be_named(of):
    content = "plant,days,keeper\nivy Wintergreen,3,Wintergreen\n"
    assert of(content, identity=("keeper",))[0]["fault"].to_list() == ["identifies_person"]


def test_part_of_a_word_is_nobody(of):
    rows, _ = of("plant,days,name\nfernery plant,3,Fern\n")
    assert rows["fault"].to_list() == [None]


@pytest.mark.parametrize(
    ("record", "said"),
    [
        ({"name": "Zoë Ångström"}, "Ask Zoe Angstrom."),
        ({"name": "Zoe Angstrom"}, "Ask Zoe\u0308 A\u030angstro\u0308m."),
        ({"name": "Maria Delacroix-Voss"}, "Ask Ms Delacroix, please."),
        ({"name": "WINTERGREEN, ROSALIND"}, "Ask Rosalind's friend."),
        ({"name": "Wintergreen"}, "Ask Winter\u00adgreen."),
        ({"name": "Wintergreen"}, "Ask Ｗｉｎｔｅｒｇｒｅｅｎ."),
        ({"name": "王小明"}, "请问王小明在哪里？"),
        ({"name": "김철수"}, "김철수는 어디에 있나요?"),
        ({"phone": "+1 (202) 555-0123"}, "Call 202.555.0123 now."),
        ({"phone": 2025550123}, "Call 202-555-0123 now."),
        ({"ssn": "078-05-1120"}, "It is 078051120."),
        ({"birthDate": "1980-02-28"}, "Born on 28/02/1980."),
        ({"patient": {"name": "Wintergreen"}}, "Ask Wintergreen."),
        ({"owner": [{"contact": {"email": "r@example.org"}}]}, "Ask r@example.org."),
        ({"phone2": "202-555-0123"}, "Call 202-555-0123."),
        ({"nachname": "Wintergreen"}, "Ask Wintergreen."),
        ({"user_name": "wintergreen_9"}, "Ask wintergreen_9."),
    ],
)  # fmt: skip
def test_who_it_is_is_found_however_it_is_written(record, said):
    assert identity(record).stands_in(said)


@pytest.mark.parametrize(
    ("record", "said"),
    [
        ({"product_name": "Wintergreen"}, "A Wintergreen wants water."),
        ({"medications": [{"name": "Wintergreen"}]}, "Take Wintergreen."),
        ({"email_verified": "yes", "phone_type": "home"}, "Yes, at home."),
        ({"mobile": "yes"}, "Yes, it is."),
        ({"zip": "12"}, "It takes 12 days."),
        ({"name": "Rose Tyler"}, "A rose is a rose."),
        ({"phone": "202-555-0123"}, "Between 202 and 555 of 0123."),
        ({"name": "Will Smith"}, "It will be fine, says the blacksmith."),
        ({"name": None, "email": "", "phone": []}, "Nothing"),
    ],
)
def test_what_says_nobody_is_left_alone(record, said):
    assert not identity(record).stands_in(said)


def test_a_field_may_be_declared_public(of):
    content = "days,plant,name\n3,ivy Wintergreen,Wintergreen\n"
    assert of(content)[0]["fault"].to_list() == ["identifies_person"]
    assert of(content, public=("name",))[0]["fault"].to_list() == [None]


def test_all_people_of_a_bundle_are_kept_out():
    who = (("Patient", "Ashgrove"), ("Patient", "Fernsby"), ("Practitioner", "Grimsdell"))
    people = [{"resourceType": kind, "name": [{"family": name}]} for kind, name in who]
    record = flat({"resourceType": "Bundle", "entry": [{"resource": p} for p in people]})
    for name in ("Ashgrove", "Fernsby", "Grimsdell"):
        assert identity(record, ("identity",)).stands_in(f"Ask Dr {name}.")


@pytest.mark.parametrize("odd", ["x", 3, None, [], {}, [1], ["x"], {"text": 3}, [{"code": "x"}]])
def test_a_bundle_with_fields_of_the_wrong_type_is_a_record_without_them(odd):
    fields = ("gender", "birthDate", "name", "period", "reasonCode", "code", "activity",
              "medicationCodeableConcept", "dosageInstruction", "resource")  # fmt: skip
    kinds = ("Patient", "Encounter", "Condition", "MedicationRequest", "CarePlan")
    entry = [{"resource": {"resourceType": kind} | dict.fromkeys(fields, odd)} for kind in kinds]
    record = flat({"resourceType": "Bundle", "entry": [*entry, odd, {"resource": odd}]})
    assert record["conditions"] == []
    assert record["patient"]["age"] is None
    identity(record, ("identity",))
    assert flat({"resourceType": "Bundle", "entry": odd})["visits"] == []


@pytest.mark.parametrize(("born", "age"), [("2000-05-05", 20), ("2030-01-01", None),
                                           ("2000-99-99", None), ("2000", None)])  # fmt: skip
def test_an_age_is_of_years_that_have_passed(born, age):
    people = {"resourceType": "Patient", "birthDate": born}
    visit = {"resourceType": "Encounter", "period": {"start": "2020-06-01T00:00:00Z"}}
    entry = [{"resource": people}, {"resource": visit}]
    assert flat({"resourceType": "Bundle", "entry": entry})["patient"]["age"] == age


def test_no_number_is_no_answer(of):
    form = SCHEMA.replace("{type: integer, minimum: 1}", "{}")
    rows, _ = of("plant,days\nfern,NaN\nivy,3\n", form)
    assert rows["fault"].to_list() == ["invalid_answer", None]


SCHEMA = PLAIN.replace('answer: "Every {{ record.days }} days."', 'answer: "{{ record.days }}"') + (
    "    schema: {type: integer, minimum: 1}\n"
)


def test_an_answer_is_held_to_its_schema(of):
    rows, _ = of("plant,days\nfern,2\nmoss,0\nivy,often\n", SCHEMA)
    assert rows["fault"].to_list() == [None, "invalid_answer", "invalid_answer"]
    assert rows["told"].to_list() == [None, "the answer: breaks minimum", "it is no JSON"]


def test_a_field_that_a_record_has_not_fails_its_row_and_no_other(of):
    content = '{"plant": "fern", "days": 2}\n{"plant": "moss"}\n[1]\n{"plant":\n'
    rows, outcome = of(content, name="t.jsonl")
    assert rows["fault"].to_list() == [None, "template_failed"]
    assert rows["told"].to_list() == [None, "UndefinedError"]
    assert outcome.figures["unread"] == {"malformed_json": 1, "not_an_object": 1}


def test_a_template_that_does_not_apply_makes_no_row(of):
    only = PLAIN + '    when: "{{ record.days | int > 5 }}"\n'
    rows, _ = of("plant,days\nfern,2\ncactus,21\n", only)
    assert rows.height == 1


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("a: [", "is not YAML"),
        ("name: x", "version"),
        (PLAIN.replace("{{ record.plant }}", "{{ record.plant"), "plants|water.prompt, line 1"),
        (PLAIN.replace("name: water", "name: Water!"), "templates.0.name"),
        ("", "the file"),
    ],
)
def test_templates_that_are_none_are_a_clear_error(of, body, told):
    with pytest.raises(UsageError, match=told):
        of("plant,days\nfern,2\n", body)


def test_a_template_runs_in_a_sandbox(of):
    evil = PLAIN.replace("{{ record.plant }}", "{{ ''.__class__.__mro__[1].__subclasses__() }}")
    rows, _ = of("plant,days\nfern,2\n", evil)
    assert rows["fault"].to_list() == ["template_failed"]


def test_a_file_that_is_no_table_is_a_clear_error(tmp_path):
    (tmp_path / "t.parquet").write_bytes(b"PAR1 no parquet")
    files = find_sources([str(tmp_path / "t.parquet")], tmp_path / "spool")
    with pytest.raises(UsageError, match=r"table t.parquet cannot be read"):
        made(files)


def test_nothing_in_makes_nothing_and_the_shipped_templates_can_be_read():
    rows, outcome = made()
    assert (rows.height, outcome.figures["records"]) == (0, 0)
    assert BUILT_IN.exists()
    assert isinstance(rows, pl.DataFrame)
