"""Generations of prompts: each of the pool is rewritten, held to the rules, answered, replaced."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

import polars as pl
import polars_hash as plh

from tasks.augment.answers import ask_answers, fault_in, missed, rewrite_in
from tasks.augment.evolve_params import EvolveParams
from tasks.augment.gain import asks_for_more
from tasks.augment.operators import OPERATORS, VERSION, Operator, rewrite_messages
from tasks.augment.recipe import Recipe, made_row, turn
from tasks.augment.rules import Evolution, drifted, prompt_fault
from tasks.base.text import fold
from tasks.llm.call import Model
from tasks.llm.chat import Chat, chat_call, read_chat

STAGE = "augment.evolve"


class Member(NamedTuple):
    """A prompt of the pool."""

    seed: str  # id of the human row at the beginning
    id: str  # of the row that asks it
    source: str
    system: str | None
    prompt: str
    answer: str


class Offspring(NamedTuple):
    """A member's prompt, rewritten."""

    member: Member
    operator: Operator
    generation: int
    prompt: str
    answer: Chat | None = None
    fault: str | None = None
    told: str | None = None


def grow(
    pool: list[Member], known: set[str], params: EvolveParams, model: Model
) -> tuple[list[Offspring], Counter[str]]:
    """All generations; and how many calls had no answer, by reason."""
    born: list[Offspring] = []
    unanswered: Counter[str] = Counter()
    for generation in range(1, params.generations + 1):
        rewrites = _rewrite(pool, generation, params, model, unanswered)
        judged = _held_to_rules(rewrites, known, params, model)
        done = _answered(judged, params, model, unanswered)
        born += done
        known |= {_key(one.prompt) for one in done if one.fault is None}
        pool = _next(pool, done, born, params)
    return born, unanswered


def _rewrite(
    pool: Sequence[Member], generation: int, params: EvolveParams, model: Model,
    unanswered: Counter[str],
) -> list[Offspring]:  # fmt: skip
    """Every prompt of the pool, rewritten; those that were not answered are counted."""
    chosen = [_operator(member, generation, params) for member in pool]
    calls = [
        chat_call(
            rewrite_messages(member.prompt, operator), max_tokens=params.max_tokens,
            temperature=params.temperature, seed=params.seed + generation,
        )
        for member, operator in zip(pool, chosen, strict=True)
    ]  # fmt: skip
    found = dict(model.ask(calls))
    offspring = []
    for place, (member, operator) in enumerate(zip(pool, chosen, strict=True)):
        chat = read_chat(found[place])
        if missed(chat):
            unanswered[str(chat.reason)] += 1
            continue
        text = rewrite_in(chat, member.prompt)
        evolution = Evolution(operator, member.prompt, text, member.answer)
        fault = prompt_fault(evolution, params)
        told = chat.detail or chat.reason if fault == "no_rewrite" else None
        shown = text if text is not None else chat.text.strip()
        offspring.append(Offspring(member, operator, generation, shown, None, fault, told))
    return offspring


def _operator(member: Member, generation: int, params: EvolveParams) -> Operator:
    """The operator for one prompt, drawn by a hash, so that restarting draws the same."""
    lot = pl.select(
        plh.concat_str(pl.lit(f"{params.seed}:{generation}:"), pl.lit(member.seed)).nchash.xxh3_64()
    ).item()
    return OPERATORS[params.operators[int(lot) % len(params.operators)]]


def _held_to_rules(
    born: Sequence[Offspring], known: set[str], params: EvolveParams, model: Model
) -> list[Offspring]:
    """Rules that need more than one text, or a model."""
    sound = [one for one in born if one.fault is None]
    drift = drifted([o.member.prompt for o in sound], [o.prompt for o in sound])
    faults = {id(o): "language_drift" for o, is_other in zip(sound, drift, strict=True) if is_other}
    seen = set(known)
    for one in sound:
        key = _key(one.prompt)
        if id(one) not in faults and key in seen:
            faults[id(one)] = "known_prompt"
        elif id(one) not in faults:  # of what fails another may be the first
            seen.add(key)
    if params.check_gain and model.grade != "demo":
        deep = [o for o in sound if id(o) not in faults and o.operator.in_depth]
        more = asks_for_more(model, [(o.member.prompt, o.prompt) for o in deep])
        faults |= {id(o): "no_gain" for o, is_more in zip(deep, more, strict=True) if not is_more}
    return [one._replace(fault=one.fault or faults.get(id(one))) for one in born]


def _answered(
    born: Sequence[Offspring], params: EvolveParams, model: Model, unanswered: Counter[str]
) -> list[Offspring]:
    """The sound ones with an answer; those that got none for now are left out and counted."""
    sound = [place for place, one in enumerate(born) if one.fault is None]
    answers = ask_answers(model, [_asked(born[place]) for place in sound],
                          params.max_tokens, params.temperature, params.seed)  # fmt: skip
    chats = dict(zip(sound, answers, strict=True))
    done = []
    for place, one in enumerate(born):
        chat = chats.get(place)
        if chat is None:
            done.append(one)
        elif missed(chat):
            unanswered[str(chat.reason)] += 1
        else:
            done.append(one._replace(answer=chat, fault=fault_in(one.prompt, chat)))
    return done


def _next(
    pool: Sequence[Member], done: Sequence[Offspring], born: Sequence[Offspring],
    params: EvolveParams,
) -> list[Member]:  # fmt: skip
    """The pool of the next generation: who evolved in the parent's place, the others once more."""
    survivors = {one.member.id: one for one in done if one.fault is None}
    count = Counter(one.member.seed for one in born if one.fault is None)
    grown = []
    for member in pool:
        if count[member.seed] >= params.max_per_seed:
            continue
        one = survivors.get(member.id)
        if one is None or one.answer is None:
            grown.append(member)
        else:
            grown.append(member._replace(id=_id(one), prompt=one.prompt, answer=one.answer.text))
    return grown


def _asked(one: Offspring) -> list[dict[str, Any]]:
    system = [turn("system", one.member.system)] if one.member.system is not None else []
    return [*system, turn("user", one.prompt)]


def row_of(one: Offspring, model: Model | None = None) -> dict[str, Any]:
    """The row that an evolution makes, also a failed one."""
    answer = [turn("assistant", one.answer.text)] if one.answer is not None else []
    recipe = Recipe(
        STAGE, one.operator.name, model.identity if model else "", VERSION,
        generation=one.generation, seed=one.member.seed, fault=one.fault, told=one.told,
    )  # fmt: skip
    return made_row(
        [*_asked(one), *answer], recipe,
        origin="augmented", source=one.member.source, parent=one.member.id,
    )  # fmt: skip


def _id(one: Offspring) -> str:
    return str(row_of(one)["id"])


def _key(prompt: str) -> str:
    return str(pl.select(fold(pl.lit(prompt))).item())
