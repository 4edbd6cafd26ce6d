"""What decides a cache key, and what may be tried again."""

import ast
from typing import ClassVar

import pytest
from prefect.states import Completed, Failed
from pydantic import BaseModel

from tasks.base import cache
from tasks.base.cache import code_of, is_transient, key_of
from tasks.base.errors import StageError
from tasks.dedup.exact import ExactDedupParams, dedup_exact
from tasks.dedup.near import dedup_near

MODULES = {
    "top.py": "import json\nimport polars\nfrom tasks.fam.middle import go\n",
    "fam/__init__.py": "",
    "fam/middle.py": "def go():\n    from tasks.fam import deep\n    return deep\n",
    "fam/deep.py": "import tasks.top\n",  # imports may go in circles
    "fam/aside.py": "",
}


@pytest.fixture
def code(tmp_path, monkeypatch):
    """Modules of a little house of its own; returns a function that changes one."""

    def put(name, text):
        file = tmp_path / "tasks" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        cache._code_of.cache_clear()

    monkeypatch.setattr(cache, "ROOT", tmp_path)
    put("__init__.py", "")
    for name, text in MODULES.items():
        put(name, text)
    yield put
    cache._code_of.cache_clear()


@pytest.mark.parametrize("name", ["top.py", "fam/middle.py", "fam/deep.py"])
def test_code_counts_wherever_it_is_imported_from(code, name):
    before = code_of("tasks.top")
    code(name, MODULES[name] + "\n# changed\n")
    assert code_of("tasks.top") != before
    code(name, MODULES[name])
    assert code_of("tasks.top") == before


def test_code_that_is_not_used_does_not_count(code):
    before = code_of("tasks.top")
    code("fam/aside.py", "CHANGED = 1")
    assert code_of("tasks.top") == before


def test_an_engine_is_found_by_its_module_also_where_its_distribution_has_another_name():
    for module, distribution in cache.NAMED.items():
        assert cache._distributions()[module] == [distribution]
        assert cache._versions({module}) == [f"{module}=={cache.version(distribution)}"]
    assert cache._versions({"sklearn"}) == [f"sklearn=={cache.version('scikit-learn')}"]


def test_the_versions_of_the_engines_count_and_the_standard_library_has_none():
    assert cache._versions({"polars", "json", "no-such-thing"}) == [
        f"polars=={cache.version('polars')}"
    ]


class Content(BaseModel):
    not_content: ClassVar[set[str]] = {"place"}
    place: str = "here"
    value: int = 1


def key(**inputs):
    return key_of(dedup_exact, inputs)


def test_the_key_names_its_stage_and_differs_between_stages():
    assert key(params=ExactDedupParams()).startswith("dedup.exact-")
    same = {"params": ExactDedupParams()}
    assert key_of(dedup_exact, same).split("-")[1] != key_of(dedup_near, same).split("-")[1]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (Content(), Content(place="there"), True),
        (Content(), Content(value=2), False),
        ([Content()], (Content(place="there"),), True),
        ([Content(), Content(value=2)], [Content(value=2), Content()], False),
        (ExactDedupParams(), ExactDedupParams(compare="prompt"), False),
        (ExactDedupParams(), ExactDedupParams(enabled=True), True),
        ("a", "b", False),
        (None, "", False),
    ],
)
def test_only_content_decides_the_key(one, other, same):
    assert (key(x=one) == key(x=other)) is same


def test_the_same_value_under_another_name_is_another_input():
    assert key(a=1) != key(b=1)
    assert key(a=1, b=2) == key(b=2, a=1)


@pytest.mark.parametrize(
    ("error", "again"),
    [(OSError("disk"), True), (TimeoutError(), True), (ConnectionError(), True),
     (StageError("wrong"), False), (ValueError("wrong"), False)],
)  # fmt: skip
def test_only_a_failing_file_system_or_network_is_tried_again(error, again):
    assert is_transient(None, None, Failed(data=error)) is again


def test_what_succeeded_is_not_tried_again():
    assert is_transient(None, None, Completed(data=1)) is False


class _Inner(BaseModel, frozen=True):
    not_content: ClassVar[set[str]] = {"speed"}
    speed: int = 1
    name: str = "a"


class _Outer(BaseModel, frozen=True):
    inner: _Inner = _Inner()
    more: tuple[_Inner, ...] = ()


def test_what_is_no_content_counts_for_nothing_however_deep_it_lies():
    def seen(outer):
        return cache._content(outer)

    quick = _Inner(speed=9)
    assert seen(_Outer(inner=quick, more=(quick,))) == seen(_Outer(more=(_Inner(),)))
    assert seen(_Outer(inner=_Inner(name="b"))) != seen(_Outer())
    assert seen(_Outer(more=(_Inner(name="b"),))) != seen(_Outer(more=(_Inner(),)))


def test_a_parser_in_another_thread_does_no_harm(monkeypatch):
    parse, fails = ast.parse, iter([True, True, False])

    def disturbed(source):
        if next(fails):
            raise SystemError("AST constructor recursion depth mismatch (before=90, after=74)")
        return parse(source)

    monkeypatch.setattr(ast, "parse", disturbed)
    assert cache._imports(b"from a import b") == {"a", "a.b"}
