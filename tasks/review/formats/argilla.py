"""Items as records of Argilla 2 with suggestions, and its records read back.

The records are for `dataset.records.from_json(path)`, what stands beside them for
`rg.Settings.from_json(path)`; what `dataset.records.to_json(path)` writes is read back.
"""

import json
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from tasks.review.answers import ANSWERS
from tasks.review.items import Item
from tasks.review.votes import Vote

FIELDS = {
    "question": "What is asked", "prompt": "Asked", "answer": "Answered",
    "differs": "In which words it differs", "twin_prompt": "Asked in the other row",
    "twin_answer": "Answered in the other row",
}  # fmt: skip
GUIDELINES = (
    "keep: the row belongs in the training set. drop: it does not. edit: it does, with the answer "
    "that you write."
)
REQUIRED = ("question", "prompt")
METADATA = ("row", "source", "state", "stage", "dropped_for", "why")
TEXTS = {"edited_answer": "Only for edit: the whole answer as it should be", "reason": "Why"}


def write(items: Sequence[Item]) -> bytes:
    """A JSON list of records."""
    return (
        json.dumps([_record(one) for one in items], ensure_ascii=False, indent=1) + "\n"
    ).encode()


def _record(item: Item) -> dict[str, Any]:
    known = item.model_dump()
    suggestion = {"value": item.suggestion, "score": item.score, "agent": item.stage or "finery"}
    return {
        "id": item.item,
        # a blank field is left out: a record may lack what is not required, but not be empty in it
        "fields": {n: known[n] or "–" for n in FIELDS if known[n] or n in REQUIRED},
        "metadata": {n: known[n] for n in METADATA if known[n]},
        "suggestions": {"decision": suggestion},
        "responses": {},
        "vectors": {},
    }


def settings(wanted: int) -> bytes:
    """The settings of a dataset of such records; texts are shown as they are, never as Markdown."""
    document = {
        "guidelines": GUIDELINES,
        "fields": [
            {"name": name, "title": title, "required": name in REQUIRED,
             "settings": {"type": "text", "use_markdown": False}}
            for name, title in FIELDS.items()
        ],
        "questions": [
            {"name": "decision", "title": "Decision", "description": None, "required": True,
             "settings": {"type": "label_selection", "visible_options": None,
                          "options": [{"value": a, "text": a} for a in ANSWERS]}},
            *({"name": name, "title": title, "description": None, "required": False,
               "settings": {"type": "text", "use_markdown": False}}
              for name, title in TEXTS.items()),
        ],
        "vectors": [],
        "metadata": [
            {"name": name, "title": name, "visible_for_annotators": True,
             "settings": {"type": "terms", "values": None}}
            for name in METADATA
        ],
        "allow_extra_metadata": False,
        "distribution": {"strategy": "overlap", "min_submitted": wanted},
        "mapping": None,
    }  # fmt: skip
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def is_ours(record: dict[str, Any]) -> bool:
    """Whether a record is one of Argilla's."""
    return "id" in record and isinstance(record.get("fields"), dict)


def votes(record: dict[str, Any], _person: str) -> list[Vote]:
    """Every person's submission for a record; suggestions are none."""
    said = defaultdict[str, dict[str, Any]](dict)
    for question, given in (record.get("responses") or {}).items():
        for one in given or ():
            said[str(one.get("user_id"))][question] = one.get("value")
    return [
        Vote(str(record["id"]), who, answers.get("decision"),
             *(str(answers.get(name) or "") for name in TEXTS))
        for who, answers in said.items()
    ]  # fmt: skip
