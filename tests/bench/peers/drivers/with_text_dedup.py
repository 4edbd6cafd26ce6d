"""text-dedup's command `minhash`, with its quicker hash; its search for bands is not counted."""

import tempfile
from pathlib import Path

import datasets
from measure import PERMUTATIONS, THRESHOLD, WORDS, run
from text_dedup import minhash
from text_dedup.utils import optimal_param

datasets.disable_progress_bars()
BANDS, HASHES = optimal_param(THRESHOLD, PERMUTATIONS, 0.5, 0.5)


def deduplicate(texts: list[str]) -> set[int]:
    with tempfile.TemporaryDirectory() as folder:
        source, out = Path(folder) / "in", Path(folder) / "out"
        rows = {"text": texts, "at": list(range(len(texts)))}
        datasets.Dataset.from_dict(rows).save_to_disk(source)
        minhash.main.callback(
            path=str(source), local=True, output=str(out), column="text", num_proc=1,
            ngram=WORDS, min_length=1, num_perm=PERMUTATIONS, threshold=THRESHOLD,
            b=BANDS, r=HASHES, hash_func="xxh3", hash_bits="32",
        )  # fmt: skip
        return set(rows["at"]) - set(datasets.load_from_disk(out)["at"])


if __name__ == "__main__":
    run(deduplicate)
