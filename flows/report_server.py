"""Serve reports on loopback: pages alone, never rows, quarantine or the map of stand-ins.

Run as `finery report serve`; `make up` starts it, too, so that the links in Prefect's UI open.
"""

import html
import json
import sys
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

from flows.home import settle
from flows.shelf import MAIN, PORT, address, main_page, shelve, shelved
from tasks.base.errors import UsageError

TYPES = {".html": "text/html; charset=utf-8", ".json": "application/json; charset=utf-8",
         ".md": "text/plain; charset=utf-8"}  # fmt: skip
PAGES = (*MAIN, "report.json", "compare.json", "README.md", "croissant.json", "manifest.json")
"""Files that hold masked evidence and figures, no rows."""

STYLE = "<style>body{font:16px system-ui;margin:2rem auto;max-width:50rem;padding:0 1rem}</style>"


def serve_command(folders: list[Path], port: int) -> int:
    """Serve the reports of these runs and of all that the store knows, until interrupted.

    Raises:
        UsageError: A folder holds no finished run, or the port is taken.
    """
    found = []
    for folder in folders:
        page = main_page(folder)
        if page is None:
            raise UsageError(f"{str(folder)!r} holds no {MAIN[0]}; name the folder of a run")
        found.append(shelve(str(folder), page))
    try:
        server = Reports(("127.0.0.1", port), Page)
    except OSError as error:
        raise UsageError(
            f"port {port} of this machine is taken ({error.strerror}); `make up` serves reports, "
            "too, or name another port: finery report serve --port 4280"
        ) from None
    here = f"http://127.0.0.1:{server.server_port}"
    shown = [one.replace(address(), here) for one in found] or [here]
    sys.stdout.write("".join(f"{one}\n" for one in shown) + "Ctrl-C ends it\n")
    sys.stdout.flush()
    with server:
        server.serve_forever()
    return 0


class Reports(ThreadingHTTPServer):
    """A server that ends with its process."""

    daemon_threads = True

    def hosts(self) -> set[str]:
        """Names that it answers to; a page of another host that points here gets nothing."""
        own = {f"127.0.0.1:{self.server_port}", f"localhost:{self.server_port}"}
        return own | {urlsplit(address()).netloc}


class Page(BaseHTTPRequestHandler):
    """Answers for one page."""

    server: Reports
    server_version = "Finery"
    sys_version = ""

    def do_GET(self) -> None:
        """The list of runs, or a page of one of them."""
        if self.headers.get("Host") not in self.server.hosts():
            self._say(HTTPStatus.FORBIDDEN, "This address is not one of mine.")
            return
        name, _, file = unquote(urlsplit(self.path).path).lstrip("/").partition("/")
        if not name:
            self._send(_list().encode(), ".html")
            return
        folder = shelved().get(name)
        if folder is None:
            self._say(HTTPStatus.NOT_FOUND, "No run of this name is here any more; was its folder "
                      "moved? `finery report serve DIR` adds one.")  # fmt: skip
        elif file not in PAGES or not (folder / file).is_file():
            self._say(HTTPStatus.NOT_FOUND, f"Only pages are shown here; the files of this run are "
                      f"in {folder}.")  # fmt: skip
        else:
            self._send((folder / file).read_bytes(), Path(file).suffix)

    def _say(self, status: HTTPStatus, text: str) -> None:
        page = f"<!doctype html>{STYLE}<p>{html.escape(text)}</p><p><a href='/'>all runs</a></p>"
        self._send(page.encode(), ".html", status)

    def _send(self, body: bytes, kind: str, status: HTTPStatus = HTTPStatus.OK) -> None:
        self.send_response(status)
        self.send_header("Content-Type", TYPES[kind])
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Who read what is nobody's business."""


def _list() -> str:
    """All runs, the newest first."""
    runs = [(name, folder, main_page(folder) or "") for name, folder in shelved().items()]
    runs.sort(key=lambda run: (run[1] / run[2]).stat().st_mtime, reverse=True)
    lines = "".join(
        f"<li><a href='/{name}/{page}'>{html.escape(str(folder))}</a><br>"
        f"{html.escape(_sentence(folder, page))}</li>"
        for name, folder, page in runs
    )
    none = "<p>No run has been finished yet.</p>"
    return f"<!doctype html><title>Finery</title>{STYLE}<h1>Runs</h1><ul>{lines}</ul>" + (
        "" if runs else none
    )


def _sentence(folder: Path, page: str) -> str:
    numbers = (folder / page).with_suffix(".json")
    try:
        report = json.loads(numbers.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ""
    return str(report.get("sentence", ""))


if __name__ == "__main__":
    settle()
    sys.exit(serve_command([], int(sys.argv[1]) if sys.argv[1:] else PORT))
