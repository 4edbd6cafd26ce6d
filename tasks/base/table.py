"""The one table that every stage reads and writes: a row is a conversation.

| column | type | what |
| --- | --- | --- |
| id | String | content hash and how many-th copy, `9f2c41d07be85a36-0` |
| source | String | the file it came from |
| source_row | Int64 | record in that file, from 0; null for made rows |
| messages | List(Struct) | turns, oldest first; see `MESSAGE` |
| rejected | List(Struct) | the answer that lost, for preference rows; else null |
| tools | String | JSON of the tools on offer; null where there are none |
| origin | String | human, augmented or synthetic |
| parent | String | id of the row it was made from; else null |
| meta | String | JSON object of every other field of the record; null where there is none |

The prefix of a further column tells its fate: `score_*` and `split` stay with the row, `drop_*`
travels with dropped rows only.
"""

import pandera.polars as pa
import polars as pl

MESSAGE = pl.Struct({"role": pl.String, "content": pl.String, "extra": pl.String})
"""One turn. `content` is the text the model sees, never null (a turn of tool calls has "").

`extra` is the JSON object of every other key of the turn (`tool_calls`, `name`, `weight`), or
null. A `content` that was not plain text (typed parts, null) is kept whole as `extra.content`,
and `content` then holds the text parts joined by a blank line.
"""

TURNS = pl.List(MESSAGE)
ROLES = ("system", "user", "assistant", "tool")
MADE = ("augmented", "synthetic")
ORIGINS = ("human", *MADE)

SCHEMA = pl.Schema(
    {
        "id": pl.String(),
        "source": pl.String(),
        "source_row": pl.Int64(),
        "messages": TURNS,
        "rejected": TURNS,
        "tools": pl.String(),
        "origin": pl.String(),
        "parent": pl.String(),
        "meta": pl.String(),
    }
)
TEXT_COLUMNS = ("messages", "rejected", "tools", "meta")
"""Columns that an edit may change; the others say which row it is."""

DECIDED = "score_review"
"""What people decided over a row: keep, edit or drop; null where nobody was asked."""

DECIDED_DETAIL = "score_review_detail"
"""By how many, and why; never text of the row."""

DECIDED_TWIN = "score_review_twin"
"""The row that it repeats in the eyes of people, where they want it dropped for that."""

DROP_REASON = "drop_reason"
"""Why a row is dropped, or null to keep it. Every `drop_*` column leaves with the dropped rows."""

ROWS = pa.DataFrameSchema(
    {
        "id": pa.Column(pl.String, unique=True),
        "source": pa.Column(pl.String),
        "source_row": pa.Column(pl.Int64, pa.Check.ge(0), nullable=True),
        "messages": pa.Column(TURNS),
        "rejected": pa.Column(TURNS, nullable=True),
        "tools": pa.Column(pl.String, nullable=True),
        "origin": pa.Column(pl.String, pa.Check.isin(ORIGINS)),
        "parent": pa.Column(pl.String, nullable=True),
        "meta": pa.Column(pl.String, nullable=True),
    }
)

QUARANTINE = pl.Schema(
    {
        "id": pl.String,  # content hash of `raw`, and how many-th copy
        "source": pl.String,
        "source_row": pl.Int64,
        "line": pl.Int64,  # physical line from 1 where the format has lines, else null
        "reason": pl.String,
        "detail": pl.String,  # what exactly is wrong; never a value of the record
        "raw": pl.String,
    }
)


def empty_rows() -> pl.DataFrame:
    """A table with no row."""
    return pl.DataFrame(schema=SCHEMA)


def marks(
    reasons: tuple[str, ...], evidence: dict[str, pa.Column] | None = None
) -> pa.DataFrameSchema:
    """Schema of a filter's marks: one of `reasons` or null, and `drop_*` evidence."""
    return pa.DataFrameSchema(
        {
            "id": pa.Column(pl.String),
            DROP_REASON: pa.Column(pl.String, pa.Check.isin(reasons), nullable=True),
            **(evidence or {}),
        },
        strict=True,
    )


def put_marks(rows: pl.LazyFrame, found: pl.DataFrame) -> pl.LazyFrame:
    """`rows` in their order with the columns of `found`, which has the place of its row in `row`.

    Args:
        rows: n rows.
        found: Marks of some of them, each row once; `row` is UInt32.
    """
    numbered = rows.with_row_index("row")
    return numbered.join(found.lazy(), on="row", how="left", maintain_order="left").drop("row")
