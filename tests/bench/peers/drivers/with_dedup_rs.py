"""dedup-rs: hashes of 32 bits, bands as it chooses them."""

import numpy as np
from dedup_rs import EmbedFunc
from measure import PERMUTATIONS, THRESHOLD, WORDS, run


def deduplicate(texts: list[str]) -> set[int]:
    at = np.arange(len(texts), dtype=np.uint32)
    index = EmbedFunc(THRESHOLD, PERMUTATIONS, WORDS, 0.5, 0.5, "text", "at", "32", 0)
    index.batch_embed_shard(texts, at)
    return set(range(len(texts))) - set(index.filter_duplicates(index.cluster(), at))


if __name__ == "__main__":
    run(deduplicate)
