"""What a maintenance run did, and how it is shown."""

from typing import Any

from pydantic import BaseModel


class Freed(BaseModel, frozen=True):
    """One kind of thing that went, or would go."""

    kind: str
    count: int
    bytes: int


class Maintenance(BaseModel, frozen=True):
    """What a maintenance run did."""

    dry_run: bool
    freed: tuple[Freed, ...]
    notes: tuple[str, ...]  # what was left alone, and why
    names: tuple[str, ...] = ()  # what would go, where nothing went

    @property
    def sentence(self) -> str:
        """All of it in one line."""
        count, total = sum(f.count for f in self.freed), sum(f.bytes for f in self.freed)
        verb = "would go" if self.dry_run else "went"
        return f"{count:,} things {verb}, {megabytes(total)}." if count else "Nothing to remove."


def megabytes(count: int) -> str:
    """A size as people read it."""
    return f"{count / 1e6:,.1f} MB" if count >= 100_000 else f"{count / 1e3:,.1f} kB"


def table(done: Maintenance) -> str:
    """The artifact."""
    head = "would go" if done.dry_run else "went"
    lines = [f"| what {head} | count | size |", "| --- | ---: | ---: |"]
    lines += [f"| {f.kind} | {f.count:,} | {megabytes(f.bytes)} |" for f in done.freed]
    return "\n".join([done.sentence, "", *lines, "", *(f"- {note}" for note in done.notes)])


def facts(done: Maintenance) -> dict[str, Any]:
    """What `--json` prints."""
    return {"sentence": done.sentence, **done.model_dump(mode="json")}
