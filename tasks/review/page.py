"""The outcome of a review as a page of Markdown; no text of a row is in it."""

from collections.abc import Mapping
from typing import Any

from tasks.publish.markdown import code, table

Facts = Mapping[str, Any]


def page(facts: Facts) -> str:
    """What people said, as Markdown.

    Args:
        facts: See `tasks.review.tally`, with the name of the release.
    """
    parts = [f"# Review of {code(facts['release'])}", _summary(facts), _drops(facts["false_drops"]),
             _agreement(facts["agreement"]), _signs(facts), _faults(facts["faults"])]  # fmt: skip
    return "\n\n".join(part for part in parts if part) + "\n"


def summary(facts: Facts) -> str:
    """One sentence."""
    made = facts["decisions"]
    undecided = sum(made["undecided"].values())
    left = f", {undecided} undecided" if undecided else ""
    return (
        f"{facts['answered']} of {facts['asked']} rows answered by "
        f"{_people(facts['agreement']['people'])}: keep {made['keep']}, drop {made['drop']}, edit "
        f"{made['edit']}{left}; {made['overturned']} times otherwise than the machine."
    )


def _summary(facts: Facts) -> str:
    why = facts["decisions"]["undecided"]
    told = ", ".join(f"{name.replace('_', ' ')} {n}" for name, n in why.items())
    return summary(facts) + (
        f" Undecided: {told}; over these the rules' word stands." if told else ""
    )


def _people(count: int) -> str:
    return f"{count} {'person' if count == 1 else 'people'}"


def _drops(found: Facts) -> str:
    """How often the rules were wrong."""
    if found["overall"] is None:
        return "## Wrong drops\n\nNobody has judged a row that was drawn at random."
    rate = found["overall"]
    lines = [
        [code(one["name"]), f"{one['dropped']:,}", str(one["judged"]), f"{one['wrong']:g}",
         _percent(one) if one["judged"] else "not judged"]
        for one in found["strata"]
    ]  # fmt: skip
    return (
        f"## Wrong drops\n\nOf {found['covered']:,} rows that rules dropped and that people can "
        f"judge, an estimated {_percent(rate)} left wrongly, about {rate['rows']:,} rows; "
        f"{found['judged']} were judged, drawn at random by stage and reason, each with a known "
        "chance. Copies byte for byte and broken rows are facts, and not asked about.\n\n"
        + table(["stage and reason", "dropped:", "judged:", "wrong:", "rate (95 %)"], lines)
    )


def _percent(rate: Facts) -> str:
    return f"{100 * rate['value']:.1f} % ({100 * rate['low']:.1f} to {100 * rate['high']:.1f})"


def _agreement(found: Facts) -> str:
    """How far people agree."""
    if not found["items"]:
        return (
            "## Agreement\n\nNo row was judged by two people, so how far they agree is not known."
        )
    same = found["same"]
    beyond = (
        f"{found['measure']} is {found['value']:.2f} ({found['low']:.2f} to {found['high']:.2f}); "
        "0 is chance, 1 is full agreement"
        if found["value"] is not None
        else "everybody always said the same, so agreement beyond chance cannot be told"
    )
    return (
        f"## Agreement\n\n{_people(found['people'])} judged {found['items']} rows at least twice "
        f"and said the same on {100 * same['value']:.0f} %; {beyond}."
    )


def _signs(facts: Facts) -> str:
    lines = [
        [one["what"], str(one["asked"]), str(one["decided"]), str(one["overturned"])]
        for one in facts["by_sign"]
    ]
    head = ["chosen because", "asked:", "decided:", "otherwise than the machine:"]
    return "## What was asked\n\n" + table(head, lines)


def _faults(found: list[Facts]) -> str:
    if not found:
        return ""
    lines = [
        [one["fault"].replace("_", " "), str(one["submissions"]), one["what"],
         ", ".join(code(item) for item in one["items"])]
        for one in found
    ]  # fmt: skip
    return "## What did not count\n\n" + table(
        ["fault", "times:", "what", "items, for instance"], lines
    )
