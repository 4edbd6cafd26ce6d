"""Further mentions of persons: by their whole names, and by parts of them.

A name's parts count as mentions, too, but for everyday words where a sentence begins, and not
inside another name: "Halle Berry" is not the account holder Katy Berry.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from tasks.redact.rule import Span
from tasks.redact.rules import PERSON
from tasks.redact.spelling import alike
from tasks.redact.words import EVERYDAY, MONTHS, PARTICLES, STOP, TITLES

NO_PARTS = STOP | TITLES | PARTICLES | MONTHS
_OF = re.compile(r"[A-Z]\w+ of $")  # the University of Houston
_TITLED = re.compile(r"\b(?:Mr|Mrs|Ms|Mx|Dr|Prof)\.\s+$")
_TITLE = re.compile(r"\b(?:Mr|Mrs|Ms|Mx|Miss|Dr|Prof)\.?\s+$")
_MARKS = re.compile(r"(?<![\w.@<-])_{1,3}(?=[^\W_])|(?<=[^\W_])_{1,3}(?![\w@])")
"""The underscores of __Karen Whitfield__ in Markdown."""
_WORD = re.compile(r"[^\W\d_][\w'-]*")
_PART = re.compile(r"(?<![\w@.<-])(?=([^\W\d_][\w'-]{0,63}))")
_PART_END = re.compile(r"(?![\w@]|-\w|\.\w)")
_FIRST = re.compile(r"(?<![\w@.-])(?=(\S{1,64}+))")
_END = re.compile(r"(?![\w@])")
_NEXT = re.compile(r"\s+(\S{1,64})")


class Named:
    """Names that go."""

    def __init__(self, names: Iterable[str]) -> None:
        """Note every name, whole and in parts."""
        self._whole: set[str] = set()
        self._counts: defaultdict[str, set[int]] = defaultdict(set)
        self._forms: dict[str, str] = {}
        self._beside: defaultdict[tuple[str, str], list[frozenset[str]]] = defaultdict(list)
        self._having: defaultdict[str, list[frozenset[str]]] = defaultdict(list)
        for name in names:
            self._add(alike(name))

    def _add(self, name: str) -> None:
        parts = [word.strip("'-") for word in _WORD.findall(name)]
        words = name.lower().split()
        if len(parts) > 1:
            self._whole.add(" ".join(words))
            self._counts[words[0] if len(words) > 1 else ""].add(len(words))
        own = frozenset(part.lower() for part in parts)
        for word in own:
            self._having[word].append(own)
        for part in parts:
            if len(part) > 1 and part[0].isupper() and part.lower() not in NO_PARTS:
                for form in (part, part.upper()):
                    self._forms[form] = part
                    for word in own:
                        self._beside[form, word].append(own)

    def find(self, text: str) -> Iterator[Span]:
        """Where one of them stands again: whole, in any case, or in part, with a capital.

        Accents and the form of apostrophes do not count. A part of two letters needs a title.
        """
        text = _MARKS.sub(lambda marks: "*" * len(marks[0]), alike(text))
        if self._counts:
            for match in _FIRST.finditer(text):
                for first in ("", match[1].lower()):
                    for count in self._counts.get(first, ()):
                        yield from self._wholes(text, match, count)
        if self._forms:
            for match in _PART.finditer(text):
                yield from self._parts(text, match.start(), match[1])

    def joined(self, text: str, spans: list[Span]) -> list[Span]:
        """`spans` with one for two neighbours that are the words of one name."""
        found: list[Span] = []
        for span in spans:
            last = found[-1] if found else span
            beside = text[last.end : span.start] == " " and last.entity == span.entity == PERSON
            if beside and self._is_one(alike(text[last.start : span.end])):
                span = found.pop()._replace(end=span.end)
            found.append(span)
        return found

    def _is_one(self, written: str) -> bool:
        words = [word.strip("'-").lower() for word in _WORD.findall(written)]
        once = len(words) == len(set(words)) > 0
        return once and any(own.issuperset(words) for own in self._having.get(words[0], ()))

    def _wholes(self, text: str, first: re.Match[str], count: int) -> Iterator[Span]:
        """A name of so many words; the last may have a sign behind it."""
        words, (start, end) = [first[1].lower()], first.span(1)
        for _ in range(count - 1):
            after = _NEXT.match(text, end)
            if not after:
                return
            words.append(after[1].lower())
            start, end = after.span(1)
        before = " ".join([*words[:-1], ""])
        for stop in range(end, start, -1):
            if before + text[start:stop].lower() in self._whole and _END.match(text, stop):
                yield Span(first.start(), stop, PERSON)
                return

    def _parts(self, text: str, start: int, token: str) -> Iterator[Span]:
        for size in _sizes(token):
            part = self._forms.get(token[:size])
            if part and _PART_END.match(text, start + size):
                end = start + size
                if len(part) == 2 and not _TITLE.search(text, max(0, start - 8), start):
                    continue
                known = part.lower() in EVERYDAY and _begins(text, start)
                if not known and not self._is_other(text, start, end):
                    yield Span(start, end, PERSON)

    def _is_other(self, text: str, start: int, end: int) -> bool:
        """Whether what stands beside a part makes it one of another name."""
        left = re.search(r"([^\W\d_][\w']*) $", text[max(0, start - 24) : start])
        right = re.match(r" ([^\W\d_][\w']*)", text[end : end + 24])
        beside = {n[1].lower() for n in (left, right) if n and _is_foreign(n[1])}
        if beside:
            first, *rest = beside
            owners = self._beside.get((text[start:end], first), ())
            if not any(own.issuperset(rest) for own in owners):
                return True
        return bool(_OF.search(text, max(0, start - 40), start))


def _sizes(token: str) -> list[int]:
    """Where a part may end in `token`: before each sign that is no letter, and at its end."""
    return [*(at for at, c in enumerate(token) if c in "'-"), len(token)]


def _is_foreign(word: str) -> bool:
    """Whether a neighbour is a name of its own, unless it is one of ours: it has a capital."""
    return word[0].isupper() and not word.isupper() and word.lower() not in STOP | TITLES


def _begins(text: str, start: int) -> bool:
    """Whether a sentence begins here, where every word has a capital."""
    if _TITLED.search(text, max(0, start - 8), start):
        return False
    return bool(re.search(r"(?:^|[.!?:]\s+|\n\s*|[\"“*]\s*)$", text[max(0, start - 3) : start]))
