"""The figures of a passport: what each is called, what it says, and what people reach in it."""

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, JsonValue

from tasks.score.calibration import bias
from tasks.score.calibration.agreement import agree, auc, kappa, spearman
from tasks.score.calibration.labels import TIE
from tasks.score.calibration.people import three_ways
from tasks.score.calibration.resample import Estimate, estimate, share
from tasks.score.calibration.sheet import Sheet

MEANINGS = {
    "agreement": "share of items on which it says what people say",
    "kappa": "agreement beyond chance: 0 is chance, 1 is full agreement",
    "right_answer": "share of pairs that people decided in which it prefers the same answer, a "
    "tie counting half; 0.5 is chance",
    "auc": "how likely its probability or score is higher for the better of two answers; 0.5 is "
    "chance",
    "spearman": "rank correlation of its scores with people's ratings",
    "order_consistency": "share of pairs on which it says the same when the answers change places",
    "first_shown": "how often it prefers the answer shown first; 0.5 is no leaning",
    "length_leaning": "leaning to longer answers beyond what people prefer: 0 is none, 1 is total",
    "own_leaning": "leaning to answers of its own family beyond what people prefer: 0 is none",
    "retest_same": "share of verdicts that are the same when it is asked again",
    "retest_distance": "mean difference of its scores when it is asked again, on a scale of 1",
}
"""Every figure and what it says."""


class Figure(BaseModel):
    """One figure of a passport."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    judge: Estimate
    people: Estimate = Estimate()  # one person against the others, in the same figure
    why_not: str = ""  # why there is no figure

    def facts(self) -> dict[str, JsonValue]:
        """The figure as text for a table, and as numbers."""
        return {
            "name": self.name.replace("_", " "),
            "value": shown(self.judge.value) if self.judge.value is not None else "not tested",
            "interval": interval(self.judge),
            "people": shown(self.people.value),
            "what": MEANINGS[self.name] + (f" ({self.why_not})" if self.why_not else ""),
            "numbers": self.model_dump(mode="json", include={"judge", "people"}),
        }


def agreement(sheet: Sheet, people: Mapping[str, Estimate], good: float, seed: int) -> list[Figure]:
    """How far the judge says what people say.

    Args:
        sheet: The exam.
        people: How far one person says what the others do.
        good: Ratings and scores from here on are good.
        seed: Of the resampling.
    """
    is_pairs = sheet.gold.kind == "pairs"
    found = _on_pairs(sheet, seed) if is_pairs else _on_points(sheet, good, seed)
    return [
        Figure(name=name, judge=one, people=people.get(name, Estimate()))
        for name, one in found.items()
    ]


def _on_pairs(sheet: Sheet, seed: int) -> dict[str, Estimate]:
    groups, decided = sheet.groups, sheet.people != TIE
    said, known = three_ways(sheet.verdict), three_ways(sheet.people)
    right = 1 - abs(sheet.verdict - sheet.people)[decided]
    ranked = auc(sheet.judge[decided], sheet.people[decided])
    return {
        "agreement": share(agree(said, known), groups, seed),
        "kappa": estimate(kappa(said, known, 3), groups, seed),
        "right_answer": share(right, groups[decided], seed),
        "auc": estimate(ranked, groups[decided], seed),
    }


def _on_points(sheet: Sheet, good: float, seed: int) -> dict[str, Estimate]:
    said, known = ((v >= good).astype(int) for v in (sheet.judge, sheet.people))
    return {
        "agreement": share(agree(said, known), sheet.groups, seed),
        "kappa": estimate(kappa(said, known, 2), sheet.groups, seed),
        "spearman": estimate(spearman(sheet.judge, sheet.people), sheet.groups, seed),
        "auc": estimate(auc(sheet.judge, known.astype(float)), sheet.groups, seed),
    }


def order(shown: Sheet | None, seed: int) -> list[Figure]:
    """Whether the place of an answer sways the judge; nothing where answers stand alone.

    Args:
        shown: Pairs that were shown in both orders.
        seed: Of the resampling.
    """
    found = bias.position(shown, seed) if shown else {}
    return [Figure(name=name, judge=one) for name, one in found.items()]


def leanings(sheet: Sheet, family: str, seed: int) -> list[Figure]:
    """What else sways the judge that should not; a test that could not be made says why."""
    length, own = bias.length(sheet, seed), bias.own_hand(sheet, family, seed)
    return [
        Figure(name="length_leaning", judge=length, why_not=_why_not(
            length, "no item tells length from quality")),
        Figure(name="own_leaning", judge=own, why_not=_why_not(
            own, f"the gold file has no pair with one answer by {family or 'its family'}, "
            "or people always found the same of those")),
    ]  # fmt: skip


def steadiness(sheet: Sheet, again: Sheet | None, good: float, seed: int) -> list[Figure]:
    """How far the judge says the same twice."""
    if again is None:
        why = "score.exam.retest is 0, or there was no reply at all"
        return [Figure(name="retest_same", judge=Estimate(), why_not=why)]
    found = bias.retest(sheet, again, good, seed)
    return [
        Figure(name=name, judge=one, why_not=_why_not(one, "no item was answered twice"))
        for name, one in found.items()
    ]


def _why_not(found: Estimate, why: str) -> str:
    return why if found.value is None else ""


def interval(found: Estimate) -> str:
    """The interval as text."""
    return "–" if found.value is None else f"{shown(found.low)} to {shown(found.high)}"


def shown(value: float | None) -> str:
    """A figure as text; a nought has no sign."""
    return "–" if value is None else f"{round(value, 2) + 0.0:.2f}"
