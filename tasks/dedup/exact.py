"""Drop conversations that repeat another one word for word.

First the cheap question: whose text has the same hash as another's once normalised (case, Unicode
form, white space, quotation marks and punctuation around turns)? One compiled pass says so
(`tasks.dedup.fingerprint`), and few rows go on. Those that are the same byte for byte are grouped
by their xxh3-128; one of each group is normalised and grouped by the SHA-256 of that. Every group
is also grouped on the text itself, so that two texts with one hash can never cost an innocent row.

The copy that survives is the one preferred by `tasks.dedup.compare.preference`. A row with
nothing to compare has no twin; judging it is the work of `validate`.

Why: repeated examples are memorised and cost training time (Lee et al. 2022, arXiv:2107.06499).
"""

import pandera.polars as pa
import polars as pl
import polars_hash as plh
from prefect import task

from tasks.base.cache import is_transient, stage_key
from tasks.base.dataset import DatasetRef
from tasks.base.report import StageResult
from tasks.base.stage import run_filter
from tasks.base.table import DROP_REASON, marks
from tasks.base.text import fold
from tasks.dedup.compare import TURN, TwinParams, compared, context, rank

REASONS = {
    "exact_duplicate": "another row has the same text, byte for byte",
    "normalised_duplicate": "another row has the same text but for case, white space, quotation "
    "marks, Unicode form or punctuation at the ends of turns",
}

FIRM = ("exact_duplicate",)  # a fact, and no judgement

MARKED = marks(
    tuple(REASONS),
    {
        "drop_twin_of": pa.Column(pl.String, nullable=True),
        "drop_detail": pa.Column(pl.String, nullable=True),
    },
)


ENDS = " \"'.,;:!?…"  # what may stand at the end of a turn and say nothing


class ExactDedupParams(TwinParams):
    """What counts as the same conversation, and which copy survives."""


def normalised(text: pl.Expr) -> pl.Expr:
    """`text` folded, with plain quotation marks, and no punctuation around turns.

    Only what never carries meaning goes: quotation marks in front, and behind a letter or digit
    also full stops and the like. `-5`, `.5`, `A-` and a turn that is nothing but `?` stay.
    """
    plain = fold(text).str.replace_many(
        list("‘’‛“”„«»`´"), ["'", "'", "'"] + ['"'] * 5 + ["'", "'"]
    )
    turns = plain.str.replace_all(f" *{TURN} *", TURN)
    opened = turns.str.replace_all(rf"(^|{TURN})[ \"']+([^ \"'{TURN}])", "${1}${2}")
    return opened.str.replace_all(rf"([^{ENDS}{TURN}])(?:[{ENDS}]| [–-])+({TURN}|$)", "${1}${2}")


def mark_exact_twins(rows: pl.LazyFrame, params: ExactDedupParams) -> pl.LazyFrame:
    """Mark every repeat: its survivor in `drop_twin_of`, the text's hash in `drop_detail`."""
    if not params.enabled:
        nothing = pl.lit(None, pl.String)
        return rows.with_columns(
            nothing.alias(DROP_REASON), drop_twin_of=nothing, drop_detail=nothing
        )
    listed = rows.select(
        "id",
        order=rank(params),
        text=compared(params.compare),
        context=context() if params.compare == "conversation" else pl.lit(""),
    ).collect()
    repeated = _may_repeat(listed)
    found = _named(listed.filter(repeated))
    ids = listed.select("id").with_columns(repeated=repeated)
    marked = ids.join(found, on="id", how="left", maintain_order="left")
    return pl.concat([rows, marked.select(list(MARKED.columns)[1:]).lazy()], how="horizontal")


def _may_repeat(listed: pl.DataFrame) -> pl.Series:
    """Whether another row's text and context have the same hash; few rows go further."""
    from tasks.dedup.fingerprint import fingerprints  # compiled code

    hashes = fingerprints(listed["text"], normalised, ENDS)
    keys = listed.select(
        pl.col("context").hash(), one=pl.Series(hashes[:, 0]), other=pl.Series(hashes[:, 1])
    )
    return (
        keys.select(pl.struct(pl.all()).is_duplicated()).to_series() & listed["text"].is_not_null()
    )


def _named(listed: pl.DataFrame) -> pl.DataFrame:
    """The marks of those rows of `listed` that repeat another, with their ids."""
    ordered = listed.lazy().sort("order")
    raw = plh.col("text").nchash.xxh3_128()
    first = pl.col("id").first()
    by_raw = ordered.with_columns(raw_twin=first.over(raw, "text", "context"))
    distinct = by_raw.filter(pl.col("id") == pl.col("raw_twin"))
    folded = distinct.with_columns(folded=normalised(pl.col("text")))
    by_folded = folded.select(
        "raw_twin",
        folded_twin=first.over("folded", "context"),
        sha256=plh.col("folded").chash.sha2_256(),
    )
    is_raw, is_folded = (pl.col("id") != pl.col(twin) for twin in ("raw_twin", "folded_twin"))
    reason = pl.when(is_raw).then(pl.lit("exact_duplicate")).when(is_folded).then(
        pl.lit("normalised_duplicate")
    )  # fmt: skip
    return by_raw.join(by_folded, on="raw_twin").with_columns(reason.alias(DROP_REASON)).filter(
        pl.col(DROP_REASON).is_not_null()
    ).select(
        "id", DROP_REASON,
        drop_twin_of="folded_twin",
        drop_detail=pl.lit("sha256 ") + pl.col("sha256").str.slice(0, 16),
    ).collect()  # fmt: skip


@task(
    name="dedup.exact", cache_key_fn=stage_key,
    retries=2, retry_delay_seconds=1, retry_condition_fn=is_transient,
)  # fmt: skip
def dedup_exact(data: DatasetRef, params: ExactDedupParams) -> StageResult:
    """Store `data` without exact and normalised copies."""
    return run_filter(data, mark_exact_twins, params, MARKED, firm=FIRM)
