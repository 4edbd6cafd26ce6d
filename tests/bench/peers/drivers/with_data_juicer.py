"""Data-Juicer's operator `document_minhash_deduplicator`; its search for bands is not counted."""

import datasets
from data_juicer.ops.deduplicator.document_minhash_deduplicator import DocumentMinhashDeduplicator
from measure import PERMUTATIONS, THRESHOLD, WORDS, run

datasets.disable_progress_bars()
OPERATOR = DocumentMinhashDeduplicator(
    tokenization="space", window_size=WORDS, lowercase=False,
    num_permutations=PERMUTATIONS, jaccard_threshold=THRESHOLD,
)  # fmt: skip


def deduplicate(texts: list[str]) -> set[int]:
    rows = datasets.Dataset.from_dict({"text": texts, "at": list(range(len(texts)))})
    kept, _ = OPERATOR.process(rows.map(OPERATOR.compute_hash))
    return set(range(len(texts))) - set(kept["at"])


if __name__ == "__main__":
    run(deduplicate)
