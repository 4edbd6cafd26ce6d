"""Points of an experiment: trained for once, and remembered by the content of their rows."""

import hashlib
import json
from collections.abc import Callable, Iterable

import polars as pl

from tasks.base.memo import RowMemo
from tasks.scale.plan import Cell
from tasks.scale.pool import Pool
from tasks.scale.trainer import Held, Point, Subset, Trainer

SCHEMA = pl.Schema(
    {
        "arm": pl.String, "seed": pl.Int64, "trainer": pl.String, "metric": pl.String,
        "size": pl.Int64, "tokens": pl.Int64, "pool": pl.Int64, "value": pl.Float64,
        "cost": pl.Float64, "remembered": pl.Boolean,
    }
)  # fmt: skip


def train_all(
    cells: Iterable[Cell], pool: Pool, trainers: Iterable[Trainer], store: str,
    tell: Callable[[int], object] = id,
) -> pl.DataFrame:  # fmt: skip
    """A point for every cell, size and measure; those of earlier runs cost nothing.

    Args:
        cells: Nested training sets.
        pool: Whose rows they are.
        trainers: Who trains on each of them.
        store: Folder that points are remembered in.
        tell: Called with the number of cells that are done.
    """
    lines: list[dict[str, object]] = []
    memos = {t.name: RowMemo(store, f"scale.{t.name}", f"{t.name} {t.version}") for t in trainers}
    for done, cell in enumerate(cells):
        keys = keys_of(pool, cell.subset, cell.seed)
        for trainer in trainers:
            points, known = _trained(trainer, pool, cell, keys, memos[trainer.name])
            same = {"arm": cell.arm, "seed": cell.seed, "trainer": trainer.name, "pool": cell.pool}
            lines += [{**same, **point._asdict(), "remembered": known} for point in points]
        tell(done + 1)
    return pl.DataFrame(lines, schema=SCHEMA)


def _trained(
    trainer: Trainer, pool: Pool, cell: Cell, keys: list[int], memo: RowMemo
) -> tuple[list[Point], bool]:
    """The points of a cell, and whether all of them were remembered."""
    found = dict(memo.recall(pl.Series(keys, dtype=pl.UInt64)).iter_rows())
    if all(key in found for key in keys):
        return [Point(*one) for key in keys for one in json.loads(found[key])], True
    points = list(trainer.train(pool.corpus, cell.subset, pool.held, cell.seed))
    by_size = {key: [p for p in points if p.size == size]
               for key, size in zip(keys, cell.subset.sizes, strict=True)}  # fmt: skip
    new = {key: json.dumps(ps) for key, ps in by_size.items() if key not in found}
    memo.remember(pl.DataFrame({"key": list(new), "value": list(new.values())},
                               schema={"key": pl.UInt64, "value": pl.String}))  # fmt: skip
    return points, False


def keys_of(pool: Pool, subset: Subset, seed: int) -> list[int]:
    """For each size a number that stands for what is trained on, held out, and drawn."""
    digest = hashlib.sha256(_content(pool, pool.held))
    digest.update(seed.to_bytes(8, "little"))
    asked, said = pool.corpus.hashes
    keys, done = [], 0
    for size in subset.sizes:
        digest.update(asked[subset.prompts[done:size]].tobytes())
        digest.update(said[subset.answers[done:size]].tobytes())
        done = size
        keys.append(int.from_bytes(digest.copy().digest()[:8], "little"))
    return keys


def _content(pool: Pool, held: Held) -> bytes:
    asked, said = pool.corpus.hashes
    return asked[held.rows].tobytes() + said[held.rows].tobytes()
