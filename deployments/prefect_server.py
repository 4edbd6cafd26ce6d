"""Prefect's own server, in which SQLite waits instead of refusing.

A request that first reads and then writes is refused at once, with 503, if another one wrote in
between; SQLite's time-out does not apply, for what was read is no longer true. So a form that is
submitted while the scheduler works may come back. The cure is SQLite's own: a transaction that may
write says so as it begins, and waits for its turn. Prefect does that where it thinks of it; here
all do. PostgreSQL needs none of this and is left as it is.

Run as `python -m deployments.prefect_server ARGUMENTS`, the arguments of `prefect server start`.
"""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession


def wait_for_turns() -> None:
    """Let every transaction of Prefect on SQLite that may write begin as one that does."""
    from prefect.server.database.configurations import AioSqliteConfiguration

    own = AioSqliteConfiguration.begin_transaction

    @asynccontextmanager
    async def immediate(
        self: AioSqliteConfiguration,
        session: "AsyncSession",
        with_for_update: bool = True,  # noqa: ARG001 (of the method that this stands for)
    ) -> AsyncIterator[Any]:
        async with own(self, session, with_for_update=True) as transaction:
            yield transaction

    AioSqliteConfiguration.begin_transaction = immediate  # type: ignore[method-assign]


def main() -> None:
    """Start the server in this process."""
    wait_for_turns()
    from prefect.cli import app

    sys.argv = ["prefect", "server", "start", *sys.argv[1:]]
    app()


if __name__ == "__main__":
    main()
