"""A share of a sample, and where the share of the whole may lie.

The interval is Wilson's score interval (1927) at 95 %: unlike the usual one it holds for small
samples and for shares of none or all, which is what an audit hopes to see.
"""

from math import sqrt

from pydantic import BaseModel

Z = 1.96  # 95 %, both sides


def wilson(share: float, n: int) -> tuple[float, float]:
    """Ends of the interval around `share` of `n` trials, at least one."""
    middle = share + Z * Z / (2 * n)
    reach = Z * sqrt(share * (1 - share) / n + Z * Z / (4 * n * n))
    low, high = ((middle + side * reach) / (1 + Z * Z / n) for side in (-1, 1))
    return max(0.0, low) if share > 0 else 0.0, min(1.0, high) if share < 1 else 1.0


class Share(BaseModel, frozen=True):
    """So many of so many."""

    hits: int
    of: int

    @property
    def value(self) -> float | None:
        """0 to 1; None of nothing."""
        return self.hits / self.of if self.of else None

    def ends(self) -> tuple[float, float]:
        """Lower and upper end of the interval, 0 to 1; all is possible after no trial."""
        return wilson(self.hits / self.of, self.of) if self.of else (0.0, 1.0)

    def facts(self) -> dict[str, float | int | None]:
        """For a report, rounded."""
        low, high = self.ends()
        value = self.value
        return {
            "hits": self.hits, "of": self.of, "low": round(low, 4), "high": round(high, 4),
            "value": None if value is None else round(value, 4),
        }  # fmt: skip
