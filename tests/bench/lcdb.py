"""Real learning curves: LCDB (arXiv 2103.10948's authors; MIT), from the package index.

Only the benchmark needs it: the archive is fetched once, checked by its hash and read where it
lies; nothing of it is installed or imported.
"""

import io
import subprocess
import sys
import tarfile
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from flows.home import store

NAME, FILE = "lcdb==0.1.0", "lcdb-0.1.0.tar.gz"
SHA256 = "450ea69b249866298653f718d66a825e3d19a4024dd4ff140b89f2e04d4777ae"
SEEDS = 8  # of a size, at least
Floats = npt.NDArray[np.float64]


class Case(NamedTuple):
    """A curve of which a part is seen, and what it comes to later."""

    dataset: int
    sizes: list[float]
    values: Floats  # (S, K)
    at: list[float]  # twice and four times the last size
    truth: Floats  # (2,)
    now: float  # at the last size seen, over all seeds there are


def fetch() -> Path | None:
    """The archive; None where the package index does not answer."""
    kept = store() / "bench" / FILE
    if kept.exists():
        return kept
    with tempfile.TemporaryDirectory() as folder:
        wanted = Path(folder, "wanted.txt")
        wanted.write_text(f"{NAME} --hash=sha256:{SHA256}\n")
        done = subprocess.run(
            [sys.executable, "-m", "pip", "download", "--no-deps", "--no-binary", ":all:",
             "--require-hashes", "-r", str(wanted), "-d", folder],
            check=False, capture_output=True,
        )  # fmt: skip
        if done.returncode:
            return None
        kept.parent.mkdir(parents=True, exist_ok=True)
        Path(folder, FILE).replace(kept)
    return kept


def curves(archive: Path, metric: str) -> dict[tuple[int, str], list[tuple[float, Floats]]]:
    """By dataset and learner, sizes with the values of all seeds; less is better.

    Args:
        archive: What `fetch` returned.
        metric: accuracy (then values are error rates) or logloss.
    """
    with tarfile.open(archive) as tar:
        member = tar.extractfile(f"lcdb-0.1.0/lcdb/database-{metric}.csv")
        assert member is not None
        body = io.BytesIO(member.read())
    read = pl.read_csv(
        body,
        columns=["openmlid", "learner", "size_train", "outer_seed", "inner_seed", "score_test"],
        infer_schema_length=10_000, null_values=["nan", "NaN", ""],
    )  # fmt: skip
    score = pl.col("score_test")
    less = (1 - score if metric == "accuracy" else score).sort_by("outer_seed", "inner_seed")
    table = (
        read.filter(score.is_finite())
        .group_by("openmlid", "learner", "size_train")
        .agg(values=less)
        .filter(pl.col("values").list.len() >= SEEDS)
        .sort("openmlid", "learner", "size_train")
    )
    found = defaultdict(list)
    for dataset, learner, size, values in table.iter_rows():
        found[dataset, learner].append((float(size), np.array(values)))
    return {key: points for key, points in found.items() if len(points) >= SEEDS}


def cases(
    found: dict[tuple[int, str], list[tuple[float, Floats]]], seeds: int, many: int, chance: int
) -> list[Case]:
    """Curves of which `many` sizes are seen, halving from a quarter of the largest, in any order.

    Those that do not fall over what is seen are left out: of them the answer is another one.
    """
    rng = np.random.default_rng(chance)
    listed = []
    for (dataset, _), points in found.items():
        sizes = np.array([size for size, _ in points])
        far = sizes[-1]
        picked = sorted({_nearest(sizes, far / 4 / 2**k) for k in range(many)})
        if far < 15.2 * 2**many or len(picked) < many or sizes[picked[-1]] > far / 3.3:
            continue
        if min(len(points[at][1]) for at in picked) < seeds + 3:
            continue
        values = np.stack([rng.choice(points[at][1], seeds, replace=False) for at in picked])
        means = values.mean(axis=1)
        if not means[0] > means[-1] + 1e-4 or means[-1] <= 1e-4:
            continue
        half = _nearest(sizes, far / 2)
        truth = np.array([points[half][1].mean(), points[-1][1].mean()])
        listed.append(Case(dataset, [float(sizes[at]) for at in picked], values,
                           [float(sizes[half]), float(far)], truth,
                           float(points[picked[-1]][1].mean())))  # fmt: skip
    rng.shuffle(listed)  # type: ignore[arg-type]
    return listed


def _nearest(sizes: Floats, wanted: float) -> int:
    return int(np.abs(np.log(sizes / wanted)).argmin())


def halves(listed: list[Case], chance: int) -> tuple[list[Case], list[Case]]:
    """Two lists that share no dataset: one to learn from, one to test on."""
    datasets = sorted({case.dataset for case in listed})
    np.random.default_rng(chance).shuffle(datasets)
    first = set(datasets[: len(datasets) // 2])
    return ([case for case in listed if case.dataset in first],
            [case for case in listed if case.dataset not in first])  # fmt: skip
