"""rensa's deduplicator, which keeps the first of its kind."""

from collections.abc import Iterator

from measure import PERMUTATIONS, THRESHOLD, run, shingles
from rensa import RMinHashDeduplicator


def deduplicate(texts: list[str]) -> Iterator[int]:
    found = RMinHashDeduplicator(threshold=THRESHOLD, num_perm=PERMUTATIONS, use_lsh=True)
    new = found.add_pairs((str(at), shingles(text)) for at, text in enumerate(texts))
    return (at for at, kept in enumerate(new) if not kept)


if __name__ == "__main__":
    run(deduplicate)
