"""Whether a word before a match can raise its score, so that the lemmas of the text are needed.

Presidio raises the score of a match by 0.35 where the lemma of one of the words before it, or of
its own first token, holds one of the recogniser's context words. A lemma is a token in lower case,
with its ending changed by a rule of spaCy's lemmatiser, or one of the lemmatiser's exceptions. So
where none of these has a context word in it, no lemma has, and none need be made.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from spacy.language import Language

_TOKEN = re.compile(r"\s*\S*")


class Context:
    """Which words can have a lemma that holds a context word."""

    def __init__(self, language: "Language") -> None:
        """Read the rules and the exceptions of the lemmatiser of `language`."""
        tables: Any = language.get_pipe("lemmatizer").lookups  # type: ignore[attr-defined]
        self.rules = {
            (old, new)
            for rules in tables.get_table("lemma_rules").values()
            for old, new in rules
            if new
        }
        self.exceptions = {
            (form, lemma.lower())
            for exceptions in tables.get_table("lemma_exc").values()
            for form, lemmas in exceptions.items()
            for lemma in lemmas
        }
        ruler: Any = language.get_pipe("attribute_ruler")
        given = {str(rule["attrs"].get("LEMMA", "")).lower() for rule in ruler.patterns}
        self.given = given - {""}
        self._pattern = cache(self._compiled)

    def may_matter(self, text: str, start: int, words: Sequence[str]) -> bool:
        """Whether one of the context `words` can count for a match at `start` of `text`."""
        if not words:
            return False
        token = _TOKEN.match(text, start)
        before = text[: token.end() if token else start].lower()
        return self._pattern(tuple(words)).search(before) is not None

    def _compiled(self, words: Iterable[str]) -> re.Pattern[str]:
        forms = {form for word in words for form in self._forms(word.lower())}
        return re.compile("|".join(map(re.escape, sorted(forms))))

    def _forms(self, word: str) -> Iterator[str]:
        """What a token must hold for its lemma to hold `word`; "" where any may."""
        yield word
        if any(word in lemma for lemma in self.given):
            yield ""
        for form, lemma in self.exceptions:
            if word in lemma:
                yield form.lower()
        for old, new in self.rules:
            if word in new:
                yield old
            for cut in range(1, min(len(new), len(word)) + 1):
                if word.endswith(new[:cut]):
                    yield word[:-cut] + old
