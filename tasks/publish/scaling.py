"""What a report says of an experiment on size: the answer first, then what it rests on."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from markupsafe import Markup

from tasks.publish.curves import Plot, Series, chances, draw, kind_of, span
from tasks.scale.providers import BOUNDS, DEADLINES, Bounds

Facts = dict[str, Any]
ARMS = {
    "curated": "the set as it is now",
    "raw": "every sound row, before copies and poor rows left",
    "random": "as many rows as the curated set has, drawn from the raw ones by chance alone",
    "human": "rows of people's alone",
}
LINES = 3  # arms that are drawn beside the curated one
YES = {"add data": "more rows are worth having", "enough": "there is enough",
       "not improving": "no change could be seen from more rows",
       "undecided": "it cannot be told"}  # fmt: skip


def headline(scaling: Mapping[str, Any]) -> str:
    """The answer in a sentence, with how many measures give it."""
    measures = scaling.get("measures") or []
    if not measures:
        return ""
    verdicts = scaling["verdicts"]
    many = len(measures)
    if len(verdicts) == 1:
        (verdict,) = verdicts
        start = "The one measure says" if many == 1 else f"All {_spelled(many)} measures say"
        chances = sorted(one["verdict"]["probability"] for one in measures
                         if one["verdict"]["probability"] is not None)  # fmt: skip
        sure = f", with a chance of {_ends(chances)}" if verdict == "add data" and chances else ""
        return f"{start}: {YES.get(verdict, verdict)}{sure}."
    said = [f"{n} of {many} measures {'says' if n == 1 else 'say'} that {YES.get(v, v)}"
            for v, n in sorted(verdicts.items(), key=lambda item: -item[1])]  # fmt: skip
    return ", ".join(said) + "."


def _ends(chances: Sequence[float]) -> str:
    low, high = (f"{min(max(round(100 * p), 1), 99)} %" for p in (chances[0], chances[-1]))
    return low if low == high else f"{low} to {high}"


def _spelled(n: int) -> str:
    return {2: "two", 3: "three", 4: "four", 5: "five", 6: "six"}.get(n, str(n))


def arm_text(name: str) -> str:
    """What an arm holds, for a reader."""
    return ARMS.get(name, f"the curated set with those back in that {name[8:]} dropped")


def plot_of(measure: Mapping[str, Any]) -> Markup:
    """The curve of one measure as SVG."""
    arms = {name: arm for name, arm in measure["arms"].items() if not name.startswith("without ")}
    names = ["curated", *[n for n in ARMS if n in arms and n != "curated"][:LINES]]
    series = [
        Series(kind_of(name), [(p["rows"], p["mean"]) for p in arms[name]["points"]],
               [tuple(p) for p in arms[name]["line"]])
        for name in names
    ]  # fmt: skip
    mine = arms["curated"]["points"]
    band = measure.get("forecast") or []
    check = measure.get("self_check")
    return draw(Plot(
        series,
        seeds=[(p["rows"], v) for p in mine for v in p["values"]],
        band=[(b["rows"], b["low"], b["high"]) for b in band],
        ahead=[(b["rows"], b["mean"]) for b in band],
        now=mine[-1]["rows"],
        check=(check["rows"], check["told"], check["low"], check["high"]) if check else None,
        tokens=[(p["rows"], p["tokens"]) for p in mine],
    ))  # fmt: skip


def chances_of(measures: Sequence[Mapping[str, Any]]) -> Markup:
    """The chance of each measure's goal over the rows as SVG."""
    return chances(
        [(f"m{at}", [(n / one["rows"], p) for n, p in one["target"]["chance"]])
         for at, one in enumerate(measures)]
    )  # fmt: skip


def deadline(endpoint: str) -> str:
    """What those should know who have models fine-tuned at an address; empty if nothing."""
    return DEADLINES.get(urlsplit(endpoint).hostname or "", "")


def providers(rows: int) -> list[Facts]:
    """What each provider takes, and what that means for a set of so many rows."""
    return [
        {**bounds._asdict(), "fits": _fits(bounds, rows),
         "range": _range(bounds.least, bounds.most), "bar": span(bounds.least, bounds.most, rows)}
        for bounds in BOUNDS
    ]  # fmt: skip


def _range(least: int | None, most: int | None) -> str:
    low = f"{least:,}" if least else "any"
    return f"{low} to {most:,}" if most else f"{low} and more"


def _fits(bounds: Bounds, rows: int) -> str:
    is_limit = bounds.kind == "limit"
    if bounds.least is not None and rows < bounds.least:
        return f"{bounds.least - rows:,} rows are missing" if is_limit else "fewer"
    if bounds.most is not None and rows > bounds.most:
        return f"{rows - bounds.most:,} rows too many" if is_limit else "more"
    return "within"
