"""Pairs of similar rows, and what is found out about them as far as it is asked for."""

import numpy as np
import numpy.typing as npt
import polars as pl

from tasks.base.memo import RowMemo
from tasks.base.text import fold
from tasks.dedup.families import Claim, Families, Pairs, claims
from tasks.dedup.guard.look import Look, Texts, look
from tasks.dedup.guard.looked import Looked

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

    def __init__(
        self, found: pl.DataFrame, listed: pl.DataFrame, least: float, memo: RowMemo | None = None
    ) -> None:
        """Look at pairs.

        Args:
            found: Columns a, b (places in `listed`), jaccard and by.
            listed: Columns text, asked, told, context, by_id, and all that rows are ranked by.
            least: RapidFuzz's ratio below which a pair is unlike.
            memo: What earlier runs found out (`tasks.dedup.guard.looked`).
        """
        from tasks.dedup.guard.lexicon import lexicon  # compiled code
        from tasks.dedup.guard.pair_keys import keys_of
        from tasks.dedup.guard.sieve import VERDICTS, Apart, sieve

        self.found, self.least = found, least
        self.used = np.unique(np.concatenate([found["a"].to_numpy(), found["b"].to_numpy()]))
        self.rows = listed[self.used]
        others = _others(listed, self.used)
        asked, told = (pl.concat([self.rows[n], others[n]]) for n in ("asked", "told"))
        known = lexicon(asked, told, len(self.used))
        self.words, self.apart = known.rows, Apart(known)
        self.texts = Texts(self.rows.with_columns(folded=fold(pl.col("text"))), self.apart)
        self.a = np.searchsorted(self.used, found["a"].to_numpy())
        self.b = np.searchsorted(self.used, found["b"].to_numpy())
        refused = sieve(self.words, self.a, self.b)
        self.passed = refused == 0
        self.open = self.passed.copy()  # what may still be a twin
        self.verdicts: list[str | None] = [VERDICTS[why] for why in refused.tolist()]
        self.ratios = np.full(found.height, np.nan)
        self.looked: Looked | None = None
        if memo:
            may = np.flatnonzero(self.passed)
            keys = keys_of(self.rows, self.words, self.a[may], self.b[may])
            self.looked = Looked(memo, may, keys)

    def same(self, at: int) -> bool:
        """Whether the pair at a place says the same."""
        if self.verdicts[at] is None:
            self.ratios[at], verdict = self._look(at)
            self.verdicts[at], self.open[at] = verdict, verdict == "same"
        return self.verdicts[at] == "same"

    def _look(self, at: int) -> Look:
        def now() -> Look:
            return look(self.texts, int(self.a[at]), int(self.b[at]), self.least)

        return self.looked(at, now) if self.looked else now()

    def remember(self) -> None:
        """Keep what was found out, for runs to come."""
        if self.looked:
            self.looked.remember()

    def order(self, prefer: tuple[str, ...]) -> Ints:
        """Rank of each row that is in a pair, the one to survive first.

        Args:
            prefer: What decides, the first first.
        """
        from tasks.dedup.guard.oddity import cut_rows, odd_pairs  # compiled code

        n, may = len(self.used), self.passed
        odd, sizes = odd_pairs(self.words)[:n], self.words.sizes()[:n]
        cut = cut_rows(self.a[may], self.b[may], self.apart.is_part, sizes, odd)
        ranked = self.rows.with_columns(cut=pl.Series(cut), odd=pl.Series(odd))
        columns = {"undamaged": ["cut", "odd"]}
        by = [c for name in (*prefer, "id") for c in columns.get(name, [f"by_{name}"])]
        rank = ranked.select(pl.struct(by).rank("ordinal") - 1).to_series()
        return rank.cast(pl.Int64).to_numpy()

    def claims(self, order: Ints, threshold: float, families: Families) -> dict[int, Claim]:
        """Rows that are dropped where pairs by words must be as alike as `threshold`."""
        jaccard = self.found["jaccard"].to_numpy()
        near = (jaccard >= threshold - 1e-9) | (self.found["by"] == "characters").to_numpy()
        chosen = np.flatnonzero(near & self.open)
        pairs = Pairs(self.a[chosen], self.b[chosen], jaccard[chosen])
        found = claims(pairs, order, lambda at: self.same(int(chosen[at])), families)
        return {row: Claim(one.survivor, int(chosen[one.pair])) for row, one in found.items()}

    def evidence(self, ids: pl.Series, order: Ints) -> pl.DataFrame:
        """Every pair, the row to survive first, with what is known of it."""
        first = order[self.a] < order[self.b]
        a = np.where(first, self.found["a"].to_numpy(), self.found["b"].to_numpy())
        b = np.where(first, self.found["b"].to_numpy(), self.found["a"].to_numpy())
        return self.found.select(
            a=ids.gather(a), b=ids.gather(b), jaccard="jaccard", by="by",
            ratio=pl.Series(self.ratios).fill_nan(None),
            verdict=pl.Series(self.verdicts, dtype=pl.String),
        ).select(pl.col(name).cast(kind) for name, kind in EVIDENCE.items())  # fmt: skip


def _others(listed: pl.DataFrame, used: Ints) -> pl.DataFrame:
    """Rows that are in no pair, to learn from; none where there is no pair."""
    ids = listed.select("by_id").with_row_index("row")
    unused = ids[np.setdiff1d(np.arange(listed.height), used, assume_unique=True)]
    return listed[unused.bottom_k(OTHERS if len(used) else 0, by="by_id")["row"]]
