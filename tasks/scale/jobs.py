"""Fine-tuning jobs behind an OpenAI-compatible endpoint, each paid for once.

A job is known by what it trains on: before one is made, the endpoint is asked whether it has one of
the same content, so that a run that was killed finds its jobs again. What a job will cost is told
by its tokens before anything is sent, and no job is made that would pass the cap.
"""

import fcntl
import hashlib
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from tasks.base.errors import UsageError
from tasks.llm.endpoint import address, checked
from tasks.llm.params import LlmParams
from tasks.scale.corpus import Corpus
from tasks.scale.trainer import Held, Metric, Point, Subset, TrainingError, tokens_of
from tasks.scale.trainer_params import JobsParams

if TYPE_CHECKING:
    from openai import OpenAI
    from openai.types.fine_tuning import FineTuningJob

NAME = "jobs"
MARK = "finery"  # name of the job's metadata that says what it trains on
OVER = ("succeeded", "failed", "cancelled")
SEND = 600  # seconds that one file may take
_SEES = ("what the model itself learns", "nothing of the above")
METRICS = (
    Metric("valid_loss", "fine-tuned loss", "held-out answers, by the fine-tuned model",
           "nats per token", *_SEES),
    Metric("valid_loss_of_part", "fine-tuned loss", "a part of the held-out answers, by the "
           "fine-tuned model", "nats per token", *_SEES),
    Metric("valid_token_error", "fine-tuned tokens", "held-out tokens that the model gets wrong",
           "share", *_SEES),
)  # fmt: skip


class Jobs:
    """Has a model fine-tuned on each set."""

    name = NAME
    is_dear = True
    metrics = METRICS

    def __init__(
        self, params: JobsParams, llm: LlmParams, store: str = "",
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:  # fmt: skip
        """Nothing is sent yet.

        Raises:
            UsageError: There is no endpoint that fine-tunes, no price or no cap.
        """
        if llm.endpoint in ("none", "local"):
            raise UsageError(
                "scale.jobs.model needs an endpoint that fine-tunes: set llm.endpoint to the base "
                "URL of an OpenAI-compatible API"
            )
        if not params.price or not params.budget:
            raise UsageError(
                "scale.jobs: say what a million training tokens cost (scale.jobs.price) and the "
                "most money that may be spent (scale.jobs.budget); nothing is bought without both"
            )
        self.params, self.store, self.sleep = params, store, sleep
        self.llm = checked(llm.model_copy(update={"model": params.model}))
        self.spent = 0.0
        said = [llm.endpoint, params.model, params.epochs, llm.revision]
        self.version = hashlib.sha256(json.dumps(said).encode()).hexdigest()[:16]

    def price(self, tokens: int) -> float:
        """What training on so many tokens costs, all epochs together."""
        return tokens * self.params.epochs * self.params.price / 1e6

    def train(self, corpus: Corpus, subset: Subset, held: Held, seed: int) -> Iterator[Point]:
        """Points of the one size of `subset`.

        Raises:
            TrainingError: The cap is reached, the endpoint refuses, or the job failed.
        """
        import openai

        (size,) = subset.sizes
        tokens = int(tokens_of(corpus, subset)[0])
        texts = corpus.jsonl(subset.prompts), corpus.jsonl(held.rows)
        try:
            with self._client() as client:
                with self._alone():
                    job = self._job(client, texts, seed, tokens)
                measures = _measures(client, self._finished(client, job))
        except openai.APIStatusError as error:
            raise TrainingError(f"the endpoint refused with status {error.status_code}") from None
        except openai.APIError as error:
            raise TrainingError(f"the endpoint gave no answer ({type(error).__name__})") from None
        except (AttributeError, TypeError, ValueError) as error:
            raise TrainingError(
                f"the endpoint's answers are none of this protocol ({type(error).__name__})"
            ) from None
        for at, (name, value) in enumerate(measures):
            yield Point(name, size, value, 0.0 if at else self.price(tokens))

    def _client(self) -> "OpenAI":
        from openai import OpenAI

        where = address(self.llm)
        return OpenAI(base_url=where.base_url, api_key=where.key, timeout=SEND, max_retries=3)

    def _job(
        self, client: "OpenAI", texts: tuple[str, str], seed: int, tokens: int
    ) -> "FineTuningJob":
        """The job of this content, which may be there already."""
        import openai

        said = "\0".join([self.version, str(seed), *texts])
        mark = hashlib.sha256(said.encode()).hexdigest()[:48]
        if known := _known(client, mark):
            return known
        cost = self.price(tokens)
        if self.spent + cost > self.params.budget:
            left = self.params.budget - self.spent
            raise TrainingError(
                f"a set of {tokens:,} tokens costs {cost:.4g}, and {left:.4g} of the cap of "
                f"{self.params.budget:g} is left"
            )
        self.spent += cost
        files = [
            client.files.create(file=(f"{mark[:12]}-{kind}.jsonl", text.encode()),
                                purpose="fine-tune").id
            for kind, text in zip(("train", "held-out"), texts, strict=True)
        ]  # fmt: skip
        try:
            return self._create(client, files, seed, mark)
        except openai.APIError:
            # the endpoint may have made it all the same; asking again could make another one
            if known := _known(client, mark):
                return known
            self.spent -= cost
            for file in files:
                with suppress(openai.APIError):
                    client.files.delete(file)
            raise

    def _create(
        self, client: "OpenAI", files: list[str], seed: int, mark: str
    ) -> "FineTuningJob":  # fmt: skip
        return client.with_options(max_retries=0).fine_tuning.jobs.create(
            model=self.params.model, training_file=files[0], validation_file=files[1], seed=seed,
            suffix=MARK, metadata={MARK: mark},
            method={
                "type": "supervised",
                "supervised": {"hyperparameters": {"n_epochs": self.params.epochs}},
            },
        )  # fmt: skip

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Two runs on one store look for a job and make it one after the other."""
        file = Path(self.store, "scale", "jobs.lock") if self.store else Path(os.devnull)
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _finished(self, client: "OpenAI", job: "FineTuningJob") -> "FineTuningJob":
        until = time.monotonic() + 3600 * self.params.hours
        while job.status not in OVER:
            if time.monotonic() > until:
                raise TrainingError(
                    f"the job {job.id} took more than {self.params.hours:g} hours; the next run "
                    "goes on waiting for it"
                )
            self.sleep(self.params.poll)
            job = client.fine_tuning.jobs.retrieve(job.id)
        if job.status != "succeeded":
            code = job.error.code if job.error else ""
            raise TrainingError(f"the job {job.id} {job.status} {code}".strip())
        return job


def _known(client: "OpenAI", mark: str) -> "FineTuningJob | None":
    """The job of this mark that has not failed, if there is one."""
    for job in client.fine_tuning.jobs.list(limit=100, metadata={MARK: mark}):
        # endpoints that know no such filter list all of them
        if (job.metadata or {}).get(MARK) == mark and job.status not in ("failed", "cancelled"):
            return job
    return None


def _measures(client: "OpenAI", job: "FineTuningJob") -> list[tuple[str, float]]:
    """What the last checkpoint says of the held-out rows."""
    points = list(client.fine_tuning.jobs.checkpoints.list(job.id))
    last = max(points, key=lambda point: point.step_number, default=None)
    said = last.metrics if last else None
    told = {
        "valid_loss": said and said.full_valid_loss,
        # over a part of the held-out rows: no point of the same curve
        "valid_loss_of_part": said and said.full_valid_loss is None and said.valid_loss,
        "valid_token_error": said and said.full_valid_mean_token_accuracy
        and 1 - said.full_valid_mean_token_accuracy,
    }  # fmt: skip
    found = [(name, float(value)) for name, value in told.items()
             if isinstance(value, float | int) and not isinstance(value, bool)]  # fmt: skip
    if not found:
        raise TrainingError(f"the job {job.id} reports no loss on held-out rows")
    return found
