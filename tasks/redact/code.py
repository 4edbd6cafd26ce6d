"""Which stretches of a text are code, where names and numbers are constants, not persons."""

import re

FENCE = re.compile(r"```([\w+#.-]*)[^\n]*\n?(.*?)(?:```|\Z)", re.DOTALL)
LINE = re.compile(
    r"\s*(?:def |class \w+[:({]|import \w|from \w[\w.]* import|#include|using \w|package \w"
    r"|@\w+[(\n]?|public |private |protected |static |var |let |const |function\b|fn |func "
    r"|return\b|if ?\(|for ?\(|while ?\(|else\b.*[{:]|try[:{ ]|except\b.*:|[})\];]+\s*$|<\?php"
    r"|<!DOCTYPE|</?[a-z][\w-]*[ >]|\$\w+ ?=|[\w.\[\]]+ ?(?:=|\+=|:=) ?\S.*[;)\]}'\"\w]$"
    r"|[\w.]+\(.*\);?$|.*;\s*$|//|#!"
    r"|(?i:select\b.+\bfrom\b|insert into|create (?:or replace )?(?:table|view|function)"
    r"|update \w+ set|delete from))"
)
SURE = re.compile(
    r"(?m)^[^\S\n]*(?:def \w+\(|import \w+|from \w[\w.]* import|#include|(?:public|private) \w+"
    r"|function \w*\(|(?:const|let|var) \w+ ?=|package \w+;|with \w+ as \("
    r"|(?i:select\b.+\bfrom\b|insert into|create table))"
)
SHARE = 0.4  # of the lines; prose with one line of code stays prose


def code_spans(text: str) -> list[tuple[int, int]]:
    """Where `text` is code: fenced blocks that look like code, or all of it."""
    spans = (
        [m.span(2) for m in FENCE.finditer(text) if m[1] or is_code(m[2])] if "```" in text else []
    )
    return spans or ([(0, len(text))] if is_code(text) else [])


def is_code(text: str) -> bool:
    """Whether enough lines of `text` look like code, and one of them surely is."""
    if not SURE.search(text):
        return False
    lines = [line for line in text.split("\n") if line.strip()]
    return sum(bool(LINE.match(line)) for line in lines) >= SHARE * len(lines)
