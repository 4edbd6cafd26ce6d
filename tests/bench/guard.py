"""How well near-duplicates are told from rows that only look alike.

Beside the stage stands the usual rule in the same run: a pair is a duplicate when its word
shingles have a Jaccard similarity of 0.7 or more.
"""

from collections import Counter
from typing import NamedTuple

from tasks.dedup.compare import compared
from tasks.dedup.near import NearDedupParams, candidates
from tasks.dedup.similar.pairs import similar_pairs
from tests.bench.data import BACK_TRANSLATED, TEXT2SQL, Text, as_rows, bench_texts, missing
from tests.bench.labelled import Labelled, back_translations, text2sql
from tests.bench.section import Cell, Section, share
from tests.bench.variants import OTHER, SAME, variants

PLAIN_RULE = 0.7
PAIRS_PER_KIND = 500

Pairs = set[tuple[int, int]]


class Found(NamedTuple):
    """Pairs of positions in the rows."""

    looked_at: Pairs
    merged: Pairs
    plain: Pairs  # that the plain rule merges


def look(texts: list[Text]) -> Found:
    """What the stage and the plain rule find among `texts`."""
    rows, params = as_rows(texts), NearDedupParams()
    _, judged = candidates(rows, params)  # each pair is judged, also where it decides nothing
    found = [tuple(pair) for pair in judged.found.select("a", "b").iter_rows()]
    said = rows.select(compared("conversation")).collect().to_series()
    plain = similar_pairs(said, PLAIN_RULE, params.shingle_words)
    return Found(
        looked_at=set(found),
        merged={pair for at, pair in enumerate(found) if judged.same(at)},
        plain=set(plain.select("a", "b").iter_rows()),
    )


def labelled() -> Section:
    """The stage on public rows with labels."""
    note = (
        "Text-to-SQL questions, and dialogues translated to French and back. A pair means the "
        "same when its labels are equal. Most pairs that mean the same share few words; finding "
        "those is not the work of this stage. *Alike* are pairs that share at least "
        f"{NearDedupParams().threshold} of their shingles; the plain rule merges what has a "
        f"Jaccard similarity of {PLAIN_RULE} or more."
    )
    why = missing(TEXT2SQL, BACK_TRANSLATED)
    if why:
        return Section("labelled", _TITLE, why, [])
    sets = [text2sql(with_answer=True), text2sql(with_answer=False), back_translations()]
    return Section("labelled", _TITLE, note, [_scored(one) for one in sets])


_TITLE = "Near-duplicates with public labels"


def _scored(rows: Labelled) -> dict[str, Cell]:
    found, meanings = look(rows.texts), rows.meanings
    same = sum(n * (n - 1) // 2 for n in Counter(meanings).values())

    def right(pairs: Pairs) -> int:
        return sum(meanings[a] == meanings[b] for a, b in pairs)

    alike, merged, plain = right(found.looked_at), right(found.merged), right(found.plain)
    other = len(found.looked_at) - alike
    return {
        "rows": rows.name, "pairs of one meaning": same, "of them alike": alike, "merged": merged,
        "share of the alike": share(merged, alike), "plain rule merges": plain,
        "alike, other meaning": other, "merged wrongly": len(found.merged) - merged,
        "plain rule merges wrongly": len(found.plain) - plain,
    }  # fmt: skip


def injected(rows: int, seed: int = 0) -> Section:
    """The stage on real rows and variants made of them."""
    note = (
        f"Variants made by a generator with seed {seed} from rows of the bench set, at most "
        f"{PAIRS_PER_KIND} of each kind, beside the plain rule (a Jaccard similarity of "
        f"{PLAIN_RULE} or more over the same shingles)."
    )
    return Section("injected", "Near-duplicates by kind", note, kinds(bench_texts(rows), seed))


def kinds(texts: list[Text], seed: int) -> list[dict[str, Cell]]:
    """A line for each kind of variant: how many pairs stage and plain rule merge."""
    distinct = list(dict.fromkeys(texts))
    lines: list[dict[str, Cell]] = []
    for at, (name, kind) in enumerate({**SAME, **OTHER}.items()):
        made = variants(distinct, kind, PAIRS_PER_KIND, seed + at)
        found = look([text for pair in made for text in pair])
        own = {(i, i + 1) for i in range(0, 2 * len(made), 2)}
        lines.append(
            {
                "kind": name,
                "should be": "merged" if name in SAME else "kept apart",
                "pairs": len(made),
                "merged": share(len(own & found.merged), len(made)),
                "plain rule merges": share(len(own & found.plain), len(made)),
            }
        )
    return lines
