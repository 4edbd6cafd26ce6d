"""Figures over all rows."""

import random

import polars as pl

from tasks.score.grades import schema, summary
from tasks.score.rubric import load_rubric


def test_figures_are_the_same_to_the_last_digit_in_whatever_order_the_rows_stand():
    draw = random.Random(1)  # the mean of these lies between two figures, but for their order
    scores = [draw.randrange(0, 21) / 20 for _ in range(400)]
    lines = [{"id": f"{n:03}", "score_judge": score} for n, score in enumerate(scores)]
    frame = pl.DataFrame(lines, schema={"id": pl.String, **schema(load_rubric())})
    assert summary(frame) == summary(frame.reverse())
    assert summary(frame)["judged"] == 400
