"""Tests of the real local model are skipped where nobody has fetched it."""

import pytest

from tasks.llm import weights

needs_model = pytest.mark.skipif(
    not all(map(weights.is_installed, (weights.ENGINE, weights.DEFAULT))),
    reason=f"needs the local model: finery models install {weights.DEFAULT}",
)
