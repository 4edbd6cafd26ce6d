"""A share of a sample, and where the share of the whole may lie.

The interval is Wilson's score interval (1927) at 95 %: unlike the usual one it holds for small
samples and for shares of none or all, which is what an audit hopes to see.
"""

from math import sqrt

from pydantic import BaseModel

Z = 1.96  # 95 %, both sides


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
        if not self.of:
            return 0.0, 1.0
        n, share = self.of, self.hits / self.of
        middle = share + Z * Z / (2 * n)
        reach = Z * sqrt(share * (1 - share) / n + Z * Z / (4 * n * n))
        low, high = ((middle + side * reach) / (1 + Z * Z / n) for side in (-1, 1))
        return max(0.0, low) if self.hits else 0.0, min(1.0, high) if self.hits < n else 1.0

    def facts(self) -> dict[str, float | int | None]:
        """For a report, rounded."""
        low, high = self.ends()
        value = self.value
        return {
            "hits": self.hits, "of": self.of, "low": round(low, 4), "high": round(high, 4),
            "value": None if value is None else round(value, 4),
        }  # fmt: skip
