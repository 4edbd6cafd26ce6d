"""When a stage may be skipped, and when it may be tried again.

A stage is skipped when the bytes it reads, its params, its code and the engines below it are
those of an earlier run.
"""

import ast
import hashlib
import json
import os
import sys
from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from importlib.metadata import PackageNotFoundError, packages_distributions, version
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import Any

from prefect.client.schemas.objects import State, TaskRun
from prefect.context import TaskRunContext
from prefect.tasks import Task
from pydantic import BaseModel

from tasks.base.dataset import DatasetRef

ROOT = Path(__file__).parents[2]
STANDARD = {*sys.stdlib_module_names, "tasks"}
NAMED = {"stdnum": "python-stdnum", "yaml": "PyYAML"}  # modules of distributions called otherwise
TRIES = 20  # to read a module, while other threads read theirs
_ONE_AT_A_TIME = Lock()


def stage_key(context: TaskRunContext, inputs: dict[str, Any]) -> str | None:
    """Cache key of the stage that runs in `context`; see `key_of`."""
    return key_of(context.task, inputs)


def key_of(stage: Task[..., Any], inputs: dict[str, Any]) -> str:
    """Cache key of `stage`: its name, its code and engines, its params and the bytes it reads.

    Prefect's own `TASK_SOURCE` hashes the body of the task alone, so it would miss an edit to
    the pure function that a thin task calls. A path is never part of the key: the same bytes in
    another folder are the same input.
    """
    blob = json.dumps(
        [stage.name, code_of(stage.fn.__module__), {k: _content(v) for k, v in inputs.items()}],
        sort_keys=True,
    )
    return f"{stage.name}-{hashlib.sha256(blob.encode()).hexdigest()}"


def _content(value: object) -> object:
    """What of an argument decides the result."""
    if isinstance(value, DatasetRef):
        return value.sha256
    if isinstance(value, BaseModel):
        free, reads = getattr(value, "not_content", ()), getattr(value, "reads", ())
        own = {
            name: _files_content(v) if name in reads else _content(v)
            for name, v in dict(value).items()
            if name not in free
        }
        return own | {f"${name}": _variable(name) for name in getattr(value, "variables", ())}
    if isinstance(value, dict):
        return {str(k): _content(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_content(v) for v in value]
    if isinstance(value, set | frozenset):
        return sorted(str(v) for v in value)
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def _variable(name: str) -> str:
    """What an environment variable decides; it may be a key, so only its hash goes further."""
    return hashlib.sha256(os.environ.get(name, "").encode()).hexdigest()


def _files_content(paths: str | tuple[str, ...]) -> object:
    """What a setting that names a file, or several, stands for."""
    return _file_content(paths) if isinstance(paths, str) else [_file_content(p) for p in paths]


def _file_content(path: str) -> str | None:
    """What a setting that names a file stands for; None where there is no such file."""
    file = Path(path)
    return hashlib.sha256(file.read_bytes()).hexdigest() if path and file.is_file() else None


def code_of(module: str) -> str:
    """Hex digest of `module`, of all of ours that it imports, and of its engines' versions.

    Imports are read from the source, also those inside functions. A module may name further
    engines in `ENGINES` (distributions that it loads by name, such as a spaCy model).
    """
    with _ONE_AT_A_TIME:  # many threads ask at once, and the answer costs a tenth of a second
        return _code_of(module)


@cache
def _code_of(module: str) -> str:
    digest = hashlib.sha256()
    engines: set[str] = set(getattr(sys.modules.get(module), "ENGINES", ()))
    for name in sorted(_ours(module)):
        source = _file(name).read_bytes()
        digest.update(source)
        engines |= {i.split(".")[0] for i in _imports(source)} - STANDARD
    digest.update("\n".join(_versions(engines)).encode())
    return digest.hexdigest()


def _ours(module: str) -> set[str]:
    """`module` and every module of `tasks` that it reaches by imports."""
    reached: set[str] = set()
    todo = {module}
    while todo:
        name = todo.pop()
        reached.add(name)
        found = _imports(_file(name).read_bytes())
        todo |= {i for i in found if i.startswith("tasks.") and _file(i).exists()} - reached
    return reached


@cache  # by content: stages share most of the modules that they reach, and to parse is dear
def _imports(source: bytes) -> frozenset[str]:
    """Dotted names that `source` imports; `from a import b` counts as both a and a.b."""
    names: set[str] = set()
    for node in ast.walk(_parsed(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return frozenset(names)


def _parsed(source: bytes) -> ast.Module:
    """The syntax tree of `source`.

    Python up to 3.12 counts depth for all threads together, so that a parser at work in another
    one (Prefect has some) makes a sound parse fail now and then; see python/cpython#106905.
    """
    for _ in range(TRIES):
        with suppress(SystemError):
            return ast.parse(source)
    return ast.parse(source)


def _file(module: str) -> Path:
    path = ROOT.joinpath(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


@cache
def _distributions() -> dict[str, list[str]]:
    return dict(packages_distributions())


def _versions(engines: Iterable[str]) -> list[str]:
    """`name==version` of each installed engine, which may be a module or a distribution."""
    return [f"{name}=={found}" for name in sorted(engines) if (found := _version(name))]


@cache
def _version(engine: str) -> str | None:
    """The version of a module or a distribution; None where it is not installed.

    Most are called what their module is. To list the modules of all that is installed takes half a
    second, so that comes last.
    """
    with suppress(PackageNotFoundError):
        return version(NAMED.get(engine, engine))
    with suppress(PackageNotFoundError, ImportError, ValueError):
        if find_spec(engine):
            return version(_distributions().get(engine, [engine])[0])
    return None


def is_transient(_task: Task[..., Any], _run: TaskRun, state: State[Any]) -> bool:
    """Whether trying again may help: a file system or a network failed, not the stage."""
    return isinstance(state.result(raise_on_failure=False), OSError | TimeoutError)
