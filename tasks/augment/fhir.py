"""A FHIR bundle as one flat record: the patient, and what was found, given and advised.

Bundles come from outside: a field of the wrong type counts as missing.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

Record = dict[str, Any]
WHO = ("id", "name", "telecom", "address", "identifier", "birthDate", "photo", "contact")
PEOPLE = ("Patient", "RelatedPerson", "Practitioner")


def is_bundle(value: object) -> bool:
    """Whether `value` is a FHIR bundle."""
    return isinstance(value, Mapping) and value.get("resourceType") == "Bundle"


def flat(bundle: Mapping[str, Any]) -> Record:
    """The record in `bundle`: `patient`, `visits`, `conditions`, `medications`, `care`.

    The patient has `sex`, `age` (in years at the last visit) and, under `identity`, all that tells
    who it is, and who else the bundle is about; a template that wants none of that leaves
    `identity` alone. Resources of other types are left out.
    """
    kinds: dict[str, list[Mapping[str, Any]]] = {}
    for one in _list(bundle.get("entry")):
        resource = _map(one.get("resource"))
        kinds.setdefault(str(resource.get("resourceType")), []).append(resource)
    people = [person for kind in PEOPLE for person in kinds.get(kind, ())]
    patient: Mapping[str, Any] = (kinds.get("Patient") or [{}])[0]
    visits = [_visit(one) for one in kinds.get("Encounter", ())]
    last = max((visit["date"] for visit in visits), default="")
    age = _age(patient.get("birthDate"), last)
    others = [_who(person) for person in people if person is not patient]
    return {
        "patient": {"sex": _str(patient.get("gender")), "age": age},
        "visits": visits,
        "conditions": _unique(_text(one.get("code")) for one in kinds.get("Condition", ())),
        "medications": [_medication(one) for one in kinds.get("MedicationRequest", ())],
        "care": _unique(
            _text(_map(activity.get("detail")).get("code"))
            for one in kinds.get("CarePlan", ())
            for activity in _list(one.get("activity"))
        ),
        "identity": _who(patient) | ({"others": others} if others else {}),
    }  # fmt: skip


def _who(person: Mapping[str, Any]) -> Record:
    return {key: person[key] for key in WHO if key in person}


def _visit(one: Mapping[str, Any]) -> Record:
    start = _str(_map(one.get("period")).get("start"))
    reasons = [_text(reason) for reason in _list(one.get("reasonCode"))]
    return {"date": start[:10], "reasons": [reason for reason in reasons if reason]}


def _medication(one: Mapping[str, Any]) -> Record:
    dosage = [_str(d.get("text")) for d in _list(one.get("dosageInstruction"))]
    return {"name": _text(one.get("medicationCodeableConcept")), "dosage": " ".join(dosage).strip()}


def _text(concept: object) -> str:
    """The words of a concept: its own, or those of its first code."""
    codes = _list(_map(concept).get("coding"))
    return _str(_map(concept).get("text")) or (_str(codes[0].get("display")) if codes else "")


def _age(born: object, at: str) -> int | None:
    """Years from one date to another; None where one is missing, is none, or comes too late."""
    try:
        first, then = date.fromisoformat(_str(born)[:10]), date.fromisoformat(at)
    except ValueError:
        return None
    years = then.year - first.year - ((then.month, then.day) < (first.month, first.day))
    return years if years >= 0 else None


def _str(value: object) -> str:
    return value if isinstance(value, str) else ""


def _map(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: object) -> list[Any]:
    found = value if isinstance(value, list) else []
    return [one for one in found if isinstance(one, Mapping)]


def _unique(values: Iterable[str]) -> list[str]:
    return [one for one in dict.fromkeys(values) if one]
