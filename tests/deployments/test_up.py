"""`make up` for real: a scheduler that schedules, a worker that works, a UI with forms, an end.

One server and one worker for all of this file; its tests run in their order.
"""

import json
import os
import re
import shlex
import signal
import socket
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from deployments.processes import Started, alive
from tests.deployments import browser
from tests.deployments.stack import Stack, own_env, stack, wait_until
from tests.flows.command import ROOT
from tests.flows.conftest import made_home  # noqa: F401 (fixture)
from tests.readme_tables import README

pytestmark = [pytest.mark.server, pytest.mark.timeout(400)]

KEYS = {f"curate-{name}" for name in ("waterfall", "gates", "cost", "summary", "report",
                                      "progress")}  # fmt: skip
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture(scope="module")
def up(made_home, tmp_path_factory):  # noqa: F811
    """Server, worker and reports."""
    with stack(own_env(made_home, tmp_path_factory.mktemp("up"))) as started:
        yield started


@pytest.fixture(scope="module")
def soon(up, tmp_path_factory):
    """A cron that is due in a minute, with parameters of its own; it fires while others run."""
    place = tmp_path_factory.mktemp("soon")
    (place / "rows.jsonl").write_text('{"prompt": "What is two and two?", "answer": "It is 4."}\n')
    due = datetime.now(BERLIN) + timedelta(seconds=70)
    cron = f"{due.minute} {due.hour} {due.day} {due.month} *"
    parameters = {"sources": [str(place / "rows.jsonl")], "out": str(place / "run"), "seed": 7}
    soon = {"slug": "soon", "active": True, "parameters": parameters,
            "schedule": {"cron": cron, "timezone": "Europe/Berlin"}}  # fmt: skip
    made = up.ask(f"deployments/{up.deployment('curate')['id']}/schedules", [soon])
    return due, place / "run", made[0]["id"]


@pytest.fixture(scope="module")
def two_nights(up, soon, tmp_path_factory):
    """Two nights that were asked for at once; they run while other tests do."""
    place = tmp_path_factory.mktemp("nights")
    (place / "raw").mkdir()
    (place / "raw" / "rows.jsonl").write_text('{"prompt": "Who are you?", "answer": "A clerk."}\n')
    parameters = {"sources": [str(place / "raw")], "releases": str(place / "releases")}
    asked = {"parameters": parameters, "state": {"type": "SCHEDULED"}}
    path = f"deployments/{up.deployment('nightly')['id']}/create_flow_run"
    return [up.ask(path, asked)["id"] for _ in range(2)], place / "releases"


@pytest.fixture(scope="module")
def from_the_form(tmp_path_factory):
    """Folder of the run that is asked for in the form."""
    return tmp_path_factory.mktemp("form") / "from-the-form"


def runs(up: Stack, **wanted: object) -> list[dict]:
    return up.ask("flow_runs/filter", {"flow_runs": wanted, "sort": "EXPECTED_START_TIME_ASC"})


def asked_for(up: Stack) -> set[str]:
    return {run["id"] for run in runs(up) if not run["auto_scheduled"]}


def test_a_second_up_says_so_and_starts_a_worker_that_died(up, soon):
    again = up.up()
    assert again.returncode == 0
    assert "already up; `make down` ends it" in again.stdout
    assert up.url in again.stdout

    before = up.note()["processes"]
    os.killpg(before["worker"][0], signal.SIGKILL)
    wait_until(lambda: not alive(Started(*before["worker"])), 20)
    assert "but started again: worker" in up.up().stdout
    after = up.note()["processes"]
    assert {name for name in after if after[name] != before[name]} == {"worker"}


def test_nights_are_scheduled_in_berlin_and_mondays_have_parameters_of_their_own(up, two_nights):
    # with SQLAlchemy 2.1 the scheduler failed in silence: everything else worked, nights never came
    night = {"deployment_id": {"any_": [up.deployment("nightly")["id"]]},
             "tags": {"all_": ["auto-scheduled"]}}  # fmt: skip
    # Prefect plans three runs of each schedule ahead
    found = wait_until(lambda: len(seen := runs(up, **night)) >= 6 and seen, 90)

    for run in found:
        due = datetime.fromisoformat(run["expected_start_time"]).astimezone(BERLIN)
        of_mondays = {"sources": ["data/raw"], "each": "new", "releases": "data/new"}
        every = {"sources": ["data/raw"], "releases": "data/releases"}
        assert (due.hour, due.minute) in ((2, 0), (6, 0))
        assert run["parameters"] == (every if due.hour == 2 else of_mondays)
        assert due.hour == 2 or due.isoweekday() == 1
    assert len({tuple(run["parameters"]) for run in found}) == 2


def test_a_form_is_filled_in_and_its_run_leaves_its_artifacts(up, from_the_form):
    out = from_the_form
    with browser.open_page() as page:
        page.goto(f"{up.url}/v2/deployments/deployment/{up.deployment('curate')['id']}/run")
        assert "Folder to write to" in browser.explanation(page, "out")
        browser.wait_for_value(browser.box(page, "sources"), "deployments/demo/sample")
        least = browser.box(page, "dedup", "Near copies", "Least similarity")
        browser.wait_for_value(least, "0.45")
        browser.box(page, "out").fill(str(out))
        browser.switch(page, "score", "Score").click()
        with page.expect_response("**/create_flow_run") as answered:
            browser.press(page, "Submit")
        assert answered.value.status == 201
        run = answered.value.json()
        page.goto(f"{up.url}/v2/runs/flow-run/{run['id']}")
        browser.wait_for_state(page, "Completed")
        browser.press(page, "Artifacts")
        browser.wait_for(page, "curate-summary").click()
        browser.wait_for(page, f"curate-{out}")  # the history of the key, this run among others
        page.get_by_role("link", name=re.compile("^[0-9a-f]{8}$")).first.click()
        browser.wait_for(page, "The whole report")
        page.locator("svg[id^=mermaid] >> text=dedup.near").first.wait_for()
        browser.wait_for_count(page.locator("img[src^='data:image/svg+xml']"), 3)

    mine = {"artifacts": {"flow_run_id": {"any_": [run["id"]]}}}
    left = {one["key"]: json.dumps(one["data"]) for one in up.ask("artifacts/filter", mine)}
    assert set(left) == {*KEYS, "curate-scores"}
    assert max(map(len, left.values())) < 200_000
    assert json.loads((out / "manifest.json").read_text())["parameters"]["score"]["enabled"] is True


def test_no_artifact_holds_what_the_redaction_took_out(up):
    sample = ROOT / "deployments" / "demo" / "sample"
    raw = "".join(one.read_text(errors="replace") for one in sample.rglob("*") if one.is_file())
    addresses = set(re.findall(r"[\w.+-]+@[\w-]+\.[a-z]+", raw))
    assert addresses
    told = json.dumps(up.ask("artifacts/filter"), ensure_ascii=False)
    assert [one for one in addresses if one in told] == []


def test_the_link_in_the_ui_opens_the_report(up):
    of_report = {"artifacts": {"key": {"any_": ["curate-report"]}}}
    link = re.search(r"\((http.*?)\)", up.ask("artifacts/filter", of_report)[0]["data"]).group(1)
    with browser.open_page() as page:
        page.goto(link)
        browser.wait_for(page, "What left, and why")
        page.goto(link.rsplit("/", 1)[0] + "/quarantine.jsonl")
        browser.wait_for(page, "Only pages are shown here")


def test_the_commands_of_the_readme_start_runs(up, tmp_path):
    fences = re.findall(r"```sh\n(.*?)```", README.read_text(), re.DOTALL)
    lines = [line for fence in fences for line in fence.splitlines()]
    commands = [line for line in lines if line.startswith("prefect deployment run")]
    assert len(commands) >= 3
    later = ["--start-in", "30 days"]  # that they are taken is enough
    for command in commands:
        arguments = [one for one in shlex.split(command)[1:] if one != "--watch"]
        assert "Created flow run" in up.prefect(*arguments, *later)


def test_a_wrong_value_is_refused_in_the_form_and_by_the_command(up):
    before = asked_for(up)
    with browser.open_page() as page:
        page.goto(f"{up.url}/v2/deployments/deployment/{up.deployment('curate')['id']}/run")
        wrong = browser.box(page, "dedup", "Near copies", "Least similarity")
        wrong.fill("7")
        browser.press(page, "Submit")
        said = wrong.evaluate("box => box.validationMessage")
        assert said == "Value must be less than or equal to 1."
        assert page.url.endswith("/run")

    wrong = ["deployment", "run", "curate/curate", "--param", 'dedup={"near": {"threshold": 7}}']
    with pytest.raises(subprocess.CalledProcessError) as refused:
        up.prefect(*wrong)
    assert "7 is greater than the maximum of 1" in refused.value.stderr + refused.value.stdout
    assert asked_for(up) == before


def test_a_source_that_is_missing_is_told_on_the_page_of_the_run(up, tmp_path):
    told = up.prefect("deployment", "run", "curate/curate", "--param", 'sources=["no/such.jsonl"]',
                      "--param", f'out="{tmp_path / "never"}"')  # fmt: skip
    run = re.search(r"UUID: (\S+)", told).group(1)
    with browser.open_page() as page:
        page.goto(f"{up.url}/v2/runs/flow-run/{run}")
        browser.wait_for_state(page, "Failed")
        page.reload()  # the page asks for no more logs once a run has ended
        browser.wait_for(page, "no/such.jsonl: no such file or folder")
    assert not (tmp_path / "never").exists()


def test_rows_are_shown_to_a_person_who_answers_in_the_ui(up, from_the_form):
    given = {"run": str(from_the_form), "rows": 2, "random_share": 1.0}
    path = f"deployments/{up.deployment('review')['id']}/create_flow_run"
    run = up.ask(path, {"parameters": given, "state": {"type": "SCHEDULED"}})
    with browser.open_page() as page:
        page.goto(f"{up.url}/v2/runs/flow-run/{run['id']}")
        browser.wait_for_state(page, "Paused")
        browser.open_menu(page)
        browser.press(page, "Resume")
        browser.wait_for(page, "Please look at these rows")
        browser.choose(page, "keep", "Row 1")
        browser.box(page, "Row 1: why").fill("a question of its own")
        browser.press(page.get_by_role("dialog"), "Resume")
        browser.wait_for_state(page, "Completed")
    decided = pl.read_parquet(from_the_form / "review.parquet")
    assert decided["decision"].to_list() == ["keep"]
    assert decided["reason"].to_list() == ["a question of its own"]


def test_a_schedule_fires_with_its_own_parameters(up, soon):
    due, out, schedule = soon
    wait_until((out / "manifest.json").exists, 180)
    made = json.loads((out / "manifest.json").read_text())
    assert made["parameters"]["seed"] == 7

    (run,) = wait_until(
        lambda: runs(up, name={"like_": str(out)}, state={"type": {"any_": ["COMPLETED"]}}), 60
    )
    assert run["parameters"]["seed"] == 7
    assert run["created_by"]["type"] == "SCHEDULE"
    assert run["created_by"]["id"] == schedule
    late = datetime.fromisoformat(run["start_time"]) - due.replace(second=0).astimezone(UTC)
    # the server rounds how long a run has to wait to whole seconds
    assert timedelta(seconds=-1) <= late < timedelta(minutes=2)


def test_two_nights_never_overlap_and_the_second_has_nothing_to_do(up, two_nights):
    ids, releases = two_nights
    done = {"id": {"any_": ids}, "state": {"type": {"any_": ["COMPLETED"]}}}
    both = wait_until(lambda: len(found := runs(up, **done)) == 2 and found, 180)

    first, second = sorted(both, key=lambda run: run["start_time"])
    assert first["end_time"] <= second["start_time"]
    assert len([one for one in releases.iterdir() if one.is_dir() and not one.is_symlink()]) == 1


def test_down_ends_all_that_up_started(up):
    noted = up.note()["processes"]
    assert set(noted) == {"server", "reports", "worker"}
    ended = up.down()
    assert ended.returncode == 0
    assert "ended: worker, reports, server" in ended.stdout
    assert not any(alive(Started(*one)) for one in noted.values())
    assert "nothing is up" in up.down().stdout


@pytest.mark.parametrize("beside", [0, 1])
def test_a_port_that_is_taken_is_told_and_nothing_is_started(own_stack, beside):
    with socket.socket() as other:
        other.bind(("127.0.0.1", own_stack.port + beside))
        other.listen()
        done = own_stack.up()
    assert done.returncode == 2
    assert f"another program has port {own_stack.port + beside}" in done.stderr
    assert "make up PORT=" in done.stderr
    assert not Path(own_stack.home / "up.json").exists()


@pytest.fixture
def own_stack(made_home, tmp_path):  # noqa: F811
    """A stack that was not started."""
    return Stack(own_env(made_home, tmp_path))
