"""datatrove: signatures, buckets and clusters, 16 bands of 8 with its own word tokenizer.

That it takes every number for the same is switched off: the texts are normalised already.
"""

import tempfile
from pathlib import Path

import numpy as np
from datatrove.data import Document
from datatrove.pipeline.dedup import MinhashDedupBuckets, MinhashDedupCluster, MinhashDedupSignature
from datatrove.pipeline.dedup.minhash import MinhashConfig
from datatrove.utils.text import TextNormConfig
from measure import WORDS, run

BANDS = 16
CONFIG = MinhashConfig(
    n_grams=WORDS, num_buckets=BANDS, hashes_per_bucket=8,
    norm_config=TextNormConfig(norm_numbers=False),
)  # fmt: skip


def deduplicate(texts: list[str]) -> list[int]:
    with tempfile.TemporaryDirectory() as folder:
        signed, met, found = (f"{folder}/{name}" for name in ("signed", "met", "found"))
        rows = (Document(text=text, id=str(at)) for at, text in enumerate(texts))
        MinhashDedupSignature(signed, config=CONFIG).run(rows)
        for band in range(BANDS):
            MinhashDedupBuckets(signed, met, config=CONFIG).run(None, band, BANDS)
        MinhashDedupCluster(met, found, config=CONFIG).run()
        removed = Path(found, "000000.remove")
        return np.fromfile(removed, "<u4").tolist() if removed.exists() else []


if __name__ == "__main__":
    run(deduplicate)
