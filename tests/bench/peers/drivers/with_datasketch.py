"""datasketch: sketches in bulk, an index of those kept, the estimate of each candidate checked."""

from collections.abc import Iterator

from datasketch import MinHash, MinHashLSH
from measure import PERMUTATIONS, THRESHOLD, run, shingles


def deduplicate(texts: list[str]) -> Iterator[int]:
    encoded = ([shingle.encode() for shingle in shingles(text)] for text in texts)
    sketches = MinHash.bulk(encoded, num_perm=PERMUTATIONS)
    kept = MinHashLSH(threshold=THRESHOLD, num_perm=PERMUTATIONS)
    for at, sketch in enumerate(sketches):
        if any(sketch.jaccard(sketches[other]) >= THRESHOLD for other in kept.query(sketch)):
            yield at
        else:
            kept.insert(at, sketch)


if __name__ == "__main__":
    run(deduplicate)
