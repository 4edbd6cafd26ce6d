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


@pytest.mark.parametrize("deployment", DEPLOYMENTS, ids=lambda d: d["name"])
def test_its_form_shows_every_default(deployment):
    """A field without a default in the schema is filled in wrongly by the form of the UI."""
    flow = load_flow_from_entrypoint(deployment["entrypoint"], use_placeholder_flow=False)

    from prefect.utilities.callables import parameter_schema

    schema = parameter_schema(flow)
    for name, field in schema.properties.items():
        assert "default" in field or name in ("sources", "out"), name
        assert field.get("description") or "$ref" in field, name


def test_the_nightly_run_has_a_time_zone_and_never_meets_itself():
    nightly = next(d for d in DEPLOYMENTS if d["name"] == "nightly")

    assert nightly["schedules"][0]["timezone"]
    assert nightly["concurrency_limit"]["limit"] == 1


def test_a_flow_and_its_recipe_have_the_same_parameters():
    import inspect

    from flows.augment import augment
    from flows.curate import curate
    from flows.params import AugmentRunParams, CurateParams, ScoreRunParams
    from flows.recipe import names
    from flows.score import score

    flows = ((curate, CurateParams), (score, ScoreRunParams), (augment, AugmentRunParams))
    for flow, params in flows:
        asked = set(inspect.signature(flow.fn).parameters) - {"sources", "out", "gold"}
        assert asked == set(names(params))


def test_every_flow_has_a_deployment():
    assert {d["entrypoint"] for d in DEPLOYMENTS} == {
        "flows/curate.py:curate",
        "flows/score.py:score",
        "flows/augment.py:augment",
        "flows/scale.py:scale",
    }
