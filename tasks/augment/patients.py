"""Invented patients, as FHIR bundles in the shape of a patient simulator's export.

Nobody in them exists: names, addresses and numbers are drawn from short lists of our own, phone
numbers and card-like numbers from ranges that are kept free for fiction. What is true of them is
what a reader needs to check a row by: which conditions, medications and advice belong together.
They are to try record templates with and to test them; they are no model of any population.
"""

import random
from collections.abc import Iterator
from typing import Any, NamedTuple

Bundle = dict[str, Any]


class Illness(NamedTuple):
    """A condition with what is seen of it, what is taken for it, and what is advised."""

    name: str
    signs: tuple[str, ...]
    drugs: tuple[tuple[str, str], ...]  # medication, dosage
    care: tuple[str, ...]


ILLNESSES = (
    Illness("Essential hypertension", ("headaches in the morning", "blood pressure of 162 over 98"),
            (("Lisinopril 10 MG Oral Tablet", "one tablet once a day"),
             ("Amlodipine 5 MG Oral Tablet", "one tablet once a day")),
            ("low-salt diet", "home blood pressure log", "thirty minutes of walking a day")),
    Illness("Type 2 diabetes mellitus", ("thirst and frequent urination", "fasting glucose of 171"),
            (("Metformin 500 MG Oral Tablet", "one tablet twice a day with meals"),),
            ("diabetic diet", "yearly eye examination", "daily foot check")),
    Illness("Asthma", ("wheezing at night", "peak flow of 68 percent of predicted"),
            (("Albuterol 90 MCG Inhaler", "two puffs as needed"),
             ("Fluticasone 110 MCG Inhaler", "one puff twice a day")),
            ("asthma action plan", "avoid tobacco smoke")),
    Illness("Acute bronchitis", ("cough with sputum for six days", "low fever"),
            (("Acetaminophen 325 MG Oral Tablet", "two tablets every six hours as needed"),),
            ("rest and fluids", "return if short of breath")),
    Illness("Hypothyroidism", ("fatigue and feeling cold", "raised TSH"),
            (("Levothyroxine 50 MCG Oral Tablet", "one tablet before breakfast"),),
            ("blood test in six weeks", "take on an empty stomach")),
    Illness("Migraine", ("one-sided throbbing headache", "sensitivity to light"),
            (("Sumatriptan 50 MG Oral Tablet", "one tablet at the onset of a headache"),),
            ("headache diary", "regular sleep")),
    Illness("Osteoarthritis of knee", ("knee pain on stairs", "crepitus of the left knee"),
            (("Naproxen 500 MG Oral Tablet", "one tablet twice a day with food"),),
            ("physical therapy", "weight management")),
    Illness("Iron deficiency anemia", ("tiredness", "hemoglobin of 9.8"),
            (("Ferrous sulfate 325 MG Oral Tablet", "one tablet every other day"),),
            ("iron-rich diet", "blood count in four weeks")),
    Illness("Gastroesophageal reflux", ("heartburn after meals", "regurgitation at night"),
            (("Omeprazole 20 MG Oral Capsule", "one capsule before breakfast"),),
            ("raise the head of the bed", "no meals late in the evening")),
    Illness("Seasonal allergic rhinitis", ("sneezing and itchy eyes", "clear nasal discharge"),
            (("Loratadine 10 MG Oral Tablet", "one tablet once a day"),),
            ("avoid pollen in the morning", "nasal saline rinse")),
)  # fmt: skip

_GIVEN = {
    "female": ("Aurelia", "Brynja", "Calista", "Dorothea", "Elowen", "Fenella", "Ginevra"),
    "male": ("Ambrose", "Benedek", "Caspian", "Dashiell", "Evander", "Gideon", "Horatio"),
}  # fmt: skip
_FAMILY = ("Ashgrove", "Birkenfeld", "Cobblestone", "Drumlin", "Everglen", "Fernsby", "Grimsdell",
           "Hollowell", "Ivywood", "Jarnvik", "Kestrelby", "Lindqvist-Roe")  # fmt: skip
_STREETS = ("Larkspur Lane", "Old Mill Crescent", "Quarry Steps", "Thistle Row", "Weavers Court")
_TOWNS = ("Elmsworth", "Port Calder", "Nether Wexley", "Stonebridge-on-Lyne")


def invented_patients(count: int, seed: int = 0) -> Iterator[Bundle]:
    """`count` bundles, the same ones for the same seed; the first ones do not depend on `count`."""
    for number in range(count):
        yield _bundle(number, random.Random(f"{seed}:{number}"))


def invented_person(chance: random.Random) -> tuple[str, str]:
    """The name and the telephone number of somebody who does not exist."""
    given = chance.choice(_GIVEN[chance.choice(("female", "male"))])
    return f"{given} {chance.choice(_FAMILY)}", f"202-555-{chance.randint(100, 199):04}"


def _bundle(number: int, chance: random.Random) -> Bundle:
    patient = _patient(number, chance)
    illnesses = chance.sample(ILLNESSES, chance.choice((1, 1, 2, 2, 3)))
    resources = [patient, _encounter(number, illnesses, chance)]
    for illness in illnesses:
        resources.append(_condition(illness))
        drugs = chance.sample(illness.drugs, chance.randint(1, len(illness.drugs)))
        resources += [_medication(drug, dosage) for drug, dosage in drugs]
        advice = chance.sample(illness.care, chance.randint(1, len(illness.care)))
        resources.append(_care_plan(illness, advice))
    return {
        "resourceType": "Bundle", "type": "collection",
        "entry": [{"resource": resource} for resource in resources],
    }  # fmt: skip


def _patient(number: int, chance: random.Random) -> dict[str, Any]:
    gender = chance.choice(("female", "male"))
    given, family = chance.choice(_GIVEN[gender]), chance.choice(_FAMILY)
    mail = f"{given}.{family}.{number}@example.org".lower()
    return {
        "resourceType": "Patient", "id": f"invented-{number:05}", "gender": gender,
        "birthDate": f"{chance.randint(1935, 2005)}-{chance.randint(1, 12):02}-"
                     f"{chance.randint(1, 28):02}",
        "name": [{"use": "official", "family": family, "given": [given]}],
        "telecom": [
            {"system": "phone", "value": f"202-555-{chance.randint(100, 199):04}"},
            {"system": "email", "value": mail},
        ],
        "address": [{"line": [f"{chance.randint(1, 99)} {chance.choice(_STREETS)}"],
                     "city": chance.choice(_TOWNS)}],
        "identifier": [{"type": {"text": "Medical Record Number"},
                        "value": f"MRN-{chance.randint(10**7, 10**8 - 1)}"}],
    }  # fmt: skip


def _encounter(
    number: int, illnesses: list[Illness], chance: random.Random
) -> dict[str, Any]:  # fmt: skip
    signs = [chance.choice(illness.signs) for illness in illnesses]
    return {
        "resourceType": "Encounter", "id": f"visit-{number:05}", "status": "finished",
        "period": {"start": f"{chance.randint(2019, 2025)}-{chance.randint(1, 12):02}-"
                            f"{chance.randint(1, 28):02}"},
        "reasonCode": [{"text": sign} for sign in signs],
    }  # fmt: skip


def _condition(illness: Illness) -> dict[str, Any]:
    return {
        "resourceType": "Condition", "code": {"text": illness.name},
        "clinicalStatus": {"coding": [{"code": "active"}]},
    }  # fmt: skip


def _medication(drug: str, dosage: str) -> dict[str, Any]:
    return {
        "resourceType": "MedicationRequest", "status": "active",
        "medicationCodeableConcept": {"text": drug}, "dosageInstruction": [{"text": dosage}],
    }  # fmt: skip


def _care_plan(illness: Illness, advice: list[str]) -> dict[str, Any]:
    return {
        "resourceType": "CarePlan", "status": "active", "title": illness.name,
        "activity": [{"detail": {"code": {"text": one}}} for one in advice],
    }  # fmt: skip
