"""OpenAI's decisions endpoint: all questions about a text in one call, answered by probabilities.

The shape is that of `client.decisions` in the openai SDK 3.54 (public beta, one model). The
endpoint says nothing of the mass, and nothing is drawn.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from tasks.llm.call import Answer, Call, Model
from tasks.score.backends.asking import Asking, Item
from tasks.score.decision import Decision, Question
from tasks.score.prompt import SYSTEM, evidence, labels_of, reminder

PATH = "/decisions"
MODELS = ("gpt-6-luna",)
"""Models that the endpoint serves, as the SDK documents it."""
MOST = 400  # questions of one call


def decide(model: Model, items: Sequence[Item], asking: Asking) -> Iterator[tuple[int, Decision]]:
    """A decision for every item, each with its place, as they come; one call for each case."""
    groups = _groups(items)
    calls = [call([items[place] for place in group], asking) for group in groups]
    for at, answer in model.ask(calls):
        yield from read(answer, {place: items[place].question for place in groups[at]})


def _groups(items: Sequence[Item]) -> list[list[int]]:
    """Places of items that share a case, at most as many as one call may ask."""
    same = groupby(range(len(items)), key=lambda place: id(items[place].case))
    found = [list(places) for _, places in same]
    return [group[i : i + MOST] for group in found for i in range(0, len(group), MOST)]


def call(items: Sequence[Item], asking: Asking) -> Call:
    """The call that asks all questions about one case."""
    case = items[0].case
    about = f"{SYSTEM}\n\n{reminder(case)}" if asking.style.hardened else ""
    questions = [_question(item.question, about) for item in items]
    return Call(PATH, {"input": evidence(case, asking.style), "questions": questions})


def _question(question: Question, about: str) -> dict[str, Any]:
    asked: dict[str, Any] = {
        "type": question.kind,
        "name": question.name,
        "instructions": f"{about}\n\n{question.text}".strip(),
    }
    labelled = zip(labels_of(question), question.answers, strict=True)
    if question.kind == "choice":
        asked["choices"] = [{"value": label, "description": text} for label, text in labelled]
    elif question.kind == "score":
        asked["levels"] = [{"label": label, "description": text} for label, text in labelled]
    return asked


def read(answer: Answer, questions: Mapping[int, Question]) -> Iterator[tuple[int, Decision]]:
    """The decision on each of `questions`, which were asked in this order."""
    found = (answer.body or {}).get("answers")
    given = found if isinstance(found, list) else []
    for at, (place, question) in enumerate(questions.items()):
        if answer.body is None:
            yield place, Decision(None, None, answer.reason or "unparsable", answer.detail)
        elif len(given) != len(questions):
            yield place, Decision(None, None, "unparsable", "not one answer for each question")
        else:
            yield place, _decision(given[at], question)


def _decision(given: object, question: Question) -> Decision:
    found = given if isinstance(given, dict) else {}
    if found.get("type") == "refusal":
        return Decision(None, None, "refused", "type refusal")
    likely = _probabilities(found, question) if found.get("type") == question.kind else ()
    if not likely or sum(likely) <= 0:
        return Decision(None, None, "unparsable", "no probability for every answer")
    return Decision(tuple(p / sum(likely) for p in likely))


def _probabilities(given: Mapping[str, Any], question: Question) -> tuple[float, ...]:
    """One for each answer of `question`; none where one is missing or is no probability."""
    likely: dict[str, Any]
    if question.kind == "predicate":
        yes = given.get("probability")
        likely = {"yes": yes, "no": 1 - yes} if isinstance(yes, int | float) else {}
    else:
        key = "value" if question.kind == "choice" else "label"
        listed = given.get("probabilities")
        rows = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
        likely = {str(one.get(key)): one.get("probability") for one in rows}
    found = [likely.get(label) for label in labels_of(question)]
    sound = [p for p in found if isinstance(p, int | float) and 0 <= p <= 1]
    return tuple(sound) if len(sound) == len(found) else ()
