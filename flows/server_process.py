"""A temporary Prefect server that ends with the process that started it, however that ends.

Run as `python -m flows.server_process PORT`.
"""

import os
import sys
import threading
import time


def main() -> None:
    """Serve on loopback until told to stop or until the parent is gone."""
    threading.Thread(target=_end_with_parent, args=(os.getppid(),), daemon=True).start()
    import uvicorn

    uvicorn.run(
        "prefect.server.api.server:create_app",
        factory=True, host="127.0.0.1", port=int(sys.argv[1]),
        log_level="error", timeout_keep_alive=5,
    )  # fmt: skip


def _end_with_parent(parent: int) -> None:
    """A killed parent cannot stop us, so look whether it is still ours."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(0)


if __name__ == "__main__":
    main()
