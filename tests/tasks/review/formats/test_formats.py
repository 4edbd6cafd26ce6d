"""What is pushed in any format comes back by its ids, with what people said and nothing else."""

import csv
import io
import json
from xml.etree import ElementTree

import pytest

from tasks.base.errors import UsageError
from tasks.review.formats import FORMATS, files, read
from tasks.review.items import Item
from tasks.review.votes import Vote

HARD = '=HYPERLINK("http://example.org")\n"quoted"; second, line\u2028‮ <b>&amp;</b> {{x}} ```'


def item(name, **more):
    given = {
        "item": name, "row": f"{name}-0", "source": "s", "state": "dropped", "sign": "copy",
        "why": "w", "question": "q?", "prompt": HARD, "answer": f"a {name}", "suggestion": "drop",
        "score": 0.5, "twin": "t-0", "twin_prompt": "tp", "twin_answer": "", **more,
    }  # fmt: skip
    return Item(**given)


ITEMS = [item("i1"), item("i2", score=None, wanted=2), item("i3", twin="", twin_prompt="")]
SAID = {"i1": ("keep", "", "fine"), "i2": ("edit", "two\nlines", ""), "i3": ("drop", "", "bad")}
EXPECTED = [Vote(name, "anna", *said) for name, said in SAID.items()]


def jsonl(body):
    lines = [json.loads(line) for line in body.decode().split("\n") if line]
    return "".join(json.dumps(_filled(line)) + "\n" for line in lines)


def sheet(body):
    lines = csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline=""))
    sink = io.StringIO(newline="")
    table = csv.DictWriter(sink, lines.fieldnames, delimiter=";")  # as spreadsheets save it
    table.writeheader()
    table.writerows(map(_filled, lines))
    return sink.getvalue()


def _filled(line):
    decision, text, reason = SAID[line["item"]]
    return {**line, "decision": decision.upper(), "edited_answer": text, "reason": reason,
            "person": "anna"}  # fmt: skip


def label_studio(body):
    """An export: annotations beside the task, one of them skipped."""
    tasks = json.loads(body)
    for n, task in enumerate(tasks):
        decision, text, reason = SAID[task["data"]["item"]]
        result = [{"from_name": "decision", "to_name": "answer", "type": "choices",
                   "value": {"choices": [decision]}}]  # fmt: skip
        for name, value in (("edited_answer", text), ("reason", reason)):
            if value:
                result.append({"from_name": name, "type": "textarea", "value": {"text": [value]}})
        task["id"] = n
        task["annotations"] = [
            {"completed_by": {"id": "anna"}, "was_cancelled": False, "result": result},
            {"completed_by": 7, "was_cancelled": True, "result": []},
        ]
    return json.dumps(tasks)


def label_studio_min(body):
    """The short export, in which a task is one flat record."""
    return json.dumps([
        {**task["data"], "id": n, "annotator": "anna", "decision": SAID[task["data"]["item"]][0],
         "edited_answer": {"text": SAID[task["data"]["item"]][1].split("\n")},
         "reason": SAID[task["data"]["item"]][2]}
        for n, task in enumerate(json.loads(body))
    ])  # fmt: skip


def argilla(body):
    records = json.loads(body)
    for record in records:
        decision, text, reason = SAID[record["id"]]
        said = {"decision": decision, "edited_answer": text, "reason": reason}
        record["responses"] = {
            name: [{"value": value, "user_id": "anna"}] for name, value in said.items() if value
        }
    return json.dumps(records)


@pytest.mark.parametrize(
    ("name", "answer"),
    [("jsonl", jsonl), ("csv", sheet), ("label-studio", label_studio),
     ("label-studio", label_studio_min), ("argilla", argilla)],
)  # fmt: skip
def test_what_people_said_comes_back_by_ids(tmp_path, name, answer):
    out = tmp_path / f"items{FORMATS[name].suffix}"
    written = files(ITEMS, name, out)
    out.write_text(answer(written[out]), encoding="utf-8", newline="")
    assert read(out) == EXPECTED


@pytest.mark.parametrize("name", FORMATS)
def test_what_nobody_has_answered_has_no_answer_though_the_machine_suggests_one(tmp_path, name):
    out = tmp_path / f"items{FORMATS[name].suffix}"
    out.write_bytes(files(ITEMS, name, out)[out])
    assert not [vote for vote in read(out) if vote.answer]


def test_texts_come_whole_in_json_and_as_no_formula_in_a_spreadsheet():
    out = FORMATS["jsonl"].write(ITEMS).decode()
    assert json.loads(out.split("\n")[0])["prompt"] == HARD
    cells = next(csv.DictReader(io.StringIO(FORMATS["csv"].write(ITEMS).decode("utf-8-sig"))))
    assert cells["prompt"].startswith("'=")
    assert not any(value.startswith(("=", "+", "@")) for value in cells.values())


def test_whoever_answers_in_a_copy_of_the_file_is_told_by_its_name(tmp_path):
    line = {"item": "i1", "decision": "keep"}
    for name in ("anna", "ben"):
        (tmp_path / f"{name}.jsonl").write_text(json.dumps(line) + "\n")
    people = [read(tmp_path / f"{name}.jsonl")[0].person for name in ("anna", "ben")]
    assert people == ["anna", "ben"]


def test_label_studio_is_told_what_to_show_and_what_to_ask_and_what_the_machine_thinks(tmp_path):
    written = files(ITEMS, "label-studio", tmp_path / "tasks.json")
    view = ElementTree.fromstring(written[tmp_path / "tasks.xml"])
    data = json.loads(written[tmp_path / "tasks.json"])[0]
    shown = {tag.get("value")[1:] for tag in view.iter("Text")}
    assert shown <= set(data["data"])
    choices = {tag.get("value") for tag in view.iter("Choice")}
    assert choices == {"keep", "drop", "edit"}
    named = {tag.get("name") for tag in view.iter()}
    for result in data["predictions"][0]["result"]:
        assert {result["from_name"], result["to_name"]} <= named
        assert set(result["value"]["choices"]) <= choices
    assert data["predictions"][0]["score"] == 0.5


def test_argilla_has_settings_for_every_field_and_wants_as_many_people_as_the_items(tmp_path):
    written = files(ITEMS, "argilla", tmp_path / "records.json")
    settings = json.loads(written[tmp_path / "records.settings.json"])
    records = json.loads(written[tmp_path / "records.json"])
    fields = {field["name"]: field["required"] for field in settings["fields"]}
    for record in records:
        assert set(record["fields"]) <= set(fields)
        assert {name for name, wanted in fields.items() if wanted} <= set(record["fields"])
        assert all(record["fields"].values())
        assert set(record["metadata"]) <= {m["name"] for m in settings["metadata"]}
    assert settings["distribution"]["min_submitted"] == 2
    assert records[0]["suggestions"]["decision"]["value"] == "drop"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("item,answer\ni1,keep\n", "has no column decision"),
        ('[{"item": "i1"}]', "none of the formats"),
        ('{"item": "i1", ', "is no JSON"),
        ("[1, 2]", "list of objects"),
    ],
)
def test_another_file_is_refused_with_what_is_wrong(tmp_path, text, what):
    file = tmp_path / "answers"
    file.write_text(text)
    with pytest.raises(UsageError, match=what):
        read(file)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(UsageError, match="cannot be read"):
        read(tmp_path / "no.csv")
