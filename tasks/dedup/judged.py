"""Pairs of similar rows, and what is found out about them as far as it is asked for."""

import numpy as np
import numpy.typing as npt
import polars as pl

from tasks.base.text import fold, words
from tasks.dedup.families import Claim, Families, Pairs, claims
from tasks.dedup.look import Look, Texts, look
from tasks.dedup.oddity import cut_rows, odd_pairs

EVIDENCE = pl.Schema(
    {
        "a": pl.String,
        "b": pl.String,
        "jaccard": pl.Float64,
        "by": pl.String,  # words, or characters for short texts
        "ratio": pl.Float64,  # null where nobody looked
        "verdict": pl.String,  # null where nobody had to ask
    }
)
OTHERS = 20_000  # rows beside those in pairs from which it is learnt what people write

Ints = npt.NDArray[np.int64]


class Judged:
    """Pairs, and what is found out about them."""

    def __init__(self, found: pl.DataFrame, listed: pl.DataFrame, least: float) -> None:
        """Look at pairs.

        Args:
            found: Columns a, b (places in `listed`), jaccard and by.
            listed: Columns text, asked, told, context, by_id, and all that rows are ranked by.
            least: RapidFuzz's ratio below which a pair is unlike.
        """
        self.found, self.least = found, least
        self.used = np.unique(np.concatenate([found["a"].to_numpy(), found["b"].to_numpy()]))
        self.rows = _read(listed, self.used)
        self.texts = Texts(self.rows, _rare(self.rows))
        self.a = np.searchsorted(self.used, found["a"].to_numpy())
        self.b = np.searchsorted(self.used, found["b"].to_numpy())
        self.refused = self._refused()
        self.seen: dict[int, Look] = {}

    def _refused(self) -> list[str | None]:
        """What is no pair at first sight."""
        if not len(self.a):
            return []
        from tasks.dedup.sieve import VERDICTS, sieve  # compiled code

        rows = self.rows.head(len(self.used))
        return [VERDICTS[v] for v in sieve(rows, self.a, self.b).tolist()]

    def same(self, at: int) -> bool:
        """Whether the pair at a place says the same."""
        if self.refused[at]:
            return False
        if at not in self.seen:
            a, b = int(self.a[at]), int(self.b[at])
            self.seen[at] = look(self.texts, a, b, self.least)
        return self.seen[at].verdict == "same"

    def order(self, prefer: tuple[str, ...]) -> Ints:
        """Rank of each row that is in a pair, the one to survive first.

        Args:
            prefer: What decides, the first first.
        """
        n = len(self.used)
        both = self.rows.select(both=pl.concat_list("prompt", "answer"))["both"]
        odd = odd_pairs(both).to_numpy()[:n].astype(np.int64)
        open_ = np.array([not r for r in self.refused], np.bool_)
        sizes = both.list.len().to_numpy()[:n].astype(np.int64)
        cut = cut_rows(self.a[open_], self.b[open_], self.rows["answer"], sizes, odd)
        ranked = self.rows.head(n).with_columns(cut=pl.Series(cut), odd=pl.Series(odd))
        columns = {"undamaged": ["cut", "odd"]}
        by = [c for name in (*prefer, "id") for c in columns.get(name, [f"by_{name}"])]
        rank = ranked.select(pl.struct(by).rank("ordinal") - 1).to_series()
        return rank.cast(pl.Int64).to_numpy()

    def claims(self, order: Ints, threshold: float, families: Families) -> dict[int, Claim]:
        """Rows that are dropped where pairs by words must be as alike as `threshold`."""
        jaccard = self.found["jaccard"].to_numpy()
        near = (jaccard >= threshold - 1e-9) | (self.found["by"] == "characters").to_numpy()
        chosen = np.flatnonzero(near)
        pairs = Pairs(self.a[chosen], self.b[chosen], jaccard[chosen])
        found = claims(pairs, order, lambda at: self.same(int(chosen[at])), families)
        return {row: Claim(one.survivor, int(chosen[one.pair])) for row, one in found.items()}

    def evidence(self, ids: pl.Series, order: Ints) -> pl.DataFrame:
        """Every pair, the row to survive first, with what is known of it."""
        n = self.found.height
        looks = [self.seen.get(at) for at in range(n)]
        verdicts = [seen.verdict if seen else self.refused[at] for at, seen in enumerate(looks)]
        first = order[self.a] < order[self.b]
        a = np.where(first, self.found["a"].to_numpy(), self.found["b"].to_numpy())
        b = np.where(first, self.found["b"].to_numpy(), self.found["a"].to_numpy())
        return self.found.select(
            a=ids.gather(a), b=ids.gather(b), jaccard="jaccard", by="by",
            ratio=pl.Series([seen.ratio if seen else None for seen in looks], dtype=pl.Float64),
            verdict=pl.Series(verdicts, dtype=pl.String),
        ).select(pl.col(name).cast(kind) for name, kind in EVIDENCE.items())  # fmt: skip


def _read(listed: pl.DataFrame, used: Ints) -> pl.DataFrame:
    """The rows at `used` with their words, and behind them others to learn from."""
    unused = np.setdiff1d(np.arange(listed.height), used, assume_unique=True)
    others = listed[unused].bottom_k(OTHERS if len(used) else 0, by="by_id")
    return pl.concat([listed[used], others]).with_columns(
        folded=fold(pl.col("text")), prompt=words(pl.col("asked")), answer=words(pl.col("told"))
    )


def _rare(rows: pl.DataFrame) -> frozenset[str]:
    """Words that no more than one of `rows` has."""
    listed = rows.lazy().select(word=pl.concat_list("prompt", "answer").list.unique())
    counted = listed.explode("word", empty_as_null=False, keep_nulls=False).group_by("word").len()
    return frozenset(counted.filter(len=1).collect()["word"].to_list())
