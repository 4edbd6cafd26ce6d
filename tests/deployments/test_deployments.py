"""A deployment that names a flow or a parameter that is not there fails here, not at 2 a.m."""

from pathlib import Path

import pytest
import yaml
from prefect.flows import load_flow_from_entrypoint

FILE = Path(__file__).parents[2] / "deployments" / "prefect.yaml"
DEPLOYMENTS = yaml.safe_load(FILE.read_text())["deployments"]


@pytest.mark.parametrize("deployment", DEPLOYMENTS, ids=lambda d: d["name"])
def test_its_flow_accepts_its_parameters(deployment):
    flow = load_flow_from_entrypoint(deployment["entrypoint"], use_placeholder_flow=False)

    flow.validate_parameters(deployment["parameters"])


def form(deployment):
    from prefect.utilities.callables import parameter_schema

    flow = load_flow_from_entrypoint(deployment["entrypoint"], use_placeholder_flow=False)
    return parameter_schema(flow)


@pytest.mark.parametrize("deployment", DEPLOYMENTS, ids=lambda d: d["name"])
def test_its_form_shows_every_default(deployment):
    """A field without a default in the schema is filled in wrongly by the form of the UI."""
    schema = form(deployment)
    assert set(schema.required) <= set(deployment["parameters"])
    for name, field in schema.properties.items():
        assert "default" in field or name in schema.required, name
        assert field.get("description") or "$ref" in field, name


@pytest.mark.parametrize("deployment", DEPLOYMENTS, ids=lambda d: d["name"])
def test_every_field_of_its_form_is_named_and_explained_in_few_words(deployment):
    schema = form(deployment)
    for section, found in schema.definitions.items():
        for name, field in found.get("properties", {}).items():
            # what stands below a section's title is the section's own description
            told = field.get("description") or _of_section(field, schema.definitions)
            assert field["title"], (section, name)
            assert 0 < len(told) <= 250, (section, name, len(told))
            assert "default" in field, (section, name)


def _of_section(field, definitions):
    return definitions.get(field.get("$ref", "").rpartition("/")[2], {}).get("description", "")


@pytest.mark.parametrize("deployment", DEPLOYMENTS, ids=lambda d: d["name"])
def test_its_form_asks_first_for_what_every_run_needs(deployment):
    schema = form(deployment)
    order = sorted(schema.properties, key=lambda name: schema.properties[name]["position"])
    sections = ["$ref" in schema.properties[name] for name in order]
    assert set(order[: len(schema.required)]) == set(schema.required)
    assert sections == sorted(sections)
    for section in schema.definitions.values():
        fields = list(section.get("properties", {}))
        assert "enabled" not in fields[1:]


def test_names_of_a_fixed_set_are_offered_rather_than_typed():
    sections = form(next(d for d in DEPLOYMENTS if d["name"] == "curate")).definitions
    assert "PERSON" in sections["RedactParams"]["properties"]["entities"]["items"]["enum"]
    assert "refusal" in sections["DropParams"]["properties"]["reasons"]["items"]["enum"]


@pytest.mark.parametrize("deployment", DEPLOYMENTS, ids=lambda d: d["name"])
def test_it_says_what_it_does_and_of_which_version_it_is(deployment):
    import tomllib

    project = tomllib.loads((FILE.parents[1] / "pyproject.toml").read_text())["project"]
    assert deployment["version"] == project["version"]
    assert deployment["description"].startswith("**")
    assert deployment["tags"][0] == "finery"
    assert len(deployment["tags"]) == 2


def test_the_nightly_run_has_a_time_zone_and_never_meets_itself():
    nightly = next(d for d in DEPLOYMENTS if d["name"] == "nightly")

    assert all(one["timezone"] for one in nightly["schedules"])
    assert nightly["concurrency_limit"] == {"limit": 1, "collision_strategy": "ENQUEUE"}


def test_every_schedule_has_parameters_that_its_flow_takes():
    for deployment in DEPLOYMENTS:
        flow = load_flow_from_entrypoint(deployment["entrypoint"], use_placeholder_flow=False)
        for schedule in deployment.get("schedules", ()):
            flow.validate_parameters({**deployment["parameters"], **schedule.get("parameters", {})})


def test_a_flow_and_its_recipe_have_the_same_parameters():
    import inspect

    from flows.augment import augment
    from flows.curate import curate
    from flows.nightly import nightly
    from flows.params import AugmentRunParams, CurateParams, NightlyParams, ScoreRunParams
    from flows.recipe import names
    from flows.score import score

    flows = ((curate, CurateParams), (score, ScoreRunParams), (augment, AugmentRunParams))
    for flow, params in flows:
        asked = set(inspect.signature(flow.fn).parameters) - {"sources", "out", "gold"}
        assert asked == set(names(params))
    asked = set(inspect.signature(nightly.fn).parameters) - {"sources", "releases"}
    assert asked == set(names(NightlyParams)) - {"index"}  # it has one of its own


def test_every_flow_has_a_deployment():
    assert {d["entrypoint"] for d in DEPLOYMENTS} == {
        "flows/curate.py:curate",
        "flows/score.py:score",
        "flows/augment.py:augment",
        "flows/scale.py:scale",
        "flows/nightly.py:nightly",
        "flows/compare.py:compare",
        "flows/review.py:review",
        "flows/maintain.py:maintain",
    }
