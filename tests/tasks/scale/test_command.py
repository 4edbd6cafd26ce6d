"""A training of one's own: files in, measures out, each paid for once."""

import json
import shlex
import sys
from pathlib import Path

import polars as pl
import pytest
from pydantic import ValidationError

from tasks.base.dataset import read_dataset, write_dataset
from tasks.scale.command import Command
from tasks.scale.experiment import run_command
from tasks.scale.params import PlanParams
from tasks.scale.trainer_params import CommandParams
from tests.builders import table
from tests.tasks.scale.sets import rows

SCRIPT = """
import json, sys
train, held, seed, log = sys.argv[1:5]
rows = [json.loads(line) for line in open(train, encoding="utf-8")]
asked = [json.loads(line)["messages"][0]["content"] for line in open(held, encoding="utf-8")]
known = {row["messages"][0]["content"] for row in rows}
assert not known & set(asked)
open(log, "a").write(f"{len(rows)} {seed}\\n")
print("training ...")
print(json.dumps({"loss": 2 * len(rows) ** -0.5 + 0.001 * int(seed), "accuracy": 0.5, "cost": 2}))
"""


@pytest.fixture
def script(tmp_path):
    file = tmp_path / "train.py"
    file.write_text(SCRIPT)
    return f"{shlex.quote(sys.executable)} {file} {{train}} {{held_out}} {{seed}} {tmp_path}/log"


def trained(tmp_path, **params):
    some = write_dataset(table(*rows(200)).collect(), str(tmp_path / "store"))
    command = CommandParams(**{"higher": ("accuracy",), **params})
    done = run_command.fn(some, some, {}, PlanParams(), command, Command(command).version, 0)
    return done, read_dataset(done.points).collect()


def calls(tmp_path):
    return (tmp_path / "log").read_text().splitlines()


def test_it_is_run_once_for_each_set_and_what_it_prints_is_a_point(tmp_path, script):
    done, points = trained(tmp_path, run=script, sizes=3, seeds=2)
    assert done.unfinished == 0
    assert len(calls(tmp_path)) == 6
    assert set(points["metric"]) == {"loss", "accuracy"}
    assert points.filter(metric="accuracy")["value"].to_list() == [0.5] * 6
    loss = points.filter(metric="loss", seed=0).sort("size")
    assert loss["value"].to_list() == [2 * n**-0.5 for n in loss["size"]]
    assert done.cost.money == 12


def test_no_set_is_trained_on_twice(tmp_path, script):
    trained(tmp_path, run=script, sizes=2, seeds=1)
    done, points = trained(tmp_path, run=script, sizes=3, seeds=2)
    assert len(calls(tmp_path)) == 6
    assert points.filter("remembered").height == 4
    assert done.cost.money == 8


def test_another_script_is_another_training(tmp_path, script):
    trained(tmp_path, run=script, sizes=1, seeds=1)
    (tmp_path / "train.py").write_text(SCRIPT + "# changed")
    trained(tmp_path, run=script, sizes=1, seeds=1)
    assert len(calls(tmp_path)) == 2


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (
            "import sys; sys.exit(3)",
            "it ended with code 3; what it said last is in scale/command.log in the store",
        ),
        ("print('done')", "its last line is no JSON"),
        ("print('[1]')", "its last line is no JSON object"),
        ('print(\'{"name": "x"}\')', "its last line has no measure that is a number"),
        ("print('{\"loss\": NaN}')", "its last line has no measure that is a number"),
        ("print('{\"loss\": ' + '9' * 400 + '}')", "its last line has no measure that is a number"),
        ('print(\'{"loss": 1, "cost": -1}\')', "its last line has no measure that is a number"),
        ("print('{\"coverage\": 1}')", "a measure of its has a name that is taken, or is none"),
        ("print('{\"\": 1}')", "a measure of its has a name that is taken, or is none"),
        (
            "print('{\"reward\": -1}')",
            "its measure reward is below 0; less is better and 0 the "
            "least, and what scale.command.higher names lies between 0 and 1",
        ),
        (
            "print('{\"accuracy\": 83}')",
            "its measure accuracy is above 1; less is better and 0 the "
            "least, and what scale.command.higher names lies between 0 and 1",
        ),
        ("", "its last line is no JSON"),
        ("import time; time.sleep(60)", "it took more than 0.02 minutes"),
    ],
)
def test_a_training_that_fails_is_told_of_given_up_and_tried_again(tmp_path, script, body, why):
    (tmp_path / "train.py").write_text(body)
    done, points = trained(tmp_path, run=script, sizes=3, seeds=2, minutes=0.02)
    assert points.height == 0
    assert done.facts["failures"] == [why, why]
    assert done.unfinished == 6
    (tmp_path / "train.py").write_text(SCRIPT)
    assert trained(tmp_path, run=script, sizes=3, seeds=2)[0].unfinished == 0


def test_a_program_that_is_not_there_is_named(tmp_path):
    done, _ = trained(tmp_path, run="no-such-trainer {train}", sizes=1)
    assert done.facts["failures"][0] == "there is no program 'no-such-trainer'"


def test_one_failure_among_many_costs_one_point(tmp_path, script):
    flaky = SCRIPT.replace("rows = [", "import os\nif seed == '1': sys.exit(1)\nrows = [")
    (tmp_path / "train.py").write_text(flaky)
    done, points = trained(tmp_path, run=script, sizes=1, seeds=3)
    assert done.unfinished == 1
    assert sorted(points["seed"].unique()) == [0, 2]


@pytest.mark.parametrize(
    "run",
    ["train.sh", "train {train} {model}", "train '{train}", "train {train} {", "a {0} {train}"],
)
def test_a_command_that_cannot_be_filled_in_is_an_error_in_the_settings(run):
    with pytest.raises(ValidationError):
        CommandParams(run=run)


@pytest.mark.parametrize("arms", [("raw",), ("curated", "best"), ()])
def test_arms_are_known_and_the_curated_one_is_there(arms):
    with pytest.raises(ValidationError, match="curated is always one of them"):
        CommandParams(arms=arms)


def test_the_version_is_that_of_all_that_decides():
    one = Command(CommandParams(run="a {train}")).version
    assert one == Command(CommandParams(run="a {train}", minutes=5)).version
    assert one != Command(CommandParams(run="a {train}", version="2")).version
    assert one != Command(CommandParams(run="b {train}")).version


def test_rows_go_out_as_chat_messages(tmp_path):
    catcher = tmp_path / "catch.py"
    catcher.write_text(
        "import shutil, sys\nshutil.copy(sys.argv[1], sys.argv[2])\nprint('{\"loss\": 1}')"
    )
    run = f"{shlex.quote(sys.executable)} {catcher} {{train}} {tmp_path}/seen.jsonl"
    trained(tmp_path, run=run, sizes=1, seeds=1)
    seen = pl.read_ndjson(tmp_path / "seen.jsonl")
    assert seen.columns == ["messages"]
    first = json.loads((tmp_path / "seen.jsonl").read_text().splitlines()[0])["messages"]
    assert [turn["role"] for turn in first] == ["user", "assistant"]
    assert set(first[0]) == {"role", "content"}


def test_whole_conversations_are_what_a_training_is_remembered_by(tmp_path, script):
    trained(tmp_path, run=script, sizes=1, seeds=1)
    other = rows(200)
    for one in other:
        one["messages"][0]["role"] = "system"
    some = write_dataset(table(*other).collect(), str(tmp_path / "store"))
    command = CommandParams(run=script, sizes=1, seeds=1, higher=("accuracy",))
    run_command.fn(some, some, {}, PlanParams(), command, Command(command).version, 0)
    assert len(calls(tmp_path)) == 2


def test_what_a_training_started_goes_with_it(tmp_path):
    file = tmp_path / "t.sh"
    file.write_text("sleep 567.8 &\nsleep 567.8\n")
    done, _ = trained(tmp_path, run=f"sh {file} {{train}}", sizes=1, seeds=1, minutes=0.01)
    assert done.facts["failures"] == ["it took more than 0.01 minutes"]
    commands = (place / "cmdline" for place in Path("/proc").glob("[0-9]*"))
    assert b"567.8" not in b"".join(one.read_bytes() for one in commands if one.exists())


def test_settings_and_programs_of_ones_own_decide_too(tmp_path):
    settings, program = tmp_path / "c.yaml", tmp_path / "trainer"
    settings.write_text("a: 1")
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    params = CommandParams(run=f"{program} --config={settings} {{train}}")
    seen = {Command(params).version}
    settings.write_text("a: 2")
    seen.add(Command(params).version)
    program.write_text("#!/bin/sh\n# changed\n")
    seen.add(Command(params).version)
    assert len(seen) == 3
