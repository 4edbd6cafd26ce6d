"""Run an answer's code, and say how its tests went.

Part of the program of `tasks.augment.sandboxed`, so it needs the standard library alone. Never call
it outside the sandbox.
"""

import ast
import doctest
import re
import sys
import types
import unittest
from collections.abc import Callable
from functools import partial
from typing import Any

FLAGS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS | doctest.IGNORE_EXCEPTION_DETAIL

UNTOLD = (
    NameError, ImportError, OSError, EOFError, MemoryError, RecursionError, SyntaxError, SystemExit,
)  # fmt: skip
"""What says nothing against the code: the sandbox, or what stands elsewhere, was missing."""


class Checker(doctest.OutputChecker):
    """Compares what is meant where it is spelled in another way."""

    def check_output(self, want: str, got: str, optionflags: int) -> bool:
        """Whether `got` is `want`, as text or as a value."""
        if super().check_output(want, got, optionflags):
            return True
        try:
            return bool(ast.literal_eval(want.strip()) == ast.literal_eval(got.strip()))
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            return False


class Tally(doctest.DocTestRunner):
    """Counts tests, of doctest's kind and of others."""

    def __init__(self) -> None:
        super().__init__(checker=Checker(), verbose=False, optionflags=FLAGS)
        self.passed = self.wrong = self.untold = 0

    def report_success(self, *_: object) -> None:
        """One more passed."""
        self.passed += 1

    def report_failure(self, *told: Any) -> None:  # noqa: ANN401 (doctest's own)
        """One more gave another output than is stated, if more than its beginning is stated."""
        example, got = told[-2], told[-1]
        if example.want.strip() and not got.startswith(example.want):
            self.wrong += 1
        else:
            self.untold += 1

    def report_unexpected_exception(self, *told: Any) -> None:  # noqa: ANN401 (doctest's own)
        """One more raised an error."""
        self.count(told[-1][1])

    def count(self, error: BaseException | None) -> None:
        """Count a test that ended in `error`, or in none."""
        self.passed += error is None
        self.untold += isinstance(error, UNTOLD)
        self.wrong += error is not None and not isinstance(error, UNTOLD)

    def call(self, test: Callable[[], object]) -> None:
        """Run one test."""
        try:
            test()
        except (Exception, SystemExit) as error:
            self.count(error)
        else:
            self.count(None)


class Cases(unittest.TestResult):
    """Hands every case of `unittest` to a tally."""

    def __init__(self, tally: Tally) -> None:
        super().__init__()
        self.tally = tally

    def addSuccess(self, test: unittest.TestCase) -> None:  # noqa: N802 (unittest's own)
        """One more passed."""
        super().addSuccess(test)
        self.tally.count(None)

    def addFailure(self, test: unittest.TestCase, err: Any) -> None:  # noqa: ANN401, N802
        """One more failed."""
        super().addFailure(test, err)
        self.tally.count(err[1])

    def addError(self, test: unittest.TestCase, err: Any) -> None:  # noqa: ANN401, N802
        """One more raised an error."""
        super().addError(test, err)
        self.tally.count(err[1])


def tested(
    blocks: list[str], asserts: list[str], sessions: list[str], is_steady: bool
) -> dict[str, Any]:
    """Run `blocks`, then every test there is; how many passed, were wrong, or cannot be told."""
    answer = types.ModuleType("answer")
    sys.modules["answer"] = answer
    scope, tally = answer.__dict__, Tally()
    for block in blocks:
        try:
            exec(compile(block, "<answer>", "exec"), scope)
        except AssertionError as error:
            tally.wrong += _is_about(scope, _line_of(error, block))
        except BaseException as error:
            return {"passed": 0, "wrong": 0, "untold": type(error).__name__[:60]}
    for line in filter(partial(_is_about, scope), asserts):
        tally.call(partial(exec, line, dict(scope)))
    for text in filter(partial(_is_about, scope), sessions):
        _session(text, dict(scope), tally)
    if is_steady:
        for name, made in list(scope.items()):
            if getattr(made, "__module__", "") == "answer":
                _session(_doc(made), dict(scope), tally, name)
    _collected(scope, tally)
    return {"passed": tally.passed, "wrong": tally.wrong, "untold": None}


def _line_of(error: BaseException, block: str) -> str:
    """The line of `block` that an error came by."""
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename != "<answer>":
        trace = trace.tb_next
    lines = block.split("\n")
    return lines[trace.tb_lineno - 1] if trace and trace.tb_lineno <= len(lines) else ""


def _doc(made: object) -> str:
    """What is documented of something, and of its methods."""
    texts = [getattr(made, "__doc__", None)]
    if isinstance(made, type):
        texts += [getattr(one, "__doc__", None) for one in vars(made).values()]
    return "\n\n".join(text for text in texts if isinstance(text, str))


def _session(text: str, scope: dict[str, Any], tally: Tally, name: str = "session") -> None:
    try:
        test = doctest.DocTestParser().get_doctest(text, scope, name, None, 0)
    except ValueError:  # of odd indentation
        tally.untold += 1
        return
    tally.run(test, out=lambda _: None)


def _collected(scope: dict[str, Any], tally: Tally) -> None:
    """Run cases of `unittest`, and functions that pytest would collect and that take nothing."""
    for name, made in list(scope.items()):
        if isinstance(made, type) and issubclass(made, unittest.TestCase):
            unittest.defaultTestLoader.loadTestsFromTestCase(made).run(Cases(tally))
        elif (name.startswith("test_") and isinstance(made, types.FunctionType)
              and not made.__code__.co_argcount):  # fmt: skip
            tally.call(made)


def _is_about(scope: dict[str, Any], test: str) -> bool:
    """Whether a test calls what the answer defines."""
    defined = {
        name
        for name, made in scope.items()
        if isinstance(made, types.FunctionType | type) and made.__module__ == "answer"
    }
    return any(name in defined for name in re.findall(r"\b([^\W\d]\w*)\s*\(", test))
