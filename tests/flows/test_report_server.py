"""Reports are served on loopback: pages alone, of runs that are there."""

import http.client
import threading

import pytest

from flows.report_server import Page, Reports, serve_command
from flows.shelf import ADDRESS_VARIABLE, address, shelve, shelved
from tasks.base.errors import UsageError


@pytest.fixture
def run(tmp_path, monkeypatch):
    """A finished run that the store knows."""
    monkeypatch.setenv("FINERY_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path / "home"))
    monkeypatch.delenv(ADDRESS_VARIABLE, raising=False)
    folder = tmp_path / "Réports & <b>" / "night 1"
    folder.mkdir(parents=True)
    (folder / "report.html").write_text("<p>the page</p>")
    (folder / "report.json").write_text('{"sentence": "5 <rows> kept"}')
    (folder / "quarantine.jsonl").write_text("someone@example.com")
    return folder


@pytest.fixture
def get():
    """Ask a running server for a path."""
    server = Reports(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def ask(path, host=None):
        line = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=10)
        line.request("GET", path, headers={"Host": host} if host else {})
        reply = line.getresponse()
        return reply.status, reply.read().decode()

    yield ask
    server.shutdown()
    server.server_close()


def test_the_link_of_a_run_opens_its_page(run, get):
    link = shelve(str(run))

    assert link.startswith("http://127.0.0.1:4201/night-1-")
    assert get(link.removeprefix("http://127.0.0.1:4201")) == (200, "<p>the page</p>")
    status, page = get("/")
    assert status == 200
    assert "5 &lt;rows&gt; kept" in page
    assert "<b>" not in page


@pytest.mark.parametrize(
    "path",
    ["quarantine.jsonl", "../report.html", "%2e%2e/report.html", "/etc/passwd", "", "report.html/"],
)
def test_nothing_but_pages_is_shown(run, get, path):
    shelve(str(run))
    (name,) = shelved()

    status, said = get(f"/{name}/{path}")
    assert status == 404
    assert "someone@" not in said


def test_a_run_that_is_gone_is_said_to_be(run, get):
    shelve(str(run))
    (name,) = shelved()
    (run / "report.html").unlink()

    assert shelved() == {}
    status, said = get(f"/{name}/report.html")
    assert status == 404
    assert "finery report serve DIR" in said


def test_a_name_of_another_host_gets_nothing(run, get):
    assert get("/", host="evil.example:4201")[0] == 403


def test_a_team_names_the_address_that_its_links_have(run, get, monkeypatch):
    monkeypatch.setenv(ADDRESS_VARIABLE, "https://reports.team.example/")

    assert address() == "https://reports.team.example"
    assert shelve(str(run)).startswith("https://reports.team.example/night-1-")
    assert get("/", host="reports.team.example")[0] == 200


def test_two_runs_of_one_name_have_links_of_their_own(run, tmp_path):
    assert shelve(str(run)) != shelve(str(tmp_path / "night 1"))


def test_a_taken_port_and_a_folder_without_a_report_are_told_clearly(run, tmp_path):
    with Reports(("127.0.0.1", 0), Page) as other, pytest.raises(UsageError, match="is taken"):
        serve_command([run], other.server_port)
    with pytest.raises(UsageError, match=r"no report\.html"):
        serve_command([tmp_path], 0)
