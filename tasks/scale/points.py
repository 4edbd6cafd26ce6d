"""Points of an experiment: trained for once, and remembered by the content of their rows."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import polars as pl

from tasks.base.cache import code_of
from tasks.base.memo import RowMemo
from tasks.embed.static import static_encoder
from tasks.scale.corpus import Ints
from tasks.scale.plan import Cell
from tasks.scale.pool import Pool
from tasks.scale.trainer import Subset, Trainer, TrainingError, tokens_of

SCHEMA = pl.Schema(
    {
        "arm": pl.String, "seed": pl.Int64, "trainer": pl.String, "metric": pl.String,
        "size": pl.Int64, "tokens": pl.Int64, "pool": pl.Int64, "value": pl.Float64,
        "cost": pl.Float64, "remembered": pl.Boolean,
    }
)  # fmt: skip


Fields = dict[str, Any]
GIVE_UP = 2  # trainings that fail one after the other


class Trained(NamedTuple):
    """Points, and why some are missing."""

    points: pl.DataFrame
    failures: list[str]
    missing: int  # trainings that failed, or were not tried after those
    spent: float  # in money, in this run, also on what came to nothing


def train_all(
    cells: Iterable[Cell], pool: Pool, trainers: Sequence[Trainer], store: str,
    tell: Callable[[int], object] = id,
) -> Trained:  # fmt: skip
    """A point for every cell, size and measure; those of earlier runs cost nothing.

    Args:
        cells: Nested training sets.
        pool: Whose rows they are.
        trainers: Who trains on each of them.
        store: Folder that points are remembered in.
        tell: Called with the number of cells that are done.
    """
    lines: list[dict[str, object]] = []
    memos = {t.name: RowMemo(store, f"scale.{t.name}", _fingerprint(t)) for t in trainers}
    failures: list[str] = []
    missing, failed = 0, Counter[str]()
    for done, cell in enumerate(cells):
        for trainer, part in ((t, one) for t in trainers for one in _parts(cell, t)):
            try:
                points, known = _trained(trainer, pool, part, memos[trainer.name],
                                         recall_only=failed[trainer.name] >= GIVE_UP)  # fmt: skip
            except TrainingError as error:
                failures += [str(error)] if str(error) else []
                missing, failed[trainer.name] = missing + 1, failed[trainer.name] + 1
                continue
            failed[trainer.name] = failed[trainer.name] if known else 0
            same = {"arm": cell.arm, "seed": cell.seed, "trainer": trainer.name, "pool": cell.pool}
            lines += [{**same, **point, "remembered": known} for point in points]
        tell(done + 1)
    spent = sum(trainer.spent for trainer in trainers)
    return Trained(pl.DataFrame(lines, schema=SCHEMA), failures, missing, spent)


def _fingerprint(trainer: Trainer) -> str:
    """What decides a point but the rows; of cheap trainers also their code and the encoder."""
    named = f"{trainer.name} {trainer.version}"
    if trainer.is_dear:
        return named
    return f"{named} {code_of(type(trainer).__module__)} {static_encoder().fingerprint}"


def _parts(cell: Cell, trainer: Trainer) -> list[Cell]:
    """The cell, or where a training is dear one for each of its sizes."""
    if not trainer.is_dear:
        return [cell]
    prompts, answers, sizes = cell.subset
    return [cell._replace(subset=Subset(prompts[:n], answers[:n], (n,))) for n in sizes]


def _trained(
    trainer: Trainer, pool: Pool, cell: Cell, memo: RowMemo, *, recall_only: bool
) -> tuple[list[Fields], bool]:
    """The points of a cell by field, with their tokens, and whether all were remembered.

    Raises:
        TrainingError: They were not, and training failed, or is not tried (then without a word).
    """
    keys = keys_of(pool, cell.subset, cell.seed, whole=trainer.is_dear)
    found = dict(memo.recall(pl.Series(keys, dtype=pl.UInt64)).iter_rows())
    if all(key in found for key in keys):
        return [one for key in keys for one in json.loads(found[key])], True
    if recall_only:
        raise TrainingError
    trained = list(trainer.train(pool.corpus, cell.subset, pool.held, cell.seed))
    tokens = dict(zip(cell.subset.sizes, tokens_of(pool.corpus, cell.subset).tolist(), strict=True))
    points = [{**point._asdict(), "tokens": tokens[point.size]} for point in trained]
    by_size = {key: [p for p in points if p["size"] == size]
               for key, size in zip(keys, cell.subset.sizes, strict=True)}  # fmt: skip
    new = {key: json.dumps(ps) for key, ps in by_size.items() if key not in found}
    memo.remember(pl.DataFrame({"key": list(new), "value": list(new.values())},
                               schema={"key": pl.UInt64, "value": pl.String}))  # fmt: skip
    return points, False


def keys_of(pool: Pool, subset: Subset, seed: int, *, whole: bool = False) -> list[int]:
    """For each size a number that stands for what is trained on, held out, and drawn.

    Args:
        pool: Whose rows they are.
        subset: The nested sets.
        seed: Of the draw.
        whole: Whether whole conversations are trained on, not prompts and answers.
    """
    digest = hashlib.sha256(_content(pool, pool.held.rows, pool.held.rows, whole=whole))
    digest.update(seed.to_bytes(8, "little"))
    keys, done = [], 0
    for size in subset.sizes:
        part = slice(done, size)
        digest.update(_content(pool, subset.prompts[part], subset.answers[part], whole=whole))
        done = size
        keys.append(int.from_bytes(digest.copy().digest()[:8], "little"))
    return keys


def _content(pool: Pool, prompts: Ints, answers: Ints, *, whole: bool) -> bytes:
    if whole:
        return pool.corpus.jsonl(prompts).encode()
    asked, said = pool.corpus.hashes
    return asked[prompts].tobytes() + said[answers].tobytes()
