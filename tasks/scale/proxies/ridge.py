"""How well the direction of an answer follows from its prompt: a ridge regression on vectors."""

from collections.abc import Iterator

import numpy as np

from tasks.scale.corpus import Corpus
from tasks.scale.trainer import Held, Metric, Point, Subset

PENALTY = 1.0


class Ridge:
    """Distance between the answer that the map of all pairs expects and the one there is."""

    name = "ridge"
    version = "1"
    is_dear = False
    spent = 0.0
    metrics = (
        Metric("answer_distance", "answers from prompts",
               "held-out answers, expected from their prompts", unit="1 − cosine",
               sees="answers that belong to another prompt, and copies",
               blind="the order of words"),
    )  # fmt: skip

    def train(
        self,
        corpus: Corpus,
        subset: Subset,
        held: Held,
        seed: int,  # noqa: ARG002 (no chance)
    ) -> Iterator[Point]:
        """Points for every size; what a smaller one has summed up serves the next."""
        asked, said = corpus.prompt_vectors, corpus.answer_vectors
        width = asked.shape[1]
        square, cross = np.zeros((width, width)), np.zeros((width, width))
        sum_x, sum_y = np.zeros(width), np.zeros(width)
        done = 0
        for size in subset.sizes:
            x = asked[subset.prompts[done:size]]
            y = said[subset.answers[done:size]]
            square += x.T @ x
            cross += x.T @ y
            sum_x += x.sum(axis=0, dtype=np.float64)
            sum_y += y.sum(axis=0, dtype=np.float64)
            done = size
            mean_x, mean_y = sum_x / size, sum_y / size
            inner = square - size * np.outer(mean_x, mean_x) + PENALTY * np.eye(width)
            weights = np.linalg.solve(inner, cross - size * np.outer(mean_x, mean_y))
            expected = (asked[held.rows] - mean_x) @ weights + mean_y
            expected /= np.maximum(np.linalg.norm(expected, axis=1, keepdims=True), 1e-12)
            value = 1 - float((expected * said[held.rows]).sum(axis=1).mean())
            yield Point("answer_distance", size, value)
