"""How near the nearest training prompts are, and whether their answers would do."""

from collections.abc import Iterator

import numpy as np

from tasks.scale.corpus import Corpus
from tasks.scale.trainer import Held, Metric, Point, Subset

NEAREST = 5
SHARPNESS = 10.0  # how much more a nearer neighbour counts
BLOCK = 8_000_000  # cosines held at once


class Neighbours:
    """Coverage of held-out prompts, and the answers of their nearest neighbours."""

    name = "neighbours"
    version = "1"
    is_dear = False
    spent = 0.0
    metrics = (
        Metric("neighbour_distance", "nearest answers",
               "held-out answers, borrowed from the nearest prompts", unit="1 − cosine",
               sees="answers that belong to another prompt, and copies",
               blind="the order of words"),
        Metric("coverage", "coverage", "held-out prompts, beside the nearest that there is",
               unit="1 − cosine", sees="gaps and copies", blind="everything about answers"),
    )  # fmt: skip

    def train(
        self,
        corpus: Corpus,
        subset: Subset,
        held: Held,
        seed: int,  # noqa: ARG002 (no chance)
    ) -> Iterator[Point]:
        """Points for every size; a larger one only looks at the rows that come to it."""
        asked, said = corpus.prompt_vectors, corpus.answer_vectors
        mine, truth = asked[held.rows], said[held.rows]
        near = np.full((len(mine), NEAREST), -np.inf, np.float32)
        who = np.zeros((len(mine), NEAREST), np.int64)
        done, step = 0, max(1, BLOCK // max(len(mine), 1))
        for size in subset.sizes:
            for start in range(done, size, step):
                stop = min(start + step, size)
                cosines = mine @ asked[subset.prompts[start:stop]].T
                both = np.concatenate([near, cosines], axis=1)
                names = np.concatenate(
                    [who, np.broadcast_to(subset.answers[start:stop], cosines.shape)], axis=1
                )
                best = np.argpartition(-both, NEAREST - 1, axis=1)[:, :NEAREST]
                near = np.take_along_axis(both, best, 1)
                who = np.take_along_axis(names, best, 1)
            done = size
            weights = np.exp(SHARPNESS * (near - near.max(axis=1, keepdims=True)))
            borrowed = (weights[:, :, None] * said[who]).sum(axis=1)
            borrowed /= np.maximum(np.linalg.norm(borrowed, axis=1, keepdims=True), 1e-12)
            far = 1 - float((borrowed * truth).sum(axis=1).mean())
            yield Point("neighbour_distance", size, far)
            yield Point("coverage", size, 1 - float(near.max(axis=1).mean()))
