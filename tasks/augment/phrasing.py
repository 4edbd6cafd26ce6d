"""Have a model ask in its own words what a template asks; the answer stays the template's."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from tasks.augment.answers import missed, rewrite_in
from tasks.augment.identity import heard, leaves
from tasks.augment.operators import Operator, rewrite_messages
from tasks.augment.rules import Evolution, Limits, drifted, prompt_fault
from tasks.llm.call import Model
from tasks.llm.chat import chat_call, read_chat

PHRASE = Operator(
    "phrase",
    "Ask for the very same in other words, as somebody who needs it would: the same task on the "
    "same material, to be answered in the same form. Repeat everything that is given, with all "
    "names, numbers and fields, word for word.",
    in_depth=False,
)


class Wording(NamedTuple):
    """What a template made of a record."""

    prompt: str
    answer: str
    record: Mapping[str, Any]


class Phrased(NamedTuple):
    """A prompt in a model's words."""

    prompt: str
    fault: str | None = None
    told: str | None = None  # evidence; no text of the record


def phrased(
    drawn: Sequence[Wording], model: Model, max_tokens: int, temperature: float, seed: int
) -> tuple[list[Phrased | None], Counter[str]]:
    """Each prompt in the model's words, in order.

    Besides the rules for new prompts, every value of the record that stood in the prompt must
    still stand there.

    Returns:
        A prompt each, None where nothing was said for now; and how many those are, by reason.
    """
    calls = [
        chat_call(rewrite_messages(one.prompt, PHRASE), max_tokens=max_tokens,
                  temperature=temperature, seed=seed)
        for one in drawn
    ]  # fmt: skip
    found = dict(model.ask(calls))
    unanswered: Counter[str] = Counter()
    done: list[Phrased | None] = []
    for place, one in enumerate(drawn):
        chat = read_chat(found[place])
        if missed(chat):
            unanswered[str(chat.reason)] += 1
            done.append(None)
            continue
        text = rewrite_in(chat, one.prompt)
        if text is None:
            done.append(Phrased(chat.text.strip(), "no_rewrite", chat.detail or chat.reason))
        else:
            done.append(_held_to_rules(one, text))
    return _in_language(drawn, done), unanswered


def _held_to_rules(one: Wording, text: str) -> Phrased:
    fault = prompt_fault(Evolution(PHRASE, one.prompt, text, one.answer), Limits())
    if fault is not None:
        return Phrased(text, fault)
    before, after = heard(one.prompt).words, heard(text).words
    values = {heard(value).words for _, value in leaves(one.record, "")}
    lost = [value for value in values if value in before and value not in after]
    if lost:
        return Phrased(text, "lost_parts", f"{len(lost)} values of the record")
    return Phrased(text)


def _in_language(
    drawn: Sequence[Wording], done: Sequence[Phrased | None]
) -> list[Phrased | None]:  # fmt: skip
    others = drifted([one.prompt for one in drawn], [one.prompt if one else "" for one in done])
    return [
        one._replace(fault="language_drift") if one and not one.fault and is_other else one
        for one, is_other in zip(done, others, strict=True)
    ]
