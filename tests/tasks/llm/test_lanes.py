"""The connections that calls go over."""

import asyncio
import gzip
import ssl
import subprocess

import httpx2
import pytest

from tasks.llm.lanes import Lanes, transport
from tests.fault_server import Fault, FaultServer, chat


def fetch(server, times=1, at_once=False):
    """Replies over one transport, and how many connections the server saw."""

    async def run():
        async with httpx2.AsyncClient(transport=Lanes(), timeout=2) as http:
            asked = [http.post(f"{server.url}/x", json={"n": n}) for n in range(times)]
            if at_once:
                return await asyncio.gather(*asked)
            return [await one for one in asked]

    return asyncio.run(run())


def test_a_connection_is_used_again_and_as_many_are_opened_as_are_needed(fault_server):
    fetch(fault_server, 5)
    assert fault_server.connections == 1
    fault_server.delay = 0.05
    fetch(fault_server, 5, at_once=True)
    assert fault_server.connections == 1 + 5


def test_a_connection_that_the_server_closed_is_not_used_again():
    with FaultServer(lambda *_: Fault(headers={"connection": "close"}, body=chat())) as server:
        assert [reply.status_code for reply in fetch(server, 3)] == [200] * 3
        assert server.connections == 3


def test_a_connection_that_was_closed_while_idle_is_not_used_again(fault_server):
    async def run():
        async with httpx2.AsyncClient(transport=Lanes(), timeout=2) as http:
            await http.post(f"{fault_server.url}/x", json={})
            fault_server.hang_up()
            await asyncio.sleep(0.1)
            return await http.post(f"{fault_server.url}/x", json={})

    assert asyncio.run(run()).status_code == 200
    assert fault_server.connections == 2


def test_a_packed_reply_is_unpacked():
    packed = Fault(headers={"content-encoding": "gzip"}, body=gzip.compress(b'{"a": 1}'))
    with FaultServer(lambda *_: packed) as server:
        assert fetch(server)[0].json() == {"a": 1}


@pytest.mark.parametrize(
    ("fault", "wanted"),
    [(Fault(reset=True), httpx2.TransportError), (Fault(delay=5), httpx2.ReadTimeout),
     (Fault(body=chat("x" * 500), cut=True), httpx2.RemoteProtocolError)],
    ids=["reset", "slow", "cut"],
)  # fmt: skip
def test_what_goes_wrong_below_is_an_error_of_the_upper_library(fault, wanted):
    with FaultServer(lambda *_: fault) as server, pytest.raises(wanted):
        fetch(server)


def test_nobody_there_is_told_apart_from_a_broken_connection():
    with FaultServer() as server:
        pass
    with pytest.raises(httpx2.ConnectError):
        fetch(server)


def test_a_certificate_that_nobody_vouches_for_is_refused_and_one_that_is_known_works(
    tmp_path, monkeypatch
):
    pem = tmp_path / "one.pem"
    made = subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
         "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", str(pem),
         "-out", str(tmp_path / "cert.pem")], capture_output=True, check=False,
    )  # fmt: skip
    if made.returncode:
        pytest.skip("needs the command openssl")
    trust = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trust.load_cert_chain(tmp_path / "cert.pem", pem)
    with FaultServer(lambda *_: chat("secret"), trust=trust) as server:
        with pytest.raises(httpx2.ConnectError):
            fetch(server)
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
        replies = fetch(server, 3)
    assert [r.json()["choices"][0]["message"]["content"] for r in replies] == ["secret"] * 3
    assert server.connections == 1


@pytest.fixture
def proxied(monkeypatch):
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("https_proxy", "http://proxy.invalid:3128")
    monkeypatch.setenv("no_proxy", "inside.example")


@pytest.mark.parametrize(
    ("url", "direct"),
    [
        ("https://api.example/v1", False), ("https://inside.example/v1", True),
        ("https://127.0.0.1:8000/v1", True), ("http://api.example/v1", True),
    ],
)  # fmt: skip
def test_a_proxy_of_the_environment_is_used_where_it_applies(proxied, url, direct):
    async def kind():
        return transport(url)

    assert isinstance(asyncio.run(kind()), Lanes) is direct
