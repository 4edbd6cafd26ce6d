"""What a judge is asked in its exam holds no personal data, as nothing else that is sent."""

import json

import pytest

from tasks.ingest.ingested import Store
from tasks.llm.params import LlmParams
from tasks.redact.params import RedactParams
from tasks.score.calibration.exam import ExamParams, examine
from tasks.score.calibration.gold import gold_file, read_gold
from tasks.score.calibration.private import without_personal_data
from tasks.score.panel import PanelParams
from tests.fault_server import FaultServer, with_logprobs

MAIL, PHONE = "jane.roe@mail-example.org", "+1 202 555 0143"
REDACT = RedactParams()


@pytest.fixture(params=["pairs", "points"])
def gold(request, tmp_path):
    """A file with personal data in prompts and answers."""
    texts = {"prompt": f"Write to {MAIL} about item", "a": f"Dear {MAIL}, call {PHONE}."}
    lines = []
    for n in range(6):
        said = {**texts, "prompt": f"{texts['prompt']} {n}"}
        if request.param == "pairs":
            lines.append({**said, "b": f"Hi {MAIL}.", "label": "ab"[n % 2]})
        else:
            lines.append({"prompt": said["prompt"], "completion": said["a"], "rating": 1 + n % 5})
    file = tmp_path / "gold.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return gold_file(file)


def test_personal_data_is_replaced_and_nothing_else(gold, tmp_path):
    before = read_gold(gold)
    after = without_personal_data(before, REDACT, str(tmp_path))
    shown = str(after.items.to_dicts())
    assert MAIL not in shown
    assert PHONE not in shown
    assert "about item 3" in shown
    assert after.items.columns == before.items.columns
    assert after.items["id"].equals(before.items["id"])
    assert (after.labels == before.labels).all()


def test_one_value_has_one_tag_in_prompt_and_both_answers(tmp_path):
    file = tmp_path / "gold.jsonl"
    line = {"prompt": f"Ask {MAIL}.", "a": f"Asked {MAIL}.", "b": f"{MAIL}, no.", "label": "a"}
    file.write_text(json.dumps(line) + "\n")
    [item] = without_personal_data(
        read_gold(gold_file(file)), REDACT, str(tmp_path)
    ).items.to_dicts()
    texts = {item["prompt"], item["first"], item["second"]}
    assert texts == {"Ask <EMAIL_1>.", "Asked <EMAIL_1>.", "<EMAIL_1>, no."} or all(
        text.count("_1>") == 1 for text in texts
    )


def test_redaction_that_is_off_is_off(gold, tmp_path):
    before = read_gold(gold)
    assert without_personal_data(before, RedactParams(enabled=False), str(tmp_path)) is before


def test_nothing_of_it_is_sent(gold, tmp_path):
    sent = []

    def reply(_path, body):
        sent.append(json.dumps(body))
        return with_logprobs({"5": 0.5, "A": 0.5})

    with FaultServer(reply) as server:
        llm = LlmParams(endpoint=server.url, model="m", key_variable="")
        judge, place = PanelParams(backend="logprobs"), Store(path=str(tmp_path))
        examine.fn(gold, ExamParams(), judge, llm, place, redact=REDACT)
    assert sent
    assert not [body for body in sent if MAIL in body or "555 0143" in body]
