"""Batches as OpenAI serves them, as a reply for `tests.fault_server.FaultServer`."""

import json
import re
from collections.abc import Callable
from typing import Any

from tests.fault_server import Fault, chat

Answer = Callable[[dict[str, Any]], "dict[str, Any] | int"]
"""What becomes of one line: a body, or the status of an error."""


class BatchService:
    """Takes files and batches; a batch is over after `looks` looks at it."""

    def __init__(self, answer: Answer = lambda _: chat(), looks: int = 2) -> None:
        self.answer, self.looks = answer, looks
        self.files: dict[str, bytes] = {}
        self.batches: dict[str, dict[str, Any]] = {}
        self.seen: dict[str, int] = {}  # looks at each batch
        self.lines: list[dict[str, Any]] = []  # of all batches that were created: what is paid for
        self.online: list[dict[str, Any]] = []
        self.status = "completed"
        self.faults: dict[str, list[Fault]] = {}  # by path, one for each time

    def __call__(self, path: str, body: dict[str, Any]) -> dict[str, Any] | Fault:
        """Reply to one request."""
        path = path.partition("?")[0]
        if self.faults.get(path):
            return self.faults[path].pop(0)
        if path == "/files":
            return self._upload(body["raw"].encode("latin-1"))
        if path == "/batches":
            return self._create(body) if body else self._list()
        if path.startswith("/batches/"):
            return self._look(path.split("/")[2])
        if path.startswith("/files/"):
            held = self.files.get(path.split("/")[2])
            return (
                Fault(404, body={"error": {"message": "no file"}})
                if held is None
                else Fault(body=held)
            )
        self.online.append(body)
        return chat("online")

    def _upload(self, form: bytes) -> dict[str, Any]:
        found = re.search(rb"filename=\"[^\"]+\.jsonl\".*?\r\n\r\n(.*?)\r\n--", form, re.DOTALL)
        assert found is not None
        assert b'name="purpose"\r\n\r\nbatch' in form
        return self._keep(found[1])

    def _keep(self, content: bytes) -> dict[str, Any]:
        name = f"file-{len(self.files)}"
        self.files[name] = content
        return {"id": name, "object": "file", "bytes": len(content), "created_at": 0,
                "filename": "f.jsonl", "purpose": "batch", "status": "processed"}  # fmt: skip

    def _create(self, asked: dict[str, Any]) -> dict[str, Any]:
        name = f"batch-{len(self.batches)}"
        self.lines += map(json.loads, self.files[asked["input_file_id"]].splitlines())
        self.batches[name] = {
            "id": name, "object": "batch", "created_at": 2_000_000_000, "status": "in_progress",
            **asked,
        }  # fmt: skip
        return self.batches[name]

    def _list(self) -> dict[str, Any]:
        return {"object": "list", "data": list(self.batches.values())[::-1], "has_more": False}

    def _look(self, name: str) -> dict[str, Any] | Fault:
        batch = self.batches.get(name)
        if batch is None:
            return Fault(404, body={"error": {"message": "no batch"}})
        self.seen[name] = self.seen.get(name, 0) + 1
        if self.seen[name] >= self.looks and batch["status"] == "in_progress":
            self._end(batch)
        return batch

    def _end(self, batch: dict[str, Any]) -> None:
        batch["status"] = self.status
        good, bad = [], []
        for line in self.files[batch["input_file_id"]].splitlines():
            asked = json.loads(line)
            came = self.answer(asked["body"])
            is_error = isinstance(came, int)
            reply = {"status_code": came if is_error else 200, "request_id": "r",
                     "body": {"error": {"message": "no"}} if is_error else came}  # fmt: skip
            said = {"id": "x", "custom_id": asked["custom_id"], "response": reply, "error": None}
            (bad if is_error else good).append(json.dumps(said).encode())
        for name, lines in (("output_file_id", good[::-1]), ("error_file_id", bad)):
            if lines:
                batch[name] = self._keep(b"\n".join(lines))["id"]
