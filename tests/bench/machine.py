"""The machine that a figure was measured on; a figure without it says nothing."""

import os
import platform
import re
import resource
import sys
from pathlib import Path

_CPUINFO = Path("/proc/cpuinfo")
_STATUS = Path("/proc/self/status")


def machine() -> str:
    """Cores, processor and Python in one line."""
    return f"{os.cpu_count()} cores, {_processor()}, Python {platform.python_version()}"


def _processor() -> str:
    text = _CPUINFO.read_text() if _CPUINFO.exists() else ""
    found = re.search(r"^model name\s*:\s*(.+)$", text, re.MULTILINE)
    return found[1] if found else platform.processor() or platform.machine()


def peak_megabytes() -> float:
    """Most memory that this process ever had.

    Linux hands `ru_maxrss` of a large parent on to the processes it starts, so its own record of
    this process (`VmHWM`) is read there.
    """
    if _STATUS.exists():
        found = re.search(r"^VmHWM:\s*(\d+) kB", _STATUS.read_text(), re.MULTILINE)
        if found:
            return int(found[1]) / 1024
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used / (1024 * 1024 if sys.platform == "darwin" else 1024)


def cpu_of(pid: int) -> float:
    """Seconds of CPU that a running process has used so far (Linux)."""
    # the name in brackets may hold spaces; user and system ticks are the 14th and 15th field
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
