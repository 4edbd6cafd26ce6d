"""Python in an answer: where it stands, whether it compiles, and which tests are stated for it."""

import ast
import re
import textwrap
import warnings
from typing import NamedTuple

_PYTHON = re.compile(
    r"^([ \t]*)(?:```|~~~)(?:python3?|py|pycon)[ \t]*\n(.*?)^\1(?:```|~~~)",
    re.DOTALL | re.MULTILINE | re.IGNORECASE,
)
_SESSION = re.compile(r"^[ \t]*(?:>>>|\.\.\.) ?(.*)$", re.MULTILINE)
_ASSERT = re.compile(r"^[ \t>*-]*`?(assert\b.+?)`?[ \t]*$", re.MULTILINE)
_NEWER = re.compile(  # parameters of a type, `type` itself, and an f-string's own quotes inside it
    r"\b(?:def|class) \w+\[|^[ \t]*type \w"
    r"|f(['\"])(?:[^\n{]|\{[^}\n'\"]{0,80}\}){0,200}\{[^}\n]{0,200}?\1",
    re.MULTILINE,
)
_TESTS = re.compile(r"\bassert\b|>>>|\bunittest\b|\bdef test_")
_UNSTEADY = re.compile(r"\brandom|\btime\b|datetime|uuid|\bid\(|0x[0-9a-f]{4,}|\bset\(")


class Program(NamedTuple):
    """Code of an answer, and the tests that stand outside it."""

    blocks: list[str]
    asserts: list[str]
    sessions: list[str]


def blocks_of(said: str) -> list[str]:
    """Fenced Python of `said`."""
    return [code for _, code in _PYTHON.findall(said)]


def is_session(code: str) -> bool:
    """Whether `code` is what was typed into an interpreter, with what it said."""
    prompts = _SESSION.search(code)
    return prompts is not None and not re.search(r"\S", code[: prompts.start()])


def compiles(code: str) -> bool | None:
    """Whether `code` is Python; None where that cannot be told here. It is never run.

    Prompts of a session are passed over, and lines for a notebook's shell left out.
    """
    try:
        _parsed(_plain(code))
    except SyntaxError:
        return None if _is_fragment(_plain(code)) else False
    except (ValueError, RecursionError, MemoryError):
        return None
    return True


def _plain(code: str) -> str:
    text = textwrap.dedent(code.replace("\ufeff", ""))
    if is_session(text):
        return "\n".join(_SESSION.findall(text))
    return re.sub(r"^[ \t]*[!%].*$", "pass", text, flags=re.M)


def _parsed(code: str) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(code)


def _is_fragment(code: str) -> bool:
    """Whether `code` is a part of a program, or of a newer Python than this one."""
    first = next((line.strip() for line in code.split("\n") if line.strip()), "")
    is_part = re.match(r"(?:elif|else|except|finally|case)\b.*:|@\w", first) is not None
    is_open = re.fullmatch(r"(?:async )?(?:def|class)\b.*:", code.strip()) is not None
    return is_part or is_open or _NEWER.search(code) is not None


def program_of(asked: str, said: str) -> Program | None:
    """The Python of an answer with the tests of its prompt; None where nothing can be tested.

    Sessions whose output is another one each time are no tests.
    """
    fenced = blocks_of(said)
    blocks = [_plain(code) for code in fenced if not is_session(code) and compiles(code)]
    if not blocks:
        return None
    asserts = [line for line in _ASSERT.findall(asked) if compiles(line)]
    texts = [re.sub(r"^[ \t]*(?:```|~~~).*$", "", asked, flags=re.M),
             *filter(is_session, fenced)]  # fmt: skip
    sessions = [text for text in texts if ">>>" in text and not _UNSTEADY.search(text)]
    if not asserts and not sessions and not any(map(_TESTS.search, blocks)):
        return None
    return Program(blocks, asserts, sessions)
