"""New rows out of the clauses of real ones, for sets larger than the real rows reach.

Real text is split at punctuation and before small words that open a clause ("and", "that",
"with" ...). A new row takes as many clauses for its question and for its answer as some real row
has, each drawn from all. Within a clause word shingles are as old as the clause; those that
reach over a seam, which are most since clauses are short, are new. So the share of shingles that
occur once stays near that of real text, where whole sentences drawn anew would leave almost none.
"""

import numpy as np
import polars as pl

BLOCK = 50_000  # rows that are made at a time; bounds memory
SEAM = (
    r"([,;:.!?)]+\s+|\n+|\s+)(and |or |but |that |which |who |with |for |from |into |because |when "
    r"|while |if |as |by |on |at |to |in |of |is |are |was |can |will |has |have |you |it |the |a )"
)
MARK = "\x1f"  # stands between clauses and in no text


def recombined(real: pl.DataFrame, count: int, seed: int) -> pl.DataFrame:
    """`count` rows of prompt and answer made of clauses of `real`, the same for the same seed."""
    chance = np.random.default_rng(seed)
    clauses = real.select(
        pl.col("prompt", "answer").str.replace_all(MARK, " ")
        .str.replace_all(SEAM, f"${{1}}{MARK}${{2}}")
        .str.replace_all(r"([,;:.!?)]\s+|\n+)", f"${{1}}{MARK}").str.split(MARK)
        .list.eval(pl.element().str.strip_chars().filter(pl.element().str.len_chars() > 1))
    )  # fmt: skip
    # a row of one clause would come again and again
    sizes = clauses.select(pl.all().list.len().clip(lower_bound=3)).to_numpy()
    pool = pl.concat([clauses["prompt"], clauses["answer"]]).explode().drop_nulls()
    made = [
        _block(pool, sizes[chance.integers(0, len(sizes), min(BLOCK, count - start))], chance)
        for start in range(0, count, BLOCK)
    ]
    return pl.concat(made) if made else real.select("prompt", "answer").clear()


def _block(pool: pl.Series, sizes: np.ndarray, chance: np.random.Generator) -> pl.DataFrame:
    sides = {}
    for side, lengths in zip(("prompt", "answer"), sizes.T, strict=True):
        drawn = pool.gather(chance.integers(0, len(pool), int(lengths.sum())))
        rows = np.repeat(np.arange(len(lengths)), lengths)
        sides[side] = (
            pl.DataFrame({"row": rows, "clause": drawn})
            .group_by("row", maintain_order=True)
            .agg(pl.col("clause").str.join(" "))["clause"]
        )
    return pl.DataFrame(sides)
