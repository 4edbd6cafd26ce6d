"""What a judge must reach before a row may be dropped by its word."""

from typing import NamedTuple

from pydantic import Field

from tasks.base.params import StageParams
from tasks.score.bar import Bar
from tasks.score.calibration.passport import Passport

BAR = Bar()


class Limits(StageParams):
    """What a judge must reach before it may decide over rows."""

    min_kappa: float = Field(
        default=0.4, ge=-1, le=1, title="Least kappa",
        description="The lower end of the 95 % interval of kappa with people must reach this. "
        "0.4 is where agreement is usually called moderate (Landis and Koch 1977).",
    )  # fmt: skip
    min_consistency: float = Field(
        default=0.7, ge=0, le=1, title="Least order consistency",
        description="Share of pairs on which the judge says the same when the answers change "
        "places.",
    )  # fmt: skip
    max_length_leaning: float = Field(
        default=0.3, ge=0, le=1, title="Most leaning to length",
        description="A judge fails whose leaning to longer or to shorter answers, beyond what "
        "people prefer, is surely greater (the near end of its 95 % interval).",
    )  # fmt: skip
    min_rows: int = Field(
        default=50, ge=2, title="Fewest gold rows",
        description="Items with a reply that an exam needs to say anything.",
    )  # fmt: skip
    min_prompts: int = Field(
        default=20, ge=2, title="Fewest prompts",
        description="Different prompts among those items. Items of one prompt are not "
        "independent, and an interval over few prompts is too narrow.",
    )  # fmt: skip
    max_unscored: float = Field(
        default=0.2, ge=0, le=1, title="Most unscored",
        description="Share of the items asked that may have no reply.",
    )  # fmt: skip


class Refusal(NamedTuple):
    """Why a judge may not decide over rows."""

    why: tuple[str, ...]

    def __str__(self) -> str:
        """One line."""
        return "; ".join(self.why)


NO_PASSPORT = (
    "the judge has no passport: nobody has compared it with people. Give labelled answers with "
    "`finery score --gold FILE`"
)


def may_decide(passport: Passport | None, limits: Limits, bar: Bar = BAR) -> Refusal | None:
    """Why no row may be dropped by this judge; None if rows may be.

    Args:
        passport: Of the judge, if it has one.
        limits: What it must have reached.
        bar: Where good begins in this run.
    """
    if passport is None:
        return Refusal((NO_PASSPORT,))
    why = (*shortcomings(passport, limits), *_other_bar(passport, bar))
    return Refusal(why) if why else None


def shortcomings(passport: Passport, limits: Limits) -> tuple[str, ...]:
    """Everything in which the judge falls short of `limits`, in sentences."""
    found = (
        _grade(passport), _scores(passport), _replies(passport, limits),
        _kappa(passport, limits), _consistency(passport, limits), _length(passport, limits),
    )  # fmt: skip
    return tuple(sentence for one in found for sentence in one)


def _grade(passport: Passport) -> list[str]:
    if passport.judge.grade != "demo":
        return []
    return ["it is a demo model: it shows that all works, and no score of it may decide anything"]


def _scores(passport: Passport) -> list[str]:
    if not passport.compared or passport.judge.grade == "demo":
        return []
    return [
        "answers were compared, not scored, and rows are dropped by scores: examine it with "
        "score.exam.pairs=score, or on a gold file with ratings"
    ]


def _other_bar(passport: Passport, bar: Bar) -> list[str]:
    if passport.gold.kind == "pairs" or passport.good == bar.threshold:
        return []
    return [
        f"its exam was for a threshold of {passport.good:g}, and this run's is {bar.threshold:g}: "
        "let it sit its exam again with --gold (what it said is remembered, and costs nothing)"
    ]


def _replies(passport: Passport, limits: Limits) -> list[str]:
    lost = sum(passport.unscored.values())
    replies, found = passport.asked - lost, []
    if replies < limits.min_rows:
        found.append(
            f"it was compared with people on {replies} items; {limits.min_rows} are needed"
        )
    if passport.prompts < limits.min_prompts:
        found.append(
            f"those items have {passport.prompts} prompts; {limits.min_prompts} are needed"
        )
    if lost > limits.max_unscored * passport.asked:
        why = ", ".join(f"{reason} {n}" for reason, n in passport.unscored.items())
        found.append(
            f"it gave no reply to {lost} of {passport.asked} items ({why}), where "
            f"{limits.max_unscored:.0%} are allowed"
        )
    return found


def _kappa(passport: Passport, limits: Limits) -> list[str]:
    kappa = passport.estimate("kappa")
    if kappa.value is None or kappa.low is None:
        return ["its agreement beyond chance could not be measured: too few items, or all alike"]
    if kappa.low >= limits.min_kappa:
        return []
    return [
        f"its agreement with people beyond chance is too low, or too little is known of it: kappa "
        f"{kappa.value:.2f}, and at least {kappa.low:.2f} for sure, where {limits.min_kappa:g} is "
        "needed"
    ]


def _consistency(passport: Passport, limits: Limits) -> list[str]:
    value = passport.estimate("order_consistency").value
    if value is None or value >= limits.min_consistency:
        return []
    first = passport.estimate("first_shown").value
    return [
        f"it says the same on {value:.0%} of the pairs when the answers change places, where "
        f"{limits.min_consistency:.0%} is needed; it prefers the answer shown first in {first:.0%}"
    ]


def _length(passport: Passport, limits: Limits) -> list[str]:
    found = passport.estimate("length_leaning")
    if found.low is None or found.high is None:
        return []
    if max(found.low, -found.high) <= limits.max_length_leaning:
        return []
    side = "longer" if found.low > 0 else "shorter"
    return [
        f"it leans to {side} answers beyond what people prefer: {found.value:+.2f} "
        f"({found.low:+.2f} to {found.high:+.2f}), where {limits.max_length_leaning:g} is allowed"
    ]
