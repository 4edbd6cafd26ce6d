"""Protected sets in a run: read before anything else, kept out of the unique rows."""

from importlib.util import find_spec
from typing import TypeVar

from flows.home import store
from flows.params import CurateParams
from flows.stages import Course
from tasks.base.dataset import DatasetRef
from tasks.base.errors import SourceError, UsageError
from tasks.dedup.items.read import Protected, read_protected
from tasks.dedup.protected import ProtectedParams, dedup_protected
from tasks.dedup.sides import dedup_sides
from tasks.embed.minilm import MODEL
from tasks.ingest.ingested import Store
from tasks.ingest.params import IngestParams
from tasks.ingest.sources import SourceFile, find_sources
from tasks.llm.weights import is_installed

P = TypeVar("P", bound=ProtectedParams)


def protected_files(params: CurateParams) -> list[SourceFile]:
    """The files that a run protects; none if it names none.

    Raises:
        UsageError: One is missing, or is of no known kind.
    """
    if not params.protect:
        return []
    try:
        return find_sources(params.protect, store() / "spool")
    except SourceError as error:
        raise UsageError(f"--protect {error}") from None


def guard(course: Course, params: CurateParams) -> Protected | None:
    """The items that a run protects; None if it protects none.

    Raises:
        UsageError: A file is missing, cannot be read or has no item in it.
    """
    files = protected_files(params)
    if not files or not is_on(params):
        return None
    given = params.ingest  # how much of a source is read is no matter of a test
    how = IngestParams(encoding=given.encoding, max_unpacked_mb=given.max_unpacked_mb)
    return course.items(read_protected, files=files, store=Store(path=course.place), params=how)


def keep_apart(
    course: Course, rows: DatasetRef, params: CurateParams, guarded: Protected | None
) -> DatasetRef:
    """`rows` without those that hold a protected item."""
    if guarded is None:
        return rows
    given, minilm = _able(params.dedup.protected)
    return course.whole(dedup_protected, rows, given, items=guarded.data, minilm=minilm)


def keep_sides_apart(course: Course, rows: DatasetRef, params: CurateParams) -> DatasetRef:
    """`rows` without those that hold what a row of a smaller side asks."""
    given, minilm = _able(params.dedup.sides)
    on = params.dedup.enabled and given.enabled
    return course.whole(dedup_sides, rows, given, on=on, minilm=minilm)


def _able(given: P) -> tuple[P, bool]:
    """Settings as far as encoders are there, and whether MiniLM may be asked."""
    if not has_static():
        given = given.model_copy(update={"rephrased": False})
    return given, given.rephrased and has_minilm()


def is_on(params: CurateParams) -> bool:
    """Whether named sets are protected."""
    return params.dedup.enabled and params.dedup.protected.enabled


def has_static() -> bool:
    """Whether items in other words can be looked for at all."""
    return find_spec("wordllama") is not None


def has_minilm() -> bool:
    """Whether the better encoder is there to check them."""
    return find_spec("onnxruntime") is not None and is_installed(MODEL)
