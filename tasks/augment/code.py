"""Python in an answer: where it stands, whether it compiles, and which tests are stated for it."""

import ast
import re
import textwrap
import warnings
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from tasks.base.fences import fenced

LABELS = ("py", "py3", "python", "python3", "pycon")
_SESSION = re.compile(r"^[ \t]*(?:>>>|\.\.\.) ?(.*)$", re.MULTILINE)
_ASSERT = re.compile(r"^[ \t>*-]*`?(assert\b.*)$", re.MULTILINE)
_NOTEBOOK = re.compile(r"^[ \t]*[!%].*$", re.MULTILINE)
_NEWER = re.compile(  # parameters of a type, `type` itself, and what f-strings may hold by now
    r"\b(?:def|class) \w+\[|^[ \t]*type \w|\bexcept \w+, \w|\bt['\"]"
    r"|f(['\"])(?:[^\n{]|\{[^}\n'\"]{0,80}\}){0,200}\{[^}\n]{0,200}?\1"
    r"|f['\"][^\n]{0,200}\{[^}\n]{0,200}(?:\\|$)",
    re.MULTILINE,
)
_NO_PROGRAM = re.compile(  # tracebacks, help and shell of a notebook, gaps left for the reader
    r"\ATraceback \(most|^[ \t]*\w+ = !|^[ \t]*\w+\?+$|^[ \t]*>>>|<[A-Za-z_ ]{2,40}>|, ?\.\.\.\)",
    re.MULTILINE,
)
_OF_OTHER_PYTHON = re.compile(r"python ?2|syntax ?error|\binvalid\b", re.IGNORECASE)
_MENDING = re.compile(
    r"\b(?:fix|bug|wrong|instead|incorrect|fails?|failing|debug|change)\b|should (?:be|return)",
    re.IGNORECASE,
)
_TESTS = re.compile(r"\bassert\b|>>>|\bunittest\b|\bdef test_")
_UNSTEADY = re.compile(r"\brandom|\btime\b|datetime|uuid|secrets|\bid\(|0x[0-9a-f]{4,}|\bset\(")
_QUOTES = ('"""', "'''", "```", "~~~")


class Program(NamedTuple):
    """Code of an answer, and the tests that stand outside it."""

    blocks: list[str]
    asserts: list[str]
    sessions: list[str]
    is_steady: bool  # whether the examples in its docstrings come out the same each time


def blocks_of(asked: str, said: str) -> list[str]:
    """Fenced Python of `said`, unless the prompt is about Python that does not compile."""
    if _OF_OTHER_PYTHON.search(asked):
        return []
    return [block.body for block in fenced(said) if block.label in LABELS]


def is_session(code: str) -> bool:
    """Whether `code` is what was typed into an interpreter, with what it said."""
    prompts = _SESSION.search(code)
    return prompts is not None and not re.search(r"\S", code[: prompts.start()])


def compiles(code: str) -> bool | None:
    """Whether `code` is Python; None where that cannot be told here. It is never run."""
    try:
        known = readable(code)
    except (ValueError, RecursionError, MemoryError):
        return None
    return True if known is not None else None if _is_part(_plain(code)) else False


def readable(code: str) -> str | None:
    """`code` as a program: as it stands, without what a notebook's shell reads, or what was typed.

    Raises:
        ValueError: It holds what no program can.
        RecursionError: It is nested too deep.
        MemoryError: The same.
    """
    plain = _plain(code)
    for text in (plain, _typed(plain), _NOTEBOOK.sub("pass", plain)):
        if text is not None and _parses(text):
            return text
    return None


def _plain(code: str) -> str:
    return textwrap.dedent(code.replace("\ufeff", ""))


def _typed(code: str) -> str | None:
    return "\n".join(_SESSION.findall(code)) if is_session(code) else None


def _parses(code: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(code)
    except SyntaxError:
        return False
    return True


def _is_part(code: str) -> bool:
    """Whether `code` is a part of a program, or of a newer Python than this one."""
    if _NEWER.search(code) or (not is_session(code) and _NO_PROGRAM.search(code)):
        return True
    lines = [line for line in code.split("\n") if line.strip() and line.lstrip()[0] != "#"]
    first = lines[0].strip() if lines else ""
    if re.match(r"(?:elif|else|except|finally|case)\b.*:|@\w", first):
        return True
    body = textwrap.indent(textwrap.dedent("\n".join(lines)), "    ")
    last = re.match(r"\s*", lines[-1])[0] if lines else ""  # type: ignore[index]
    return any(
        _parses(whole)
        for whole in (
            f"{code}\n{last}    pass", f"if 1:\n{body}", f"if 1:\n{body}\n{last}        pass",
            f"{code}: pass", f"{{{code}\n}}", f"f({code}\n)",
        )
    )  # fmt: skip


def program_of(asked: str, said: str) -> Program | None:
    """The Python of an answer with the tests of its prompt; None where nothing can be tested.

    Sessions whose output is another one each time are no tests, nor are those of a prompt that
    shows what is wrong; and of an answer that defines the same name in two blocks it cannot be told
    which one is meant.
    """
    fences = blocks_of(asked, said)
    blocks = [text for code in fences if not is_session(code) and (text := _safe(code))]
    names = Counter(name for code in blocks for name in _defined(code))
    if not blocks or any(many > 1 for many in names.values()):
        return None
    is_steady = not any(map(_UNSTEADY.search, blocks))
    stated = "" if _MENDING.search(asked) else asked
    asserts = [line for found in _ASSERT.findall(stated)
               if compiles(line := found.strip().rstrip("`"))]  # fmt: skip
    sessions = [*examples(stated), *filter(is_session, fences)]
    steady = [text for text in sessions if is_steady and not _UNSTEADY.search(text)]
    if not asserts and not steady and not any(map(_TESTS.search, blocks)):
        return None
    return Program(blocks, asserts, steady, is_steady)


def _safe(code: str) -> str | None:
    try:
        return readable(code)
    except (ValueError, RecursionError, MemoryError):
        return None


def _defined(code: str) -> set[str]:
    kinds = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    return {node.name for node in ast.parse(code).body if isinstance(node, kinds)}


def examples(asked: str) -> Iterator[str]:
    """Runs of a session in a prompt: from a `>>>` to a blank line, a fence or a closing quote.

    Prose may stand right below an output, so an example whose output ends in a sentence is left.
    """
    run: list[str] = []
    for line in [*asked.split("\n"), ""]:
        bare = line.strip()
        if run and (not bare or bare.startswith(_QUOTES)):
            if not re.search(r"(?:\S+ ){2,}\S*[.?!:]$", run[-1]):
                yield "\n".join(run) + "\n"
            run = []
        elif run or bare.startswith(">>>"):
            run.append(line)
