"""How many rows providers take, and how many people begin with."""

from typing import NamedTuple


class Bounds(NamedTuple):
    """A range of rows, and who says so."""

    name: str
    least: int | None
    most: int | None
    kind: str  # limit, or advice
    source: str


DEADLINES = {
    "api.openai.com": "this provider is winding its fine-tuning down and takes no new users "
    "(2026-11); any other OpenAI-compatible endpoint will do",
}
"""By host: what those who begin there should know."""

BOUNDS = (
    Bounds("Amazon Nova Micro", 8, 20_000, "limit", "the provider's validator"),
    Bounds("Amazon Nova Pro", 100, 10_000, "limit", "the provider's guide"),
    Bounds("Amazon Nova 2 Lite", 200, 20_000, "limit", "the provider's validator"),
    Bounds("OpenAI-compatible jobs", 10, None, "limit", "the protocol's guide"),
    Bounds("70B and larger, to begin with", 500, 2_000, "advice", "practice"),
    Bounds("adapters (PEFT) in the literature", 1_000, 10_000, "advice",
           "arXiv 2305.11206, 2305.14314"),
    Bounds("full fine-tuning in the literature", 1_000, 52_000, "advice",
           "arXiv 2305.11206, Stanford Alpaca"),
)  # fmt: skip
"""Nova 1 as of 2026-11; limits change, and the provider's own check has the last word."""
