"""What people are shown of each row that was chosen, and what they are asked."""

import hashlib
from collections.abc import Callable, Sequence
from typing import Any, Literal, NamedTuple

import polars as pl
from pydantic import BaseModel

from tasks.base.dataset import read_dataset
from tasks.publish.reasons import meaning
from tasks.review.answers import Answer
from tasks.review.record import Record
from tasks.review.signs import SIGNS, Candidate
from tasks.review.wording import PAIRS, asked, differences, kind_of, question, told

Mask = Callable[[list[str]], list[str]]


class Item(BaseModel, frozen=True):
    """One question to people. Texts are those of the release, or masked."""

    item: str
    row: str
    source: str
    state: Literal["kept", "dropped"]
    stage: str = ""  # that dropped it
    dropped_for: str = ""  # the reason
    detail: str = ""
    sign: str  # why it was chosen, one of `signs.SIGNS`
    why: str  # the same in words
    question: str
    prompt: str
    answer: str
    twin: str = ""
    twin_prompt: str = ""
    twin_answer: str = ""
    differs: str = ""  # words in which it differs from the twin
    repeats: str = ""  # the twin, where drop means that the row is a copy of it
    suggestion: Answer  # what the machine did
    score: float | None = None  # that decided
    wanted: int = 1  # submissions
    editable: bool = True  # the answer is shown whole, as it stands in the row
    stratum: str = ""  # of a row that was drawn at random
    population: int | None = None
    probability: float | None = None


class _Place(NamedTuple):
    """Where a row ended."""

    line: dict[str, Any]
    stage: str
    raw: bool  # its text must be masked


def items_of(
    record: Record, chosen: Sequence[Candidate], drawn: pl.DataFrame, wanted: int, mask: Mask
) -> list[Item]:
    """The items of rows that were chosen.

    Args:
        record: The run.
        chosen: Rows, with why they were chosen; those drawn at random have the sign `random`.
        drawn: Of these, the stratum and the chance (`tasks.review.sample.SAMPLE`).
        wanted: How many people shall look at a row that was drawn at random.
        mask: What hides personal data in texts that the redaction did not see.
    """
    ids = {one.row for one in chosen} | {one.twin for one in chosen if one.twin}
    places = _places(record, ids)
    twins = {str(p.line.get("drop_twin_of")) for p in places.values()} - ids
    places |= _places(record, twins - {"None"})
    shown = _shown(places, mask)
    chance = {one["id"]: one for one in drawn.iter_rows(named=True)}
    return [
        _item(one, places, shown, chance.get(one.row, {}), wanted)
        for one in chosen if one.row in places
    ]  # fmt: skip


def item_id(row: str) -> str:
    """The same for the same row in every push: a row is asked about once."""
    return hashlib.sha256(f"review {row}".encode()).hexdigest()[:16]


def _places(record: Record, ids: set[str]) -> dict[str, _Place]:
    wanted = pl.col("id").is_in(sorted(ids))
    places = [("", record.kept, False), *record.dropped]
    found = {}
    for stage, data, raw in places:
        for line in read_dataset(data).filter(wanted).collect().iter_rows(named=True):
            found[line["id"]] = _Place(line, stage, raw or not record.redacted)
    return found


def _shown(places: dict[str, _Place], mask: Mask) -> dict[str, tuple[str, str]]:
    """Prompt and answer of every row, masked where the redaction has not been."""
    texts = {row: (asked(p.line), told(p.line)) for row, p in places.items()}
    raw = [row for row, place in places.items() if place.raw]
    masked = iter(mask([text for row in raw for text in texts[row]]))
    return texts | {row: (next(masked), next(masked)) for row in raw}


def _differs(one: tuple[str, str], twin: tuple[str, str]) -> str:
    """In which words prompt and answer differ from the twin's; empty without a twin."""
    if not any(twin):
        return ""
    parts = zip(("prompt", "answer"), one, twin, strict=True)
    found = {name: differences(here, there) for name, here, there in parts}
    told = [f"{name}: {words}" for name, words in found.items() if words]
    return "\n".join(told) or "in white space, or not at all"


def _item(
    one: Candidate, places: dict[str, _Place], shown: dict[str, tuple[str, str]],
    chance: dict[str, Any], wanted: int,
) -> Item:  # fmt: skip
    place = places[one.row]
    line, dropped = place.line, bool(place.stage)
    twin = one.twin or str(line.get("drop_twin_of") or "")
    about_twin = shown.get(twin, ("", ""))
    reason = str(line.get("drop_reason") or "")
    prompt, answer = shown[one.row]
    last = line["messages"][-1] if line["messages"] else {"content": None, "extra": None}
    # typed parts would say the old answer again
    whole = answer == last["content"] and answer != "" and last["extra"] is None
    kind = kind_of(one.sign, place.stage)
    note = f"{SIGNS[one.sign]}" + (f": {one.note}" if one.note else "")
    return Item(
        item=item_id(one.row), row=one.row, source=line["source"],
        state="dropped" if dropped else "kept", stage=place.stage, dropped_for=reason,
        detail=str(line.get("drop_detail") or ""), sign=one.sign, why=note,
        question=question(kind, reason and meaning(place.stage, reason), whole),
        repeats=twin if kind in PAIRS else "",
        prompt=prompt, answer=answer, twin=twin, twin_prompt=about_twin[0],
        twin_answer=about_twin[1], differs=_differs((prompt, answer), about_twin),
        suggestion="drop" if dropped else "keep",
        score=one.score if one.score is not None else line.get("drop_score"),
        wanted=wanted if chance else 1, editable=whole,
        **{name: chance[name] for name in ("stratum", "population", "probability") if chance},
    )  # fmt: skip
