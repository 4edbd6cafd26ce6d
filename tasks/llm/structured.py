"""Answers of a given form, from models that keep to a JSON schema and from those that do not.

The ladder, from the surest rung down: the whole answer is JSON of that form; JSON stands in it,
fenced or after some thinking; JSON can be made of it (a comma, a bracket, a quotation mark is
missing); the model is asked once more and told what was wrong. What then still has no form is
`unparsable`. An answer that was cut is never asked for again with the same room.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence, Sized
from itertools import count
from typing import Any, NamedTuple

from pydantic import BaseModel

from tasks.llm.call import Answer, Call, Model, Reason, Stream
from tasks.llm.chat import Chat, chat_call, read_chat
from tasks.llm.form import Rung, parse, strict_schema, with_form

_AGAIN = "Your answer does not follow the schema: {errors}. Answer once more, with the JSON alone."
_FORMLESS = "no answer of the form asked for"


class StructuredCall(NamedTuple):
    """What is asked; see `tasks.llm.chat.chat_call`."""

    messages: Sequence[Mapping[str, Any]]
    max_tokens: int
    temperature: float = 0.0
    seed: int | None = None
    sample: int = 0


class Structured(NamedTuple):
    """What came of the request at `place`: a value, or why there is none."""

    place: int
    value: BaseModel | None
    reason: Reason | None = None
    rung: Rung = ""
    detail: str = ""  # never text of a row


class _Asked(NamedTuple):
    place: int
    request: StructuredCall
    is_bare: bool = False  # the schema stands in the prompt, and the endpoint is not told of it
    is_again: bool = False  # the second and last time


def ask_structured(
    model: Model, requests: Iterable[StructuredCall], shape: type[BaseModel]
) -> Iterator[Structured]:
    """Ask for an answer in the form of `shape` to every request.

    A call that the endpoint rejects is put once more with the schema in the prompt; if that is
    answered, the endpoint takes no schema, and later requests are put so from the start.

    Args:
        model: Whom to ask.
        requests: Drawn as answers leave, so there may be any number of them.
        shape: Form of the answers.

    Yields:
        One result for every request, as they come.
    """
    size = len(requests) if isinstance(requests, Sized) else 0
    yield from _Ladder(model, shape, size).climb(enumerate(requests))


class _Ladder:
    """One use of a model for answers of one form."""

    def __init__(self, model: Model, shape: type[BaseModel], size: int) -> None:
        self.model, self.shape, self.size = model, shape, size
        self.schema = strict_schema(shape)
        self.takes_schema = True
        self.todo: deque[_Asked] = deque()  # to be asked once more
        self.asked: dict[int, _Asked] = {}  # in flight, by turn in this round

    def climb(self, source: Iterator[tuple[int, StructuredCall]]) -> Iterator[Structured]:
        """Ask in rounds, until nobody has to be asked once more."""
        while True:
            for turn, answer in self.model.ask(Stream(self._calls(source), self.size)):
                result = self._read(self.asked.pop(turn), answer)
                if isinstance(result, _Asked):
                    self.todo.append(result)
                else:
                    yield result
            if not self.todo:
                return

    def _calls(self, source: Iterator[tuple[int, StructuredCall]]) -> Iterator[Call]:
        """Those to be asked once more go first, so that few of them are ever kept."""
        for turn in count():
            one = self.todo.popleft() if self.todo else self._fresh(source)
            if one is None:
                return
            self.asked[turn] = one
            yield self._call(one)

    def _fresh(self, source: Iterator[tuple[int, StructuredCall]]) -> _Asked | None:
        for place, request in source:
            return _Asked(place, request, is_bare=not self.takes_schema)
        return None

    def _call(self, one: _Asked) -> Call:
        given = one.request
        messages = with_form(given.messages, self.schema) if one.is_bare else given.messages
        return chat_call(
            messages, max_tokens=given.max_tokens, temperature=given.temperature, seed=given.seed,
            schema=None if one.is_bare else self.schema, sample=given.sample,
        )  # fmt: skip

    def _read(self, one: _Asked, answer: Answer) -> Structured | _Asked:
        """The result of an answer, or what has to be asked once more."""
        chat = read_chat(answer)
        if chat.reason == "call_rejected" and not one.is_bare:
            return one._replace(is_bare=True)
        if one.is_bare and answer.body is not None:
            self.takes_schema = False
        if chat.reason not in (None, "cut_short", "unparsable") or answer.body is None:
            return Structured(one.place, None, chat.reason, detail=chat.detail)
        is_cut = chat.reason == "cut_short"
        value, rung, errors = parse(chat.text, self.shape, is_whole=not is_cut)
        if value is not None:
            return Structured(one.place, value, None, "asked_again" if one.is_again else rung)
        if is_cut:
            return Structured(one.place, None, "cut_short", detail=chat.detail)
        if one.is_again:
            return Structured(one.place, None, "unparsable", detail=chat.detail or _FORMLESS)
        return _once_more(one, chat, errors)


def _once_more(one: _Asked, chat: Chat, errors: str) -> _Asked:
    """The same request with the answer that was wrong, and in what."""
    said = [{"role": "assistant", "content": chat.text}] if chat.text.strip() else []
    told = {"role": "user", "content": _AGAIN.format(errors=errors)}
    messages = (*one.request.messages, *said, told)
    return one._replace(request=one.request._replace(messages=messages), is_again=True)
