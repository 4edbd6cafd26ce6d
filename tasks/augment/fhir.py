"""A FHIR bundle as one flat record: the patient, and what was found, given and advised."""

from collections.abc import Mapping
from typing import Any

Record = dict[str, Any]


def is_bundle(value: object) -> bool:
    """Whether `value` is a FHIR bundle."""
    return isinstance(value, Mapping) and value.get("resourceType") == "Bundle"


def flat(bundle: Mapping[str, Any]) -> Record:
    """The record in `bundle`: `patient`, `visits`, `conditions`, `medications`, `care`.

    The patient has `sex`, `age` (in years at the last visit) and, under `identity`, all that tells
    who it is; a template that wants none of that leaves `identity` alone. Resources of other types
    are left out.
    """
    resources = [one.get("resource") or {} for one in _list(bundle.get("entry"))]
    kinds: dict[str, list[Mapping[str, Any]]] = {}
    for one in resources:
        kinds.setdefault(str(one.get("resourceType")), []).append(one)
    patient: Mapping[str, Any] = (kinds.get("Patient") or [{}])[0]
    visits = [_visit(one) for one in kinds.get("Encounter", ())]
    last = max((visit["date"] for visit in visits if visit["date"]), default="")
    return {
        "patient": {"sex": patient.get("gender", ""), "age": _age(patient.get("birthDate"), last)},
        "visits": visits,
        "conditions": _unique(_text(one.get("code")) for one in kinds.get("Condition", ())),
        "medications": [_medication(one) for one in kinds.get("MedicationRequest", ())],
        "care": _unique(
            _text((activity.get("detail") or {}).get("code"))
            for one in kinds.get("CarePlan", ())
            for activity in _list(one.get("activity"))
        ),
        "identity": {
            key: patient[key]
            for key in ("id", "name", "telecom", "address", "identifier", "birthDate", "photo",
                        "contact", "maritalStatus")
            if key in patient
        },
    }  # fmt: skip


def _visit(one: Mapping[str, Any]) -> Record:
    start = str((one.get("period") or {}).get("start") or "")
    reasons = [_text(reason) for reason in _list(one.get("reasonCode"))]
    return {"date": start[:10], "reasons": [reason for reason in reasons if reason]}


def _medication(one: Mapping[str, Any]) -> Record:
    dosage = [str(d.get("text") or "") for d in _list(one.get("dosageInstruction"))]
    return {"name": _text(one.get("medicationCodeableConcept")), "dosage": " ".join(dosage).strip()}


def _text(concept: object) -> str:
    """The words of a concept: its own, or those of its first code."""
    if not isinstance(concept, Mapping):
        return ""
    codes = _list(concept.get("coding"))
    return str(concept.get("text") or (codes[0].get("display") if codes else "") or "")


def _age(born: object, at: str) -> int | None:
    """Years from one date to another; None where one is missing."""
    if not isinstance(born, str) or len(born) < 10 or len(at) < 10:
        return None
    before_birthday = at[5:10] < born[5:10]
    return int(at[:4]) - int(born[:4]) - before_birthday


def _list(value: object) -> list[Any]:
    found = value if isinstance(value, list) else []
    return [one for one in found if isinstance(one, Mapping)]


def _unique(values: Any) -> list[str]:  # noqa: ANN401 (any iterable of texts)
    return [one for one in dict.fromkeys(values) if one]
