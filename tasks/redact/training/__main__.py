"""Train the name model and write its weights: `python -m tasks.redact.training --out FILE`.

It needs Faker. With `--real FILE ...` it also learns from real texts (Parquet, CSV, JSON, JSON
lines), first from a sample of all and then from those in which a half-taught model saw what is
not there.
"""

import argparse
import logging
import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spacy.language import Language

_log = logging.getLogger(__name__)
MADE = 12_000  # sentences from templates
SAMPLE = 9000  # real ones
SEARCHED = 15_000  # real ones in which mistakes are looked for
MISTAKES = 1200  # of which that many are taught, twice
MODELS = 3  # whose weights are averaged


def main() -> None:
    """Read the arguments, train, write."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # sums in one order, so the same weights
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--real", type=Path, nargs="+", metavar="FILE")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--models", type=int, default=MODELS, help="whose weights are averaged")
    given = parser.parse_args()

    from tasks.redact.training.train import averaged
    from tasks.redact.training.weights import save

    models = [_taught(given.real, seed, given.epochs)
              for seed in range(given.seed, given.seed + given.models)]  # fmt: skip
    _log.info("%s", save(averaged(models), given.out))


def _taught(real: list[Path] | None, seed: int, epochs: int) -> "Language":
    """One model, taught on sentences that its seed says."""
    from tasks.redact.training.data import borrowed, made
    from tasks.redact.training.places import Places
    from tasks.redact.training.real import mistaken, stretches
    from tasks.redact.training.train import train

    values = Places(seed)
    sentences = made(MADE, values)
    if real:
        texts = stretches(real, seed)
        sentences += borrowed(texts[:SAMPLE], values)
        wrong = mistaken(train(sentences, seed, epochs=1), texts[SAMPLE:][:SEARCHED])
        sentences += 2 * borrowed(wrong[:MISTAKES], values)
    _log.info("model %d: %d sentences", seed, len(sentences))
    return train(sentences, seed, epochs)


if __name__ == "__main__":
    main()
