"""Signs of an answer's form: JSON that was asked for, echoes, cut ends, repetition, overlap."""

import json
import re
from collections.abc import Iterator

import orjson
import polars as pl

from tasks.base.fences import fenced
from tasks.base.text import fold

ECHO_WORDS = 4

_ASKS = (
    r"(?i)\b(?:as|in|into|to|using|valid|only|return|output|structured|produce|give(?: me)?) "
    r"(?:(?:an?|one|only|valid|single|strict|raw|well-formed|structured|pure|proper|the following)"
    r" )*"
    r"json\b(?:$|[.,;:!)\n]| (?:object|array|format|list|with|containing|like|and|only|that|using))"
)
_CODES = (
    r"(?i)\b(?:write|create|implement|build|develop|design|complete|fix|explain)\b[^.\n]{0,60}"
    r"\b(?:function|script|program|code|class|method|query|parser|api|endpoint|app)\b"
)
_SPOKEN_OF = (  # asked about, or told of, and not asked for
    r"(?i)(?:^|[.!?\n])\s*(?:what|why|how|when|which|who|is|are|does|do)\b[^.!?\n]*\bjson\b"
    r"[^.!?\n]*\?|\b(?:sends|sent|returns|returned|receives|responds|stores|stored)\b"
    r"[^.\n]{0,60}\bjson\b"
)
_OPENING = re.compile(r"[{\[]")
ATTEMPTS = 200


def json_valid(asked: pl.Series, answered: pl.Series) -> pl.Series:
    """Whether answers are JSON where JSON was asked for.

    Args:
        asked: n prompts or nulls.
        answered: n answers or nulls; what is said around the JSON does no harm (`json_part`), and
            one value a line is as good as one value.

    Returns:
        n Int8: 1 or 0; null where the prompt does not ask for JSON, or for code that makes it.
    """
    pairs = pl.DataFrame({"asked": asked, "answer": answered}).with_row_index("at")
    named = pairs.filter(pl.col("asked").str.contains_any(["json"], ascii_case_insensitive=True))
    asks = pl.col("asked").str.contains(_ASKS) & ~pl.col("asked").str.contains(_CODES)
    asks &= ~pl.col("asked").str.contains(_SPOKEN_OF)
    chosen = named.filter(asks & pl.col("answer").is_not_null())
    # a Python loop: few prompts ask for JSON
    sound = [_is_json(json_part(text)) for text in chosen["answer"]]
    found = chosen.select("at", valid=pl.Series(sound, dtype=pl.Int8))
    return pairs.join(found, on="at", how="left", maintain_order="left")["valid"]


def json_part(answer: str) -> str:
    """What of `answer` should be JSON.

    All of it, if it is; or a fenced block: one labelled so, the first that is JSON, or the first;
    or the longest object or list of more than numbers that stands in it; or all of it.
    """
    if _is_json(answer):
        return answer
    blocks = fenced(answer)
    labelled = [block.body for block in blocks if block.label.startswith("json")]
    sound = [block.body for block in blocks if _is_json(block.body)]
    for found in (labelled, sound, [block.body for block in blocks]):
        if found:
            return found[0]
    return max(_inside(answer), key=len, default=answer)


def _inside(text: str) -> Iterator[str]:
    """Objects and lists that stand in `text`, as far as they are read in a few attempts."""
    at = 0
    for _ in range(ATTEMPTS):
        opened = _OPENING.search(text, at)
        if opened is None:
            return
        at = opened.start()
        try:
            value, end = json.JSONDecoder().raw_decode(text, at)
        except (ValueError, RecursionError):
            at += 1
            continue
        if isinstance(value, dict) or any(isinstance(one, str | dict | list) for one in value):
            yield text[at:end]
        at = end


def _is_json(text: str) -> bool:
    """Whether `text` is an object or an array, or holds one on each line."""
    lines = [line for line in text.split("\n") if line.strip()]
    return _parses(text) or (bool(lines) and all(map(_parses, lines)))


def _parses(text: str) -> bool:
    try:
        return isinstance(orjson.loads(text), dict | list)
    except orjson.JSONDecodeError:
        return False


def echoes(asked: pl.Series, answered: pl.Series) -> pl.Series:
    """Whether each answer is the question again, or the question and hardly a word more.

    Below four words it may well be: "Hi", "2 + 2". Null where there is no answer.
    """
    pairs = pl.DataFrame({"asked": asked, "answer": answered}).with_row_index("at")
    longer = pl.col("answer").str.len_chars() / pl.col("asked").str.len_chars()
    alike = pairs.filter(longer.is_between(0.8, 1.3))  # folding costs more than the rest
    one, other = fold(pl.col("asked")), fold(pl.col("answer"))
    is_same = other.str.starts_with(one) & (other.str.len_chars() <= 1.1 * one.str.len_chars())
    found = alike.select("at", echo=is_same & (one.str.count_matches(r"\S+") >= ECHO_WORDS))
    joined = pairs.join(found, on="at", how="left", maintain_order="left")
    return joined.select(
        pl.when(pl.col("answer").is_not_null()).then(pl.col("echo").fill_null(value=False))
    ).to_series()


def ends_cut(answer: pl.Expr) -> pl.Expr:
    """Whether a longer answer stops inside a sentence or a fenced block; null stays null.

    Lists, tables, code and short answers have no full stop to miss.
    """
    text = answer.str.strip_chars_end()
    last = text.str.extract(r"([^\n]*)\z")
    words = last.str.count_matches(r"\S+")
    is_item = last.str.contains(r"^\s*(?:[-*•|#>+]|\d+[.)]|[A-Za-z][.)]) ?|[{};=<>]|^\s{4}")
    stops_short = last.str.contains(r"[\pL\pM,(\-–—]\z") & (words >= 8) & ~is_item
    return stops_short | (text.str.count_matches("```", literal=True) % 2 == 1)


def heavy_words(text: pl.Expr) -> pl.Expr:
    """The longer words and the numbers of `text`, in lower case, as a list."""
    return text.str.to_lowercase().str.extract_all(r"[\pL\pM]{4,}|\pN+|\p{Han}")


def repetition(answer: pl.Expr) -> pl.Expr:
    """How much an answer goes in circles: 0 no longer word twice, towards 1 the same few for ever.

    One minus Herdan's C, the ratio of the logarithms of distinct and of all words, which hardly
    depends on length. 0 below twenty words; null stays null.
    """
    words = heavy_words(answer)
    many, distinct = words.list.len(), words.list.n_unique()
    share = 1 - distinct.log() / many.log()
    return pl.when(many >= 20).then(share).when(answer.is_not_null()).then(0.0)


def overlap(prompt: pl.Expr, answer: pl.Expr) -> pl.Expr:
    """Share of the answer's distinct longer words and numbers that the prompt has too."""
    mine = heavy_words(answer).list.unique()
    shared = mine.list.set_intersection(heavy_words(prompt)).list.len()
    return pl.when(mine.list.len() > 0).then(shared / mine.list.len())
