"""Settings of redaction."""

import re
from difflib import get_close_matches
from typing import ClassVar, Literal, Self

from pydantic import Field, field_validator, model_validator

from tasks.base.errors import UsageError
from tasks.base.params import StageParams, choice_of
from tasks.redact.audit_params import AuditParams
from tasks.redact.conversation import Scope
from tasks.redact.keys import KEY, MAP_KEY, map_key, redact_key
from tasks.redact.ner.models import Name
from tasks.redact.presidio import adopt
from tasks.redact.rule import Rule
from tasks.redact.rules import ENTITIES, PERSON, Finder, rules_for
from tasks.redact.vault import Vault

BLOCK = r"^([a-z0-9]+(-[a-z0-9]+)*)?$"


class RedactParams(StageParams):
    """What is taken out, and what stands in its place."""

    not_content: ClassVar[set[str]] = {"audit"}  # looks at what was done, and changes none of it

    enabled: bool = Field(default=True, title="Redact", description="Run this stage.")
    detector: Literal["finery", "presidio"] = Field(
        default="finery", title="Detector",
        description="finery: rules, names and policy of Finery; presidio: exactly what Presidio "
        "finds as it comes, text by text, several times faster than it finds it itself; strict, "
        "entities, patterns and recognisers are Finery's and have no say then.",
    )  # fmt: skip
    mode: Literal["tag", "surrogate", "hash"] = Field(
        default="tag", title="Mode",
        description="tag: <PERSON_1>, numbered in each conversation; surrogate: an invented value "
        "of the same kind, one for a whole conversation; hash: one tag per value in "
        f"the whole set. hash needs a key in the variable {KEY}; surrogate uses it if set.",
    )  # fmt: skip
    strict: bool = Field(
        default=False, title="Strict",
        description="Take every name of a person, also those of public and fictional figures, and "
        "addresses that only the name model sees.",
    )  # fmt: skip
    name_model: Literal["auto", "finery", "spacy"] = Field(
        default="auto", title="Name model",
        description="finery: taught on names and addresses of many countries; spacy: spaCy's small "
        "English model as it comes, which sees no addresses; auto: finery if strict, else spacy.",
    )  # fmt: skip
    entities: tuple[str, ...] = Field(
        default=ENTITIES, title="Kinds", json_schema_extra=choice_of(ENTITIES),
        description="Kinds of personal data that are taken out.",
    )  # fmt: skip
    keep: tuple[str, ...] = Field(
        default=(), title="Keep",
        description="Values that stay, such as the phone number of one's own help desk.",
    )  # fmt: skip
    patterns: dict[str, str] = Field(
        default={}, title="Patterns of one's own",
        description="Kind -> regular expression, such as {'EMPLOYEE_NO': 'E-[0-9]{6}'}; what it "
        "matches (its group `value`, if it has one) is taken out, too.",
    )  # fmt: skip
    seed: int | None = Field(
        default=None, ge=0, title="Seed",
        description="Another seed, other stand-ins, as long as there is no key. Empty: the run's.",
    )  # fmt: skip
    map: bool = Field(
        default=False, title="Write a map",
        description="Write pseudonyms.jsonl, which says what stands for which value, locked with "
        f"the key in the environment variable {MAP_KEY}; `finery redact-map show` opens it.",
    )  # fmt: skip
    map_key_secret: str = Field(
        default="", title="Key of the map", pattern=BLOCK,
        description="Name of the Prefect Secret block that holds the key of the map; goes before "
        "the variable.",
    )  # fmt: skip
    recognisers: tuple[str, ...] = Field(
        default=(), title="Presidio's recognisers",
        description="Names of Presidio's own recognisers to use as well, such as UkNinoRecognizer.",
    )  # fmt: skip
    audit: AuditParams = Field(
        default=AuditParams(), title="Audit", description="How closely what was done is looked at."
    )

    @property
    def reader(self) -> Name:
        """The model that sees names."""
        if self.name_model == "auto":
            return "finery" if self.strict and self.detector == "finery" else "spacy"
        return self.name_model

    @property
    def variables(self) -> tuple[str, ...]:
        """Environment variables that decide what comes out."""
        return (*((KEY,) if self.mode != "tag" else ()), *((MAP_KEY,) if self.map else ()))

    @field_validator("entities")
    @classmethod
    def _known(cls, entities: tuple[str, ...]) -> tuple[str, ...]:
        for entity in entities:
            if entity not in ENTITIES:
                close = get_close_matches(entity.upper(), ENTITIES, n=1, cutoff=0.4)
                hint = (
                    f"did you mean {close[0]!r}?" if close else f"known are {', '.join(ENTITIES)}"
                )
                raise ValueError(f"unknown kind {entity!r}; {hint}")
        return entities

    @model_validator(mode="after")
    def _stock_is_stock(self) -> Self:
        own = ("strict", "name_model", "entities", "patterns", "recognisers")
        changed = [
            name for name in own if getattr(self, name) != type(self).model_fields[name].default
        ]
        if self.detector == "presidio" and changed:
            raise ValueError(
                f"redact.{changed[0]} is a setting of Finery's detector, but redact.detector is "
                "'presidio', which finds what Presidio finds as it comes: leave one of them out"
            )
        if self.detector == "presidio" and self.mode == "surrogate":
            raise ValueError(
                "redact.mode=surrogate makes stand-ins for the kinds of Finery's detector, but "
                "redact.detector is 'presidio': use tag or hash, or leave the detector out"
            )
        return self

    @model_validator(mode="after")
    def _patterns_compile(self) -> Self:
        for kind, pattern in self.patterns.items():
            if not re.fullmatch(r"[A-Z][A-Z0-9_]{1,39}", kind):
                raise ValueError(f"pattern {kind!r}: a kind is written in capitals, as EMPLOYEE_NO")
            try:
                matches_nothing = re.compile(pattern).search("") is not None
            except re.error as error:
                raise ValueError(f"pattern {kind!r} is no regular expression: {error}") from error
            if matches_nothing:
                raise ValueError(f"pattern {kind!r} matches the empty text, and so everywhere")
        return self


def scope_of(params: RedactParams) -> Scope:
    """What `params` ask to look for.

    Raises:
        UsageError: Mode is hash and there is no key, or a recogniser is unknown.
    """
    own = [Rule(kind, re.compile(p), digits=False) for kind, p in params.patterns.items()]
    adopted: list[Finder] = [rule for name in params.recognisers for rule in adopt(name)]
    return Scope(
        rules=(*rules_for(params.entities), *own, *adopted),
        names=PERSON in params.entities,
        strict=params.strict,
        model=params.reader,
        seen=_believed(params),
        keep=frozenset(value.casefold() for value in params.keep),
        key=_key() if params.mode == "hash" else None,
        surrogate=_surrogate_key(params) if params.mode == "surrogate" else None,
    )


def _believed(params: RedactParams) -> frozenset[str]:
    """Kinds beside persons that go when the name model alone sees them."""
    return frozenset({"STREET_ADDRESS"} & set(params.entities)) if params.strict else frozenset()


def vault_of(params: RedactParams) -> Vault | None:
    """What locks the map that `params` ask for; None where they ask for none.

    Raises:
        UsageError: There is no key.
    """
    return Vault(map_key(params.map_key_secret)) if params.map else None


def check_keys(params: RedactParams) -> None:
    """See that every key is there, before anything runs.

    Raises:
        UsageError: One is not.
    """
    if params.enabled:
        vault_of(params)
        if params.mode == "hash":
            _key()


def _key() -> bytes:
    key = redact_key()
    if not key:
        raise UsageError(
            f"redact.mode is 'hash', which needs a key, but the environment variable {KEY} is not "
            "set: set it to a long random text and keep it secret, or use redact.mode=tag"
        )
    return key


def _surrogate_key(params: RedactParams) -> bytes:
    """The key of the environment, or one that everybody can make from the seed."""
    return redact_key() or f"finery surrogate {params.seed or 0}".encode()
