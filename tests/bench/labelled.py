"""Public rows with labels that say which of them mean the same.

Text-to-SQL questions mean the same when their SQL is the same once the values are in it: a
question about course 550 and one about course 592 share a template and mean different things.
A dialogue and its translation there and back mean the same.
"""

import re
from typing import NamedTuple

import polars as pl

from tests.bench.data import BACK_TRANSLATED, TEXT2SQL, Text

_SLOT = re.compile(r"\b[a-z_]+\d+\b")  # a value's place in a template, as in `number0`


class Labelled(NamedTuple):
    """Rows, and for each what it means: equal labels are one meaning."""

    name: str
    texts: list[Text]
    meanings: list[str]


def text2sql(with_answer: bool) -> Labelled:
    """Questions with their SQL as the answer, or alone; those without are harder to tell apart."""
    found = pl.read_parquet(TEXT2SQL).unique("text", keep="first", maintain_order=True)
    asked = [
        (text, filled(template, text, sql))
        for template, text, sql in found.select("template", "text", "sql").iter_rows()
    ]
    texts = [Text(text, sql if with_answer else "") for text, sql in asked]
    name = "text-to-SQL, question and SQL" if with_answer else "text-to-SQL, question alone"
    return Labelled(name, texts, [sql for _, sql in asked])


def filled(template: str, text: str, sql: str) -> str:
    """`sql` with the values that `text` has where `template` has slots.

    Raises:
        ValueError: `text` is not made from `template`.
    """
    pattern = "(.+?)".join(map(re.escape, _SLOT.split(template)))
    found = re.fullmatch(pattern, text)
    if found is None:
        raise ValueError(f"no text of its template: {text!r}")
    values = dict(zip(_SLOT.findall(template), found.groups(), strict=True))
    return _SLOT.sub(lambda slot: values.get(slot.group(), slot.group()), sql)


def back_translations() -> Labelled:
    """Doctor's dialogues as prompt and notes as answer, each also by way of French."""
    number = pl.col("ID").str.extract(r"(\d+)$")
    listed = pl.read_parquet(BACK_TRANSLATED).with_columns(number=number)
    # a note that stands under several dialogues is a set phrase ("No known allergies"), and what
    # those dialogues mean is the same without a label that says so
    found = listed.filter(pl.len().over("section_text") == 2)
    texts = [Text(*pair) for pair in found.select("dialogue", "section_text").iter_rows()]
    return Labelled("dialogues by way of French", texts, found["number"].to_list())
