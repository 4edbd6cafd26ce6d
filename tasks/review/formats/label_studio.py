"""Items as tasks of Label Studio with predictions, and its JSON exports read back.

The config that stands beside the tasks goes into the project's labelling interface. How many people
see a task is a setting of the project; each task says in `wanted` how many it should be.
"""

import json
from collections.abc import Sequence
from typing import Any
from xml.sax.saxutils import quoteattr

from tasks.review.answers import ANSWERS
from tasks.review.formats.plain import line
from tasks.review.items import Item
from tasks.review.votes import Vote

AGENT = "finery"
TEXTS = (
    ("prompt", "Asked"), ("answer", "Answered"), ("differs", "In which words it differs"),
    ("twin_prompt", "Asked in the other row"), ("twin_answer", "Answered in the other row"),
)  # fmt: skip
FREE = (("edited_answer", "Only for edit: the whole answer as it should be"), ("reason", "Why"))


def write(items: Sequence[Item]) -> bytes:
    """A JSON list of tasks."""
    tasks = [{"data": line(one), "predictions": [_prediction(one)]} for one in items]
    return (json.dumps(tasks, ensure_ascii=False, indent=1) + "\n").encode()


def _prediction(item: Item) -> dict[str, Any]:
    chosen = {
        "id": item.item, "from_name": "decision", "to_name": "answer", "type": "choices",
        "value": {"choices": [item.suggestion]},
    }  # fmt: skip
    score = {} if item.score is None else {"score": item.score}
    return {"model_version": item.stage or AGENT, "result": [chosen], **score}


def config(_wanted: int) -> bytes:
    """The labelling interface, as XML."""
    shown = [
        f'  <Header value={quoteattr(title)} size="5"/>\n  <Text name="{name}" value="${name}"/>'
        for name, title in TEXTS
    ]
    choices = "".join(f'<Choice value="{answer}"/>' for answer in ANSWERS)
    written = [
        f'  <TextArea name="{name}" toName="answer" rows="3" editable="true" maxSubmissions="1" '
        f"placeholder={quoteattr(title)}/>"
        for name, title in FREE
    ]
    lines = [
        "<View>", '  <Header value="$why" size="4"/>', '  <Header value="$question" size="4"/>',
        '  <Choices name="decision" toName="answer" choice="single" required="true" '
        f'showInline="true">{choices}</Choices>',
        *written, *shown, "</View>",
    ]  # fmt: skip
    return ("\n".join(lines) + "\n").encode()


def is_ours(record: dict[str, Any]) -> bool:
    """Whether a record is a task of ours; JSON-MIN is read as a plain record."""
    data = record.get("data")
    return isinstance(data, dict) and "item" in data


def votes(record: dict[str, Any], _person: str) -> list[Vote]:
    """Every person's submission for a task. Skipped ones say nothing, and nor do predictions."""
    given = record.get("annotations") or []
    return [
        _vote(str(record["data"]["item"]), one)
        for one in given if isinstance(one, dict) and not one.get("was_cancelled")
    ]  # fmt: skip


def _vote(item: str, annotation: dict[str, Any]) -> Vote:
    said = {one.get("from_name"): one.get("value") or {} for one in annotation.get("result") or []}
    chosen = said.get("decision", {}).get("choices") or [None]
    who = annotation.get("completed_by")
    if isinstance(who, dict):
        who = who.get("id") or who.get("email")
    texts = ("\n".join(map(str, said.get(n, {}).get("text") or [])) for n, _ in FREE)
    return Vote(item, str(who), chosen[0], *texts)
