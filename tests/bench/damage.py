"""How much damage is undone exactly, and how many sound rows are touched.

Text is damaged by a generator in ways that real crawls show; what the two cleaning stages make
of it is compared with the text as it was, byte for byte. Only texts that the stages leave alone
are damaged, so that there is one right outcome.
"""

import html
import random
from collections.abc import Callable

import polars as pl

from tasks.clean.encoding import EncodingParams, mend_encoding
from tasks.clean.markup import MarkupParams, strip_markup
from tests.bench.data import Text, as_rows, bench_texts
from tests.bench.section import Cell, Section, share
from tests.builders import texts as contents

Damage = Callable[[str, random.Random], str | None]
ROWS_PER_KIND = 500


def mojibake(text: str, _chance: random.Random) -> str | None:
    """UTF-8 read as Windows-1252."""
    try:
        return None if text.isascii() else text.encode().decode("cp1252")
    except UnicodeDecodeError:
        return None


def twice(text: str, chance: random.Random) -> str | None:
    """The same done two times."""
    once = mojibake(text, chance)
    return once and mojibake(once, chance)


def line_ends(text: str, _chance: random.Random) -> str | None:
    """Line ends of another system."""
    return text.replace("\n", "\r\n") if "\n" in text else None


def zero_width(text: str, chance: random.Random) -> str | None:
    """A byte-order mark in front, and zero-width spaces after a few of the spaces."""
    words = text.split(" ")
    rest = (f"\u200b{word}" if chance.random() < 0.1 else word for word in words[1:])
    return "\ufeff" + " ".join([words[0], *rest])


def controls(text: str, chance: random.Random) -> str | None:
    """A few control characters."""
    at = sorted(chance.randrange(len(text) + 1) for _ in range(3))
    return (
        text[: at[0]]
        + "\x00"
        + text[at[0] : at[1]]
        + "\x08"
        + text[at[1] : at[2]]
        + "\x1f"
        + text[at[2] :]
    )


def paragraphs(text: str, _chance: random.Random) -> str | None:
    """Lines as paragraphs of a web page."""
    lines = text.split("\n")
    return None if "" in lines else "".join(f"<p>{line}</p>" for line in lines)


def breaks(text: str, _chance: random.Random) -> str | None:
    """Line ends as `<br>`."""
    return text.replace("\n", "<br/>") if "\n" in text else None


def styled(text: str, _chance: random.Random) -> str | None:
    """All of it in a styled block, with one word in bold."""
    first, _, rest = text.partition(" ")
    return f'<div class="answer"><b>{first}</b> {rest}</div>' if rest else None


def entities(text: str, _chance: random.Random) -> str | None:
    """Signs as entities."""
    escaped = html.escape(text)
    return escaped if escaped != text else None


def script(text: str, _chance: random.Random) -> str | None:
    """The tail of a page behind the text."""
    return text + '<script type="text/javascript">track("view");</script>'


KINDS: dict[str, Damage] = {
    "mojibake": mojibake, "mojibake, twice": twice, "line ends": line_ends,
    "zero width": zero_width, "control characters": controls,
    "paragraphs": paragraphs, "line breaks": breaks, "styled block": styled,
    "entities": entities, "script": script,
}  # fmt: skip


def damage(rows: int, seed: int = 0) -> Section:
    """Damage undone, and sound rows touched, over the bench set."""
    real = bench_texts(rows)
    lines, touched = restored(real, seed)
    note = (
        f"Answers of rows of the bench set, damaged by a generator with seed {seed}, at most "
        f"{ROWS_PER_KIND} of each kind; restored means equal to the original byte for byte. Rows "
        "that talk of markup are left alone on purpose and count as not restored. Of the "
        f"{len(real):,} rows as they came, {touched:,} ({share(touched, len(real))}) were changed; "
        "some of those are really damaged."
    )
    return Section("damage", "Damaged text restored", note, lines)


def restored(real: list[Text], seed: int) -> tuple[list[dict[str, Cell]], int]:
    """A line for each kind of damage, and how many of the rows as they came were changed."""
    distinct = list(dict.fromkeys(real))
    after = _cleaned(distinct)
    sound = [text for text, cleaned in zip(distinct, after, strict=True) if text == cleaned]
    chance = random.Random(seed)
    lines: list[dict[str, Cell]] = []
    for name, kind in KINDS.items():
        pairs = _damaged(sound, kind, chance)
        mended = _cleaned([worse for _, worse in pairs])
        equal = sum(was == now for (was, _), now in zip(pairs, mended, strict=True))
        lines.append(
            {"damage": name, "rows": len(pairs), "restored exactly": share(equal, len(pairs))}
        )
    return lines, len(distinct) - len(sound)


def _damaged(sound: list[Text], kind: Damage, chance: random.Random) -> list[tuple[Text, Text]]:
    pairs: list[tuple[Text, Text]] = []
    for text in chance.sample(sound, len(sound)):
        worse = kind(text.answer, chance) if text.answer.strip() else None
        if worse is not None and worse != text.answer:
            pairs.append((text, Text(text.prompt, worse)))
        if len(pairs) == ROWS_PER_KIND:
            break
    return pairs


def _cleaned(texts: list[Text]) -> list[Text]:
    """Prompt and answer of `texts` after both cleaning stages."""
    legible: pl.LazyFrame = mend_encoding(as_rows(texts), EncodingParams()).rows
    plain = strip_markup(legible, MarkupParams()).rows
    return [Text(*pair) for pair in contents(plain)]
