"""Whether this machine can run the engine of the local model."""

import platform
import sys
from pathlib import Path

from tasks.base.errors import UsageError

FEATURES = {"avx2", "fma", "f16c", "bmi2"}  # of the processor; the engine is built for x86-64-v3


def check_machine() -> None:
    """Refuse a machine that the engine is not built for.

    Raises:
        UsageError: With what is missing, and what can be used instead.
    """
    kind = platform.machine()
    lacks = ""
    if sys.platform != "linux" or kind not in ("x86_64", "aarch64"):
        lacks = f"it needs Linux on x86_64 or aarch64, and this is {sys.platform} on {kind}"
    elif kind == "x86_64" and (gone := FEATURES - _features()):
        lacks = f"this processor has no {', '.join(sorted(gone))}"
    if lacks:
        raise UsageError(f"the local model cannot run here: {lacks}; name an llm.endpoint instead")


def _features() -> set[str]:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    return set(next((line for line in lines if line.startswith("flags")), "").split())
