"""Take out what is left of a web page, without touching code, mathematics or documents.

Strippers that parse every `<` as a tag ruin training text: `if a<b: print(c) # 3 > 2` becomes
`if a 2`. Here a text is touched only where it cannot be meant as it stands:

- Outside fenced blocks and `inline code`, and not at all where the text is a document itself
  (`<!doctype`, `<html`, `<body`, `<svg` ...) or the conversation talks about markup (HTML, XML,
  SVG, JSX, tags).
- `script`: `<script>` and `<style>` with all that they hold, and comments.
- `tags`: `<br>`, and pairs of a short list of presentational tags. A tag that is never closed,
  or has another name (`<interval>`, `<mask>`, `vector<int>`), is text.
- `entities`: `&nbsp;`, `&amp;`, `&#x27;` and the like become the characters they stand for.

A closing list item or paragraph before another one becomes a line feed. White space at the ends
goes only if something was taken out there.
"""

import html
import re

import polars as pl
from prefect import task
from pydantic import Field

from tasks.base.cache import is_transient, stage_key
from tasks.base.dataset import DatasetRef
from tasks.base.params import StageParams
from tasks.base.report import StageResult
from tasks.base.stage import Outcome, run_edit
from tasks.clean.texts import repair_turns

SUSPECT = r"(?i)<(?:br|/[a-z]|!--)|&(?:[a-z]{2,8}|#\d{2,6}|#x[0-9a-f]{2,5});"

BLOCKS = (
    "p", "div", "ul", "ol", "li", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "section",
    "article", "table", "tbody", "thead", "tr", "td", "th",
)  # fmt: skip
INLINES = ("span", "b", "i", "u", "em", "strong", "small", "font", "a", "sup", "sub")

_TALKS_OF_MARKUP = (
    r"(?i)\b(?:x?html5?|xml|jsx|tsx|svg|markup|dom|jinja|tags?|href|php|angle brackets?)\b"
    r"|разметк|тег"
)
_DOCUMENT = re.compile(
    r"(?i)<(?:!doctype|html|head|body|svg|form|input|button|iframe|nav|main|link|meta)\b"
)
_HIDDEN, _MOST_CODE = 0xF0000, 0xFFFD  # private characters that stand for code meanwhile
_CODE_HIDDEN = re.compile("[\U000f0000-\U000ffffd]")
_CODE = re.compile(
    rf"```.*?(?:```|\Z)|~~~.*?(?:~~~|\Z)|`[^`\n]+`|{_CODE_HIDDEN.pattern}", re.DOTALL
)
_SCRIPT = re.compile(r"(?is)<(script|style)\b[^>]*>.*?</\1\s*>|<!--.*?-->")
_BREAK = re.compile(r"(?i)<br\s*/?>(?:[ \t]*\n)?")  # what is behind it on the line stays
_NEXT_BLOCK = re.compile(rf"(?i)</(?:{'|'.join(BLOCKS)})\s*>\s*(?=<(?:{'|'.join(BLOCKS)})\b)")
_TAG = re.compile(
    r"(?i)<(/?)([a-z][a-z0-9]*)((?:\s+[\w:-]+(?:\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s<>\"']+))?)*\s*)>"
)
_ENTITY = re.compile(r"&(?:[A-Za-z]{2,8}|#\d{2,6}|#x[0-9A-Fa-f]{2,5});")
_HARMLESS_ENTITY = re.compile(rf"(?!&(?:lt|gt|LT|GT|#0*6[02]|#x0*3[cCeE]);){_ENTITY.pattern}")


class MarkupParams(StageParams):
    """Whether to take out remnants of web pages."""

    enabled: bool = Field(default=True, title="Take out markup", description="Run this stage.")


def strip_markup(rows: pl.LazyFrame, params: MarkupParams) -> Outcome:
    """Take the remnants out of every turn of the rows that do not talk about markup."""
    talk = pl.col("messages").list.eval(_told(pl.element().struct.field("content"))).list.join("\n")
    about = rows.select(talk.str.contains(_TALKS_OF_MARKUP).fill_null(False)).collect().to_series()
    free = pl.Series(about).not_().arg_true().implode()
    suspect = pl.col("text").str.contains(SUSPECT) & pl.col("row").is_in(free)
    return repair_turns(rows, repair, suspect & pl.lit(params.enabled))


def _told(text: pl.Expr) -> pl.Expr:
    """The words of a text without the tags, whose own attributes name CSS classes and the like."""
    return text.str.replace_all(r"(?is)<script\b.*?</script\s*>|<[^<>]*>", " ")


def repair(text: str) -> tuple[str, tuple[str, ...]]:
    """`text` without remnants, and the kinds of remnants taken out."""
    found: set[str] = set()
    before, after = "", text
    while after != before:  # what is taken out may leave a remnant where it stood: `&amp;amp;`
        before, after = after, _once(after, found)
    return after, tuple(sorted(found))


def _once(text: str, found: set[str]) -> str:
    code: list[str] = []

    def hide(match: re.Match[str]) -> str:
        code.append(match.group())
        return chr(_HIDDEN + len(code) - 1)

    shown = _CODE.sub(hide, text)
    if _DOCUMENT.search(shown) or len(code) > _MOST_CODE:
        return text
    stripped = _strip(shown, found)
    if stripped == shown:
        return text
    if text.rstrip().endswith((">", ";")):
        stripped = stripped.rstrip()
    if text.lstrip().startswith(("<", "&")):
        stripped = stripped.lstrip("\n")
    return _CODE_HIDDEN.sub(lambda m: code[ord(m.group()) - _HIDDEN], stripped)


def _strip(text: str, found: set[str]) -> str:
    bare = _without_tags(text, found)
    plain = _decoded(bare, _ENTITY)
    if _without_tags(plain, set()) != plain:  # a tag that was escaped is shown, not used
        plain = _decoded(bare, _HARMLESS_ENTITY)
    if plain != bare:
        found.add("entities")
    return plain


def _decoded(text: str, entity: re.Pattern[str]) -> str:
    """`text` with its entities as characters, also those that were escaped twice."""
    before = ""
    while text != before:
        before, text = text, entity.sub(_character, text)
    return text


def _without_tags(text: str, found: set[str]) -> str:
    after = _SCRIPT.sub("", text)
    if after != text:
        found.add("script")
    bare = _unpair(_BREAK.sub("\n", _NEXT_BLOCK.sub(lambda m: m.group().rstrip() + "\n", after)))
    if bare != after and _unpair(_BREAK.sub("", after)) != after:
        found.add("tags")
        after = bare
    return after


def _unpair(text: str) -> str:
    """`text` without the tags that stand in pairs; an unpaired one is left as text."""
    tags = [m for m in _TAG.finditer(text) if m.group(2).lower() in {*BLOCKS, *INLINES}]
    open_tags: list[re.Match[str]] = []
    paired: list[re.Match[str]] = []
    for tag in tags:
        name = tag.group(2).lower()
        if not tag.group(1):
            open_tags.append(tag)
        elif any(o.group(2).lower() == name for o in open_tags):
            while open_tags and (last := open_tags.pop()).group(2).lower() != name:
                continue
            paired += [last, tag]
    for tag in sorted(paired, key=lambda m: m.start(), reverse=True):
        text = text[: tag.start()] + text[tag.end() :]
    return text


def _character(entity: re.Match[str]) -> str:
    """The character of an entity; a no-break space becomes a plain one, an unknown name stays."""
    return html.unescape(entity.group()).replace("\xa0", " ")


@task(
    name="clean.markup", cache_key_fn=stage_key,
    retries=2, retry_delay_seconds=1, retry_condition_fn=is_transient,
)  # fmt: skip
def clean_markup(data: DatasetRef, params: MarkupParams) -> StageResult:
    """Store `data` without remnants of web pages."""
    return run_edit(data, strip_markup, params)
