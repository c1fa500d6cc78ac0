"""A database of PostgreSQL's for the tests of this folder."""

import os
from collections.abc import Iterator

import pytest

from tests.support.machines import Postgres, programs


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    found = programs()
    if not found:
        refuse = pytest.fail if os.environ.get("CI") else pytest.skip
        refuse("PostgreSQL is not installed: apt-get install postgresql")
    assert found
    server = Postgres(found)
    yield server
    server.close()


@pytest.fixture
def queue(postgres: Postgres, request: pytest.FixtureRequest) -> str:
    """The address of a database of its own."""
    return postgres.make(f"{abs(hash(request.node.nodeid))}")
