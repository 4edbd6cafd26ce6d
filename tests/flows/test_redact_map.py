"""Stand-ins and their map through the command line."""

import json

import pytest

from tests.flows.command import finery

TEXT = "My name is John Brooks, MRN 39582488. What is rye?"


@pytest.fixture
def source(tmp_path):
    lines = [{"instruction": TEXT, "output": "A grain, John."}]
    lines += [{"instruction": f"Name city number {n}.", "output": f"City {n}."} for n in range(9)]
    file = tmp_path / "raw.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return file


@pytest.mark.server
def test_a_run_with_stand_ins_writes_its_map_and_the_command_opens_it(source, own_home, tmp_path):
    env = {**own_home, "FINERY_MAP_KEY": "a long random text"}
    asked = ("--set", "redact.mode=surrogate", "--set", "redact.map=true", "--set", "split.test=0")
    done = finery("curate", source, "--out", "run", *asked, env=env, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    shown = finery("redact-map", "show", "run", env=env, cwd=tmp_path)
    assert shown.returncode == 0, shown.stderr
    found = {one["value"]: one["stand_in"] for one in map(json.loads, shown.stdout.splitlines())}
    assert list(found) == ["John Brooks", "39582488", "John"]
    written = "".join((tmp_path / "run" / f).read_text() for f in ("train.jsonl", "report.json"))
    assert found["John Brooks"] in written
    for file in (tmp_path / "run").iterdir():
        assert b"Brooks" not in file.read_bytes(), file.name
    listed = json.loads((tmp_path / "run" / "manifest.json").read_text())["files"]
    assert "pseudonyms.jsonl" in [file["path"] for file in listed]
    wrong = finery("redact-map", "show", "run", env={**env, "FINERY_MAP_KEY": "x" * 20},
                   cwd=tmp_path)  # fmt: skip
    assert (wrong.returncode, "does not open" in wrong.stderr) == (2, True)


@pytest.mark.parametrize(
    ("asked", "said"),
    [("redact.map=true", "FINERY_MAP_KEY"), ("redact.mode=hash", "FINERY_REDACT_KEY")],
)
def test_a_run_without_the_key_it_needs_does_not_start(source, own_home, tmp_path, asked, said):
    done = finery("curate", source, "--out", "run", "--set", asked, env=own_home, cwd=tmp_path)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "run").exists()
