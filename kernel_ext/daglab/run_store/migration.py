"""Migrations, by Alembic; imported only where one has to run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory


def migrate(connection: sa.Connection, folder: Path) -> None:
    """Runs all migrations that are missing, within the transaction of that connection.

    Args:
        folder: holds `versions`.
    """
    scripts = ScriptDirectory(str(folder))

    def upgrade(revision: Any, _context: MigrationContext) -> Any:
        return scripts._upgrade_revs("head", revision)

    with EnvironmentContext(Config(), scripts, fn=upgrade) as environment:
        environment.configure(connection=connection, transactional_ddl=True)
        environment.run_migrations()
