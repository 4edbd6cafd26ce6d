"""What fine-tuning jobs would cost."""

from flows.params import ScaleRunParams
from flows.price import Priced
from tasks.base.dataset import DatasetRef, read_dataset
from tasks.publish.scaling import deadline
from tasks.scale.jobs import Jobs
from tasks.scale.plan import dear_cells
from tasks.scale.pool import pool_of
from tasks.scale.trainer import tokens_of


def price_jobs(rows: DatasetRef, params: ScaleRunParams) -> list[Priced]:
    """What fine-tuning on every set would cost, at most: no row is dropped, nothing remembered.

    Raises:
        UsageError: There is no endpoint, price or cap, or there are too few rows.
    """
    given = params.scale.jobs
    if not given.model:
        return []
    jobs = Jobs(given, params.llm)
    raw = read_dataset(rows)
    ids = raw.select("id").collect()["id"]
    pool = pool_of(raw, ids, {}, params.scale.plan, params.seed)
    planned = [cell for cell in dear_cells(pool, params.scale.plan, given, params.seed)
               if cell.arm == "curated"]  # fmt: skip
    # no other arm has larger sets, and which there are is known when rows have been dropped
    arms = len(set(given.arms))
    tokens = arms * sum(int(tokens_of(pool.corpus, cell.subset).sum()) for cell in planned)
    calls = arms * sum(len(cell.subset.sizes) for cell in planned)
    cost = jobs.price(tokens)
    note = f"at most; the cap is {given.budget:g}; {deadline(params.llm.endpoint)}".rstrip("; ")
    return [Priced("scale.jobs", given.model, calls, 0, tokens * given.epochs, 0, cost, note)]
