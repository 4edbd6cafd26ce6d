"""A passport in sentences: what was found, what falls short, what was not tested."""

from tasks.score.calibration.limits import Limits, shortcomings
from tasks.score.calibration.passport import Passport


def with_verdict(passport: Passport, limits: Limits) -> Passport:
    """`passport` with its verdict and why, by the limits of its exam."""
    faults = shortcomings(passport, limits)
    verdict = "demo" if passport.judge.grade == "demo" else "fail" if faults else "pass"
    why = (_found(passport), *faults, *_untested(passport))
    return passport.model_copy(update={"verdict": verdict, "why": why})


def _found(passport: Passport) -> str:
    of_judge, of_people = passport.estimate("agreement"), passport.ceiling.get("agreement")
    if of_judge.value is None:
        return f"it gave no reply to any of {passport.asked} items"
    people = (
        f"one person says what the others say on {of_people.value:.0%}"
        if of_people and of_people.value is not None
        else "each item has one label, so how far people agree is not known"
    )
    return (
        f"it says what people say on {of_judge.value:.0%} of {of_judge.items} items "
        f"({of_judge.low:.0%} to {of_judge.high:.0%}); {people}"
    )


def _untested(passport: Passport) -> tuple[str, ...]:
    if passport.gold.kind == "points":
        return ()
    if passport.compared:
        return ()  # a shortcoming, and told as one
    return (
        "scores were only compared with each other: from which score on a row is good was not "
        "tested (a gold file with ratings tests it)",
    )
