"""Alembic's environment: foreign keys off while tables are rebuilt, checked before the commit."""

from alembic import context
from sqlalchemy.engine import Connection


def render_item(kind, item, autogen_context):
    """Write plain sqlalchemy types into migrations: they must not depend on the application."""
    if kind == "type" and type(item).__name__ == "UtcDateTime":
        return "sa.DateTime(timezone=True)"
    if kind == "type" and type(item).__name__ == "AutoString":
        return f"sa.String({item.length})" if item.length else "sa.String()"
    return False


def run(connection: Connection) -> None:
    """Migrate over `connection`, inside its transaction."""
    context.configure(
        connection=connection,
        target_metadata=context.config.attributes.get("metadata"),
        render_as_batch=connection.dialect.name == "sqlite",
        render_item=render_item,
        compare_type=True,
    )
    context.run_migrations()
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise RuntimeError(f"the migration would leave {len(broken)} rows without their parent")


run(context.config.attributes["connection"])
