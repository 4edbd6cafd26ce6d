"""Who may import what: tasks know no flow, and of Prefect only the cache knows more than `task`."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TASKS = sorted((ROOT / "tasks").rglob("*.py"))
BASE = sorted((ROOT / "tasks/base").glob("*.py"))
STAGES = sorted(set(TASKS) - set(BASE))
FLOWS = sorted((ROOT / "flows").rglob("*.py"))

HEAVY = {
    "cryptography", "ftfy", "openai", "presidio_analyzer", "presidio_anonymizer", "rapidfuzz",
    "ray", "prefect_ray", "scipy", "sklearn", "spacy", "torch", "transformers",
}  # fmt: skip


SECRET = {"prefect.blocks.system.Secret"}
MORE = {"tasks/llm/keys.py": SECRET, "tasks/redact/keys.py": SECRET}
"""Keys may lie in Prefect's Secret blocks; nothing but these modules reads them."""


def named(file: Path) -> str:
    return str(file.relative_to(ROOT))


def imports(nodes: Iterator[ast.AST]) -> set[str]:
    """Top-level packages that `nodes` import."""
    names = set()
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
    return {name.split(".")[0] for name in names}


def everywhere(file: Path) -> Iterator[ast.AST]:
    return ast.walk(ast.parse(file.read_text()))


def on_import(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes that run when the module is imported: no function's body, no type checker's."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(child, ast.If) and ast.unparse(child.test).endswith("TYPE_CHECKING"):
            continue
        yield child
        yield from on_import(child)


@pytest.mark.parametrize("file", TASKS, ids=named)
def test_tasks_know_no_flow(file):
    assert not imports(everywhere(file)) & {"flows", "deployments", "tests"}


@pytest.mark.parametrize("file", BASE, ids=named)
def test_in_base_only_the_cache_knows_prefect(file):
    assert "prefect" not in imports(everywhere(file)) or file.name == "cache.py"


@pytest.mark.parametrize("file", BASE, ids=named)
def test_base_knows_no_particular_stage(file):
    known = {
        ".".join(name.split(".")[:2])
        for node in everywhere(file)
        for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [])
        if name.startswith("tasks")
    }
    assert known <= {"tasks.base"}


@pytest.mark.parametrize("file", STAGES, ids=named)
def test_in_a_stage_prefect_is_the_task_decorator_and_no_more(file):
    taken = {
        f"{node.module}.{alias.name}"
        for node in everywhere(file)
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "prefect"
        for alias in node.names
    }
    whole = {
        alias.name
        for node in everywhere(file)
        if isinstance(node, ast.Import)
        for alias in node.names
        if alias.name.split(".")[0] == "prefect"
    }
    assert taken <= MORE.get(named(file), {"prefect.task"})
    assert not whole


@pytest.mark.parametrize("file", TASKS + FLOWS, ids=named)
def test_heavy_packages_wait_for_the_function_that_needs_them(file):
    assert not imports(on_import(ast.parse(file.read_text()))) & HEAVY


@pytest.mark.parametrize("file", TASKS, ids=named)
def test_tasks_do_not_print(file):
    calls = [n for n in everywhere(file) if isinstance(n, ast.Call)]
    assert not [c.lineno for c in calls if isinstance(c.func, ast.Name) and c.func.id == "print"]
