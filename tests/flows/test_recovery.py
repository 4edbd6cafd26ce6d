"""What goes wrong around a run: it is told clearly, nothing is lost, the next run repairs."""

import gzip
import json
import os
import signal
import socket
import subprocess
import sys
import time

import pytest
from prefect import get_client
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.deployments import run_deployment
from prefect.settings import PREFECT_API_URL

from flows.curate import curate
from flows.maintain import maintain
from flows.nightly import nightly
from flows.server import answers
from tasks.base.errors import DiskFullError, UsageError
from tasks.base.locks import is_alive
from tasks.publish.folder import sole_writer
from tasks.publish.releases import DRAFT, Releases
from tests.flows.command import ROOT
from tests.full_disk import small_disk

WORDS = ("ferry", "lock", "crane", "barge", "pilot", "anchor", "quay", "harbour")


def line(n):
    ask = f"Why does the {WORDS[n % 8]} wait for the number {n * 7919 % 1009} of the tide table?"
    return json.dumps({"instruction": ask, "output": f"Because the {n}. tide turns the wheel."})


@pytest.fixture
def raw(tmp_path):
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "a.jsonl").write_text("".join(line(n) + "\n" for n in range(40)))
    return tmp_path / "raw"


@pytest.fixture
def beside(prefect_server, fresh_store):
    """Start Python beside us, on the same server and store."""
    own = {"PREFECT_API_URL": PREFECT_API_URL.value(), "FINERY_STORE": str(fresh_store),
           "PREFECT_RESULTS_LOCAL_STORAGE_PATH": str(fresh_store / ".results"),
           "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "true", "PYTHONPATH": str(ROOT)}  # fmt: skip
    started = []

    def start(code, *arguments):
        command = [sys.executable, "-c", code, *map(str, arguments)]
        started.append(
            subprocess.Popen(
                command, cwd=ROOT, env={**os.environ, **own}, stderr=subprocess.PIPE, text=True
            )
        )
        return started[-1]

    yield start
    for one in started:
        one.kill()
        one.communicate()


@pytest.mark.server
def test_a_server_that_stops_is_told_and_the_next_run_goes_on_even_if_its_own_is_killed(
    own_home, raw, tmp_path
):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}/api"
    command = [sys.executable, "-m", "flows.server_process", str(port)]
    server = subprocess.Popen(command, cwd=ROOT, env=own_home)
    while not answers(url):
        time.sleep(0.1)
    theirs = {**own_home, "PREFECT_API_URL": url, "PREFECT_CLIENT_MAX_RETRIES": "0"}
    arguments = ["curate", str(raw), "--out", str(tmp_path / "run")]
    code, said = killed_under(arguments, theirs, lambda _: server)
    assert code == 3, said
    assert f"the Prefect server at {url} stopped answering" in said
    assert "Traceback" not in said
    assert not (tmp_path / "run" / "manifest.json").exists()
    code, said = killed_under(arguments, own_home, child_of)
    assert code == 0, said
    assert "ingest.merge     40 rows, from cache" in said
    assert (tmp_path / "run" / "manifest.json").exists()


def killed_under(arguments, env, victim_of):
    """Run a command and kill a server after its second stage; exit code and standard error."""
    run = subprocess.Popen(
        [sys.executable, "-m", "flows.cli", *arguments],
        cwd=ROOT, env=env, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    said = []
    for text in run.stderr:
        said.append(text)
        if text.startswith("ingest.merge"):
            victim = victim_of(run)
            os.kill(victim if isinstance(victim, int) else victim.pid, signal.SIGKILL)
            if not isinstance(victim, int):
                victim.wait()
    return run.wait(timeout=200), "".join(said)


def child_of(run):
    found = subprocess.run(
        ["ps", "--ppid", str(run.pid), "-o", "pid=,args="],
        capture_output=True, text=True, check=False,
    ).stdout.splitlines()  # fmt: skip
    return next(int(one.split()[0]) for one in found if "server_process" in one)


@pytest.mark.prefect
def test_a_night_that_is_killed_before_it_is_listed_and_half_a_source_are_mended_later(
    raw, tmp_path, beside
):
    place = tmp_path / "releases"
    whole = "".join(line(n) + "\n" for n in range(40, 50))
    (raw / "b.jsonl").write_text(whole[:-20])  # its last line is cut
    killed = beside(
        "import os, sys\n"
        "from tasks.publish.releases import Releases\n"
        "Releases._list = lambda *_: os.kill(os.getpid(), 9)\n"
        "from flows.nightly import nightly\n"
        "nightly([sys.argv[1]], sys.argv[2])",
        raw, place,
    )  # fmt: skip
    _, said = killed.communicate(timeout=120)
    assert killed.returncode == -signal.SIGKILL, said
    assert Releases(str(place)).listed == ()

    second = nightly([str(raw)], str(place))
    assert second.unchanged, "the release of the killed night was whole, and is in the list now"
    [listed] = Releases(str(place)).present
    assert (place / "latest").resolve().name == listed.name == second.name
    assert lost(place / listed.name) == {"b.jsonl"}

    packed = gzip.compress("".join(line(n) + "\n" for n in range(60, 100)).encode())
    (raw / "c.jsonl.gz").write_bytes(packed[:60])
    third = nightly([str(raw)], str(place))
    assert third.failed_gates == ("max_unreadable_files",)
    assert lost(place / third.name) == {"b.jsonl", "c.jsonl.gz"}
    assert (place / "latest").resolve().name == listed.name, "half of the sources is no release"

    (place / DRAFT / "2020-01-01").mkdir(parents=True)
    (raw / "b.jsonl").write_text(whole)
    (raw / "c.jsonl.gz").write_bytes(packed)
    fourth = nightly([str(raw)], str(place))
    assert (fourth.kept, fourth.quarantined, fourth.failed_gates) == (90, 0, ())
    assert (place / "latest").resolve().name == fourth.name
    assert not (place / DRAFT / "2020-01-01").exists()


def lost(release):
    """Sources of which something could not be read."""
    lines = (release / "quarantine.jsonl").read_text().splitlines()
    return {json.loads(one)["source"] for one in lines}


@pytest.mark.prefect
def test_of_two_nights_at_once_the_second_says_so_and_the_first_is_unharmed(raw, tmp_path, beside):
    place = tmp_path / "releases"
    first = beside(
        "import sys\nfrom flows.nightly import nightly\nnightly([sys.argv[1]], sys.argv[2])",
        raw, place,
    )  # fmt: skip
    while not (place / ".lock").exists() or not (place / ".lock").read_text():
        assert first.poll() is None, first.stderr.read()
        time.sleep(0.02)
    with pytest.raises(UsageError, match="another night is writing"):
        nightly([str(raw)], str(place))
    _, said = first.communicate(timeout=120)
    assert first.returncode == 0, said
    assert [one.kept for one in Releases(str(place)).present] == [40]


@pytest.mark.prefect
def test_two_runs_may_share_a_store_and_one_waits_its_turn_for_a_folder(raw, tmp_path, beside):
    code = "import sys\nfrom flows.curate import curate\ncurate([sys.argv[1]], sys.argv[2])"
    other = beside(code, raw, tmp_path / "other")
    curate([str(raw)], str(tmp_path / "run"))
    _, said = other.communicate(timeout=120)
    assert other.returncode == 0, said
    one, two = (tmp_path / name / "train.jsonl" for name in ("run", "other"))
    assert one.read_bytes() == two.read_bytes()
    before = (tmp_path / "run" / "manifest.json").read_bytes()
    with sole_writer(str(tmp_path / "run")), pytest.raises(UsageError, match="another run"):
        curate([str(raw)], str(tmp_path / "run"))
    assert (tmp_path / "run" / "manifest.json").read_bytes() == before
    curate([str(raw)], str(tmp_path / "run"))


@pytest.mark.prefect
def test_a_full_disk_is_told_by_its_folder_and_what_was_cut_short_is_never_used(
    prefect_server, fresh_store, tmp_path
):
    rows = "".join(
        json.dumps({"instruction": f"{n} {os.urandom(300).hex()}?", "output": f"{n} is a number."})
        + "\n"
        for n in range(2500)
    )
    (tmp_path / "big.jsonl").write_text(rows)
    sources, out = [str(tmp_path / "big.jsonl")], str(tmp_path / "run")
    with small_disk(fresh_store, 3) as mounted:
        if not mounted:
            pytest.skip("a small disk can only be mounted by root")
        with pytest.raises(DiskFullError, match="no room is left") as told:
            curate(sources, out)
        assert str(fresh_store) in str(told.value)
        assert not [*(fresh_store / "drafts").glob("*")], "what was cut short is gone"
        subprocess.run(["mount", "-o", "remount,size=100m", fresh_store], check=True)
        done = curate(sources, out)
        assert done.kept == 2500
        with small_disk(tmp_path / "small", 1):
            with pytest.raises(DiskFullError, match="no room is left") as told:
                curate(sources, str(tmp_path / "small" / "run"))
            assert str(tmp_path / "small" / "run") in str(told.value)
            assert not (tmp_path / "small" / "run" / "manifest.json").exists()


@pytest.mark.prefect
def test_damaged_results_and_data_are_computed_anew_without_a_traceback(
    prefect_server, raw, fresh_store, tmp_path, caplog
):
    out = tmp_path / "run"
    curate([str(raw)], str(out))
    before = (out / "train.jsonl").read_bytes()
    for files in (fresh_store / ".results", fresh_store / "objects"):
        for n, one in enumerate(sorted(file for file in files.rglob("*") if file.is_file())):
            body = one.read_bytes()
            one.write_bytes(body[: n % 3 * len(body) // 3])
        caplog.clear()
        curate([str(raw)], str(out))
        assert (out / "train.jsonl").read_bytes() == before
        assert not [record for record in caplog.records if record.exc_info], caplog.text


@pytest.mark.prefect
def test_a_run_whose_worker_was_killed_is_marked_and_the_next_one_does_the_work(
    raw, tmp_path, beside, fresh_store
):
    out = tmp_path / "run"
    with get_client(sync_client=True) as client:
        client.create_work_pool(WorkPoolCreate(name="killed", type="process"))
        source = curate.from_source(str(ROOT), "flows/curate.py:curate")
        source.deploy(
            "killed", work_pool_name="killed", print_next_steps=False,
            parameters={"sources": [str(raw)], "out": str(out)},
        )  # fmt: skip
        worker = beside("from prefect.cli import app; app()", *["worker", "start", "-p", "killed"])
        run = run_deployment("curate/killed", timeout=0)
        deadline = time.monotonic() + 100
        while not is_alive(fresh_store, str(run.id)):
            assert time.monotonic() < deadline, "the worker did not take the run"
            time.sleep(0.05)
        for pid in [worker.pid, *children(worker.pid)]:  # as when the machine goes down
            os.kill(pid, signal.SIGKILL)
        assert client.read_flow_run(run.id).state.is_running()
        done = maintain()
        assert any(one.kind.startswith("dead runs") for one in done.freed)
        assert client.read_flow_run(run.id).state.is_crashed()
    assert not (out / "manifest.json").exists()
    assert curate([str(raw)], str(out)).kept == 40


def children(pid):
    """Processes below `pid`."""
    found = subprocess.run(
        ["ps", "--ppid", str(pid), "-o", "pid="], capture_output=True, text=True, check=False
    ).stdout.split()
    return [below for one in found for below in (int(one), *children(one))]
