"""The README is true: its waterfall is printed, its tables are the code's, its commands run."""

import json
import os
import re
import shlex

import pytest

from tasks.llm import weights
from tests.flows.command import ROOT, SAMPLE, finery
from tests.flows.conftest import made_home, own_home, own_server  # noqa: F401 (fixtures)
from tests.readme_tables import README, TABLES, block

TEXT = README.read_text()


@pytest.mark.parametrize("name", TABLES)
def test_a_table_says_what_the_code_says(name):
    assert block(TEXT, name) == TABLES[name](), "run: python -m tests.readme_tables"


def test_no_section_is_lost():
    sections = ["Start", "Use", "What happens to a row", "Every night, and from the UI", "Figures"]
    assert [s for s in sections if f"\n## {s}\n" not in TEXT] == []


@pytest.mark.server
def test_the_first_screen_shows_what_the_command_prints(own_home, tmp_path):  # noqa: F811
    done = finery("curate", SAMPLE, "--out", "demo-run", "-q", env=own_home, cwd=tmp_path)

    shown = block(TEXT, "waterfall").removeprefix("```\n").removesuffix("\n```")
    assert [line.rstrip() for line in done.stdout.splitlines()] == shown.splitlines()
    assert len(TEXT[: TEXT.index("<!-- end -->")].splitlines()) < 40, "no longer one screen"


def test_every_make_target_it_names_is_there():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"(?:`|^)make ([a-z]+)", TEXT, re.MULTILINE)) <= targets


@pytest.mark.server
@pytest.mark.timeout(900)  # some two dozen commands, a few seconds each on a quiet machine
def test_its_commands_run(own_server, tmp_path):  # noqa: F811
    (tmp_path / "raw").symlink_to(SAMPLE)
    asked = {"question": "How many lanterns does the keeper of the seventh lighthouse light?"}
    (tmp_path / "tests.jsonl").write_text(json.dumps(asked))
    commands = [
        line.split("#")[0].strip()
        for fence in re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL)
        for line in fence.splitlines()
        if line.startswith("finery") and "deployments/demo" not in line
    ]
    assert len(commands) >= 5
    for command in commands:
        if "ROW_ID" in command:
            import polars as pl

            row = pl.read_parquet(tmp_path / "run" / "ledger.parquet")["id"][0]
            command = command.replace("ROW_ID", row)
        if "llm.endpoint=local" in command:  # what takes minutes is asked of one row
            if not weights.is_installed(weights.DEFAULT):
                continue
            few = {"score": "score.judge.sample=1 --set score.judge.criteria=[relevancy]",
                   "augment": "augment.evolve.seeds=1"}  # fmt: skip
            command += f" --set {few[command.split()[1]]}"
        if command.startswith("finery review pull"):
            answer(tmp_path)
        done = finery(*shlex.split(command)[1:], env=own_server, cwd=tmp_path)
        assert done.returncode == 0, f"{command}\n{done.stderr}"
        if command.startswith("finery compare"):
            shown = block(TEXT, "comparison").removeprefix("```\n").removesuffix("\n```")
            told = done.stdout.split("\n\n")[0].splitlines()
            assert [line.rstrip() for line in told] == shown.splitlines()


def answer(folder):
    """Two people answer what was pushed."""
    import polars as pl

    for name in ("anna", "ben"):
        sheet = pl.read_csv(folder / "rows.csv").with_columns(decision=pl.lit("keep"))
        sheet.write_csv(folder / f"rows-{name}.csv")


def test_nothing_committed_names_a_path_of_a_machine():
    import subprocess

    found = subprocess.run(
        ["git", "grep", "-nIE", r"(^|[^A-Za-z0-9_.~$}])/(home|root|Users)/[A-Za-z.]", "--", "."],
        cwd=ROOT, capture_output=True, text=True, check=False,
    ).stdout  # fmt: skip
    hits = [line for line in found.splitlines() if not line.startswith("tests/")]
    assert hits == [], os.linesep.join(hits)
