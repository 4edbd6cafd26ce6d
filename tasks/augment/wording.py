"""Words of a text; in scripts that are written without spaces each character is one."""

import re

_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
_WORD = re.compile(
    rf"[{_UNSPACED}]|(?:(?![{_UNSPACED}])[^\W_])+(?:['’](?:(?![{_UNSPACED}])[^\W_])+)*"
)


def words_of(text: str) -> list[str]:
    """The words of `text`, as they stand there, in order."""
    return _WORD.findall(text)


def is_spaced(word: str) -> bool:
    """Whether `word` is of a script with spaces between words."""
    return not re.match(f"[{_UNSPACED}]", word)


def spoken(text: str) -> str:
    """The words of `text` in small letters, with one blank between them."""
    return " ".join(words_of(text.casefold()))
