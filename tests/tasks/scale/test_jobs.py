"""Fine-tuning jobs over real HTTP: priced first, capped, and never paid for twice."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import pytest

from tasks.base.dataset import read_dataset, write_dataset
from tasks.base.errors import UsageError
from tasks.llm.params import LlmParams
from tasks.scale.experiment import run_jobs
from tasks.scale.jobs import Jobs
from tasks.scale.params import PlanParams
from tasks.scale.trainer_params import JobsParams
from tests.builders import table
from tests.tasks.scale.sets import rows


class Tuner:
    """An endpoint that fine-tunes: the more rows, the lower the loss."""

    def __init__(self, filters=True):
        self.files, self.jobs, self.created, self.looks = {}, {}, 0, 0
        self.filters, self.status, self.refuse, self.metrics = filters, "succeeded", 0, None
        self.lose, self.deleted, self.refuse_jobs = 0, 0, False
        tuner = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def do_GET(self):
                parts = urlsplit(self.path)
                self._say(*tuner.get(parts.path, parse_qs(parts.query)))

            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                self._say(*tuner.post(urlsplit(self.path).path, body))

            def do_DELETE(self):
                tuner.deleted += 1
                self._say(200, {"id": "x", "object": "file", "deleted": True})

            def _say(self, status, document):
                body = json.dumps(document).encode()
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1"

    def __enter__(self):
        Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def get(self, path, query):
        if path == "/v1/fine_tuning/jobs":
            wanted = {key: values[0] for key, values in query.items() if key.startswith("metadata")}
            found = list(self.jobs.values())
            if self.filters and wanted:
                (mark,) = wanted.values()
                found = [job for job in found if mark in job["metadata"].values()]
            return 200, {"object": "list", "data": found, "has_more": False}
        job = self.jobs[path.split("/")[4]]
        if path.endswith("/checkpoints"):
            metrics = self.metrics or {"full_valid_loss": 3 * job["rows"] ** -0.5,
                                       "full_valid_mean_token_accuracy": 0.8}  # fmt: skip
            point = {"id": "c", "object": "fine_tuning.job.checkpoint", "created_at": 1,
                     "fine_tuned_model_checkpoint": "m", "fine_tuning_job_id": job["id"],
                     "step_number": 9, "metrics": metrics}  # fmt: skip
            return 200, {"object": "list", "data": [point], "has_more": False}
        self.looks += 1
        job["status"] = self.status
        return 200, job

    def post(self, path, body):
        if self.refuse:
            return self.refuse, {"error": {"message": "secret words", "type": "x", "code": "y"}}
        if path == "/v1/files":
            name = f"file-{len(self.files)}"
            self.files[name] = len(re.findall(rb'"messages"', body))
            told = {"object": "file", "created_at": 1, "filename": "f", "status": "processed"}
            return 200, {"id": name, "bytes": len(body), "purpose": "fine-tune", **told}
        if self.refuse_jobs:
            return 403, {"error": {"message": "no"}}
        asked = json.loads(body)
        self.created += 1
        if self.lose:
            self.lose -= 1
            status = 500
        else:
            status = 200
        job = {"id": f"job-{self.created}", "object": "fine_tuning.job", "created_at": 1,
               "model": asked["model"], "status": "queued", "metadata": asked["metadata"],
               "rows": self.files[asked["training_file"]], "asked": asked, "seed": asked["seed"],
               "hyperparameters": {}, "organization_id": "o", "result_files": [],
               "training_file": asked["training_file"]}  # fmt: skip
        self.jobs[job["id"]] = job
        return status, job


def tuned(tuner, folder, **params):
    some = write_dataset(table(*rows(200)).collect(), str(folder))
    given = {"model": "small", "price": 10, "budget": 100, "poll": 0.01, "sizes": 3, "seeds": 2}
    done = run_jobs.fn(some, some, {}, PlanParams(), JobsParams(**{**given, **params}),
                       LlmParams(endpoint=tuner.url), 0)  # fmt: skip
    return done, read_dataset(done.points).collect()


def test_a_job_is_made_for_each_set_and_its_held_out_loss_is_a_point(tmp_path):
    with Tuner() as tuner:
        done, points = tuned(tuner, tmp_path)
    assert (tuner.created, done.unfinished) == (6, 0)
    loss = points.filter(metric="valid_loss")
    assert loss["value"].to_list() == [3 * n**-0.5 for n in loss["size"]]
    assert points.filter(metric="valid_token_error")["value"].to_list() == pytest.approx([0.2] * 6)
    tokens = loss["tokens"].sum()
    assert done.cost.money == pytest.approx(tokens * 10 / 1e6)
    asked = tuner.jobs["job-1"]["asked"]
    assert asked["method"]["supervised"]["hyperparameters"] == {"n_epochs": 1}
    assert asked["validation_file"] != asked["training_file"]


@pytest.mark.parametrize("filters", [True, False])
def test_a_run_that_lost_its_memory_finds_its_jobs_again(tmp_path, filters):
    with Tuner(filters) as tuner:
        _, once = tuned(tuner, tmp_path / "one")
        _, again = tuned(tuner, tmp_path / "other")
    assert tuner.created == 6
    assert once.drop("remembered").equals(again.drop("remembered"))


def test_what_is_remembered_is_not_even_asked_for(tmp_path):
    with Tuner() as tuner:
        tuned(tuner, tmp_path)
        looks = tuner.looks
        done, points = tuned(tuner, tmp_path)
    assert (tuner.created, tuner.looks) == (6, looks)
    assert points["remembered"].all()
    assert done.cost.money == 0


def test_the_cap_is_never_passed(tmp_path):
    with Tuner() as tuner:
        done, points = tuned(tuner, tmp_path, budget=0.06, seeds=1)
        money = sum(p["cost"] for p in points.to_dicts())
    assert tuner.created == points["size"].n_unique() < 3
    assert money <= 0.06
    assert done.unfinished == 3 - tuner.created
    assert "of the cap of 0.06 is left" in done.facts["failures"][0]


@pytest.mark.parametrize(("status", "told"), [("failed", "failed"), ("cancelled", "cancelled")])
def test_a_job_that_comes_to_nothing_is_told_of_and_tried_again(tmp_path, status, told):
    with Tuner() as tuner:
        tuner.status = status
        done, points = tuned(tuner, tmp_path, sizes=1, seeds=1)
        assert points.height == 0
        assert told in done.facts["failures"][0]
        tuner.status = "succeeded"
        assert tuned(tuner, tmp_path, sizes=1, seeds=1)[0].unfinished == 0
    assert tuner.created == 2


def test_a_job_that_takes_too_long_is_waited_for_by_the_next_run(tmp_path):
    with Tuner() as tuner:
        tuner.status = "running"
        done, _ = tuned(tuner, tmp_path, sizes=1, seeds=1, hours=1e-5)
        assert "the next run goes on waiting for it" in done.facts["failures"][0]
        tuner.status = "succeeded"
        assert tuned(tuner, tmp_path, sizes=1, seeds=1)[0].unfinished == 0
    assert tuner.created == 1


def test_a_refusal_is_told_by_its_number_alone(tmp_path):
    with Tuner() as tuner:
        tuner.refuse = 403
        done, _ = tuned(tuner, tmp_path, sizes=1, seeds=1)
    assert done.facts["failures"] == ["the endpoint refused with status 403"]


def test_an_endpoint_that_is_not_there_is_told_of(tmp_path):
    with Tuner() as tuner:
        pass
    done, _ = tuned(tuner, tmp_path, sizes=1, seeds=1)
    assert "the endpoint gave no answer" in done.facts["failures"][0]


def test_a_job_without_a_loss_is_no_point(tmp_path):
    with Tuner() as tuner:
        tuner.metrics = {"train_loss": 1.0}
        done, points = tuned(tuner, tmp_path, sizes=1, seeds=1)
    assert points.height == 0
    assert "reports no loss on held-out rows" in done.facts["failures"][0]


@pytest.mark.parametrize(
    ("params", "llm", "why"),
    [
        ({"price": 1, "budget": 1}, {}, "needs an endpoint that fine-tunes"),
        ({"price": 1, "budget": 1}, {"endpoint": "local"}, "needs an endpoint that fine-tunes"),
        ({"budget": 1}, {"endpoint": "http://127.0.0.1:9/v1"}, "nothing is bought without both"),
        ({"price": 1}, {"endpoint": "http://127.0.0.1:9/v1"}, "nothing is bought without both"),
    ],
)
def test_nothing_is_bought_without_an_endpoint_a_price_and_a_cap(params, llm, why):
    with pytest.raises(UsageError, match=why):
        Jobs(JobsParams(model="m", **params), LlmParams(**llm))


def test_an_answer_that_is_lost_makes_no_second_job(tmp_path):
    with Tuner() as tuner:
        tuner.lose = 1
        done, points = tuned(tuner, tmp_path, sizes=1, seeds=1)
    assert (tuner.created, done.unfinished) == (1, 0)
    assert done.cost.money == pytest.approx(points["cost"].sum())


def test_two_runs_at_once_make_one_job(tmp_path):
    with Tuner() as tuner, ThreadPoolExecutor(2) as both:
        runs = [both.submit(tuned, tuner, tmp_path, sizes=1, seeds=1) for _ in range(2)]
        assert [run.result()[0].unfinished for run in runs] == [0, 0]
    assert tuner.created == 1


def test_files_of_a_job_that_is_refused_are_taken_back(tmp_path):
    with Tuner() as tuner:
        tuner.refuse_jobs = True
        done, _ = tuned(tuner, tmp_path, sizes=1, seeds=1)
    assert tuner.deleted == 2
    assert done.cost.money == 0
    assert done.facts["failures"] == ["the endpoint refused with status 403"]


def test_what_was_paid_for_nothing_is_told(tmp_path):
    with Tuner() as tuner:
        tuner.metrics = {"train_loss": 1.0}
        done, _ = tuned(tuner, tmp_path, sizes=1, seeds=1)
    assert done.cost.money > 0


def test_an_endpoint_of_another_protocol_is_told_of(tmp_path):
    with Tuner() as tuner:
        tuner.get = lambda *_: (200, "hello")
        done, _ = tuned(tuner, tmp_path, sizes=1, seeds=1)
    assert "none of this protocol" in done.facts["failures"][0]
