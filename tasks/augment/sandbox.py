"""Run the Python of an answer against the tests that its prompt and it state, shut in.

The code is a language model's, so it runs in a process of its own without network, without files
but the standard library's, without other processes and within limits of time and memory
(`tasks.augment.sandboxed`). Tests are `assert` lines and doctest sessions of the prompt that call
what the answer defines, and what the answer brings along: its asserts, doctests, `unittest` cases
and `test_` functions. Code may lie about its own tests, so a pass proves little; a failure does.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tasks.augment.code import Program
from tasks.base.cache import ROOT
from tasks.base.errors import UsageError

SECONDS, WALL, MEGABYTES = 5, 10, 512
GRACE = 10  # seconds beyond the wall in which a result is still waited for
_INSIDE = (
    f"import sys; sys.path.insert(0, {str(ROOT)!r}); "
    "from tasks.augment.sandboxed import main; del sys.path[0]; main()"
)
_PYTHON = getattr(sys, "_base_executable", sys.executable)  # a virtual environment has no library


class Tested(BaseModel):
    """How the tests of one answer went."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    passed: int = Field(default=0, ge=0)
    wrong: int = Field(default=0, ge=0)
    untold: str | None = Field(default=None, max_length=60)  # why none of them says anything


def run_tests(programs: Iterable[Program]) -> Iterator[Tested]:
    """Run each program with its tests, as many at a time as there are processors.

    Raises:
        UsageError: This machine cannot shut a process in.
    """
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        yield from pool.map(_tested, programs)


def _tested(program: Program) -> Tested:
    limits = {"seconds": SECONDS, "wall": WALL, "megabytes": MEGABYTES}
    call = json.dumps({**program._asdict(), **limits})
    try:
        done = subprocess.run(
            [_PYTHON, "-I", "-S", "-B", "-c", _INSIDE], input=call.encode(), cwd="/", env={},
            capture_output=True, timeout=WALL + GRACE, start_new_session=True, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return Tested(untold="timeout")
    try:
        said: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        told = done.stderr.decode(errors="replace").strip().split("\n")[-1]
        raise _unfit(told or f"it ended with {done.returncode}") from None
    if "shut" in said:
        raise _unfit(said["shut"])
    try:
        return Tested.model_validate(said.get("found", {"untold": said.get("untold")}))
    except ValidationError:  # the code wrote it
        return Tested(untold="killed")


def _unfit(why: str) -> UsageError:
    return UsageError(
        f"augment.verify.run_code: this machine cannot shut code in ({why}). It takes Linux with "
        "Landlock and unprivileged user namespaces; run elsewhere, or leave the setting off."
    )
