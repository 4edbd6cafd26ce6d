"""Two requests at once: on SQLite the second waits for the first, where Prefect refuses one."""

import asyncio

import pytest
import sqlalchemy as sa
from prefect.server.database.configurations import AioSqliteConfiguration

from deployments.prefect_server import wait_for_turns


async def read_then_write(database, name, pause):
    engine = await database.engine()
    async with await database.session(engine) as session, database.begin_transaction(session):
        before = (await session.execute(sa.text("SELECT count(*) FROM runs"))).scalar()
        await asyncio.sleep(pause)
        await session.execute(sa.text("INSERT INTO runs VALUES (:name)"), {"name": name})
    return before


async def two_at_once(url):
    database = AioSqliteConfiguration(connection_url=url)
    engine = await database.engine()
    async with engine.begin() as connection:
        await connection.execute(sa.text("CREATE TABLE runs (name TEXT)"))
    try:
        slow = read_then_write(database, "slow", 0.5)
        quick = read_then_write(database, "quick", 0.2)
        return await asyncio.gather(slow, quick)
    finally:
        await engine.dispose()


@pytest.fixture
def url(tmp_path, monkeypatch):
    """Address of a database; Prefect's own way is restored afterwards."""
    own = AioSqliteConfiguration.begin_transaction
    monkeypatch.setattr(AioSqliteConfiguration, "begin_transaction", own)
    return f"sqlite+aiosqlite:///{tmp_path / 'prefect.db'}"


def test_prefect_alone_refuses_one_of_two(url):
    """Once this fails, Prefect has mended it, and `deployments/prefect_server.py` may go."""
    with pytest.raises(sa.exc.OperationalError, match="database is locked"):
        asyncio.run(two_at_once(url))


def test_the_second_waits_and_sees_what_the_first_wrote(url):
    wait_for_turns()
    assert sorted(asyncio.run(two_at_once(url))) == [0, 1]
