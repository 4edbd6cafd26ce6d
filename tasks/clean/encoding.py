"""Mend text whose characters were damaged on the way: mojibake, control characters, line ends.

Repairs, each by its kind:

- `mojibake`: UTF-8 read as another encoding, once or several times (`donâ€™t`), by ftfy, which
  changes a text only where the repaired one is plausible and the damaged one is not.
- `control_characters`: control codes but tab and line feed, terminal escapes, lone surrogates.
- `zero_width`: zero-width spaces, byte-order marks and word joiners inside text. A joiner or
  non-joiner is kept beside anything but Latin letters: emoji and several scripts need it.
- `line_ends`: CR LF, CR and the Unicode line separators become a line feed.

Quotes, ligatures, full-width letters and composed forms are a writer's choice and stay.
"""

import re
from functools import cache
from typing import Any

import polars as pl
from prefect import task
from pydantic import Field

from tasks.base.cache import is_transient, stage_key
from tasks.base.dataset import DatasetRef
from tasks.base.params import StageParams
from tasks.base.report import StageResult
from tasks.base.stage import Outcome, run_edit
from tasks.clean.texts import repair_turns

SUSPECT = r"[^\t\n\x20-\x7e]"  # plain ASCII holds nothing to mend

_LINE_END = re.compile("\r\n|\r|\u2028|\u2029|\x85")
_ZERO_WIDTH = re.compile("[\u200b\u2060\ufeff]|(?<=[A-Za-z])[\u200c\u200d](?=[A-Za-z])")
_CONTROL = re.compile("\x1b\\[[0-9;]*[A-Za-z]|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|[\ud800-\udfff]")


class EncodingParams(StageParams):
    """Which damage to mend."""

    enabled: bool = Field(default=True, title="Mend encodings", description="Run this stage.")
    mojibake: bool = Field(
        default=True, title="Mojibake", description="Undo text that was decoded wrongly (ftfy)."
    )


def mend_encoding(rows: pl.LazyFrame, params: EncodingParams) -> Outcome:
    """Repair every turn; a text of plain ASCII is not even looked at."""
    suspect = pl.col("text").str.contains(SUSPECT) & pl.lit(params.enabled)
    return repair_turns(rows, lambda text: repair(text, params.mojibake), suspect)


def repair(text: str, mojibake: bool = True) -> tuple[str, tuple[str, ...]]:
    """`text` mended, and the kinds of repairs made to it."""
    kinds = []
    after = _demojibake(text) if mojibake else text
    if after != text:
        kinds.append("mojibake")
    for kind, pattern, put in (
        ("line_ends", _LINE_END, "\n"),
        ("control_characters", _CONTROL, ""),
        ("zero_width", _ZERO_WIDTH, ""),
    ):
        before, after = after, pattern.sub(put, after)
        if after != before:
            kinds.append(kind)
    return after, tuple(kinds)


def _demojibake(text: str) -> str:
    import ftfy

    return ftfy.fix_encoding(text, config=_config())


@cache
def _config() -> Any:  # noqa: ANN401 (ftfy is imported in functions alone)
    from ftfy import TextFixerConfig

    return TextFixerConfig(
        unescape_html=False, remove_terminal_escapes=False, fix_latin_ligatures=False,
        fix_character_width=False, uncurl_quotes=False, fix_line_breaks=False,
        remove_control_chars=False, normalization=None, explain=False,
    )  # fmt: skip


@task(
    name="clean.encoding", cache_key_fn=stage_key,
    retries=2, retry_delay_seconds=1, retry_condition_fn=is_transient,
)  # fmt: skip
def clean_encoding(data: DatasetRef, params: EncodingParams) -> StageResult:
    """Store `data` with its damaged characters mended."""
    return run_edit(data, mend_encoding, params)
